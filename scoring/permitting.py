"""How many months remain until a site is ready to build, as a distribution by stage, jurisdiction and kind."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("permitting.toml")
EU = frozenset(
    [
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
    ]
)
DRAWS = 20_000
SEED = 20251028
STUDY_SIGMA = 0.4
US_REGULATORY_QUALITY = 1.39
NO_GOVERNANCE_SIGMA = 0.3
"""Added to sigma where even the governance indicator is missing."""


@dataclass(frozen=True, slots=True)
class Months:
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


@cache
def parameters() -> dict[str, Any]:
    """Return `permitting.toml`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def months_left(stage: str, iso3: str, is_mine: bool, regulatory_quality: float | None, stage_age_years: int = 0) -> Months | None:
    """Return the distribution of months until ready to build, or None where the stage is unknown.

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
    Months(p10=0.0, p50=0.0, p90=0.0, pathway='mine.USA', known=True)
    >>> months_left("unknown", "USA", True, 1.4) is None
    True
    """
    left = parameters()["stage"].get(stage)
    if left is None:
        return None
    median, sigma, pathway, known = _jurisdiction(iso3, is_mine, regulatory_quality)
    still = still_so(stage, stage_age_years)
    fallen = parameters()["stage"][parameters()["ageing"]["fallen_back_to"]]
    parts = ((left["study_months"], left["share_left"]), (fallen["study_months"], fallen["share_left"]))
    p10, p50, p90 = _quantiles(*parts, still, median, sigma)
    return Months(p10, p50, p90, pathway, known)


def still_so(stage: str, stage_age_years: int) -> float:
    """Return the probability that a stage stated so many years ago still holds.

    Examples
    --------
    >>> still_so("operating", 0), round(still_so("operating", 20), 3), still_so("exploration", 20)
    (1.0, 0.368, 1.0)
    """
    ageing = parameters()["ageing"]
    return math.exp(-max(stage_age_years, 0) / ageing["mean_life_years"]) if stage in ageing["stages"] else 1.0


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


@cache
def _quantiles(
    now: tuple[float, float], fallen: tuple[float, float], still: float, median: float, sigma: float
) -> tuple[float, float, float]:
    """Sample study + permitting, each log-normal; a draw above `still` is of a site that fell back. One seed: reproducible."""
    rng = np.random.default_rng(SEED)
    permitting = median * np.exp(sigma * rng.standard_normal(DRAWS))
    study = np.exp(STUDY_SIGMA * rng.standard_normal(DRAWS))
    holds = rng.random(DRAWS) < still
    months = np.where(holds, now[1], fallen[1]) * permitting + np.where(holds, now[0], fallen[0]) * study
    p10, p50, p90 = np.quantile(months, [0.1, 0.5, 0.9])
    return round(float(p10), 1), round(float(p50), 1), round(float(p90), 1)
