"""Texts that are numbers: which columns of text hold numbers, with gaps, separators and detection limits."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

#: Words that programs write for "no value"; unknown in any column.
GAP_WORDS = (
    "",
    "<Null>",
    "<null>",
    "NULL",
    "null",
    "(null)",
    "NaN",
    "nan",
    "NAN",
    "#N/A",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "\\N",
)
#: Words that mean so only among numbers: elsewhere NA may be Namibia, and None a name.
NUMBER_GAPS = (
    "NA",
    "N/A",
    "n/a",
    "na",
    "n.a.",
    "None",
    "none",
    "-",
    "--",
    "---",
    "*",
    "**",
    "***",
    "ND",
    "nd",
    "n.d.",
    "?",
    ".",
    "NR",
    "IS",
    "NSS",
)
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$"
_ID = r"^[+-]?0\d|^\d+[eE]\d+$"
_LONG = r"^[+-]?\d{16,}$"
_THOUSANDS = r"^[+-]?[1-9]\d{0,2}((,\d{3})+|([ '’\x{00a0}\x{202f}]\d{3})+)(\.\d+)?$"
_LIMIT = r"^[<>≤≥＜＞]\s*[+-]?(\d+\.?\d*|\.\d+)$"
_WIDE = "０１２３４５６７８９．，－＋"
_NARROW = "0123456789.,-+"
#: A column with at most this share of other words is said to be almost numeric.
_STRAY_SHARE = 0.02


@dataclass
class Numeral:
    """A column of numbers: float64, NaN unknown."""

    values: NDArray[np.float64]


@dataclass
class ParsedColumn:
    """What a column of text turned out to be.

    Attributes
    ----------
    texts : ChunkedArray of string
        The texts, gaps null.
    numeral : Numeral or None
        Its numbers; None: it stays text.
    gap_words : dict of str to int
        Words that were read as gaps.
    limits, first_limit : int
        Values such as ``<0.01``, and where the first stands.
    strays, first_stray : int
        Other words in a column that is otherwise of numbers, and where the first stands.
    long_numbers, kept_as_ids, thousands : bool
        Digits beyond 2^53; leading zeros or 1E5; separators of thousands were taken out.
    sample : str
        A value that shows it.
    """

    texts: pa.ChunkedArray
    numeral: Numeral | None = None
    gap_words: dict[str, int] = field(default_factory=dict)
    limits: int = 0
    first_limit: int = 0
    strays: int = 0
    first_stray: int = 0
    long_numbers: bool = False
    kept_as_ids: bool = False
    thousands: bool = False
    sample: str = ""


def numerals_of(values: pa.ChunkedArray, limit_way: str = "") -> ParsedColumn:
    """Find out whether a column of text holds numbers.

    Parameters
    ----------
    values : ChunkedArray of string
        Null means unknown.
    limit_way : {"", "half", "zero", "unknown"}
        What ``<0.01`` becomes; empty: such a column stays text. ``>100`` becomes 100 in any case, or unknown.

    Returns
    -------
    Found

    Examples
    --------
    >>> numerals_of(pa.chunked_array([["1.5", "", "2"]])).numeral.values.tolist()
    [1.5, nan, 2.0]
    >>> numerals_of(pa.chunked_array([["007", "8"]])).kept_as_ids
    True
    """
    trimmed = pc.utf8_trim_whitespace(values)
    words = _counted(trimmed, GAP_WORDS)
    texts = pc.if_else(
        pc.is_in(trimmed, value_set=pa.array(GAP_WORDS, trimmed.type)), pa.scalar(None, values.type), values
    )
    found = ParsedColumn(texts, gap_words={word: count for word, count in words.items() if word})
    numbers = pc.if_else(pc.is_valid(texts), trimmed, pa.scalar(None, trimmed.type))
    known = len(numbers) - numbers.null_count
    if not known or not _hopeful(numbers, known):
        return found
    numbers = _narrow(numbers)
    plain = pc.match_substring_regex(numbers, _PLAIN)
    if pc.all(plain).as_py():
        return _plain_column(found, numbers)
    return _mixed_column(found, numbers, plain, limit_way)


def _hopeful(numbers: pa.ChunkedArray, known: int) -> bool:
    """Tell by the first thousand values whether a closer look pays."""
    head = numbers.drop_null().slice(0, 1_000)
    digits = pc.sum(pc.match_substring_regex(head, r"^[<>≤≥＜＞+\-−]?\s*[.\d０-９]")).as_py() or 0
    gaps = pc.sum(pc.is_in(head, value_set=pa.array(NUMBER_GAPS, head.type))).as_py() or 0
    return digits + gaps >= min(known, 1_000) * (1.0 - 10 * _STRAY_SHARE) and digits > 0


def _narrow(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    """Bring full-width digits and the typographic minus to plain ones."""
    if not pc.any(pc.match_substring_regex(numbers, r"[０-９．，－＋−]")).as_py():
        return numbers
    for wide, narrow in zip(_WIDE + "−", _NARROW + "-", strict=True):
        numbers = pc.replace_substring(numbers, wide, narrow)
    return numbers


def _plain_column(found: ParsedColumn, numbers: pa.ChunkedArray) -> ParsedColumn:
    ids = pc.match_substring_regex(numbers, _ID)
    if pc.any(ids).as_py():
        found.kept_as_ids, found.sample = True, _first(numbers, ids)[1]
        return found
    long = pc.match_substring_regex(numbers, _LONG)
    if pc.any(long).as_py() and any(
        abs(int(each)) > 2**53 for each in numbers.filter(long).slice(0, 1_000_000).to_pylist() if each
    ):
        found.long_numbers = True
        return found
    found.numeral = Numeral(_floats(numbers))
    return found


def _mixed_column(
    found: ParsedColumn, numbers: pa.ChunkedArray, plain: pa.ChunkedArray, limit_way: str
) -> ParsedColumn:
    gaps = pc.is_in(numbers, value_set=pa.array(NUMBER_GAPS, numbers.type))
    thousands = pc.match_substring_regex(numbers, _THOUSANDS)
    limits = pc.match_substring_regex(numbers, _LIMIT)
    other = pc.invert(pc.or_(pc.or_(plain, gaps), pc.or_(thousands, limits)))
    good = pc.sum(pc.or_(plain, thousands)).as_py() or 0
    if pc.any(other).as_py():
        return _with_strays(found, numbers, other, good)
    if pc.any(pc.match_substring_regex(numbers, _ID)).as_py() or not (good or pc.any(limits).as_py()):
        return found
    if pc.any(limits).as_py():
        found.limits, (found.first_limit, found.sample) = pc.sum(limits).as_py(), _first(numbers, limits)
        if limit_way not in {"half", "zero", "unknown"}:
            return found
    found.gap_words |= _counted(numbers, NUMBER_GAPS)
    if pc.any(thousands).as_py():
        found.thousands, found.sample = True, _first(numbers, thousands)[1]
        numbers = pc.if_else(thousands, pc.replace_substring_regex(numbers, r"[, '’\x{00a0}\x{202f}]", ""), numbers)
    found.numeral = Numeral(_limits_taken(pc.if_else(gaps, pa.scalar(None, numbers.type), numbers), limits, limit_way))
    return found


def _with_strays(found: ParsedColumn, numbers: pa.ChunkedArray, other: pa.ChunkedArray, good: int) -> ParsedColumn:
    """Say of a column with other words beside its numbers that it is almost numeric, if they are few."""
    strays = pc.sum(other).as_py()
    if good and strays <= _STRAY_SHARE * (good + strays):
        found.strays, (found.first_stray, found.sample) = strays, _first(numbers, other)
    return found


def _limits_taken(numbers: pa.ChunkedArray, limits: pa.ChunkedArray, limit_way: str) -> NDArray[np.float64]:
    """Return the numbers, below detection halved, zero or unknown; above it as they are, or unknown."""
    made = _floats(pc.replace_substring_regex(numbers, r"^[<>≤≥＜＞]\s*", ""))
    below = pc.fill_null(pc.and_(limits, pc.match_substring_regex(numbers, r"^[<≤＜]")), False).to_numpy()
    either = pc.fill_null(limits, False).to_numpy()
    if limit_way == "unknown":
        made[either] = np.nan
    else:
        made[below] *= 0.5 if limit_way == "half" else 0.0
    return made


def _floats(numbers: pa.ChunkedArray) -> NDArray[np.float64]:
    if pc.any(pc.match_substring(numbers, "d", ignore_case=True)).as_py():
        numbers = pc.replace_substring_regex(numbers, "[dD]", "e")
    plus = pc.replace_substring_regex(numbers, r"^\+", "") if pc.any(pc.starts_with(numbers, "+")).as_py() else numbers
    return np.array(pc.fill_null(pc.cast(plus, pa.float64()), np.nan).to_numpy(), dtype=np.float64)


def _counted(values: pa.ChunkedArray, words: tuple[str, ...]) -> dict[str, int]:
    hits = values.filter(pc.is_in(values, value_set=pa.array(words, values.type)))
    return {each["values"]: each["counts"] for each in pc.value_counts(hits).to_pylist() if each["values"] is not None}


def _first(values: pa.ChunkedArray, where: pa.ChunkedArray) -> tuple[int, str]:
    position = pc.index(pc.fill_null(where, False), True).as_py()
    return position, str(values[position].as_py())[:40]
