"""Ranks of commodities by other publications, as cited facts beside the measures of Supply."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("published_ranks.toml")


@dataclass(frozen=True, slots=True)
class PublishedRank:
    """The rank that a publication gives a commodity.

    Attributes
    ----------
    publication, title, title_ja : str
        Id and titles.
    measure, measure_ja : str
        What it ranks by.
    rank, of : int
        From 1, of so many.
    page, doi : str
        The page that says the rank, and the publication itself.
    as_of, retrieved : str
        Date of the page, and of the look-up.
    """

    publication: str
    title: str
    title_ja: str
    measure: str
    measure_ja: str
    rank: int
    of: int
    page: str
    doi: str
    as_of: str
    retrieved: str


@cache
def _publications() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(FILE.read_text(encoding="utf-8"))["publication"])


def ranked_commodities() -> frozenset[str]:
    """Return the commodities of which any publication gives a rank."""
    return frozenset(name for each in _publications() for name in each["ranks"])


def ranks_of(commodity: str) -> tuple[PublishedRank, ...]:
    """Return the ranks of a commodity; none: no page that could be read says one, which is no low rank.

    Parameters
    ----------
    commodity : str

    Examples
    --------
    >>> [(each.rank, each.of, each.publication) for each in ranks_of("gallium")]
    [(6, 84, 'usgs_ofr_2025_1047')]
    >>> ranks_of("lithium")
    ()
    """
    return tuple(
        PublishedRank(
            each["id"],
            each["title"],
            each["title_ja"],
            each["measure"],
            each["measure_ja"],
            each["ranks"].index(commodity) + 1,
            each["of"],
            each["page"],
            each["doi"],
            each["as_of"],
            each["retrieved"],
        )
        for each in _publications()
        if commodity in each["ranks"]
    )
