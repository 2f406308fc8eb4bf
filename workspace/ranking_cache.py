"""Rankings and packed vectors of a database of facts, cached by scenario."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import duckdb
import numpy as np
import pandas as pd

from data.bounded_cache import BoundedCache
from data.sql import sql
from geo.arrays import FloatArray
from scoring.ranking.facets import Facets, facets, what_counts
from scoring.ranking.packed import Packed, packed_arrays
from scoring.ranking.ranked import Page, Ranked, Rankings, Sites
from scoring.ranking.scenario import Scenario
from scoring.ranking.standing import Standing, standings
from scoring.records import Dossier
from scoring.robustness import rank_acceptability
from scoring.robustness.rank_acceptability import RankStability, WeightConstraints
from scoring.robustness.two_desks import TwoDesks, two_desks
from scoring.search import search
from scoring.search.search import Found
from scoring.sites import dossier as dossier_module
from scoring.sites import side_by_side as side_by_side_module
from scoring.sites.candidates import Candidate, candidates
from scoring.sites.hidden import hidden_by
from scoring.sites.own_list import KeptLists
from scoring.sites.side_by_side import SideBySide

V = TypeVar("V")
Key = tuple[Hashable, ...]
#: Criteria that say how much there is: contained metal of a deposit, output of a plant.
AMOUNTS = ("contained_years", "output_share")
FRAME_BYTES_A_ROW = 200
DOSSIER_BYTES = 100_000
CANDIDATE_BYTES = 800
STANDING_BYTES = 250


class RankingCache:
    """Answers of one database of facts. Many threads may ask at once; the same question is computed once.

    Parameters
    ----------
    facts : callable
        Opens the facts, prepared by `scoring.ranking.pipeline.prepare`; called when something is asked.
    state : callable
        Returns a number that changes whenever the facts do: what was kept of another state is not used.
    """

    def __init__(self, facts: Callable[[], duckdb.DuckDBPyConnection], state: Callable[[], int]) -> None:
        self._facts, self._state = facts, state
        self._rankings: BoundedCache[int, Rankings] = BoundedCache(1, 1, lambda _rankings: 1)
        self._frames: BoundedCache[Key, pd.DataFrame] = BoundedCache(
            12, 64_000_000, lambda frame: FRAME_BYTES_A_ROW * len(frame)
        )
        self._gates: BoundedCache[Key, dict[str, dict[str, str]]] = BoundedCache(1, 1, lambda _gates: 1)
        self._facets: BoundedCache[Key, Facets] = BoundedCache(
            48, 8_000_000, lambda counts: 100 * sum(map(len, counts.values()))
        )
        self._dossiers: BoundedCache[Key, Dossier] = BoundedCache(48, 8_000_000, lambda _dossier: DOSSIER_BYTES)
        self._firmness: BoundedCache[Key, RankStability] = BoundedCache(
            8, 64_000_000, lambda entry: FRAME_BYTES_A_ROW * len(entry.table)
        )
        self._packed: BoundedCache[Key, Packed] = BoundedCache(8, 192_000_000, lambda entry: 6 * entry.known.nbytes)
        self._desks: BoundedCache[Key, TwoDesks] = BoundedCache(
            8, 64_000_000, lambda entry: FRAME_BYTES_A_ROW * len(entry.sites)
        )
        self._candidates: BoundedCache[Key, dict[str, Candidate]] = BoundedCache(
            24,
            24_000_000,
            lambda listed: CANDIDATE_BYTES * len(listed),  # all sites, sorted by what is asked, are 11
        )
        self._standings: BoundedCache[Key, tuple[Standing, ...]] = BoundedCache(
            8, 16_000_000, lambda listed: STANDING_BYTES * len(listed)
        )
        self._found: BoundedCache[Key, tuple[Found, ...]] = BoundedCache(
            48, 8_000_000, lambda found: FRAME_BYTES_A_ROW * len(found)
        )
        self._named: BoundedCache[Key, tuple[str, ...]] = BoundedCache(48, 8_000_000, lambda _names: 100)
        self._hidden: BoundedCache[Key, tuple[str, ...]] = BoundedCache(48, 8_000_000, lambda _names: 100)
        self._compared: BoundedCache[Key, SideBySide] = BoundedCache(48, 8_000_000, lambda _each: DOSSIER_BYTES)

    @property
    def facts(self) -> duckdb.DuckDBPyConnection:
        """The facts; take a cursor for each call."""
        return self._facts()

    @property
    def state(self) -> int:
        """A number that changes whenever the facts do."""
        return self._state()

    def _ask(self, kept: BoundedCache[Key, V], key: Sequence[Hashable], make: Callable[[], V]) -> V:
        return kept.get((self._state(), *key), make)

    def _of(self, facts: duckdb.DuckDBPyConnection) -> Rankings:
        return self._rankings.get(id(facts), lambda: Rankings(facts))

    def sites(self) -> Sites:
        """Return all sites."""
        state = self._state()
        return self._of(self._facts()).sites(state)

    def candidates(self, site_ids: Sequence[str], commodity: str) -> tuple[Candidate, ...]:
        """Return what a desk asks of each site, in the order given; see `scoring.sites.candidates`.

        Parameters
        ----------
        site_ids : sequence of str
            Ids of sites.
        commodity : str
            Commodity of interest; empty: that of which the site closes most.
        """
        by_id = self._ask(
            self._candidates,
            (frozenset(site_ids), commodity),  # other weights give the same sites in another order
            lambda: {each.site_id: each for each in candidates(self._facts(), sorted(set(site_ids)), commodity)},
        )
        return tuple(by_id[site_id] for site_id in site_ids if site_id in by_id)

    def ranked(self, scenario: Scenario) -> Ranked:
        """Return the sites of a scenario in order of rank, as arrays.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.

        Raises
        ------
        ScenarioError
            If the commodity or the method is unknown.
        """
        state = self._state()
        return self._of(self._facts()).ranked(scenario, state)

    def amounts(self, scenario: Scenario) -> FloatArray:
        """Return contained metal or plant output of each ranked site on the logarithmic scale of its criterion.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.

        Returns
        -------
        array of float, shape (n,)
            In order of rank, 0..1 between the goalposts of `AMOUNTS`; NaN: unknown.
        """
        state = self._state()
        ranked = self._of(self._facts()).ranked(scenario, state)
        vectors = self._of(self._facts()).vectors(scenario, state)
        shown = np.full(len(ranked.row), np.nan)
        if vectors.sites is not ranked.sites:  # the facts changed in between: sizes come with the next feed
            return shown
        for place, criterion in enumerate(scenario.criteria):
            if criterion.id in AMOUNTS:
                known = vectors.m[place, ranked.row]
                shown[known] = vectors.u[place, ranked.row][known]
        return shown

    def standings(self, scenario: Scenario, most: int) -> tuple[Standing, ...]:
        """Return the strongest and the weakest pillar of the sites at the head of a list, in order of rank.

        See `scoring.ranking.standing.standings`.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        most : int
            How many sites, from the first.
        """
        return self._ask(self._standings, (scenario, most), lambda: self._stand(scenario, most))

    def _stand(self, scenario: Scenario, most: int) -> tuple[Standing, ...]:
        ranked, vectors = self._of(self._facts()).with_vectors(scenario, self._state())
        return standings(vectors, scenario, ranked.row, most)

    def page(self, scenario: Scenario, first: int, most: int) -> Page:
        """Return a slice of a ranking with the contributions of each criterion.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        first : int
            Place in the list, from 0.
        most : int
            The most rows of the answer.
        """
        state = self._state()
        return self._of(self._facts()).page(scenario, first, most, state)

    def gates(self, site_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return gate -> verdict of some sites; a site without gates is left out.

        Parameters
        ----------
        site_ids : Sequence[str]
            Ids of sites.
        """
        every = self._ask(self._gates, (), lambda: gates_of(self._facts()))
        return {site_id: every[site_id] for site_id in site_ids if site_id in every}

    def ranking(self, scenario: Scenario) -> pd.DataFrame:
        """Return the ranked sites as a frame, without contributions; it is shared.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        """
        state = self._state()
        return self._ask(self._frames, (scenario,), lambda: self._of(self._facts()).frame(scenario, state))

    def facet_counts(self, scenario: Scenario) -> Facets:
        """Return how many sites each choice of a filter would leave.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        """
        counted = what_counts(scenario)
        return self._ask(self._facets, (counted,), lambda: facets(self._facts(), counted))

    def dossier(self, scenario: Scenario, site_id: str) -> Dossier:
        """Return all that is known of a site under a scenario.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        site_id : str
            Id of the site.
        """
        state, facts = self._state(), self._facts()
        kept = KeptLists(self._of(facts), state)
        return self._dossiers.get(
            (state, scenario, site_id), lambda: dossier_module.dossier(facts, scenario, site_id, kept)
        )

    def found(self, text: str, most: int) -> tuple[Found, ...]:
        """Return the sites that a text names, the best first; see `scoring.search.search`.

        Parameters
        ----------
        text : str
            What a reader typed.
        most : int
            How many at the most.
        """
        return self._ask(self._found, (text, most), lambda: search.search(self._facts(), text, most))

    def commodities_named(self, text: str) -> tuple[str, ...]:
        """Return the ids of the commodities that a text names, those that it names whole first.

        Parameters
        ----------
        text : str
            What a reader typed.
        """
        return self._ask(self._named, (text,), lambda: search.commodities_named(self._facts(), text))

    def hidden_by(self, scenario: Scenario, site_id: str) -> tuple[str, ...]:
        """Return what leaves a site out of the scenario's list; see `scoring.sites.hidden`.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        site_id : str
            Id of the site.
        """
        return self._ask(self._hidden, (scenario, site_id), lambda: hidden_by(self._facts(), scenario, site_id))

    def rank_stability(self, scenario: Scenario, belief: WeightConstraints, top_k: int) -> RankStability:
        """Return how stable ranks are, see `scoring.robustness.rank_acceptability`; the table is shared.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        belief : WeightConstraints
            Which weights are thought possible.
        top_k : int
            How many places at the head of the list count as the shortlist.
        """
        make = lambda: rank_acceptability.rank_stability(self._facts(), scenario, belief, top_k=top_k)  # noqa: E731
        return self._ask(self._firmness, (scenario, belief, top_k), make)

    def packed(self, scenario: Scenario) -> Packed:
        """Return the vectors of a scenario's list.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        """
        return self._ask(self._packed, (scenario,), lambda: packed_arrays(self._facts(), scenario))

    def desks(self, scenario: Scenario, rule: str) -> TwoDesks:
        """Return both desks' view of a scenario's list.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        rule : str
            Key of `scoring.aggregation.joint.RULES`.
        """
        return self._ask(self._desks, (scenario, rule), lambda: two_desks(self._facts(), scenario, rule))

    def side_by_side(self, scenario: Scenario, site_ids: tuple[str, ...]) -> SideBySide:
        """Return sites side by side; see `scoring.sites.side_by_side`.

        Parameters
        ----------
        scenario : Scenario
            Weights, method, commodity of interest and filters.
        site_ids : tuple[str, ...]
            Ids of sites.
        """
        return self._ask(
            self._compared,
            (scenario, site_ids),
            lambda: side_by_side_module.side_by_side(self._facts(), scenario, site_ids),
        )


def gates_of(facts: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return site id -> gate -> verdict of all sites.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    verdicts: dict[str, dict[str, str]] = {}
    for site_id, gate, verdict in facts.cursor().execute(sql("data/queries/gates_of_all_sites.sql")).fetchall():
        verdicts.setdefault(site_id, {})[sys.intern(gate)] = sys.intern(verdict)
    return verdicts
