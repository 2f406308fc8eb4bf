"""Evidence from words: whether the description of a map unit holds a geological term, in English or Japanese.

Dictionaries of terms as in Lawley et al. (2022), doi 10.1016/j.oregeorev.2021.104635; the words are in ``terms.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.arrays import BoolArray

TERMS_FILE = Path(__file__).with_name("terms.toml")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the dictionary.

    Attributes
    ----------
    id : str
        Its key.
    en, ja : tuple of str
        Its words; the English ones in lower case.
    ja_other : tuple of str
        Longer words that end with one of `ja` and mean something else.
    """

    id: str
    en: tuple[str, ...]
    ja: tuple[str, ...]
    ja_other: tuple[str, ...] = ()


@cache
def terms() -> Mapping[str, Term]:
    """Return the dictionary, by key."""
    blocks = tomllib.loads(TERMS_FILE.read_text(encoding="utf-8"))["term"]
    return {
        key: Term(key, *(tuple(block.get(name, ())) for name in ("en", "ja", "ja_other")))
        for key, block in blocks.items()
    }


def found(asked: Sequence[str], texts: Sequence[str]) -> BoolArray:
    """Return whether each text holds one of the terms.

    Parameters
    ----------
    asked : sequence of str
        Keys of `terms`; anything else is a word of the user's own.
    texts : sequence of str
        Descriptions, any case, full or half width.

    Examples
    --------
    >>> found(["ultramafic"], ["Serpentinised harzburgites", "granite", "超苦鉄質岩", "non-ultramafic rocks"]).tolist()
    [True, False, True, False]
    """
    pattern = _pattern(tuple(asked))
    return np.array([bool(pattern.search(_plain(text))) for text in texts], dtype=np.bool_)


def described(columns: Mapping[str, NDArray[np.object_]], chosen: Sequence[str]) -> list[str]:
    """Return the description of each feature: its texts of the chosen columns; empty where nothing is said.

    Parameters
    ----------
    columns : mapping of str to ndarray of str or None
        Attributes of text, a value a feature.
    chosen : sequence of str
        Names of columns; empty: all.
    """
    rows = zip(*(columns[name] for name in (chosen or columns)), strict=True)
    return ["; ".join(str(text) for text in row if isinstance(text, str) and text.strip()) for row in rows]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


@lru_cache(maxsize=64)
def _pattern(asked: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of all words of the terms: English ones whole and in either number, Japanese ones anywhere."""
    known = [terms().get(key, Term(key, (key,), ())) for key in asked]
    words = [_plain(word) for term in known for word in (*term.en, *term.ja)]
    latin = [re.escape(word) for word in words if word.isascii()]
    other = [_not_within(_plain(word), term.ja_other) for term in known for word in (*term.en, *term.ja)]
    free = r"(?<!\w)(?<!non-)(?<!\bno )(?<!\bnot )(?<!\bwithout )"
    parts = [rf"{free}(?:{'|'.join(latin)})(?:e?s)?(?!\w)"] if latin else []
    return re.compile("|".join([*parts, *(word for word in other if word)]))


def _not_within(word: str, longer: Sequence[str]) -> str:
    """Return the pattern of a Japanese word that is not the end of a longer one; empty for an English word."""
    if word.isascii():
        return ""
    before = [other.removesuffix(word) for other in map(_plain, longer) if other.endswith(word)]
    return "".join(f"(?<!{re.escape(each)})" for each in before) + re.escape(word)
