"""Words for countries: names, two-letter and three-letter codes -> ISO 3166-1 alpha-3."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import duckdb

from data import vocabulary as words

#: Letters of a code of ISO 3166-1 alpha-3.
CODE = 3
#: How alike a name must be to count as misspelt: from one wrong letter in six on.
ALIKE = 0.83


def country_words(facts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return folded word (`data.vocabulary.fold`) -> ISO 3166-1 alpha-3 of the country table.

    Namibia's alpha-2 code "NA" is a code, not a gap.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    """
    countries = {words.fold(spelling): iso3 for spelling, iso3 in words.COUNTRY_SPELLINGS.items()}
    for iso3, iso2, name in (
        facts.cursor().execute("SELECT iso3, iso2, name_en FROM facts.country ORDER BY iso3").fetchall()
    ):
        for word in filter(None, (name, iso2, iso3)):
            countries[words.fold(word)] = iso3
    return countries


def meant(text: str, countries: Mapping[str, str]) -> str:
    """Return the alpha-3 code that a text stands for, or an empty string where nothing says which.

    A name, a two-letter code, a name with a slip of the keys, or the letters of one code in another order. Of three
    letters one wrong letter says nothing: most codes are one letter from several others.

    Parameters
    ----------
    text : str
        As people write it.
    countries : mapping of str to str
        As `country_words` returns it.

    Examples
    --------
    >>> known = {"china": "CHN", "chn": "CHN", "japan": "JPN", "jp": "JPN", "jpn": "JPN", "kosovo": "XKX", "xkx": "XKX"}
    >>> [meant(text, known) for text in ("Japan", "jp", "Jappan", "CNH", "XXX", "CHX")]
    ['JPN', 'JPN', 'JPN', 'CHN', '', '']
    """
    word = words.fold(text)
    if word in countries:
        return countries[word]
    if len(word) > CODE:
        near = get_close_matches(word, [each for each in countries if len(each) > CODE], 1, ALIKE)
        return countries[near[0]] if near else ""
    same = {code for code in countries.values() if len(word) == CODE and sorted(code.lower()) == sorted(word)}
    return same.pop() if len(same) == 1 else ""
