"""What other stages, starts of production or funding would make of the months to product."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from scoring.backtest.blind import PRODUCT
from scoring.criteria.catalogue import load
from scoring.permitting import product
from scoring.permitting.outlook import look_ahead, parameters
from scoring.permitting.product import ProjectTerms, supply

#: Attributes that the months rest on.
ATTRIBUTES = PRODUCT


@dataclass(frozen=True, slots=True)
class TimingCase:
    """What the months of a site rest on.

    Attributes
    ----------
    stage : str
    iso3 : str
    quality : float or None
        World Bank regulatory quality; None: no estimate.
    age_years : int
        Of the statement of the stage.
    terms : ProjectTerms
    """

    stage: str
    iso3: str
    quality: float | None
    age_years: int
    terms: ProjectTerms


def answers(case: TimingCase, attribute: str, today: date) -> list[TimingCase]:
    """Return the case with each answer among which the best and the worst are; as many for every case.

    Of stages those that no other beats, or is beaten by, in every part; of a start the next month and a year beyond
    every horizon; of funding that it is there, and that it is not.

    Parameters
    ----------
    case : TimingCase
    attribute : str
        One of `ATTRIBUTES`.
    today : date
    """
    if attribute == "stage":
        return [replace(case, stage=stage, age_years=0) for stage in outermost_stages()]
    if attribute == "funding_state":
        return [replace(case, terms=replace(case.terms, funded=funded)) for funded in (True, False)]
    soon = f"{today.year + today.month // 12}-{today.month % 12 + 1:02}"
    return [
        replace(case, terms=replace(case.terms, start=start, start_as_of=today.isoformat())) for start in (soon, "2099")
    ]


def outermost_stages() -> list[str]:
    """Return the stages that no other beats, or is beaten by, in everything that the months rest on."""
    cost = {stage: _cost(stage) for stage in parameters()["stage"]}
    ends = [
        *(a for a in cost if not any(_below(cost[b], cost[a]) for b in cost)),
        *(a for a in cost if not any(_below(cost[a], cost[b]) for b in cost)),
    ]
    return list({cost[stage]: stage for stage in ends}.values())


def _cost(stage: str) -> tuple[float, ...]:
    """Return what a stage leaves to do, and the chance of never: months grow with each."""
    before, after = parameters()["stage"][stage], product.parameters()["stage"][stage]
    build = product.parameters()["build"][after["build"]]["mine"]["median_months"]
    return (
        before["study_months"],
        before["share_left"],
        float(after["finance"]),
        build * sum(after["left"]),
        float(after["ramp_up"]),
        1 - after["chance"],
    )


def _below(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


@lru_cache(maxsize=16_384)
def measured(case: TimingCase, today: date) -> dict[str, float]:
    """Return the value of each criterion of the months, by id; empty where the stage is unknown.

    Parameters
    ----------
    case : TimingCase
    today : date
    """
    outlook = look_ahead(case.stage, case.iso3, case.terms.kind == "mine", case.quality, case.age_years)
    if outlook is None:
        return {}
    found = supply(outlook, case.terms, today, load().of_id("product_months").worst)
    return {
        "permitting_months": outlook.months.p50,
        "product_months": found.expected,
        "product_chance": 100 * found.chance,
    }
