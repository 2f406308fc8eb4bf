"""Two to five sites compared criterion by criterion, with the leader of each and the ranks under every preset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError
from scoring.ranking.scenario import Scenario
from scoring.records import Dossier, MeasurementRecord
from scoring.robustness.two_desks import desk_scenario
from scoring.sites.dossier import dossier
from scoring.sites.own_list import own_lists, own_ranks

FEWEST, MOST = 2, 5
#: Desirabilities that differ by less are a tie.
TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of one site on one criterion.

    Attributes
    ----------
    applies : bool
        False: the criterion does not judge this kind of site.
    value, low, high : float or None
        In the criterion's unit; None: unknown.
    status : str
        measured | modelled | unknown.
    desirability : float or None
        0..1; None: unknown.
    contribution : float
        Part of the score.
    apart : float or None
        Value minus that of the first site, same unit; None: one of the two is unknown, or it is the first.
    """

    applies: bool
    value: float | None
    low: float | None
    high: float | None
    status: str
    desirability: float | None
    contribution: float
    apart: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion over the sites.

    Attributes
    ----------
    criterion, title, title_ja, pillar, unit : str
    cells : tuple of Cell
        In the order of the sites.
    ahead : tuple of str
        Site ids with the highest desirability among those known; empty where fewer than two are known or all tie.
    """

    criterion: str
    title: str
    title_ja: str
    pillar: str
    unit: str
    cells: tuple[Cell, ...]
    ahead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The comparison.

    Attributes
    ----------
    sites : tuple of Dossier
        In the order given.
    rows : tuple of Row
        In the order of the criteria; those that apply to none of the sites are left out.
    ranks : dict
        Preset -> site id -> rank in the site's own list (`scoring.sites.own_list`).
    ahead : dict
        Site id -> on how many criteria it is ahead.
    """

    sites: tuple[Dossier, ...]
    rows: tuple[Row, ...]
    ranks: dict[str, dict[str, int]]
    ahead: dict[str, int]


def side_by_side(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_names: Sequence[str]) -> SideBySide:
    """Compare sites under a scenario.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    scenario : Scenario
        Of its filters, universe, step and rule of ownership count.
    site_names : sequence of str
        Two to five site ids, or parts of names that fit one site alone.

    Raises
    ------
    ScenarioError
        If there are fewer than two or more than five different sites.
    UnknownSiteError
        If one is not there.
    """
    dossiers = (dossier(facts, scenario, name) for name in dict.fromkeys(site_names))
    sites = {site["site_id"]: site for site in dossiers}
    if not FEWEST <= len(sites) <= MOST:
        raise ScenarioError(
            "{count} different sites cannot stand side by side; give {fewest} to {most}.",
            count=len(sites),
            fewest=FEWEST,
            most=MOST,
        )
    lists = own_lists(facts, scenario, list(sites))
    rows = tuple(
        row for criterion in scenario.criteria if (row := _row(criterion.id, list(sites.values()))) is not None
    )
    by_preset = {preset: own_ranks(facts, desk_scenario(scenario, preset), lists) for preset in load().presets}
    ranks = {preset: {site_id: rank for site_id, (rank, _) in own.items()} for preset, own in by_preset.items()}
    ahead = {site_id: sum(site_id in row.ahead for row in rows) for site_id in sites}
    return SideBySide(tuple(sites.values()), rows, ranks, ahead)


def _row(criterion: str, sites: list[Dossier]) -> Row | None:
    lines = [_line(site, criterion) for site in sites]
    any_line = next((line for line in lines if line is not None), None)
    if any_line is None:
        return None
    first = lines[0]["value"] if lines[0] else None
    cells = tuple(_cell(line, first, is_first=place == 0) for place, line in enumerate(lines))
    ahead = _ahead([site["site_id"] for site in sites], cells)
    return Row(criterion, any_line["title"], any_line["title_ja"], any_line["pillar"], any_line["unit"], cells, ahead)


def _line(site: Dossier, criterion: str) -> MeasurementRecord | None:
    """Return what the dossier of a site says of a criterion; None: it does not apply."""
    return next((line for line in site["lines"] if line["criterion"] == criterion), None)


def _ahead(site_ids: Sequence[str], cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the sites with the highest desirability; none where fewer than two are known or all tie."""
    known = [
        (site_id, cell.desirability)
        for site_id, cell in zip(site_ids, cells, strict=True)
        if cell.desirability is not None
    ]
    if len(known) < 2:
        return ()
    best, worst = max(u for _, u in known), min(u for _, u in known)
    return tuple(site_id for site_id, u in known if u >= best - TIE) if best - worst > TIE else ()


def _cell(line: MeasurementRecord | None, first: float | None, *, is_first: bool) -> Cell:
    if line is None:
        return Cell(
            applies=False, value=None, low=None, high=None, status="", desirability=None, contribution=0.0, apart=None
        )
    value = line["value"]
    apart = None if is_first or value is None or first is None else value - first
    known = line["status"] != "unknown"
    return Cell(
        applies=True,
        value=value,
        low=line["low"],
        high=line["high"],
        status=line["status"],
        apart=apart,
        desirability=line["desirability"] if known else None,
        contribution=line["contribution"],
    )
