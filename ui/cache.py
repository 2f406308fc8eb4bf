"""What all sessions share: the facts, the user's store, and the last rankings. Nothing of one session."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

import duckdb
import pandas as pd

from data.facts import data_version, open_facts, query
from data.own_layers import OwnLayer, sweep
from data.sources import Source, load_sources
from data.store import Store, StoreError
from layers import imports
from layers.catalog import Layer, UnknownLayerError, load_catalog
from scoring import dossier as dossiers
from scoring import firmness as firmnesses
from scoring import sidebyside, workbench
from scoring.desks import TwoDesks, two_desks
from scoring.evidence import OwnCriterion
from scoring.evidence import from_dict as from_dict_evidence
from scoring.facets import Facets, facets
from scoring.firmness import Belief, Firmness
from scoring.frozen import Verdict
from scoring.own import PREFIX, measure_evidence
from scoring.packed import Packed, packed_arrays
from scoring.permitting import Milestones
from scoring.pipeline import prepare, rank
from scoring.scenario import Filters, Scenario, from_dict, from_preset
from scoring.sidebyside import SideBySide
from ui.left_out import leave_out
from ui.own import Own, reader

_OPENING = threading.RLock()
_DRAWING = threading.RLock()
KEPT_RANKINGS = 48
KEPT_FIRMNESS = 8


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
    StoreError
        If it is damaged, or another process holds it.
    """
    with _OPENING:
        return _store()


@cache
def _own() -> Own:
    imports.sweep_quarantine(_store().path.parent)
    sweep(_store())
    return Own(_store(), facts)


def own() -> Own:
    """Return the user's layers, opened once for the process.

    Raises
    ------
    StoreError
        If it is damaged, or another process holds the store.
    """
    with _OPENING:
        return _own()


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


def ready(scenario: Scenario) -> str:
    """See to it that own sites and own criteria are measured; return the revision that the answer holds for."""
    present = revision()
    if present or scenario.evidence or (_own.cache_info().currsize and own().attached):
        own().attach()
        measure_evidence(facts(), store(), scenario.evidence)
    return present


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
    raise UnknownLayerError(layer_id, [*catalogue, *own_ones])


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


def key_of(scenario: Scenario) -> str:
    """Return the scenario as the text that caches and addresses use."""
    return json.dumps(scenario.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=KEPT_RANKINGS)
def _ranking(key: str, revision: str) -> pd.DataFrame:  # noqa: ARG001 - part of the cache's key
    return rank(facts(), from_dict(json.loads(key)))


def ranking(scenario: Scenario) -> pd.DataFrame:
    """Return the ranked sites of a scenario; see `scoring.pipeline.rank`. Do not change the frame: it is shared."""
    return _ranking(key_of(scenario), ready(scenario))


@lru_cache(maxsize=KEPT_RANKINGS)
def _facets(key: str, revision: str) -> Facets:  # noqa: ARG001
    return facets(facts(), from_dict(json.loads(key)))


def facet_counts(scenario: Scenario) -> Facets:
    """Return how many sites each choice of a filter would leave."""
    return _facets(key_of(scenario), ready(scenario))


@lru_cache(maxsize=KEPT_RANKINGS)
def _dossier(key: str, revision: str, site_id: str) -> dict[str, Any]:  # noqa: ARG001
    return dossiers.dossier(facts(), from_dict(json.loads(key)), site_id)


def dossier(scenario: Scenario, site_id: str) -> dict[str, Any]:
    """Return all that is known of a site under a scenario."""
    return _dossier(key_of(scenario), ready(scenario), site_id)


@lru_cache(maxsize=KEPT_FIRMNESS)
def _firmness(key: str, revision: str, belief: Belief, top_k: int) -> Firmness:  # noqa: ARG001
    return firmnesses.firmness(facts(), from_dict(json.loads(key)), belief, top_k=top_k)


def firmness(scenario: Scenario, belief: Belief | None = None, top_k: int = 20) -> Firmness:
    """Return how firm the places of a scenario's list are; see `scoring.firmness`. Do not change its table: it is shared."""
    key, present = key_of(scenario), ready(scenario)
    with _DRAWING:  # page and map ask at once; the second finds what the first made
        return _firmness(key, present, belief or Belief(), top_k)


@lru_cache(maxsize=KEPT_FIRMNESS)
def _packed(key: str, revision: str) -> Packed:  # noqa: ARG001
    return packed_arrays(facts(), from_dict(json.loads(key)))


def packed(scenario: Scenario) -> Packed:
    """Return the vectors of a scenario's list."""
    return _packed(key_of(scenario), ready(scenario))


@lru_cache(maxsize=KEPT_FIRMNESS)
def _desks(key: str, revision: str, rule: str) -> TwoDesks:  # noqa: ARG001
    return two_desks(facts(), from_dict(json.loads(key)), rule)


def desks(scenario: Scenario, rule: str) -> TwoDesks:
    """Return both desks' view of a scenario's list."""
    return _desks(key_of(scenario), ready(scenario), rule)


@lru_cache(maxsize=KEPT_FIRMNESS)
def _side_by_side(key: str, revision: str, site_ids: tuple[str, ...]) -> SideBySide:  # noqa: ARG001
    return sidebyside.side_by_side(facts(), from_dict(json.loads(key)), site_ids)


def side_by_side(scenario: Scenario, site_ids: tuple[str, ...]) -> SideBySide:
    """Return sites side by side; see `scoring.sidebyside`."""
    return _side_by_side(key_of(scenario), ready(scenario), site_ids)


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
    return [row[0] for row in facts().cursor().execute("SELECT DISTINCT iso3 FROM facts.site ORDER BY 1").fetchall()]


def version() -> str:
    """Return the version of the bundled data."""
    return data_version()
