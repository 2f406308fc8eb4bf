"""The facts, the user's store and the latest rankings, shared by all sessions of the process.

Reading them measures nothing.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import cache

import duckdb

from data.facts import open_facts
from data.store import Store, StoreError, home
from data.store_lending import Lender
from data.user_layers import UserLayer, sweep
from layers import quarantine
from scoring.criteria.user_criterion import UserCriterion
from scoring.criteria.user_criterion import from_dict as criterion_from
from scoring.permitting.outlook import Milestones
from scoring.ranking.pipeline import prepare
from scoring.ranking.scenario import Scenario
from workspace.left_out import leave_out, take_notice
from workspace.user_layers import UserData, reader

_OPENING = threading.RLock()
_RENEWING = threading.RLock()
_LENDERS: list[Lender] = []
LONGEST_ID = 60


@cache
def _facts() -> duckdb.DuckDBPyConnection:
    facts = open_facts()
    prepare(facts)
    return facts


def _open() -> bool:
    return bool(_facts.cache_info().currsize)


def facts() -> duckdb.DuckDBPyConnection:
    """Return the bundle with the user's data attached, opened once per process.

    Take a cursor for each call.
    """
    with _OPENING:
        fresh = not _open()
        opened = _facts()
    if fresh and _own.cache_info().currsize:
        _own().attach()
    return opened


@cache
def _store() -> Store:
    return take_notice(Store.open(asks=not _LENDERS))


def lend_on_request() -> None:
    """Let commands have the store while this process serves: it is lent when they ask, and taken back afterwards."""
    _LENDERS.append(Lender(home(), _lend))
    _LENDERS[-1].start()


def _lend() -> bool:
    with _OPENING:
        return not _store.cache_info().currsize or _store().lend()


def store() -> Store:
    """Return the user's store, opened once per process.

    Raises
    ------
    StoreError
        If it is damaged, or another process holds it.
    """
    with _OPENING:
        return _store()


@cache
def _own() -> UserData:
    if not _store().read_only:
        quarantine.sweep(_store().path.parent)
        sweep(_store())
    return UserData(_store(), facts, _open)


def own() -> UserData:
    """Return the user's layers, opened once per process.

    Raises
    ------
    StoreError
        If it is damaged, or another process holds the store.
    """
    with _OPENING:
        fresh = not _own.cache_info().currsize
        opened = _own()
    if fresh and _open():
        opened.attach()
    else:
        with _RENEWING:  # who comes second waits until what another process wrote is read
            if _store().changed_elsewhere():
                opened.renew()
    return opened


def stored_layers() -> tuple[UserLayer, ...]:
    """Return the user layers in use; none while the store is unavailable."""
    try:
        return own().layers
    except StoreError as error:
        leave_out(error)
        return ()


def stored_criteria() -> tuple[UserCriterion, ...]:
    """Return the user-defined criteria whose layers are in use; none while the store is unavailable."""
    try:
        return tuple(criterion_from(values) for values in store().criteria())
    except StoreError as error:
        leave_out(error)
        return ()


def revision() -> str:
    """Return a key of what rankings depend on besides their scenario: the user's sites.

    Empty without a store or without own sites.
    """
    try:
        return own().revision
    except StoreError as error:
        leave_out(error)
        return ""


def state() -> int:
    """Return a number that changes with the facts; results of an earlier state are outdated.

    0: the facts alone; -1: the store is unavailable, and what it had beside the facts before may still be there.
    """
    try:
        return own().state
    except StoreError:
        return -1


def ready(scenario: Scenario) -> None:
    """Measure the criteria of a scenario from an address, a shortlist or a file. Reading a list never measures.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.

    Raises
    ------
    EvidenceError
        If one of them cannot be measured on its layer.
    """
    beside()
    if scenario.evidence:
        own().measure(scenario.evidence)


def new_day() -> None:
    """Measure again what depends on the date, once the day has changed."""
    if _facts.cache_info().currsize and _own.cache_info().currsize and _own().stale:
        _own().attach()


def beside() -> duckdb.DuckDBPyConnection:
    """Return the facts with the user's data attached; without them while the store is unavailable."""
    with suppress(StoreError):
        own()
    return facts()


def told(site_id: str) -> Milestones | None:
    """Return the permitting milestones of a site; None if there are none or the store is unavailable.

    Parameters
    ----------
    site_id : str
        Id of the site.
    """
    try:
        return own().milestones(site_id)
    except StoreError as error:
        leave_out(error)
        return None


def all_told() -> dict[str, Milestones]:
    """Return the permitting milestones of all sites; none while the store is unavailable."""
    try:
        return {site_id: Milestones(**values) for site_id, values in store().milestones().items()}
    except StoreError as error:
        leave_out(error)
        return {}


def close() -> None:
    """Close the store, if it was opened, and lend it no more."""
    reader().close()
    while _LENDERS:
        _LENDERS.pop().stop()
    with _OPENING:  # a store that is being opened is let go of once it is open
        if _store.cache_info().currsize:
            _own.cache_clear()
            _store().close()
            _store.cache_clear()
