"""What all sessions share: the facts, the user's store, and the last rankings. Nothing of one session."""

from __future__ import annotations

import json
import threading
from functools import cache, lru_cache
from typing import Any

import duckdb
import pandas as pd

from data.facts import data_version, open_facts, query
from data.store import Store
from scoring import dossier as dossiers
from scoring.facets import Facets, facets
from scoring.pipeline import prepare, rank
from scoring.scenario import Scenario, from_dict, from_preset

_OPENING = threading.Lock()
KEPT_RANKINGS = 48


@cache
def _facts() -> duckdb.DuckDBPyConnection:
    facts = open_facts()
    prepare(facts)
    return facts


def facts() -> duckdb.DuckDBPyConnection:
    """Return the bundle, opened once for the process; take a cursor for each call."""
    with _OPENING:
        return _facts()


@cache
def _store() -> Store:
    return Store.open()


def store() -> Store:
    """Return the user's store, opened once for the process.

    Raises
    ------
    StoreBusyError
        If another process holds it.
    """
    with _OPENING:
        return _store()


def key_of(scenario: Scenario) -> str:
    """Return the scenario as the text that caches and addresses use."""
    return json.dumps(scenario.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=KEPT_RANKINGS)
def _ranking(key: str) -> pd.DataFrame:
    return rank(facts(), from_dict(json.loads(key)))


def ranking(scenario: Scenario) -> pd.DataFrame:
    """Return the ranked sites of a scenario; see `scoring.pipeline.rank`. Do not change the frame: it is shared."""
    return _ranking(key_of(scenario))


@lru_cache(maxsize=KEPT_RANKINGS)
def _facets(key: str) -> Facets:
    return facets(facts(), from_dict(json.loads(key)))


def facet_counts(scenario: Scenario) -> Facets:
    """Return how many sites each choice of a filter would leave."""
    return _facets(key_of(scenario))


@lru_cache(maxsize=KEPT_RANKINGS)
def _dossier(key: str, site_id: str) -> dict[str, Any]:
    return dossiers.dossier(facts(), from_dict(json.loads(key)), site_id)


def dossier(scenario: Scenario, site_id: str) -> dict[str, Any]:
    """Return all that is known of a site under a scenario."""
    return _dossier(key_of(scenario), site_id)


def warm() -> None:
    """Open the facts, rank by the default scenario and count its facets, so that the first visitor does not wait for it."""
    scenario = from_preset()
    dossier(scenario, str(ranking(scenario).iloc[0]["site_id"]))
    facet_counts(scenario)
    commodity_table()


def close() -> None:
    """Let go of the store, if it was opened."""
    if _store.cache_info().currsize:
        _store().close()
        _store.cache_clear()


@cache
def commodity_table() -> pd.DataFrame:
    """Return the commodities with names, lists and how many sites list each."""
    return facts().cursor().execute(query("commodities")).df()


@cache
def commodity_names() -> dict[str, str]:
    """Return commodity id -> Japanese name."""
    table = commodity_table()
    return dict(zip(table["commodity_id"], table["name_ja"], strict=True))


@cache
def country_codes() -> dict[str, str]:
    """Return alpha-3 -> alpha-2."""
    return dict(facts().cursor().execute("SELECT iso3, iso2 FROM facts.country").fetchall())


@cache
def site_countries() -> list[str]:
    """Return the alpha-3 codes of all countries with a site."""
    return [row[0] for row in facts().cursor().execute("SELECT DISTINCT iso3 FROM facts.site ORDER BY 1").fetchall()]


def version() -> str:
    """Return the version of the bundled data."""
    return data_version()
