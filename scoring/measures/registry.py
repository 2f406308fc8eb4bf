"""Measures: facts to measurements, one function a kind of measure."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from data.sql import sql
from geo.geometry import PolygonIndex
from scoring.criteria.catalogue import Criterion, load
from scoring.measures.infrastructure import access_capex, haul_cost, nearest, protected_km, sea_km, water_cost
from scoring.measures.inputs import MILESTONES, Inputs, run
from scoring.measures.stated_output import make_stated_output
from scoring.permitting.outlook import Milestones, Outlook, look_ahead
from scoring.permitting.product import ProjectTerms, Supply, supply

BUNDLE_DAY = date(2026, 11, 26)
"""The day against which statements age; fixed with the bundle, so that a build is reproducible."""

UNDATED_YEARS = 15
"""An undated statement counts as this old: the median age of the open databases. An assumption."""


COLUMNS = (
    "site_id",
    "commodity",
    "value",
    "low",
    "high",
    "status",
    "source_id",
    "as_of",
    "target",
    "reference_group",
    "reference_n",
)


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


def _payable(inputs: Inputs) -> None:
    """Make the tables ``contained``, ``payable``, ``main_commodity`` and ``graded`` that measures of ore read."""
    inputs.facts.execute(sql("scoring/deposits/deposit_form.sql"))
    inputs.facts.execute(sql("scoring/measures/contained.sql"))
    inputs.facts.execute(sql("scoring/measures/may_sell.sql"))
    inputs.facts.execute(sql("scoring/measures/payable.sql"))
    inputs.facts.execute(sql("scoring/measures/graded.sql"))


def _stated_output(inputs: Inputs) -> None:
    """Make the table ``stated_output`` that measures of output read."""
    make_stated_output(inputs.facts)


def _ore_output(inputs: Inputs) -> None:
    """Make the table ``ore_output``: what mines could put out of what their ore holds."""
    inputs.facts.execute(sql("scoring/measures/ore_output.sql"))


def grade_percentile(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001 - the registry's signature
    """Percentile of the grade within its deposit type, 0..100, by commodity.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    inputs.once(_payable)
    only = None if inputs.only is None else sorted(inputs.only)
    return run(inputs, "scoring/measures/measure_grade_percentile.sql", {"only": only})


def contained_years(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Contained metal in years of world mine production, by commodity.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    inputs.once(_payable)
    return run(inputs, "scoring/measures/measure_contained_years.sql")


def output_share(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Plant capacity in percent of world production; a planned one times the chance of coming to product.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    plants = frozenset(inputs.sites["site_id"][inputs.sites["kind"] != "mine"])
    chances = [
        (site_id, 100 * timing.supply.chance)
        for site_id, timing, _as_of in timings(replace(inputs, only=plants), load().of_id("product_months").worst)
    ]
    inputs.facts.register("chance_frame", pd.DataFrame(chances, columns=["site_id", "pct"]))
    inputs.facts.execute("CREATE OR REPLACE TEMP TABLE chance AS FROM chance_frame")
    inputs.once(_stated_output)
    return run(inputs, "scoring/measures/measure_output_share.sql")


def claim_number(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Return a chosen numeric claim as it is.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    return run(inputs, "scoring/measures/measure_claim_number.sql", {"claim": criterion.options["claim"]})


def host_alignment(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Class 0..3 of the host country.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    return run(inputs, "scoring/measures/measure_host_alignment.sql")


def offtake_destination(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Class 0..3 of the countries of the buyers that sources name.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    return run(inputs, "scoring/measures/measure_offtake_destination.sql")


def rule_of_law(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """World Bank estimate of the rule of law in the host country, -2.5 to 2.5.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    return run(inputs, "scoring/measures/measure_rule_of_law.sql")


def allied_share(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Allied share of ownership in percent with the range that unknown owners leave.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    return run(inputs, "scoring/measures/measure_allied_share.sql")


def permitting_months(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Months until ready to build: P50 with P10 and P90.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    rows = [
        (months.p50, months.p10, months.p90, *_basis(inputs, site_id, outlook, as_of))
        for site_id, outlook, as_of in outlooks(inputs)
        for months in (outlook.months,)
    ]
    return _modelled(rows)


def product_months(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Months to product as an expectation, with P10 and P90; never counts as the worst goalpost.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; months beyond its worst goalpost count as that.
    """
    rows = []
    for site_id, timing, as_of in timings(inputs, criterion.worst):
        expected, months = timing.supply.expected, timing.supply.months
        ends = min(months.p10, expected), max(months.p90, expected)
        rows.append((expected, *ends, *_basis(inputs, site_id, timing.outlook, as_of)))
    return _modelled(rows)


def product_chance(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Chance of coming to product at all, in percent.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    rows = []
    for site_id, timing, as_of in timings(inputs, load().of_id("product_months").worst):
        percent = round(100 * timing.supply.chance, 1)
        rows.append((percent, percent, percent, *_basis(inputs, site_id, timing.outlook, as_of)))
    return _modelled(rows)


def _basis(inputs: Inputs, site_id: str, outlook: Outlook, as_of: str) -> tuple[str, str, str, str, str]:
    """Return site, stage, pathway, date and source of a modelled value."""
    told = site_id in inputs.milestones
    seen = inputs.today.isoformat() if told and inputs.today else as_of
    return site_id, outlook.stage, outlook.months.pathway, seen, MILESTONES if told else "orebridge_permitting"


def _modelled(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    columns = ["value", "low", "high", "site_id", "target", "reference_group", "as_of", "source_id"]
    return pd.DataFrame(rows, columns=columns).assign(status="modelled")


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


def gap_closed(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Output as a share of a country's import gap times the leading country's share, in percent, by commodity.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    inputs.once(_payable)
    inputs.once(_stated_output)
    inputs.once(_ore_output)
    return run(inputs, "scoring/measures/measure_gap_closed.sql", {"market": criterion.options["market"]})


def not_covered(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """No layer covers it: unknown everywhere.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    return pd.DataFrame(
        {column: pd.Series(dtype=object) for column in ("site_id", "value", "low", "high", "source_id", "as_of")}
    )


MEASURES: dict[str, Callable[[Inputs, Criterion], pd.DataFrame]] = {
    "grade_percentile": grade_percentile,
    "contained_years": contained_years,
    "output_share": output_share,
    "claim_number": claim_number,
    "permitting_months": permitting_months,
    "product_months": product_months,
    "product_chance": product_chance,
    "nearest": nearest,
    "access_capex": access_capex,
    "haul_cost": haul_cost,
    "water_cost": water_cost,
    "gap_closed": gap_closed,
    "protected_km": protected_km,
    "not_covered": not_covered,
    "sea_km": sea_km,
    "allied_share": allied_share,
    "host_alignment": host_alignment,
    "offtake_destination": offtake_destination,
    "rule_of_law": rule_of_law,
}

EMPTY = {"commodity": "", "status": "measured", "target": "", "reference_group": "", "reference_n": None}


def measure_all(inputs: Inputs, criteria: Container[str] | None = None) -> pd.DataFrame:
    """Measure every criterion of the catalogue (or those of `criteria`) for every site to which it applies.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criteria : Container[str] or None, optional
        Ids of the criteria that are measured; None: all.

    Returns
    -------
    DataFrame
        Columns of ``facts.measurement``. A missing row is an unknown, never a zero.
    """
    frames = []
    for criterion in load().criteria:
        if criteria is not None and criterion.id not in criteria:
            continue
        frame = MEASURES[criterion.measure](inputs, criterion)
        for column, default in EMPTY.items():
            frame[column] = (
                frame[column].fillna(default) if column in frame and default is not None else frame.get(column, default)
            )
        frame = frame[list(COLUMNS)].dropna(subset=["value"])
        frame["reference_n"] = frame["reference_n"].astype("Int32")
        frame.insert(1, "criterion_id", criterion.id)
        frames.append(frame)
    measurements = pd.concat(frames, ignore_index=True)
    return measurements.sort_values(["criterion_id", "site_id", "commodity"], kind="stable").reset_index(drop=True)


def judge_gates(inputs: Inputs) -> pd.DataFrame:
    """Return the verdict of every gate for every site, with the code of its evidence.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    """
    parks = inputs.points("parks_us").reset_index(drop=True)
    index = PolygonIndex(parks.geometry).containing(inputs.sites["lon"], inputs.sites["lat"])
    inside = index >= 0
    table = pd.DataFrame(
        {"site_id": inputs.sites["site_id"][inside], "target": parks["name"].to_numpy()[index[inside]]}
    )
    inputs.facts.register("inside_park_frame", table)
    inputs.facts.execute(sql("scoring/measures/inside_park.sql"))
    gates = pd.concat(
        [run(inputs, "scoring/measures/gates.sql"), run(inputs, "scoring/measures/prc_gates.sql")], ignore_index=True
    )
    return gates.sort_values(["site_id", "gate"]).reset_index(drop=True)
