"""Names and codes of commodities, countries, layers and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import pandas as pd

from data.facts import data_version
from data.sources import Source, load_sources
from data.sql import sql
from data.store import StoreError
from layers.catalog import Layer, UnknownLayerError, load_catalog
from workspace import snapshots
from workspace.attach import PREFIX
from workspace.left_out import leave_out
from workspace.session import LONGEST_ID, facts, own, revision


def map_layers() -> tuple[Layer, ...]:
    """Return the layers of the map: the catalogue's, and the user's own while the store can be used."""
    try:
        return (*load_catalog().values(), *own().map_layers(), *_surfaces())
    except StoreError as error:
        leave_out(error)
        return tuple(load_catalog().values())


def _surfaces() -> tuple[Layer, ...]:
    """Return the surfaces of the user's prospectivity studies."""
    from workspace import study_layers  # noqa: PLC0415 - slow to import, and names are read before a map is drawn

    return study_layers.map_layers()


def map_layer(layer_id: str) -> Layer:
    """Return a layer of the map.

    Parameters
    ----------
    layer_id : str
        Id of a layer in the store.

    Raises
    ------
    UnknownLayerError
        If there is none of that id, or not any more.
    """
    catalogue = load_catalog()
    if layer_id in catalogue:
        return catalogue[layer_id]
    by_id = {layer.id: layer for layer in (*own().map_layers(), *_surfaces())}
    if layer_id in by_id:
        return by_id[layer_id]
    raise UnknownLayerError(layer_id[:LONGEST_ID], list(catalogue))


def sources() -> Mapping[str, Source]:
    """Return the register of sources, with the user's own layers while the store can be used."""
    try:
        return own().sources()
    except StoreError as error:
        leave_out(error)
        return load_sources()


def source(source_id: str) -> Source | None:
    """Return a source by id, the user's own layers too; None where nobody registered it.

    Parameters
    ----------
    source_id : str
        Key of `data/sources.toml`, or of a user layer.
    """
    return sources().get(source_id) if source_id.startswith(PREFIX) else load_sources().get(source_id)


def names(site_ids: tuple[str, ...]) -> dict[str, str]:
    """Return site id -> name of those that are there.

    Parameters
    ----------
    site_ids : tuple[str, ...]
        Ids of sites.
    """
    return snapshots.named(facts(), list(site_ids))


@cache
def commodity_table() -> pd.DataFrame:
    """Return the commodities with names, lists and how many sites list each."""
    return facts().cursor().execute(sql("data/queries/commodities.sql")).df()


@cache
def commodity_names() -> dict[str, str]:
    """Return commodity id -> Japanese name."""
    table = commodity_table()
    return dict(zip(table["commodity_id"], table["name_ja"], strict=True))


@cache
def names_ja() -> dict[tuple[str, str], str]:
    """Return (kind, key) -> Japanese name as a source writes it, the first of several; see ``facts.name_ja``."""
    rows = facts().cursor().execute("SELECT kind, key, name_ja FROM facts.name_ja").fetchall()
    return {(kind, key): name for kind, key, name in reversed(rows)}


@cache
def country_codes() -> dict[str, str]:
    """Return alpha-3 -> alpha-2."""
    return dict(facts().cursor().execute("SELECT iso3, iso2 FROM facts.country").fetchall())


def known_sites(site_ids: Sequence[str]) -> list[str]:
    """Return those of the ids that are ids of sites, the user's own among them, in the order given."""
    if not site_ids:
        return []
    rows = facts().cursor().execute("SELECT site_id FROM combined.site WHERE site_id IN $ids", {"ids": list(site_ids)})
    held = {site_id for (site_id,) in rows.fetchall()}
    return [site_id for site_id in site_ids if site_id in held]


def site_countries() -> list[str]:
    """Return the alpha-3 codes of all countries with a site."""
    return _site_countries(revision())


@lru_cache(maxsize=2)
def _site_countries(revision: str) -> list[str]:  # noqa: ARG001
    return [row[0] for row in facts().cursor().execute("SELECT DISTINCT iso3 FROM combined.site ORDER BY 1").fetchall()]


def version() -> str:
    """Return the version of the bundled data."""
    return data_version()
