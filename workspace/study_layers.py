"""The surfaces of the user's prospectivity studies as layers of the map: in the list, in tiles, in pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import rasterio

from data.sources import Source
from data.store import home
from geo.raster import ColourScale
from layers.catalog import Layer
from layers.styling import surface_layer
from scoring.prospectivity import study as stored
from scoring.prospectivity.errors import ProspectError
from scoring.prospectivity.study import Study
from scoring.prospectivity.surface import FADED, RAMP, SURFACE, limits

STUDIES = "studies"
PREFIX, SUFFIX = "study-", "-faded"


def place() -> Path:
    """Return the folder of studies and grids in the user's data folder."""
    return home() / "prospectivity"


def kept() -> list[Path]:
    """Return the folders of finished studies, the latest first."""
    files = list((place() / STUDIES).glob(f"*/{stored.STUDY_FILE}"))
    return [path.parent for path in sorted(files, key=lambda each: -each.stat().st_mtime)]


def read(folder: Path) -> Study | None:
    """Return the study of a folder; None where it cannot be read.

    Parameters
    ----------
    folder : Path
    """
    try:
        return _read(folder, (folder / stored.STUDY_FILE).stat().st_mtime_ns)
    except (ProspectError, OSError):
        return None


@lru_cache(maxsize=16)
def _read(folder: Path, _changed: int) -> Study:
    return stored.load(folder)


def map_layers() -> tuple[Layer, ...]:
    """Return two layers for each study: the score, and the score that fades where it is unsure."""
    made: list[Layer] = []
    for folder in kept():
        study = read(folder)
        if study is not None and (folder / SURFACE).exists() and (folder / FADED).exists():
            made += _layers(folder, (folder / SURFACE).stat().st_mtime_ns)
    return tuple(made)


@lru_cache(maxsize=16)
def _layers(folder: Path, changed: int) -> tuple[Layer, ...]:
    study = stored.load(folder)
    with rasterio.open(folder / SURFACE) as raster:
        ends = limits(raster.read(1).astype(float).ravel())
    title, title_ja = study.model.title, study.model.title_ja or study.model.title
    source = _source(folder, study, changed)
    faded = (f"{title}, fading where unsure", f"{title_ja}（不確かな所は灰色）")
    return (
        surface_layer(PREFIX + folder.name, (title, title_ja), folder / SURFACE, source, ColourScale(RAMP, *ends)),
        surface_layer(PREFIX + folder.name + SUFFIX, faded, folder / FADED, source, None),
    )


def _source(folder: Path, study: Study, changed: int) -> Source:
    """Return a study as a source, for tables and exports."""
    day = datetime.fromtimestamp(changed / 1e9, UTC).date()
    return Source(
        id=PREFIX + folder.name,
        title=study.model.title,
        publisher="the user",
        url="",
        licence="not stated",
        licence_tier="C",
        attribution=f"{study.model.title} (prospectivity study)",
        citation=f"prospectivity study {folder.name}, data {study.data_version}",
        retrieved=day,
        as_of=day.isoformat(),
        caveat="",
        import_recipe="",
        files=(),
    )
