"""User layers and user sites: import, list, edit and remove, for the screens and the command line alike."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from data import user_facts, user_features, user_layers, user_sites
from data.sources import Source
from data.store import Store
from data.user_facts import FactBatch, StoredFact, UserFact
from data.user_features import Features
from data.user_layers import NewLayer, UserLayer
from data.user_sites import GradeBasis, SiteColumns
from layers import imports
from layers.imports import Draft, ImportOptions
from layers.sandbox import Reader
from layers.styling import UserMapLayer, map_layer, suggest
from scoring.criteria.user_criterion import UserCriterion
from scoring.criteria.user_criterion import from_dict as criterion_from
from scoring.permitting.outlook import Milestones, milestones
from workspace import attach as scored
from workspace import attach_facts
from workspace.measured_sites import forget

if TYPE_CHECKING:
    import pandas as pd

KEPT_FEATURES = 6
_READER = Reader()
_CHANGING = threading.RLock()
#: Numbers of what stands beside the facts: 0 is nothing, no other comes twice, whichever store is open.
_STATES = itertools.count(1)


def reader() -> Reader:
    """Return the process that reads uploads; it starts with the first upload."""
    return _READER


def prepared(
    draft: Draft,
    about: ImportOptions,
    facts: Callable[[], duckdb.DuckDBPyConnection],
    chosen: Sequence[str] = (),
    columns: SiteColumns | None = None,
) -> list[NewLayer]:
    """Return the layers of a draft that are ready, with style and sites; stores nothing. See `UserData.add`.

    Parameters
    ----------
    draft : Draft
    about : About
    facts : callable
        Opens the facts; called for the role ``sites`` alone.
    chosen : sequence of str
    columns : SiteColumns, optional
    """
    return [_finished(new, columns, facts) for new in imports.new_layers(draft, about, chosen)]


def _finished(new: NewLayer, columns: SiteColumns | None, facts: Callable[[], duckdb.DuckDBPyConnection]) -> NewLayer:
    if new.features is None:
        if new.row.role == "sites":
            raise user_layers.UserLayerError(
                "{layer!r} is a raster; sites come as points, lines or areas.", layer=new.row.name
            )
        return replace(new, row=replace(new.row, style=new.row.style or suggest(new.row, None)))
    features = user_features.features_of(new.features, new.row)
    row = replace(new.row, style=new.row.style or suggest(new.row, features))
    if row.role != "sites":
        return replace(new, row=row)
    mapping = (columns or SiteColumns(suggested=True)).completed(row)
    sites = user_sites.prepare(row, features, mapping, _basis(facts()))
    if sites.unknown_words:
        words = ", ".join(f"{word} ({count})" for word, count in list(sites.unknown_words.items())[:20])
        row = replace(row, transformations=[*row.transformations, f"words that name no screened commodity: {words}"])
    if sites.left_out:
        told_so = f"{sites.left_out} of {row.features} rows name no screened commodity and are no sites"
        row = replace(row, transformations=[*row.transformations, told_so])
    return replace(new, row=row, sites=sites)


def _basis(facts: duckdb.DuckDBPyConnection) -> dict[str, GradeBasis]:
    rows = (
        facts.cursor().execute("SELECT commodity_id, grade_unit, grade_basis, symbol FROM facts.commodity").fetchall()
    )
    return {commodity_id: GradeBasis(*basis) for commodity_id, *basis in rows}


class UserData:
    """The user's layers beside the facts: one for the process. Every change keeps store, facts and map together.

    Parameters
    ----------
    store : Store
    facts : callable
        Opens the facts.
    in_use : callable
        Whether the facts are open: only then a change is measured at once; who opens them later calls `attach`.
    """

    def __init__(
        self, store: Store, facts: Callable[[], duckdb.DuckDBPyConnection], in_use: Callable[[], bool] = lambda: True
    ) -> None:
        self._store, self._facts, self._in_use = store, facts, in_use
        self._state, self._touched = 0, False
        self._measured: dict[str, UserCriterion] = {}
        self._features = lru_cache(maxsize=KEPT_FEATURES)(self._load)
        self._layers: dict[str, UserLayer] = {}
        self._attached = ""
        self._attached_layers: list[str] = []
        self._milestones: dict[str, dict[str, str]] = {}
        self._milestones_attached: dict[str, dict[str, str]] = {}
        self._facts_stated: tuple[StoredFact, ...] = ()
        self._facts_attached: attach_facts.Touched | None = None
        self._prices: dict[str, tuple[float, str]] = {}
        self._read_again()

    def _read_again(self) -> None:
        self._layers = {layer.layer_id: layer for layer in user_layers.stored_layers(self._store)}
        self._milestones = self._store.milestones()
        self._facts_stated = user_facts.stored_facts(self._store)
        self._prices = self._store.prices()
        self._features.cache_clear()
        if not self._site_layers():
            forget(self._store.path.parent)

    def _load(self, layer_id: str) -> Features:
        return user_features.features(self._store, self._layers[layer_id])

    @property
    def layers(self) -> tuple[UserLayer, ...]:
        """The layers in use, the oldest first."""
        return tuple(self._layers.values())

    def features(self, layer_id: str) -> Features:
        """Return the features of a vector layer in use.

        Parameters
        ----------
        layer_id : str
            Id of a layer in the store.
        """
        return self._features(layer_id)

    def left_out(self, layer_id: str) -> str:
        """Return the rows that an import left out, as CSV; empty where it took them all.

        Parameters
        ----------
        layer_id : str
            Id of a layer in the store.
        """
        return user_layers.left_out(self._store, layer_id)

    def count_sites(self, layer_id: str) -> int:
        """Return how many features of a layer are candidate sites.

        Parameters
        ----------
        layer_id : str
            Id of a layer in the store.
        """
        return user_layers.count_sites(self._store, layer_id)

    def raster(self, layer_id: str) -> Path:
        """Return the COG of a raster layer.

        Parameters
        ----------
        layer_id : str
            Id of a layer in the store.
        """
        return user_layers.raster_path(self._store, layer_id)

    @property
    def revision(self) -> str:
        """Eight hex digits over own sites, facts, prices and milestones: what rankings depend on besides a scenario.

        Empty without any.
        """
        ids = self._site_layers()
        if self._milestones:
            ids.append(json.dumps([self._milestones, date.today().isoformat()], sort_keys=True))
        ids += sorted(fact.fact_id for fact in self._facts_stated)
        ids += [f"{commodity} {usd_per_t}" for commodity, (usd_per_t, _owner) in self._prices.items()]
        return hashlib.sha256(",".join(ids).encode()).hexdigest()[:8] if ids else ""

    def _site_layers(self) -> list[str]:
        return sorted(f"{layer.layer_id} {layer.imported_at}" for layer in self.layers if layer.role == "sites")

    def sources(self) -> dict[str, Source]:
        """Return the register of sources, the user's own layers too."""
        return scored.sources(self.layers) | {
            fact.source_id: attach_facts.source_of(fact) for fact in self._facts_stated
        }

    def renew(self) -> None:
        """Read and attach the user's data again, after another process changed the store."""
        with _CHANGING:
            self._read_again()
            self._changed()

    def _changed(self) -> None:
        """Measure what has changed, if there are facts to measure it for."""
        if self._in_use():
            self.attach()

    def attach(self) -> None:
        """Attach the user's sites, milestones and criteria to the facts, unless they are current."""
        facts = self._facts()
        with _CHANGING:
            if self._attached != self.revision:
                self._touched = True
                self._attach_sites(facts)
                self._state = next(_STATES)
            self._measure(facts, [criterion_from(values) for values in self._store.criteria()])

    def _attach_sites(self, facts: duckdb.DuckDBPyConnection) -> None:
        revision = self.revision
        if self._attached_layers != self._site_layers():
            alone = self._facts_attached is None and not self._milestones_attached
            kept_in = self._store.path.parent if alone else None
            scored.attach_sites(facts, user_layers.user_sites(self._store), kept_in)
            self._attached_layers = self._site_layers()
        milestones = {site_id: Milestones(**values) for site_id, values in self._milestones.items()}
        if self._facts_stated or self._prices or self._facts_attached:
            before = self._facts_attached or attach_facts.NOTHING
            attached = attach_facts.attach_facts(
                facts, self._facts_stated, before, milestones, date.today(), self._prices
            )
            self._facts_attached = attached if self._facts_stated or self._prices else None
        staged = {fact.site_id: fact.owner for fact in self._facts_stated if fact.attribute == "stage"}
        scored.attach_milestones(
            facts, milestones, self._milestones_attached, date.today(), self._store.milestone_owners(), staged
        )
        self._milestones_attached, self._attached = dict(self._milestones), revision

    def measure(self, evidence: Iterable[UserCriterion]) -> None:
        """Measure criteria that come from outside: of an address, a shortlist, a file.

        Parameters
        ----------
        evidence : Iterable[UserCriterion]
            User-defined criteria.

        Raises
        ------
        EvidenceError
            If one cannot be measured on its layer.
        """
        unmeasured = [own for own in evidence if own.id not in self._measured or not self._in_use()]
        if unmeasured:
            self.attach()
            with _CHANGING:
                self._measure(self._facts(), unmeasured)

    def keep_measured(self, own: UserCriterion, measurements: pd.DataFrame) -> None:
        """Put beside the facts what was measured for a criterion, so that lists can be ranked with it.

        No list that was ranked before rests on it: what was kept of them stays.

        Parameters
        ----------
        own : UserCriterion
            A user-defined criterion on a layer in use.
        measurements : DataFrame
            As `workspace.user_criteria.values` returns it.
        """
        self.attach()
        with _CHANGING:
            scored.keep_measured(self._facts(), self._store, own, measurements)
            self._measured = {own.id: own, **self._measured}

    def _measure(self, facts: duckdb.DuckDBPyConnection, evidence: Iterable[UserCriterion]) -> None:
        criteria = {**self._measured, **{own.id: own for own in evidence if own.layer_id in self._layers}}
        scored.measure_evidence(facts, self._store, criteria.values())
        if criteria != self._measured:
            self._state = next(_STATES)
        self._measured = criteria

    @property
    def state(self) -> int:
        """A number that changes whenever user data are attached to the facts or detached; 0: nothing ever was."""
        return self._state

    @property
    def touched(self) -> bool:
        """Whether something of the user's own was ever put beside the facts: told before that begins."""
        return self._touched

    @property
    def stale(self) -> bool:
        """Whether the attached data differ from the store, or were measured on another day."""
        return self._attached != self.revision

    def milestones(self, site_id: str) -> Milestones | None:
        """Return the permitting milestones of a site; None if there are none.

        Parameters
        ----------
        site_id : str
            Id of the site.
        """
        values = self._milestones.get(site_id)
        return Milestones(**values) if values else None

    def tell(self, site_id: str, values: dict[str, str]) -> Milestones:
        """Store milestones of a site; they count at once.

        Parameters
        ----------
        site_id : str
            Id of the site.
        values : dict[str, str]
            Milestone -> ISO date.

        Raises
        ------
        MilestoneError
            If they cannot be; nothing is kept.
        """
        checked = milestones(values, date.today())
        self._store.save_milestones(site_id, checked.as_dict())
        self._milestones = self._store.milestones()
        self._changed()
        return checked

    def untell(self, site_id: str) -> None:
        """Delete the milestones of a site.

        Parameters
        ----------
        site_id : str
            Id of the site.
        """
        self._store.remove_milestones(site_id)
        self._milestones = self._store.milestones()
        self._changed()

    @property
    def prices(self) -> dict[str, float]:
        """Prices of the user in place of the cited ones: commodity -> USD per tonne of its grade basis."""
        return {commodity: usd_per_t for commodity, (usd_per_t, _owner) in self._prices.items()}

    def price(self, prices: Mapping[str, float]) -> None:
        """Store prices in place of the cited ones; main commodities, grades and gaps are judged by them at once.

        Parameters
        ----------
        prices : mapping of str to float
            Commodity -> USD per tonne of its grade basis.
        """
        self._store.save_prices(prices)
        self._prices = self._store.prices()
        self._changed()

    def unprice(self) -> None:
        """Delete the prices of the user: the cited ones count again."""
        self._store.remove_prices()
        self._prices = self._store.prices()
        self._changed()

    @property
    def facts_stated(self) -> tuple[StoredFact, ...]:
        """The user's facts that stand, by site and attribute."""
        return self._facts_stated

    def state_facts(self, facts: Sequence[UserFact], file_name: str = "") -> int:
        """Store facts in one batch; they are scored at once. Return how many earlier ones of the user they replace.

        Parameters
        ----------
        facts : sequence of UserFact
            As `data.fact_rows` checked them.
        file_name : str, optional
            Where they came from.
        """
        replaced = user_facts.add(self._store, facts, file_name)
        self._facts_changed()
        return replaced

    def remove_facts(self, fact_ids: Sequence[str]) -> None:
        """Take facts out of use; what the sources say counts again.

        Parameters
        ----------
        fact_ids : sequence of str
            Ids of facts that stand.

        Raises
        ------
        FactError
            If one of them does not stand.
        """
        user_facts.remove(self._store, fact_ids)
        self._facts_changed()

    def undo_facts(self) -> FactBatch | None:
        """Undo the newest batch of facts and return it; None where there is none."""
        batch = user_facts.undo(self._store)
        self._facts_changed()
        return batch

    def _facts_changed(self) -> None:
        self._facts_stated = user_facts.stored_facts(self._store)
        self._changed()

    def map_layers(self) -> tuple[UserMapLayer, ...]:
        """Return the layers in use as the map draws them."""
        return tuple(self._map_layer(layer) for layer in self.layers)

    def _map_layer(self, layer: UserLayer) -> UserMapLayer:
        raster = self.raster(layer.layer_id) if layer.kind == "raster" else None
        return map_layer(layer, scored.source_of(layer), lambda: self.features(layer.layer_id), raster)

    def add(
        self, draft: Draft, about: ImportOptions, chosen: Sequence[str] = (), columns: SiteColumns | None = None
    ) -> list[UserLayer]:
        """Import the ready layers of a draft, completely or not at all.

        Parameters
        ----------
        draft : Draft
        about : About
        chosen : sequence of str
            Layers wanted; empty: all that are ready.
        columns : SiteColumns, optional
            For the role ``sites``: which column says what.

        Returns
        -------
        list of UserLayer
            What was added.

        Raises
        ------
        NotReadyError, UserSitesError, UserLayerError, ReportError
            Nothing was added.
        """
        return self.keep(prepared(draft, about, self._facts, chosen, columns))

    def keep(self, made: Sequence[NewLayer]) -> list[UserLayer]:
        """Store what `prepared` returned, completely or not at all.

        Parameters
        ----------
        made : Sequence[NewLayer]
            Layers that were read and checked.
        """
        user_layers.add(self._store, made)
        self._read_again()
        self._changed()
        return [new.row for new in made]

    def remove(self, name: str) -> UserLayer:
        """Take a layer, by id or name, out of use.

        Parameters
        ----------
        name : str
            Id or name of a layer.
        """
        layer = user_layers.find(self._store, name)
        user_layers.remove(self._store, layer.layer_id)
        self._read_again()
        self._changed()
        return layer

    def forget(self, name: str) -> UserLayer:
        """Delete a layer permanently, by id or name; a removed one by its id.

        Parameters
        ----------
        name : str
            Id or name of a layer.
        """
        removed = {layer.layer_id: layer for layer in self.removed()}
        layer = removed.get(name) or user_layers.find(self._store, name)
        user_layers.forget(self._store, layer.layer_id)
        self._read_again()
        self._changed()
        return layer

    def restore(self, name: str) -> UserLayer:
        """Restore a removed layer.

        Parameters
        ----------
        name : str
            Id or name of a layer.
        """
        layer = user_layers.find(self._store, name, removed=True)
        user_layers.restore(self._store, layer.layer_id)
        self._read_again()
        self._changed()
        return layer

    def removed(self) -> list[UserLayer]:
        """Return the removed layers that can be restored."""
        return user_layers.stored_layers(self._store, removed=True)

    def edit(self, layer_id: str, **changes: object) -> UserLayer:
        """Change name, style or provenance of a layer; see `data.user_layers.EDITABLE`.

        Parameters
        ----------
        layer_id : str
            Id of a layer in the store.
        """
        layer = user_layers.edit(self._store, self._layers[layer_id], **changes)
        self._read_again()
        return layer

    def find(self, name: str) -> UserLayer:
        """Return the layer in use with that id or name.

        Parameters
        ----------
        name : str
            Id or name of a layer.

        Raises
        ------
        UserLayerError
            If there is none, or more than one.
        """
        return self._layers.get(name) or user_layers.find(self._store, name)
