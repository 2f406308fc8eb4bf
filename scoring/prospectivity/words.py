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
    """A term of the dictionary: its key, its English words, lower case, and its Japanese words."""

    id: str
    en: tuple[str, ...]
    ja: tuple[str, ...]


@cache
def terms() -> Mapping[str, Term]:
    """Return the dictionary, by key."""
    blocks = tomllib.loads(TERMS_FILE.read_text(encoding="utf-8"))["term"]
    return {key: Term(key, tuple(block["en"]), tuple(block["ja"])) for key, block in blocks.items()}


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
    words = [word for key in asked for word in ((*terms()[key].en, *terms()[key].ja) if key in terms() else (key,))]
    latin = [re.escape(_plain(word)) for word in words if word.isascii()]
    other = [re.escape(_plain(word)) for word in words if not word.isascii()]
    parts = [rf"(?<!\w)(?<!non-)(?<!no )(?<!not )(?<!without )(?:{'|'.join(latin)})(?:e?s)?(?!\w)"] if latin else []
    return re.compile("|".join([*parts, *other]))
