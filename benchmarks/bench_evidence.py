"""A million points and 20,000 polygons become criteria for 10,000 sites: Orebridge beside geopandas, in one run.

Run it with `python -m benchmarks.bench_evidence [points] [polygons] [sites]`. geopandas works as a careful user of it
would, in the national grid EPSG:3067 for distances and in the equal-area EPSG:3035 for densities; both fit this one
region alone. An answer of the peer is wrong where it differs from ours, which tests hold equal to brute force, by more
than 1 %; of neighbours also where its own is farther.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import FloatArray
from geo.surroundings import Targets
from scoring.criteria.user_criterion import UserCriterion
from scoring.measures.layer_measures import EvidenceLayer, measure

RADIUS_KM = 25.0
CORNERS = 60
WEST, EAST, SOUTH, NORTH = 19.0, 31.0, 60.0, 70.0
"""As large as Finland: geochemistry and geology of one survey."""


def places(generator: np.random.Generator, count: int) -> tuple[FloatArray, FloatArray]:
    """Draw places evenly by area."""
    sine = generator.uniform(np.sin(np.radians(SOUTH)), np.sin(np.radians(NORTH)), count)
    return generator.uniform(WEST, EAST, count), np.degrees(np.arcsin(sine))


def star_polygons(generator: np.random.Generator, count: int) -> FloatArray:
    """Draw polygons of 60 corners, some 5 km across."""
    lon, lat = places(generator, count)
    turn = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
    reach_deg = generator.uniform(0.015, 0.03, (count, CORNERS))
    wide = reach_deg / np.cos(np.radians(lat))[:, None]
    polygons: FloatArray = shapely.polygons(
        np.stack([lon[:, None] + wide * np.cos(turn), lat[:, None] + reach_deg * np.sin(turn)], axis=2)
    )
    return polygons


def timed(work: Callable[[], FloatArray]) -> tuple[FloatArray, float]:
    """Return what the work gives and its wall seconds."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def ours(layer: EvidenceLayer, sites: pd.DataFrame, name: str) -> FloatArray:
    """Measure with a fresh layer, so that building the trees is in the time."""
    fresh = EvidenceLayer(layer.layer_id, layer.kind, layer.geometries, layer.numbers)
    asked = UserCriterion(
        "layer", name, name, worst=0, best=1, weight=1, column="v", radius_km=RADIUS_KM, everywhere=True
    )
    return measure(fresh, asked, sites)["value"].to_numpy()


class Peer:
    """The same by geopandas."""

    def __init__(self, layer: EvidenceLayer, sites: pd.DataFrame) -> None:
        self.layer = gpd.GeoDataFrame({"v": layer.numbers["v"]}, geometry=layer.geometries, crs=4326)
        self.sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), crs=4326)
        self.points = layer.kind == "points"

    def distance_km(self) -> FloatArray:
        """Return km to the nearest feature, in the plane."""
        joined = gpd.sjoin_nearest(self.sites.to_crs(3067), self.layer.to_crs(3067), distance_col="metres")
        self.neighbour = joined["index_right"].groupby(level=0).first().to_numpy()
        return joined["metres"].groupby(level=0).first().to_numpy() / 1000.0

    def inside(self) -> FloatArray:
        """Return 1 inside a polygon."""
        joined = gpd.sjoin(self.sites, self.layer, predicate="within", how="left")
        return joined["index_right"].groupby(level=0).first().notna().to_numpy(dtype=np.float64)

    def _circles(self, crs: int) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(geometry=self.sites.to_crs(crs).buffer(RADIUS_KM * 1000.0))

    def density(self) -> FloatArray:
        """Return points for 100 km2, or area of polygons over area of the circle."""
        rings = self._circles(3035)
        if self.points:
            joined = gpd.sjoin(rings, self.layer.to_crs(3035), predicate="contains")
            found = joined.groupby(level=0).size().reindex(rings.index, fill_value=0)
            return found.to_numpy() / (np.pi * RADIUS_KM**2) * 100.0
        cut = gpd.overlay(self.layer.to_crs(3035), rings.reset_index(), how="intersection", keep_geom_type=True)
        found = cut.area.groupby(cut["index"]).sum().reindex(rings.index, fill_value=0)
        return found.to_numpy() / (np.pi * RADIUS_KM**2 * 1e6)

    def mean_within(self) -> FloatArray:
        """Return the mean of what a circle touches."""
        rings = self._circles(3067)
        joined = gpd.sjoin(rings, self.layer.to_crs(3067), predicate="intersects")
        return joined["v"].groupby(level=0).mean().reindex(rings.index).to_numpy()


def wrong(name: str, mine: FloatArray, theirs: FloatArray, peer: Peer, sites: pd.DataFrame) -> str:
    """Say how many answers of the peer are wrong."""
    off = ~(np.isclose(mine, theirs, rtol=0.01, atol=1e-9) | (np.isnan(mine) & np.isnan(theirs)))
    if name != "distance_km":
        return f"peer off by over 1 % at {off.mean():.1%} of the sites"
    geometries = peer.layer.geometry.to_numpy()[peer.neighbour]
    pairs = [
        Targets([geometry]).nearest([lon], [lat])[0][0]
        for geometry, lon, lat in zip(geometries[:500], sites["lon"], sites["lat"], strict=False)
    ]
    other = np.array(pairs) / 1000.0 > mine[:500] + 0.001
    return (
        f"peer's distance off by over 1 % at {off.mean():.1%}, another neighbour that is farther at "
        f"{other.mean():.1%} (of 500)"
    )


def main(points: int, polygons: int, sites: int) -> None:
    """Run all measures on both layers."""
    generator = np.random.default_rng(20_251_028)
    lon, lat = places(generator, sites)
    asked = pd.DataFrame({"site_id": np.arange(sites).astype(str), "lon": lon, "lat": lat, "slack_km": 1.0})
    layers = {
        "points": EvidenceLayer(
            "p", "points", shapely.points(*places(generator, points)), {"v": generator.normal(10, 2, points)}
        ),
        "polygons": EvidenceLayer(
            "q", "polygons", star_polygons(generator, polygons), {"v": generator.normal(10, 2, polygons)}
        ),
    }
    for kind, layer in layers.items():
        print(f"{len(layer.numbers['v']):,} {kind}, {sites:,} sites; building the trees is in the times")
        peer = Peer(layer, asked)
        for name in ("distance_km", "density", "mean_within") + (("inside",) if kind == "polygons" else ()):
            mine, seconds = timed(lambda layer=layer, name=name: ours(layer, asked, name))
            theirs, peer_seconds = timed(getattr(peer, name))
            print(
                f"  {name}: ours {seconds:.2f} s, geopandas {peer_seconds:.2f} s, ratio {peer_seconds / seconds:.2f}",
                flush=True,
            )
            print(f"    {wrong(name, mine, theirs, peer, asked)}", flush=True)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:4]]
    main(*(given + [1_000_000, 20_000, 10_000][len(given) :]))
