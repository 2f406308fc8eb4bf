"""GeoPolRisk: concentration of world production times the instability of those from whom a country imports.

References
----------
Koyamparambath, A., Schraml, T., Helbig, C., Sonnemann, G. (2026), geopolrisk-py, Journal of Open Source Software,
doi:10.21105/joss.09600, equations 1 to 3; Gemechu, E.D. et al. (2015), Journal of Industrial Ecology,
doi:10.1111/jiec.12279.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scoring.supply.concentration import Interval

#: Midpoint of copper, average of all countries and five years, USD/kg: the quotient of midpoint and factor in the
#: published cases (geopolrisk-py at b453938, tests/data).
COPPER_MIDPOINT = 0.409412948


@dataclass(frozen=True, slots=True)
class Import:
    """What comes from one country.

    Attributes
    ----------
    exporter : str
        ISO 3166-1 alpha-3, or ``other``.
    tonnes : float
        In the basis of domestic production.
    instability : float or None
        0 the most stable economy of the year, 1 the least; None: not known, then anything between.
    """

    exporter: str
    tonnes: float
    instability: float | None


def import_risk(imports: Iterable[Import], domestic: Interval) -> Interval | None:
    """Return imports weighted by instability over imports and domestic production; None: neither imports nor output.

    Parameters
    ----------
    imports : iterable of Import
        From every country.
    domestic : Interval
        Domestic production in the same tonnes.

    References
    ----------
    doi:10.21105/joss.09600, equation 1, second factor.

    Examples
    --------
    >>> import_risk([Import("CHN", 2000, 0.5)], Interval(500, 500))
    Interval(low=0.4, high=0.4)
    """
    flows = list(imports)
    total = sum(flow.tonnes for flow in flows)
    least = sum(flow.tonnes * (flow.instability or 0.0) for flow in flows)
    most = sum(flow.tonnes * (1.0 if flow.instability is None else flow.instability) for flow in flows)
    if total + domestic.low <= 0:
        return None
    return Interval(least / (total + domestic.high), most / (total + domestic.low))


def score(concentration: Interval, risk: Interval) -> Interval:
    """Return the GeoPolRisk score, 0 to 1: concentration x import risk.

    Parameters
    ----------
    concentration : Interval
        Herfindahl-Hirschman index of world production, 0 to 1.
    risk : Interval
        Import risk, 0 to 1.

    References
    ----------
    doi:10.21105/joss.09600, equation 1.

    Examples
    --------
    >>> round(score(Interval(0.3, 0.3), Interval(0.4, 0.4)).low, 12)
    0.12
    """
    return Interval(concentration.low * risk.low, concentration.high * risk.high)


def characterisation_factor(of_score: float, price_usd_kg: float) -> float:
    """Return the geopolitical supply risk potential in kg of copper equivalent a kg: score x price over copper's.

    Parameters
    ----------
    of_score : float
        GeoPolRisk score.
    price_usd_kg : float
        USD a kg.

    References
    ----------
    doi:10.21105/joss.09600, equations 2 and 3.

    Examples
    --------
    >>> round(characterisation_factor(0.12, 50.0), 3)
    14.655
    """
    return of_score * price_usd_kg / COPPER_MIDPOINT
