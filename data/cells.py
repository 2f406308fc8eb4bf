"""What a spreadsheet may do with a cell of text: nothing. Needs no other package."""

from __future__ import annotations

#: A spreadsheet reads a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def inert(value: object) -> object:
    """Return text that a spreadsheet takes as text: a quote before what would be a formula. Numbers stay numbers.

    Examples
    --------
    >>> inert("=HYPERLINK(1)"), inert("Mount Weld"), inert(-1.5)
    ("'=HYPERLINK(1)", 'Mount Weld', -1.5)
    """
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
