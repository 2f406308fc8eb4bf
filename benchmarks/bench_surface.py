"""A study of 10 million cells is drawn: how long its surfaces take to write, and the pictures of a map that is moved.

Run it with `python -m benchmarks.bench_surface [million cells]`. The cells are made up: a raster of square kilometres
with smooth scores. Pictures are those that the map asks for, 1,200 x 800 pixels of a view: the whole, then six zooms on
the middle, with a step aside at each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
from rasterio.warp import transform_bounds

from benchmarks.bench_screen import Meter
from geo.cells import RasterFrame
from layers.pictures import part_png
from layers.styling import surface_layer
from scoring.prospectivity.grid_store import StoredGrid
from scoring.prospectivity.study import SCORED
from scoring.prospectivity.surface import FADED, scored_cells, write_surfaces
from workspace.attach import milestone_source

WIDE, CELL_M = 4_000, 1_000.0
PIXELS, ZOOMS = (1_200, 800), 7
FILE_CELLS = 1_000_000


def made_up(folder: Path, cells: int) -> StoredGrid:
    """Write scored cells of a raster, and return its grid."""
    frame = RasterFrame("EPSG:6933", CELL_M, 11_000_000.0, -1_000_000.0, WIDE, -(-cells // WIDE))
    (folder / SCORED).mkdir(parents=True)
    for first in range(0, cells, FILE_CELLS):
        ids = np.arange(first, min(first + FILE_CELLS, cells), dtype=np.uint64)
        row, column = frame.row_column(ids)
        score = 0.5 + 0.25 * np.sin(column / 90.0) + 0.25 * np.cos(row / 70.0)
        flags = {name: pa.array(np.zeros(len(ids), dtype=bool)) for name in ("applicable", "deposit")}
        zero = np.zeros(len(ids))
        numbers = {"lon": zero, "lat": zero, "area_km2": zero + 1.0, "score": score, "spread": zero + 0.1}
        table = {"cell": ids, **numbers, "missing_share": zero, **flags}
        pq.write_table(pa.table(table), folder / SCORED / f"{first:08x}.parquet", compression="zstd")
    return StoredGrid(folder, "raster", 0, frame, (), ())


def views(path: Path) -> list[tuple[float, float, float, float]]:
    """Return the parts of a surface that are looked at, EPSG:3857 metres."""
    with rasterio.open(path) as surface:
        west, south, east, north = transform_bounds(surface.crs, "EPSG:3857", *surface.bounds)
    found = []
    for zoom in range(ZOOMS):
        half_x, half_y = (east - west) / 2 ** (zoom + 1), (north - south) / 2 ** (zoom + 1)
        for aside in (0.0, 0.3):
            x, y = (west + east) / 2 + aside * half_x, (south + north) / 2
            found.append((x - half_x, y - half_y, x + half_x, y + half_y))
    return found


def main(millions: float = 10.0) -> None:
    """Run and print."""
    cells = int(millions * 1e6)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        grid = made_up(folder, cells)
        with Meter() as writing:
            write_surfaces(grid, folder)
        size = (folder / FADED).stat().st_size / 1e6
        print(
            f"{cells:,} cells: surfaces written in {writing.seconds:.1f} s ({writing.cpu_seconds:.1f} CPU s, at most "
            f"{writing.peak_bytes / 1e6:,.0f} MB); the coloured one has {size:.1f} MB"
        )
        with Meter() as reading:
            scored_cells(folder)
        print(f"all cells read in {reading.seconds:.1f} s ({reading.cpu_seconds:.1f} CPU s)")
        layer = surface_layer("study", ("Study", "Study"), folder / FADED, milestone_source(), None)
        spent = []
        for bounds in views(folder / FADED):
            clock, processor = time.perf_counter(), time.process_time()
            picture = part_png(layer, bounds, *PIXELS)
            spent.append((time.perf_counter() - clock, time.process_time() - processor, len(picture)))
        seconds, processor_s, bytes_ = (np.array(each) for each in zip(*spent, strict=True))
        print(
            f"{len(spent)} pictures of {PIXELS[0]} x {PIXELS[1]}: P50 {1e3 * np.median(seconds):.0f} ms, slowest "
            f"{1e3 * seconds.max():.0f} ms (CPU {1e3 * np.median(processor_s):.0f}, {1e3 * processor_s.max():.0f}); "
            f"at most {bytes_.max() / 1e3:.0f} kB"
        )


if __name__ == "__main__":
    main(*(float(each) for each in sys.argv[1:2]))
