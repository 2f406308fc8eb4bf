"""Measures: facts to measurements, one function a kind of measure."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from data.sql import sql
from geo.geometry import PolygonIndex
from scoring.criteria.catalogue import Criterion, load
from scoring.measures.infrastructure import haul_cost, nearest, protected_km, sea_km, water_cost
from scoring.measures.inputs import MILESTONES, Inputs, run
from scoring.permitting.outlook import Milestones, Outlook, look_ahead

BUNDLE_YEAR = 2026
"""The year against which statements age; fixed with the bundle, so that a build is reproducible."""

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


def _contained(inputs: Inputs) -> None:
    """Make the table ``contained`` that two measures read."""
    inputs.facts.execute(sql("scoring/measures/contained.sql"))


def grade_percentile(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001 - the registry's signature
    """Percentile of the grade within its deposit type, 0..100, by commodity.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    _contained(inputs)
    return run(inputs, "scoring/measures/measure_grade_percentile.sql")


def contained_years(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Contained metal in years of world mine production, by commodity.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    _contained(inputs)
    return run(inputs, "scoring/measures/measure_contained_years.sql")


def output_share(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Plant capacity in percent of world production.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
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
    rows = []
    for site_id, outlook, as_of in outlooks(inputs):
        has_milestones = site_id in inputs.milestones
        months, source = outlook.months, MILESTONES if has_milestones else "orebridge_permitting"
        seen = inputs.today.isoformat() if has_milestones and inputs.today else as_of
        rows.append((site_id, months.p50, months.p10, months.p90, outlook.stage, months.pathway, seen, source))
    columns = ["site_id", "value", "low", "high", "target", "reference_group", "as_of", "source_id"]
    return pd.DataFrame(rows, columns=columns).assign(status="modelled")


def outlooks(inputs: Inputs) -> Iterator[tuple[str, Outlook, str]]:
    """Yield each site with the distribution of its months left and the date of the stage.

    Sites of unknown stage are passed over.

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
    for site in inputs.sites.itertuples():
        quality, as_of = governance.get(site.iso3, np.nan), stated.get(site.site_id, "")
        age = BUNDLE_YEAR - int(as_of[:4]) if as_of[:4].isdigit() else UNDATED_YEARS
        known_quality = None if pd.isna(quality) else float(quality)
        milestones = inputs.milestones.get(str(site.site_id))
        outlook = look_ahead(
            str(site.stage), str(site.iso3), bool(site.kind == "mine"), known_quality, age, milestones, inputs.today
        )
        if outlook:
            yield str(site.site_id), outlook, as_of


def outlook_of(
    facts: duckdb.DuckDBPyConnection, site_id: str, milestones: Milestones | None, today: date
) -> Outlook | None:
    """Return the distribution of the months left of one site, given the user's milestones.

    None where its stage is unknown.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    site_id : str
        Id of the site.
    milestones : Milestones or None
        Milestones of the user; None: none.
    today : date
        The day from which months count.
    """
    inputs = Inputs(
        facts.cursor(), only=frozenset([site_id]), milestones={site_id: milestones} if milestones else {}, today=today
    )
    return next((outlook for _site, outlook, _as_of in outlooks(inputs)), None)


def gap_closed(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Output as a share of a country's import gap times the leading country's share, in percent, by commodity.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    _contained(inputs)
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
    "nearest": nearest,
    "haul_cost": haul_cost,
    "water_cost": water_cost,
    "gap_closed": gap_closed,
    "protected_km": protected_km,
    "not_covered": not_covered,
    "sea_km": sea_km,
    "allied_share": allied_share,
    "host_alignment": host_alignment,
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
    gates = run(inputs, "scoring/measures/gates.sql")
    return gates.sort_values(["site_id", "gate"]).reset_index(drop=True)
