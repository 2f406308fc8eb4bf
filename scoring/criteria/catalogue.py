"""Criteria, pillars and weight presets of `criteria.toml` as frozen values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from scoring.errors import CriteriaError

FILE = Path(__file__).with_name("criteria.toml")


#: What the target and the reference group of a measurement name.
Basis = Literal[
    "name",
    "commodity",
    "commodity_in_type",
    "pathway",
    "transport",
    "mode",
    "port",
    "sea_route",
    "holder",
    "bloc",
    "nation",
]


#: What the ends of a range are.
Interval = Literal["bounds", "p5_p95", "p10_p90", "mean_p10_p90"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is judged.

    Attributes
    ----------
    id, pillar, title, title_ja, unit, formula, reference : str
    measure : str
        Key of `scoring.measures.registry.MEASURES`.
    applies_to : {"ore", "plant", "all"}
    per_commodity : bool
        True: the measurement differs by commodity of interest.
    share : float
        Weight inside the pillar among criteria that apply to a site; sums to 1.
    worst, best : float
        Goalposts in `unit`: desirability 0 and 1. Fixed, so that no site moves another.
    value : {"linear", "log"}
    options : dict
        What the measure needs besides: ``layer``, ``claim`` or ``market``.
    interval : Interval
        What the ends of a measured range are, and whether the value is the mean of it (else the median); draws of the
        data follow it.
    basis : Basis
        What a value was measured to or against: a name as it stands, or something that has words of its own.
    """

    id: str
    pillar: str
    title: str
    title_ja: str
    unit: str
    formula: str
    reference: str
    measure: str
    applies_to: Literal["ore", "plant", "all"]
    per_commodity: bool
    share: float
    worst: float
    best: float
    value: Literal["linear", "log"]
    options: dict[str, str]
    interval: Interval = "bounds"
    basis: Basis = "name"


@dataclass(frozen=True, slots=True)
class Pillar:
    """A group of criteria with one weight on the screen; `short` is its title in lists and within sentences."""

    id: str
    title: str
    title_ja: str
    short: str
    short_ja: str
    about: str
    about_ja: str
    default_weight: int

    @property
    def optional(self) -> bool:
        """Whether the pillar counts only once a user gives it weight."""
        return self.default_weight == 0


@dataclass(frozen=True, slots=True)
class Preset:
    """A named, dated weight profile: pillar id -> 0..100."""

    id: str
    title: str
    title_ja: str
    as_of: str
    why: str
    weights: dict[str, int]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of `criteria.toml`, in its order."""

    pillars: dict[str, Pillar]
    criteria: tuple[Criterion, ...]
    presets: dict[str, Preset]

    def of_pillar(self, pillar: str) -> tuple[Criterion, ...]:
        """Return the criteria of one pillar.

        Parameters
        ----------
        pillar : str
            Id of the pillar.
        """
        return tuple(c for c in self.criteria if c.pillar == pillar)

    def of_id(self, criterion_id: str) -> Criterion:
        """Return one criterion.

        Parameters
        ----------
        criterion_id : str
            Id of the criterion.

        Raises
        ------
        KeyError
            If there is none of that id.
        """
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)

    def basis_of(self, criterion_id: str) -> Basis:
        """Return what the measurements of a criterion rest on; a name for those of users.

        Parameters
        ----------
        criterion_id : str
            Id of the criterion.
        """
        return next((c.basis for c in self.criteria if c.id == criterion_id), "name")


@cache
def load() -> Catalogue:
    """Read and check the criteria file.

    Raises
    ------
    CriteriaError
        If shares of a pillar do not sum to 1 for ore or plant sites, goalposts are equal, or a log goalpost is not
        positive.
    """
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    pillars = {key: Pillar(id=key, **block) for key, block in raw["pillar"].items()}
    criteria = tuple(_criterion(block) for block in raw["criterion"])
    presets = {key: Preset(id=key, **block) for key, block in raw["preset"].items()}
    catalogue = Catalogue(pillars, criteria, presets)
    _check(catalogue)
    return catalogue


def _criterion(block: dict[str, Any]) -> Criterion:
    known = {name: block[name] for name in Criterion.__dataclass_fields__ if name in block}
    worst, best = block["goalposts"]
    options = {k: v for k, v in block.items() if k in ("layer", "claim", "market")}
    return Criterion(worst=float(worst), best=float(best), options=options, **known)


def _check(catalogue: Catalogue) -> None:
    for criterion in catalogue.criteria:
        if criterion.worst == criterion.best:
            raise CriteriaError(
                "criteria.toml, {criterion}: the two goalposts are equal; give [worst, best].", criterion=criterion.id
            )
        if criterion.value == "log" and min(criterion.worst, criterion.best) <= 0:
            raise CriteriaError(
                "criteria.toml, {criterion}: a log value needs goalposts above 0.", criterion=criterion.id
            )
    for pillar in catalogue.pillars:
        for target in ("ore", "plant"):
            total = sum(c.share for c in catalogue.of_pillar(pillar) if c.applies_to in (target, "all"))
            if abs(total - 1) > 1e-9:
                raise CriteriaError(
                    "criteria.toml, pillar {pillar}: shares for {sites} sites sum to {total:g}, not 1.",
                    pillar=pillar,
                    sites=target,
                    total=total,
                )
