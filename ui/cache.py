"""What all sessions share: the facts, the user's store, and the last rankings. Nothing of one session. Reading it measures nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

import duckdb
import pandas as pd

from data.facts import data_version, open_facts, query
from data.own_layers import OwnLayer, sweep
from data.sources import Source, load_sources
from data.store import Store, StoreError
from layers import quarantine
from layers.catalog import Layer, UnknownLayerError, load_catalog
from scoring import workbench
from scoring.desks import TwoDesks
from scoring.evidence import OwnCriterion
from scoring.evidence import from_dict as from_dict_evidence
from scoring.facets import Facets
from scoring.firmness import Belief, Firmness
from scoring.frozen import Verdict
from scoring.own import PREFIX
from scoring.packed import Packed
from scoring.permitting import Milestones
from scoring.pipeline import prepare
from scoring.scenario import Filters, Scenario, from_preset
from scoring.sidebyside import SideBySide
from scoring.view import View
from ui.left_out import leave_out, take_notice
from ui.own import Own, reader

_OPENING = threading.RLock()
LONGEST_ID = 60


@cache
def _facts() -> duckdb.DuckDBPyConnection:
    facts = open_facts()
    prepare(facts)
    return facts


def _open() -> bool:
    return bool(_facts.cache_info().currsize)


def facts() -> duckdb.DuckDBPyConnection:
    """Return the bundle with what is the user's own beside it, opened once for the process; take a cursor for each call."""
    with _OPENING:
        fresh = not _open()
        opened = _facts()
    if fresh and _own.cache_info().currsize:
        _own().attach()
    return opened


@cache
def _store() -> Store:
    return take_notice(Store.open())


def store() -> Store:
    """Return the user's store, opened once for the process.

    Raises
    ------
    StoreError
        If it is damaged, or another process holds it.
    """
    with _OPENING:
        return _store()


@cache
def _own() -> Own:
    if not _store().read_only:
        quarantine.sweep(_store().path.parent)
        sweep(_store())
    return Own(_store(), facts, _open)


def own() -> Own:
    """Return the user's layers, opened once for the process.

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
    return opened


def own_layers() -> tuple[OwnLayer, ...]:
    """Return the user's layers in use; none while the store cannot be used."""
    try:
        return own().layers
    except StoreError as error:
        leave_out(error)
        return ()


def own_criteria() -> tuple[OwnCriterion, ...]:
    """Return the criteria of the user's own whose layers are in use; none while the store cannot be used."""
    try:
        return tuple(from_dict_evidence(each) for each in store().criteria())
    except StoreError as error:
        leave_out(error)
        return ()


def revision() -> str:
    """Return what rankings depend on besides their scenario: the user's own sites; empty without a store or without own sites."""
    try:
        return own().revision
    except StoreError as error:
        leave_out(error)
        return ""


def state() -> int:
    """Return a number that changes whenever the facts do: what was computed of another state does not hold."""
    try:
        return own().state
    except StoreError:
        return 0


def ready(scenario: Scenario) -> None:
    """Measure the criteria that a scenario brings from outside: an address, a shortlist, a file. Lists are read without it.

    Raises
    ------
    EvidenceError
        If one of them cannot be measured on its layer.
    """
    _beside()
    if scenario.evidence:
        own().measure(scenario.evidence)


def new_day() -> None:
    """Measure anew what depends on the date, once the day has changed."""
    if _facts.cache_info().currsize and _own.cache_info().currsize and _own().stale:
        _own().attach()


def map_layers() -> tuple[Layer, ...]:
    """Return the layers of the map: the catalogue's, and the user's own while the store can be used."""
    try:
        return (*load_catalog().values(), *own().map_layers())
    except StoreError as error:
        leave_out(error)
        return tuple(load_catalog().values())


def map_layer(layer_id: str) -> Layer:
    """Return a layer of the map.

    Raises
    ------
    UnknownLayerError
        If there is none of that id, or not any more.
    """
    catalogue = load_catalog()
    if layer_id in catalogue:
        return catalogue[layer_id]
    own_ones = {layer.id: layer for layer in own().map_layers()}
    if layer_id in own_ones:
        return own_ones[layer_id]
    raise UnknownLayerError(layer_id[:LONGEST_ID], list(catalogue))


def sources() -> Mapping[str, Source]:
    """Return the register of sources, with the user's own layers while the store can be used."""
    try:
        return own().sources()
    except StoreError as error:
        leave_out(error)
        return load_sources()


def source(source_id: str) -> Source | None:
    """Return a source by id, the user's own layers too; None where nobody registered it."""
    return sources().get(source_id) if source_id.startswith(PREFIX) else load_sources().get(source_id)


def _beside() -> duckdb.DuckDBPyConnection:
    """Return the facts once the user's own stands beside them; without it while the store cannot be used."""
    with suppress(StoreError):
        own()
    return facts()


VIEW = View(_beside, state)


def ranking(scenario: Scenario) -> pd.DataFrame:
    """Return the ranked sites of a scenario, without contributions. Do not change the frame: it is shared."""
    return VIEW.ranking(scenario)


def facet_counts(scenario: Scenario) -> Facets:
    """Return how many sites each choice of a filter would leave."""
    return VIEW.facet_counts(scenario)


def dossier(scenario: Scenario, site_id: str) -> dict[str, Any]:
    """Return all that is known of a site under a scenario."""
    return VIEW.dossier(scenario, site_id)


def firmness(scenario: Scenario, belief: Belief | None = None, top_k: int = 20) -> Firmness:
    """Return how firm the places of a scenario's list are; see `scoring.firmness`. Do not change its table: it is shared."""
    return VIEW.firmness(scenario, belief or Belief(), top_k)


def packed(scenario: Scenario) -> Packed:
    """Return the vectors of a scenario's list."""
    return VIEW.packed(scenario)


def desks(scenario: Scenario, rule: str) -> TwoDesks:
    """Return both desks' view of a scenario's list."""
    return VIEW.desks(scenario, rule)


def side_by_side(scenario: Scenario, site_ids: tuple[str, ...]) -> SideBySide:
    """Return sites side by side; see `scoring.sidebyside`."""
    return VIEW.side_by_side(scenario, site_ids)


def everything(scenario: Scenario) -> Scenario:
    """Return the scenario without filters: all sites of its commodity."""
    return replace(scenario, filters=Filters())


def told(site_id: str) -> Milestones | None:
    """Return what the user told of the permits of a site; None where nothing, or while the store cannot be used."""
    try:
        return own().milestones(site_id)
    except StoreError as error:
        leave_out(error)
        return None


@lru_cache(maxsize=64)
def verdict(snapshot_id: str) -> Verdict:
    """Return whether a snapshot of the store computes to the same numbers; a snapshot never changes, so once is enough."""
    return workbench.opened(store(), snapshot_id)[1]


def names(site_ids: tuple[str, ...]) -> dict[str, str]:
    """Return site id -> name of those that are there."""
    return workbench.named(facts(), list(site_ids))


def all_told() -> dict[str, Milestones]:
    """Return what the user told of permits, by site; nothing while the store cannot be used."""
    try:
        return {site_id: Milestones(**told) for site_id, told in store().milestones().items()}
    except StoreError as error:
        leave_out(error)
        return {}


def warm() -> None:
    """Open the facts, rank by the default scenario and count its facets, so that the first visitor does not wait for it."""
    scenario = from_preset()
    dossier(scenario, str(ranking(scenario).iloc[0]["site_id"]))
    facet_counts(scenario)
    commodity_table()


def close() -> None:
    """Let go of the store, if it was opened."""
    reader().close()
    with _OPENING:  # a store that is being opened is let go of once it is open
        if _store.cache_info().currsize:
            _own.cache_clear()
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


def site_countries() -> list[str]:
    """Return the alpha-3 codes of all countries with a site."""
    return _site_countries(revision())


@lru_cache(maxsize=2)
def _site_countries(revision: str) -> list[str]:  # noqa: ARG001
    return [row[0] for row in facts().cursor().execute("SELECT DISTINCT iso3 FROM combined.site ORDER BY 1").fetchall()]


def version() -> str:
    """Return the version of the bundled data."""
    return data_version()
