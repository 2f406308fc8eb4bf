"""Months until a site is ready to build, as a distribution by stage, jurisdiction, pathway and milestones."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from geo.arrays import FloatArray
from scoring.errors import MilestoneError

FILE = Path(__file__).with_name("permitting.toml")
EU = frozenset(
    (
        "AUT",
        "BEL",
        "BGR",
        "HRV",
        "CYP",
        "CZE",
        "DNK",
        "EST",
        "FIN",
        "FRA",
        "DEU",
        "GRC",
        "HUN",
        "IRL",
        "ITA",
        "LVA",
        "LTU",
        "LUX",
        "MLT",
        "NLD",
        "POL",
        "PRT",
        "ROU",
        "SVK",
        "SVN",
        "ESP",
        "SWE",
    )
)
DRAWS = 20_000
SEED = 20251028
STUDY_SIGMA = 0.4
US_REGULATORY_QUALITY = 1.39
NO_GOVERNANCE_SIGMA = 0.3
"""Added to sigma where even the governance indicator is missing."""

SCHEDULE_SIGMA = 0.35
"""Spread of a decision around the date that the authority has published.

An assumption: no open statistic of slips was found.
"""

MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True, slots=True)
class MonthsRemaining:
    """Quantiles of the months left.

    Attributes
    ----------
    p10, p50, p90 : float
        Months; all 0 where nothing is left to permit.
    pathway : str
        Key of the parameter block that was used, for example ``mine.USA``.
    known : bool
        True where the jurisdiction has a published duration; False where the default block was stretched by governance.
    """

    p10: float
    p50: float
    p90: float
    pathway: str
    known: bool


@dataclass(frozen=True, slots=True)
class Milestones:
    """The user's milestones for the permits of one site; empty text means unknown.

    Attributes
    ----------
    stage : str
        Stage as of today; it stands above what the sources say.
    pathway : str
        Key of a parameter block such as ``mine.USA_PLAN``, where the user knows by which way the permit is sought.
    started : str
        ISO date on which the main permit was applied for, or its assessment began.
    due : str
        ISO date for which the authority has announced its decision.
    granted : str
        ISO date on which the last main permit was granted.
    """

    stage: str = ""
    pathway: str = ""
    started: str = ""
    due: str = ""
    granted: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return what is known, as plain text by name."""
        return {name: value for name, value in asdict(self).items() if value}


def milestones(values: dict[str, str], today: date) -> Milestones:
    """Check the user's milestones and return them.

    Parameters
    ----------
    values : dict[str, str]
        Milestone -> ISO date, as the user gave them.
    today : date
        The day from which months count.

    Raises
    ------
    MilestoneError
        If a name, stage, pathway or date is not one, dates stand in the wrong order, or nothing is told.

    Examples
    --------
    >>> milestones({"started": "2025-03-01"}, date(2026, 3, 1)).started
    '2025-03-01'
    """
    kept = {name: value.strip() for name, value in values.items() if value and value.strip()}
    _check_names(kept)
    if kept.get("stage", "operating") not in parameters()["stage"]:
        raise MilestoneError(
            "No stage is called {stage!r}; choose {stages}.", stage=kept["stage"], stages=parameters()["stage"]
        )
    if kept.get("pathway", "mine.USA") not in pathways():
        raise MilestoneError(
            "No pathway is called {pathway!r}; choose {pathways}.", pathway=kept["pathway"], pathways=pathways()
        )
    _check_days({name: _day(name, kept[name]) for name in ("started", "due", "granted") if name in kept}, today)
    return Milestones(**kept)


def _check_names(kept: Mapping[str, str]) -> None:
    """Raise if there is no milestone, or one of an unknown name."""
    names = [field.name for field in fields(Milestones)]
    if unknown := sorted(set(kept) - set(names)):
        raise MilestoneError("No milestone is called {milestone!r}.", milestone=unknown[0])
    if not kept:
        raise MilestoneError("No milestone is given; give one of {names}.", names=names)


def _check_days(days: Mapping[str, date], today: date) -> None:
    """Raise if a past event is dated in the future, or a decision precedes the start."""
    for name in ("started", "granted"):
        if name in days and days[name] > today:
            raise MilestoneError(
                "{milestone} {day} lies in the future; give the day it happened, or `due` for one that is announced.",
                milestone=name,
                day=days[name],
            )
    if "started" in days and any(days[name] < days["started"] for name in ("due", "granted") if name in days):
        raise MilestoneError(
            "A decision before the start on {start} cannot be; check the dates.", start=days["started"]
        )


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MilestoneError(
            "{milestone} {text!r} is not a date; write it as 2026-03-31.", milestone=name, text=text
        ) from error


def pathways() -> list[str]:
    """Return the keys of the parameter blocks: ``mine.USA``, ``plant.EU`` and so on."""
    return [
        f"{kind}.{key}"
        for kind in ("mine", "plant")
        for key, block in parameters()[kind].items()
        if "median_months" in block
    ]


@cache
def parameters() -> dict[str, Any]:
    """Return `permitting.toml`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def months_left(
    stage: str, iso3: str, is_mine: bool, regulatory_quality: float | None, stage_age_years: int = 0
) -> MonthsRemaining | None:
    """Return the quantiles of the months until ready to build, or None where the stage is unknown.

    Parameters
    ----------
    stage : str
        Stage of the site; ``unknown`` gives None: what is left cannot be said.
    iso3 : str
        Country of the site.
    is_mine : bool
        False for plants without ore.
    regulatory_quality : float or None
        World Bank WGI, -2.5..2.5; None widens the range.
    stage_age_years : int
        Years since the source's statement of the stage; an old "operating" may be a closed mine today.

    References
    ----------
    GAO-16-165 (2016); CEQ (2020), Environmental Impact Statement Timelines; Regulation (EU) 2024/1252, Article 11.

    Examples
    --------
    >>> months_left("operating", "USA", True, 1.4)
    MonthsRemaining(p10=0.0, p50=0.0, p90=0.0, pathway='mine.USA', known=True)
    >>> months_left("unknown", "USA", True, 1.4) is None
    True
    """
    outlook = look_ahead(stage, iso3, is_mine, regulatory_quality, stage_age_years)
    return outlook.months if outlook else None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The distribution of the months left, with its components.

    Attributes
    ----------
    months : Months
    draws : array
        Sampled months left; `MonthsRemaining` are their quantiles.
    study, permits : Months
        The two parts, each with its own quantiles: studies still to come, and permits.
    still_so : float
        Chance that the stage as stated still holds, 0..1.
    stage : str
        The stage that was used.
    way_back : array
        How far each draw has moved from the stage as stated: NaN where the stage holds; else 0 (ready to build) to 1
        (starts anew).
    """

    months: MonthsRemaining
    draws: FloatArray
    study: MonthsRemaining
    permits: MonthsRemaining
    still_so: float
    stage: str
    way_back: FloatArray


def look_ahead(
    stage: str,
    iso3: str,
    is_mine: bool,
    regulatory_quality: float | None,
    stage_age_years: int = 0,
    milestones: Milestones | None = None,
    today: date | None = None,
) -> Outlook | None:
    """Return the distribution of the months until ready to build with its parts, or None where the stage is unknown.

    Milestones tighten it: a stage known today does not age; a pathway replaces that of the jurisdiction; permits that
    began some months ago have not ended since (what is left is the tail of their distribution); an announced decision
    stands for what is left, with a spread of its own; a granted permit leaves nothing.

    Parameters
    ----------
    stage, iso3, is_mine, regulatory_quality, stage_age_years
        As in `months_left`.
    milestones : Milestones, optional
    today : date, optional
        Needed where a milestone has a date.
    """
    milestones = milestones or Milestones()
    stage, stage_age_years = _stage_today(milestones, stage, stage_age_years)
    if stage not in parameters()["stage"]:
        return None
    median, sigma, pathway, known = (
        _pathway(milestones.pathway) if milestones.pathway else _jurisdiction(iso3, is_mine, regulatory_quality)
    )
    still = still_so(stage, stage_age_years)
    elapsed, due = (
        (None, None)
        if milestones.granted
        else (_months_between(milestones.started, today), _months_between(today, milestones.due))
    )
    study, permits, way_back = _sampled(stage, still, median, sigma, elapsed, due)
    draws = study + permits
    total, of_study, of_permits = (quantiles(sample, pathway, known) for sample in (draws, study, permits))
    return Outlook(total, draws, of_study, of_permits, still, stage, way_back)


def _stage_today(milestones: Milestones, stage: str, stage_age_years: int) -> tuple[str, int]:
    """Return the stage with the years since it was stated; one that the milestones say or imply is of today."""
    if milestones.granted:
        return "permitted", 0
    if milestones.stage:
        return milestones.stage, 0
    if (milestones.started or milestones.due) and (
        stage == "unknown" or parameters()["stage"][stage]["share_left"] > 0
    ):
        return "feasibility", 0
    return stage, stage_age_years


def _months_between(start: str | date | None, end: str | date | None) -> float | None:
    """Return the months from one day to another; None where one is not given."""
    if not start or not end:
        return None
    first, last = (date.fromisoformat(day) if isinstance(day, str) else day for day in (start, end))
    return (last - first).days / MONTH_DAYS


def still_so(stage: str, stage_age_years: int) -> float:
    """Return the probability that a stage stated so many years ago still holds.

    Parameters
    ----------
    stage : str
        Stage as in the facts.
    stage_age_years : int
        Years since the source stated the stage.

    Examples
    --------
    >>> still_so("operating", 0), round(still_so("operating", 20), 3), round(still_so("exploration", 20), 3)
    (1.0, 0.368, 0.036)
    """
    ageing = _ageing(stage)
    return math.exp(-max(stage_age_years, 0) / ageing["mean_life_years"]) if ageing else 1.0


def _ageing(stage: str) -> dict[str, Any] | None:
    """Return the block of ageing that a stage belongs to; None for one that does not pass (closed, cancelled)."""
    return next((block for block in parameters()["ageing"].values() if stage in block["stages"]), None)


def _jurisdiction(iso3: str, is_mine: bool, regulatory_quality: float | None) -> tuple[float, float, str, bool]:
    """Return median months, sigma, the block's key and whether it rests on published durations."""
    mines, plants = parameters()["mine"], parameters()["plant"]
    if not is_mine and iso3 in EU:
        return plants["EU"]["median_months"], plants["EU"]["sigma"], "plant.EU", True
    key = iso3 if iso3 in mines else "EU" if iso3 in EU else "default"
    median, sigma = float(mines[key]["median_months"]), float(mines[key]["sigma"])
    if key == "default":
        below = US_REGULATORY_QUALITY - (regulatory_quality if regulatory_quality is not None else 0.0)
        median = round(median * mines["default"]["stretch_per_wgi_point"] ** max(below, 0.0), 1)
        sigma += NO_GOVERNANCE_SIGMA if regulatory_quality is None else 0.0
    if is_mine:
        return median, sigma, f"mine.{key}", key != "default"
    return median * plants["default"]["mine_share"], max(sigma, plants["default"]["sigma"]), "plant.default", False


def _pathway(key: str) -> tuple[float, float, str, bool]:
    """Return median months, sigma, key and whether durations are published, of a parameter block."""
    kind, _, name = key.partition(".")
    block = parameters()[kind][name]
    return float(block["median_months"]), float(block["sigma"]), key, name != "default"


@lru_cache(maxsize=512)
def _sampled(
    stage: str, still: float, median: float, sigma: float, elapsed: float | None, due: float | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sample study and permitting months left, each log-normal, and the way back of draws that have moved on.

    A draw above `still` is of a site that has moved on. One seed.
    """
    blocks = parameters()["stage"]
    now, anew = blocks[stage], blocks["closed"]
    rng = np.random.default_rng(SEED)
    normal = rng.standard_normal(DRAWS)
    permitting = median * np.exp(sigma * normal)
    study = np.exp(STUDY_SIGMA * rng.standard_normal(DRAWS))
    holds = rng.random(DRAWS) < still
    if due is not None:
        left = max(due, 0.0) * np.exp(SCHEDULE_SIGMA * normal)
    elif elapsed is not None:
        left = tail(median, sigma, max(elapsed, 0.0), rng.random(DRAWS))
    else:
        left = now["share_left"] * permitting
    ageing = _ageing(stage)
    part = rng.random(DRAWS) if ageing and ageing["otherwise"] == "anywhere" else np.ones(DRAWS)
    return (
        np.where(holds, now["study_months"], part * anew["study_months"]) * study,
        np.where(holds, left, part * anew["share_left"] * permitting),
        np.where(holds, np.nan, part),
    )


def tail(median: float, sigma: float, elapsed: float, uniform: FloatArray) -> FloatArray:
    """Return the rest of a log-normal duration that has lasted so long and not ended, one draw a uniform number.

    Parameters
    ----------
    median, elapsed : float
        In one unit of time; that of the result. `elapsed` is 0 or more.
    sigma : float
        Standard deviation of the logarithm.
    uniform : array
        Numbers between 0 and 1.

    Examples
    --------
    >>> [tail(10.0, 0.5, elapsed, np.array([0.5])).round(1).tolist() for elapsed in (0.0, 20.0)]
    [[10.0], [3.8]]
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - scipy is slow to import, and few sites have milestones

    passed = ndtr(math.log(max(elapsed, 1e-9) / median) / sigma)
    share = passed + (1 - passed) * uniform
    return np.asarray(np.maximum(median * np.exp(sigma * ndtri(np.minimum(share, 1 - 1e-12))) - elapsed, 0.0))


def quantiles(months: FloatArray, pathway: str, known: bool) -> MonthsRemaining:
    """Return P10, P50 and P90 of months, rounded to a tenth.

    Parameters
    ----------
    months : array
        Draws.
    pathway : str
        Key of the parameter block that they rest on.
    known : bool
        Whether that block has published durations.
    """
    p10, p50, p90 = np.quantile(months, [0.1, 0.5, 0.9])
    return MonthsRemaining(round(float(p10), 1), round(float(p50), 1), round(float(p90), 1), pathway, known)
