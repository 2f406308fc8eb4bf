"""Backtest: where a list of labels ranks, beside simple baselines, with controls and the misses by name.

Unlisted means unlabelled, not bad: every figure compares labelled sites with all others. Nothing is tuned on labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import duckdb
import numpy as np

from data.bundling.records import Record
from data.facts import data_version
from geo.arrays import BoolArray, FloatArray, IndexArray
from scoring.backtest import ranking_skill
from scoring.backtest.blind import blinded, selected
from scoring.backtest.labelled_sites import (
    TENTH,
    LabelOutcomes,
    label_counts,
    match_rows,
    misses,
    sort_labels,
    unmatched_rows,
)
from scoring.backtest.labels import Label, match_labels, site_records
from scoring.backtest.population import Population, population
from scoring.ranking.pipeline import commodity_family
from scoring.ranking.scenario import Scenario

#: With fewer labelled sites no skill is said.
LEAST_LABELLED = 5
#: AUC of an order that says nothing.
CHANCE = 0.5
DRAWS = 1000
REPEATS = 200
FIRST = (10, 25, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a backtest besides the scenario.

    Attributes
    ----------
    blind : bool
        Leave out what rests on selection lists.
    until : str
        ISO date, month or year; labels that are surely later are set apart. Empty: all count.
    draws, repeats : int
        Bootstrap draws of the intervals; shuffles of the negative control.
    """

    blind: bool = False
    until: str = ""
    draws: int = DRAWS
    repeats: int = REPEATS


@dataclass(frozen=True, slots=True)
class Backtest:
    """The answer; NaN never: None is "cannot be said", and `notes` say why.

    Attributes
    ----------
    auc, auc_stratified : float or None
        See `scoring.backtest.ranking_skill`; strata are main commodities or their groups.
    auc_ci, auc_stratified_ci : list of two floats, or None
        95 % percentile intervals of the bootstrap.
    headline : {"auc_stratified", "auc_country"}
        Which figure to read first: within countries where all labels are of one country, since any other mostly says
        how the list treats that country; else within commodities.
    auc_country, auc_commodity_country : float or None
        Strata are countries; commodities within countries.
    auc_country_ci : list of two floats, or None
    lift_10pct : float or None
        Share of the labelled sites in the first tenth of the list, over one tenth.
    precision_at : dict
        k -> share of the first k that is labelled: a floor, since unlisted is unlabelled.
    capture_curve, capture_baselines : list of dict; dict of them
        ``listed``: share of the list; ``captured``: share of the labelled sites in it.
    baselines, baselines_stratified, baselines_country : dict
        Baseline -> AUC; within commodities; within countries. "How well documented" is always among them.
    differences : dict
        Baseline -> ``difference``: the headline figure of the list less that of the baseline, with its ``ci``.
    negative_control, negative_control_sd : float or None
        Stratified AUC of labels shuffled inside strata, mean and standard deviation; about 0.5.
    mix_control : float or None
        Plain AUC of the same shuffles: what the mix of commodities alone earns.
    strata : list of dict
        stratum, labelled, unlabelled, auc.
    matches, unmatched, misses : list of dict
    matched, sites : int
    counts : dict
        labels, undated, doubled, later, other_commodity, only_listed (matched to sites that only a selection list
        brought), failed.
    blind : dict or None
        What was dropped; None: not blind.
    notes : list of (code, values)
    """

    auc: float | None
    auc_ci: list[float] | None
    auc_stratified: float | None
    auc_stratified_ci: list[float] | None
    headline: str
    auc_country: float | None
    auc_country_ci: list[float] | None
    auc_commodity_country: float | None
    lift_10pct: float | None
    precision_at: dict[int, float | None]
    capture_curve: list[dict[str, float]]
    capture_baselines: dict[str, list[dict[str, float]]]
    baselines: dict[str, float | None]
    baselines_stratified: dict[str, float | None]
    baselines_country: dict[str, float | None]
    differences: dict[str, dict[str, Any]]
    negative_control: float | None
    negative_control_sd: float | None
    mix_control: float | None
    strata: list[dict[str, Any]]
    matched: int
    matches: list[dict[str, Any]]
    unmatched: list[dict[str, Any]]
    misses: list[dict[str, Any]]
    sites: int
    counts: dict[str, int]
    blind: dict[str, Any] | None
    notes: list[tuple[str, dict[str, Any]]]

    @property
    def headline_figure(self) -> tuple[float | None, list[float] | None, dict[str, float | None]]:
        """The figure to read first, its interval, and the same figure of each baseline."""
        if self.headline == "auc_country":
            return self.auc_country, self.auc_country_ci, self.baselines_country
        return self.auc_stratified, self.auc_stratified_ci, self.baselines_stratified

    @property
    def verdict(self) -> Literal["few", "better", "worse", "open"]:
        """Whether the whole interval of the headline figure lies above chance, below it, or neither; few: too few."""
        _auc, interval, _baselines = self.headline_figure
        if interval is None:
            return "few"
        return "better" if interval[0] > CHANCE else "worse" if interval[1] < CHANCE else "open"

    def told_apart(self, *, better: bool) -> tuple[str, ...]:
        """Return the baselines that the list is better (or worse) than by the whole interval of the difference.

        Parameters
        ----------
        better : bool
            Than which it is better; False: than which it is worse.
        """
        sign = 1 if better else -1
        return tuple(
            name
            for name, each in self.differences.items()
            if each["ci"] is not None and min(sign * end for end in each["ci"]) > 0
        )


def backtest(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, labels: Sequence[Label], settings: Settings | None = None
) -> Backtest:
    """Compare the ranking of a scenario with labels.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The whole bundle, prepared; it is not changed.
    scenario : Scenario
        Its list is the population; its seed draws the intervals.
    labels : sequence of Label
    settings : Settings, optional

    Raises
    ------
    ScenarioError
        If the scenario cannot be scored, or lists no site.
    """
    chosen = settings or Settings()
    if not chosen.blind:
        there_for_a_list = {site_id for site_id, what, _ in selected(facts) if what == "site"}
        return _compare(facts, facts, scenario, labels, chosen, there_for_a_list)
    with blinded(facts) as (copy, dropped):
        result = _compare(facts, copy, scenario, labels, chosen, set(dropped.sites))
        return replace(result, blind=asdict(dropped))


def _compare(
    facts: duckdb.DuckDBPyConnection,
    used: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    labels: Sequence[Label],
    settings: Settings,
    listed_only: set[str],
) -> Backtest:
    """Compare the ranking of `used` with the labels.

    A site of `listed_only` that `used` lacks is not one that a label can mean.
    """
    ranked = population(used, scenario)
    sites = site_records(facts)
    matches = match_labels(labels, [site for site in sites if not settings.blind or site.native_id not in listed_only])
    ordered = sort_labels(matches, ranked.site_ids, commodity_family(facts, scenario.commodity), settings.until)
    if settings.blind:
        ordered = _say_only_listed(ordered, [site for site in sites if site.native_id in listed_only])
    return _judge(ranked, ordered, scenario, settings, listed_only)


def _say_only_listed(ordered: LabelOutcomes, gone: list[Record]) -> LabelOutcomes:
    """Give those unmatched labels their reason that mean a site which is there only because of a list."""
    again = match_labels([match.label for match, _ in ordered.unmatched], gone)
    unmatched = tuple(
        (replace(match, site_id=other.site_id), "only_listed") if other.site_id else (match, reason)
        for (match, reason), other in zip(ordered.unmatched, again, strict=True)
    )
    return replace(ordered, unmatched=unmatched)


def _judge(
    ranked: Population, ordered: LabelOutcomes, scenario: Scenario, settings: Settings, listed_only: set[str]
) -> Backtest:
    apart = {match.site_id for match in (*ordered.later, *ordered.other_commodity)} - set(ordered.matched)
    kept = np.array([site_id not in apart for site_id in ranked.site_ids])
    positive = np.array([site_id in ordered.matched for site_id in ranked.site_ids])[kept]
    commodity = np.array(ranked.stratum)[kept]
    strata = ranking_skill.by_stratum(ranked.score[kept], positive, _codes(commodity))
    enough = bool(LEAST_LABELLED <= positive.sum() < len(positive))
    inside = enough and sum(labelled for _, labelled, _, _ in strata) >= LEAST_LABELLED
    names = np.unique(commodity)
    result = Backtest(
        **_skill(ranked, kept, positive, (enough, inside), settings, np.random.default_rng(scenario.seed)),
        **_beside(ranked, kept, positive, (enough, inside), settings, np.random.default_rng(scenario.seed)),
        strata=[
            {"stratum": str(names[code]), "labelled": p, "unlabelled": n, "auc": round(value, 4)}
            for code, p, n, value in sorted(strata, key=lambda stratum: (-stratum[1], names[stratum[0]]))
        ],
        matched=len(ordered.matched),
        sites=int(kept.sum()),
        matches=match_rows(ranked, ordered),
        unmatched=unmatched_rows(ordered),
        misses=misses(ranked, ordered, scenario),
        counts=label_counts(ranked, ordered, listed_only),
        blind=None,
        notes=[],
    )
    return replace(result, notes=_notes(result, settings, len(listed_only)))


def _skill(
    ranked: Population,
    kept: BoolArray,
    positive: BoolArray,
    enough: tuple[bool, bool],
    settings: Settings,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return the figures of the ranking itself; `enough`: labels for a figure at all, and within commodities."""
    score, (any_, inside) = ranked.score[kept], enough
    commodity, country = np.array(ranked.stratum)[kept], np.array(ranked.countries)[kept]
    strata, one = _codes(commodity), np.zeros(len(score), dtype=np.intp)
    control, mix = (
        ranking_skill.shuffled(score, positive, strata, settings.repeats, rng) if inside else (np.empty(0), np.empty(0))
    )
    return {
        "auc": _said(ranking_skill.auc(score, positive), any_),
        "auc_ci": _ends(ranking_skill.bootstrap_auc(score, positive, one, settings.draws, rng), any_),
        "auc_stratified": _said(ranking_skill.stratified_auc(score, positive, strata), inside),
        "auc_stratified_ci": _ends(ranking_skill.bootstrap_auc(score, positive, strata, settings.draws, rng), inside),
        "auc_country": _said(ranking_skill.stratified_auc(score, positive, _codes(country)), any_),
        "auc_country_ci": _ends(
            ranking_skill.bootstrap_auc(score, positive, _codes(country), settings.draws, rng), any_
        ),
        "auc_commodity_country": _said(
            ranking_skill.stratified_auc(score, positive, _codes(np.char.add(np.char.add(commodity, "|"), country))),
            any_,
        ),
        "lift_10pct": _said(float(ranking_skill.capture(score, positive, np.array([TENTH]))[0]) / TENTH, any_),
        "precision_at": {k: ranking_skill.precision(score, positive, k) for k in FIRST},
        "capture_curve": ranking_skill.capture_curve(score, positive),
        "negative_control": _said(float(control.mean()), inside) if len(control) else None,
        "negative_control_sd": _said(float(control.std()), inside) if len(control) else None,
        "mix_control": _said(float(mix.mean()), inside) if len(mix) else None,
    }


def _beside(
    ranked: Population,
    kept: BoolArray,
    positive: BoolArray,
    enough: tuple[bool, bool],
    settings: Settings,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return the figures of the baselines, and how far the list is ahead of each by the figure to read first."""
    scores = {name: score[kept] for name, score in ranked.baselines.items()}
    strata, countries = _codes(np.array(ranked.stratum)[kept]), np.array(ranked.countries)[kept]
    one_country = len(set(countries[positive])) == 1
    within, said = (_codes(countries), enough[0]) if one_country else (strata, enough[1])
    draws = {
        name: ranking_skill.bootstrap_difference(ranked.score[kept], score, positive, within, settings.draws, rng)
        for name, score in scores.items()
    }
    own = ranking_skill.stratified_auc(ranked.score[kept], positive, within)
    return {
        "headline": "auc_country" if one_country else "auc_stratified",
        "baselines_country": {
            name: _said(ranking_skill.stratified_auc(score, positive, _codes(countries)), enough[0])
            for name, score in scores.items()
        },
        "differences": {
            name: {
                "difference": _said(own - ranking_skill.stratified_auc(score, positive, within), said),
                "ci": _ends(draws[name], said),
            }
            for name, score in scores.items()
        },
        "capture_baselines": {name: ranking_skill.capture_curve(score, positive) for name, score in scores.items()},
        "baselines": {name: _said(ranking_skill.auc(score, positive), enough[0]) for name, score in scores.items()},
        "baselines_stratified": {
            name: _said(ranking_skill.stratified_auc(score, positive, strata), enough[1])
            for name, score in scores.items()
        },
    }


def _codes(of: np.ndarray[Any, Any]) -> IndexArray:
    return np.asarray(np.unique(of, return_inverse=True)[1], dtype=np.intp)


def _said(value: float, enough: bool) -> float | None:
    return round(float(value), 4) if enough and np.isfinite(value) else None


def _ends(draws: FloatArray, enough: bool) -> list[float] | None:
    return [round(end, 4) for end in ranking_skill.interval(draws)] if enough and len(draws) else None


def _notes(result: Backtest, settings: Settings, listed_only: int) -> list[tuple[str, dict[str, Any]]]:
    """Return the caveats of a result as codes with values; the screens put them into words."""
    labelled, counts = result.matched, result.counts
    countries = {row["country"] for row in result.matches}
    own, _ci, baselines = result.headline_figure
    auc, best = max(((each or 0.0, name) for name, each in baselines.items()), default=(0.0, ""))
    beaten, by_country = own is not None and auc > own, result.headline == "auc_country"
    checks: list[tuple[str, object, dict[str, Any]]] = [
        ("no_match", not labelled, {}),
        ("too_few", 0 < labelled < LEAST_LABELLED, {"n": labelled, "least": LEAST_LABELLED}),
        ("one_class", labelled >= LEAST_LABELLED and result.auc is None, {"n": labelled}),
        ("strata_too_few", result.auc is not None and result.auc_stratified is None, {"least": LEAST_LABELLED}),
        ("leak", counts["only_listed"] and not settings.blind, {"n": counts["only_listed"]}),
        ("left_out", settings.blind and listed_only, {"n": listed_only}),
        ("beaten", beaten and not by_country, {"baseline": best, "auc": auc}),
        ("beaten_country", beaten and by_country, {"baseline": best, "auc": auc}),
        ("one_country", len(countries) == 1 and labelled > 1, {"country": next(iter(countries), "")}),
        ("undated", settings.until and counts["undated"], {"n": counts["undated"]}),
        ("later", counts["later"], {"n": counts["later"], "until": settings.until}),
        ("other_commodity", counts["other_commodity"], {"n": counts["other_commodity"]}),
        ("doubled", counts["doubled"], {"n": counts["doubled"]}),
        ("unlabelled", labelled, {}),
    ]
    return [(code, values) for code, holds, values in checks if holds]


def as_json(result: Backtest) -> dict[str, Any]:
    """Return the answer as plain JSON types, notes left as codes.

    Parameters
    ----------
    result : Backtest
        The answer of `backtest`.
    """
    return {**asdict(result), "notes": [code for code, _ in result.notes]}


def origin(scenario: Scenario, settings: Any) -> dict[str, Any]:
    """Return the provenance of a result: settings, scenario and data version.

    Parameters
    ----------
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    settings : Any
        Labels, strata, draws and seed.
    """
    return {
        "settings": {**asdict(settings), "seed": scenario.seed},
        "scenario": scenario.as_dict(),
        "scenario_hash": scenario.scenario_hash,
        "data_version": data_version(),
    }
