"""When sources say that a project will first produce: the words of a date as a span of years."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: A year, or a span of two such as 2029-30.
_YEARS = re.compile(r"(?<!\d)(20\d\d)(s?)\b(?:\s*[-–/]\s*(20\d\d|[2-9]\d)\b(?!-))?")
_DAY = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])(?:-\d\d)?$")
_NOT_A_START = re.compile(
    r"\byears? after\b|decision|\btrial\b|\bstudy\b|\bdfs\b|\bbuilding\b|construction", re.IGNORECASE
)
_FINANCIAL_YEAR = re.compile(r"\bfy ?(?=20)|financial year", re.IGNORECASE)
_BEFORE = re.compile(r"(?<!not )\bbefore\b", re.IGNORECASE)
_QUARTERS = ("q1|first quarter|march quarter", "q2|second quarter|june quarter", "q3|third quarter|september quarter")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
#: Words -> the part of the year that they name, 0..1; the first that is found counts.
_PARTS: tuple[tuple[re.Pattern[str], float, float], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), low, high)
    for words, low, high in (
        *((words, at / 4, (at + 1) / 4) for at, words in enumerate((*_QUARTERS, "q4|fourth quarter|december quarter"))),
        ("h1|first half", 0.0, 0.5),
        ("h2|second half", 0.5, 1.0),
        ("early", 0.0, 1 / 3),
        ("mid", 1 / 3, 2 / 3),
        ("late", 2 / 3, 1.0),
        ("end|year-end", 0.75, 1.0),
        *((rf"{name}|{name[:3]}", at / 12, (at + 1) / 12) for at, name in enumerate(_MONTHS)),
    )
)


def stated_years(text: str) -> tuple[float, float] | None:
    """Return the span that the words of a start of production leave open, in years and their parts.

    A half, quarter, season ("early", "late") or month narrows its year. A financial year is taken as that of Australia,
    which ends on 30 June. Words that name no year, count from another event, or speak of a study, a decision or of
    building give None.

    Parameters
    ----------
    text : str
        As the source writes it.

    Examples
    --------
    >>> stated_years("H2 2027"), stated_years("Q4 2028 or Q1 2029"), stated_years("2029-30")
    ((2027.5, 2028.0), (2028.75, 2029.25), (2029.0, 2031.0))
    >>> stated_years("2028-03-31"), stated_years("second half of financial year 2027"), stated_years("before 2030")
    ((2028.1667, 2028.25), (2027.0, 2027.5), (2029.0, 2030.0))
    >>> stated_years("about two years after decision in 2026") is None
    True
    """
    if day := _DAY.match(text.strip()):
        start = int(day[1]) + (int(day[2]) - 1) / 12
        return round(start, 4), round(start + 1 / 12, 4)
    if _NOT_A_START.search(text):
        return None
    spans = list(_spans(text))
    if not spans:
        return None
    shift = -0.5 if _FINANCIAL_YEAR.search(text) else -1.0 if _BEFORE.search(text) else 0.0
    return round(min(low for low, _high in spans) + shift, 4), round(max(high for _low, high in spans) + shift, 4)


def _spans(text: str) -> Iterator[tuple[float, float]]:
    """Yield the span of each year that the text names, narrowed by the words before it, or else after the last."""
    found = list(_YEARS.finditer(text))
    for at, match in enumerate(found):
        first, decade, last = match.groups()
        if last or decade:
            end = int(first) + 4 if decade else int(last if len(last) == 4 else first[:2] + last) + 1
            yield float(first), float(max(end, int(first) + 1))
            continue
        before = text[found[at - 1].end() if at else 0 : match.start()]
        parts = _parts(before) or (_parts(text[match.end() :]) if at == len(found) - 1 else [])
        low, high = min((part[0] for part in parts), default=0.0), max((part[1] for part in parts), default=1.0)
        yield int(first) + low, int(first) + high


def _parts(words: str) -> list[tuple[float, float]]:
    """Return the parts of a year that the words name, 0..1."""
    return [(low, high) for pattern, low, high in _PARTS if pattern.search(words)]
