"""Nearest port and nearest rail line for random sites: ours beside geopandas sjoin_nearest, in one run.

Run it with `python -m benchmarks.bench_nearest [sites]`. The truth for the errors is the smaller of the two answers
after both have been measured on the ellipsoid, and for points brute force on a sample.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.arrays import FloatArray
from geo.measure import distance_m
from geo.nearest import NearestLines, NearestPoints

BUNDLE = Path(__file__).resolve().parents[1] / "data" / "bundled"
BRUTE_FORCE_SITES = 1_000


def random_sites(count: int) -> FloatArray:
    """Draw sites near land: towns of the world, moved by up to two degrees."""
    generator = np.random.default_rng(20_251_028)
    towns = shapely.get_coordinates(gpd.read_parquet(BUNDLE / "layers" / "places.parquet").geometry.to_numpy())
    sites = towns[generator.integers(len(towns), size=count)] + generator.uniform(-2, 2, (count, 2))
    on_map: FloatArray = np.clip(sites, [-179.99, -89], [179.99, 89])
    return on_map


def timed(work: Callable[[], FloatArray]) -> tuple[FloatArray, float]:
    """Return what the work gives and its wall seconds."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def by_geopandas(sites: FloatArray, targets: gpd.GeoSeries) -> FloatArray:
    """Find neighbours in degrees, as is often done, then measure the distance to them on the ellipsoid."""
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*sites.T), crs=4326)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        joined = gpd.sjoin_nearest(frame, gpd.GeoDataFrame(geometry=targets.reset_index(drop=True)))
    neighbour = joined["index_right"].groupby(level=0).first().to_numpy()
    feet = shapely.shortest_line(targets.to_numpy()[neighbour], frame.geometry.to_numpy())
    places = shapely.get_coordinates(shapely.get_point(feet, 0))
    return distance_m(*sites.T, *places.T)


def report(what: str, ours: tuple[FloatArray, float], theirs: tuple[FloatArray, float]) -> None:
    """Print seconds, their ratio, and how often and how far geopandas is off."""
    excess_m = theirs[0] - ours[0]
    wrong = excess_m > 1
    print(f"{what}: ours {ours[1]:.2f} s, geopandas {theirs[1]:.2f} s, ratio {theirs[1] / ours[1]:.2f}")
    print(f"  geopandas farther by more than 1 m: {wrong.mean():.1%}, at most {excess_m.max() / 1000:.1f} km")
    print(f"  ours farther by more than 1 m: {(excess_m < -1).mean():.1%}, at most {max(0.0, -excess_m.min()):.2f} m")


def main(count: int) -> None:
    """Run both jobs on the same sites."""
    sites = random_sites(count)
    ports = gpd.read_parquet(BUNDLE / "layers" / "ports.parquet").geometry
    rail = gpd.read_parquet(BUNDLE / "share_alike" / "rail.parquet").geometry
    print(f"{count:,} sites, {len(ports):,} ports, {len(rail):,} rail lines; times include building the trees")
    to_port = timed(lambda: NearestPoints(ports.x, ports.y).query(*sites.T).distance_m)
    report("nearest port", to_port, timed(lambda: by_geopandas(sites, ports)))
    sample = sites[:BRUTE_FORCE_SITES]
    all_pairs_m = distance_m(sample[:, :1], sample[:, 1:], ports.x.to_numpy()[None], ports.y.to_numpy()[None])
    off_m = np.abs(all_pairs_m.min(axis=1) - to_port[0][:BRUTE_FORCE_SITES]).max()
    print(f"  ours against brute force on {len(sample):,} sites: at most {off_m:.3f} m off")
    to_rail = timed(lambda: NearestLines(rail.to_numpy()).query(*sites.T).distance_m)
    report("nearest rail line", to_rail, timed(lambda: by_geopandas(sites, rail)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
