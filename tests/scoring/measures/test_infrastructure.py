"""Distances to ports, lines, power, towns, water and parks, and what it costs to reach them, on sets made by hand."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from scoring.measures import haulage
from scoring.measures.inputs import CORNERS, DETOUR, Inputs
from tests.conftest import TinySite
from tests.scoring.measures.worlds import GEOD, measured, world, write


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
        found = measured(con, layers, "port_km")
    exact, vague = found.loc[("port_km", "exact", "")], found.loc[("port_km", "vague", "")]
    assert exact["value"] == vague["value"]
    assert (exact["high"] - exact["value"], vague["high"] - vague["value"]) == pytest.approx((1, 15), abs=0.02)


def test_sea_distance_is_that_of_the_port_to_the_nearer_country(layers) -> None:
    with world([TinySite("s")]) as con:
        row = measured(con, layers, "sea_km").loc[("sea_km", "s", "")]
    assert (row["value"], row["target"], row["reference_group"]) == (5000, "JPN", "cargo")


def test_where_no_road_leads_to_a_port_the_haul_is_the_straight_line_by_a_factor(layers) -> None:
    with world([TinySite("s")]) as con:
        found = measured(con, layers, "port_km", "road_km", "power_km", "haul_cost", "access_capex")
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
        found = measured(con, layers, "rail_km", "road_km")
    rail, road = found.loc[("rail_km", "s", "")], found.loc[("road_km", "s", "")]
    assert rail["value"] == pytest.approx(GEOD.inv(0, 0, 0.25, 0)[2] / 1000, abs=0.01)
    assert (rail["source_id"], road["source_id"]) == ("natural_earth", "osm_scgraph")


def test_the_haul_joins_the_lines_of_all_networks(layers) -> None:
    """The road of one map leads half of the way, that of the other the rest."""
    with world([TinySite("s")]) as con:
        alone = hauled(layers, con, "halves")
        halves = shapely.LineString([(1, 1.5), (1, 3)])
        write({"name": ["far half"]}, [halves], layers / "roads_north_america.parquet")
        joined = measured(con, layers, "haul_cost").loc[("haul_cost", "s", "")]
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
    return measured(con, layers, "haul_cost").loc[("haul_cost", "s", "")]


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
        found = measured(con, layers, "access_capex")
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


def test_friction_is_unknown_where_no_layer_covers_the_place(layers) -> None:
    with world([TinySite("s"), TinySite("t")]) as con:
        con.execute("UPDATE facts.site SET iso3 = 'USA', lon = 0.05 WHERE site_id = 's'")
        found = measured(con, layers, "protected_km", "people_km", "town_km", "water_stress", "indigenous_land")
    assert found.loc[("protected_km", "s", ""), "value"] == 0
    assert ("protected_km", "t", "") not in found.index
    assert not {"water_stress", "indigenous_land"} & set(found.index.get_level_values(0))
    assert found.loc[("people_km", "t", ""), "value"] == found.loc[("town_km", "t", ""), "value"]


def test_the_water_pipeline_starts_at_the_nearest_mapped_water_and_could_cost_nothing(layers) -> None:
    with world([TinySite("s"), TinySite("p", kind="separation")]) as con:
        found = measured(con, layers, "water_cost")
    row = found.loc[("water_cost", "s", "")]
    km = GEOD.inv(0, 0, -0.9, 0.9)[2] / 1000
    assert row["value"] == pytest.approx(haulage.water_pipeline_maud(DETOUR * km, 2.0).item(), rel=0.01)
    assert (row["low"], row["target"]) == (0, "pond")
    assert ("water_cost", "p", "") not in found.index
