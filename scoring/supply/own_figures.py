"""Figures of supply that an analyst knows better: import mix, reliance, demand, production, stock, price, capacity.

They are of the desk that is looked at, win over the bundle, and are marked as the user's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from data.country_words import meant
from data.units import UnitError, convert
from geo.errors import Phrase
from scoring.supply.concentration import Interval
from scoring.supply.desks import STAGES
from scoring.supply.limits import MOST_STOCK_DAYS
from scoring.supply.markets import OTHER, Place
from scoring.supply.response_errors import SupplyTableError
from scoring.supply.user_tables import DAYS, MOST, TableRow, UserTable

Name = TypeVar("Name", bound=str)
Kind = Literal["import_share", "net_import_reliance", "demand", "production", "capacity", "stock", "price"]
#: Figure -> unit that it is kept in.
KINDS: dict[Kind, str] = {
    "import_share": "%",
    "net_import_reliance": "%",
    "demand": "t",
    "production": "t",
    "capacity": "t",
    "stock": "t",
    "price": "USD/t",
}
#: Those of one country; ``other`` stands for all others of an import mix or a production.
OF_COUNTRY = ("import_share", "production", "capacity")
TABLE = UserTable(("commodity", "stage", "figure", "value", "unit"), ("country", "high", "note", "source"))
#: Shares of a mix may add up to this: printed shares are rounded.
MOST_SHARES_PCT = 100.5
#: Tables that lack a world of producers of their own are of the user alone, under this source.
OWN = "own"


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A figure of the user.

    Attributes
    ----------
    kind : str
        Of `KINDS`.
    place : Place
        Commodity and stage.
    ends : Interval
        In `unit`.
    unit : str
        ``%``, ``t`` (a year; of a stock: held), ``USD/t`` or, of a stock, ``days`` of demand.
    country : str
        ISO 3166-1 alpha-3, or ``other``; empty: of the desk as a whole.
    """

    kind: Kind
    place: Place
    ends: Interval
    unit: str
    country: str = ""


def own_from(name: str, raw: bytes, countries: Mapping[str, str]) -> tuple[OwnFigure, ...]:
    r"""Return the figures of a CSV with commodity, stage, figure, value, unit and, where needed, country and high.

    Parameters
    ----------
    name : str
        Name of the file, for the errors.
    raw : bytes
        UTF-8; commas, semicolons or tabs part the columns.
    countries : mapping of str to str
        As `data.country_words.country_words` returns it.

    Raises
    ------
    SupplyTableError
        Which line cannot be used, and the cure.

    Examples
    --------
    >>> raw = b"commodity,stage,figure,country,value,unit\ngallium,refined,import_share,CHN,40,%\n"
    >>> own_from("own.csv", raw, {"china": "CHN"})[0].ends
    Interval(low=40.0, high=40.0)
    """
    figures: list[OwnFigure] = []
    for row in TABLE.rows(name, raw):
        figure = _figure(row, countries)
        _check_beside(row, figure, figures)
        figures.append(figure)
    return tuple(figures)


def _check_beside(row: TableRow, figure: OwnFigure, before: Iterable[OwnFigure]) -> None:
    """Refuse a figure that is told twice, or an import mix of more than all."""
    same = [each for each in before if (each.kind, each.place) == (figure.kind, figure.place)]
    if any(each.country == figure.country for each in same):
        raise row.wrong(
            Phrase("{figure} of this commodity, stage and country stands twice", figure=figure.kind),
            Phrase("keep one of the rows"),
        )
    total = sum(each.ends.low for each in same) + figure.ends.low
    if figure.kind == "import_share" and total > MOST_SHARES_PCT:
        raise row.wrong(
            Phrase("the shares of imports add up to {total} %", total=f"{total:g}"),
            Phrase("write shares of at most 100 % together"),
        )


def _figure(row: TableRow, countries: Mapping[str, str]) -> OwnFigure:
    kind = _one_of(row, "figure", KINDS)
    place = Place(row.commodity(), _one_of(row, "stage", STAGES))
    low, unit = _value(row, "value", kind)
    high = _value(row, "high", kind)[0] if row.text("high") else low
    if high < low:
        raise row.wrong(
            Phrase("high {high} is less than value {low}", high=row.text("high"), low=row.text("value")),
            Phrase("write the lower end as value and the upper end as high"),
        )
    return OwnFigure(kind, place, Interval(low, high), unit, _country(row, kind, countries))


def _one_of(row: TableRow, column: str, allowed: Collection[Name]) -> Name:
    text = row.text(column).lower()
    for each in allowed:
        if text == each:
            return each
    raise row.wrong(
        Phrase("{column} {text!r} is not there", column=column, text=text[:60]),
        Phrase("write one of {allowed}", allowed=list(allowed)),
    )


def _country(row: TableRow, kind: Kind, countries: Mapping[str, str]) -> str:
    text = row.text("country")
    code = OTHER if text.lower() == OTHER else text.upper()
    if kind not in OF_COUNTRY:
        if text:
            raise row.wrong(
                Phrase("{figure} is of the desk as a whole, not of {country!r}", figure=kind, country=text[:60]),
                Phrase("leave the column country empty"),
            )
        return ""
    if code not in countries.values() and (code != OTHER or kind == "capacity"):
        raise row.wrong(
            Phrase("country {country!r} is no code of a country", country=text[:60]),
            Phrase("write an ISO 3166-1 alpha-3 code such as {example}", example=meant(text, countries) or "CHN"),
        )
    return code


def _value(row: TableRow, column: str, kind: Kind) -> tuple[float, str]:
    """Return a number in the unit of its kind, and the unit."""
    unit, kept = row.text("unit"), KINDS[kind]
    if kept == "%":
        if unit != "%":
            raise _wrong_unit(row, unit, "%")
        return row.number(column, 100.0), kept
    if kind == "stock" and unit.lower() in DAYS:
        return row.number(column, MOST_STOCK_DAYS), "days"
    if kept == "t":
        return row.tonnes(column, unit), kept
    currency, _slash, mass = unit.partition("/")
    try:
        per_tonne = float(convert([1.0], mass.strip(), "t")[0])
    except UnitError as error:
        raise _wrong_unit(row, unit, "USD/t, USD/kg") from error
    if currency.strip().upper() != "USD" or per_tonne <= 0:
        raise _wrong_unit(row, unit, "USD/t, USD/kg")
    return row.number(column, MOST * per_tonne) / per_tonne, kept


def _wrong_unit(row: TableRow, unit: str, cure: str) -> SupplyTableError:
    return row.wrong(
        Phrase("unit {unit!r} does not fit {figure}", unit=unit[:60], figure=row.text("figure")),
        Phrase("write {unit}", unit=cure),
    )
