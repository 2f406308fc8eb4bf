"""Facts become measurements: percentiles, contained metal, shares, distances and costs on sets made by hand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from scoring.criteria.catalogue import load
from scoring.measures import haulage
from scoring.measures.inputs import CORNERS, DETOUR, Inputs
from scoring.measures.registry import judge_gates, measure_all
from scoring.permitting.outlook import months_left, still_so
from tests.conftest import TinySite, tiny_facts

CLAIM = "INSERT INTO facts.claim VALUES (?, 's', 's:1', ?, ?, ?, ?, ?, NULL, NULL, ?, '', ?, '', '', ?)"
GEOD = Geod(ellps="WGS84")


def claim(
    con,
    site_id,
    attribute,
    value,
    *,
    text="",
    commodity="copper",
    unit="%",
    method="reported",
    chosen=True,
    as_of="2020",
) -> None:
    con.execute(CLAIM, [site_id, attribute, value, text, commodity, unit, as_of, method, chosen])


def write(frame: dict, geometry: list, path: Path) -> None:
    gpd.GeoDataFrame(frame, geometry=geometry, crs="EPSG:4326").to_parquet(path)


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    """A road along the meridian of 1 E, a railway along 2 E, power, a town and a park, all round the null island."""
    point, meridian = shapely.Point, lambda lon: shapely.LineString([(lon, y / 10) for y in range(-50, 51)])
    write({"name": ["road"]}, [meridian(1)], tmp_path / "roads.parquet")
    write({"name": ["rail"]}, [meridian(2)], tmp_path / "rail.parquet")
    for layer in ("roads_north_america", "rail_north_america"):
        write({"name": ["far"]}, [meridian(-100)], tmp_path / f"{layer}.parquet")
    write({"min_zoom": [0]}, [shapely.box(-10, -10, 10, 10)], tmp_path / "land.parquet")
    write(
        {"name": ["small", "large"], "capacity_mw": [9.0, 10.0]},
        [point(0.1, 0), point(0.5, 0)],
        tmp_path / "power_plants.parquet",
    )
    write({"name": ["far substation"]}, [point(100, 0)], tmp_path / "substations_au.parquet")
    write(
        {"name": ["village", "town"], "population": [49_999, 50_000]},
        [point(0, 0.1), point(0, 0.3)],
        tmp_path / "places.parquet",
    )
    write({"name": ["brook"]}, [meridian(3)], tmp_path / "rivers.parquet")
    write({"name": ["pond"]}, [shapely.box(-1, 0.9, -0.9, 1.0)], tmp_path / "lakes.parquet")
    write({"name": ["Park"]}, [shapely.box(-0.1, -0.1, 0.1, 0.1)], tmp_path / "parks_us.parquet")
    return tmp_path


def world(sites: list[TinySite]):
    con = tiny_facts(sites)
    con.execute("UPDATE facts.commodity SET world_production_t = 1000")
    con.execute("INSERT INTO facts.country VALUES ('AUS', 'AU', 'Australia', 1.9, 1.5, 3.7, 'partner', false, 4)")
    ports = [
        ("oil buoy", 0.2, False, 100.0, 200.0),
        ("cargo", 0.4, True, 5000.0, 7000.0),
        ("off the network", 0.3, True, None, None),
    ]
    for number, (name, lon, loads, japan, us) in enumerate(ports):
        con.execute(
            "INSERT INTO facts.port BY NAME SELECT ? AS wpi_no, ? AS name, 'AUS' AS iso3, ? AS lon, 0 AS lat, "
            "? AS loads, ? AS sea_km_japan, ? AS sea_km_us",
            [number, name, lon, loads, japan, us],
        )
    return con


def measured(con, layers: Path) -> pd.DataFrame:
    return measure_all(Inputs(con, layers, layers)).set_index(["criterion_id", "site_id", "commodity"])


def percentiles(layers, grades: dict[str, float], types: dict[str, str] | None = None, **odd) -> pd.DataFrame:
    with world([TinySite(s) for s in grades]) as con:
        for site_id, grade in grades.items():
            claim(con, site_id, "grade", grade, **odd.get(site_id, {}))
            con.execute(
                "UPDATE facts.site SET deposit_type = ? WHERE site_id = ?",
                [(types or {}).get(site_id, "porphyry"), site_id],
            )
        table = measure_all(Inputs(con, layers, layers))
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
        row = measured(con, layers).loc[("contained_years", "s", "copper")]
    assert (row["value"], row["low"], row["high"]) == pytest.approx((100, 100 / 12, 1200))


def test_without_tonnage_contained_metal_is_unknown(layers) -> None:
    with world([TinySite("s")]) as con:
        claim(con, "s", "grade", 2.0)
        assert "contained_years" not in measured(con, layers).index.get_level_values(0)


def test_plants_are_measured_on_output_feed_and_recovery_and_mines_are_not(layers) -> None:
    with world([TinySite("p", kind="refinery"), TinySite("d", kind="derivative"), TinySite("m")]) as con:
        for site_id in "pdm":
            claim(con, site_id, "capacity_t_y", 30.0, unit="t/y")
        claim(con, "p", "feed_secured_pct", 80.0, commodity="")
        claim(con, "p", "recovery_pct", 95.0, commodity="")
        found = measured(con, layers)
    assert found.loc[("output_share", "p", ""), ["value", "low", "high"]].tolist() == [3, 3, 3]
    assert found.loc[("output_share", "d", ""), ["value", "low", "high", "status"]].tolist() == [3, 1, 9, "modelled"]
    assert found.loc[("feed_secured", "p", ""), "value"] == 80
    assert found.loc[("recovery", "p", ""), "value"] == 95
    assert ("output_share", "m", "") not in found.index


def test_distances_are_geodesic_and_to_what_counts(layers) -> None:
    with world([TinySite("s")]) as con:
        found = measured(con, layers)
    expected = {
        "port_km": GEOD.inv(0, 0, 0.4, 0)[2] / 1000,
        "road_km": GEOD.inv(0, 0, 1, 0)[2] / 1000,
        "rail_km": GEOD.inv(0, 0, 2, 0)[2] / 1000,
        "power_km": GEOD.inv(0, 0, 0.5, 0)[2] / 1000,
        "town_km": GEOD.inv(0, 0, 0, 0.3)[2] / 1000,
    }
    for criterion, km in expected.items():
        row = found.loc[(criterion, "s", "")]
        assert row["value"] == pytest.approx(km, abs=0.01), criterion
        assert row["low"] < row["value"] < row["high"]
    targets = {c: found.loc[(c, "s", ""), "target"] for c in ("port_km", "power_km", "town_km")}
    assert targets == {"port_km": "cargo", "power_km": "large", "town_km": "town"}


def test_a_vague_location_widens_each_distance(layers) -> None:
    with world([TinySite("exact"), TinySite("vague")]) as con:
        con.execute("UPDATE facts.site SET location_accuracy = 'centroid' WHERE site_id = 'vague'")
        found = measured(con, layers)
    exact, vague = found.loc[("port_km", "exact", "")], found.loc[("port_km", "vague", "")]
    assert exact["value"] == vague["value"]
    assert (exact["high"] - exact["value"], vague["high"] - vague["value"]) == pytest.approx((1, 15), abs=0.02)


def test_sea_distance_is_that_of_the_port_to_the_nearer_country(layers) -> None:
    with world([TinySite("s")]) as con:
        row = measured(con, layers).loc[("sea_km", "s", "")]
    assert (row["value"], row["target"], row["reference_group"]) == (5000, "JPN", "cargo")


def test_where_no_road_leads_to_a_port_the_haul_is_the_straight_line_by_a_factor(layers) -> None:
    with world([TinySite("s")]) as con:
        found = measured(con, layers)
    km = {c: found.loc[(c, "s", ""), "value"] * DETOUR for c in ("port_km", "road_km", "power_km")}
    assert km["port_km"] < km["road_km"], "nobody builds past the port to reach a road"
    row, access = found.loc[("haul_cost", "s", "")], found.loc[("access_capex", "s", "")]
    assert row["value"] == pytest.approx(haulage.haul_npv_maud(haulage.ROAD, km["port_km"], 0.2).item(), abs=0.1)
    spur = haulage.spur_maud(haulage.ROAD, km["port_km"]).item()
    assert access["value"] == pytest.approx(spur + haulage.power_line_maud(km["power_km"]).item(), abs=0.1)
    assert row["low"] <= row["value"] <= row["high"]
    assert (row["target"], row["reference_group"]) == ("road", "detour")


def test_a_few_sites_find_the_lines_that_all_sites_find_across_the_antimeridian_too(layers, tmp_path) -> None:
    lines = [shapely.LineString([(lon, -20), (lon + 0.4, 20)]) for lon in (-179.8, -170, 100, 179.0)]
    write({"name": ["a", "b", "c", "d"]}, lines, tmp_path / "roads.parquet")
    places = {"west": (-179.99, 0.0), "east": (179.99, 5.0), "north": (179.5, 80.0), "mid": (0.0, 0.0)}
    with world([TinySite(name) for name in places]) as con:
        for name, (lon, lat) in places.items():
            con.execute("UPDATE facts.site SET lon = ?, lat = ? WHERE site_id = ?", [lon, lat, name])
        every = Inputs(con, layers, layers).nearest_line("roads")[0]
        few = Inputs(con, layers, layers, only=frozenset(places)).nearest_line("roads")[0]
    assert few == pytest.approx(every, abs=0)


def test_the_nearer_line_of_all_networks_counts_and_names_its_source(layers) -> None:
    near = shapely.LineString([(0.25, -5), (0.25, 5)])
    write({"name": ["near"]}, [near], layers / "rail_north_america.parquet")
    with world([TinySite("s")]) as con:
        found = measured(con, layers)
    rail, road = found.loc[("rail_km", "s", "")], found.loc[("road_km", "s", "")]
    assert rail["value"] == pytest.approx(GEOD.inv(0, 0, 0.25, 0)[2] / 1000, abs=0.01)
    assert (rail["source_id"], road["source_id"]) == ("natural_earth", "osm_scgraph")


def test_the_haul_joins_the_lines_of_all_networks(layers) -> None:
    """The road of one map leads half of the way, that of the other the rest."""
    with world([TinySite("s")]) as con:
        alone = hauled(layers, con, "halves")
        halves = shapely.LineString([(1, 1.5), (1, 3)])
        write({"name": ["far half"]}, [halves], layers / "roads_north_america.parquet")
        joined = measured(con, layers).loc[("haul_cost", "s", "")]
    assert (alone["reference_group"], joined["reference_group"]) == ("detour", "network")


def hauled(layers, con, line: str) -> pd.Series:
    """Measure a site at 3 N on the meridian of 1 E that a road or railway joins to a port at the equator."""
    con.execute("UPDATE facts.site SET lon = 1, lat = 3")
    con.execute("UPDATE facts.port SET lon = 1 WHERE name = 'cargo'")
    straight = shapely.LineString([(1, 0), (1, 3)])
    round_about = shapely.LineString([(1, 0), (4, 0), (4, 3), (1, 3)])
    half = shapely.LineString([(1, 0), (1, 1.5)])
    nowhere = shapely.LineString([(50, 0), (51, 0)])
    write(
        {"name": ["road"]},
        [{"both": straight, "rail": nowhere, "round": straight, "halves": half}[line]],
        layers / "roads.parquet",
    )
    write(
        {"name": ["rail"]},
        [{"both": straight, "rail": straight, "round": round_about, "halves": nowhere}[line]],
        layers / "rail.parquet",
    )
    return measured(con, layers).loc[("haul_cost", "s", "")]


def test_the_haul_follows_the_network_and_takes_the_cheaper_of_road_and_rail(layers) -> None:
    with world([TinySite("s")]) as con:
        row = hauled(layers, con, "both")
    km = CORNERS * GEOD.line_length([1, 1], [0, 3]) / 1000
    modes = {
        name: haulage.transport_npv_maud(mode, 0, km, 0.2).item()
        for name, mode in (("road", haulage.ROAD), ("rail", haulage.RAIL))
    }
    assert row["value"] == pytest.approx(min(modes.values()), rel=0.01)
    assert (row["target"], row["reference_group"]) == (min(modes, key=modes.get), "network")


def test_access_costs_the_spur_and_the_power_line_and_a_vague_place_widens_it(layers) -> None:
    with world([TinySite("s"), TinySite("vague")]) as con:
        con.execute("UPDATE facts.site SET location_accuracy = 'centroid' WHERE site_id = 'vague'")
        found = measured(con, layers)
    row, vague = found.loc[("access_capex", "s", "")], found.loc[("access_capex", "vague", "")]
    spur = haulage.spur_maud(haulage.ROAD, DETOUR * min(GEOD.inv(0, 0, 1, 0)[2], GEOD.inv(0, 0, 0.4, 0)[2]) / 1000)
    power = haulage.power_line_maud(DETOUR * GEOD.inv(0, 0, 0.5, 0)[2] / 1000)
    assert row["value"] == pytest.approx(spur + power, rel=0.01)
    assert row["low"] < row["value"] < row["high"]
    assert vague["value"] == row["value"]
    assert vague["high"] > row["high"]


def test_a_railway_far_round_is_no_railway_and_one_alone_is_taken(layers) -> None:
    with world([TinySite("s")]) as con:
        assert hauled(layers, con, "round")["target"] == "road"
        assert hauled(layers, con, "rail")[["target", "reference_group"]].tolist() == ["rail", "network"]


def test_the_gap_that_is_closed_rests_on_capacity_or_on_the_life_of_the_ore(layers) -> None:
    with world([TinySite("s"), TinySite("t"), TinySite("none")]) as con:
        con.execute(
            "UPDATE facts.commodity SET leading_share_pct = 40, us_consumption_t = 1000, "
            "us_reliance_low_pct = 50, us_reliance_high_pct = 50"
        )
        claim(con, "s", "capacity_t_y", 100.0, unit="t/y")
        claim(con, "t", "grade", 1.0)
        claim(con, "t", "tonnage_mt", 16.0, unit="Mt", commodity="")
        con.execute("UPDATE facts.claim SET key = 't:1' WHERE site_id = 't'")
        found = measured(con, layers)
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
    assert row["status"] == "modelled"
    assert ("gap_closed", "none", "") not in found.index


def test_a_net_exporter_has_no_gap_and_a_withheld_figure_leaves_it_unknown(layers) -> None:
    with world([TinySite("s")]) as con:
        con.execute(
            "UPDATE facts.commodity SET leading_share_pct = 40, us_consumption_t = 1000, "
            "us_reliance_low_pct = 0, us_reliance_high_pct = 0"
        )
        claim(con, "s", "capacity_t_y", 100.0, unit="t/y")
        assert measured(con, layers).loc[("gap_closed", "s", ""), "value"] == 0
        con.execute("UPDATE facts.commodity SET us_consumption_t = NULL")
        assert ("gap_closed", "s", "") not in measured(con, layers).index


def more_commodities(con) -> None:
    """Add metals with a price and a market, one without a price, and rare earths with three elements."""
    rows = [  # id, unit, group, world t/y, USD/t
        ("nickel", "%", "", 100_000.0, 15_000.0),
        ("scandium", "ppm", "", 50.0, 1_000_000.0),
        ("uranium", "ppm", "", None, None),
        ("rare earths", "%", "", 400_000.0, None),
        ("neodymium", "ppm", "rare earths", None, 85_000.0),
        ("dysprosium", "ppm", "rare earths", None, 274_000.0),
        ("terbium", "ppm", "rare earths", None, 1_188_000.0),
    ]
    for name, unit, group, world_t, price in rows:
        con.execute(
            "INSERT INTO facts.commodity SELECT * REPLACE (? AS commodity_id, ? AS grade_unit, ? AS group_id, "
            "? AS world_production_t, ? AS price_usd_t) FROM facts.commodity WHERE commodity_id = 'copper'",
            [name, unit, group, world_t, price],
        )
    con.execute(
        "UPDATE facts.commodity SET world_production_t = 20e6, price_usd_t = 10_000 WHERE commodity_id = 'copper'"
    )


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
        return measured(con, layers)


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


def test_by_products_count_at_their_price_and_the_lens_stays_with_the_metal(layers) -> None:
    grades = {"nickel": (1.0, "%"), "copper": (0.6, "%")}
    found = ore(layers, grades, peers={"copper": 0.0001})
    assert found.loc[("grade_percentile", "s", "nickel"), "value"] == 50
    assert found.loc[("grade_percentile", "s", ""), "value"] == pytest.approx(100 * 8.5 / 9, abs=0.01)
    years = found.loc[("contained_years", "s", "nickel"), "value"]
    assert found.loc[("contained_years", "s", ""), "value"] == pytest.approx(years * (150 + 60) / 150)


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
        trace = measured(con, layers).loc[("gap_closed", "s", "")]
        con.execute("UPDATE facts.claim SET value = 0.5 WHERE commodity = 'nickel'")
        sold = measured(con, layers).loc[("gap_closed", "s", "")]
    assert trace["target"] == "copper", "a hundredth of the value is no product"
    assert (sold["target"], sold["value"]) == ("nickel", 50)


def test_a_planned_plant_counts_by_the_chance_of_its_stage(layers) -> None:
    with world([TinySite("p", kind="refinery")]) as con:
        con.execute("UPDATE facts.site SET stage = 'feasibility'")
        claim(con, "p", "stage", None, text="feasibility", commodity="", unit="", as_of="2026-06")
        claim(con, "p", "capacity_t_y", 30.0, unit="t/y", method="estimated")
        found = measured(con, layers)
    row, chance = found.loc[("output_share", "p", "")], found.loc[("product_chance", "p", ""), "value"]
    assert 0 < chance < 100
    assert row["value"] == pytest.approx(3 * chance / 100, rel=0.01)
    assert (row["low"], row["high"], row["status"]) == (0, 3, "modelled")


@pytest.mark.parametrize(
    ("buyers", "expected"),
    [
        ({"Sojitz": "binding"}, (3, 3, 3)),
        ({"Sojitz": "memorandum"}, (3, 1, 3)),
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
        found = measured(con, layers)
    if expected is None:
        assert ("offtake_destination", "s", "") not in found.index
    else:
        assert tuple(found.loc[("offtake_destination", "s", ""), ["value", "low", "high"]]) == expected


def test_friction_is_unknown_where_no_layer_covers_the_place(layers) -> None:
    with world([TinySite("s"), TinySite("t")]) as con:
        con.execute("UPDATE facts.site SET iso3 = 'USA', lon = 0.05 WHERE site_id = 's'")
        found = measured(con, layers)
    assert found.loc[("protected_km", "s", ""), "value"] == 0
    assert ("protected_km", "t", "") not in found.index
    assert not {"water_stress", "indigenous_land"} & set(found.index.get_level_values(0))
    assert found.loc[("people_km", "t", ""), "value"] == found.loc[("town_km", "t", ""), "value"]


def test_the_water_pipeline_starts_at_the_nearest_mapped_water_and_could_cost_nothing(layers) -> None:
    with world([TinySite("s"), TinySite("p", kind="separation")]) as con:
        found = measured(con, layers)
    row = found.loc[("water_cost", "s", "")]
    km = GEOD.inv(0, 0, -0.9, 0.9)[2] / 1000
    assert row["value"] == pytest.approx(haulage.water_pipeline_maud(DETOUR * km, 2.0).item(), rel=0.01)
    assert (row["low"], row["target"]) == (0, "pond")
    assert ("water_cost", "p", "") not in found.index


def test_permitting_uses_the_stage_its_age_and_the_country(layers) -> None:
    with world([TinySite("s"), TinySite("none")]) as con:
        con.execute("UPDATE facts.site SET stage = 'operating' WHERE site_id = 's'")
        con.execute("UPDATE facts.site SET stage = 'unknown' WHERE site_id = 'none'")
        claim(con, "s", "stage", None, text="operating", commodity="", unit="")
        found = measured(con, layers)
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
        found = measured(con, layers)
    months = {site: found.loc[("product_months", site, ""), "value"] for site in ("s", "told", "more", "weak")}
    assert months["told"] < months["s"] == months["weak"]
    assert months["more"] > 60, "an expansion is not there because the works run"


@pytest.mark.parametrize(("bloc", "value"), [("us", 3), ("japan", 3), ("partner", 2), ("neutral", 1), ("covered", 0)])
def test_host_alignment_is_the_class_of_the_bloc(layers, bloc, value) -> None:
    with world([TinySite("s")]) as con:
        con.execute("UPDATE facts.country SET bloc = ?", [bloc])
        assert measured(con, layers).loc[("host_alignment", "s", ""), "value"] == value


def gates(layers, *statements: str) -> dict[str, tuple[str, str]]:
    with world([TinySite("s")]) as con:
        for statement in statements:
            con.execute(statement)
        table = judge_gates(Inputs(con, layers, layers))
    return {row.gate: (row.verdict, row.evidence) for row in table.itertuples()}


def test_gates_start_unknown_never_passed(layers) -> None:
    found = gates(layers, "UPDATE facts.site SET lon = 5")
    assert set(found) == {"covered_nation", "covered_any", "protected_land", "legal", "prc_technology", "prc_customers"}
    assert {verdict for verdict, _ in found.values()} == {"unknown"}
    assert found["covered_nation"][1] == "no_owner"


def test_jurisdiction_park_and_legal_bar_fail_their_gates(layers) -> None:
    assert gates(layers, "UPDATE facts.country SET covered = true, bloc = 'covered'")["covered_nation"] == (
        "fail",
        "jurisdiction",
    )
    assert gates(layers)["protected_land"] == ("fail", "inside_park")
    flagged = gates(layers, "INSERT INTO facts.legal_flag VALUES ('AUS', 'embargo', 'whole', 'e', 'u', '2026', '2026')")
    assert flagged["legal"] == ("fail", "embargo")


OWNER = "INSERT INTO facts.owner VALUES ('s', '{0}', {1}, true, '{0}', '{0}', 'XXX', '{2}', {3}, '2024', 's', '', '')"


@pytest.mark.parametrize(
    ("owners", "verdict", "evidence"),
    [
        ([("A", 75, "us", 0), ("C", 25, "covered", 0)], "fail", "covered_share"),
        ([("A", 75.1, "us", 0), ("C", 24.9, "covered", 0)], "pass", "owners_clear"),
        ([("A", 75, "us", 0), ("X", 25, "unknown", 0)], "unknown", "owners_untraced"),
        ([("C", 24.9, "covered", 0)], "unknown", "covered_minority"),
        ([("C", 13, "covered", 0), ("D", 12, "covered", 0)], "fail", "covered_share"),
        ([("Half", 30, "us", 100), ("A", 70, "us", 0)], "fail", "covered_share"),
        ([("Some", 100, "us", 20)], "pass", "owners_clear"),
        ([("Some", 100, "us", 24.9)], "pass", "owners_clear"),
        ([("Some", 100, "us", 25)], "fail", "covered_share"),
        ([("Sole", "NULL", "covered", 0)], "fail", "covered_share"),
        ([("Sole", "NULL", "us", 0)], "unknown", "share_unstated"),
        ([("A", "NULL", "us", 0), ("B", "NULL", "us", 0)], "unknown", "share_unstated"),
    ],
)
def test_covered_holdings_cumulate_along_the_chain(layers, owners, verdict, evidence) -> None:
    """89 FR 37079: 25 % or more, cumulated; a holder of half or more counts whole; what is not known is not assumed."""
    assert gates(layers, *(OWNER.format(*owner) for owner in owners))["covered_nation"] == (verdict, evidence)


@pytest.mark.parametrize(
    ("owner", "as_of", "strict", "rule"),
    [
        (("C", 7.7, "covered", 0), "2024", ("fail", "covered_holder"), ("unknown", "covered_minority")),
        (("Some", 100, "us", 18), "2024", ("fail", "covered_holder"), ("pass", "owners_clear")),
        (("A", 100, "us", 0), "2024", ("pass", "owners_all_clear"), ("pass", "owners_clear")),
        (("A", 100, "us", 0), "2020", ("unknown", "owners_stale"), ("unknown", "owners_stale")),
        (("MMG", 100, "covered", 0), "2016", ("unknown", "owners_stale"), ("unknown", "covered_stale")),
    ],
)
def test_the_stricter_rule_and_owners_that_may_have_changed(layers, owner, as_of, strict, rule) -> None:
    """Golden Grove: held by MMG in 2016, sold in 2017: an old statement neither fails nor clears."""
    found = gates(layers, OWNER.format(*owner).replace("'2024'", f"'{as_of}'"))
    assert found["covered_any"] == strict
    assert found["covered_nation"] == rule


@pytest.mark.parametrize(("flag", "verdict"), [("court suspension", "fail"), ("litigation", "unknown")])
def test_a_legal_fact_of_a_site_is_its_gate(layers, flag, verdict) -> None:
    with world([TinySite("s")]) as con:
        claim(con, "s", "legal", None, text=flag, commodity="", unit="")
        table = judge_gates(Inputs(con, layers, layers))
    assert [(r.verdict, r.evidence) for r in table.itertuples() if r.gate == "legal"] == [(verdict, flag)]


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
