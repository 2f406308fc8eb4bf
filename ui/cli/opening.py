"""What a command opens: the facts, and the user's own data where there are any."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from workspace.left_out import leave_out, take_notice

if TYPE_CHECKING:
    import duckdb

    from scoring.ranking.scenario import Scenario


Opener = Callable[[], "duckdb.DuckDBPyConnection"]
#: What is being opened ahead of its use.
_AHEAD: dict[Opener, Future[duckdb.DuckDBPyConnection]] = {}


def open_ahead(opener: Opener) -> None:
    """Begin to open facts beside what the command still loads; `with_own` waits for them, and says what went wrong.

    Parameters
    ----------
    opener : Opener
        What `with_own` will be given.
    """
    _AHEAD[opener] = ThreadPoolExecutor(1).submit(opener)


@cache
def open_ranking_facts() -> duckdb.DuckDBPyConnection:
    """Return the facts that ranking needs, ready to rank; opened once for the process."""
    from data.facts import RANKING_TABLES, SEARCH_TABLES, open_facts  # noqa: PLC0415 - keeps `orebridge --help` instant
    from scoring.ranking.pipeline import prepare  # noqa: PLC0415

    facts = open_facts(tables=(*RANKING_TABLES, *SEARCH_TABLES))
    prepare(facts)
    return facts


def with_own(scenario: Scenario, otherwise: Opener) -> tuple[duckdb.DuckDBPyConnection, Scenario]:
    """Return facts and scenario with the user's own sites and criteria; the plain facts where there are none.

    While the store cannot be used, what is the user's own does not count, and stderr says so.
    """
    from data.store import StoreError  # noqa: PLC0415

    try:
        user_data_counts = _has_own()
    except StoreError as error:
        leave_out(error)
        user_data_counts = False
    if not user_data_counts:
        return (_AHEAD.pop(otherwise).result() if otherwise in _AHEAD else otherwise()), scenario
    from workspace import session  # noqa: PLC0415

    scenario = replace(scenario, evidence=session.stored_criteria())
    session.ready(scenario)
    return session.facts(), scenario


def _has_own() -> bool:
    """Tell whether the user has sites or criteria of their own, without making a store.

    A store that is open already is asked itself.
    """
    from data.store import FILE, Store, home  # noqa: PLC0415

    if not (home() / FILE).exists():
        return False
    if "workspace.session" in sys.modules:
        from workspace import session  # noqa: PLC0415

        return session.store().has_own()
    with take_notice(Store.open(asks=True)) as store:
        return store.has_own()


@cache
def open_market_facts() -> duckdb.DuckDBPyConnection:
    """Return the facts of markets and trade, and what sites state; opened once for the process."""
    from data.facts import MARKET_TABLES, SITE_TABLES, open_facts  # noqa: PLC0415

    return open_facts(tables=(*MARKET_TABLES, *SITE_TABLES))


@cache
def open_all_facts() -> duckdb.DuckDBPyConnection:
    """Return the whole bundle, ready to rank; opened once for the process."""
    from data.facts import open_facts  # noqa: PLC0415
    from scoring.ranking.pipeline import prepare  # noqa: PLC0415

    facts = open_facts()
    prepare(facts)
    return facts
