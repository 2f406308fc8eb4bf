"""Old and new names of one place that no rule can tell: a curated table, a cited row a pair of records."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data import vocabulary as words
from data.bundling.records import Record

FILE = "other_names.csv"


def tie(records: list[Record]) -> list[Record]:
    """Return the records, those of `other_names.csv` with the record that they are one place with.

    Parameters
    ----------
    records : list of Record
        What sources say of places. A pair of which one is not among them ties nothing.
    """
    table = pd.read_csv(words.CURATED / FILE, dtype=str, keep_default_na=False)
    known = {record.key for record in records}
    same: dict[str, tuple[str, ...]] = {}
    for key, other in zip(table["record_key"], table["same_as"], strict=True):
        if other in known:
            same[key] = (*same.get(key, ()), other)
    return [replace(r, same_as=(*r.same_as, *same[r.key])) if r.key in same else r for r in records]
