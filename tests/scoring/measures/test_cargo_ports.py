"""Which port a site may use, judged on real mines and harbours: the port that is published, or that the rule leaves."""

from __future__ import annotations

import pandas as pd
import pytest

from data.facts import BUNDLE
from scoring.measures.cargo_ports import NearestPort, jurisdiction, nearest_ports
from scoring.measures.inputs import Inputs, landmasses
from tests.conftest import TinySite, tiny_facts

COVERED = {"CHN", "RUS", "IRN", "PRK"}

#: Harbours by the World Port Index, to two decimals; Red Dog's terminal by marinelink.com.
PORTS = {
    "Provideniya": ("RUS", -173.23, 64.42),
    "DeLong Mountain Terminal": ("USA", -164.07, 67.57),
    "Deception Bay": ("CAN", -74.68, 62.15),
    "Pangnirtung": ("CAN", -65.72, 66.15),
    "Nacala": ("MOZ", 40.67, -14.53),
    "Fomboni": ("COM", 43.75, -12.27),
    "Bar": ("MNE", 19.08, 42.08),
    "Korcula": ("HRV", 17.13, 42.93),
    "Fang-Cheng": ("CHN", 108.35, 21.75),
    "Hai Phong": ("VNM", 106.68, 20.92),
    "Tianjin": ("CHN", 117.83, 38.97),
    "Inchon": ("KOR", 126.60, 37.47),
    "Poti": ("GEO", 41.58, 42.15),
    "Dudinka": ("RUS", 86.17, 69.40),
    "Darwin": ("AUS", 130.85, -12.47),
    "Milner Bay": ("AUS", 136.42, -13.87),
    "Primorsk": ("RUS", 28.63, 60.37),
    "Raahe": ("FIN", 24.48, 64.68),
}

# Mine -> country, lon, lat, and the port; where each is published, read on 2026-11-26.
SITES = {
    "Red Dog": ("USA", -162.82, 68.07, "DeLong Mountain Terminal"),  # canadianminingjournal.com: 84 km by truck
    "Raglan": ("CAN", -73.68, 61.69, "Deception Bay"),  # World Port Index: solid bulk
    "Balama": ("MOZ", 38.65, -13.32, "Nacala"),  # Modern Mining, January 2017: 490 km by road
    "Jadar": ("SRB", 19.52, 44.42, "Bar"),  # the railway from Belgrade ends there
    "Nui Phao": ("VNM", 105.67, 21.65, "Hai Phong"),  # nearest outside covered nations
    "Oyu Tolgoi": ("MNG", 106.87, 43.00, "Inchon"),  # Tianjin is in a covered nation
    "Zhezkazgan": ("KAZ", 67.70, 47.80, "Poti"),
    "Norilsk": ("RUS", 88.20, 69.35, "Dudinka"),  # its own
    "Bayan Obo": ("CHN", 109.97, 41.80, "Tianjin"),  # its own
    "Ranger": ("AUS", 132.92, -12.68, "Darwin"),  # Groote Eylandt is an island
    "Siilinjarvi": ("FIN", 27.67, 63.08, "Raahe"),
}


def ports() -> pd.DataFrame:
    rows = [(name, iso3, lon, lat, iso3 in COVERED) for name, (iso3, lon, lat) in PORTS.items()]
    return pd.DataFrame(rows, columns=["name", "iso3", "lon", "lat", "covered"])


def found(iso3: str, lon: float, lat: float, choice: pd.DataFrame) -> NearestPort:
    site = pd.DataFrame({"iso3": [iso3], "lon": [lon], "lat": [lat]})
    return nearest_ports(site, choice, landmasses(BUNDLE / "layers"))


@pytest.mark.parametrize("site", SITES)
def test_the_port_is_on_the_landmass_and_in_no_covered_nation_but_the_sites_own(site: str) -> None:
    iso3, lon, lat, port = SITES[site]
    nearest = found(iso3, lon, lat, ports())
    assert ports()["name"][nearest.port[0]] == port
    assert not nearest.overseas[0]


def test_red_dog_never_goes_to_provideniya() -> None:
    """Provideniya is nearer than every other port but its own; without that, the way is along North America."""
    alone = ports()[lambda p: ~p["name"].str.startswith("DeLong")].reset_index(drop=True)
    nearest = found("USA", -162.82, 68.07, alone)
    assert alone["iso3"][nearest.port[0]] == "CAN"
    assert not nearest.overseas[0]


def test_an_island_without_a_port_goes_overseas_and_says_so() -> None:
    nearest = found("COM", 43.35, -11.6, ports())
    assert (ports()["name"][nearest.port[0]], nearest.overseas[0]) == ("Fomboni", True)


def test_sites_of_one_covered_nation_do_not_use_the_ports_of_another() -> None:
    assert jurisdiction(pd.Series(["CHN", "MNG", "RUS", "PRK"]), ports()).tolist() == ["CHN", "", "RUS", ""]
    assert ports()["name"][found("CHN", 125.3, 43.9, ports()).port[0]] in {"Tianjin", "Inchon"}


def test_no_site_of_the_bundle_uses_a_port_that_it_may_not(facts) -> None:
    inputs = Inputs(facts.cursor())
    used, sites = inputs.ports_of_sites(), inputs.sites
    assert not (used["covered"] & (used["iso3"] != sites["iso3"])).any()
    assert inputs.nearest_port.overseas.mean() < 0.03
    for unloaded in ("Supsa Marine Terminal", "Pinole Point", "Mjimwema Terminal", "Provideniya", "Rosarito"):
        assert unloaded not in set(inputs.cargo_ports["name"])


# Site -> lon, lat, km to the railway at most: the lines pass beside them (Natural Earth, railroads of North America).
RAILWAYS = {
    "Electra refinery": (-79.715, 47.494, 2.0),
    "LaRonde": (-78.440, 48.251, 6.0),
    "La Corne": (-77.810, 48.410, 13.0),
    "Laterriere": (-71.129, 48.301, 12.0),
}


@pytest.mark.parametrize("site", RAILWAYS)
def test_railways_that_one_map_leaves_out_are_found_on_the_other(site: str) -> None:
    lon, lat, most_km = RAILWAYS[site]
    with tiny_facts([TinySite("s")]) as con:
        con.execute("UPDATE facts.site SET lon = $lon, lat = $lat", {"lon": lon, "lat": lat})
        km, layer = Inputs(con, only=frozenset(["s"])).nearest_line("rail")
    assert km[0] <= most_km
    assert layer[0] == "rail_north_america"
