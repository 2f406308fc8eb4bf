"""Whose supply is looked at: the United States, Japan, both, or all partners; the stages of a chain; the vintages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from geo.errors import OrebridgeError

#: Stages of a supply chain in the order of the work -> kinds of site that work at it.
STAGES: Mapping[str, tuple[str, ...]] = {
    "mine": ("mine",),
    "intermediate": ("separation", "refinery"),
    "refined": ("separation", "refinery"),
    "metal": ("refinery",),
    "product": ("derivative",),
}
#: Releases of the Mineral Commodity Summaries, newest first.
VINTAGES = ("2026", "2025", "2024", "2023")


@dataclass(frozen=True, slots=True)
class Desk:
    """Countries whose supply is looked at as one.

    Attributes
    ----------
    id, title, title_ja : str
    blocs : tuple of str
        Of `facts.country`.
    """

    id: str
    title: str
    title_ja: str
    blocs: tuple[str, ...]


DESKS: Mapping[str, Desk] = {
    desk.id: desk
    for desk in (
        Desk("us", "United States", "米国", ("us",)),
        Desk("japan", "Japan", "日本", ("japan",)),
        Desk("joint", "United States and Japan", "日米", ("us", "japan")),
        Desk("partners", "All partners", "すべてのパートナー国", ("us", "japan", "partner")),
    )
}


class UnknownChoiceError(OrebridgeError):
    """A commodity, stage, desk, vintage or measure that is not there.

    Parameters
    ----------
    kind, given : str
        What was to be chosen, and what was given.
    allowed : tuple of str
        What can be.
    """

    def __init__(self, kind: str, given: str, allowed: tuple[str, ...]) -> None:
        self.kind, self.given, self.allowed = kind, given, allowed
        super().__init__(
            "There is no {kind} {given!r} in the market figures; take one of {allowed}.",
            kind=kind,
            given=given,
            allowed=allowed,
        )


def desk_of(desk: str) -> Desk:
    """Return a desk by its id.

    Parameters
    ----------
    desk : str
        A key of `DESKS`.

    Raises
    ------
    UnknownChoiceError
        If there is none of that id.

    Examples
    --------
    >>> desk_of("joint").blocs
    ('us', 'japan')
    """
    if desk not in DESKS:
        raise UnknownChoiceError("desk", desk[:40], tuple(DESKS))
    return DESKS[desk]


def members_of(facts: duckdb.DuckDBPyConnection, desk: Desk) -> frozenset[str]:
    """Return the ISO 3166-1 alpha-3 codes of a desk's countries.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    desk : Desk
    """
    statement = "SELECT iso3 FROM facts.country WHERE bloc IN (SELECT unnest($blocs))"
    return frozenset(iso3 for (iso3,) in facts.cursor().execute(statement, {"blocs": list(desk.blocs)}).fetchall())


def covered_of(facts: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the ISO 3166-1 alpha-3 codes of the covered nations (10 USC 4872).

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    """
    rows = facts.cursor().execute("SELECT iso3 FROM facts.country WHERE covered").fetchall()
    return frozenset(iso3 for (iso3,) in rows)
