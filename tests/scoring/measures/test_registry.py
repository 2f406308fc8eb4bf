"""Facts become measurements: output, gaps, months, buyers and hosts on sets made by hand."""

from __future__ import annotations

import pytest

from scoring.criteria.catalogue import load
from scoring.permitting.outlook import months_left, still_so
from tests.conftest import TinySite
from tests.scoring.measures.worlds import claim, measured, more_commodities, world


def test_plants_are_measured_on_output_feed_and_recovery_and_mines_are_not(layers) -> None:
    with world([TinySite("p", kind="refinery"), TinySite("d", kind="derivative"), TinySite("m")]) as con:
        for site_id in "pdm":
            claim(con, site_id, "capacity_t_y", 30.0, unit="t/y")
        claim(con, "p", "feed_secured_pct", 80.0, commodity="")
        claim(con, "p", "recovery_pct", 95.0, commodity="")
        found = measured(con, layers, "output_share", "feed_secured", "recovery")
    assert found.loc[("output_share", "p", ""), ["value", "low", "high"]].tolist() == [3, 3, 3]
    assert found.loc[("output_share", "d", ""), ["value", "low", "high", "status"]].tolist() == [3, 1, 9, "modelled"]
    assert found.loc[("feed_secured", "p", ""), "value"] == 80
    assert found.loc[("recovery", "p", ""), "value"] == 95
    assert ("output_share", "m", "") not in found.index


def test_the_gap_that_is_closed_rests_on_capacity_or_on_the_life_of_the_ore(layers) -> None:
    with world([TinySite("s"), TinySite("t"), TinySite("u"), TinySite("none")]) as con:
        con.execute(
            "UPDATE facts.commodity SET leading_share_pct = 40, us_consumption_t = 1000, "
            "us_reliance_low_pct = 50, us_reliance_high_pct = 50"
        )
        claim(con, "s", "capacity_t_y", 100.0, unit="t/y")
        for site_id, grade in (("t", 1.0), ("u", 0.001)):
            claim(con, site_id, "grade", grade)
            claim(con, site_id, "tonnage_mt", 16.0, unit="Mt", commodity="")
        con.execute("UPDATE facts.claim SET key = site_id || ':1' WHERE site_id IN ('t', 'u')")
        found = measured(con, layers, "gap_closed")
    assert found.loc[("gap_closed", "s", ""), ["value", "low", "high", "status"]].tolist() == [
        8.0,
        8.0,
        8.0,
        "measured",
    ]
    life = 0.2 * 16e6**0.25
    assert life == pytest.approx(12.649, abs=1e-3)
    row = found.loc[("gap_closed", "t", "copper")]
    assert row["value"] == pytest.approx(40 * min(1, 160_000 / life / 500))
    small = found.loc[("gap_closed", "u", "copper"), ["value", "low", "high"]].tolist()
    assert small == pytest.approx([40 * 160 / life / 500 * share for share in (1, 0.25, 2)])
    assert row["status"] == "modelled"
    assert ("gap_closed", "none", "") not in found.index


def test_a_stated_plan_closes_the_gap_with_the_metal_of_its_product(layers) -> None:
    """Sal de Puna: 150,000 t/y LCE are 28,185 t of lithium; before, a brine without tonnes of ore closed no gap."""
    with world([TinySite(site_id) for site_id in ("plan", "built", "words", "other")]) as con:
        con.execute(
            "UPDATE facts.commodity SET commodity_id = 'lithium', leading_share_pct = 40, us_consumption_t = 1e5"
        )
        con.execute("UPDATE facts.commodity SET us_reliance_low_pct = 100, us_reliance_high_pct = 100")
        for site_id, text in (("plan", "LCE"), ("built", "lithium"), ("words", "lithium in brine, processed")):
            claim(con, site_id, "planned_output_t_y", 10_000.0, text=text, commodity="lithium", unit="t/y")
        claim(con, "built", "capacity_t_y", 4_000.0, commodity="lithium", unit="t/y")
        claim(con, "other", "planned_output_t_y", 10_000.0, text="fertiliser", commodity="lithium", unit="t/y")
        found = measured(con, layers, "gap_closed")
    columns = ["value", "low", "high", "status"]
    share = 40 * 10_000 * 0.1879 / 1e5
    assert found.loc[("gap_closed", "plan", ""), columns].tolist() == pytest.approx(
        [share, 0.6 * share, 1.2 * share, "modelled"]
    )
    assert found.loc[("gap_closed", "built", ""), columns].tolist() == pytest.approx([4.0, 2.4, 4.8, "modelled"])
    assert found.loc[("gap_closed", "words", ""), "value"] == 4.0, "words that name the metal alone are of the metal"
    assert ("gap_closed", "other", "") not in found.index


def test_a_stated_total_of_oxides_holds_its_elements_by_their_part_of_the_grades(layers) -> None:
    """Kangankunde plans 15,300 t/y of monazite concentrate; before, its dysprosium was that of the whole resource."""
    with world([TinySite("total"), TinySite("elements")]) as con:
        more_commodities(con)
        con.execute("UPDATE facts.commodity SET leading_share_pct = 50, us_consumption_t = 10000")
        con.execute("UPDATE facts.commodity SET us_reliance_low_pct = 100, us_reliance_high_pct = 100")
        con.execute("UPDATE facts.site SET commodities = ['rare earths']")
        claim(con, "total", "planned_output_t_y", 1000.0, text="TREO", commodity="rare earths", unit="t/y")
        for site_id in ("total", "elements"):
            claim(con, site_id, "tonnage_mt", 100.0, commodity="", unit="Mt")
            claim(con, site_id, "grade", 2.0, commodity="rare earths")
            claim(con, site_id, "grade", 4000.0, commodity="neodymium", unit="ppm")
            claim(con, site_id, "grade", 200.0, commodity="dysprosium", unit="ppm")
        con.execute("UPDATE facts.claim SET key = site_id || ':1'")
        for name, tonnes in (("neodymium", 800.0), ("dysprosium", 40.0)):
            claim(con, "elements", "planned_output_t_y", tonnes, text=f"{name} oxide", commodity=name, unit="t/y")
        found = measured(con, layers, "gap_closed")["value"]
    assert found["gap_closed", "total", "rare earths"] == pytest.approx(50 * 1000 / 10000)
    assert found["gap_closed", "total", "dysprosium"] == pytest.approx(50 * 1000 * 0.01 / 10000), "200 ppm of 2 %"
    assert found["gap_closed", "elements", "dysprosium"] == pytest.approx(50 * 40 / 10000)
    assert found["gap_closed", "elements", "rare earths"] == pytest.approx(50 * 840 / 10000), "the least of all"
    assert found["gap_closed", "elements", ""] == pytest.approx(50 * 800 / 10000), "a sum is no product of its own"


def test_magnets_close_the_gap_with_the_oxides_they_hold(layers) -> None:
    """Nd2Fe14B magnets hold 28 to 32 % rare-earth metals, 33 to 38 % as oxides."""
    with world([TinySite("d", kind="derivative")]) as con:
        con.execute("UPDATE facts.commodity SET commodity_id = 'neodymium', leading_share_pct = 50")
        con.execute("UPDATE facts.commodity SET us_consumption_t = 10000")
        con.execute("UPDATE facts.commodity SET us_reliance_low_pct = 100, us_reliance_high_pct = 100")
        claim(con, "d", "capacity_t_y", 1000.0, text="NdFeB magnets", commodity="neodymium", unit="t/y")
        row = measured(con, layers, "gap_closed").loc[("gap_closed", "d", "")]
    assert row[["value", "low", "high"]].tolist() == pytest.approx([50 * 0.0355, 50 * 0.033, 50 * 0.038])


def test_what_a_host_works_makes_today_is_no_output_of_its_new_line(layers) -> None:
    """Onsan makes 150 t/y of indium and plans 16 t/y more: the line closes 16 t/y of the gap."""
    with world([TinySite("s", kind="refinery")]) as con:
        con.execute("UPDATE facts.commodity SET commodity_id = 'indium', leading_share_pct = 50")
        con.execute("UPDATE facts.commodity SET us_consumption_t = 1000")
        con.execute("UPDATE facts.commodity SET us_reliance_low_pct = 100, us_reliance_high_pct = 100")
        claim(con, "s", "capacity_t_y", 150.0, text="indium", commodity="indium", unit="t/y")
        claim(con, "s", "planned_output_t_y", 16.0, text="additional indium", commodity="indium", unit="t/y")
        row = measured(con, layers, "gap_closed").loc[("gap_closed", "s", "")]
    assert row["value"] == pytest.approx(50 * 0.016)


def test_a_plant_without_a_capacity_counts_with_its_planned_output(layers) -> None:
    with world([TinySite("p", kind="separation")]) as con:
        con.execute("UPDATE facts.commodity SET commodity_id = 'dysprosium'")
        claim(con, "p", "planned_output_t_y", 20.0, text="dysprosium oxide", commodity="dysprosium", unit="t/y")
        row = measured(con, layers, "output_share").loc[("output_share", "p", "")]
    assert (row["low"], row["high"], row["status"]) == (0, 2, "modelled")


def test_a_net_exporter_has_no_gap_and_a_withheld_figure_leaves_it_unknown(layers) -> None:
    with world([TinySite("s")]) as con:
        con.execute(
            "UPDATE facts.commodity SET leading_share_pct = 40, us_consumption_t = 1000, "
            "us_reliance_low_pct = 0, us_reliance_high_pct = 0"
        )
        claim(con, "s", "capacity_t_y", 100.0, unit="t/y")
        assert measured(con, layers, "gap_closed").loc[("gap_closed", "s", ""), "value"] == 0
        con.execute("UPDATE facts.commodity SET us_consumption_t = NULL")
        assert ("gap_closed", "s", "") not in measured(con, layers, "gap_closed").index


def test_a_gap_from_trade_is_told_as_modelled(layers) -> None:
    with world([TinySite("s")]) as con:
        con.execute("UPDATE facts.commodity SET leading_share_pct = 40")
        con.execute(
            "INSERT INTO facts.trade_code VALUES "
            "('740311', 'copper', 'refined', '', true, 0.9, 0.8, 1.0, 'Cu', '', '', '')"
        )
        con.execute(
            "INSERT INTO facts.trade_flow VALUES "
            "(2024, '740311', 'CHL', 'JPN', 1200, 0, 0), (2024, '740311', 'JPN', 'USA', 200, 0, 0)"
        )
        claim(con, "s", "capacity_t_y", 90.0, unit="t/y")
        found = measured(con, layers, "gap_closed_japan").loc[("gap_closed_japan", "s", "")]
        con.execute("UPDATE facts.trade_code SET factor_low = NULL")
        unknown = measured(con, layers, "gap_closed_japan")
    assert found["status"] == "modelled"
    assert found[["value", "low", "high"]].tolist() == pytest.approx([40 * 0.1, 40 * 0.09, 40 * 0.1125])
    assert ("gap_closed_japan", "s", "") not in unknown.index


def test_the_gap_counts_what_is_sold_and_net_imports_where_consumption_is_withheld(layers) -> None:
    with world([TinySite("s")]) as con:
        more_commodities(con)
        con.execute("UPDATE facts.commodity SET leading_share_pct = 50, us_net_imports_t = 1e9")
        con.execute("UPDATE facts.commodity SET us_net_imports_t = 10 WHERE commodity_id = 'nickel'")
        con.execute("UPDATE facts.site SET commodities = ['copper', 'nickel']")
        claim(con, "s", "tonnage_mt", 100.0, commodity="", unit="Mt")
        claim(con, "s", "grade", 2.0)
        claim(con, "s", "grade", 0.01, commodity="nickel")
        con.execute("UPDATE facts.claim SET key = 's:1'")
        trace = measured(con, layers, "gap_closed").loc[("gap_closed", "s", "")]
        con.execute("UPDATE facts.claim SET value = 0.5 WHERE commodity = 'nickel'")
        sold = measured(con, layers, "gap_closed").loc[("gap_closed", "s", "")]
    assert trace["target"] == "copper", "a hundredth of the value is no product"
    assert (sold["target"], sold["value"]) == ("nickel", 50)


def test_a_planned_plant_counts_by_the_chance_of_its_stage(layers) -> None:
    with world([TinySite("p", kind="refinery")]) as con:
        con.execute("UPDATE facts.site SET stage = 'feasibility'")
        claim(con, "p", "stage", None, text="feasibility", commodity="", unit="", as_of="2026-06")
        claim(con, "p", "capacity_t_y", 30.0, unit="t/y", method="estimated")
        found = measured(con, layers, "output_share", "product_chance")
    row, chance = found.loc[("output_share", "p", "")], found.loc[("product_chance", "p", ""), "value"]
    assert 0 < chance < 100
    assert row["value"] == pytest.approx(3 * chance / 100, rel=0.01)
    assert (row["low"], row["high"], row["status"]) == (0, 3, "modelled")


@pytest.mark.parametrize(
    ("buyers", "expected"),
    [
        ({"Sojitz": "binding"}, (3, 3, 3)),
        ({"Sojitz": "memorandum"}, (3, 1, 3)),
        ({"Sojitz": "option for half of it"}, (3, 1, 3)),
        ({"Sojitz": "conditional framework"}, (3, 1, 3)),
        ({"SOJITZ & Co.": "binding"}, (3, 3, 3)),
        ({"Zijin": ""}, (0, 0, 0)),
        ({"Sojitz": "", "Zijin": ""}, (1.5, 0, 3)),
        ({"Glencore": ""}, (1, 1, 1)),
        ({"Sojitz (ended 2024)": ""}, None),
        ({"nobody that is named": ""}, None),
    ],
)
def test_offtake_counts_by_the_country_of_the_buyer(layers, buyers, expected) -> None:
    with world([TinySite("s")]) as con:
        con.execute("INSERT INTO facts.country SELECT * REPLACE ('JPN' AS iso3, 'japan' AS bloc) FROM facts.country")
        con.execute(
            "INSERT INTO facts.country SELECT * REPLACE ('CHN' AS iso3, 'covered' AS bloc) FROM facts.country LIMIT 1"
        )
        con.execute(
            "INSERT INTO facts.country SELECT * REPLACE ('CHE' AS iso3, 'neutral' AS bloc) FROM facts.country LIMIT 1"
        )
        for name, iso3 in (("Sojitz", "JPN"), ("Zijin", "CHN"), ("Glencore", "CHE")):
            con.execute("INSERT INTO facts.buyer VALUES (?, '', ?, '', '', '', '')", [name, iso3])
        for name, how in buyers.items():
            claim(con, "s", "offtake", None, text=f"{name}, {how}", commodity="", unit="")
        found = measured(con, layers, "offtake_destination")
    if expected is None:
        assert ("offtake_destination", "s", "") not in found.index
    else:
        assert tuple(found.loc[("offtake_destination", "s", ""), ["value", "low", "high"]]) == expected


def test_permitting_uses_the_stage_its_age_and_the_country(layers) -> None:
    with world([TinySite("s"), TinySite("none")]) as con:
        con.execute("UPDATE facts.site SET stage = 'operating' WHERE site_id = 's'")
        con.execute("UPDATE facts.site SET stage = 'unknown' WHERE site_id = 'none'")
        claim(con, "s", "stage", None, text="operating", commodity="", unit="")
        found = measured(con, layers, "permitting_months", "product_months", "product_chance", "rule_of_law")
    expected = months_left("operating", "AUS", True, 1.9, 6)
    assert found.loc[("permitting_months", "s", ""), ["low", "value", "high"]].tolist() == [
        expected.p10,
        expected.p50,
        expected.p90,
    ]
    assert ("permitting_months", "none", "") not in found.index
    assert ("product_months", "none", "") not in found.index
    low, value, high = found.loc[("product_months", "s", ""), ["low", "value", "high"]]
    assert low == 0 < value < high == 200, "six years on, one in four has closed"
    chance = 0.05 + 0.95 * still_so("operating", 6)
    assert found.loc[("product_chance", "s", ""), "value"] == pytest.approx(100 * chance, abs=1)
    assert found.loc[("rule_of_law", "s", ""), "target"] == "AUS"


def test_product_follows_what_sources_say_of_start_money_and_expansion(layers) -> None:
    with world([TinySite("s"), TinySite("told"), TinySite("more"), TinySite("weak")]) as con:
        con.execute("UPDATE facts.site SET stage = 'construction'")
        con.execute("UPDATE facts.site SET stage = 'operating' WHERE site_id = 'more'")
        for site in ("s", "told", "more", "weak"):
            claim(con, site, "stage", None, text="construction", commodity="", unit="", as_of="2026-06")
        for site in ("told", "weak"):
            claim(con, site, "first_production", None, text="Q1 2027", commodity="", unit="", as_of="2026-10")
        con.execute("UPDATE facts.claim SET method = 'unconfirmed' WHERE site_id = 'weak' AND text = 'Q1 2027'")
        claim(con, "more", "funding_state", None, text="seeking", commodity="", unit="", as_of="2026-06")
        found = measured(con, layers, "product_months")
    months = {site: found.loc[("product_months", site, ""), "value"] for site in ("s", "told", "more", "weak")}
    assert months["told"] < months["s"] == months["weak"]
    assert months["more"] > 60, "an expansion is not there because the works run"


@pytest.mark.parametrize(("bloc", "value"), [("us", 3), ("japan", 3), ("partner", 2), ("neutral", 1), ("covered", 0)])
def test_host_alignment_is_the_class_of_the_bloc(layers, bloc, value) -> None:
    with world([TinySite("s")]) as con:
        con.execute("UPDATE facts.country SET bloc = ?", [bloc])
        assert measured(con, layers, "host_alignment").loc[("host_alignment", "s", ""), "value"] == value


def test_measurements_of_the_bundle_are_of_sites_to_which_the_criterion_applies(facts) -> None:
    ask = "SELECT DISTINCT kind FROM facts.site JOIN facts.measurement USING (site_id) WHERE criterion_id = ?"
    for criterion in load().criteria:
        kinds = {r[0] for r in facts.cursor().execute(ask, [criterion.id]).fetchall()}
        if criterion.measure == "not_covered":
            assert kinds == set()
        elif criterion.applies_to == "ore":
            assert kinds == {"mine"}
        elif criterion.measure == "output_share":
            assert kinds
            assert "mine" not in kinds
        elif criterion.applies_to == "all":
            assert {"mine", "refinery"} <= kinds, criterion.id
