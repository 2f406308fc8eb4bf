"""Ways by sea in the chain: from the port of the giver to Japan and the United States, and to the port of any other."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from data.sql import records
from scoring.supply.chain import chains
from scoring.supply.chain_ports import MOST_DETOUR, SeaPort, SeaWay, by_sea, ports_of
from scoring.supply.sea_lanes import SeaLanes

DAMPIER = {"iso3": "AUS", "lon": 116.7, "lat": -20.7}
POHANG = {"iso3": "KOR", "lon": 129.4, "lat": 36.0}
ROTTERDAM = {"iso3": "NLD", "lon": 4.4, "lat": 51.9}
TRIESTE = {"iso3": "ITA", "lon": 13.7, "lat": 45.6}


def test_ways_to_two_countries_end_at_their_landing_ports() -> None:
    port = SeaPort("Dampier", 100.0, 6_800.0, 15_800.0)
    assert by_sea(port, "AUS", None, "JPN", 7_000.0) == SeaWay(6_800, "Dampier")
    assert by_sea(port, "AUS", None, "USA", 15_000.0) == SeaWay(15_800, "Dampier")
    assert by_sea(port, "AUS", None, "KOR", 7_000.0) is None, "the port of the taker is not known"
    assert by_sea(port, "CAN", None, "USA", 3_000.0) is None, "by land"
    assert by_sea(port, "JPN", None, "JPN", 500.0) is None
    assert by_sea(None, "AUS", None, "JPN", 7_000.0) is None


def test_a_way_to_any_other_country_runs_from_port_to_port(facts: duckdb.DuckDBPyConnection) -> None:
    dampier, pohang, rotterdam, trieste = ports_of(facts, [DAMPIER, POHANG, ROTTERDAM, TRIESTE])
    way = by_sea(dampier, "AUS", pohang, "KOR", 6_350.0)
    back = by_sea(pohang, "KOR", dampier, "AUS", 6_350.0)
    assert way is not None
    assert back is not None
    assert 6_350 < way.km < 1.3 * 6_350, "no shorter than the great circle, and no land lies in the way but islands"
    assert way.km == pytest.approx(back.km, abs=1)
    assert (way.start, way.end) == (back.end, back.start)
    assert by_sea(rotterdam, "NLD", trieste, "ITA", 950.0) is None, "round Spain: cargo goes by land"
    assert by_sea(dampier, "AUS", dampier, "AUS", 10.0) is None, "one country"


def test_lanes_give_the_ways_that_the_bundle_keeps(facts: duckdb.DuckDBPyConnection) -> None:
    statement = "SELECT lon, lat, sea_km_japan FROM facts.port WHERE loads AND sea_km_japan IS NOT NULL ORDER BY name"
    ports = records(facts.cursor().execute(statement))[::60]
    lanes = SeaLanes(facts)
    japan = lanes.berths([139.65, 135.2], [35.43, 34.67])
    for port, berth in zip(ports, lanes.berths([p["lon"] for p in ports], [p["lat"] for p in ports]), strict=True):
        ways = [lanes.km(end, berth) for end in japan]
        legs = [end.leg_km for end in japan]
        shortest = min(way - leg for way, leg in zip(ways, legs, strict=True) if way is not None)
        assert shortest == pytest.approx(port["sea_km_japan"], abs=3)


def test_a_place_far_from_every_lane_has_no_way(facts: duckdb.DuckDBPyConnection) -> None:
    lanes = SeaLanes(facts)
    inland, coast = lanes.berths([75.0, 4.0], [45.0, 52.0])
    assert not np.isfinite(inland.leg_km)
    assert lanes.km(inland, coast) is None


def test_a_port_is_near_and_not_in_a_covered_nation(facts: duckdb.DuckDBPyConnection) -> None:
    mongolia = {"iso3": "MNG", "lon": 109.0, "lat": 43.0}
    balama = {"iso3": "MOZ", "lon": 38.6, "lat": -13.3}
    far = {"iso3": "AUS", "lon": -140.0, "lat": -40.0}
    of_mongolia, of_balama, of_nowhere = ports_of(facts, [mongolia, balama, far])
    assert of_nowhere is None
    assert of_balama is not None
    assert 100 < of_balama.km < 500
    assert of_mongolia is None or of_mongolia.km <= 1500
    assert 9_000 < of_balama.japan_km < 16_000


def test_links_have_their_way_by_sea(facts: duckdb.DuckDBPyConnection) -> None:
    (chain,) = chains(facts, "nickel")
    sites = {site.site_id: site for site in chain.sites}
    links = [flow.link for flow in chain.flows]
    to_japan = [link for link in links if sites[link.taker].iso3 == "JPN"]
    known = [link for link in to_japan if link.sea_km is not None]
    assert known
    assert all(link.sea_port and not link.sea_to for link in known)
    assert all(link.sea_km is None for link in to_japan if sites[link.giver].iso3 == "JPN")
    assert [link.sea_km for link in known if link.sea_km < 0.5 * link.km] == pytest.approx([], abs=0)
    elsewhere = [link for link in links if sites[link.taker].iso3 not in ("JPN", "USA") and link.sea_km is not None]
    assert elsewhere
    for link in elsewhere:
        assert link.sea_port
        assert link.sea_to
        assert 0 < link.sea_km <= MOST_DETOUR * link.km
        assert sites[link.giver].iso3 != sites[link.taker].iso3
