"""The list in which a site is ranked: projects of its step of the supply chain, or all sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, cast

import duckdb

from data.sql import records, sql
from scoring.ranking.pipeline import filters, rank_cursor
from scoring.ranking.scenario import STEPS, Filters, Scenario
from scoring.records import ListRecord, StandingRecord

if TYPE_CHECKING:
    from scoring.ranking.ranked import Rankings


@dataclass(frozen=True, slots=True)
class OwnList:
    """A list, and those of the sites asked for that are ranked in it.

    Attributes
    ----------
    scenario : Scenario
        Whose universe, step and commodity of interest name the list.
    sites : int
        How many sites it has.
    site_ids : tuple of str
        Those asked for that are in it, in the order given.
    """

    scenario: Scenario
    sites: int
    site_ids: tuple[str, ...]

    def record(self) -> ListRecord:
        """Return what names the list, as a record."""
        chosen = self.scenario.filters
        return {
            "universe": chosen.universe,
            "step": chosen.step,
            "commodity": self.scenario.commodity,
            "sites": self.sites,
        }


class Lists(Protocol):
    """Who answers what a list holds and where a site stands in it."""

    def holding(self, scenario: Scenario, site_ids: Sequence[str]) -> tuple[frozenset[str], int]:
        """Return which of the sites are in the scenario's list, and how many sites it has."""

    def standing(self, scenario: Scenario, site_id: str) -> tuple[StandingRecord, list[float]] | None:
        """Return where a site stands, with the contribution of each criterion; None: it is not in the list."""


@dataclass(frozen=True, slots=True)
class AskedLists:
    """Lists asked of the facts, each time anew: right where one site is looked at."""

    facts: duckdb.DuckDBPyConnection

    def holding(self, scenario: Scenario, site_ids: Sequence[str]) -> tuple[frozenset[str], int]:
        """See `Lists.holding`."""
        bound = {"s": filters(self.facts, scenario), "site_ids": list(site_ids)}
        rows = self.facts.cursor().execute(sql("scoring/sites/listed_of.sql"), bound).fetchall()
        return frozenset(row[0] for row in rows), rows[0][1] if rows else 0

    def standing(self, scenario: Scenario, site_id: str) -> tuple[StandingRecord, list[float]] | None:
        """See `Lists.standing`."""
        ranked = records(rank_cursor(self.facts, scenario, site_id))
        if not ranked:
            return None
        row = ranked[0]
        standing = {name: row[name] for name in row if name in StandingRecord.__required_keys__}
        return cast("StandingRecord", standing), row["contributions"]


@dataclass(frozen=True, slots=True)
class KeptLists:
    """Lists by rankings that lie in memory: right where pages rank again and again. The same numbers.

    Attributes
    ----------
    rankings : Rankings
        Of the facts.
    state : int
        Number of the state of the user data.
    """

    rankings: Rankings
    state: int

    def holding(self, scenario: Scenario, site_ids: Sequence[str]) -> tuple[frozenset[str], int]:
        """See `Lists.holding`."""
        sites = self.rankings.sites(self.state, any_stake=scenario.filters.any_stake)
        passing = self.rankings.passing(scenario, sites, self.state)
        rows = {sites.row[site_id]: site_id for site_id in site_ids if site_id in sites.row}
        return frozenset(rows[row] for row in passing.tolist() if row in rows), len(passing)

    def standing(self, scenario: Scenario, site_id: str) -> tuple[StandingRecord, list[float]] | None:
        """See `Lists.standing`."""
        ranked = self.rankings.ranked(scenario, self.state)
        places = (ranked.row == ranked.sites.row.get(site_id, -1)).nonzero()[0]
        if not len(places):
            return None
        page = self.rankings.page(scenario, int(places[0]), 1, self.state)
        row = {name: values[0] for name, values in page.columns(list(StandingRecord.__required_keys__)).items()}
        return cast("StandingRecord", row), page.contributions[0].tolist()


def own_lists(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_ids: Sequence[str], lists: Lists | None = None
) -> tuple[OwnList, ...]:
    """Return the lists in which sites are ranked under a scenario, each site in one.

    That is the scenario's own universe and step; of a project of another step, the projects of that step, since
    projects of different steps are compared side by side only; of any other site, all sites of the commodity of
    interest; of one that lacks it, all sites. A site that does not exist is in none.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site_ids : sequence of str
        Ids of sites.
    lists : Lists or None, optional
        Who answers what a list holds; None: the facts are asked.
    """
    asked = lists or AskedLists(facts)
    own, left = [], list(dict.fromkeys(site_ids))
    for candidate in _candidates(scenario):
        if not left:
            break
        inside, sites = asked.holding(candidate, left)
        if inside:
            own.append(OwnList(candidate, sites, tuple(site_id for site_id in left if site_id in inside)))
            left = [site_id for site_id in left if site_id not in inside]
    return tuple(own)


def as_listed(facts: duckdb.DuckDBPyConnection, scenario: Scenario, site_ids: Sequence[str]) -> OwnList:
    """Return a scenario's list with all its filters, and those of the sites that are in it.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights, method, commodity of interest and filters.
    site_ids : sequence of str
        Ids of sites.
    """
    listed = set(rank_cursor(facts, scenario).to_arrow_table()["site_id"].to_pylist())
    return OwnList(scenario, len(listed), tuple(site_id for site_id in site_ids if site_id in listed))


def own_ranks(
    facts: duckdb.DuckDBPyConnection, scenario: Scenario, lists: Sequence[OwnList]
) -> dict[str, tuple[int, float]]:
    """Return rank and score of each site within its list, under the weights of a scenario.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    scenario : Scenario
        Weights and method; its filters and commodity of interest are those of each list.
    lists : sequence of OwnList
        As `own_lists` returns them.
    """
    ranks: dict[str, tuple[int, float]] = {}
    for each in lists:
        by = replace(scenario, filters=each.scenario.filters, commodity=each.scenario.commodity)
        table = rank_cursor(facts, by).to_arrow_table().select(["site_id", "rank", "score"]).to_pylist()
        wanted = set(each.site_ids)
        ranks |= {row["site_id"]: (row["rank"], row["score"]) for row in table if row["site_id"] in wanted}
    return ranks


def scenario_of(scenario: Scenario, ranked: ListRecord) -> Scenario:
    """Return the scenario whose list a record names, without other filters.

    Parameters
    ----------
    scenario : Scenario
        Weights, method and rule of ownership.
    ranked : ListRecord
        The list, as a dossier names it.
    """
    any_stake = scenario.filters.any_stake
    chosen = Filters(universe=ranked["universe"], step=ranked["step"], any_stake=any_stake)
    return replace(scenario, filters=chosen, commodity=ranked["commodity"])


def _candidates(scenario: Scenario) -> Iterator[Scenario]:
    chosen = scenario.filters
    own = Filters(universe=chosen.universe, step=chosen.step, any_stake=chosen.any_stake)
    if chosen.universe == "all" or chosen.step or scenario.shared_only:
        yield replace(scenario, filters=own)
    if chosen.universe != "all" and not scenario.shared_only:
        for step in STEPS:
            if step != chosen.step:
                yield replace(scenario, filters=replace(own, step=step))
    everywhere = Filters(any_stake=chosen.any_stake)
    yield replace(scenario, filters=everywhere)
    yield replace(scenario, filters=everywhere, commodity="")
