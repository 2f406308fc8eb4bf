"""Figures of the bundle that publications print: Mineral Commodity Summaries, IEA, EU, BACI. Each with its source.

Each is asserted as the publication prints it. The three published cases of GeoPolRisk and its unit case stand in
``test_geopolrisk.py``. Of nickel in the Summaries of 2024 the table of mine production gives Indonesia 1,800,000 of
3,600,000 t in 2023, 50 %; the 57 that is at times quoted beside it is the net import reliance of the US in that year.
Both are asserted here.
"""

import duckdb
import pytest

from data.facts import MARKET_TABLES, open_facts
from scoring.supply.concentration import share
from scoring.supply.markets import Place, tables
from scoring.supply.vulnerability import Cell, vulnerability


@pytest.fixture(scope="module")
def markets() -> duckdb.DuckDBPyConnection:
    return open_facts(tables=MARKET_TABLES)


@pytest.fixture(scope="module")
def newest(markets: duckdb.DuckDBPyConnection) -> dict[Place, Cell]:
    return {cell.place: cell for cell in vulnerability(markets, "us", "2026")}


@pytest.mark.parametrize(
    ("commodity", "stage", "country", "percent"),
    [
        ("gallium", "refined", "CHN", 99.0),
        ("graphite", "mine", "CHN", 79.9),
        ("tungsten", "mine", "CHN", 78.7),
        ("rare earths", "mine", "CHN", 69.4),
        ("cobalt", "mine", "COD", 73.1),
        ("nickel", "mine", "IDN", 66.9),
        ("copper", "refined", "CHN", 48.3),
        ("niobium", "mine", "BRA", 93.2),
        ("titanium", "metal", "CHN", 71.0),
    ],
)
def test_leader_of_2025_in_the_summaries_of_2026(
    newest: dict[Place, Cell], commodity: str, stage: str, country: str, percent: float
) -> None:
    """USGS (2026), doi 10.5066/P1WKQ63T: the leader over all rows of its table."""
    found = newest[Place(commodity, stage)].concentration
    assert found is not None
    assert (found.source_id, found.year, found.leading_country) == ("usgs_mcs_2026", 2025, country)
    assert found.leading_share_pct is not None
    assert found.leading_share_pct.is_point
    assert round(found.leading_share_pct.low, 1) == percent


def test_japan_makes_a_seventh_of_titanium_sponge(markets: duckdb.DuckDBPyConnection) -> None:
    """USGS (2026): 53,000 of 366,300 t in 2025."""
    table = tables(markets, "2026")[Place("titanium", "metal")][0]
    of_japan = share(table.supply, {"JPN"})
    assert of_japan is not None
    assert round(of_japan.low, 1) == round(of_japan.high, 1) == 14.5


@pytest.mark.parametrize(
    ("commodity", "stage", "printed"),
    [
        ("gallium", "refined", "100"),
        ("graphite", "mine", "100"),
        ("dysprosium", "refined", "100"),
        ("terbium", "refined", "100"),
        ("antimony", "refined", "91"),
        ("cobalt", "refined", "79"),
        ("copper", "refined", "57"),
        ("nickel", "refined", "41"),
    ],
)
def test_us_net_import_reliance_of_2025(newest: dict[Place, Cell], commodity: str, stage: str, printed: str) -> None:
    """USGS (2026); dysprosium and terbium: the row of all heavy rare earths."""
    found = newest[Place(commodity, stage)].reliance
    assert (found.status, found.printed, found.year) == ("printed", printed, 2025)
    assert found.percent is not None
    assert (found.percent.low, found.percent.high) == (float(printed), float(printed))


def test_the_older_vintage_keeps_its_own_figures(markets: duckdb.DuckDBPyConnection) -> None:
    """USGS (2024), doi 10.5066/P144BA54: Indonesia 1.8 of 3.6 Mt of nickel; reliance of 2023 in figure 2."""
    older = {cell.place: cell for cell in vulnerability(markets, "us", "2024")}
    nickel = older[Place("nickel", "mine")].concentration
    assert nickel is not None
    assert (nickel.vintage, nickel.year, nickel.leading_country) == ("2024", 2023, "IDN")
    assert nickel.leading_share_pct is not None
    assert round(nickel.leading_share_pct.low) == 50
    assert older[Place("cobalt", "refined")].reliance.printed == "67"
    assert older[Place("nickel", "refined")].reliance.printed == "57"


@pytest.mark.parametrize(
    ("commodity", "percent"), [("rare earths", 91.3), ("graphite", 95.7), ("cobalt", 78.4), ("lithium", 70.2)]
)
def test_china_refines_in_2024(newest: dict[Place, Cell], commodity: str, percent: float) -> None:
    """IEA (2025), Critical Minerals Dataset, refining, 2024."""
    cell = newest[Place(commodity, "refined")]
    (of_iea,) = [
        each for each in (cell.concentration, *cell.published) if each and each.source_id == "iea_minerals_2025"
    ]
    assert of_iea.leading_country == "CHN"
    assert of_iea.leading_share_pct is not None
    assert round(of_iea.leading_share_pct.low, 1) == percent


def test_three_countries_refine_six_sevenths_of_six_minerals(markets: duckdb.DuckDBPyConnection) -> None:
    """IEA (2025): the average share of the top three refining countries in 2024 is 86 %; 85.8 of these rows."""
    of_iea = [
        table
        for place, of_place in tables(markets, "2026").items()
        for table in of_place
        if table.source_id == "iea_minerals_2025" and place.stage == "refined"
    ]
    assert len(of_iea) == 6
    shares = []
    for table in of_iea:
        first = sorted((each.low for each in table.supply.producers), reverse=True)[:3]
        shares.append(100 * sum(first) / table.supply.total.low)
    assert round(sum(shares) / len(shares), 1) == 85.8


@pytest.mark.parametrize(("commodity", "printed"), [("dysprosium", 100.0), ("neodymium", 84.9), ("gallium", 93.8)])
def test_china_processes_in_the_assessment_of_the_eu(newest: dict[Place, Cell], commodity: str, printed: float) -> None:
    """European Commission (2023): shares of world processing, average of 2016 to 2020."""
    cell = newest[Place(commodity, "refined")]
    (of_eu,) = [each for each in (cell.concentration, *cell.published) if each and each.source_id == "eu_crm_2023"]
    assert of_eu.leading_country == "CHN"
    assert of_eu.leading_share_pct is not None
    assert of_eu.leading_share_pct.low == of_eu.leading_share_pct.high == printed


@pytest.mark.parametrize(
    ("hs92", "tonnes", "china_pct"), [("284690", 7_900, 76.1), ("280530", 8_447, 62.0), ("250410", 29_836, 83.8)]
)
def test_what_japan_imported_in_2024(
    markets: duckdb.DuckDBPyConnection, hs92: str, tonnes: float, china_pct: float
) -> None:
    """CEPII, BACI: rare-earth compounds but cerium, rare-earth metals, natural graphite in powder or flakes."""
    statement = (
        "SELECT exporter, quantity_t FROM facts.trade_flow WHERE year = 2024 AND importer = 'JPN' AND hs92 = $hs92"
    )
    rows = dict(markets.cursor().execute(statement, {"hs92": hs92}).fetchall())
    total = sum(quantity or 0 for quantity in rows.values())
    assert round(total) == tonnes
    assert round(100 * rows["CHN"] / total, 1) == china_pct


def test_the_residual_is_kept_and_no_world_row_is_a_country(markets: duckdb.DuckDBPyConnection) -> None:
    table = tables(markets, "2026")[Place("copper", "mine")][0]
    assert table.supply.other_low == table.supply.other_high == 3_000_000
    assert {"world", "other"}.isdisjoint(each.area for each in table.supply.producers)


def test_a_withheld_producer_is_named_and_not_counted(newest: dict[Place, Cell]) -> None:
    found = newest[Place("lithium", "mine")].concentration
    assert found is not None
    assert found.not_counted == ("USA",)


def test_printed_bounds_stay_bounds(newest: dict[Place, Cell]) -> None:
    tungsten, mine = newest[Place("tungsten", "refined")].reliance, newest[Place("rare earths", "mine")].reliance
    assert (tungsten.printed, tungsten.percent.low, tungsten.percent.high) == (">50", 50, 100)
    assert (mine.printed, mine.net_exporter) == ("E", True)
