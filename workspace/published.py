"""What others may read over the API: the bundle, and those user data that the owner shared and the deployer opened.

The facts of the API never hold a private site, layer, milestone or criterion: they are a database of their own as soon
as anything of the user's own was put beside the facts of the app. So no rank, count or neighbour can tell of what is
left out.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import replace
from functools import cache

import duckdb

from data.facts import open_facts
from data.sources import Source, load_sources
from data.store import StoreError
from data.user_layers import UserLayer, UserSites, user_sites
from layers.catalog import Layer, load_catalog
from layers.styling import UserMapLayer
from scoring.criteria.user_criterion import UserCriterion
from scoring.ranking.pipeline import prepare
from scoring.ranking.scenario import Scenario
from workspace import attach, rankings, reference, session
from workspace.ranking_cache import RankingCache

#: What the deployer opens, separated by commas: ``shared`` (layers and sites that are marked shared), ``shortlists``.
#: Else nothing is.
SETTING = "OREBRIDGE_API_OWN_DATA"
_ATTACHING = threading.Lock()


@cache
def _facts() -> duckdb.DuckDBPyConnection:
    opened = open_facts()
    prepare(opened)
    return opened


class _Attached:
    """Which layers stand beside the facts of the API, and a number that changes with them."""

    key: tuple[str, ...] = ()
    state = 0


def is_open(what: str) -> bool:
    """Tell whether the deployer opened the API for a part of the users' own data: ``shared`` or ``shortlists``.

    Parameters
    ----------
    what : str
        What is asked for, in words.
    """
    return what in (word.strip().lower() for word in os.environ.get(SETTING, "").split(","))


def shared_layers() -> tuple[UserLayer, ...]:
    """Return the user's layers that are served.

    Marked shared by their owner, where the deployer opened the API for such.
    """
    if not is_open("shared"):
        return ()
    return tuple(layer for layer in session.stored_layers() if layer.confidentiality == "shared")


def map_layers() -> tuple[Layer, ...]:
    """Return the layers that are served.

    Those of the catalogue that are bundled, and the user's that `own_layers` names.
    """
    ids = {layer.layer_id for layer in shared_layers()}
    own = [layer for layer in reference.map_layers() if isinstance(layer, UserMapLayer) and layer.id in ids]
    return (*(layer for layer in load_catalog().values() if layer.path.exists()), *own)


def sources() -> dict[str, Source]:
    """Return the register of sources without those of the user's layers that are not served."""
    return {**load_sources(), **{attach.PREFIX + layer.layer_id: attach.source_of(layer) for layer in shared_layers()}}


def evidence() -> tuple[UserCriterion, ...]:
    """Return the user's criteria on layers that are served."""
    ids = {layer.layer_id for layer in shared_layers()}
    return tuple(own for own in session.stored_criteria() if own.layer_id in ids) if ids else ()


def without_private(scenario: Scenario) -> Scenario:
    """Return a scenario without the criteria on layers that are not served.

    Of all criteria that are left out, grade counts alone.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    """
    ids = {layer.layer_id for layer in shared_layers()}
    kept = tuple(own for own in scenario.evidence if own.layer_id in ids)
    weighed = sum(scenario.weights.values()) + sum(own.weight for own in kept)
    return replace(scenario, evidence=kept, weights=scenario.weights if weighed else {"grade": 1.0})


def view() -> RankingCache:
    """Return the rankings that the API answers from. Call `holds` after an answer is made."""
    return rankings.VIEW if _untouched() else _VIEW


def holds(view: RankingCache) -> bool:
    """Return whether a view held no private data while it was in use."""
    return view is _VIEW or _untouched()


def _untouched() -> bool:
    try:
        return not session.own().touched
    except StoreError:
        return True


def _attached() -> duckdb.DuckDBPyConnection:
    """Return the facts of the API with the sites and criteria that are served beside them."""
    facts, layers = _facts(), shared_layers()
    criteria = evidence()
    sites = sorted(f"{layer.layer_id} {layer.imported_at}" for layer in layers if layer.role == "sites")
    with _ATTACHING, suppress(StoreError):
        if tuple(sites) != _Attached.key:
            attach.attach_sites(facts, _served_sites({layer.layer_id for layer in layers}))
            _Attached.key, _Attached.state = tuple(sites), _Attached.state + 1
        if criteria:
            attach.measure_evidence(facts, session.store(), criteria)
    return facts


def _served_sites(ids: set[str]) -> UserSites:
    every = user_sites(session.store())
    sites = [site for site in every.sites if site["layer_id"] in ids]
    known = {site["site_id"] for site in sites}
    return UserSites(sites, [claim for claim in every.claims if claim["site_id"] in known])


def _state() -> int:
    _attached()
    return _Attached.state


_VIEW = RankingCache(_attached, _state)
