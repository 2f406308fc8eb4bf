"""Stocks of the user: what a CSV says is held of each commodity, in tonnes of contained metal or days of demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geo.errors import Phrase
from scoring.supply.limits import MOST_STOCK_DAYS
from scoring.supply.user_tables import DAYS, UserTable

TABLE = UserTable(("commodity", "quantity", "unit"), ("note",))


@dataclass(frozen=True, slots=True)
class Stock:
    """What is held of a commodity: tonnes of contained metal, and days of the desk's demand on top."""

    tonnes: float = 0.0
    days: float = 0.0


def stocks_from(name: str, raw: bytes) -> dict[str, Stock]:
    r"""Return commodity -> stock of the bytes of a CSV with the columns commodity, quantity, unit and, if wanted, note.

    Rows of one commodity add up.

    Parameters
    ----------
    name : str
        Name of the file, for the errors.
    raw : bytes

    Raises
    ------
    SupplyTableError
        Which line cannot be used, and the cure.

    Examples
    --------
    >>> stocks_from("s.csv", b"commodity,quantity,unit\ngallium,2500,kg\ngallium,30,days\n")
    {'gallium': Stock(tonnes=2.5, days=30.0)}
    """
    stocks: dict[str, Stock] = {}
    for row in TABLE.rows(name, raw):
        commodity, unit = row.commodity(), row.text("unit")
        if not unit:
            raise row.wrong(Phrase("the unit is missing"), Phrase("write t, kg, lb or kt, or days for days of demand"))
        held = stocks.get(commodity, Stock())
        if unit.lower() in DAYS:
            stocks[commodity] = Stock(held.tonnes, held.days + row.number("quantity", MOST_STOCK_DAYS))
        else:
            stocks[commodity] = Stock(held.tonnes + row.tonnes("quantity", unit), held.days)
    return stocks


def held(stocks: Mapping[str, Stock], commodity: str) -> Stock:
    """Return the stock of a commodity; nothing where none is told.

    Parameters
    ----------
    stocks : mapping of str to Stock
    commodity : str
    """
    return stocks.get(commodity, Stock())
