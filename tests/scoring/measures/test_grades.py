"""Grades and tonnages become percentiles and contained metal, on sets made by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from scoring.measures.inputs import Inputs
from scoring.measures.registry import measure_all
from tests.conftest import TinySite
from tests.scoring.measures.worlds import claim, measured, more_commodities, world


def percentiles(layers, grades: dict[str, float], types: dict[str, str] | None = None, **odd) -> pd.DataFrame:
    with world([TinySite(s) for s in grades]) as con:
        for site_id, grade in grades.items():
            claim(con, site_id, "grade", grade, **odd.get(site_id, {}))
            con.execute(
                "UPDATE facts.site SET deposit_type = ? WHERE site_id = ?",
                [(types or {}).get(site_id, "porphyry"), site_id],
            )
        table = measure_all(Inputs(con, layers, layers), ("grade_percentile",))
    rows = table[(table["criterion_id"] == "grade_percentile") & (table["commodity"] == "copper")]
    return rows.set_index("site_id")


def test_mid_rank_percentile_of_ten_grades(layers) -> None:
    found = percentiles(layers, {f"s{i}": float(i + 1) for i in range(10)})
    assert found["value"].tolist() == pytest.approx([5, 15, 25, 35, 45, 55, 65, 75, 85, 95])
    assert set(found["reference_group"]) == {"porphyry"}
    assert set(found["reference_n"]) == {10}


def test_equal_grades_share_their_rank_and_the_mean_is_always_a_half(layers) -> None:
    found = percentiles(layers, {f"s{i}": g for i, g in enumerate([1, 1, 1, 1, 2, 2, 3, 9])})
    assert found["value"].tolist() == pytest.approx([25, 25, 25, 25, 62.5, 62.5, 81.25, 93.75])
    assert found["value"].mean() == pytest.approx(50)


def test_a_grade_is_ranked_within_its_own_type(layers) -> None:
    grades = {f"p{i}": 0.1 * (i + 1) for i in range(8)} | {f"v{i}": 10.0 * (i + 1) for i in range(8)}
    found = percentiles(layers, grades, {s: "porphyry" if s[0] == "p" else "skarn" for s in grades})
    assert (
        found.loc[[f"p{i}" for i in range(8)], "value"].tolist()
        == found.loc[[f"v{i}" for i in range(8)], "value"].tolist()
    )


@pytest.mark.parametrize(
    ("other", "group"), [("skarn", "hard rock"), ("brine", "all types"), ("", "all types"), ("laterite", "all types")]
)
def test_a_type_with_fewer_than_eight_peers_is_ranked_in_its_form_or_among_all_and_says_so(
    layers, other, group
) -> None:
    grades = {f"s{i}": float(i + 1) for i in range(9)}
    found = percentiles(layers, grades, {s: other if s == "s8" else "porphyry" for s in grades})
    assert (found.loc["s8", "reference_group"], found.loc["s8", "reference_n"]) == (group, 9)
    assert found.loc["s8", "value"] == pytest.approx(100 * 8.5 / 9, abs=0.01)
    assert found.loc["s0", "reference_n"] == 8


def test_an_unknown_form_spans_what_each_form_would_make_of_the_grade(layers) -> None:
    brines = {f"b{i}": 0.01 * (i + 1) for i in range(8)}
    rocks = {f"r{i}": 5.0 * 1.1**i for i in range(8)}
    types = dict.fromkeys(brines, "brine") | dict.fromkeys(rocks, "pegmatite") | {"s": ""}
    row = percentiles(layers, brines | rocks | {"s": 0.5}, types).loc["s"]
    assert row["value"] == pytest.approx(100 * 8.5 / 17, abs=0.01)
    assert (row["low"], row["high"]) == (0, 100), "worst of the rocks, best of the brines"


def test_fewer_than_eight_grades_leave_the_percentile_unknown(layers) -> None:
    assert len(percentiles(layers, {f"s{i}": float(i + 1) for i in range(8)})) == 8
    assert percentiles(layers, {f"s{i}": float(i + 1) for i in range(7)}).empty


def test_grades_that_were_not_chosen_move_nobody(layers) -> None:
    grades = {f"s{i}": float(i + 1) for i in range(10)}
    found = percentiles(layers, grades, s9={"method": "machine-read", "chosen": False})
    assert "s9" not in found.index
    assert found["value"].tolist() == pytest.approx([100 * (i + 0.5) / 9 for i in range(9)], abs=0.01)


def test_the_range_of_a_percentile_narrows_with_its_peers(layers) -> None:
    few = percentiles(layers, {f"s{i}": 4.0**i for i in range(9)}).loc["s4"]  # no other within a factor of 2.7
    many = percentiles(layers, {f"s{i:02}": 4.0**i for i in range(49)}).loc["s24"]
    assert (few["value"], many["value"]) == pytest.approx((50, 50))
    assert few["high"] - few["low"] > 2 * (many["high"] - many["low"])
    assert many["high"] - many["low"] == pytest.approx(2 * 164.5 * (0.25 / 49) ** 0.5, abs=0.02)


def test_the_range_of_a_percentile_reaches_as_far_as_sources_disagree(layers) -> None:
    found = percentiles(layers, {f"s{i:02}": 1.0 + i / 10 for i in range(61)}).loc["s20"]  # grade 3 of 1 to 7
    assert found["value"] == pytest.approx(100 * 20.5 / 61, abs=0.01)
    assert found["low"] == pytest.approx(100 * 2 / 61, abs=0.01), "1.0 and 1.1 lie below 3 / 2.7"
    assert found["high"] == 100, "all lie below 3 x 2.7"


@pytest.mark.parametrize(("unit", "grade"), [("%", 2.0), ("g/t", 20_000.0), ("ppm", 20_000.0)])
def test_contained_metal_in_years_of_world_production(layers, unit, grade) -> None:
    """By hand: 5 Mt at 2 % hold 100,000 t, a hundred years of a world that mines 1,000 t."""
    with world([TinySite("s")]) as con:
        claim(con, "s", "tonnage_mt", 5.0, commodity="", unit="Mt")
        claim(con, "s", "grade", grade, unit=unit)
        row = measured(con, layers, "contained_years").loc[("contained_years", "s", "copper")]
    assert (row["value"], row["low"], row["high"]) == pytest.approx((100, 100 / 12, 1200))


def test_without_tonnage_contained_metal_is_unknown(layers) -> None:
    with world([TinySite("s")]) as con:
        claim(con, "s", "grade", 2.0)
        assert "contained_years" not in measured(con, layers, "contained_years").index.get_level_values(0)


def ore(layers, grades: dict[str, tuple[float, str]], *, ore_mt=100.0, listed=None, products=(), peers=None):
    """Return the measurements of one mine ``s`` among eight peers that are graded for the same metals."""
    peers = peers or {}
    with world([TinySite("s"), *(TinySite(f"p{i}") for i in range(8))]) as con:
        more_commodities(con)
        con.execute("UPDATE facts.site SET commodities = ?", [list(listed or grades)])
        for site in ("s", *(f"p{i}" for i in range(8))):
            claim(con, site, "tonnage_mt", ore_mt, commodity="", unit="Mt")
            for commodity, (grade, unit) in grades.items():
                shown = grade if site == "s" else peers.get(commodity, grade)
                claim(con, site, "grade", shown, commodity=commodity, unit=unit)
            con.execute("UPDATE facts.claim SET key = ? WHERE site_id = ?", [f"{site}:1", site])
        con.executemany("INSERT INTO facts.product VALUES ('s', ?)", [[p] for p in products]) if products else None
        return measured(con, layers, "grade_percentile", "contained_years")


@pytest.mark.parametrize(
    ("grades", "listed", "products", "main"),
    [
        ({"copper": (1.0, "%"), "nickel": (1.0, "%")}, None, (), "nickel"),  # 100 against 150 USD a tonne
        ({"copper": (2.0, "%"), "nickel": (1.0, "%")}, None, (), "copper"),
        ({"copper": (1.0, "%"), "nickel": (1.0, "%")}, None, ("copper",), "copper"),  # it is not built to sell nickel
        ({"uranium": (300.0, "ppm"), "copper": (2.0, "%")}, None, (), "uranium"),  # listed first, no price
        ({"uranium": (300.0, "ppm"), "copper": (2.0, "%")}, ["copper", "uranium"], (), "copper"),
        ({"nickel": (1.0, "%"), "scandium": (200.0, "ppm")}, None, (), "nickel"),  # 200 USD, but the world takes little
        (
            {"rare earths": (1.0, "%"), "copper": (0.01, "%")},
            None,
            (),
            "rare earths",
        ),  # a fifth of the oxides is Nd, Pr
        (
            {"rare earths": (1.0, "%"), "neodymium": (1_700.0, "ppm"), "dysprosium": (40.0, "ppm")},
            None,
            (),
            "rare earths",
        ),
        (
            {
                "rare earths": (0.3, "%"),
                "neodymium": (100.0, "ppm"),
                "dysprosium": (200.0, "ppm"),
                "terbium": (30.0, "ppm"),
            },
            None,
            (),
            "dysprosium",
        ),
    ],
)
def test_the_main_commodity_is_the_most_valuable_that_is_sold(layers, grades, listed, products, main) -> None:
    found = ore(layers, grades, listed=listed, products=products)
    assert found.loc[("grade_percentile", "s", ""), "target"] == main


def test_by_products_count_at_their_price_and_the_lens_stays_with_the_metal(layers) -> None:
    grades = {"nickel": (1.0, "%"), "copper": (0.6, "%")}
    found = ore(layers, grades, peers={"copper": 0.0001})
    assert found.loc[("grade_percentile", "s", "nickel"), "value"] == 50
    assert found.loc[("grade_percentile", "s", ""), "value"] == pytest.approx(100 * 8.5 / 9, abs=0.01)
    years = found.loc[("contained_years", "s", "nickel"), "value"]
    assert found.loc[("contained_years", "s", ""), "value"] == pytest.approx(years * (150 + 60) / 150)


def test_a_metal_of_the_ore_that_a_project_does_not_sell_closes_no_gap(layers) -> None:
    """Hermosa builds a zinc mine: the copper that its ore holds is a fact of the deposit."""
    with world([TinySite("s")]) as con:
        more_commodities(con)
        con.execute("UPDATE facts.commodity SET leading_share_pct = 50, us_net_imports_t = 10")
        con.execute("UPDATE facts.site SET commodities = ['copper', 'nickel']")
        claim(con, "s", "tonnage_mt", 100.0, commodity="", unit="Mt")
        claim(con, "s", "grade", 2.0)
        claim(con, "s", "grade", 1.0, commodity="nickel")
        con.execute("UPDATE facts.claim SET key = 's:1'")
        anything = measured(con, layers)
        con.execute("INSERT INTO facts.product VALUES ('s', 'nickel')")
        plan = measured(con, layers)
    assert ("gap_closed", "s", "copper") in anything.index, "a site in no ledger may sell what it holds"
    assert ("gap_closed", "s", "copper") not in plan.index
    assert ("gap_closed", "s", "nickel") in plan.index
    assert ("contained_years", "s", "copper") in plan.index
