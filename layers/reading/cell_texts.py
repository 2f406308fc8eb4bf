"""Cells of any type as texts: dates, structures, numbers and gaps of an attribute table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

TextArray = NDArray[np.object_]
#: Whole numbers up to here are exact in double precision.
EXACT = 2**53


def some(names: Sequence[str], most: int = 8) -> str:
    """Return names in one line, at most `most` of them and how many more there are.

    Parameters
    ----------
    names : sequence of str
        Each is cut at 80 characters.
    most : int, optional
        How many are shown.
    """
    more = f", ... (+{len(names) - most:,})" if len(names) > most else ""
    return ", ".join(each[:80] for each in names[:most]) + more


def text_of(name: object) -> str:
    """Return the name of a column as text; empty for none.

    Parameters
    ----------
    name : object
        As the format gives it.
    """
    return name if isinstance(name, str) else "" if name is None else str(name)


def dates(values: pd.Series[Any]) -> TextArray:
    """Return dates in ISO 8601, without a time where all are whole days; None: unknown.

    Parameters
    ----------
    values : Series
        Of dates and times.
    """
    whole_days = (
        bool((values.dropna() == values.dropna().dt.normalize()).all()) and getattr(values.dtype, "tz", None) is None
    )
    pattern = "%Y-%m-%d" if whole_days else None
    written = values.map(lambda each: each.strftime(pattern) if pattern else each.isoformat(), na_action="ignore")
    return texts(written)


def texts(values: pd.Series[Any]) -> TextArray:
    """Return the texts of a column; None where there is none.

    Parameters
    ----------
    values : Series
        Of texts and gaps.
    """
    made = np.empty(len(values), dtype=object)
    made[:] = [each if isinstance(each, str) else None for each in values.astype(object)]
    return made


def strings(values: pd.Series[Any]) -> pa.ChunkedArray:
    """Return any column as Arrow strings; structures become JSON, a gap null.

    Parameters
    ----------
    values : Series
        Of any type.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if isinstance(values.dtype, pd.StringDtype):
        made = pa.array(values.array, type=pa.large_string())
        return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])
    return pa.chunked_array([pa.array([_plain(each) for each in values.astype(object)], type=pa.large_string())])


def _plain(value: Any) -> str | None:
    """Return one cell of unknown kind as text; None for a gap."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool | np.bool_ | int | np.integer | float | np.floating):
        return _plain_number(value)
    return str(value.isoformat()) if hasattr(value, "isoformat") else _json(value)


def _plain_number(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    number = float(value) if isinstance(value, float | np.floating) else int(value)
    return str(int(number)) if float(number).is_integer() and abs(number) <= EXACT else repr(number)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=_jsonable)
    except (TypeError, ValueError, RecursionError):
        return str(value)[:10_000]


def _jsonable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(value)
