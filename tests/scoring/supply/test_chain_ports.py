"""Ways by sea in the chain: from the port of the giver to Japan and the United States, else unknown."""

from __future__ import annotations

import duckdb
import pytest

from scoring.supply.chain import chains
from scoring.supply.chain_ports import SeaPort, by_sea, ports_of


def test_a_way_by_sea_is_known_to_two_countries_alone() -> None:
    port = SeaPort("Dampier", 100.0, 6_800.0, 15_800.0)
    assert by_sea(port, "AUS", "JPN") == 6_800
    assert by_sea(port, "AUS", "USA") == 15_800
    assert by_sea(port, "AUS", "KOR") is None
    assert by_sea(port, "CAN", "USA") is None, "by land"
    assert by_sea(port, "JPN", "JPN") is None
    assert by_sea(None, "AUS", "JPN") is None


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


def test_links_to_japan_have_their_way_by_sea(facts: duckdb.DuckDBPyConnection) -> None:
    (chain,) = chains(facts, "nickel")
    sites = {site.site_id: site for site in chain.sites}
    to_japan = [flow.link for flow in chain.flows if sites[flow.link.taker].iso3 == "JPN"]
    known = [link for link in to_japan if link.sea_km is not None]
    assert known
    assert all(link.sea_port for link in known)
    assert all(link.sea_km is None for link in to_japan if sites[link.giver].iso3 == "JPN")
    assert [link.sea_km for link in known if link.sea_km < 0.5 * link.km] == pytest.approx([], abs=0)
