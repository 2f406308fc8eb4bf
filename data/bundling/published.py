"""Ids of sites that were published once: a site keeps its id, and is found under the ids that it has swallowed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from data.vocabulary import CURATED

PUBLISHED = "published_ids.csv"


@cache
def published_ids() -> frozenset[str]:
    """Return every id that a version of the bundle has had, from `data/curated/published_ids.csv`."""
    return frozenset(pd.read_csv(CURATED / PUBLISHED, dtype=str, keep_default_na=False)["site_id"])


def publish(bundle: Path) -> None:
    """Add the ids of a bundle to those that were published; a later build finds its sites under them.

    Parameters
    ----------
    bundle : Path
        Folder with ``site.parquet``; without it nothing is added.
    """
    sites = bundle / "site.parquet"
    if sites.exists():
        ids = published_ids().union(pq.read_table(sites, columns=["site_id"])["site_id"].to_pylist())
        pd.DataFrame({"site_id": sorted(ids)}).to_csv(CURATED / PUBLISHED, index=False, lineterminator="\n")
        published_ids.cache_clear()


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
