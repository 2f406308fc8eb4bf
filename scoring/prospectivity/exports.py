"""Files of a study for other programs: COG, GeoParquet, GeoPackage, each beside the model card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.sources import Source
from scoring.prospectivity.areas import cell_shapes
from scoring.prospectivity.card import model_card
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.grid_store import StoredGrid, write_whole
from scoring.prospectivity.study import Study, as_json
from scoring.prospectivity.surface import SURFACE, scored_cells

CARD, CARD_JSON, MODEL = "model_card.md", "model_card.json", "model.json"
#: Cells that a GeoPackage takes; more are for GeoParquet.
MOST_FEATURES = 1_000_000


@dataclass(frozen=True, slots=True)
class SurfaceFormat:
    """A format of exported cells: title, name of the file, and the function that writes it."""

    title: str
    file: str
    write: Callable[[Path, StoredGrid, Path], None]


def _cog(folder: Path, _grid: StoredGrid, path: Path) -> None:
    write_whole(path, lambda other: shutil.copyfile(folder / SURFACE, other))


def _vector(driver: str) -> Callable[[Path, StoredGrid, Path], None]:
    def write(folder: Path, grid: StoredGrid, path: Path) -> None:
        import geopandas as gpd  # noqa: PLC0415 - slow to import

        cells = scored_cells(folder)
        if driver == "GPKG" and len(cells.ids) > MOST_FEATURES:
            raise ProspectError(
                "{cells:,} cells are too many for a GeoPackage (at most {most:,}); export geoparquet.",
                cells=len(cells.ids),
                most=MOST_FEATURES,
            )
        frame = gpd.GeoDataFrame(
            {
                "cell": [f"{cell:x}" for cell in cells.ids.tolist()],
                "area_km2": cells.area_km2,
                "score": cells.score,
                "spread": cells.spread,
                "missing_share": cells.missing_share,
                "applicable": cells.applicable,
                "deposit": cells.deposit,
            },
            geometry=cell_shapes(cells.ids, grid.frame),
            crs="EPSG:4326",
        )
        if driver == "GPKG":
            write_whole(path, lambda other: frame.to_file(other, driver="GPKG", layer="prospectivity"))
        else:
            write_whole(path, lambda other: frame.to_parquet(other, compression="zstd"))

    return write


#: Name -> format.
FORMATS: dict[str, SurfaceFormat] = {
    "cog": SurfaceFormat("Cloud-optimised GeoTIFF", "prospectivity.tif", _cog),
    "geoparquet": SurfaceFormat("GeoParquet", "prospectivity.parquet", _vector("Parquet")),
    "gpkg": SurfaceFormat("GeoPackage", "prospectivity.gpkg", _vector("GPKG")),
}


def export(
    study: Study, folder: Path, grid: StoredGrid, formats: tuple[str, ...], out: Path, sources: Mapping[str, Source]
) -> tuple[Path, ...]:
    """Write a study in formats, with its model card; return the files.

    Parameters
    ----------
    study : Study
    folder : Path
        Of the study.
    grid : StoredGrid
    formats : tuple of str
        Of `FORMATS`.
    out : Path
        A folder; it is made if it is not there.
    sources : mapping of str to Source

    Raises
    ------
    ProspectError
        If there is no such format, or the cells are too many for it.
    """
    for name in formats:
        if name not in FORMATS:
            raise ProspectError("No format is called {name!r}; choose {names}.", name=name, names=list(FORMATS))
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name in formats:
        path = out / FORMATS[name].file
        FORMATS[name].write(folder, grid, path)
        written.append(path)
    card, plain = model_card(study, sources), json.dumps(as_json(study), ensure_ascii=False, indent=1)
    write_whole(out / CARD, lambda path: path.write_text(card, encoding="utf-8"))
    write_whole(out / CARD_JSON, lambda path: path.write_text(plain, encoding="utf-8"))
    again = study.model.model_dump_json(indent=1, exclude_none=True)
    write_whole(out / MODEL, lambda path: path.write_text(again, encoding="utf-8"))
    return (*written, out / CARD, out / CARD_JSON, out / MODEL)
