"""Rare earths as oxides: light and heavy elements, their sums, and between which shares the heavy ones lie."""

from __future__ import annotations

import math
from collections.abc import Mapping

from data.bundling.minmod import OXIDE_FACTOR

LIGHT = ("lanthanum", "cerium", "praseodymium", "neodymium", "samarium")
HEAVY = (
    "europium",
    "gadolinium",
    "terbium",
    "dysprosium",
    "holmium",
    "erbium",
    "thulium",
    "ytterbium",
    "lutetium",
    "yttrium",
)
#: Elements may add up to so much more than the grade of all rare earths before the two contradict each other: both are
#: rounded in print.
REO_ROUNDING = 0.01


def oxides_and_heavy_share(
    light: float, heavy: float, stated: float | None, unknown: tuple[str, ...]
) -> tuple[float, float | None, float | None]:
    """Return all oxides in kg per tonne, and the least and greatest share of heavy ones.

    The share is None where elements are unknown and the stated sum of all oxides is too, or is less than the known
    ones, rounding aside.

    Parameters
    ----------
    light, heavy : float
        kg of oxides of the known light and heavy elements per tonne of ore.
    stated : float or None
        kg of all rare-earth oxides per tonne of ore, as a grade says; None: none does.
    unknown : tuple of str
        Elements without a grade.

    Examples
    --------
    >>> oxides_and_heavy_share(3.0, 1.0, None, ())
    (4.0, 0.25, 0.25)
    """
    treo = max(stated or 0.0, light + heavy)
    bounded = not unknown or (stated is not None and stated >= (light + heavy) * (1 - REO_ROUNDING))
    return (treo, *_heavy_share(light, heavy, treo, unknown)) if bounded else (treo, None, None)


def oxides_of(kg: Mapping[str, float]) -> dict[str, float]:
    """Return the mass of the oxide of each element, in the unit of the element.

    Parameters
    ----------
    kg : mapping of str to float
        Element -> its mass.

    References
    ----------
    Standard atomic weights: `data.bundling.minmod.OXIDE_FACTOR`.
    """
    return {name: mass * OXIDE_FACTOR[name] for name, mass in kg.items()}


def sum_of_known(masses: Mapping[str, float], names: tuple[str, ...]) -> float | None:
    """Return the sum of the known masses of some elements; None if none is known.

    Parameters
    ----------
    masses : mapping of str to float
        Element -> its mass.
    names : tuple of str
        Elements that count.
    """
    known = [masses[name] for name in names if name in masses]
    return math.fsum(known) if known else None


def _heavy_share(
    light: float, heavy: float, treo: float, unknown: tuple[str, ...]
) -> tuple[float | None, float | None]:
    """Return the least and greatest share of heavy oxides: what no known element accounts for may be any unknown one.

    All masses in kg of oxides per tonne of ore. With every element known, the elements alone say it.
    """
    rest = treo - light - heavy if unknown else 0.0
    total = light + heavy + rest
    if total <= 0:
        return None, None
    may_be_light, may_be_heavy = (any(name in unknown for name in group) for group in (LIGHT, HEAVY))
    least, most = heavy if may_be_light else heavy + rest, heavy + rest if may_be_heavy else heavy
    return least / total, most / total
