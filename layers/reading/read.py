"""Read one upload: recognise it, read it, place it, write it clean, and report.

Never raises: whatever goes wrong is a finding.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from data.cells import csv_text
from data.texts import line
from geo.arrays import FloatArray
from layers.contract import LEFT_OUT, LEFT_OUT_ROWS, PROGRESS, Finding, Kind, LayerReport, Report, Request
from layers.findings import severity
from layers.formats import FORMATS
from layers.reading import (
    archive,
    crs,
    geometry,
    globe,
    output,
    raster,
    raster_output,
)
from layers.reading.columns import tidy
from layers.reading.raw import Notes, RawLayer, RawRaster, Refused, Source
from layers.reading.rows import read_rows
from layers.reading.sniff import sniff

Reader = Callable[[Source, Request, Notes], Sequence[RawLayer | RawRaster]]


def _reader(place: str) -> Reader:
    module, _, function = place.partition(".")
    reader: Reader = getattr(import_module(f"layers.reading.{module}"), function)
    return reader


READERS = {name: _reader(form.reader) for name, form in FORMATS.items()}
UNPACKED = "unpacked"
LATITUDE_LIMIT = 90.0 + 1e-6
#: Findings that tell of a change of the data, and the words for it.
STEPS = {
    "outside_projection": "features that cannot be projected dropped",
    "not_on_earth": "features off the Earth dropped",
    "geometry_repaired": "invalid geometry repaired",
    "longitudes_wrapped": "longitudes brought to -180..180",
    "antimeridian_split": "shapes cut at the antimeridian",
    "collections_split": "collections taken apart",
}


def read(folder: Path, request: Request, out: Path) -> Report:
    """Read an upload.

    Parameters
    ----------
    folder : Path
        Holds the files that the request names; only read.
    request : Request
        What to read, and what the user has said about it.
    out : Path
        Receives ``*.arrow`` and ``*.tif`` files, and the progress in words; ``out/unpacked`` exists while an archive is
        read.

    Returns
    -------
    Report
        Also of a file that cannot be used: its findings then say why and what helps.
    """
    work = _Work(folder, request, out, Notes(), [])
    form = ""
    try:
        form = work.run()
        _write_left_out(work.notes, out)
    except Exception as error:  # whatever a library may raise; the file is hostile until shown otherwise
        work.notes.findings.append(found_in(error, ""))
    finally:
        shutil.rmtree(out / UNPACKED, ignore_errors=True)
    return Report(form or work.form, tuple(work.layers), tuple(_plain(each) for each in work.notes.findings))


def _write_left_out(notes: Notes, out: Path) -> None:
    """Write the rows that were left out, as text that no spreadsheet takes for a formula."""
    if notes.left_out:
        table = pd.concat(notes.left_out, ignore_index=True).head(LEFT_OUT_ROWS)
        cells = table.astype(object).where(table.notna(), "").itertuples(index=False)
        (out / LEFT_OUT).write_text(
            csv_text([str(name) for name in table.columns], cells), encoding="utf-8", newline=""
        )


def found_in(error: Exception | MemoryError, layer: str) -> Finding:
    """Return the finding for an error of any class.

    Parameters
    ----------
    error : Exception | MemoryError
        What reading raised.
    layer : str
        Name of the layer in the file, for findings.
    """
    if isinstance(error, Refused):
        return replace(error.finding, layer=error.finding.layer or layer)
    if isinstance(error, MemoryError):
        return Finding("memory_short", None, layer)
    if isinstance(error, UnicodeDecodeError):
        return Finding("text_not_utf8", None, layer, {"bytes": error.object[error.start : error.start + 8].hex(" ")})
    # errors of GDAL's own have no public base
    if isinstance(error, RasterioError) or type(error).__module__.startswith("rasterio"):
        return replace(raster.refused_by(error).finding, layer=layer)
    where = type(error).__module__.split(".")[0]
    text = re.sub(r"'?/[^\s']*/", "", str(error))[:300]
    return Finding("unreadable", None, layer, {"layer": where, "reason": f"{type(error).__name__}: {text}"})


def _plain(finding: Finding) -> Finding:
    """Return a finding whose details are texts without control characters, or numbers.

    What JSON and screens can bear.
    """
    details: dict[str, int | float | str] = {}
    for name, value in finding.details.items():
        if isinstance(value, (bool, int)):
            details[name] = int(value)
        elif isinstance(value, (float, np.floating)) and np.isfinite(value):
            details[name] = float(value)
        elif isinstance(value, np.integer):
            details[name] = int(value)
        else:
            details[name] = line(str(value))[:500]
    return replace(finding, details=details)


@dataclass
class _Work:
    """One upload on its way."""

    folder: Path
    request: Request
    out: Path
    notes: Notes
    layers: list[LayerReport]
    form: str = ""

    def run(self) -> str:
        """Read all datasets of the upload; returns the format."""
        self.say("recognising the file")
        sources = self.sources()
        refused: list[Refused] = []
        formats = []
        for number, source in enumerate(sources, start=1):
            self.say(f"reading {number}/{len(sources)}")
            try:
                formats.append(self.dataset(source))
            except Refused as one:
                if len(sources) == 1:
                    raise
                refused.append(one)
                if one.finding.code != "layer_missing":  # of another dataset of the archive, unless no dataset has it
                    self.notes.findings.append(replace(one.finding, layer=one.finding.layer or source.original_name))
        self.refuse_nothing(formats, refused)
        self.one_answer_a_layer()
        return formats[0] if formats else ""

    def refuse_nothing(self, formats: list[str], refused: list[Refused]) -> None:
        """Refuse an upload that holds nothing, or not the layers asked for, and of which no finding says why."""
        if not formats and not refused:
            raise Refused("zip_nothing")
        if not formats and all(one.finding.code == "layer_missing" for one in refused):
            raise refused[0]
        if not self.layers and formats and not any(severity(each) in {"error", "ask"} for each in self.notes.findings):
            raise Refused("nothing_in_it")

    def one_answer_a_layer(self) -> None:
        """Where several layers lack a CRS, let a cure name the layer that it is for."""
        asked = {each.layer for each in self.notes.findings if severity(each) == "ask"}
        if len(asked) > 1:
            for position, each in enumerate(self.notes.findings):
                actions = tuple(re.sub("^crs=", f"crs.{each.layer}=", action) for action in each.actions)
                self.notes.findings[position] = replace(each, actions=actions)

    def say(self, words: str) -> None:
        """Leave word of the progress."""
        (self.out / PROGRESS).write_text(words, encoding="utf-8")

    def sources(self) -> list[Source]:
        """Return the datasets of the upload: of an archive those inside, of loose shapefile parts the shapefile."""
        source = self.uploaded()
        suffix = source.path.suffix.lower()
        with source.path.open("rb") as file:
            head = file.read(4)
        if head in {b"PK\3\4", b"PK\5\6"}:
            return self.unpacked(source)
        if suffix in {".shp", ".hgt"} or (suffix == ".asc" and source.companions):
            return [self.copied(source)]
        if suffix == ".shx" or (suffix in {".dbf", ".prj", ".cpg"} and len(self.request.files) > 1):
            raise Refused("shp_missing", name=source.original_name)
        return [source]

    def uploaded(self) -> Source:
        """Return the upload as one dataset: the .shp, or else the first file, and the others beside it."""
        paths = [self.folder / Path(name).name for name in self.request.files]
        main = next((path for path in paths if path.suffix.lower() == ".shp"), paths[0])
        companions = {path.suffix.lower(): path for path in paths if path != main}
        original = self.request.original_name
        if main.suffix.lower() == ".shp" and not original.lower().endswith(".shp"):
            original = f"{Path(original).stem}.shp"
        return Source(main, companions, original)

    def unpacked(self, source: Source) -> list[Source]:
        """Unpack an archive; a workbook, which is one too, stays as it is."""
        names = {entry.filename for entry in archive.entries(source.path)}
        with zipfile.ZipFile(source.path) as file:
            empty = not file.infolist()
        if empty:
            raise Refused("zip_empty")
        if names & {"xl/workbook.xml", "xl/workbook.bin"} or {"content.xml", "mimetype"} <= names:
            return [source]
        self.say("unpacking")
        found = archive.unpack(source.path, self.out / UNPACKED, self.notes)
        if not found:
            raise Refused("zip_nothing")
        return [self.renamed(each) for each in found]

    def copied(self, source: Source) -> Source:
        """Put loose parts under one name where files may be written: a lost index is made anew there."""
        target = self.out / UNPACKED
        target.mkdir(exist_ok=True)
        parts = {source.path.suffix.lower(): source.path, **source.companions}
        for suffix, path in parts.items():
            shutil.copyfile(path, target / f"upload{suffix}")
        moved = {suffix: target / f"upload{suffix}" for suffix in source.companions}
        return self.renamed(Source(target / f"upload{source.path.suffix.lower()}", moved, source.original_name))

    @staticmethod
    def renamed(source: Source) -> Source:
        """Give an elevation tile the name that tells its place."""
        match = re.match(r"([NS]\d{2}[EW]\d{3})", Path(source.original_name).name.upper())
        if source.path.suffix.lower() != ".hgt" or not match:
            return source
        return Source(
            source.path.rename(source.path.with_name(f"{match[1]}.hgt")), source.companions, source.original_name
        )

    def dataset(self, source: Source) -> str:
        """Read one dataset and write its layers."""
        before = len(self.notes.findings)
        self.form = sniff(source, self.notes)
        if self.form == "zip":
            self.form = "workbook"
        elif before != len(self.notes.findings) and source.path.suffix == ".dbf":
            del self.notes.findings[before:]
        if self.request.purpose == "rows":
            self.layers += read_rows(self.form, source, self.request, self.notes, self.out)
            return self.form
        raws = READERS[self.form](source, self.request, self.notes)
        for number, raw in enumerate(raws, start=1):
            self.say(f"placing {number}/{len(raws)}")
            try:
                self.layers += self.placed(raw)
            except (Exception, MemoryError) as error:  # one layer must not hide the others
                self.notes.findings.append(found_in(error, raw.name))
        return self.form

    def placed(self, raw: RawLayer | RawRaster) -> list[LayerReport]:
        """Place and write one layer."""
        if isinstance(raw, RawRaster):
            return [raster_output.place_raster(raw, self.request, self.notes, self.out, len(self.layers) + 1)]
        if raw.geometry is None:
            raise Refused("no_geometry", names=raw.name)
        if not len(raw.geometry):
            raise Refused("layer_empty")
        found = geometry.usable(raw.geometry, raw.name, self.notes)
        if not len(found.rows):
            raise Refused("geometry_none", count=len(raw.geometry))
        raw.geometry = None  # of a million features two copies are enough
        sample = _sample(found)
        decision = crs.decide(crs.CrsEvidence(raw.name, sample, raw.crs, raw.crs_reason), self.request, self.notes)
        if decision.swap:
            found = geometry.Features(found.rows, shapely.transform(found.shapes, lambda xy: xy[:, ::-1]))
        bounds = _bounds(found)
        if not decision.crs:
            return [LayerReport(raw.name, "", len(found.rows), source_bounds=bounds, candidates=decision.candidates)]
        return self.projected(raw, found, decision)

    def projected(self, raw: RawLayer, found: geometry.Features, decision: crs.Decision) -> list[LayerReport]:
        """Bring a layer to EPSG:4326 and write each kind of geometry that it holds."""
        first = len(self.notes.findings)
        moved = crs.shift(decision.crs, _sample(found))
        after = self.moved(raw, found, moved)
        tell_shift(raw.name, decision, moved, _sample(after), self.notes)
        after = globe.wrapped(after, raw.name, self.notes)
        after = geometry.mended(after, raw.name, self.notes)
        geometry.count_doubles(after, raw.attributes, raw.name, self.notes)
        kinds = geometry.by_kind(after, raw.name, self.notes)
        if not kinds:
            raise Refused("geometry_none", count=len(found.rows))
        steps = (
            *((moved.words,) if moved.words else ()),
            *(STEPS[each.code] for each in self.notes.findings[first:] if each.code in STEPS),
        )
        reports = []
        for kind, features in kinds.items():
            name = raw.name if len(kinds) == 1 else f"{raw.name} ({geometry.WORDS[kind]})"
            report = LayerReport(
                name,
                kind,
                len(features.rows),
                decision.crs,
                decision.reason,
                moved.accuracy_m,
                source_bounds=_bounds(found),
                transformations=steps,
            )
            reports.append(self.written(report, kind, raw.attributes, found, features))
        self.leave_out(raw, np.concatenate([features.rows for features in kinds.values()]))
        return reports

    def leave_out(self, raw: RawLayer, used: NDArray[np.int64]) -> None:
        """Keep the rows that no kind of geometry took."""
        rows = raw.attributes if len(raw.attributes) else pd.DataFrame(index=range(int(used.max()) + 1))
        lost = np.ones(len(rows), dtype=bool)
        lost[used] = False
        if lost.any():
            self.notes.leave_out(raw.name, rows[lost])

    def moved(self, raw: RawLayer, found: geometry.Features, moved: crs.Shift) -> geometry.Features:
        """Return the features in EPSG:4326, without those that cannot be placed on Earth."""
        transformer = moved.transformer
        if transformer is not None:
            shapes = found.shapes
            if (shapely.get_dimensions(shapes) > 0).any() and _polar(transformer.transform(*_sample(found).T)):
                shapes = globe.spread(shapes, globe.STEP_M)
            projected = shapely.transform(shapes, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))
            found = geometry.Features(found.rows, projected)
        found = geometry.finite(found, raw.name, self.notes, "outside_projection")
        bounds = np.nan_to_num(shapely.bounds(found.shapes))
        off = (
            (np.abs(bounds[:, [1, 3]]) > LATITUDE_LIMIT).any(axis=1) | (bounds[:, 0] < -360.0) | (bounds[:, 2] > 540.0)
        )
        if off.any():
            point = [float(value) for value in shapely.get_coordinates(found.shapes[off][:1])[0]]
            told = Refused(
                "not_on_earth",
                int(found.rows[off][0]) + 1,
                ("swap_xy=yes",),
                count=int(off.sum()),
                x=point[0],
                y=point[1],
            )
            if off.all():
                raise told
            self.notes.findings.append(replace(told.finding, layer=raw.name))
            found = found.kept(~off)
        if not len(found.rows):
            raise Refused("geometry_none", count=len(bounds))
        return found

    def written(
        self,
        report: LayerReport,
        kind: Kind,
        attributes: pd.DataFrame,
        before: geometry.Features,
        after: geometry.Features,
    ) -> LayerReport:
        """Write one kind of geometry of a layer with its attributes."""
        self.say(f"writing {report.name}")
        rows = attributes.iloc[after.rows] if len(attributes) else pd.DataFrame(index=after.rows)
        columns, numbers, texts = tidy(rows, self.request, self.notes, report.name)
        numbers, texts = (
            np.asarray(numbers).reshape(len(after.rows), -1),
            np.asarray(texts, dtype=object).reshape(len(after.rows), -1),
        )
        name = f"{len(list(self.out.glob('*.arrow'))) + 1:03d}-{kind.removeprefix('vector-')}.arrow"
        output.write_layer(self.out / name, after, numbers, texts)
        given = before.shapes[np.searchsorted(before.rows, after.rows)]
        return replace(
            report,
            file=name,
            bounds=globe.lonlat_bounds(after.shapes),
            columns=tuple(columns),
            preview=output.preview(given, after.shapes),
        )


def tell_shift(layer: str, decision: crs.Decision, moved: crs.Shift, lonlat: FloatArray, notes: Notes) -> None:
    """Say how well the data were moved, and where that puts them far from where their CRS is used.

    Parameters
    ----------
    layer : str
        Name of the layer in the file, for findings.
    decision : crs.Decision
        The CRS and where it comes from.
    moved : crs.Shift
        The operation with its accuracy in metres.
    lonlat : array of float
        Degrees, EPSG:4326, shape (n, 2).
    notes : Notes
        Gathers the findings of the file.
    """
    if moved.better:
        notes.add(
            "grid_missing", layer=layer, grid=moved.better, operation=moved.words, accuracy=_metres(moved.accuracy_m)
        )
    elif moved.accuracy_m is not None and moved.accuracy_m > crs.COARSE_M:
        notes.add("shift_coarse", layer=layer, operation=moved.words, accuracy=_metres(moved.accuracy_m))
    elif moved.accuracy_m is None and moved.words and "allpark" in moved.words:
        notes.add("shift_unknown", layer=layer, operation=moved.words)
    share = crs.outside_area(decision.crs, lonlat)
    if share > 0:
        notes.add("outside_area", layer=layer, percent=f"{100 * share:.2g}", crs=crs.spoken(decision.crs))


def _metres(accuracy: float | None) -> str:
    return "an unknown number of" if accuracy is None else f"{accuracy:g}"


def _sample(found: geometry.Features) -> FloatArray:
    xy = shapely.get_coordinates(found.shapes)
    chosen: FloatArray = xy[:: max(1, len(xy) // crs.SAMPLE)]
    return chosen


def _bounds(found: geometry.Features) -> tuple[float, float, float, float]:
    west, south, east, north = (float(x) for x in shapely.total_bounds(found.shapes))
    return west, south, east, north


def _polar(lonlat: tuple[FloatArray, FloatArray]) -> bool:
    return bool((np.abs(np.nan_to_num(np.asarray(lonlat[1]), posinf=0.0, neginf=0.0)) > globe.POLAR_LAT).any())
