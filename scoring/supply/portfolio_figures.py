"""Figures that a user knows better: a CSV of project, field and value. They win over the bundle and are marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from geo.errors import Phrase
from scoring.supply.response_errors import SupplyTableError
from scoring.supply.user_tables import TableRow, UserTable

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
TABLE = UserTable(("project", "field", "value"), ("commodity", "note", "source"))
#: What stands in the column project of a gap.
GAP = "gap"
#: Fields of a commodity.
OF_COMMODITY = ("output_t_y", "gap_t_y")


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


def figures_from(
    name: str, raw: bytes, names: Mapping[str, str], commodities: frozenset[str]
) -> tuple[UserFigure, ...]:
    r"""Return the figures of a CSV with the columns project, field, value and, for outputs and gaps, commodity.

    Parameters
    ----------
    name : str
        Name of the file, for the errors.
    raw : bytes
        UTF-8; commas, semicolons or tabs part the columns.
    names : mapping of str to str
        Id of each project -> name; the column project takes either.
    commodities : frozenset of str
        Known commodities.

    Raises
    ------
    SupplyTableError
        Which line cannot be used, and the cure.

    Examples
    --------
    >>> raw = b"project,field,value\nNolans,capex_musd,900\n"
    >>> figures_from("own.csv", raw, {"aus-nolans": "Nolans"}, frozenset())
    (UserFigure(project='aus-nolans', field='capex_musd', value=900.0, commodity=''),)
    """
    return tuple(_figure(row, names, commodities) for row in TABLE.rows(name, raw))


def _figure(row: TableRow, names: Mapping[str, str], commodities: frozenset[str]) -> UserFigure:
    field = row.text("field").lower()
    if field not in FIELDS:
        raise row.wrong(
            Phrase("no field is called {field!r}", field=field), Phrase("write one of {fields}", fields=list(FIELDS))
        )
    commodity = row.text("commodity").lower()
    if field in OF_COMMODITY and commodity not in commodities:
        near = get_close_matches(commodity, commodities, 1) or ["neodymium"]
        raise row.wrong(
            Phrase("{field} is of a commodity, and {commodity!r} is none", field=field, commodity=commodity),
            Phrase("write one such as {example}", example=near),
        )
    return UserFigure(_project(row, field, names), field, _value(row, field), commodity)


def _value(row: TableRow, field: str) -> float:
    least, most, unit = FIELDS[field]
    try:
        return row.number("value", most, least)
    except SupplyTableError as error:
        raise row.wrong(
            Phrase("{text!r} cannot be a {field}", text=row.text("value"), field=field),
            Phrase("write a number from {least} to {most} ({unit})", least=f"{least:g}", most=f"{most:g}", unit=unit),
        ) from error


def _project(row: TableRow, field: str, names: Mapping[str, str]) -> str:
    text = row.text("project")
    if field == "gap_t_y" or text in names:
        return GAP if field == "gap_t_y" else text
    alike = [site_id for site_id, name in names.items() if name.casefold() == text.casefold()]
    if len(alike) == 1:
        return alike[0]
    id_of = {name: site_id for site_id, name in names.items()}
    near = alike or [id_of.get(each, each) for each in get_close_matches(text, [*names, *id_of], 3, 0.5)]
    raise row.wrong(
        Phrase("{project!r} names no single project", project=text),
        Phrase("write its id, for example {near}", near=near or list(names)[:1]),
    )
