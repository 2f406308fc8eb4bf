"""Laws of a supply response, its figures on the bundle, and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.supply.response import Response, balanced, days_bridged, respond
from scoring.supply.response_errors import SupplyFigureError, SupplyScenarioError, SupplyTableError
from scoring.supply.response_market import market
from scoring.supply.response_record import response_record
from scoring.supply.response_scenario import (
    READINESS,
    Cut,
    SupplyScenario,
    preset,
    presets,
    read_scenario,
    scenario_from,
    stock_targets,
)
from scoring.supply.response_sites import DRAWS, metal_share, stated_outputs
from scoring.supply.stock import Stock, stocks_from
from tests.sampling import law

GALLIUM = {"commodity": "gallium", "stage": "refining", "country": "CHN", "cut_pct": 100, "months": 12}
flows = st.lists(st.floats(0, 50), min_size=1, max_size=12)


@given(st.floats(1, 100), flows, st.floats(0, 10), st.floats(0, 500))
def test_mass_balances_in_every_month(demand: float, loss: list[float], answer: float, stock: float) -> None:
    got = balanced(np.array([demand]), np.array([loss]), np.linspace(0, answer, len(loss))[None, :], np.array([stock]))
    parts = got.remaining + got.responders + got.stock + got.gap
    assert np.allclose(parts, demand)
    assert min(part.min() for part in (got.remaining, got.responders, got.stock, got.gap)) >= -1e-9
    assert got.stock.sum() <= stock + 1e-9


@given(st.floats(1, 100), flows, st.floats(1, 3), st.floats(0, 500))
def test_a_larger_loss_never_leaves_a_smaller_gap_in_any_month(
    demand: float, loss: list[float], factor: float, stock: float
) -> None:
    def gap(scale: float) -> np.ndarray:
        none = np.zeros((1, len(loss)))
        return balanced(np.array([demand]), scale * np.array([loss]), none, np.array([stock])).gap

    assert (gap(factor) >= gap(1.0) - 1e-9).all()


@given(st.floats(1, 100), flows, st.floats(0, 500), st.floats(0, 500))
def test_more_stock_never_bridges_fewer_days(demand: float, loss: list[float], stock: float, more: float) -> None:
    def days(held: float) -> float:
        none = np.zeros((1, len(loss)))
        return float(days_bridged(balanced(np.array([demand]), np.array([loss]), none, np.array([held])))[0])

    assert days(stock + more) >= days(stock) - 1e-6


def test_a_cut_of_nothing_is_the_baseline(small_facts: duckdb.DuckDBPyConnection) -> None:
    got = respond(small_facts.cursor(), scenario_from({**GALLIUM, "cut_pct": 0}, "test"))
    assert all(month.remaining_t == pytest.approx(month.demand_t) and month.gap_t == 0 for month in got.months)
    assert got.days_bridged.p10 == got.horizon_days
    assert got.met == 1.0


@pytest.mark.parametrize("name", list(presets()))
def test_a_preset_adds_up_and_cites_two_pages(small_facts: duckdb.DuckDBPyConnection, name: str) -> None:
    scenario = preset(name)
    got = respond(small_facts.cursor(), scenario)
    for month in got.months:
        parts = month.remaining_t + month.responders_t + month.stock_t + month.gap_t
        assert parts == pytest.approx(month.demand_t)
        assert month.gap.p10 <= month.gap.p50 <= month.gap.p90
    assert len(scenario.sources) >= 2
    assert all(source.url.startswith("http") and source.as_of and source.says for source in scenario.sources)
    assert scenario.title_ja
    assert scenario.note_ja


def test_a_deeper_cut_more_stages_and_more_stock_move_the_gap_one_way(small_facts: duckdb.DuckDBPyConnection) -> None:
    base = preset("china_antimony_licences")

    def gap(cut_pct: float = 97, days: float = 0.0, stages: str = "construction") -> float:
        cut = replace(base.cuts[0], cut_pct=cut_pct)
        return respond(small_facts.cursor(), replace(base, cuts=(cut,), stock_days=days, stages=stages)).gap_total.p50  # type: ignore[arg-type]

    assert gap(20) <= gap(60) <= gap(97)
    assert gap(days=120) <= gap(days=60) <= gap()
    by_stage = [gap(stages=each) for each in READINESS]
    assert by_stage == sorted(by_stage, reverse=True)


def test_the_order_of_countries_does_not_count(small_facts: duckdb.DuckDBPyConnection) -> None:
    cuts = [
        {"country": "CHN", "cut_pct": 50, "months": 6, "share_pct": 40},
        {"country": "RUS", "cut_pct": 100, "months": 3, "share_pct": [5, 20]},
        {"country": "TJK", "cut_pct": 30, "months": 9, "share_pct": 10, "delay_months": 2},
    ]
    one, other = (
        response_record(
            respond(
                small_facts.cursor(), scenario_from({"commodity": "antimony", "stage": "mine", "cut": order}, "test")
            )
        )
        for order in (cuts, cuts[::-1])
    )
    assert one == other


@law(12)
@given(st.permutations(["CHN", "RUS", "TJK", "TUR"]), st.floats(0, 100), st.floats(0, 1))
def test_laws_of_the_whole_response(
    small_facts: duckdb.DuckDBPyConnection, order: list[str], cut_pct: float, part: float
) -> None:
    """Order does not count, months balance, and a smaller cut leaves no larger gap in any month or quantile."""

    def answer(countries: list[str], pct: float) -> Response:
        rows = [{"country": each, "cut_pct": pct, "months": 5, "share_pct": [5, 20]} for each in countries]
        return respond(
            small_facts.cursor(), scenario_from({"commodity": "antimony", "stage": "mine", "cut": rows}, "law")
        )

    whole, sorted_, less = answer(order, cut_pct), answer(sorted(order), cut_pct), answer(order, cut_pct * part)
    assert whole.months == sorted_.months
    for more, fewer in zip(whole.months, less.months, strict=True):
        assert more.remaining_t + more.responders_t + more.stock_t + more.gap_t == pytest.approx(more.demand_t)
        assert more.gap.p10 >= fewer.gap.p10 - 1e-9
        assert more.gap.p50 >= fewer.gap.p50 - 1e-9
        assert more.gap.p90 >= fewer.gap.p90 - 1e-9
    assert whole.days_bridged.p50 <= less.days_bridged.p50


def test_gallium_from_china_loses_what_the_share_says(small_facts: duckdb.DuckDBPyConnection) -> None:
    """MCS 2026: 19 t apparent consumption, all imported, China 99.0 % of primary gallium: 18.81 t a year."""
    got = respond(small_facts.cursor(), scenario_from(GALLIUM, "test"))
    assert got.demand_total_t == pytest.approx(19.0)
    assert got.loss_total.p50 == pytest.approx(18.81, rel=1e-3)
    (china,) = got.market.shares
    assert (china.low_pct, china.high_pct) == (pytest.approx(99.0, abs=0.05), pytest.approx(99.0, abs=0.05))
    assert (china.basis, china.source_id, china.year) == ("facts", "usgs_mcs_2026", 2025)
    record = response_record(got)
    assert record["market"]["demands"][0]["demand"]["source_id"] == "usgs_mcs_2026"
    assert {"commodity", "stage", "desk"} <= set(record["scenario"])


def test_a_country_has_the_share_that_the_table_of_producers_gives(small_facts: duckdb.DuckDBPyConnection) -> None:
    """MCS 2026, primary gallium of 2025: Russia 6 t of 909 t; Germany is not named, and nothing is left for it."""
    russia = market(small_facts.cursor(), scenario_from({**GALLIUM, "country": "RUS"}, "test")).shares[0]
    assert (russia.low_pct, russia.high_pct, russia.basis) == (0.66, 0.66, "facts")
    germany = market(small_facts.cursor(), scenario_from({**GALLIUM, "country": "DEU"}, "test")).shares[0]
    assert (germany.low_pct, germany.high_pct, germany.basis) == (0.0, 0.0, "facts")


def test_a_country_whose_production_is_withheld_is_bounded_not_guessed(small_facts: duckdb.DuckDBPyConnection) -> None:
    """MCS 2026 withholds US mine production of antimony of 2025; China leads with 36.1 %."""
    told = {**GALLIUM, "commodity": "antimony", "stage": "mine", "country": "USA", "demand_t_y": 100}
    share = market(small_facts.cursor(), scenario_from(told, "test")).shares[0]
    assert (share.low_pct, share.high_pct, share.basis) == (0.0, pytest.approx(36.1), "bound")


def test_sites_answer_with_their_months_and_pages_and_none_of_the_cut_country(
    small_facts: duckdb.DuckDBPyConnection,
) -> None:
    got = respond(small_facts.cursor(), preset("china_gallium_ban").seen(stages="all"))
    assert got.sites.responders
    for site in got.sites.responders:
        assert site.iso3 != "CHN"
        assert site.statements[0].url.startswith("http")
        assert site.first.p10 <= site.first.p50 <= site.first.p90
        assert site.first.p50 < site.full.p50
    assert {each.reason for each in got.sites.left_out} <= {"covered_owner", "not_allied", "too_early"}
    operating = respond(small_facts.cursor(), preset("china_gallium_ban").seen(stages="operating"))
    assert {site.stage for site in operating.sites.responders} <= {"operating"}


def test_works_that_run_answer_with_no_more_than_their_plan(small_facts: duckdb.DuckDBPyConnection) -> None:
    got = respond(small_facts.cursor(), preset("china_rare_earths_october_2025"))
    running = [site for site in got.sites.responders if site.stage == "operating"]
    assert running
    assert all(site.low_t_y == 0 for site in running)
    assert {site.site_id for site in got.sites.standing}


@pytest.mark.parametrize(
    ("product", "share"),
    [
        ("xenotime concentrate", None),
        ("TREO in mixed rare earth carbonate", (1.0, 1.0)),
        ("rare and strategic metals together", None),
        ("lithium hydroxide", (0.1654, 0.1654)),
        ("", (1.0, 1.0)),
    ],
)
def test_only_contained_metal_counts(product: str, share: tuple[float, float] | None) -> None:
    assert metal_share(product) == share


def test_dysprosium_and_terbium_together_are_not_dysprosium_alone(small_facts: duckdb.DuckDBPyConnection) -> None:
    """The range is that of the projects that state both apart; Caremag states 600 t of the two."""
    apart = """SELECT max(c.value) FILTER (c.commodity = 'dysprosium') / sum(c.value) FROM (
        SELECT site_id, commodity, max(value) AS value FROM combined.claim
        WHERE attribute = 'planned_output_t_y' AND chosen AND commodity IN ('dysprosium', 'terbium') GROUP BY ALL
    ) AS c GROUP BY c.site_id HAVING count(*) = 2"""
    shares = [share for (share,) in small_facts.cursor().execute(apart).fetchall()]
    assert len(shares) >= 5
    assert (round(min(shares), 2), round(max(shares), 2)) == (0.67, 0.87)
    for words in ("DyTb oxides", "dysprosium and terbium", "heavy rare earth oxides (Dy, Tb)"):
        assert metal_share(words, commodity="dysprosium") == (0.67, 0.87)
        assert metal_share(words, commodity="rare earths") == (1.0, 1.0)
    sites = stated_outputs(small_facts.cursor(), "dysprosium", ["recycling", "separation", "refinery"])
    caremag = next(site for site in sites if site.row["site_id"].startswith("fra-caremag"))
    assert caremag.added == (pytest.approx(402), pytest.approx(522))


def test_concentrate_of_graphite_is_what_the_market_counts() -> None:
    assert metal_share("graphite concentrate", by_weight=True) == (1.0, 1.0)
    assert metal_share("several concentrates together", by_weight=False) is None


def test_japans_target_is_sixty_days_and_cited(small_facts: duckdb.DuckDBPyConnection) -> None:
    target = stock_targets()["japan_60_days"]
    assert target.days == 60
    assert len(target.sources) == 2
    scenario = scenario_from({**GALLIUM, "desk": "japan", "reliance_pct": 100}, "test").seen(stages="operating")
    bare, held = (
        respond(small_facts.cursor(), scenario),
        respond(small_facts.cursor(), scenario.seen(stock_days=target.days)),
    )
    assert bare.days_bridged.p50 == 0
    assert held.days_bridged.p50 == pytest.approx(60 / 0.99, abs=0.2)


def test_a_delay_on_the_way_takes_part_of_one_month(small_facts: duckdb.DuckDBPyConnection) -> None:
    got = respond(small_facts.cursor(), preset("red_sea_closed"))
    assert got.months[0].gap_t > 0
    assert all(month.gap_t == 0 for month in got.months[1:])


def test_a_desk_without_figures_is_named(small_facts: duckdb.DuckDBPyConnection) -> None:
    got = respond(small_facts.cursor(), preset("china_antimony_licences").seen(desk="joint"))
    assert got.market.missing == ("japan",)
    with pytest.raises(SupplyFigureError, match="No demand of antimony is known for the desk japan; write demand_t_y"):
        respond(small_facts.cursor(), preset("china_antimony_licences").seen(desk="japan"))


def test_where_no_source_states_a_demand_the_net_imports_stand_for_it(small_facts: duckdb.DuckDBPyConnection) -> None:
    got = respond(small_facts.cursor(), preset("china_graphite_permits").seen(desk="japan"))
    (known,) = got.market.demands
    assert (round(known.demand.low), known.reliance_pct, known.demand.how) == (44_090, (100, 100), "trade")
    assert (known.demand.source_id, known.demand.year) == ("baci_2024", 2024)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"commodity": "unobtainium"}, "No commodity is called 'unobtainium'; write a USGS name"),
        ({"cut_pct": 130}, "cut_pct 130 cannot be used; write a number from 0 to 100"),
        ({"cut_pct": -1}, "cut_pct -1 cannot be used"),
        ({"cut_pct": True}, "cut_pct True cannot be used"),
        ({"cut_pct": math.nan}, "cut_pct nan cannot be used"),
        ({"country": "China"}, "'China' is not an ISO 3166-1 alpha-3 code; write for example CHN"),
        ({"stage": "smelting"}, "stage 'smelting' is not known; choose mine, refining, product"),
        ({"months": 500}, "months 500 cannot be used; write a number from 0 to 120"),
        ({"days": 3}, "a cut lasts a number of months or of days"),
        ({"cut": []}, "stand beside"),
        ({"start": "December"}, "start 'December' is no month; write it as 2026-12"),
        ({"share_pct": [90, 10]}, "share_pct runs from 90 down to 10; write low first"),
        ({"share_pct": [1, 2, 3]}, "share_pct has 3 numbers"),
        ({"cutpct": 3}, "'cutpct' is not known; the keys are access_pct"),
        ({"title": 3}, "title is no text"),
        ({"source": "x"}, "source is no list of tables"),
    ],
)
def test_a_scenario_that_cannot_be_used_says_what_and_the_cure(change: dict[str, object], message: str) -> None:
    with pytest.raises(SupplyScenarioError, match=message):
        scenario_from({**GALLIUM, **change}, "form")


def test_two_cuts_of_a_country_in_one_month_are_refused() -> None:
    twice = {"commodity": "gallium", "stage": "refining", "cut": [{"country": "CHN", "cut_pct": 60, "months": 6}] * 2}
    with pytest.raises(SupplyScenarioError, match="CHN is cut twice in the same months"):
        scenario_from(twice, "form")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"country": "XXA"}, "No country has the code 'XXA'"),
        ({"stage": "mine"}, "No share of CHN in gallium at the stage mine is known; write share_pct"),
        ({"stage": "product"}, "Demand of gallium is known in metal, not in products; write demand_t_y"),
    ],
)
def test_a_figure_that_is_missing_is_asked_for(
    small_facts: duckdb.DuckDBPyConnection, change: dict[str, object], message: str
) -> None:
    with pytest.raises(SupplyFigureError, match=message):
        respond(small_facts.cursor(), scenario_from({**GALLIUM, **change}, "form"))


def test_what_the_scenario_says_wins_and_is_marked(small_facts: duckdb.DuckDBPyConnection) -> None:
    told = {**GALLIUM, "demand_t_y": [100, 140], "reliance_pct": 50, "share_pct": [40, 60], "access_pct": 25}
    got = respond(small_facts.cursor(), scenario_from(told, "form"))
    assert got.market.demands[0].demand.how == "user"
    assert got.market.shares[0].basis == "scenario"
    assert 100 < got.demand_total_t < 140
    assert got.loss_total.p10 < got.loss_total.p50 < got.loss_total.p90


def test_a_scenario_file_is_read_and_a_broken_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "stop.toml"
    file.write_text('commodity = "cobalt"\nstage = "mine"\n[[cut]]\ncountry = "COD"\ncut_pct = 50\nmonths = 6\n')
    assert read_scenario(file).cuts == (Cut("COD", 50.0, 6.0),)
    assert read_scenario(file).id == "stop"
    file.write_text("commodity = cobalt")
    with pytest.raises(SupplyScenarioError, match=r"stop\.toml cannot be read as TOML"):
        read_scenario(file)
    with pytest.raises(SupplyScenarioError, match=r"There is no file none\.toml; write the path"):
        read_scenario(tmp_path / "none.toml")


def test_stocks_add_up_in_any_mass_and_in_days() -> None:
    raw = b"commodity;quantity;unit;note\ngallium;2,5;t;\nGallium;500;kg;vault\ncobalt;30;days;\n"
    assert stocks_from("s.csv", raw) == {"gallium": Stock(3.0, 0.0), "cobalt": Stock(0.0, 30.0)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("commodity,quantity,unit\ngallium,5,barrels\n", "line 2: unit 'barrels' is no mass; write t, kg, lb or kt"),
        ("commodity,quantity,unit\ngallium,5,%\n", "line 2: unit '%' is no mass"),
        ("commodity,quantity,unit\ngallium,5,\n", "the unit is missing"),
        ("commodity,quantity,unit\ngallium,-5,t\n", "quantity '-5' cannot be used; write a plain number from 0"),
        ("commodity,quantity,unit\nunobtainium,5,t\n", "'unobtainium' is no commodity"),
        ("commodity,quantity\ngallium,5\n", "the column unit is missing"),
        ("commodity,quantity,unit,x\ngallium,5,t,1\n", "the column 'x' is not known"),
        ("commodity,quantity,unit\n", "it has no rows"),
        ("commodity,quantity,unit\ngallium,5\n", "not as many cells"),
        ("commodity;quantity;unit\ngallium;5.000;t\n", "may be a number with decimals or with thousands"),
        ("commodity,quantity,unit\ngallium,nan,t\n", "cannot be used"),
    ],
)
def test_a_stock_file_that_cannot_be_used_names_its_line(text: str, message: str) -> None:
    with pytest.raises(SupplyTableError, match=message):
        stocks_from("s.csv", text.encode())


def test_every_site_has_its_own_draws_and_the_same_each_time(small_facts: duckdb.DuckDBPyConnection) -> None:
    scenario = preset("china_gallium_ban").seen(stages="all")
    one, two = (respond(small_facts.cursor(), scenario) for _ in range(2))
    assert response_record(one) == response_record(two)
    assert one.sites.tonnes.shape == (DRAWS, scenario.horizon_months)


def test_a_start_in_the_past_counts_from_then(small_facts: duckdb.DuckDBPyConnection) -> None:
    now = respond(small_facts.cursor(), preset("china_gallium_ban"))
    then = respond(small_facts.cursor(), replace(preset("china_gallium_ban"), start="2024-12"))
    assert then.months[0].month == "2024-12"
    site = {each.site_id: each.first.p50 for each in now.sites.responders}
    later = {each.site_id: each.first.p50 for each in then.sites.responders}
    assert all(later[name] == pytest.approx(months + 24, abs=0.2) for name, months in site.items())


def test_no_preset_is_unknown_without_a_list() -> None:
    with pytest.raises(SupplyScenarioError, match="No scenario is called 'x'; choose china_heavy"):
        preset("x")
    with pytest.raises(SupplyScenarioError, match="stock of -1 days cannot be"):
        preset("china_gallium_ban").seen(stock_days=-1)


def test_a_scenario_is_a_value() -> None:
    assert isinstance(preset("drc_cobalt_quota"), SupplyScenario)
    assert hash(preset("drc_cobalt_quota")) == hash(preset("drc_cobalt_quota"))
