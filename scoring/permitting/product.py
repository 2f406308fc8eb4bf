"""Months until a project supplies: studies, permits, suits, finance, building and ramp-up, and the chance of never.

Product means output at the design rate. A start of production that a source states stands in place of the model of the
way to it, put back as such dates are.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from geo.arrays import FloatArray
from scoring.permitting.outlook import DRAWS, SEED, MonthsRemaining, Outlook, quantiles, tail
from scoring.permitting.schedule import stated_years

FILE = Path(__file__).with_name("product.toml")
#: Stages from which a stated start is the whole way that is left. Of earlier ones it is the least, since permits that
#: are not granted are not in the sponsor's hands.
ON_SCHEDULE = ("permitted", "construction", "expansion")
#: What is left after studies and permits, in order.
PARTS = ("suit", "finance", "build", "ramp_up")


@dataclass(frozen=True, slots=True)
class ProjectTerms:
    """What sources say of a project besides its stage.

    Attributes
    ----------
    kind : str
        ``mine``, ``derivative``, or another kind of plant.
    iso3 : str
        Country, for suits.
    expanding : bool
        It operates, and a source says that an expansion, a restart or a new line needs money.
    funded : bool
        The newest source says that the build is funded.
    start, start_as_of : str
        The newest statement of the start of production, and its date; empty: none.
    """

    kind: str
    iso3: str
    expanding: bool = False
    funded: bool = False
    start: str = ""
    start_as_of: str = ""

    @property
    def works(self) -> str:
        """Key of the blocks of [build]."""
        return self.kind if self.kind in ("mine", "derivative") else "plant"


@dataclass(frozen=True, slots=True)
class Supply:
    """When a project supplies, and whether.

    Attributes
    ----------
    expected : float
        Mean months to product, with never and what lies beyond counted as `horizon`: on a linear scale that ends there,
        its desirability is the expected desirability.
    months : MonthsRemaining
        P10, P50 and P90, counted alike.
    coming : MonthsRemaining
        P10, P50 and P90 of the draws that come to product, without a bound.
    chance : float
        That it comes to product at all, 0..1.
    parts : dict of str to MonthsRemaining
        Each of `PARTS`, as the model has it.
    stated : tuple of float or None
        Years, with their parts, between which the start lies as stated; None: no source states it, or not so that it
        counts.
    overdue : bool
        The start that is stated has passed, and the stage says that it has not come.
    horizon : float
        Months.
    """

    expected: float
    months: MonthsRemaining
    coming: MonthsRemaining
    chance: float
    parts: dict[str, MonthsRemaining]
    stated: tuple[float, float] | None
    overdue: bool
    horizon: float


@cache
def parameters() -> dict[str, Any]:
    """Return `product.toml`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def supply(outlook: Outlook, terms: ProjectTerms, today: date, horizon: float) -> Supply:
    """Return when a project supplies, from what is left to study and to permit.

    Parameters
    ----------
    outlook : Outlook
        Of `scoring.permitting.outlook.look_ahead`.
    terms : ProjectTerms
    today : date
        The day from which months count.
    horizon : float
        Months beyond which product counts as never: the worst goalpost.

    References
    ----------
    Each figure of `product.toml` names its source; docs/methods/permitting.md.

    Examples
    --------
    >>> from scoring.permitting.outlook import look_ahead
    >>> day, mine = date(2026, 11, 26), ProjectTerms("mine", "AUS")
    >>> supply(look_ahead("operating", "AUS", True, 1.8), mine, day, 200).expected
    0.0
    >>> building = look_ahead("construction", "AUS", True, 1.8)
    >>> told = ProjectTerms("mine", "AUS", start="Q1 2027", start_as_of="2026-10")
    >>> found = [supply(building, terms, day, 200) for terms in (mine, told)]
    >>> found[0].chance == found[1].chance, found[0].months.p50 > found[1].months.p50 > found[1].parts["ramp_up"].p50
    (True, True)
    """
    draws, chance, parts = sampled(outlook, terms, today)
    stated = _stated(terms, _stage(outlook, terms), today)
    capped = np.minimum(draws, horizon)
    pathway, known = outlook.months.pathway, outlook.months.known
    return Supply(
        round(float(capped.mean()), 1),
        quantiles(capped, pathway, known),
        quantiles(draws[np.isfinite(draws)], pathway, known),
        round(float(chance.mean()), 3),
        {name: quantiles(sample, pathway, known) for name, sample in parts.items()},
        stated,
        stated is not None and stated[1] < _decimal(today.isoformat()),
        horizon,
    )


def sampled(outlook: Outlook, terms: ProjectTerms, today: date) -> tuple[FloatArray, FloatArray, dict[str, FloatArray]]:
    """Sample the months to product (infinite: never), the chance of it, and each of `PARTS` in months.

    Parameters
    ----------
    outlook : Outlook
        Of `scoring.permitting.outlook.look_ahead`.
    terms : ProjectTerms
    today : date
        The day from which months count.
    """
    stage = _stage(outlook, terms)
    parts = _parts(stage, outlook, terms)
    start = outlook.draws + parts["suit"] + parts["finance"] + parts["build"]
    stated = _stated(terms, stage, today)
    if stated:
        put_back = _put_back(stated, terms.start_as_of, today)
        holds = np.isnan(outlook.way_back)
        start = np.where(holds, put_back if stage in ON_SCHEDULE else np.maximum(start, put_back), start)
    chance = _chance(stage, outlook.way_back)
    return np.where(_random()["chance"] < chance, start + parts["ramp_up"], np.inf), chance, parts


def _parts(stage: str, outlook: Outlook, terms: ProjectTerms) -> dict[str, FloatArray]:
    """Sample what is left after studies and permits, each part in months."""
    blocks, random = parameters(), _random()
    block = blocks["stage"][stage]
    anew = blocks["build"]["new"][terms.works]
    now = blocks["build"][block["build"]][terms.works]
    holds = np.isnan(outlook.way_back)
    low, high = block["left"]
    build = np.where(
        holds,
        (low + (high - low) * random["left"]) * _months(now, random["build"]),
        _months(anew, random["build"]),
    )
    finance = np.where(holds, block["finance"] and not terms.funded, 1.0) * _months(
        blocks["finance"], random["finance"]
    )
    ramp_up = np.where(holds, block["ramp_up"], 1.0) * _months(blocks["ramp_up"], random["ramp_up"])
    return {
        "suit": np.where(outlook.draws > 0, 1.0, stage == "permitted") * _suit(terms.iso3),
        "finance": finance,
        "build": build,
        "ramp_up": ramp_up,
    }


def _months(block: dict[str, Any], normal: FloatArray) -> FloatArray:
    return np.asarray(block["median_months"] * np.exp(block["sigma"] * normal))


@lru_cache(maxsize=8)
def _suit(iso3: str) -> FloatArray:
    """Sample the months that a suit adds; 0 in countries without a block."""
    block, random = parameters()["litigation"].get(iso3), _random()
    if block is None:
        return np.zeros(DRAWS)
    return np.where(random["sued"] < block["chance"], _months(block, random["suit"]), 0.0)


def _stage(outlook: Outlook, terms: ProjectTerms) -> str:
    """Return the block of [stage] that counts: a works that runs and seeks money for more is timed by that more."""
    return "expansion" if terms.expanding and outlook.stage == "operating" else outlook.stage


def _chance(stage: str, way_back: FloatArray) -> FloatArray:
    """Return the chance of product of each draw; of one that has moved on, between a permitted and a closed site."""
    blocks = parameters()["stage"]
    ready, anew = float(blocks["permitted"]["chance"]), float(blocks["closed"]["chance"])
    return np.where(np.isnan(way_back), float(blocks[stage]["chance"]), ready + (anew - ready) * way_back)


def _stated(terms: ProjectTerms, stage: str, today: date) -> tuple[float, float] | None:
    """Return the years between which the start lies as stated.

    None where it was past when it was stated, or nothing is left to build. Of works that run, a start that is past by
    `today` is theirs, not that of what is to be added.
    """
    if not terms.start or not parameters()["stage"][stage]["left"][1]:
        return None
    years = stated_years(terms.start)
    past = _decimal(terms.start_as_of)
    if stage == "expansion":
        past = max(past, _decimal(today.isoformat()))
    return years if years and years[1] > past else None


def _put_back(stated: tuple[float, float], as_of: str, today: date) -> FloatArray:
    """Sample the months to a start of production that was stated, given that it has not come yet."""
    block = parameters()["schedule"]
    said = _decimal(as_of)
    ahead = max((stated[0] + stated[1]) / 2 - said, 1 / 12)
    elapsed = max(_decimal(today.isoformat()) - said, 0.0)
    return 12 * tail(ahead * block["median_factor"], block["sigma"], elapsed, _random()["slip"])


def _decimal(day: str) -> float:
    """Return an ISO date, month or year as a year with its part, at its middle.

    An undated statement counts as of now: infinite, so that no start lies ahead of it.
    """
    if not day[:4].isdigit():
        return np.inf
    year, month, of_month = (*(int(part) for part in day.split("-")), 0, 0)[:3]
    return year + ((month - 1) / 12 + (of_month - 0.5 if of_month else 15) / 365 if month else 0.5)


@cache
def _random() -> dict[str, FloatArray]:
    """Return the random numbers that every project shares, so that two differ by their facts alone. One seed."""
    rng = np.random.default_rng(SEED + 1)
    normal = {name: rng.standard_normal(DRAWS) for name in ("finance", "build", "ramp_up", "suit")}
    return {**normal, **{name: rng.random(DRAWS) for name in ("left", "chance", "sued", "slip")}}
