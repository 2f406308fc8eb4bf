"""Grade-tonnage curves of deposit types, with the position of a site and the confidence in its grade."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from data.sql import sql

#: Fewer deposits make no curve; the same rule as for the grade percentile.
LEAST_DEPOSITS = 8
ALL_TYPES = "all types"
#: Share of the deposits that is larger or richer, as USGS models print it.
EXCEEDED_BY = (0.9, 0.5, 0.1)
#: Resource class of the grade's record -> how well the ground is known.
CLASS_CONFIDENCE = (
    ("proven", "high"),
    ("probable", "high"),
    ("reserve", "high"),
    ("measured", "high"),
    ("indicated", "medium"),
    ("inferred", "low"),
)
#: Stage -> how far the studies are.
STAGE_CONFIDENCE = {
    "operating": "high",
    "construction": "high",
    "permitted": "high",
    "feasibility": "high",
    "care and maintenance": "high",
    "suspended": "high",
    "prefeasibility": "medium",
    "resource": "medium",
    "exploration": "low",
    "occurrence": "low",
}
ORDER = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class GradeTonnage:
    """The grade-tonnage model of a deposit type after USGS, with the position of a site.

    Attributes
    ----------
    commodity, unit : str
        The grades are in `unit`.
    group : str
        Deposit type; its form (hard rock, clay ...) where the type has fewer than 8 deposits; ``all types`` where the
        form has too, or the site states no type.
    deposits : DataFrame
        site_id, name, grade, ore_mt (million tonnes; NaN: no tonnage in the record of the grade).
    grade_exceeded, tonnage_exceeded : tuple of float
        Grade and million tonnes that 90 %, 50 % and 10 % of the deposits exceed.
    grade_percentile, tonnage_percentile : float or None
        Mid-rank percentile of the site, 0..100; None: it has no such value.
    site : dict or None
        The row of the site: grade, ore_mt, source_id, scope, as_of, cutoff; None: it is not graded for the commodity.
    """

    commodity: str
    unit: str
    group: str
    deposits: pd.DataFrame
    grade_exceeded: tuple[float, ...]
    tonnage_exceeded: tuple[float, ...]
    grade_percentile: float | None
    tonnage_percentile: float | None
    site: dict[str, object] | None


def graded_commodities(facts: duckdb.DuckDBPyConnection, site_id: str) -> list[str]:
    """Return the commodities that a site has a chosen grade for, in the order of the site's own list.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    site_id : str
        Id of the site.
    """
    rows = facts.cursor().execute(sql("scoring/deposits/graded_commodities.sql"), {"site_id": site_id})
    return [row[0] for row in rows.fetchall()]


def grade_tonnage(
    facts: duckdb.DuckDBPyConnection, commodity: str, deposit_type: str, site_id: str = ""
) -> GradeTonnage | None:
    """Return the curves of a commodity within a deposit type; None where fewer than 8 deposits are graded in all.

    The deposits are the mines and projects of the bundle with their chosen claims: of USGS databases the whole deposit,
    of others the resource or reserve that the source states; see docs/methods/grade.md.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    commodity : str
        Commodity that is graded.
    deposit_type : str
        Deposit type as in the facts; empty: all types.
    site_id : str, optional
        Site that is placed on the curves; empty: none.

    References
    ----------
    Cox and Singer, eds. (1986), Mineral Deposit Models, USGS Bulletin 1693.
    """
    every = facts.cursor().execute(sql("scoring/deposits/grade_tonnage.sql"), {"commodity": commodity}).df()
    group, deposits = _peers(every, deposit_type)
    if len(deposits) < LEAST_DEPOSITS:
        return None
    own_row = every[every["site_id"] == site_id]
    site = {str(k): None if pd.isna(v) else v for k, v in own_row.iloc[0].items()} if len(own_row) else None
    ore = deposits["ore_mt"].dropna().to_numpy()
    return GradeTonnage(
        commodity,
        str(deposits["unit"].iloc[0]),
        group,
        deposits[["site_id", "name", "grade", "ore_mt"]].reset_index(drop=True),
        exceeded(deposits["grade"].to_numpy()),
        exceeded(ore),
        percentile(deposits["grade"].to_numpy(), site and site["grade"]),
        percentile(ore, site and site["ore_mt"]),
        site,
    )


def _peers(every: pd.DataFrame, deposit_type: str) -> tuple[str, pd.DataFrame]:
    """Return the deposits of the type; where they are too few, those of its form; where these are, all."""
    typed = every[every["deposit_type"] == deposit_type]
    form = str(typed["form"].iloc[0]) if len(typed) else ""
    for group, deposits in ((deposit_type, typed), (form, every[every["form"] == form])):
        if group and len(deposits) >= LEAST_DEPOSITS:
            return group, deposits
    return ALL_TYPES, every


def exceeded(values: np.ndarray) -> tuple[float, ...]:
    """Return the values that 90 %, 50 % and 10 % of the deposits exceed; empty without values.

    Parameters
    ----------
    values : array of float
        Grades or tonnages of the deposits, shape (n,).

    Examples
    --------
    >>> exceeded(np.arange(1.0, 12.0))
    (2.0, 6.0, 10.0)
    """
    return tuple(float(np.quantile(values, round(1 - share, 12))) for share in EXCEEDED_BY) if len(values) else ()


def percentile(values: np.ndarray, value: object) -> float | None:
    """Return the mid-rank percentile of a value among values, 0..100; None where there is no value.

    Parameters
    ----------
    values : array of float
        Grades or tonnages of the deposits, shape (n,).
    value : object
        Of the site, in the same unit; None: unknown.

    Examples
    --------
    >>> percentile(np.array([1.0, 2.0, 3.0, 4.0]), 3.0)
    62.5
    """
    if value is None or not len(values):
        return None
    number = float(str(value))
    return float(100 * (np.count_nonzero(values < number) + np.count_nonzero(values == number) / 2) / len(values))


def curve(values: np.ndarray) -> pd.DataFrame:
    """Return the cumulative curve as USGS draws it: value, and the share of deposits with at least that much (0..1).

    Parameters
    ----------
    values : array of float
        Grades or tonnages of the deposits, shape (n,).

    Examples
    --------
    >>> curve(np.array([3.0, 1.0])).to_numpy().tolist()
    [[1.0, 1.0], [3.0, 0.5]]
    """
    ordered = np.sort(values[np.isfinite(values)])
    return pd.DataFrame({"value": ordered, "share": 1 - np.arange(len(ordered)) / max(len(ordered), 1)})


def confidence(scope: str, stage: str) -> str:
    """Return how sure a grade is: high, medium, low or unknown; the weaker of resource class and stage of study.

    The least certain class that is named counts: measured with inferred is low. Shown beside the grade, not scored.

    Parameters
    ----------
    scope : str
        Resource class or classes as the source names them.
    stage : str
        Stage of the site.

    Examples
    --------
    >>> confidence("Measured", "feasibility"), confidence("Indicated+Inferred", "operating")
    ('high', 'low')
    >>> confidence("deposit", "unknown")
    'unknown'
    """
    text = scope.lower()
    classes = [level for word, level in CLASS_CONFIDENCE if word in text]
    levels = [min(classes, key=ORDER.index)] if classes else []
    if stage in STAGE_CONFIDENCE:
        levels.append(STAGE_CONFIDENCE[stage])
    return min(levels, key=ORDER.index) if classes else "unknown"
