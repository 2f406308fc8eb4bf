"""A ranking with its criteria, weights and sources, as tables for export."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import pandas as pd

from data.export import Listing
from data.facts import data_version
from data.sources import Source, load_sources
from data.sql import sql
from scoring.criteria.catalogue import load
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Scenario
from scoring.sites.own_list import OwnList

DISCLAIMER = (
    "Screening aid from open data, not investment advice. Unknowns are left unknown; see coverage and the score range."
)


def listing(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    permalink: str,
    top: int | None = None,
    site_ids: list[str] | None = None,
    register: Mapping[str, Source] | None = None,
) -> Listing:
    """Return the ranked sites of a scenario with scores, weights, sources and provenance.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    scenario : Scenario
    permalink : str
        Query string that opens this list in the app.
    top : int, optional
        The first rows only.
    site_ids : list of str, optional
        These sites only; their ranks stay those of the whole list.
    register : mapping of str to Source, optional
        All sources, the user's own layers too; by default those of the bundle.
    """
    ranking = rank(facts, scenario)
    if site_ids is not None:
        ranking = ranking[ranking["site_id"].isin(site_ids)]
    if top is not None:
        ranking = ranking.head(top)
    return _listing(facts, scenario, [(scenario, ranking)], permalink, register)


def listing_of_lists(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    lists: Sequence[OwnList],
    permalink: str,
    register: Mapping[str, Source] | None = None,
) -> Listing:
    """Return sites each with its rank in its own list, list after list; see `listing`.

    The sites have columns more: ``ranked_among`` (how many sites the list has), ``ranked_universe``, ``ranked_step``
    and ``ranked_commodity``; empty: all.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    scenario : Scenario
        That the provenance names.
    lists : sequence of OwnList
        As `scoring.sites.own_list` finds them.
    permalink : str
        Query string that opens this list in the app.
    register : mapping of str to Source, optional
        All sources; by default those of the bundle.
    """
    rankings, among = [], []
    for each in lists:
        ranking = rank(facts, each.scenario)
        ranking = ranking[ranking["site_id"].isin(each.site_ids)]
        rankings.append((each.scenario, ranking))
        among += [each.record()] * len(ranking)
    nothing = [(scenario, rank(facts, scenario).head(0))]
    listed = _listing(facts, scenario, rankings or nothing, permalink, register)
    columns: dict[str, list[Any]] = {
        "ranked_among": [record["sites"] for record in among],
        "ranked_universe": [record["universe"] for record in among],
        "ranked_step": [record["step"] for record in among],
        "ranked_commodity": [record["commodity"] for record in among],
    }
    return replace(listed, sites=listed.sites.assign(**columns))


def _listing(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    rankings: Sequence[tuple[Scenario, pd.DataFrame]],
    permalink: str,
    register: Mapping[str, Source] | None,
) -> Listing:
    """Return the rows of rankings, one after the other, with all that an export holds."""
    scores = pd.concat([_scores(facts, by, ranking) for by, ranking in rankings], ignore_index=True)
    sites = pd.concat([_sites(facts, by, ranking) for by, ranking in rankings], ignore_index=True)
    sources = _sources(facts, sites["site_id"].tolist(), scores, register or load_sources())
    about = {
        "scenario": json.dumps(scenario.as_dict(), sort_keys=True, ensure_ascii=False),
        "scenario_hash": scenario.scenario_hash,
        "permalink": permalink,
        "data_version": data_version(),
        "generated_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "licences": "; ".join(f"{row.title}: {row.licence}" for row in sources.itertuples()),
        "disclaimer": DISCLAIMER,
    }
    return Listing(sites, scores, _weights(scenario), sources, about)


def _sites(facts: duckdb.DuckDBPyConnection, scenario: Scenario, ranking: pd.DataFrame) -> pd.DataFrame:
    columns = ["rank", "site_id", "name", "iso3", "kind", "stage", "deposit_type", "lon", "lat", "location_accuracy"]
    numbers = ["score", "score_low", "score_high", "coverage"]
    frame = ranking[columns].assign(
        commodities=ranking["commodities"].map("; ".join), **{n: ranking[n] for n in numbers}
    )
    frame = frame.rename(columns={"iso3": "country"})
    for i, criterion in enumerate(scenario.criteria):
        frame[f"contribution_{criterion.id}"] = ranking["contributions"].map(lambda parts, i=i: float(parts[i]))
    gates = facts.cursor().execute(sql("data/queries/gates_of_sites.sql"), {"site_ids": frame["site_id"].tolist()}).df()
    wide = gates.pivot(index="site_id", columns="gate", values="verdict").add_prefix("gate_")
    return frame.join(wide, on="site_id").reset_index(drop=True)


def _scores(facts: duckdb.DuckDBPyConnection, scenario: Scenario, ranking: pd.DataFrame) -> pd.DataFrame:
    values = {"site_ids": ranking["site_id"].tolist(), "commodity": scenario.commodity, "profile": scenario.profile}
    values["w"] = scenario.criterion_weights()
    frame = facts.cursor().execute(sql("scoring/ranking/scores_of_sites.sql"), values).df()
    criteria = {c.id: (i, c) for i, c in enumerate(scenario.criteria)}
    parts = ranking.set_index("site_id")["contributions"]
    frame["contribution"] = [
        float(parts[s][criteria[c][0]]) for s, c in zip(frame["site_id"], frame["criterion_id"], strict=True)
    ]
    frame.insert(5, "unit", [criteria[c][1].unit for c in frame["criterion_id"]])
    frame.insert(1, "pillar", [criteria[c][1].pillar for c in frame["criterion_id"]])
    return frame


def _weights(scenario: Scenario) -> pd.DataFrame:
    rows = [
        (
            c.pillar,
            scenario.weights.get(c.pillar, 0),
            c.id,
            c.share,
            c.worst,
            c.best,
            c.unit,
            c.value,
            c.applies_to,
            c.formula,
            c.reference,
        )
        for c in load().criteria
    ]
    rows += [
        (c.pillar, own.weight, c.id, c.share, c.worst, c.best, c.unit, c.value, c.applies_to, c.formula, c.reference)
        for own, c in zip(scenario.evidence, scenario.criteria[len(load().criteria) :], strict=True)
    ]
    names = [
        "pillar",
        "pillar_weight",
        "criterion",
        "share_in_pillar",
        "worst",
        "best",
        "unit",
        "value_function",
        "applies_to",
        "formula",
        "reference",
    ]
    return pd.DataFrame(rows, columns=names)


def _sources(
    facts: duckdb.DuckDBPyConnection, ids: list[str], scores: pd.DataFrame, known: Mapping[str, Source]
) -> pd.DataFrame:
    rows = facts.cursor().execute(
        "SELECT DISTINCT unnest(source_ids) FROM combined.site WHERE list_contains($ids, site_id)", {"ids": ids}
    )
    used = {row[0] for row in rows.fetchall()} | set(scores["source_id"].dropna())
    table = [
        (s.id, s.title, s.licence, s.attribution, s.citation, s.url, s.as_of)
        for key in sorted(used)
        if (s := known.get(key))
    ]
    return pd.DataFrame(table, columns=["source_id", "title", "licence", "attribution", "citation", "url", "as_of"])
