"""Code lists of a format: columns whose numbers or letters are codes, with the words that the file gives for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from layers.reading.raw import Notes, RawLayer

#: Table and column, without case -> code -> its words.
CodeLists = Mapping[tuple[str, str], Mapping[str, str]]


def code_lists(rows: Iterable[tuple[str, str, str, str]]) -> dict[tuple[str, str], dict[str, str]]:
    """Return the code lists by table and column, both without case.

    Parameters
    ----------
    rows : iterable of tuple
        Table, column, code and its words.
    """
    lists: dict[tuple[str, str], dict[str, str]] = {}
    for table, column, code, words in rows:
        lists.setdefault((table.casefold(), column.casefold()), {})[_code(code)] = words
    return lists


def named(raw: RawLayer, lists: CodeLists, notes: Notes) -> RawLayer:
    """Return a layer with words in place of codes; a code that the list does not hold stays as it is.

    Parameters
    ----------
    raw : RawLayer
        As the file has it.
    lists : CodeLists
        Of the whole file.
    notes : Notes
        Receives which columns were named.
    """
    columns = []
    for at, name in enumerate(map(str, raw.attributes.columns)):
        values, words = raw.attributes.iloc[:, at], lists.get((raw.name.casefold(), name.casefold()))
        if words:
            sample = ", ".join(f"{code}: {text}" for code, text in list(words.items())[:4])
            notes.add("codes_named", layer=raw.name, column=name, count=len(words), sample=sample[:200])
            values = _words(values, words)
        columns.append(values)
    if columns and any((raw.name.casefold(), str(name).casefold()) in lists for name in raw.attributes.columns):
        made = pd.concat(columns, axis=1)
        made.columns, made.attrs = raw.attributes.columns, raw.attributes.attrs
        raw.attributes = made
    return raw


def _words(values: pd.Series[Any], words: Mapping[str, str]) -> pd.Series[Any]:
    cells = [None if pd.isna(each) else words.get(_code(each), _code(each)) for each in values.astype(object)]
    return pd.Series(np.array(cells, dtype=object), index=values.index, name=values.name)


def _code(value: Any) -> str:
    """Return a code as text: 10, 10.0 and "10" are one."""
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if np.isfinite(number) and number.is_integer() and not text.startswith("0") else text
