"""Ways along a network judged from outside.

Laws on random graphs (Floyd-Warshall), and published distances from mine to port.
"""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall

from data.facts import BUNDLE
from geo.measure import distance_m
from geo.routes import LineNetwork, Route

DETOUR = 1.3
NEAR = {"most_to_km": 100.0, "most_from_km": 30.0}
SHARE_ALIKE = BUNDLE / "share_alike"
needs_networks = pytest.mark.skipif(
    not (SHARE_ALIKE / "rail.parquet").exists(), reason="the share-alike folder may be deleted"
)

# From, to (lon, lat), published km, and where it is published; all read on 2026-11-23. Places to about 1 km; ports by
# the World Port Index.
RAIL = {
    "Mount Isa to Townsville": (
        (139.476, -20.717),
        (146.817, -19.267),
        1000,
        "en.wikipedia.org/wiki/Great_Northern_Railway_(Mt_Isa_line)",
    ),
    "Newman to Port Hedland": (
        (119.70, -23.36),
        (118.583, -20.317),
        426,
        "en.wikipedia.org/wiki/Mount_Newman_railway_line",
    ),
    "Sishen to Saldanha": (
        (22.99, -27.79),
        (17.967, -33.033),
        861,
        "en.wikipedia.org/wiki/Sishen-Saldanha_Railway_Line",
    ),
    "Schefferville to Sept-Iles": (
        (-66.83, 54.81),
        (-66.383, 50.2),
        573,
        "thecanadianencyclopedia.ca, Quebec North Shore and Labrador Railway",
    ),
    "Kolwezi to Lobito": (
        (25.417, -10.733),
        (13.567, -12.333),
        1739,
        "angop.ao, Corredor do Lobito vai transportar 10 mil toneladas",
    ),
    "Moatize to Beira": (
        (33.74, -16.12),
        (34.833, -19.833),
        575,
        "railwaygazette.com/news/moatize-coal-link-funded/34447.article",
    ),
}
JOINED_AT_5_KM = {
    "Carajas to Itaqui": ((-50.10, -6.03), (-44.367, -2.567), 892, "vale.com, Carajas Railroad"),
    "Moatize to Nacala": ((33.74, -16.12), (40.667, -14.533), 902, "infrastructurenews.co.za/?p=46259"),
}
NOT_IN_THE_LAYER = {
    "Zouerat to Nouadhibou": (
        (-12.47, 22.73),
        (-17.05, 20.917),
        704,
        "pablolayson.blogspot.com/2024/12/mauritanian-iron-train-perhaps-longest.html",
    ),
    "Labrador City to Sept-Iles": (
        (-66.91, 52.95),
        (-66.383, 50.2),
        414,
        "sinfin.net/railways/world/canada/lab-qns.html",
    ),
    "Leonora to Esperance": (
        (121.328, -28.885),
        (121.9, -33.867),
        650,
        "mediastatements.wa.gov.au, 1992/12, Way cleared for new mining projects",
    ),
    "Kiruna to Narvik": ((20.19, 67.85), (17.402, 68.421), 170, "image.absoluteastronomy.com/topics/Malmbanan"),
}
ROAD = {
    "Balama to Nacala": ((38.65, -13.32), (40.667, -14.533), 490, "Modern Mining, January 2017, page 33"),
    "Balama to Pemba": ((38.65, -13.32), (40.50, -12.97), 265, "nsenergybusiness.com/projects/balama-graphite-project"),
    "Lubumbashi to Dar es Salaam": (
        (27.48, -11.66),
        (39.29, -6.82),
        2000,
        "taipeitimes.com/News/world/archives/2022/03/11/2003774596",
    ),
    "Port Augusta to Darwin": ((137.77, -32.49), (130.848, -12.471), 2720, "wikisum.wiki/wiki/Stuart_Highway"),
}
EAST_AFRICA, CENTRAL_AUSTRALIA = (24.0, -18.0, 42.0, -4.0), (127.0, -36.0, 142.0, -11.0)


@cache
def network(layer: str, join_km: float = 3.0, bounds: tuple[float, float, float, float] | None = None) -> LineNetwork:
    lines = np.asarray(gpd.read_parquet(SHARE_ALIKE / f"{layer}.parquet").geometry.to_numpy(), dtype=object)
    return LineNetwork(lines if bounds is None else lines[shapely.intersects(lines, shapely.box(*bounds))], join_km)


def way(on: LineNetwork, start, end) -> Route:
    return on.to_nearest([start[0]], [start[1]], [end[0]], [end[1]], **NEAR)


def km(on: LineNetwork, start, end) -> float:
    found = way(on, start, end)
    return (found.network_km + DETOUR * (found.to_km + found.from_km)).item()


def roads(name: str) -> LineNetwork:
    return network("roads", bounds=CENTRAL_AUSTRALIA if "Augusta" in name else EAST_AFRICA)


def shares() -> dict[str, float]:
    """Return, for each pair with a way, the km found as a share of the km published."""
    by_rail = {name: km(network("rail"), start, end) / published for name, (start, end, published, _) in RAIL.items()}
    return by_rail | {
        name: km(roads(name), start, end) / published for name, (start, end, published, _) in ROAD.items()
    }


@pytest.mark.nightly
@needs_networks
def test_published_distances_are_met_but_for_what_simplified_lines_cut_off() -> None:
    found = shares()
    assert {name: share for name, share in found.items() if not 0.80 <= share <= 1.0} == {}
    assert 0.89 <= np.median(list(found.values())) <= 0.94


@needs_networks
def test_one_factor_for_simplified_lines_brings_them_closer_than_a_detour_on_the_straight_line() -> None:
    found = shares()
    pairs = RAIL | ROAD
    straight = [
        DETOUR * distance_m(*start, *end).item() / 1000 / published
        for start, end, published, _ in (pairs[name] for name in found)
    ]
    share = np.array(list(found.values()))
    left_out = [share[i] / np.median(np.delete(share, i)) for i in range(len(share))]
    assert np.abs(np.array(left_out) - 1).mean() < 0.05
    assert np.abs(np.array(straight) - 1).mean() > 0.08


@needs_networks
@pytest.mark.parametrize("name", JOINED_AT_5_KM)
def test_lines_broken_by_simplification_are_mended_by_a_wider_join(name: str) -> None:
    start, end, published, _ = JOINED_AT_5_KM[name]
    assert np.isnan(km(network("rail"), start, end))
    assert 0.90 <= km(network("rail", join_km=5.0), start, end) / published <= 1.0


@needs_networks
@pytest.mark.parametrize("name", NOT_IN_THE_LAYER)
def test_a_railway_that_the_layer_lacks_has_no_way_rather_than_a_wrong_one(name: str) -> None:
    start, end, _, _ = NOT_IN_THE_LAYER[name]
    assert way(network("rail", join_km=5.0), start, end).target.tolist() == [-1]


@st.composite
def graphs(draw) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return 7 places in general position within a degree, and links between some of them."""
    places = np.random.default_rng(draw(st.integers(0, 10**6))).uniform(0, 1, (7, 2)) + np.array(
        (draw(st.sampled_from([20.0, 179.5])), 30.0)
    )
    links = draw(
        st.sets(
            st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda link: link[0] < link[1]),
            min_size=3,
            max_size=12,
        )
    )
    return places, sorted(links)


def lines_of(places: np.ndarray, links: list[tuple[int, int]]) -> list[shapely.LineString]:
    """Return a line a link; one over the antimeridian is cut there, as files do."""
    lines = [shapely.LineString(places[[a, b]]) for a, b in links]
    west, east = shapely.box(-180, -90, 180, 90), shapely.box(180, -90, 540, 90)
    kept = [shapely.intersection(line, west) for line in lines]
    moved = [shapely.transform(shapely.intersection(line, east), lambda at: at - [360, 0]) for line in lines]
    return [line for line in kept + moved if not line.is_empty and line.length > 0]


def every_km(places: np.ndarray, links: list[tuple[int, int]]) -> np.ndarray:
    """Return km between all places by Floyd-Warshall."""
    direct = np.full((len(places), len(places)), np.inf)
    for a, b in links:
        direct[a, b] = direct[b, a] = distance_m(*places[a], *places[b]).item() / 1000
    return floyd_warshall(direct, directed=False)


def found_km(places: np.ndarray, links: list[tuple[int, int]], targets: list[int]) -> np.ndarray:
    linked = sorted({end for link in links for end in link})
    at, to = places[linked], places[targets]
    lon = lambda each: np.where(each[:, 0] > 180, each[:, 0] - 360, each[:, 0])  # noqa: E731
    found = LineNetwork(lines_of(places, links), 0.05).to_nearest(lon(at), at[:, 1], lon(to), to[:, 1], **NEAR)
    return np.where(np.isnan(found.network_km), np.inf, found.network_km)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(graphs(), st.data())
def test_it_agrees_with_floyd_warshall_also_over_the_antimeridian(graph, data) -> None:
    places, links = graph
    linked = sorted({end for link in links for end in link})
    targets = data.draw(st.lists(st.sampled_from(linked), min_size=1, max_size=3, unique=True))
    expected = every_km(places, links)[np.ix_(linked, targets)].min(axis=1)
    assert found_km(places, links, targets) == pytest.approx(expected, rel=1e-3, abs=0.1)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(graphs(), st.data())
def test_one_more_target_never_makes_a_way_longer(graph, data) -> None:
    places, links = graph
    linked = sorted({end for link in links for end in link})
    targets = data.draw(st.lists(st.sampled_from(linked), min_size=2, max_size=4, unique=True))
    assert (found_km(places, links, targets) <= found_km(places, links, targets[:-1]) + 1e-6).all()
