"""User layers and sites beside the facts.

They are measured like bundled ones, marked as the user's, and removed with their layer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data import user_features, user_layers
from data.sources import Source, load_sources
from data.sql import sql
from data.store import Store
from data.user_layers import UserLayer, UserSites
from scoring.criteria.user_criterion import Kind, UserCriterion
from scoring.measures.inputs import MILESTONES, SLACK_KM, Inputs
from scoring.measures.layer_measures import EvidenceLayer, measure
from scoring.measures.registry import judge_gates, measure_all
from scoring.permitting.outlook import Milestones
from scoring.ranking.pipeline import forget_packed
from workspace.measured_sites import Measured, measured_sites

PREFIX = "own:"
#: Criteria that rest on the milestones of permits.
ON_MILESTONES = ("permitting_months", "product_months", "product_chance")
#: Kind of a layer on the map -> kind of evidence.
KINDS: dict[str, Kind] = {
    "vector-point": "points",
    "vector-line": "lines",
    "vector-polygon": "polygons",
    "raster": "raster",
}
#: One measures at a time.
MEASURING = threading.Lock()


def source_of(layer: UserLayer) -> Source:
    """Return a user layer as a source, for tables, cards and exports.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    """
    return Source(
        id=PREFIX + layer.layer_id,
        title=layer.name,
        publisher=layer.imported_by,
        url=layer.source_url,
        licence=layer.licence or "not stated",
        licence_tier="C",
        attribution=f"{layer.name} ({layer.file_name})",
        citation=f"{layer.file_name}, SHA-256 {layer.file_sha256}",
        retrieved=layer.imported_at.date(),
        as_of=layer.source_date or layer.imported_at.date().isoformat(),
        caveat=layer.note,
        import_recipe="",
        files=(),
    )


def milestone_source() -> Source:
    """Return the milestones that the user entered as a source."""
    return Source(
        id=MILESTONES,
        title="Milestones entered by the user",
        publisher="the user",
        url="",
        licence="not stated",
        licence_tier="C",
        attribution="",
        citation="entered by hand; see the tab Timing of the site",
        retrieved=date.today(),
        as_of="",
        caveat="",
        import_recipe="",
        files=(),
    )


def sources(layers: Iterable[UserLayer]) -> dict[str, Source]:
    """Return the register of sources including the user's layers.

    Parameters
    ----------
    layers : Iterable[UserLayer]
        Layers of the store that are in use.
    """
    return {
        **load_sources(),
        MILESTONES: milestone_source(),
        **{PREFIX + layer.layer_id: source_of(layer) for layer in layers},
    }


def evidence_layer(store: Store, layer: UserLayer) -> EvidenceLayer:
    """Load a user layer for measurement.

    Parameters
    ----------
    store : Store
        The user's store.
    layer : UserLayer
        A layer of the store.
    """
    if layer.kind == "raster":
        return EvidenceLayer(layer.layer_id, "raster", raster=user_layers.raster_path(store, layer.layer_id))
    features = user_features.features(store, layer)
    return EvidenceLayer(
        layer.layer_id,
        KINDS[layer.kind],
        geometries=features.geometries,
        numbers=features.numbers,
        names=_names(features.texts),
    )


def _names(texts: dict[str, NDArray[np.object_]]) -> NDArray[np.object_] | None:
    """Return the column that names the features, if any is called so."""
    return next((values for column, values in texts.items() if "name" in column.lower() or "名" in column), None)


def sites_to_measure(facts: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return site_id, lon, lat (EPSG:4326 degrees) and slack_km of every site.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    sites = (
        facts.cursor().execute("SELECT site_id, lon, lat, location_accuracy FROM combined.site ORDER BY site_id").df()
    )
    return sites.assign(slack_km=sites["location_accuracy"].map(SLACK_KM).astype(float))


def measure_evidence(
    facts: duckdb.DuckDBPyConnection,
    store: Store,
    evidence: Iterable[UserCriterion],
    progress: Callable[[float], None] | None = None,
) -> None:
    """Measure the own criteria that were not measured yet, for every site; one whose layer is gone is passed over.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    store : Store
    evidence : iterable of UserCriterion
    progress : callable, optional
        Called with 0..1; what it raises ends the measuring, and nothing of that criterion is kept.
    """
    with MEASURING:
        measured = {
            row[0] for row in facts.cursor().execute("SELECT criterion_id FROM user_data.measured_criterion").fetchall()
        }
        missing = [own for own in evidence if own.id not in measured]
        if not missing:
            return
        layers = {layer.layer_id: layer for layer in user_layers.stored_layers(store)}
        sites = sites_to_measure(facts)
        for own in missing:
            if own.layer_id in layers:
                layer = layers[own.layer_id]
                measurements = measure(evidence_layer(store, layer), own, sites, progress)
                _keep(facts, own, measurements, source_of(layer))


def keep_measured(
    facts: duckdb.DuckDBPyConnection, store: Store, own: UserCriterion, measurements: pd.DataFrame
) -> None:
    """Put beside the facts what was measured for a criterion, unless it is there or its layer is gone.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    store : Store
        The user's store.
    own : UserCriterion
        The criterion.
    measurements : DataFrame
        As `scoring.measures.layer_measures.measure` returns it for `sites_to_measure(facts)`.
    """
    with MEASURING:
        known = "SELECT 1 FROM user_data.measured_criterion WHERE criterion_id = $id"
        if facts.cursor().execute(known, {"id": own.id}).fetchone():
            return
        for layer in user_layers.stored_layers(store):
            if layer.layer_id == own.layer_id:
                _keep(facts, own, measurements, source_of(layer))


def _keep(facts: duckdb.DuckDBPyConnection, own: UserCriterion, measurements: pd.DataFrame, source: Source) -> None:
    told = measurements[measurements["value"].notna() | measurements["beyond"]]
    rows = told[["site_id", "value", "low", "high", "beyond"]].assign(target=told["target"].fillna("").astype(str))
    values = {"criterion_id": own.id, "owner": source.publisher}
    rows = rows.assign(criterion_id=own.id, commodity="", status="measured", source_id=source.id, as_of=source.as_of)
    change(facts, "workspace/user_measurement.sql", rows.assign(reference_group="", reference_n=None), values)


def change(
    facts: duckdb.DuckDBPyConnection, statement: str, rows: pd.DataFrame | None, values: Mapping[str, object]
) -> None:
    """Run the statements of a file (its path), which may read the frame `incoming`, in one transaction.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    statement : str
        Path of the file, from the top of the tree.
    rows : pd.DataFrame or None
        Read as ``incoming``; None: the statements read none.
    values : Mapping[str, object]
        What they bind; each takes those that it names.
    """
    cursor = facts.cursor()
    if rows is not None:
        cursor.register("incoming", rows)
    cursor.execute("BEGIN TRANSACTION")
    try:
        for step in duckdb.extract_statements(sql(statement)):
            cursor.execute(step, {name: value for name, value in values.items() if name in step.named_parameters})
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    finally:
        cursor.close()


def attach_milestones(
    facts: duckdb.DuckDBPyConnection,
    milestones: Mapping[str, Milestones],
    before: Iterable[str],
    today: date,
    owners: Mapping[str, str] | None = None,
    stated: Mapping[str, str] | None = None,
) -> None:
    """Let the months left that follow from milestones stand in place of what the facts hold.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    milestones : mapping of str to Milestones
        What users told, by site.
    before : iterable of str
        Sites whose milestones were told before; of those that have none now, the facts count again.
    today : date
    owners : mapping of str to str, optional
        Who told the milestones, by site; one that is not in it: not recorded.
    stated : mapping of str to str, optional
        Sites whose stage the user states, and who: of these the months do not fall back to what the facts hold.
    """
    affected = frozenset(milestones) | frozenset(before)
    if not affected:
        return
    with MEASURING:
        measurements = measure_all(
            Inputs(facts.cursor(), only=affected, milestones=milestones, today=today), ON_MILESTONES
        )
        who = {**{site: user for site, user in (stated or {}).items() if site in affected}, **(owners or {})}
        sites = sorted({*milestones, *(site for site in stated or () if site in affected)})
        values = {"site_ids": sorted(affected), "told": sites, "owners": [who.get(site, "") for site in sites]}
        change(facts, "workspace/milestone_measurements.sql", measurements, {**values, "criteria": list(ON_MILESTONES)})
        forget_packed(facts)


def attach_sites(facts: duckdb.DuckDBPyConnection, own: UserSites, kept_in: Path | None = None) -> None:
    """Add the user's sites to the bundled ones, measured alike; those attached before are replaced.

    All that was measured for own criteria is forgotten: it is measured again, for the new set of sites, when asked for.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    own : UserSites
    kept_in : Path, optional
        The user's data folder, where what is measured may be kept and read again (`workspace.measured_sites`): only
        while nothing else of the user's own stands beside the facts. None: it is measured.
    """
    with MEASURING:
        change(facts, "workspace/user_forget.sql", None, {})
        if own.sites:
            change(facts, "workspace/user_sites.sql", pd.DataFrame(own.sites), {})
            if own.claims:
                change(facts, "workspace/user_claims.sql", pd.DataFrame(own.claims), {})
            inputs = Inputs(facts.cursor(), only=frozenset(site["site_id"] for site in own.sites))

            def made() -> Measured:
                return measure_all(inputs), judge_gates(inputs)

            measurements, gates = made() if kept_in is None else measured_sites(kept_in, own, made)
            change(facts, "workspace/user_site_measurements.sql", measurements, {})
            change(facts, "workspace/user_site_gates.sql", gates, {})
        forget_packed(facts)
