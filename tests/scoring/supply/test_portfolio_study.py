"""Portfolios of the bundle: who takes part, what a study says, and what a user's figures change."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import pairwise

import duckdb
import numpy as np
import pytest

from scoring.errors import PortfolioError
from scoring.measures.product_forms import LEVELS, form_of, table
from scoring.supply import portfolio_core as core
from scoring.supply.chain_sites import SWITCHES
from scoring.supply.desks import UnknownChoiceError
from scoring.supply.portfolio_facts import Facts, Rules, candidates, desk_gaps, read_facts
from scoring.supply.portfolio_figures import UserFigure, figures_from
from scoring.supply.portfolio_model import shares, solve
from scoring.supply.portfolio_program import averaged, case, draw, drawn
from scoring.supply.portfolio_records import GapBasis
from scoring.supply.portfolio_study import Question, study
from scoring.supply.response_errors import SupplyTableError
from tests.scoring.supply.test_portfolio_model import balanced

HEAVY = ("dysprosium", "terbium")


@pytest.fixture(scope="module")
def supply(facts: duckdb.DuckDBPyConnection) -> Facts:
    return read_facts(facts)


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(1000.0, 2030, "us", HEAVY, draws=40)


def test_every_project_has_its_facts_or_the_reason_why_not(supply: Facts) -> None:
    gaps = desk_gaps(supply, "us")
    who = candidates(supply, 2030, tuple(gaps), Rules())
    assert who.projects
    ids = [project.site_id for project in who.projects] + [each.site_id for each in who.left_out]
    assert len(ids) == len(set(ids)) <= len(supply.rows)
    for project in who.projects:
        assert project.outputs
        assert project.cost.low <= project.cost.value <= project.cost.high
        assert 0 <= project.chance <= 1
        assert project.cost.url or project.cost.mark == "modelled", project.site_id
        for output in project.outputs:
            assert 0 < output.tonnes.low <= output.tonnes.value <= output.tonnes.high
            assert output.commodity in gaps
            assert output.tonnes.mark == "modelled" or output.tonnes.basis
    assert {each.reason for each in who.left_out} >= {"no_output", "covered_host", "funded"}


def test_a_project_without_facts_never_enters(supply: Facts, question: Question) -> None:
    result = study(supply, question)
    apart = {each.site_id for each in result.participation.left_out}
    assert apart
    entered = {line.site_id for line in result.lines}
    entered |= {site_id for point in (*result.frontier, result.next_100) for site_id, _name in point.enters}
    entered |= {each.site_id for each in result.core}
    assert entered
    assert not entered & apart
    unknown = replace(supply, months={s: m for s, m in supply.months.items() if s not in entered})
    again = study(unknown, question)
    assert not {line.site_id for line in again.lines} & entered


def test_the_same_seed_gives_the_same_answer_and_another_another(supply: Facts, question: Question) -> None:
    assert asdict(study(supply, question)) == asdict(study(supply, question))
    assert study(supply, replace(question, seed=1)).core != study(supply, question).core


def test_more_money_more_time_or_fewer_rules_never_close_less(supply: Facts, question: Question) -> None:
    result = study(supply, question)
    shares = [point.share_pct for point in result.frontier]
    assert len(shares) >= 12
    assert all(later >= earlier - 0.01 for earlier, later in pairwise(shares))
    assert result.next_100.share_pct >= result.share_pct - 0.01
    capped = study(supply, replace(question, max_per_country_musd=200.0))
    assert capped.share_pct <= result.share_pct + 0.01
    assert all(line.cost_counted_musd <= 200.1 for line in capped.lines)


def test_a_gap_says_its_year_and_source_for_each_country_that_counts(supply: Facts) -> None:
    gaps = desk_gaps(supply, "joint")
    assert gaps["dysprosium"].basis == (GapBasis("us", "net_imports_heavy", 2025),)
    assert gaps["dysprosium"].japan_t is None
    assert gaps["gallium"].basis == (GapBasis("us", "consumption", 2025), GapBasis("japan", "consumption", None))
    assert gaps["gallium"].high_t == pytest.approx(19 + 167 * 0.58)
    assert gaps["cobalt"].low_t < gaps["cobalt"].high_t  # Japan's reliance is not stated: an interval, no point


def test_rules_leave_projects_out_and_say_why(supply: Facts) -> None:
    names = ("gallium", "lithium")
    loose = candidates(supply, 2032, names, Rules(pass_gates=False))
    for rules, reason in (
        (Rules(), "gate_failed"),
        (Rules(owners_clear=True), "owners_unknown"),
        (Rules(stated_only=True), "not_stated"),
        (Rules(partner_hosts=True), "no_framework"),
        (Rules(stages="construction"), "too_early"),
    ):
        strict = candidates(supply, 2032, names, rules)
        assert {p.site_id for p in strict.projects} < {p.site_id for p in loose.projects}
        assert any(each.reason == reason for each in strict.left_out)
    assert not any(supply.rows[p.site_id]["bloc"] == "covered" for p in loose.projects)


def test_a_wider_switch_of_stages_never_lets_fewer_take_part(supply: Facts) -> None:
    narrow: set[str] = set()
    for stages, counted in SWITCHES.items():
        who = candidates(supply, 2032, ("gallium", "lithium"), Rules(stages=stages))
        wide = {project.site_id for project in who.projects}
        assert narrow <= wide
        assert stages == "all" or {project.stage for project in who.projects} <= counted
        narrow = wide
    with pytest.raises(UnknownChoiceError, match="stages 'soon' is not there; take one of operating"):
        candidates(supply, 2032, ("lithium",), Rules(stages="soon"))


def test_a_plant_of_the_portfolio_is_fed_by_it_or_by_its_own(supply: Facts, question: Question) -> None:
    result = study(supply, replace(question, budget_musd=3000.0))
    for line in result.lines:
        needs = [output for output in line.outputs if output.feeds_on and not output.own_feed]
        assert not needs or line.fed_by, line.name
    assert result.cost_musd <= 3000.0


def test_an_average_over_draws_is_the_mean_of_its_draws(supply: Facts, question: Question) -> None:
    gaps = {name: gap for name, gap in desk_gaps(supply, "us").items() if name in HEAVY}
    who = candidates(supply, 2032, HEAVY, Rules())
    made = case(who.projects, [gaps], [1.0], 1500.0)
    draws = draw(made, 30, np.random.default_rng(3))
    best = solve(averaged(made, draws))
    assert best is not None
    each = [shares(drawn(made, draws, place), best.chosen) for place in range(30)]
    assert np.mean([one.value[0] for one in each if one]) == pytest.approx(best.value[0], abs=1e-5)


def test_mass_balances_hold_at_every_node_of_every_draw(supply: Facts) -> None:
    """Of all commodities: output <= recovery x feed at each plant, feed and delivery <= output at each cell."""
    gaps = desk_gaps(supply, "joint")
    who = candidates(supply, 2032, tuple(gaps), Rules())
    made = case(who.projects, [gaps], [1.0], 8000.0)
    program = averaged(made, draw(made, 10, np.random.default_rng(5)))
    best = solve(program)
    assert best is not None
    assert best.feed.sum() > 0
    balanced(program, best)
    assert best.cost_musd <= 8000.0 + 1e-6


def test_each_desk_regrets_nothing_of_its_own_best(supply: Facts) -> None:
    result = study(supply, Question(800.0, 2032, "us", ("lithium", "gallium"), draws=25))
    us, japan = result.desks
    assert us.regret_pct == pytest.approx(0, abs=0.01)
    assert japan.regret_pct is not None
    assert japan.best_pct is not None
    assert japan.regret_pct >= 0
    for swap in result.swaps:
        assert swap.us_pct > 0
        assert swap.japan_pct > 0
        assert swap.gives[0] in {line.site_id for line in result.lines}


def test_what_the_user_knows_wins_and_is_marked(supply: Facts, question: Question) -> None:
    line = study(supply, question).lines[0]
    figures = (
        UserFigure(line.site_id, "capex_musd", 5.0),
        UserFigure(line.site_id, "chance_pct", 100.0),
        UserFigure(line.site_id, "own_feed_pct", 100.0),
    )
    result = study(supply, replace(question, figures=figures))
    own = next(each for each in result.lines if each.site_id == line.site_id)
    assert own.cost.mark == "user"
    assert own.cost_counted_musd == 5.0
    assert own.chance == 1.0
    assert own.chance_mark == "user"
    assert result.participation.user == ((line.site_id, line.name),)
    assert result.share_pct > study(supply, question).share_pct


def test_a_chance_alone_is_a_figure_of_the_user(supply: Facts, question: Question) -> None:
    line = study(supply, question).lines[0]
    result = study(supply, replace(question, figures=(UserFigure(line.site_id, "chance_pct", 90.0),)))
    assert result.participation.user == ((line.site_id, line.name),)


def test_a_user_can_give_the_gap_that_no_table_has(supply: Facts, question: Question) -> None:
    japan = replace(question, desk="japan", draws=10)
    with pytest.raises(PortfolioError, match="not known for the desk japan"):
        study(supply, japan)
    result = study(supply, replace(japan, figures=(UserFigure("gap", "gap_t_y", 400.0, "dysprosium"),)))
    assert result.no_gap == ("terbium",)
    assert result.closed[0].gap.mark == "user"
    assert result.desks[0].share_pct is not None  # the US gap is its own


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"budget_musd": 0.0}, "A budget of 0 million USD buys nothing; write one above 0"),
        ({"budget_musd": float("nan")}, "A budget of nan"),
        ({"by": 2019}, "write a year from"),
        ({"desk": "europe"}, "There is no desk 'europe'; write one of us, japan, joint"),
        ({"commodities": ("unobtanium",)}, "There is no commodity 'unobtanium'; write one of"),
        ({"must": ("nowhere",)}, "nowhere cannot be in the portfolio"),
        ({"draws": 0}, "0 draws cannot be made"),
        ({"least_pct": 90.0}, r"90 % cannot be closed by 2030: all projects .* together close \d+\S* %; ask for less"),
        ({"least_pct": 14.0}, "the budget of 1,000 million USD, at least 14 % is to be closed by 2030. Loosen one"),
        (
            {"must": ("arg-salar-del-rincon-rio-8ef8",), "commodities": ("lithium",)},
            r"the budget of 1,000 million USD, Rincon as a must \(2,5.. million USD\). Loosen",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence_with_the_cure(
    supply: Facts, question: Question, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(PortfolioError, match=sentence):
        study(supply, replace(question, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("project,amount\nA,1\n", "line 1: the column field is missing; the first line names project, field, value"),
        ("project,field,value\n", "line 1: it has no rows; write one row under the first line"),
        ("project;field;value\nA;capex_musd;1.234\n", "'1.234' may be a number with decimals or with thousands"),
        ("project,field,value\nA,price,1\n", "line 2: no field is called 'price'; write one of capex_musd"),
        (
            "project,field,value\nA,capex_musd,1 bn\n",
            r"'1 bn' cannot be a capex_musd; write a number .* \(million USD\)",
        ),
        ("project,field,value\nA,chance_pct,120\n", "'120' cannot be a chance_pct; write a number from 0 to 100"),
        ("project,field,value\nMt Nowhere,capex_musd,9\n", "'Mt Nowhere' names no single project"),
        ("project,field,value\nA,output_t_y,9\n", "output_t_y is of a commodity, and '' is none"),
    ],
)
def test_a_file_of_figures_that_cannot_be_used_says_which_line(text: str, sentence: str) -> None:
    with pytest.raises(SupplyTableError, match=sentence):
        figures_from("own.csv", text.encode(), {"a": "A"}, frozenset({"tin"}))


def test_a_file_of_figures_in_another_code_page_is_refused_in_a_sentence() -> None:
    with pytest.raises(SupplyTableError, match=r"own\.csv, line 1: it cannot be read \(.*\); give a CSV file in UTF-8"):
        figures_from("own.csv", "project,field,value\nホワイトメサ,capex_musd,9\n".encode("cp932"), {}, frozenset())


def test_forms_are_whole() -> None:
    for block in table()["form"]:
        assert block["level"] in (*LEVELS, "unknown")
        assert 0 <= block["low"] <= block["high"] < 2
        assert block["reference"]
        assert (block["low"] == block["high"]) or block.get("estimate") or block["low"] >= 0.97


@pytest.mark.parametrize(
    ("words", "commodity", "kind", "level"),
    [
        ("spodumene concentrate SC5.5", "lithium", "mine", "mined"),
        ("battery-grade lithium carbonate", "lithium", "mine", "refined"),
        ("NdFeB magnets", "rare earths", "derivative", "derivative"),
        ("magnet rare earth oxides", "rare earths", "recycling", "refined"),
        ("synthetic anode graphite", "graphite", "derivative", None),
        ("xenotime concentrate", "dysprosium", "mine", None),
        ("dysprosium oxide contained", "dysprosium", "mine", "mined"),
        ("mixed rare earth carbonate", "rare earths", "mine", "mined"),
        ("flake", "graphite", "mine", None),
        ("mixed middle-heavy rare earth oxide", "dysprosium", "mine", None),
        ("heavy rare earth oxides (Dy, Tb)", "dysprosium", "recycling", "refined"),
        ("LFP cathode material", "lithium", "derivative", "derivative"),
    ],
)
def test_words_of_products_are_read_as_they_are_meant(words: str, commodity: str, kind: str, level: str | None) -> None:
    form = form_of(words, commodity, kind)
    assert (form.level if form else None) == level


@pytest.mark.parametrize("words", ["TREO in concentrate", "TREO in mixed rare earth carbonate"])
def test_oxides_in_a_product_are_oxides(words: str) -> None:
    """31,900 t/y of oxides in Wicheeda's concentrate counted as that many tonnes of concentrate, at 40 %."""
    form = form_of(words, "rare earths", "mine")
    assert form is not None
    assert (form.level, form.low, form.high) == ("mined", 1.0, 1.0)


def test_cathode_material_holds_of_each_metal_its_own_part() -> None:
    """50,000 t of LFP counted as 21,000 t of lithium: the range was that of nickel in NMC."""
    held = {metal: form_of("NMC cathode material", metal, "derivative") for metal in ("nickel", "cobalt", "lithium")}
    assert {metal: (form.low, form.high) for metal, form in held.items() if form} == {
        "nickel": (0.30, 0.55),
        "cobalt": (0.03, 0.13),
        "lithium": (0.070, 0.073),
    }
    iron = form_of("LFP cathode material", "lithium", "derivative")
    assert iron is not None
    assert iron.low == 0.044


def test_verdicts_follow_the_share_of_draws_and_classes_explain_no_noise() -> None:
    rng = np.random.default_rng(2)
    held = rng.random(400) < 0.5
    by_chance = core.explained(held, rng.integers(0, 3, 400))
    assert by_chance < 0.01
    assert core.explained(held, held.astype(int)) == pytest.approx(held.mean() * (1 - held.mean()))
    assert [core.verdict(share) for share in (0.8, 0.79, 0.2)] == ["take", "find_out", "leave"]
