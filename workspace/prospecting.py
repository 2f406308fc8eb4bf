"""Prospectivity studies of the user: run, kept in the data folder, listed and read."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.facts import data_version
from data.store import home
from data.user_sites import SiteColumns
from geo.arrays import FloatArray
from geo.bbox import Bounds
from geo.views import most_of
from layers import imports
from layers.catalog import load_catalog
from layers.imports import ImportOptions
from scoring.prospectivity import exports
from scoring.prospectivity import study as stored
from scoring.prospectivity.areas import CandidateArea, candidate_areas, write_areas
from scoring.prospectivity.deposits import deposits
from scoring.prospectivity.errors import ModelFileError, ProspectError
from scoring.prospectivity.grid_store import StoredGrid, Watch, open_grid
from scoring.prospectivity.model_file import ModelFile
from scoring.prospectivity.presets import completed
from scoring.prospectivity.prospect import Ground, prospect
from scoring.prospectivity.study import Study
from scoring.prospectivity.surface import ScoredCells, scored_cells
from scoring.prospectivity.table import table_ground
from workspace import map_evidence, reference, session, study_layers
from workspace.study_layers import STUDIES, place
from workspace.user_layers import reader

GRIDS, AREAS_FILE = "grids", "candidate_areas.gpkg"


def folder_of(model: ModelFile) -> Path:
    """Return the folder of a model's study: its title and eight digits of its contents.

    Parameters
    ----------
    model : ModelFile
        Completed.
    """
    words = re.sub(r"[^a-z0-9]+", "-", model.title.lower()).strip("-")[:40] or "study"
    return place() / STUDIES / f"{words}-{model.key[:8]}"


def run(
    model: ModelFile, name: str = "model", watch: Watch = lambda _share: None, beside: Path | None = None
) -> tuple[Path, Study]:
    """Run a study, or read it where it was run before with the same data; return its folder and the study.

    Parameters
    ----------
    model : ModelFile
        As the file says it.
    name : str
        Of the file, for the errors.
    watch : callable
        See `scoring.prospectivity.prospect.prospect`.
    beside : Path, optional
        Folder of the model file, where a table that it names is looked for; None: a table cannot be read.

    Raises
    ------
    OrebridgeError
        If the question cannot be answered: one sentence.
    """
    if model.table is not None:
        return _of_table(model, name, watch, beside)
    whole = completed(model, name)
    folder = folder_of(whole)
    if (folder / stored.STUDY_FILE).exists():
        known = stored.load(folder)
        if known.data_version == _version(whole):
            watch(1.0)
            return folder, known
    return folder, prospect(whole, _ground(whole), folder, place() / GRIDS, watch)


def _of_table(model: ModelFile, name: str, watch: Watch, beside: Path | None) -> tuple[Path, Study]:
    if model.table is None or beside is None:
        raise ModelFileError(
            "{file} names a table of cells; run it with `orebridge prospect`, beside its table.", file=name
        )
    whole, ground = table_ground(model, beside / model.table.file)
    folder = folder_of(whole)
    return folder, prospect(whole, ground, folder, place() / GRIDS, watch)


def _version(model: ModelFile) -> str:
    """Return the version of what a study rests on: the bundle, the user's layers, his sites where they are labels.

    A layer that was imported anew under its old name has another id.
    """
    named = [*(each.layer for each in model.evidence), model.grid.layer, model.evaluation.provinces]
    named += [model.labels.layer] if model.labels else []
    own = [session.own().find(name).layer_id for name in named if name and name not in load_catalog()]
    if model.labels and not model.labels.layer and (sites := session.revision()):
        own.append(sites)
    return f"{data_version()}-{hashlib.sha256(' '.join(own).encode()).hexdigest()[:8]}" if own else data_version()


def _ground(model: ModelFile) -> Ground:
    session.beside()
    asked = model.evaluation
    if model.labels is None:
        raise ModelFileError("{file} names no known deposits; add [labels] or a mineral system.", file=model.title)

    def provinces(lon: FloatArray, lat: FloatArray) -> NDArray[np.object_]:
        return map_evidence.provinces(asked.provinces, asked.provinces_column, lon, lat)

    return Ground(
        map_evidence.layer,
        map_evidence.ground(model.grid),
        deposits(model.labels, session.facts(), map_evidence.layer),
        provinces if asked.provinces else None,
        _version(model),
    )


def cells(folder: Path, study: Study) -> tuple[ScoredCells, StoredGrid]:
    """Return the scored cells of a study, and its grid.

    Parameters
    ----------
    folder : Path
    study : Study
    """
    return scored_cells(folder), open_grid(place() / GRIDS / f"{study.model.grid_key}-{study.data_version}")


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the cells of a study lie, and the known deposits among them.

    Attributes
    ----------
    most : Bounds
        Holds all cells but for islands far off (`geo.views.most_of`), EPSG:4326 degrees.
    deposit_lon, deposit_lat : ndarray of float64
        Middles of the cells with a known deposit.
    """

    most: Bounds
    deposit_lon: FloatArray
    deposit_lat: FloatArray


def extent(folder: Path) -> Extent:
    """Return where the cells of a study lie: read once, since ten million of them take seconds.

    Parameters
    ----------
    folder : Path
        Of the study.
    """
    return _extent(folder, _changed(folder))


@lru_cache(maxsize=16)
def _extent(folder: Path, _changed: int) -> Extent:
    found = scored_cells(folder)
    return Extent(most_of(found.lon, found.lat), found.lon[found.deposit], found.lat[found.deposit])


def candidates(folder: Path, study: Study, top_share: float, count: int, only: bool) -> tuple[CandidateArea, ...]:
    """Return the candidate areas of a study; a choice that was made before is not looked for again.

    Parameters
    ----------
    folder : Path
    study : Study
    top_share : float
        Most favourable share of the area, 0..1.
    count : int
        Areas at the most.
    only : bool
        Whether areas with a known deposit are left out.

    Raises
    ------
    OrebridgeError
        If there are none to look for; see `scoring.prospectivity.areas.candidate_areas`.
    """
    grid = f"{study.model.grid_key}-{study.data_version}"
    return _candidates(folder, grid, _changed(folder), top_share, count, only)


@lru_cache(maxsize=16)
def _candidates(
    folder: Path, grid: str, _changed: int, top_share: float, count: int, only: bool
) -> tuple[CandidateArea, ...]:
    return candidate_areas(scored_cells(folder), open_grid(place() / GRIDS / grid).frame, top_share, count, only)


def _changed(folder: Path) -> int:
    """Return when a study was written, in nanoseconds."""
    return (folder / stored.STUDY_FILE).stat().st_mtime_ns


def export(
    folder: Path, study: Study, formats: tuple[str, ...], out: Path, areas: tuple[CandidateArea, ...] = ()
) -> tuple[Path, ...]:
    """Write a study for other programs, with candidate areas where there are any; return the files.

    Parameters
    ----------
    folder : Path
    study : Study
    formats : tuple of str
        Of `scoring.prospectivity.exports.FORMATS`.
    out : Path
        A folder.
    areas : tuple of CandidateArea
    """
    written = exports.export(study, folder, cells(folder, study)[1], formats, out, reference.sources())
    if not areas:
        return written
    write_areas(areas, out / AREAS_FILE)
    return (*written, out / AREAS_FILE)


def record(folder: Path, study: Study, areas: tuple[CandidateArea, ...], written: list[str]) -> dict[str, Any]:
    """Return a study as plain JSON types, with its areas, folder and files.

    Parameters
    ----------
    folder : Path
    study : Study
    areas : tuple of CandidateArea
    written : list of str
    """
    listed = [{n: getattr(area, n) for n in CandidateArea.__slots__ if n != "geometry"} for area in areas]
    return {**stored.as_json(study), "candidate_areas": listed, "name": folder.name, "written": written}


def studies() -> Iterator[tuple[str, Study]]:
    """Yield name and study of each that is kept, the latest first; one that cannot be read is left out."""
    for folder in study_layers.kept():
        study = study_layers.read(folder)
        if study is not None:
            yield folder.name, study


def find(name: str) -> Path:
    """Return the folder of a study.

    Parameters
    ----------
    name : str
        As in `studies`.

    Raises
    ------
    ProspectError
        If there is none of that name.
    """
    known = [each for each, _ in studies()]
    if name not in known:
        raise ProspectError("No study is called {name!r}; there are {known}.", name=name[:80], known=known)
    return place() / STUDIES / name


def forget(name: str) -> None:
    """Remove a study; grids stay for the next one.

    Parameters
    ----------
    name : str

    Raises
    ------
    ProspectError
        If there is none of that name.
    """
    shutil.rmtree(find(name))


def keep_areas(name: str, areas: tuple[CandidateArea, ...], commodity: str) -> str:
    """Make candidate areas sites of the user's own, judged like any other; return the name of their layer.

    Parameters
    ----------
    name : str
        Of the study.
    areas : tuple of CandidateArea
    commodity : str
        Id of what is looked for.

    Raises
    ------
    OrebridgeError
        If they cannot be stored; then none is.
    """
    study = stored.load(find(name))
    about = ImportOptions(
        study.model.title[:100], "sites", note=f"candidate areas of the study {name}; no deposit is known"
    )
    columns = SiteColumns({"name": "name"}, {"commodities": commodity, "kind": "mine"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / AREAS_FILE
        write_areas(areas, path)
        with path.open("rb") as file, reader():
            upload = imports.take_in(home(), [(path.name, file)])
            try:
                draft = imports.read(reader(), upload, imports.request_for(upload, [], "", {}))
                return session.own().add(draft, about, columns=columns)[0].name
            finally:
                imports.discard(upload)
