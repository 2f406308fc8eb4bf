"""Export a ranked list as CSV, XLSX, GeoPackage, GeoParquet, GeoJSON or KML, with scenario, sources and licences."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pyogrio.errors
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from data.cells import csv_text
from data.files import Target, TargetError
from data.texts import prose
from geo.errors import OrebridgeError

LAYER = "sites"
#: What a cell of a workbook holds; a longer text would be left out in silence.
LONGEST_CELL = 32_767
#: Provenance that is too long for every row of a table.
ONCE = ("licences", "scenario", "disclaimer")
#: What the writers raise besides errors of the system: a full disk in the middle of a GeoPackage, for one.
_FAILED = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    XlsxWriterException,
)


class ExportFormatError(OrebridgeError):
    """The suffix of the file name is not that of an export format."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "{file}: no format ends in {suffix!r}; use {formats}.", file=path.name, suffix=path.suffix, formats=WRITERS
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """A ranked list for export, with its provenance.

    Attributes
    ----------
    sites : DataFrame
        One row a site, scalars only, with lon and lat in degrees (EPSG:4326); NULL means unknown.
    scores : DataFrame
        One row a site and criterion: value, range, unit, status, desirability, weight, contribution, source, date.
    weights : DataFrame
        One row a criterion: pillar, weights, goalposts, unit, formula, reference.
    sources : DataFrame
        One row a source: title, licence, attribution, citation, url, as_of.
    about : dict
        scenario (JSON text), scenario_hash, permalink, data_version, generated_at, licences, disclaimer.
    """

    sites: pd.DataFrame
    scores: pd.DataFrame
    weights: pd.DataFrame
    sources: pd.DataFrame
    about: dict[str, str]

    def with_about(self) -> pd.DataFrame:
        """Return the sites with the provenance in columns, for formats that have no other place for it.

        What identifies the list stands in each row; licences, scenario and disclaimer, a thousand characters of them,
        in the first alone.
        """
        told = self.sites.copy()
        for key, value in self.about.items():
            told[f"about_{key}"] = value
            if key in ONCE:
                told[f"about_{key}"] = [value, *[None] * (len(told) - 1)][: len(told)]
        return told

    def as_points(self, frame: pd.DataFrame) -> gpd.GeoDataFrame:
        """Return `frame` with its lon and lat as points, EPSG:4326.

        Parameters
        ----------
        frame : pd.DataFrame
            One row a site.
        """
        return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")


def frame_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV whose texts are inert; an unknown is an empty cell.

    Parameters
    ----------
    frame : pd.DataFrame
        One row a site.
    """
    return csv_text(
        [str(name) for name in frame.columns], frame.astype(object).where(frame.notna(), "").itertuples(index=False)
    )


def write_csv(listing: Listing, path: Path) -> None:
    """UTF-8 with byte order mark, text cells inert.

    Parameters
    ----------
    listing : Listing
        The rows with their columns, sources and scenario.
    path : Path
        Where the file is written; an existing one is replaced only where the caller allows it.
    """
    path.write_text(frame_csv(listing.with_about()), encoding="utf-8-sig", newline="")


def write_xlsx(listing: Listing, path: Path) -> None:
    """Five sheets: Sites, Scores, Weights, Sources, README. No cell is a formula or a link.

    Parameters
    ----------
    listing : Listing
        The rows with their columns, sources and scenario.
    path : Path
        Where the file is written; an existing one is replaced only where the caller allows it.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    readme = pd.DataFrame(sorted(listing.about.items()), columns=["what", "value"])
    sheets = {
        "Sites": listing.sites,
        "Scores": listing.scores,
        "Weights": listing.weights,
        "Sources": listing.sources,
        "README": readme,
    }
    made = io.BytesIO()  # on a full disk the library would leave its file open and complain at the end of the program
    with xlsxwriter.Workbook(made, options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for name, frame in sheets.items():
            _sheet(book.add_worksheet(name), frame, head)
    path.write_bytes(made.getvalue())


def _sheet(sheet: xlsxwriter.worksheet.Worksheet, frame: pd.DataFrame, head: object) -> None:
    for column, title in enumerate(frame.columns):
        sheet.write_string(0, column, str(title), head)
        longest = max([len(str(v)) for v in frame[title].head(200)] + [len(str(title))])
        sheet.set_column(column, column, min(max(longest, 8), 60))
        for row, value in enumerate(frame[title], 1):
            if isinstance(value, str):
                sheet.write_string(
                    row, column, value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - 1] + "…"
                )
            elif value is not None and not pd.isna(value):
                sheet.write(row, column, value.item() if hasattr(value, "item") else value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(frame), 1), max(len(frame.columns) - 1, 0))


def write_gpkg(listing: Listing, path: Path) -> None:
    """Layer ``sites``, and the tables scores, weights, sources and about without geometry.

    Parameters
    ----------
    listing : Listing
        The rows with their columns, sources and scenario.
    path : Path
        Where the file is written; an existing one is replaced only where the caller allows it.
    """
    path.unlink(missing_ok=True)
    listing.as_points(listing.sites).to_file(path, layer=LAYER, driver="GPKG", engine="pyogrio")
    about = pd.DataFrame(sorted(listing.about.items()), columns=["what", "value"])
    for name, frame in {
        "scores": listing.scores,
        "weights": listing.weights,
        "sources": listing.sources,
        "about": about,
    }.items():
        gpd.GeoDataFrame(frame).to_file(path, layer=name, driver="GPKG", engine="pyogrio", mode="a")


def write_geoparquet(listing: Listing, path: Path) -> None:
    """GeoParquet 1.1 with the provenance in the file's metadata under ``orebridge``.

    Parameters
    ----------
    listing : Listing
        The rows with their columns, sources and scenario.
    path : Path
        Where the file is written; an existing one is replaced only where the caller allows it.
    """
    listing.as_points(listing.sites).to_parquet(path, compression="zstd", index=False)
    table = pq.read_table(path)
    metadata = {**(table.schema.metadata or {}), b"orebridge": json.dumps(listing.about, ensure_ascii=False).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path, compression="zstd")


def write_geojson(listing: Listing, path: Path) -> None:
    """RFC 7946 with the provenance as a foreign member ``orebridge``.

    Parameters
    ----------
    listing : Listing
        The rows with their columns, sources and scenario.
    path : Path
        Where the file is written; an existing one is replaced only where the caller allows it.
    """
    collection = json.loads(listing.as_points(listing.sites).to_json(drop_id=True, na="null"))
    collection["orebridge"] = listing.about
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def write_kml(listing: Listing, path: Path) -> None:
    """Placemarks with every column as extended data.

    Made in memory: the driver says nothing when a full disk cuts its file off.

    Parameters
    ----------
    listing : Listing
        The rows with their columns, sources and scenario.
    path : Path
        Where the file is written; an existing one is replaced only where the caller allows it.
    """
    frame = listing.with_about().rename(columns={"name": "Name"})
    made = io.BytesIO()
    pyogrio.write_dataframe(listing.as_points(frame), made, layer=LAYER, driver="LIBKML")
    path.write_bytes(made.getvalue())


@dataclass(frozen=True, slots=True)
class Format:
    """An export format: title, media type and writer.

    Attributes
    ----------
    title : str
        As its users call it, the same in every language.
    media_type : str
        As registered with IANA, or as its standard says.
    write : callable
        Writes a `Listing` to a path.
    """

    title: str
    media_type: str
    write: Callable[[Listing, Path], None]


#: File ending -> format.
WRITERS: dict[str, Format] = {
    ".csv": Format("CSV", "text/csv", write_csv),
    ".xlsx": Format("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    ".gpkg": Format("GeoPackage", "application/geopackage+sqlite3", write_gpkg),
    ".parquet": Format("GeoParquet", "application/vnd.apache.parquet", write_geoparquet),
    ".geojson": Format("GeoJSON", "application/geo+json", write_geojson),
    ".kml": Format("KML", "application/vnd.google-earth.kml+xml", write_kml),
}


def check(target: Target) -> Target:
    """Check before any work that the file can be written and its suffix names a format.

    Parameters
    ----------
    target : Target
        Where to write.

    Raises
    ------
    ExportFormatError
        If no writer has that ending.
    TargetError
        If the file cannot be written.
    """
    if target.path.suffix.lower() not in WRITERS:
        raise ExportFormatError(target.path)
    return target.check()


def write(listing: Listing, target: Target | Path) -> None:
    """Write the listing in the format of the file's suffix; a failed export leaves no file behind.

    Parameters
    ----------
    listing : Listing
        The rows with their columns, sources and scenario.
    target : Target | Path
        Where to write.

    Raises
    ------
    ExportFormatError
        If no writer has that ending.
    TargetError
        If the file is there already, or cannot be written.
    """
    target = target if isinstance(target, Target) else Target(target)
    form = WRITERS.get(target.path.suffix.lower())
    if form is None:
        raise ExportFormatError(target.path)
    with target.writing() as made:
        try:
            form.write(_plain(listing), made)
        except _FAILED as error:
            raise TargetError(
                "{path} cannot be written ({reason}); free space, mind the rights, or write elsewhere.",
                path=target.path,
                reason=error,
            ) from error


def _plain(listing: Listing) -> Listing:
    """Return the listing with texts that every format can store; see `data.texts`."""
    frames = {name: _plain_frame(getattr(listing, name)) for name in ("sites", "scores", "weights", "sources")}
    return Listing(**frames, about={key: prose(value) for key, value in listing.about.items()})


def _plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.assign(
        **{name: frame[name].map(lambda cell: prose(cell) if isinstance(cell, str) else cell) for name in texts}
    )
