"""The records of one site: facts, measurements, claims, owners, gates, frameworks. None: unknown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict

Verdict = Literal["pass", "fail", "unknown"]
Status = Literal["measured", "modelled", "unknown"]


class SiteRecord(TypedDict):
    """A row of ``data/queries/site.sql``: a site with its country.

    lon, lat: EPSG:4326 degrees. regulatory_quality, rule_of_law: World Bank WGI, -2.5..2.5.
    """

    site_id: str
    name: str
    aliases: list[str]
    iso3: str
    kind: str
    lon: float
    lat: float
    location_accuracy: str
    location_source_id: str
    commodities: list[str]
    deposit_type: str
    facilities: list[str]
    source_ids: list[str]
    record_count: int
    stage: str
    country_name: str | None
    iso2: str | None
    bloc: str | None
    regulatory_quality: float | None
    rule_of_law: float | None


class MeasurementRecord(TypedDict):
    """One criterion of a site under a scenario, from raw value to contribution; see `scoring.ranking.explain.Line`.

    criterion: its id. value, low, high: in `unit`. desirability: 0..1; an unknown counts 0, with a range of 0 to 1.
    """

    criterion: str
    title: str
    title_ja: str
    pillar: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    status: Status
    desirability: float
    desirability_low: float
    desirability_high: float
    weight_share: float
    contribution: float
    source_id: str
    as_of: str
    target: str
    reference_group: str
    reference_n: int | None


class ClaimRecord(TypedDict):
    """A value that one source gives for one attribute of a site; value None: the claim is words."""

    attribute: str
    commodity: str
    value: float | None
    text: str
    unit: str
    low: float | None
    high: float | None
    as_of: str
    scope: str
    method: str
    source_id: str
    url: str
    detail: str
    chosen: bool


class HoldingRecord(TypedDict):
    """An owner of a site with its ultimate parent; share_pct None: not stated."""

    owner: str
    share_pct: float | None
    share_stated: bool
    company: str
    ultimate_parent: str
    parent_iso3: str
    bloc: str
    as_of: str
    source_id: str
    url: str
    parent_url: str


class GateRecord(TypedDict):
    """The verdict of a gate with the code of its reason.

    counts: a fail puts the site last; the stricter rule of ownership counts only where it is asked for.
    """

    gate: str
    verdict: Verdict
    evidence: str
    target: str
    counts: bool


def failed_gates(gates: Iterable[GateRecord]) -> list[str]:
    """Return the gates that put a site last.

    Parameters
    ----------
    gates : iterable of GateRecord
        Verdicts on one site.
    """
    return [gate["gate"] for gate in gates if gate["verdict"] == "fail" and gate["counts"]]


class FrameworkRecord(TypedDict):
    """A minerals framework of the host country with the US or Japan."""

    title: str
    kind: str
    date: str
    status: str
    partner: str
    source_url: str


class PathwayRecord(TypedDict):
    """A published permitting duration or legal cap that applies to a site: of its country or of the European Union.

    months, sample_n: as the source prints them; an empty sample: not told. statistic: cap | mean | median | range_low |
    range_high. applies_to_kind: a kind of site, processing (separation, refining) or any. region: empty: the country.
    """

    pathway: str
    region: str
    applies_to_kind: str
    statistic: str
    months: str
    basis: str
    sample_n: str
    source_url: str
    as_of: str


class StandingRecord(TypedDict):
    """Where a site stands among all sites of a commodity. score, score_low, score_high, coverage, known: 0..1."""

    rank: int
    score: float
    score_low: float
    score_high: float
    coverage: float
    known: float
    gate_failed: bool


class ListRecord(TypedDict):
    """The list in which a site is ranked.

    universe, step, commodity: as in a scenario's filters; an empty step: all of them, an empty commodity: any.
    sites: how many it has.
    """

    universe: str
    step: str
    commodity: str
    sites: int


class Dossier(SiteRecord, StandingRecord):
    """All that is known of a site under a scenario."""

    ranked_among: ListRecord
    lines: list[MeasurementRecord]
    claims: list[ClaimRecord]
    owners: list[HoldingRecord]
    gates: list[GateRecord]
    frameworks: list[FrameworkRecord]
    pathways: list[PathwayRecord]


class NearbySite(TypedDict):
    """A site near another: km is geodesic; rank and score are those of its own list, `ranked_among`."""

    site_id: str
    name: str
    kind: str
    stage: str
    commodities: list[str]
    lon: float
    lat: float
    km: float
    rank: int
    score: float
    ranked_among: ListRecord


class SimilarSite(TypedDict):
    """A site like another.

    apart: mean absolute difference of the `shared` desirabilities known of both, 0..1. rank and score are those of its
    own list, `ranked_among`.
    """

    site_id: str
    name: str
    iso3: str
    stage: str
    rank: int
    score: float
    apart: float
    shared: int
    ranked_among: ListRecord
