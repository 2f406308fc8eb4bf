"""Measures: facts to measurements, one function a kind of measure."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

import pandas as pd

from data.sql import sql
from geo.geometry import PolygonIndex
from scoring.criteria.catalogue import Criterion, load
from scoring.measures.infrastructure import access_capex, haul_cost, nearest, protected_km, sea_km, water_cost
from scoring.measures.inputs import MILESTONES, Inputs, run
from scoring.measures.stated_output import make_stated_output
from scoring.measures.timing import Timing, outlooks, timings
from scoring.permitting.outlook import Outlook

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


def _site_output(inputs: Inputs) -> None:
    """Make the table ``site_output``: what sites put out, as stated or from their resource."""
    inputs.once(_payable)
    inputs.once(_stated_output)
    inputs.facts.execute(sql("scoring/measures/site_output.sql"))


def _only(inputs: Inputs) -> list[str] | None:
    """Return the ids of the sites that are asked for; None: all of them."""
    return None if inputs.only is None else sorted(inputs.only)


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
    return run(inputs, "scoring/measures/measure_grade_percentile.sql", {"only": _only(inputs)})


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
        (site_id, 100 * timing.supply.chance) for site_id, timing, _as_of in inputs.once(_timings) if site_id in plants
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


def _timings(inputs: Inputs) -> list[tuple[str, Timing, str]]:
    return list(timings(inputs, load().of_id("product_months").worst))


def product_months(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:  # noqa: ARG001
    """Months to product as an expectation, with P10 and P90; never counts as the worst goalpost.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; months beyond its worst goalpost count as that.
    """
    rows = []
    for site_id, timing, as_of in inputs.once(_timings):
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
    for site_id, timing, as_of in inputs.once(_timings):
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


def gap_closed(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:
    """Output as a share of a country's import gap times the leading country's share, in percent, by commodity.

    Parameters
    ----------
    inputs : Inputs
        Facts and layers of the bundle, and the sites that are to be measured.
    criterion : Criterion
        The criterion whose measure it is; its options say what is measured.
    """
    inputs.once(_site_output)
    return run(
        inputs,
        "scoring/measures/measure_gap_closed.sql",
        {"market": criterion.options["market"], "only": _only(inputs)},
    )


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
