"""Facts that the user states of sites, in the store: added and removed in batches, each of which can be undone.

A fact replaces what the user stated earlier of the same attribute and commodity of the site.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import duckdb

from data.sql import records, sql
from data.store import Store
from data.store_cursor import StoreCursor
from geo.errors import OrebridgeError

#: Sources of the user's facts: this and eight hex digits of title and address.
PREFIX = "own:fact:"


class FactError(OrebridgeError):
    """A fact that is not there."""


@dataclass(frozen=True, slots=True)
class UserFact:
    """One value for one attribute of a site, with who says so and when.

    Attributes
    ----------
    site_id, attribute : str
        An id of the facts, and one of `data.fact_attributes`.
    commodity : str
        Commodity id; empty: the attribute is of the site.
    value, low, high : float or None
        Numbers in `unit`; None: not stated, or the fact is words.
    text : str
        Word, name of the owner, chemical basis of a grade, year.
    country : str
        Of an owner: ISO 3166-1 alpha-3 of the country of the ultimate parent; empty: not stated.
    as_of : str
        ISO date, month or year.
    source_title, source_url : str
        Who says so, and an http(s) address or the reference of a document.
    """

    site_id: str
    attribute: str
    commodity: str = ""
    value: float | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""
    country: str = ""
    as_of: str = ""
    source_title: str = ""
    source_url: str = ""
    note: str = ""

    @property
    def subject(self) -> tuple[str, str, str]:
        """What it speaks of: site, attribute and commodity."""
        return self.site_id, self.attribute, self.commodity

    @property
    def source_id(self) -> str:
        """Id of its source in the register."""
        return PREFIX + hashlib.sha256(f"{self.source_title}\n{self.source_url}".encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class StoredFact(UserFact):
    """A fact of the store.

    Attributes
    ----------
    fact_id : str
    owner : str
        User who added it.
    added_at : str
        ISO time, UTC.
    """

    fact_id: str = ""
    owner: str = ""
    added_at: str = ""


@dataclass(frozen=True, slots=True)
class FactBatch:
    """What was added or removed at once: ``add`` or ``remove``, from which file, how many facts."""

    batch: int
    action: str
    file_name: str
    facts: int


def stored_facts(store: Store) -> tuple[StoredFact, ...]:
    """Return the facts that stand, by site, attribute and commodity. Binds nothing.

    Parameters
    ----------
    store : Store
        The user's store.
    """
    return tuple(StoredFact(**row) for row in records(store.cursor().execute(sql("data/queries/user_facts.sql"))))


def add(store: Store, facts: Sequence[UserFact], file_name: str = "") -> int:
    """Add facts in one batch and return how many earlier ones of the user they replace.

    Several facts of one subject (the owners of a site) stand together if they come in one batch.

    Parameters
    ----------
    store : Store
        The user's store.
    facts : sequence of UserFact
        As `data.fact_rows` checked them.
    file_name : str, optional
        Where they came from.
    """
    subjects = {fact.subject for fact in facts}
    earlier = [fact.fact_id for fact in stored_facts(store) if fact.subject in subjects]
    with store.write("add facts", f"{len(facts)} {file_name}".strip()) as cursor:
        batch = _new_batch(cursor, store, "add", file_name, len(facts))
        _mark(cursor, earlier, batch)
        for fact in dict.fromkeys(facts):
            row = {**asdict(fact), "fact_id": _fact_id(fact, batch), "batch": batch, "owner": store.user}
            cursor.execute(sql("data/queries/insert_user_fact.sql"), {**row, "at": datetime.now(UTC)})
    return len(earlier)


def remove(store: Store, fact_ids: Sequence[str]) -> None:
    """Take facts out of use in one batch; what the sources say counts again.

    Parameters
    ----------
    store : Store
        The user's store.
    fact_ids : sequence of str
        Ids of facts that stand.

    Raises
    ------
    FactError
        If one of them does not stand.
    """
    standing = {fact.fact_id for fact in stored_facts(store)}
    for fact_id in fact_ids:
        if fact_id not in standing:
            raise FactError("There is no fact {fact!r} of yours; `orebridge facts list` shows them.", fact=fact_id)
    with store.write("remove facts", ", ".join(fact_ids)[:200]) as cursor:
        _mark(cursor, fact_ids, _new_batch(cursor, store, "remove", "", len(fact_ids)))


def undo(store: Store) -> FactBatch | None:
    """Undo the newest batch, as if it had never been, and return it; None where there is none.

    Parameters
    ----------
    store : Store
        The user's store.
    """
    newest = last_batch(store)
    if newest is None:
        return None
    with store.write("undo facts", str(newest.batch)) as cursor:
        for statement in duckdb.extract_statements(sql("data/queries/undo_user_facts.sql")):
            cursor.execute(statement, {"batch": newest.batch})
    return newest


def last_batch(store: Store) -> FactBatch | None:
    """Return the newest batch; None where there is none. Binds nothing.

    Parameters
    ----------
    store : Store
        The user's store.
    """
    rows = records(store.cursor().execute(sql("data/queries/last_fact_batch.sql")))
    return FactBatch(**rows[0]) if rows else None


def _new_batch(cursor: StoreCursor, store: Store, action: str, file_name: str, facts: int) -> int:
    values = {"action": action, "file_name": file_name, "facts": facts, "actor": store.user, "at": datetime.now(UTC)}
    row = cursor.execute(sql("data/queries/insert_fact_batch.sql"), values).fetchone()
    return int(row[0]) if row else 0


def _mark(cursor: StoreCursor, fact_ids: Sequence[str], batch: int) -> None:
    """Mark facts as removed by a batch."""
    cursor.execute(
        "UPDATE own_fact SET removed_by = $batch WHERE list_contains($ids, fact_id)",
        {"batch": batch, "ids": list(fact_ids)},
    )


def _fact_id(fact: UserFact, batch: int) -> str:
    content: list[Any] = [batch, *(getattr(fact, field.name) for field in fields(UserFact))]
    return "f" + hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:9]
