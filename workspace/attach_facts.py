"""The user's facts of sites beside those of the sources: scored in their place while they stand, and exactly undone.

Only the criteria and gates that rest on what is stated are measured anew, and only for the sites of which it is stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from types import MappingProxyType

import duckdb
import pandas as pd

from data.bundling.owners import owners
from data.bundling.records import Claim, claims_frame
from data.sources import Source
from data.sql import sql
from data.user_facts import StoredFact
from scoring.measures.inputs import Inputs
from scoring.measures.registry import judge_gates, measure_all
from scoring.permitting.outlook import Milestones
from scoring.ranking.pipeline import forget_packed
from scoring.robustness.answer_effects import criteria_on
from workspace.attach import MEASURING, change

OWNER = "owner"
#: Criteria of mines that rest on prices.
PRICED = ("grade_percentile", "contained_years", "gap_closed", "gap_closed_japan")


@dataclass(frozen=True, slots=True)
class Touched:
    """What facts speak of.

    Attributes
    ----------
    pairs : dict of (str, str) to str
        Site and criterion -> user who says so.
    owned : dict of str to str
        Site whose owners are stated -> user who says so.
    """

    pairs: Mapping[tuple[str, str], str]
    owned: Mapping[str, str]

    def sites_of(self, criterion_id: str) -> frozenset[str]:
        """Return the sites of which a fact speaks that a criterion rests on.

        Parameters
        ----------
        criterion_id : str
            Id of the criterion.
        """
        return frozenset(site for site, criterion in self.pairs if criterion == criterion_id)


NOTHING = Touched({}, {})


def touched_by(facts: Sequence[StoredFact]) -> Touched:
    """Return which criteria of which sites rest on facts, and of which sites they state the owners.

    Parameters
    ----------
    facts : sequence of StoredFact
        Facts that stand.
    """
    resting = {attribute: criteria_on(attribute) for attribute in {fact.attribute for fact in facts}}
    pairs = {(fact.site_id, criterion): fact.owner for fact in facts for criterion in resting[fact.attribute]}
    return Touched(pairs, {fact.site_id: fact.owner for fact in facts if fact.attribute == OWNER})


def source_of(fact: StoredFact) -> Source:
    """Return what a fact cites as a source, for tables, cards and exports.

    Parameters
    ----------
    fact : StoredFact
        A fact of the store.
    """
    return Source(
        id=fact.source_id,
        title=fact.source_title,
        publisher=fact.owner,
        url=fact.source_url if fact.source_url.startswith("http") else "",
        licence="not stated",
        licence_tier="C",
        attribution=fact.source_title,
        citation=f"{fact.source_title}. {fact.source_url}",
        retrieved=date.fromisoformat(fact.added_at[:10]),
        as_of=fact.as_of,
        caveat="stated by the user, not checked by Orebridge",
        import_recipe="",
        files=(),
    )


def attach_facts(
    facts: duckdb.DuckDBPyConnection,
    stated: Sequence[StoredFact],
    before: Touched,
    milestones: Mapping[str, Milestones],
    today: date,
    prices: Mapping[str, tuple[float, str]] = MappingProxyType({}),
) -> Touched:
    """Let the user's facts and prices stand in place of what the sources say, and return what they speak of.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    stated : sequence of StoredFact
        All facts that stand; of a site that is not there, nothing happens.
    before : Touched
        What was attached before: of what is not stated any more, the sources count again.
    milestones : mapping of str to Milestones
        What users know of permits, by site.
    today : date
        The day from which months count.
    prices : mapping of str to (float, str), optional
        Commodity -> USD per tonne of its grade basis, and the user who says so.
    """
    now = touched_by(stated)
    with MEASURING:
        change(facts, "workspace/facts_forget.sql", None, {})
        if prices:
            change(facts, "workspace/facts_prices.sql", _prices(prices), {})
        if stated:
            change(facts, "workspace/facts_claims.sql", _rows(stated), {})
        if now.owned:
            change(facts, "workspace/facts_holders.sql", _holders(facts, stated), {})
        if prices:
            now = replace(now, pairs={**_of_prices(facts, prices), **now.pairs})
        _measure(facts, now, before, milestones, today)
        _judge(facts, now, before)
        forget_packed(facts)
    return now


def _prices(prices: Mapping[str, tuple[float, str]]) -> pd.DataFrame:
    rows = [(commodity, usd_per_t, owner) for commodity, (usd_per_t, owner) in prices.items()]
    return pd.DataFrame(rows, columns=["commodity_id", "usd_per_t", "owner"])


def _of_prices(facts: duckdb.DuckDBPyConnection, prices: Mapping[str, tuple[float, str]]) -> dict[tuple[str, str], str]:
    """Return the sites and criteria that prices speak of: those of every ore, since its peers move with it."""
    owner = ", ".join(sorted({owner for _usd, owner in prices.values()}))
    sites = [row[0] for row in facts.cursor().execute(sql("workspace/facts_ores.sql")).fetchall()]
    return {(site, criterion): owner for site in sites for criterion in PRICED}


def _rows(stated: Sequence[StoredFact]) -> pd.DataFrame:
    frame = pd.DataFrame([{**asdict(fact), "source_id": fact.source_id} for fact in stated])
    return frame.astype(dict.fromkeys(("value", "low", "high"), "float64"))


def _holders(facts: duckdb.DuckDBPyConnection, stated: Sequence[StoredFact]) -> pd.DataFrame:
    """Return the stated owners looked through to the ultimate parent, by the rule of the bundle."""
    owned = [fact for fact in stated if fact.attribute == OWNER]
    claims = claims_frame(
        [
            Claim(fact.source_id, OWNER, fact.value, fact.text, unit=fact.unit, as_of=fact.as_of, url=fact.source_url)
            for fact in owned
        ]
    ).assign(
        site_id=[fact.site_id for fact in owned],
        source_id=[fact.source_id for fact in owned],
        chosen=True,
    )
    table = owners(claims, facts.cursor().execute("FROM facts.country").df())
    countries = {(fact.site_id, fact.text): fact.country for fact in owned}
    users = {fact.site_id: fact.owner for fact in owned}
    return table.assign(
        parent_stated=[
            countries.get(key, "") for key in table[["site_id", "owner"]].itertuples(index=False, name=None)
        ],
        added_by=table["site_id"].map(users),
        share_pct=table["share_pct"].astype("float64"),
    )


def _measure(
    facts: duckdb.DuckDBPyConnection,
    now: Touched,
    before: Touched,
    milestones: Mapping[str, Milestones],
    today: date,
) -> None:
    every = sorted({*now.pairs, *before.pairs})
    if not every:
        return
    sites = frozenset(site for site, _criterion in every)
    own = {site: milestones[site] for site in sites if site in milestones}
    inputs = Inputs(facts.cursor(), only=sites, milestones=own, today=today)
    measurements = measure_all(inputs, {criterion for _site, criterion in every})
    standing = sorted(now.pairs)
    values = {
        "sites": [site for site, _criterion in every],
        "criteria": [criterion for _site, criterion in every],
        "now_sites": [site for site, _criterion in standing],
        "now_criteria": [criterion for _site, criterion in standing],
        "owners": [now.pairs[pair] for pair in standing],
    }
    change(facts, "workspace/facts_measurements.sql", measurements, values)


def _judge(facts: duckdb.DuckDBPyConnection, now: Touched, before: Touched) -> None:
    sites = sorted({*now.owned, *before.owned})
    if not sites:
        return
    standing = sorted(now.owned)
    values = {"sites": sites, "now_sites": standing, "owners": [now.owned[site] for site in standing]}
    gates = judge_gates(Inputs(facts.cursor(), only=frozenset(sites)))
    change(facts, "workspace/facts_gates.sql", gates, values)
