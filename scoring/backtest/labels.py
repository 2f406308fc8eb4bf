"""Labels: places that a programme selected, read from a CSV and matched with sites by the matcher of the build."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from data import vocabulary as words
from data.bundling.match import Finder
from data.bundling.records import ACCURACIES, Record
from data.bundling.same_site import Verdict
from data.country_words import country_words
from data.separators import separator
from data.sql import sql
from geo.errors import Phrase
from scoring.errors import LabelFileError

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
#: Column -> its spellings in the header, folded; the first that is there is read.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "project", "project name", "site", "site name", "mine", "title"),
    "aliases": ("aliases", "alias", "other names"),
    "lon": ("lon", "longitude", "long", "lng"),
    "lat": ("lat", "latitude"),
    "country": ("country", "country iso3", "iso3", "country iso2", "iso2", "country code", "country name"),
    "commodity": ("commodity", "commodities", "minerals", "mineral", "commodities as stated"),
    "date": ("date", "dashboard date", "listed", "as of", "year"),
    "accuracy": ("accuracy", "location accuracy"),
}
SEPARATORS = r"[;,|/&+、，；・]|\band\b"
ENCODINGS = ("utf-8-sig", "cp932", "cp1252")
DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class Label:
    """One row of a file of labels.

    Attributes
    ----------
    row : int
        Line of the file, the header is 1.
    name : str
    aliases : tuple of str
    lon, lat : float or None
        Degrees, EPSG:4326; None: not stated, or not on Earth.
    iso3 : str
        Empty: not stated, or not understood.
    commodities : tuple of str
        Commodity ids; empty: not stated, or none that is screened.
    date : str
        ISO date, month or year; empty: not stated, or not understood.
    accuracy : str
        Of the coordinates; ``approximate`` where the file does not say.
    country, commodity : str
        As the file has them.
    """

    row: int
    name: str
    aliases: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    iso3: str = ""
    commodities: tuple[str, ...] = ()
    date: str = ""
    accuracy: str = "approximate"
    country: str = ""
    commodity: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of a file -> ours: country names and codes -> alpha-3, Japanese commodity names -> ids."""

    countries: dict[str, str]
    commodities: dict[str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """A label with the matched site.

    Attributes
    ----------
    site_id : str
        Empty: none.
    reason : str
        Why there is none: ``no_name``, ``no_place`` (neither coordinates nor country), ``no_commodity`` (needed where
        coordinates are missing), ``nobody_near``, ``nobody_named``; empty where there is one.
    name_similarity : float
        0..100; 0 where there is none.
    distance_km : float or None
        Geodesic; None where a side has no coordinates.
    """

    label: Label
    site_id: str = ""
    reason: str = ""
    name_similarity: float = 0.0
    distance_km: float | None = None


def vocabulary(facts: duckdb.DuckDBPyConnection) -> Vocabulary:
    """Return the words for countries and commodities that the facts know.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    japanese = (
        facts.cursor()
        .execute("SELECT name_ja, commodity_id FROM facts.commodity ORDER BY commodity_id DESC")
        .fetchall()
    )
    return Vocabulary(country_words(facts), dict(japanese))


def read_labels(content: bytes, where: str, known: Vocabulary) -> tuple[Label, ...]:
    """Return the labels of a CSV file.

    Parameters
    ----------
    content : bytes
        UTF-8 with or without BOM, UTF-16 with BOM, CP932 or CP1252; separated by comma, semicolon or tab; a header with
        ``name`` and at least ``country`` or ``lon`` and ``lat``. ``commodity`` takes several by ``;`` or ``,``;
        ``date`` an ISO date, month or year.
    where : str
        What the file is called, for errors.
    known : Vocabulary

    Raises
    ------
    LabelFileError
        If it is empty, too large, no text, no CSV, or lacks a column.
    """
    rows = _rows(_text(content, where), where)
    columns = _columns(rows[0][1], where)
    labels = [
        _label(number, cells, columns, known) for number, cells in rows[1:] if any(cell.strip() for cell in cells)
    ]
    if not labels:
        raise LabelFileError("{file} has a header and no rows; write one row a selected place.", file=where)
    if len(labels) > MOST_ROWS:
        raise LabelFileError(
            "{file} has {count:,} rows; give {most:,} at the most.", file=where, count=len(labels), most=MOST_ROWS
        )
    return tuple(labels)


def _text(content: bytes, where: str) -> str:
    if len(content) > MOST_BYTES:
        raise LabelFileError(
            "{file} has {size_mb:.1f} MB; give {most_mb} MB at the most.",
            file=where,
            size_mb=len(content) / 1e6,
            most_mb=MOST_BYTES // 1_000_000,
        )
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise LabelFileError("{file} is no text file; save it as CSV in UTF-8.", file=where)


def _rows(text: str, where: str) -> list[tuple[int, list[str]]]:
    """Return line number and cells of every row; the header's most frequent separator is that of the file."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    if not header:
        raise LabelFileError(
            "{file} is empty; write a header name,lon,lat,country,commodity,date and one row a selected place.",
            file=where,
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if rows or any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise LabelFileError(
            "{file} is no CSV at line {line} ({reason}); close every quote and save it again as CSV.",
            file=where,
            line=reader.line_num,
            reason=error,
        ) from error
    return rows


def _columns(header: list[str], where: str) -> dict[str, int]:
    """Return column -> position.

    Raises
    ------
    LabelFileError
        If there is no name, or nothing that says where.
    """
    positions = _positions([words.fold(cell) for cell in header])
    placed = "country" in positions or {"lon", "lat"} <= set(positions)
    if "name" not in positions or not placed:
        raise LabelFileError(
            "{file} has no column {missing} (its header says: {header}); name columns "
            "name,lon,lat,country,commodity,date.",
            file=where,
            missing="name" if "name" not in positions else Phrase("country (or lon and lat)"),
            header=[cell.strip()[:30] for cell in header[:12]] or Phrase("nothing"),
        )
    return positions


def _positions(folded: list[str]) -> dict[str, int]:
    """Return the position of each column that a folded header has, by the first of its spellings that is there."""
    return {
        column: next(folded.index(spelling) for spelling in spellings if spelling in folded)
        for column, spellings in COLUMNS.items()
        if any(spelling in folded for spelling in spellings)
    }


def _label(number: int, cells: list[str], columns: dict[str, int], known: Vocabulary) -> Label:
    values = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
    lon, lat = _place(values.get("lon", ""), values.get("lat", ""))
    accuracy = values.get("accuracy", "").lower()
    return Label(
        number,
        values["name"],
        tuple(a.strip() for a in values.get("aliases", "").split(";") if a.strip()),
        lon,
        lat,
        known.countries.get(words.fold(values.get("country", "")), ""),
        _commodities(values.get("commodity", ""), known),
        iso_date(values.get("date", "")),
        accuracy if accuracy in ACCURACIES else "approximate",
        values.get("country", ""),
        values.get("commodity", ""),
    )


def _place(lon: str, lat: str) -> tuple[float | None, float | None]:
    """Return degrees, or None for both if one is missing, off the Earth, or both are 0 (unknown in these lists)."""
    try:
        east, north = (float(text.replace("\u2212", "-")) for text in (lon, lat))
    except ValueError:
        return None, None
    on_earth = -180 <= east <= 180 and -90 <= north <= 90 and (east, north) != (0, 0)
    return (east, north) if on_earth else (None, None)


def _commodities(text: str, known: Vocabulary) -> tuple[str, ...]:
    """Return the screened commodities named in a cell; "rare earths (Nd, Pr)" has its brackets taken off first.

    Examples
    --------
    >>> _commodities("Rare earths (Nd, Pr); gold and Co", Vocabulary({}, {}))
    ('rare earths', 'cobalt')
    """
    parts = [part.strip() for part in re.split(SEPARATORS, re.sub(r"[(（].*?[)）]", " ", text))]
    return tuple(
        dict.fromkeys(
            commodity for part in parts if (commodity := known.commodities.get(part) or words.commodity(part))
        )
    )


def iso_date(text: str) -> str:
    """Return an ISO date, month or year; empty where the text is none.

    Parameters
    ----------
    text : str
        A date as printed in a label file.

    Examples
    --------
    >>> iso_date("2025/8/1"), iso_date("2025"), iso_date("2025-10-01T00:00"), iso_date("spring"), iso_date("2025-13")
    ('2025-08-01', '2025', '2025-10-01', '', '')
    """
    match = DATE.fullmatch(text.strip())
    if not match:
        return ""
    year, month, day = match.groups()
    if not (1 <= int(month or 1) <= 12 and 1 <= int(day or 1) <= 31):
        return ""
    return "-".join(part.zfill(2) for part in (year, month, day) if part)


def is_later(date: str, until: str) -> bool:
    """Return whether a date is certainly later; both are compared at the precision of the coarser one.

    Parameters
    ----------
    date, until : str
        ISO dates, months or years; an empty one is later than none.

    Examples
    --------
    >>> is_later("2025-11-19", "2025-10-01"), is_later("2025", "2025-10-01"), is_later("", "2025-10-01")
    (True, False, False)
    """
    stated = min(len(date), len(until))
    return bool(date) and date[:stated] > until[:stated]


def site_records(facts: duckdb.DuckDBPyConnection, without: Sequence[str] = ()) -> list[Record]:
    """Return the sites as records of the matcher, in order of their ids; `without` are left out.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    without : Sequence[str], optional
        Ids of sites that are left out.
    """
    rows = facts.cursor().execute(sql("scoring/backtest/site_records.sql"), {"without": list(without)})
    return [
        Record(
            "site",
            site_id,
            name,
            iso3,
            lon,
            lat,
            kind,
            tuple(commodities),
            "",
            accuracy=accuracy,
            aliases=tuple(aliases),
        )
        for site_id, name, iso3, lon, lat, kind, commodities, accuracy, aliases in rows.fetchall()
    ]


def match_labels(labels: Sequence[Label], sites: list[Record]) -> list[Match]:
    """Return the site each label means, by name, country, commodity and distance as in `data.bundling.match`.

    A label does not say whether it is a mine or a plant: both are tried, and the better name wins, a mine where they
    are equal. Aliases are asked where the name itself finds nobody.

    Parameters
    ----------
    labels : Sequence[Label]
        Rows of a label file.
    sites : list[Record]
        What the labels may mean; see `site_records`.
    """
    finder = Finder(sites)
    return [_match(label, sites, finder) for label in labels]


def _match(label: Label, sites: list[Record], finder: Finder) -> Match:
    if lacking := _lacking(label):
        return Match(label, reason=lacking)
    best = _best(replace(label, aliases=()), finder) or (_best(label, finder) if label.aliases else None)
    if best is None:
        return Match(label, reason="nobody_named" if label.lon is None else "nobody_near")
    place, verdict = best
    km = None if math.isnan(verdict.distance_km) else round(verdict.distance_km, 2)
    return Match(label, sites[place].native_id, "", round(verdict.name_similarity, 1), km)


def _lacking(label: Label) -> str:
    """Return the reason why nobody can be looked for; without coordinates, country and commodity must say where.

    Empty: none.
    """
    if not label.name:
        return "no_name"
    if label.lon is None and not label.iso3:
        return "no_place"
    if label.lon is None and not label.commodities:
        return "no_commodity"
    return ""


def _best(label: Label, finder: Finder) -> tuple[int, Verdict] | None:
    answers = [finder.find(_record(label, kind)) for kind in ("mine", "refinery")]
    return min((answer for answer in answers if answer), key=lambda answer: -answer[1].name_similarity, default=None)


def _record(label: Label, kind: str) -> Record:
    return Record(
        "labels",
        str(label.row),
        label.name,
        label.iso3,
        label.lon,
        label.lat,
        kind,
        label.commodities,
        "",
        accuracy=label.accuracy,
        aliases=label.aliases,
    )
