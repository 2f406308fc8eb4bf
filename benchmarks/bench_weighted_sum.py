"""A weighted sum of eight columns with stated goalposts, from Parquet to scores and the best 1,000, beside rasters.

Run it with `python -m benchmarks.bench_weighted_sum [millions ...]`, 10 and 50 unless stated. The cells are those of
`bench_screen`. Two ways of ours: the screening as `orebridge screen` runs it (exact counts, then scores in files),
and the same sum as one statement without a file of scores, for which the goal of 1.5 s for 10 million cells and 6 s for
50 million, under 2 GB, was set. All ways must give the same best cells. xarray is tried if it is installed
(`uv run --with rioxarray`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.bench_screen import (
    COLUMNS,
    TOP,
    WORKERS,
    Best,
    Ends,
    Meter,
    by_rasterio,
    by_xarray,
    row,
    size,
    write_grid,
)
from scoring.prospectivity.screen import OneProcess, place_of, screen
from scoring.prospectivity.screen_file import ScreenFile

#: Codes of desirability 0 and 1; a third of the columns are reversed.
ENDS: Ends = [(220, 30) if c % 3 else (30, 220) for c in range(COLUMNS)]
#: The goals: cells in millions -> seconds; bytes.
GOALS, GOAL_BYTES = {10: 1.5, 50: 6.0}, 2e9


def question(grid: Path) -> ScreenFile:
    """Return what is asked: weights 1 to 8 and goalposts in codes."""
    layers = [
        {"column": f"e{c:02d}", "weight": c + 1.0, "worst": worst, "best": best} for c, (worst, best) in enumerate(ENDS)
    ]
    return ScreenFile.model_validate({"title": "made up", "grid": str(grid), "layer": layers, "top": TOP})


def best_alone(grid: Path) -> Best:
    """Return the best cells by the same sums in one statement, without a file of scores."""
    gained = " + ".join(
        f"coalesce(least(greatest((e{c:02d} - {worst}e0) * {(c + 1.0) / (best - worst)!r}e0, 0e0), {c + 1}e0), 0e0)"
        for c, (worst, best) in enumerate(ENDS)
    )
    known = " + ".join(f"if(e{c:02d} IS NULL, 0, {c + 1})" for c in range(COLUMNS))
    return _listed(grid, f"({gained}) / nullif({known}, 0)")


def codes_alone(grid: Path) -> Best:
    """Return the best cells by the plain sum of weight times code, no data as 0; no goalposts."""
    return _listed(grid, " + ".join(f"coalesce(e{c:02d}, 0) * {c + 1}::INTEGER" for c in range(COLUMNS)))


def _listed(grid: Path, score: str) -> Best:
    statement = (
        f"SELECT cell, ({score})::FLOAT AS score FROM read_parquet('{grid}/*.parquet') "
        f"ORDER BY score DESC NULLS LAST, cell LIMIT {TOP}"
    )
    with duckdb.connect(config={"threads": WORKERS}) as con:
        return tuple((int(cell), float(score)) for cell, score in con.execute(statement).fetchall())


def compare(folder: Path, cells: int) -> None:
    """Time all ways on one grid and print them; equal answers are asserted."""
    grid, tiff = folder / "grid", folder / "grid.tif"
    write_grid(cells, grid, tiff)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"{cells:,} cells, {size(grid) / 1e6:,.1f} MB; before it began, {load:.1f} processes wanted each core.\n")
    print("| way | seconds | CPU seconds | peak MB | written MB | CPU ratio |\n|---|---|---|---|---|---|")
    with Meter() as plain:
        alone = best_alone(grid)
    row(f"DuckDB, best alone, {WORKERS} threads", plain, 0, None)
    with Meter() as codes:
        codes_alone(grid)
    row("DuckDB, plain sum of codes, best alone", codes, 0, plain)
    asked = question(grid)
    with Meter() as both:
        screened = screen(asked, place_of(asked, grid, folder / "one"), OneProcess(WORKERS))
    row("orebridge screen, scores written", both, size(folder / "one" / "scores"), plain)
    with Meter() as on_raster:
        raster = by_rasterio(tiff, folder / "scores.tif", cells, ENDS)
    row("rasterio windows + NumPy, one thread, scores written", on_raster, size(folder / "scores.tif"), plain)
    with Meter() as on_xarray:
        array = by_xarray(tiff, cells, ENDS)
    if array is not None:
        row("rioxarray + NumPy in memory, best alone", on_xarray, 0, plain)
    print("" if array is not None else "\nrioxarray is not installed")
    goal = GOALS.get(cells // 1_000_000)
    if goal:
        for name, meter in (("best alone", plain), ("plain sum", codes)):
            said = "reached" if meter.seconds < goal and meter.peak_bytes < GOAL_BYTES else "not reached"
            print(f"goal {goal} s and 2 GB, {name}: {said} ({meter.cpu_seconds / WORKERS:.1f} s if cores were idle)")
    print(f"same best {TOP}: {alone == screened.best and raster == alone and array in (None, alone)}")
    if not (alone == screened.best == raster and array in (None, alone)):
        raise SystemExit("two ways gave other best cells")


def main(millions: list[int]) -> None:
    """Run and print."""
    for each in millions:
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), each * 1_000_000)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [10, 50])
