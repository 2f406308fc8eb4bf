"""In-situ value and rare-earth baskets.

Sums of parts, hand-made goldens, nothing counted twice, unknown stays unknown.
"""

from __future__ import annotations

import csv
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.bundling.minmod import OXIDE_FACTOR
from data.vocabulary import commodity_ids, rare_earth_elements
from scoring.deposits.in_situ_value import (
    FILE,
    GROUPS,
    TREO,
    Grade,
    GradeError,
    Price,
    grades_of_site,
    in_situ_value,
    prices,
    rare_earths,
    tonnes_per_tonne,
)
from scoring.deposits.price_rows import PriceError
from scoring.deposits.rare_earth_oxides import HEAVY, LIGHT

TABLE = prices()
METALS = sorted(name for name in TABLE if name not in rare_earth_elements())
MEMBERS = {member for members in GROUPS.values() for member in members}
ores = st.dictionaries(
    st.sampled_from(METALS), st.floats(1e-3, 1e4).map(lambda ppm: Grade(ppm, "ppm")), min_size=1, max_size=6
)


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def printed(row: dict[str, str]) -> dict[str, list[float]]:
    """Year -> price as the evidence quotes it, or the two ends of a range."""
    pairs = (entry.split(" ") for entry in row["evidence"].rsplit(": ", 1)[1].split(", "))
    return {year: [float(end) for end in value.split("–")] for year, value in pairs}


def carbonatite(treo_pct: float, heavy_share: float) -> dict[str, Grade]:
    """An ore whose oxides are spread evenly within the light and within the heavy elements; element grades in %."""
    groups = ((LIGHT, treo_pct * (1 - heavy_share)), (HEAVY, treo_pct * heavy_share))
    return {name: Grade(oxides / len(group) / OXIDE_FACTOR[name], "%") for group, oxides in groups for name in group}


# the table


def test_each_price_names_its_release_its_year_and_what_is_printed_there() -> None:
    assert len(rows()) >= 40
    for line, row in enumerate(rows(), 2):
        assert row["commodity"] in commodity_ids(), line
        assert row["source_url"].startswith("https://doi.org/10.5066/"), line
        assert row["year"] == "2025", line
        assert row["retrieved"][:2] == "20", line
        assert ", column " in row["evidence"], line
        assert printed(row)[row["year"]] == [float(row["price"])], line
        assert float(row["low"]) <= float(row["price"]) <= float(row["high"]), line


def test_the_range_of_a_price_is_the_least_and_greatest_year_that_is_printed() -> None:
    for row in rows():
        values = [end for ends in printed(row).values() for end in ends]
        assert (min(values), max(values)) == (float(row["low"]), float(row["high"])), row["commodity"]


@pytest.mark.parametrize(
    ("commodity", "by_hand"),
    [
        ("copper", 4.40 / 0.000_453_592_37),  # USD/lb, 0.45359237 kg a pound
        ("silver", 38 / 31.103_4768e-6),  # USD/troy oz, 31.1034768 g an ounce
        ("cobalt", 15.00 / 0.000_453_592_37),
        ("antimony", 25.00 / 0.000_453_592_37),
        ("nickel", 15_000),
        ("gallium", 580_000),
        ("lithium", 9_000 * 73.89 / 13.88),  # Li2CO3 over 2 Li
        ("tungsten", 380 / 0.00793),  # USGS Minerals Yearbook 2017: a metric ton unit of WO3 holds 7.93 kg of tungsten
        ("manganese", 4.5 / 0.01),  # a metric ton unit is 10 kg
        ("neodymium", 73_000 * 336.48 / 288.48),  # Nd2O3 over 2 Nd
        ("dysprosium", 239_000 * 373.00 / 325.00),
        ("vanadium", 5.02 / 0.000_453_592_37 / 0.98),  # 98 % V2O5, the basis of the grade
        ("zirconium", 1_900 / 0.66),
        ("phosphate", 100 / 0.30),
        ("niobium", 26_000 * 0.699 / 0.65),  # ferroniobium of 65 % Nb
        ("scandium", 640_000 * 137.91 / 89.91),
    ],
)
def test_usgs_mcs_2026_prices_are_converted_as_by_hand(commodity, by_hand) -> None:
    """USGS Mineral Commodity Summaries 2026, salient statistics, 2025 (estimated)."""
    assert TABLE[commodity].usd_per_t == pytest.approx(by_hand, rel=3e-4)


@pytest.mark.parametrize("element", sorted(name for name in TABLE if name in rare_earth_elements()))
def test_oxides_become_elements_as_they_do_in_the_grades(element) -> None:
    """Oxides are priced, elements graded."""
    row = next(r for r in rows() if r["commodity"] == element)
    assert TABLE[element].usd_per_t == pytest.approx(float(row["price"]) * 1000 * OXIDE_FACTOR[element], rel=2e-4)


def test_no_price_is_made_up_for_what_usgs_does_not_price() -> None:
    assert {"thulium", "rare earths", "uranium", "platinum group", "silicon"}.isdisjoint(TABLE)


# in-situ value


def test_an_ore_by_hand() -> None:
    """1 % Cu and 100 g/t Ag: 10 kg at 9.700 USD and 100 g at 1.2217 USD."""
    found = in_situ_value({"copper": Grade(1, "%"), "silver": Grade(100, "g/t")}, TABLE)
    assert [p.usd_per_t for p in found.parts] == pytest.approx([122.17, 97.00], abs=0.01)
    assert found.usd_per_t == pytest.approx(219.18, abs=0.02)
    assert found.low == pytest.approx(0.01 * 3.848 / 0.000_453_592_37 + 1e-4 * 21.88 / 31.103_4768e-6, rel=1e-4)
    assert found.main == "silver"


@given(ores)
def test_the_value_is_the_sum_over_commodities(ore) -> None:
    found = in_situ_value(ore, TABLE)
    alone = [in_situ_value({name: grade}, TABLE).usd_per_t for name, grade in ore.items()]
    assert found.usd_per_t == pytest.approx(math.fsum(alone))
    assert sum(part.share for part in found.parts) == pytest.approx(1)
    assert found.low <= found.usd_per_t * (1 + 1e-12)
    assert found.high >= found.usd_per_t * (1 - 1e-12)
    assert found.main == found.parts[0].commodity == max(found.parts, key=lambda part: part.usd_per_t).commodity


@given(ores, st.floats(0.01, 100))
def test_all_prices_times_a_factor_are_the_value_times_it_and_no_share_moves(ore, factor) -> None:
    dearer = {
        n: replace(p, usd_per_t=factor * p.usd_per_t, low=factor * p.low, high=factor * p.high)
        for n, p in TABLE.items()
    }
    before, after = in_situ_value(ore, TABLE), in_situ_value(ore, dearer)
    assert after.usd_per_t == pytest.approx(factor * before.usd_per_t)
    assert {p.commodity: p.share for p in after.parts} == pytest.approx({p.commodity: p.share for p in before.parts})


@given(ores)
def test_the_order_of_the_grades_is_irrelevant(ore) -> None:
    assert in_situ_value(dict(reversed(ore.items())), TABLE) == in_situ_value(ore, TABLE)


@pytest.mark.parametrize(("value", "unit"), [(1.0, "%"), (10_000.0, "ppm"), (10_000.0, "g/t")])
def test_the_unit_of_a_grade_does_not_matter(value, unit) -> None:
    assert in_situ_value({"zinc": Grade(value, unit)}, TABLE).usd_per_t == pytest.approx(0.01 * TABLE["zinc"].usd_per_t)


def test_what_has_no_price_is_named_and_not_worth_zero() -> None:
    found = in_situ_value({"copper": Grade(1, "%"), "uranium": Grade(300, "ppm")}, TABLE)
    assert found.unpriced == ("uranium",)
    assert [p.commodity for p in found.parts] == ["copper"]
    alone = in_situ_value({"uranium": Grade(300, "ppm")}, TABLE)
    assert (alone.usd_per_t, alone.low, alone.high, alone.main, alone.parts) == (None, None, None, None, ())


def test_all_rare_earths_are_not_counted_beside_their_elements() -> None:
    table = {**TABLE, TREO: Price(TREO, 10_000.0, 10_000.0, 10_000.0)}
    elements = {"neodymium": Grade(7_639, "ppm"), "dysprosium": Grade(23.7, "ppm")}
    both = in_situ_value({**elements, TREO: Grade(8.19, "%")}, table)
    assert both.set_aside == (TREO,)
    assert both.usd_per_t == in_situ_value(elements, table).usd_per_t
    assert in_situ_value({TREO: Grade(8.19, "%")}, table).usd_per_t == pytest.approx(819)
    assert in_situ_value({TREO: Grade(8.19, "%")}, TABLE).unpriced == (TREO,)


def test_the_platinum_group_is_not_counted_beside_platinum() -> None:
    table = {**TABLE, "platinum group": TABLE["platinum"]}
    found = in_situ_value({"platinum": Grade(1, "g/t"), "platinum group": Grade(5, "g/t")}, table)
    assert found.usd_per_t == pytest.approx(1200 / 31.103_4768, rel=1e-4)
    assert found.set_aside == ("platinum group",)


@pytest.mark.parametrize("grade", [Grade(101, "%"), Grade(-1, "ppm"), Grade(math.nan, "%"), Grade(5, "oz/t")])
def test_a_grade_that_is_no_share_of_the_ore_is_refused(grade) -> None:
    with pytest.raises(
        GradeError, match=r"Grade of tin: .*; give a share of the ore from 0 to 100 % in one of %, ppm, g/t\."
    ):
        in_situ_value({"tin": grade}, TABLE)


# rare earths


def test_published_pair_mountain_pass_and_lofdal() -> None:
    """Mountain Pass 7.48 % TREO with about 1 % heavy, Lofdal 0.32 % with 76 % heavy (docs/methods/grade.md)."""
    pass_, lofdal = rare_earths(carbonatite(7.48, 0.01), TABLE), rare_earths(carbonatite(0.32, 0.76), TABLE)
    assert pass_ is not None
    assert lofdal is not None
    assert pass_.treo_kg_per_t / lofdal.treo_kg_per_t == pytest.approx(23.4, abs=0.1)
    assert lofdal.heavy_reo_kg_per_t / pass_.heavy_reo_kg_per_t == pytest.approx(3.25, abs=0.06)
    assert (pass_.heavy_share_low, pass_.heavy_share_high) == pytest.approx((0.01, 0.01))
    assert (lofdal.heavy_share_low, lofdal.heavy_share_high) == pytest.approx((0.76, 0.76))
    assert pass_.ndpr_kg_per_t > lofdal.ndpr_kg_per_t
    assert lofdal.dytb_kg_per_t > pass_.dytb_kg_per_t
    assert lofdal.basket_usd_per_kg_reo > pass_.basket_usd_per_kg_reo
    assert pass_.basket_usd_per_t_ore > lofdal.basket_usd_per_t_ore


def test_contained_metal_is_in_kg_of_the_element() -> None:
    ore = {"neodymium": Grade(7_639, "ppm"), "praseodymium": Grade(0.281, "%"), "dysprosium": Grade(23.7, "g/t")}
    found = rare_earths(ore)
    assert found is not None
    assert found.ndpr_kg_per_t == pytest.approx(7.639 + 2.81)
    assert found.dytb_kg_per_t == pytest.approx(0.0237)
    assert "terbium" in found.unknown
    assert found.basket_usd_per_t_ore is None


def test_the_basket_of_an_ore_by_hand() -> None:
    """1 kg of Nd and 0.1 kg of Dy per tonne.

    Tm is graded and has no price, so the basket is a lower bound that names it.
    """
    ore = {"neodymium": Grade(1_000, "ppm"), "dysprosium": Grade(100, "ppm"), "thulium": Grade(300, "ppm")}
    found = rare_earths(ore, TABLE)
    assert found is not None
    assert found.basket_usd_per_t_ore == pytest.approx(1 * 1.1664 * 73 + 0.1 * 1.1477 * 239, rel=1e-3)
    assert found.treo_kg_per_t == pytest.approx(1.1664 + 0.11477 + 0.3 * OXIDE_FACTOR["thulium"])
    assert found.basket_usd_per_kg_reo == pytest.approx(found.basket_usd_per_t_ore / found.treo_kg_per_t)
    assert found.unpriced == ("thulium",)
    assert in_situ_value(ore, TABLE).usd_per_t == pytest.approx(found.basket_usd_per_t_ore)


def test_unknown_elements_leave_the_heavy_share_between_two_ends() -> None:
    """Of 10 kg of oxides, 1.1477 kg are of Dy.

    The rest may be light or heavy, or light alone where every heavy element is known.
    """
    ore = {"dysprosium": Grade(1_000, "ppm"), TREO: Grade(1.0, "%")}
    found = rare_earths(ore)
    assert found is not None
    assert (found.heavy_share_low, found.heavy_share_high) == pytest.approx((0.11477, 1.0))
    assert (found.light_reo_kg_per_t, found.ndpr_kg_per_t) == (None, None)
    every_heavy = {name: Grade(0.0, "ppm") for name in HEAVY} | ore
    settled = rare_earths(every_heavy)
    assert settled is not None
    assert (settled.heavy_share_low, settled.heavy_share_high) == pytest.approx((0.11477, 0.11477))


def test_without_all_rare_earths_a_few_elements_say_no_share() -> None:
    found = rare_earths({"dysprosium": Grade(1_000, "ppm")})
    assert found is not None
    assert (found.heavy_share_low, found.heavy_share_high) == (None, None)


def test_a_grade_of_all_rare_earths_below_its_elements_says_no_share() -> None:
    found = rare_earths({"dysprosium": Grade(1_000, "ppm"), TREO: Grade(0.05, "%")})
    assert found is not None
    assert (found.heavy_share_low, found.heavy_share_high) == (None, None)
    assert found.treo_kg_per_t == pytest.approx(1.1477)


def test_an_ore_without_rare_earths_has_none() -> None:
    assert rare_earths({"copper": Grade(1, "%")}, TABLE) is None


@given(
    st.dictionaries(st.sampled_from(LIGHT + HEAVY), st.floats(0.01, 5_000), min_size=1),
    st.none() | st.floats(0.001, 30),
)
def test_light_and_heavy_are_the_whole_of_what_is_known(ppm, treo_pct) -> None:
    ore = {name: Grade(value, "ppm") for name, value in ppm.items()}
    found = rare_earths(ore | ({} if treo_pct is None else {TREO: Grade(treo_pct, "%")}), TABLE)
    assert found is not None
    known = (found.light_reo_kg_per_t or 0) + (found.heavy_reo_kg_per_t or 0)
    assert known == pytest.approx(sum(value * OXIDE_FACTOR[name] / 1000 for name, value in ppm.items()))
    assert found.treo_kg_per_t >= known
    assert set(found.known) | set(found.unknown) == rare_earth_elements()
    assert set(found.known).isdisjoint(found.unknown)
    if found.heavy_share_low is not None:
        assert 0 <= found.heavy_share_low <= found.heavy_share_high <= 1 + 1e-12


def test_groups_are_those_of_the_commodities() -> None:
    assert set(LIGHT) | set(HEAVY) == rare_earth_elements()
    assert set(GROUPS) | MEMBERS <= commodity_ids()


# the user's own prices


def test_the_users_price_stands_over_the_houses(tmp_path) -> None:
    own = tmp_path / "mine.csv"
    own.write_text(
        "\ufeffcommodity,usd_per_t,low,high,year\ncopper,10000,9000,12000,2026\nuranium,200000,,,\n", encoding="utf-8"
    )
    table = prices(own)
    assert table["copper"] == Price("copper", 10_000.0, 9_000.0, 12_000.0, year=2026)
    assert (table["uranium"].low, table["uranium"].high, table["uranium"].year) == (200_000.0, 200_000.0, None)
    assert table["zinc"] == TABLE["zinc"]


def test_names_of_columns_may_be_in_capitals(tmp_path) -> None:
    own = tmp_path / "mine.csv"
    own.write_text("Commodity;USD_per_t;Low\ncopper;8598,03;8000\n", encoding="utf-8")
    assert (prices(own)["copper"].usd_per_t, prices(own)["copper"].low) == (8598.03, 8000)


def test_an_edited_copy_of_the_houses_table_is_read_like_it(tmp_path) -> None:
    copy = tmp_path / "prices.csv"
    copy.write_bytes(FILE.read_bytes())
    assert prices(copy) == TABLE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metal,usd_per_t\ncopper,1\n", r"mine\.csv, line 1, column commodity: it is missing; the first line names"),
        ("commodity,price\ncopper,1\n", r"line 1, column usd_per_t: it is missing"),
        ("", r"line 1, column commodity: it is missing"),
        ("commodity,usd_per_t,usd_per_t_basis\ncopper,1,1\n", r"line 1: two columns say the same; keep one of"),
        ("commodity,usd_per_t\nunobtainium,1\n", r"line 2, column commodity: 'unobtainium' is not known; use an id"),
        ("commodity,usd_per_t\ncopper,\n", r"line 2, column usd_per_t: '' is no price; write a plain number"),
        ('commodity,usd_per_t\ncopper,"8,598"\n', r"line 2, column usd_per_t: '8,598' is no price"),
        ("commodity,usd_per_t\ncopper,nan\n", r"'nan' is no price"),
        ("commodity,usd_per_t\ncopper,inf\n", r"'inf' is no price"),
        ("commodity,usd_per_t\ncopper,0\n", r"'0' is no price; write a plain number above 0"),
        ("commodity,usd_per_t\ncopper,-5\n", r"'-5' is no price"),
        (
            "commodity,usd_per_t\nzinc,2\ncopper,1\ncopper,1\n",
            r"line 4, column commodity: copper stands twice; keep one price",
        ),
        ("commodity,usd_per_t\ncopper,1,2\n", r"line 2: it has not as many cells as the first line; put quotes"),
        ("commodity,usd_per_t,year\ncopper,1\n", r"line 2: it has not as many cells"),
        ("commodity,usd_per_t,year\ncopper,1,23\n", r"line 2, column year: '23' is no year; write four digits"),
        (
            "commodity,usd_per_t,low,high\ncopper,5,6,7\n",
            r"line 2, column low, high: the price of 5 USD per tonne lies outside 6 to 7",
        ),
        ("commodity,usd_per_t,low,high\ncopper,5,1,x\n", r"line 2, column high: 'x' is no price"),
    ],
)
def test_a_wrong_table_of_prices_is_refused_with_its_cell_and_the_cure(tmp_path, text, message) -> None:
    own = tmp_path / "mine.csv"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(PriceError, match=message):
        prices(own)


def test_a_table_that_is_no_text_or_not_there_is_refused(tmp_path) -> None:
    own = tmp_path / "mine.csv"
    own.write_bytes(b"commodity,usd_per_t\ncopper,\xff\xfe\n")
    with pytest.raises(PriceError, match=r"mine\.csv: it cannot be read .*; give a CSV file in UTF-8\."):
        prices(own)
    with pytest.raises(PriceError, match=r"gone\.csv: it cannot be read"):
        prices(tmp_path / "gone.csv")


# the bundle


def test_grades_of_a_site_are_its_chosen_claims_in_the_unit_of_the_commodity(facts) -> None:
    found = grades_of_site(facts, "usa-mountain-pass-ceec")
    assert (found["neodymium"].unit, found["neodymium"].basis) == ("ppm", "Nd")
    assert (found[TREO].unit, found[TREO].basis) == ("%", "TREO")
    assert found["neodymium"].source_id
    assert grades_of_site(facts, "no such site") == {}


def test_every_chosen_grade_of_the_bundle_is_a_share_of_ore(facts) -> None:
    claims = (
        "SELECT c.commodity, c.value, c.unit, k.grade_unit FROM facts.claim AS c JOIN facts.commodity AS k "
        "ON k.commodity_id = c.commodity"
    )
    found = facts.cursor().execute(claims + " WHERE c.attribute = 'grade' AND c.chosen").fetchall()
    assert found
    for commodity, value, unit, basis_unit in found:
        assert unit == basis_unit
        assert 0 < tonnes_per_tonne(commodity, Grade(value, unit)) <= 1


def test_mountain_pass_is_richer_by_tonne_and_lofdal_by_kilogram_of_oxides(facts) -> None:
    pass_, lofdal = (
        rare_earths(grades_of_site(facts, s), TABLE) for s in ("usa-mountain-pass-ceec", "nam-lofdal-bergville-11c6")
    )
    assert pass_ is not None
    assert lofdal is not None
    assert pass_.basket_usd_per_t_ore > 10 * lofdal.basket_usd_per_t_ore
    assert lofdal.basket_usd_per_kg_reo > 1.5 * pass_.basket_usd_per_kg_reo
    assert lofdal.dytb_kg_per_t > 2 * pass_.dytb_kg_per_t
    assert pass_.heavy_share_high < 0.01
    assert lofdal.ndpr_kg_per_t is None
