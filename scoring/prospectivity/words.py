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
_LATIN = re.compile(r"[\x00-\u024f]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the dictionary.

    Attributes
    ----------
    id : str
        Its key.
    en : tuple of str
        English words, lower case.
    ja : tuple of str
        Japanese words.
    ja_not : tuple of str
        Longer Japanese words that end in one of `ja` and mean something else, as 超苦鉄質 ends in 苦鉄質.
    """

    id: str
    en: tuple[str, ...]
    ja: tuple[str, ...]
    ja_not: tuple[str, ...] = ()

    @property
    def patterns(self) -> list[str]:
        """Return a regular expression for each word."""
        return [*map(_word, self.en), *(_word(word, self.ja_not) for word in self.ja)]


@cache
def terms() -> Mapping[str, Term]:
    """Return the dictionary, by key."""
    blocks = tomllib.loads(TERMS_FILE.read_text(encoding="utf-8"))["term"]
    return {
        key: Term(key, *(tuple(block.get(part, ())) for part in ("en", "ja", "ja_not")))
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
    >>> found(["mafic"], ["斑れい岩", "ﾄﾞﾚﾗｲﾄ", "超苦鉄質岩類 海洋"]).tolist()
    [True, True, False]
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
    """Return a pattern of all words of the terms."""
    parts = [each for key in asked for each in (terms()[key].patterns if key in terms() else [_word(key)])]
    return re.compile("|".join(parts))


def _word(word: str, longer: Sequence[str] = ()) -> str:
    """Return a pattern of a word: Latin ones whole and in either number, others anywhere but not in `longer`."""
    plain = re.escape(_plain(word))
    if _LATIN.fullmatch(_plain(word)):
        return rf"(?<!\w)(?<!non-)(?<!pre-)(?<!\bno )(?<!\bnot )(?<!\bwithout )(?:{plain})(?:e?s)?(?!\w)"
    before = ["非", *(each.removesuffix(word) for each in longer if each.endswith(word))]
    return "".join(f"(?<!{re.escape(_plain(each))})" for each in before) + plain
