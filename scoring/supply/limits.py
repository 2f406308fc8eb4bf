"""Ends of the numbers that a reader of supply may enter; light, so that the help of a command loads no database."""

from __future__ import annotations

from typing import Final

#: Days of demand that a stock may last.
MOST_STOCK_DAYS: Final = 3650.0
#: Budget of a stock, million USD.
MOST_STOCK_MUSD: Final = 1e6
#: Price per tonne of contained metal, USD.
MOST_USD_T: Final = 1e10
#: Size of a table or a scenario that a user brings, megabytes.
MOST_TABLE_MB: Final = 2
