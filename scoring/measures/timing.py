"""When sites are ready to build and when they supply: months left, chance and terms, by what sources say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from scoring.criteria.catalogue import load
from scoring.measures.inputs import Inputs, run
from scoring.permitting.outlook import Milestones, Outlook, look_ahead
from scoring.permitting.product import ProjectTerms, Supply, supply

BUNDLE_DAY = date(2026, 11, 26)
"""The day against which statements age; fixed with the bundle, so that a build is reproducible."""

UNDATED_YEARS = 15
"""An undated statement counts as this old: the median age of the open databases. An assumption."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a site is ready to build, and when it supplies.

    Attributes
    ----------
    outlook : Outlook
    supply : Supply
    terms : ProjectTerms
        What sources say of the project besides its stage.
    day : date
        The day from which months count.
    """

    outlook: Outlook
    supply: Supply
    terms: ProjectTerms
    day: date


def project_terms(inputs: Inputs) -> dict[str, ProjectTerms]:
    """Return what sources say of each site besides its stage, by its id.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    """
    rows = run(inputs, "scoring/measures/project_terms.sql")
    return {
        str(row.site_id): ProjectTerms(
            str(row.kind), str(row.iso3), bool(row.expanding), bool(row.funded), str(row.start), str(row.start_as_of)
        )
        for row in rows.itertuples()
    }


def stage_age(as_of: str) -> int:
    """Return how old a statement of a stage counts, in years.

    Parameters
    ----------
    as_of : str
        ISO date, month or year; empty: not dated.
    """
    return BUNDLE_DAY.year - int(as_of[:4]) if as_of[:4].isdigit() else UNDATED_YEARS


def timings(inputs: Inputs, horizon: float) -> Iterator[tuple[str, Timing, str]]:
    """Yield each site with what is left to permit, when it supplies, and the date of the stage.

    Sites of unknown stage are passed over. Sites whose sources say the same share one `Supply`.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    horizon : float
        Months beyond which product counts as never.
    """
    stated = project_terms(inputs)
    today = inputs.today or BUNDLE_DAY
    alike: dict[tuple[object, ...], Supply] = {}
    for site_id, outlook, as_of in outlooks(inputs):
        key = (outlook.stage, outlook.still_so, outlook.months, outlook.study, outlook.permits, stated[site_id])
        if key not in alike:
            alike[key] = supply(outlook, stated[site_id], today, horizon)
        yield site_id, Timing(outlook, alike[key], stated[site_id], today), as_of


def outlooks(inputs: Inputs) -> Iterator[tuple[str, Outlook, str]]:
    """Yield each site with the distribution of its months left and the date of the stage.

    Sites of unknown stage are passed over. Sites without milestones whose stage, country, kind and age are the same
    share one `Outlook`.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    """
    governance = (
        inputs.facts.execute("SELECT iso3, regulatory_quality FROM facts.country")
        .df()
        .set_index("iso3")["regulatory_quality"]
    )
    stated = run(inputs, "scoring/measures/stage_stated.sql").set_index("site_id")["as_of"]
    alike: dict[tuple[str, str, bool, int], Outlook | None] = {}
    for site in inputs.sites.itertuples():
        quality, as_of = governance.get(site.iso3, np.nan), stated.get(site.site_id, "")
        known_quality = None if pd.isna(quality) else float(quality)
        milestones = inputs.milestones.get(str(site.site_id))
        stage, iso3, is_mine, age = str(site.stage), str(site.iso3), bool(site.kind == "mine"), stage_age(as_of)
        if milestones:
            outlook = look_ahead(stage, iso3, is_mine, known_quality, age, milestones, inputs.today)
        else:
            key = stage, iso3, is_mine, age
            if key not in alike:
                alike[key] = look_ahead(stage, iso3, is_mine, known_quality, age, None, inputs.today)
            outlook = alike[key]
        if outlook:
            yield str(site.site_id), outlook, as_of


def timing_of(
    facts: duckdb.DuckDBPyConnection, site_id: str, milestones: Milestones | None, today: date
) -> Timing | None:
    """Return when one site is ready to build and when it supplies; see `timings_of`.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    site_id : str
        Id of the site.
    milestones : Milestones or None
        Milestones of the user; None: none.
    today : date
        The day from which milestones count.
    """
    return timings_of(facts, [site_id], {site_id: milestones} if milestones else {}, today)[site_id]


def timings_of(
    facts: duckdb.DuckDBPyConnection, site_ids: Sequence[str], milestones: Mapping[str, Milestones], today: date
) -> dict[str, Timing | None]:
    """Return when each site is ready to build and when it supplies, given the user's milestones.

    None where its stage is unknown.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    site_ids : sequence of str
        Ids of sites.
    milestones : mapping
        Site id -> milestones that the user knows; others count too and change nothing.
    today : date
        The day from which milestones count; of sites without any, months count from the day of the bundle, as in the
        list.
    """
    told = {site_id: milestones[site_id] for site_id in site_ids if site_id in milestones}
    horizon = load().of_id("product_months").worst
    found: dict[str, Timing | None] = dict.fromkeys(site_ids)
    for some, seen_from in ((frozenset(told), today), (frozenset(site_ids) - frozenset(told), None)):
        if some:
            inputs = Inputs(facts.cursor(), only=some, milestones=told, today=seen_from)
            found |= {site_id: timing for site_id, timing, _as_of in timings(inputs, horizon)}
    return found
