"""Figures that a user knows better: a CSV of project, field and value. They win over the bundle and are marked."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from geo.errors import OrebridgeError

#: Field -> least and most that it takes, and its unit in words.
FIELDS: dict[str, tuple[float, float, str]] = {
    "capex_musd": (0.0, 1e6, "million USD"),
    "output_t_y": (0.0, 1e9, "t/y of contained metal, of the commodity of the row"),
    "chance_pct": (0.0, 100.0, "% chance of product by the date"),
    "recovery_pct": (0.0, 100.0, "%"),
    "own_feed_pct": (0.0, 100.0, "% of the feed from outside the portfolio"),
    "refines": (0.0, 1.0, "1: the mine separates or refines its own ore, 0: it does not"),
    "gap_t_y": (0.0, 1e9, "t/y, of the commodity of the row; project: gap"),
}
COLUMNS = ("project", "field", "value")
#: What stands in the column project of a gap.
GAP = "gap"
#: Fields of a commodity.
OF_COMMODITY = ("output_t_y", "gap_t_y")


class FigureFileError(OrebridgeError):
    """A file of figures that cannot be read, or a row of it that cannot be used."""


@dataclass(frozen=True, slots=True)
class UserFigure:
    """A figure of the user.

    Attributes
    ----------
    project : str
        Id of the site; `GAP` for a gap.
    field : str
        Of `FIELDS`.
    value : float
        In the unit of the field.
    commodity : str
        Id of the commodity; empty: none is needed.
    """

    project: str
    field: str
    value: float
    commodity: str = ""


def read_figures(path: Path, names: Mapping[str, str], commodities: Iterable[str]) -> tuple[UserFigure, ...]:
    """Return the figures of a CSV file with the columns project, field, value and, for outputs and gaps, commodity.

    Parameters
    ----------
    path : Path
        UTF-8, with commas.
    names : mapping of str to str
        Id of each project -> name; the column project takes either.
    commodities : iterable of str
        Known commodities.

    Raises
    ------
    FigureFileError
        Which row cannot be used, and what would be right.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FigureFileError(
            "{path} cannot be read as UTF-8 text; check the name, or save it as CSV UTF-8.", path=path
        ) from error
    return parse_figures(text, str(path), names, frozenset(commodities))


def parse_figures(
    text: str, path: str, names: Mapping[str, str], commodities: frozenset[str]
) -> tuple[UserFigure, ...]:
    r"""Return the figures of the text of a CSV file; see `read_figures`.

    Parameters
    ----------
    text : str
    path : str
        Name of the file, for errors.
    names : mapping of str to str
    commodities : frozenset of str

    Examples
    --------
    >>> text = "project,field,value\nNolans,capex_musd,900\n"
    >>> parse_figures(text, "own.csv", {"aus-nolans": "Nolans"}, frozenset())
    (UserFigure(project='aus-nolans', field='capex_musd', value=900.0, commodity=''),)
    """
    reader = csv.DictReader(text.splitlines())
    header = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if missing := [column for column in COLUMNS if column not in header]:
        raise FigureFileError(
            "{path} has no column {missing}; the first line is to be project,field,value,commodity.",
            path=path,
            missing=missing,
        )
    reader.fieldnames = header
    return tuple(_figure(row, f"{path}, line {reader.line_num}", names, commodities) for row in reader)


def _figure(row: dict[str, str], place: str, names: Mapping[str, str], commodities: frozenset[str]) -> UserFigure:
    cells = {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
    field = cells["field"].lower()
    if field not in FIELDS:
        raise FigureFileError(
            "{place}: no field is called {field!r}; write one of {fields}.", place=place, field=field, fields=FIELDS
        )
    commodity = cells.get("commodity", "").lower()
    if field in OF_COMMODITY and commodity not in commodities:
        raise FigureFileError(
            "{place}: {field} is of a commodity, and {commodity!r} is none; write one such as {example}.",
            place=place,
            field=field,
            commodity=commodity,
            example=get_close_matches(commodity, commodities, 1) or ["neodymium"],
        )
    return UserFigure(
        _project(cells["project"], field, place, names), field, _value(cells["value"], field, place), commodity
    )


def _value(text: str, field: str, place: str) -> float:
    least, most, unit = FIELDS[field]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise FigureFileError(
            "{place}: {text!r} cannot be a {field}; write a number from {least} to {most} ({unit}).",
            place=place,
            text=text,
            field=field,
            least=f"{least:g}",
            most=f"{most:g}",
            unit=unit,
        )
    return value


def _project(text: str, field: str, place: str, names: Mapping[str, str]) -> str:
    if field == "gap_t_y" or text in names:
        return GAP if field == "gap_t_y" else text
    alike = [site_id for site_id, name in names.items() if name.casefold() == text.casefold()]
    if len(alike) == 1:
        return alike[0]
    near = alike or get_close_matches(text, [*names, *names.values()], 3, 0.5)
    raise FigureFileError(
        "{place}: {project!r} names no single project; write its id, for example {near}.",
        place=place,
        project=text,
        near=near or list(names)[:1],
    )
