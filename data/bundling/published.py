"""Ids of sites that were published once: a site keeps its id, and is found under the ids that it has swallowed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pandas as pd

from data.vocabulary import CURATED


@cache
def published_ids() -> frozenset[str]:
    """Return every id that a version of the bundle has had, from `data/curated/published_ids.csv`."""
    return frozenset(pd.read_csv(CURATED / "published_ids.csv", dtype=str, keep_default_na=False)["site_id"])


def chosen_id(candidates: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return the id of a site and the other published ids that its records would have had.

    An id says which record stood first (country, name and four digits of its key), so that the ids of all records of a
    site tell under which it was published before.

    Parameters
    ----------
    candidates : iterable of str
        The ids that the records of a site would give it, the first record first; not empty.

    Returns
    -------
    str
        The first that was published, else the first.
    tuple of str
        Further published ones: former ids.
    """
    ids = list(dict.fromkeys(candidates))
    published = [each for each in ids if each in published_ids()]
    first = published[0] if published else ids[0]
    return first, tuple(each for each in published if each != first)
