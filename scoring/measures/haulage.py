"""Costs of building and using roads, railways and power lines: Walsh et al. (2020), in million AUD of 2018."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import FloatArray

AUD_2010_TO_2018 = 1.16489


@dataclass(frozen=True, slots=True)
class Mode:
    """Cost rates of one transport mode, AUD of 2010.

    Attributes
    ----------
    build_m_per_km : float
        Million AUD to build one km.
    fleet_m_per_mt_km : float
        Million AUD of vehicles for each Mt/y and km of haul.
    run_aud_per_t_km, run_low, run_high : float
        AUD for each tonne and km, with the published range.
    """

    build_m_per_km: float
    fleet_m_per_mt_km: float
    run_aud_per_t_km: float
    run_low: float
    run_high: float


ROAD = Mode(1.75, 0.040, 0.085, 0.05, 0.12)
RAIL = Mode(4.5, 0.100, 0.0175, 0.01, 0.025)


def annuity(years: int, rate: float) -> float:
    """Return the present value of 1 a year, paid at the end of each of `years` years, discounted at `rate`.

    Parameters
    ----------
    years : int
        Years of payment.
    rate : float
        Discount rate a year, 0..1.

    Examples
    --------
    >>> round(annuity(10, 0.10), 5)
    6.14457
    """
    return (1 - (1 + rate) ** -years) / rate


def transport_npv_maud(
    mode: Mode,
    to_network_km: ArrayLike,
    haul_km: ArrayLike,
    product_mt_y: float,
    *,
    run_aud_per_t_km: float | None = None,
    years: int = 10,
    rate: float = 0.10,
) -> FloatArray:
    """Return the net present cost of one mode in million AUD of 2018.

    Build to reach the network + fleet (capacity x haul) + discounted tonnes x haul x rate.

    Parameters
    ----------
    mode : Mode
    to_network_km, haul_km : array_like
        Kilometres to build, and to haul on the network.
    product_mt_y : float
        Product, million tonnes a year.
    run_aud_per_t_km : float, optional
        Running cost in AUD of 2010; the mode's own where not given.
    years, rate : int, float
        Life in years and discount rate; end-of-year discounting.

    References
    ----------
    Walsh et al. (2020), Resources Policy 66, 101598.

    Examples
    --------
    >>> transport_npv_maud(ROAD, 20, 400, 0.02).round(3).item()
    46.011
    """
    haul = haul_npv_maud(mode, haul_km, product_mt_y, run_aud_per_t_km=run_aud_per_t_km, years=years, rate=rate)
    return spur_maud(mode, to_network_km) + haul


def spur_maud(mode: Mode, to_network_km: ArrayLike) -> FloatArray:
    """Return the cost of building to the network in million AUD of 2018.

    Parameters
    ----------
    mode : Mode
    to_network_km : array_like
        Kilometres to build.

    Examples
    --------
    >>> spur_maud(ROAD, 20).round(2).item()
    40.77
    """
    return np.asarray(mode.build_m_per_km * np.asarray(to_network_km, dtype=float) * AUD_2010_TO_2018)


def haul_npv_maud(
    mode: Mode,
    haul_km: ArrayLike,
    product_mt_y: float,
    *,
    run_aud_per_t_km: float | None = None,
    years: int = 10,
    rate: float = 0.10,
) -> FloatArray:
    """Return the fleet and the discounted haulage in million AUD of 2018; parameters as `transport_npv_maud`.

    Parameters
    ----------
    mode : Mode
    haul_km : array_like
        Kilometres to haul on the network.
    product_mt_y : float
        Product, million tonnes a year.
    run_aud_per_t_km : float, optional
        Running cost in AUD of 2010; the mode's own where not given.
    years, rate : int, float
        Life in years and discount rate; end-of-year discounting.
    """
    run = mode.run_aud_per_t_km if run_aud_per_t_km is None else run_aud_per_t_km
    a_km = mode.fleet_m_per_mt_km + annuity(years, rate) * run
    return np.asarray(a_km * product_mt_y * np.asarray(haul_km, dtype=float) * AUD_2010_TO_2018)


#: (up to km, million AUD of 2010 a km): the marginal cost, so that the total grows without the published steps.
POWER_STEPS = ((1.0, 0.075), (150.0, 0.300), (190.0, 0.650), (np.inf, 0.925))


def power_line_maud(distance_km: ArrayLike) -> FloatArray:
    """Return the cost of a power line in million AUD of 2018, continuous and monotone in distance.

    The published rates jump 1.9 times at 150 km because the whole line changes voltage. Here each rate is charged for
    its own stretch only, which keeps the curve continuous, monotone, and never above the published total.

    Parameters
    ----------
    distance_km : array_like
        Length of the line in km, shape (n,); NaN: unknown.

    Examples
    --------
    >>> power_line_maud([0, 1, 150]).round(2).tolist()
    [0.0, 0.09, 52.16]
    """
    km = np.asarray(distance_km, dtype=float)
    total, start = np.zeros_like(km), 0.0
    for end, rate in POWER_STEPS:
        total += rate * np.clip(km - start, 0, end - start)
        start = end
    return np.asarray(total * AUD_2010_TO_2018)


#: Water for a tonne of ore, flow in the pipe, and the published fit of cost to diameter (AUD of 2018 a km) with its
#: least diameter.
WATER_KL_PER_T, FLOW_M_S = 2.35, 2.0
PIPE_AUD_PER_KM_M, PIPE_AUD_PER_KM, LEAST_DIAMETER_M = 2.6229e6, -125_528.0, 0.15
SECONDS_A_YEAR = 365 * 24 * 3600


def water_pipeline_maud(distance_km: ArrayLike, ore_mt_y: float) -> FloatArray:
    """Return the cost of a water pipeline in million AUD of 2018: linear in distance, wider for more ore.

    Parameters
    ----------
    distance_km : array_like
        Km to the water.
    ore_mt_y : float
        Ore processed, million tonnes a year; it needs 2.35 kL a tonne, which flow at 2 m/s.

    References
    ----------
    Walsh et al. (2020), Resources Policy 66, 101598, and its open code Bluecap (Geoscience Australia, eCat 132645):
    diameter from the flow, cost a km = 2.6229e6 x diameter in m - 125,528, not below 0.15 m.

    Examples
    --------
    >>> water_pipeline_maud([0, 10, 100], 2.0).round(2).tolist()
    [0.0, 6.82, 68.24]
    """
    flow_m3_s = WATER_KL_PER_T * ore_mt_y * 1e6 / SECONDS_A_YEAR
    diameter_m = max(float(np.sqrt(4 * flow_m3_s / (np.pi * FLOW_M_S))), LEAST_DIAMETER_M)
    return np.asarray((PIPE_AUD_PER_KM_M * diameter_m + PIPE_AUD_PER_KM) * np.asarray(distance_km, dtype=float) / 1e6)
