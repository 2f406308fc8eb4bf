"""When a purchase that is agreed was to close, as the page that tells of it says."""

from __future__ import annotations

import calendar
import re
from datetime import date

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
#: Words of a part of a year -> its last month.
_PARTS = {
    **{f"{part} half": month for part, month in (("first", 6), ("second", 12))},
    **{f"{part} quarter": 3 * place for place, part in enumerate(("first", "second", "third", "fourth"), 1)},
    **{f"q{place}": 3 * place for place in range(1, 5)},
    **{"h1": 6, "h2": 12, "mid": 9, "end": 12, "late": 12},
    **_MONTHS,
}
_PERIOD = re.compile(rf"\b(?:(?P<part>{'|'.join(_PARTS)})(?: of)?[ ,-]*)?(?P<year>20\d\d)\b", re.I)
_CLOSING = re.compile(r"\b(?:clos(?:e|es|ing)|complet(?:e|es|ion)|acquirer)\b(?P<when>[^;]*)", re.I)


def closing_day(said: str) -> date | None:
    """Return the last day on which a purchase was to close; None where its page names no closing or no date of it.

    A half, a quarter, a month and a year end on their last day; the middle of a year ends with September.

    Parameters
    ----------
    said : str
        What the page says of the purchase.

    Examples
    --------
    >>> closing_day("binding agreement, closing expected in first half of 2026")
    datetime.date(2026, 6, 30)
    >>> closing_day("takes over 54.17 %, closing April-September 2026"), closing_day("approval still to come")
    (datetime.date(2026, 9, 30), None)
    """
    told = _CLOSING.search(said)
    found = _PERIOD.search(told["when"]) if told else None
    if found is None:
        return None
    year, month = int(found["year"]), _PARTS[found["part"].casefold()] if found["part"] else 12
    return date(year, month, calendar.monthrange(year, month)[1])
