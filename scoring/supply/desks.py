"""Whose supply is looked at: the United States, Japan, both, or all partners; the stages of a chain; the vintages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import OrebridgeError

if TYPE_CHECKING:
    import duckdb

#: Stages of a supply chain in the order of the work -> kinds of site that work at it.
STAGES: Mapping[str, tuple[str, ...]] = {
    "mine": ("mine",),
    "intermediate": ("separation", "refinery"),
    "refined": ("separation", "refinery"),
    "metal": ("refinery",),
    "product": ("derivative",),
}
#: Whose supply is shown where nobody chose.
DEFAULT_DESK = "us"
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
    """A commodity, stage, desk or vintage that is not there.

    Parameters
    ----------
    option, given : str
        Name of the choice, and what was given.
    allowed : list of str
        What can be.
    """

    def __init__(self, option: str, given: str, allowed: list[str]) -> None:
        self.option, self.given, self.allowed = option, given, allowed
        super().__init__(
            "{option} {given!r} is not there; take one of {allowed}.",
            option=option,
            given=given[:40],
            allowed=allowed,
        )


class NoFiguresError(OrebridgeError):
    """A stage at which no publication counts a commodity.

    Parameters
    ----------
    commodity, stage : str
        What was asked for.
    known : list of str
        Stages with figures.
    """

    def __init__(self, commodity: str, stage: str, known: list[str]) -> None:
        self.commodity, self.stage, self.known = commodity, stage, known
        super().__init__(
            "No publication counts {commodity} at the stage {stage}; there are figures at {known}.",
            commodity=commodity,
            stage=stage,
            known=known,
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
        raise UnknownChoiceError("desk", desk, list(DESKS))
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
