"""What a shortlist is and what it may hold: its head, its sites with their notes, and the limits of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from data.texts import is_plain_line, line, prose
from geo.errors import OrebridgeError

DEFAULT = "default"
STATUSES = ("proposed", "under review", "approved", "deferred", "declined")
LONGEST_NOTE, LONGEST_NAME, MOST_TAGS, LONGEST_TAG, LONGEST_ID = 20_000, 120, 20, 60, 200
MOST_SITES, MOST_LAYERS = 20_000, 1_000
#: Years that a date of the next step, of an addition or of a snapshot may lie in: what tables and pages can show.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class WorkspaceError(OrebridgeError):
    """A shortlist or workspace file that does not exist, or a value that cannot be stored."""


@dataclass(frozen=True, slots=True)
class Item:
    """A site on a shortlist.

    Attributes
    ----------
    site_id, note : str
    tags : tuple of str
    status : str
        One of `STATUSES`.
    owner : str
        Who follows it up; empty: nobody yet.
    due : str
        ISO date of the next step; empty: none set.
    added_at : str
        ISO time, UTC.
    """

    site_id: str
    note: str = ""
    tags: tuple[str, ...] = ()
    status: str = STATUSES[0]
    owner: str = ""
    due: str = ""
    added_at: str = ""


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A shortlist: its head and its items.

    Attributes
    ----------
    name, question : str
        question: what it is to answer; empty: not said.
    scenario : dict or None
        `scoring.ranking.scenario.Scenario.as_dict`; None: none kept, it is ranked by the weights in force.
    layers : dict
        Layer id -> (visible, opacity) where they differ from the catalogue.
    data_version : str
        Of the bundle when the scenario was kept; empty: none kept.
    items : tuple of Item
        In the order in which they were added.
    """

    name: str
    question: str = ""
    scenario: dict[str, Any] | None = None
    layers: dict[str, tuple[bool, float]] = field(default_factory=dict)
    data_version: str = ""
    items: tuple[Item, ...] = ()

    @property
    def site_ids(self) -> list[str]:
        """Return the ids of its sites in the order in which they were added."""
        return [item.site_id for item in self.items]


def check_head(head: Mapping[str, Any]) -> None:
    """Raise if the head of a shortlist cannot be stored.

    Parameters
    ----------
    head : Mapping[str, Any]
        Columns of the list itself: question, desks, scenario.

    Raises
    ------
    WorkspaceError
    """
    name = head["name"]
    if not name.strip() or len(name) > LONGEST_NAME or not is_plain_line(name):
        raise WorkspaceError(
            "{name!r} cannot be the name of a shortlist; take 1 to {longest} printable characters.",
            name=name[:40],
            longest=LONGEST_NAME,
        )
    if len(head["question"]) > LONGEST_NOTE:
        raise WorkspaceError(
            "The question has {count} characters; {longest_note} are the most.",
            count=len(head["question"]),
            longest_note=LONGEST_NOTE,
        )


def check_item(item: Item) -> None:
    """Raise if an item of a shortlist cannot be stored.

    Parameters
    ----------
    item : Item
        A site of the list with its note.

    Raises
    ------
    WorkspaceError
        Which field, and what is allowed.
    """
    if not item.site_id.strip() or len(item.site_id) > LONGEST_ID or not is_plain_line(item.site_id):
        raise WorkspaceError(
            "{site!r} cannot be the id of a site; ids have 1 to {longest} printable characters.",
            site=item.site_id[:40],
            longest=LONGEST_ID,
        )
    if item.status not in STATUSES:
        raise WorkspaceError(
            "{site}: no status is called {status!r}; choose {statuses}.",
            site=item.site_id,
            status=item.status,
            statuses=STATUSES,
        )
    if item.due and not _is_date(item.due):
        raise WorkspaceError(
            "{site}: {due!r} is no date; write for example 2026-04-26 ({first} to {last}).",
            site=item.site_id,
            due=item.due[:40],
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    if len(item.note) > LONGEST_NOTE or len(item.owner) > LONGEST_NAME:
        raise WorkspaceError(
            "{site}: a note takes {longest_note} characters, an owner {longest}; shorten it.",
            site=item.site_id,
            longest_note=LONGEST_NOTE,
            longest=LONGEST_NAME,
        )
    _check_tags(item)


def _check_tags(item: Item) -> None:
    if len(item.tags) > MOST_TAGS or any(not tag or len(tag) > LONGEST_TAG for tag in item.tags):
        raise WorkspaceError(
            "{site}: up to {most} tags of 1 to {longest} characters; take some away.",
            site=item.site_id,
            most=MOST_TAGS,
            longest=LONGEST_TAG,
        )


def plain_item(item: Item) -> Item:
    """Return an item whose texts hold no character that steers a terminal or breaks a file.

    See `data.texts`.

    Parameters
    ----------
    item : Item
        A site of the list with its note.
    """
    return replace(item, note=prose(item.note), tags=tuple(line(tag) for tag in item.tags), owner=line(item.owner))


def moment(text: str) -> datetime:
    """Return an ISO time as UTC; one without a zone is UTC.

    Parameters
    ----------
    text : str
        As the user gave it.

    Raises
    ------
    ValueError
        If it is no time from 1900 to 2199.
    """
    try:
        instant = datetime.fromisoformat(text)
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(text)
    return instant


def _is_date(text: str) -> bool:
    try:
        return (
            len(text) == 10 and text[4] == text[7] == "-" and FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR
        )
    except ValueError:
        return False
