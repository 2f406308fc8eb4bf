"""Names of the columns of a table, what is a number in it, and the name of the table itself."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import pandas as pd

#: A number as people write it, with a decimal point or comma.
NUMBER = re.compile(r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eEdD][+-]?\d+)?\s*$")
#: Names of the columns of a narrow table without a row of names.
XYZ = ("x", "y", "z")


def stem(name: str) -> str:
    """Return a file's name without its ending, for a table that has no other.

    Parameters
    ----------
    name : str
        As the user calls the file.
    """
    return re.sub(r"\.[A-Za-z0-9]{1,8}$", "", name.replace("\\", "/").rsplit("/", 1)[-1]) or "table"


def numbered(rows: Sequence[Sequence[str | None]], width: int) -> list[str]:
    """Name the columns of a table without names: x, y, z of a narrow one whose first column does not just count.

    Parameters
    ----------
    rows : sequence of sequence of str or None
        The first rows of the table.
    width : int
        How many names are wanted.

    Examples
    --------
    >>> numbered([["151.2", "-33.1"]], 2), numbered([["1"], ["2"], ["3"]], 1)
    (['x', 'y'], ['column_1'])
    """
    first = [float(row[0]) for row in rows[:20] if row and row[0] and re.fullmatch(r"\s*\d+\s*", row[0])]
    counting = len(first) > 2 and all(b - a == 1 for a, b in itertools.pairwise(first))
    named = XYZ[:width] if width <= len(XYZ) + 1 and not counting else ()
    return [*named, *(f"column_{number}" for number in range(len(named) + 1, width + 1))]


def useful(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the columns that have a name or a value, under their names.

    Parameters
    ----------
    frame : DataFrame
        One column a name; None: unknown.
    names : sequence of str
        Empty: a column without a name.
    """
    kept = [at for at, name in enumerate(names) if name or frame.iloc[:, at].notna().any()]
    frame = frame.iloc[:, kept]
    frame.columns = pd.Index([names[at] for at in kept], dtype=object)
    return frame
