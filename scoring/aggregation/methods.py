"""Aggregation methods, weighted desirabilities to scores: a registry of SQL statements with their constants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from data.sql import sql
from scoring.errors import MethodError

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

#: The smallest desirability that multiplying methods see: a criterion at its worst costs much, but does not wipe out
#: the rest.
LEAST_DESIRABILITY = 0.01
#: PROMETHEE on desirabilities: smaller differences than q do not count, larger ones than p count whole.
INDIFFERENCE, STRICT_PREFERENCE = 0.02, 0.3
#: OWA: quantifier r^2, which gives the weaker criteria more say than the stronger ones (orness 1/3).
OWA_EXPONENT, OWA_KNOTS = 2.0, 101
PREFERENCES = ("usual", "u_shape", "v_shape", "level", "linear", "gaussian")


@dataclass(frozen=True, slots=True)
class Method:
    """One way to put criteria together.

    Attributes
    ----------
    id, title, title_ja : str
    file : str
        Path of its statement, on the relation ``cells(id, version, j, axis, u, w)``.
    about, about_ja : str
        In one sentence: what it rewards.
    reference : str
    needs : str
        Statement whose result it reads as ``points`` besides, or empty.
    independent : bool
        True: adding a site never changes another's score. False: the method compares sites, and ranks can reverse.
    constants : dict
        Parameter of the statement -> its value on the screens; PROMETHEE takes each once a criterion.
    """

    id: str
    title: str
    title_ja: str
    file: str
    about: str
    about_ja: str
    reference: str
    independent: bool
    needs: str = ""
    constants: dict[str, Any] = field(default_factory=dict)


def _power_knots(exponent: float) -> list[float]:
    return [(i / (OWA_KNOTS - 1)) ** exponent for i in range(OWA_KNOTS)]


_ALL = (
    Method(
        "weighted_sum",
        "Weighted sum",
        "加重和",
        "scoring/aggregation/method_weighted_sum.sql",
        "Weighted desirabilities are added; contributions sum to the score.",
        "各基準の寄与を足し合わせる。寄与の合計がスコアになる。",
        "Fishburn (1967)",
        independent=True,
    ),
    Method(
        "weighted_product",
        "Weighted product",
        "加重積",
        "scoring/aggregation/method_weighted_product.sql",
        "Weighted geometric mean; one very weak criterion lowers the whole score.",
        "幾何平均。極端に弱い基準が一つあると全体が下がる。",
        "Bridgman (1922); Miller and Starr (1969)",
        independent=True,
        constants={"least": LEAST_DESIRABILITY},
    ),
    Method(
        "topsis",
        "TOPSIS",
        "TOPSIS",
        "scoring/aggregation/method_topsis.sql",
        "Closeness to the best observed values and distance from the worst.",
        "観測された最良値に近く、最悪値から遠いものを高く評価する。",
        "Hwang and Yoon (1981)",
        independent=False,
    ),
    Method(
        "vikor",
        "VIKOR",
        "VIKOR",
        "scoring/aggregation/method_vikor.sql",
        "Compromise between total loss and the largest single regret.",
        "全体の損失と最大の後悔との妥協。",
        "Opricovic and Tzeng (2004)",
        independent=False,
        constants={"v": 0.5},
    ),
    Method(
        "promethee",
        "PROMETHEE II",
        "PROMETHEE II",
        "scoring/aggregation/method_promethee.sql",
        "How often and how clearly a site outranks the others, pair by pair.",
        "他の地点に対し、どれだけ多く・明確に勝るかを一対ごとに数える。",
        "Brans and Vincke (1985)",
        independent=False,
        constants={"kinds": "linear", "q": INDIFFERENCE, "p": STRICT_PREFERENCE},
    ),
    Method(
        "waspas",
        "WASPAS",
        "WASPAS",
        "scoring/aggregation/method_waspas.sql",
        "Half weighted sum, half weighted product.",
        "加重和と加重積を半分ずつ。",
        "Zavadskas et al. (2012)",
        independent=True,
        constants={"lam": 0.5, "least": LEAST_DESIRABILITY},
    ),
    Method(
        "spotis",
        "SPOTIS",
        "SPOTIS",
        "scoring/aggregation/method_spotis.sql",
        "Distance to an ideal point set by fixed goalposts; gives the same order as the weighted sum.",
        "固定した目標値の理想点からの距離。順位は加重和と同じになる。",
        "Dezert et al. (2020)",
        independent=True,
    ),
    Method(
        "owa",
        "OWA (cautious)",
        "OWA（慎重）",
        "scoring/aggregation/method_owa.sql",
        "Weaker criteria count more than stronger ones.",
        "強い基準より弱い基準を重く見る。",
        "Yager (1988, 1996)",
        independent=True,
        constants={"knots": _power_knots(OWA_EXPONENT)},
    ),
    Method(
        "pareto",
        "Pareto rank",
        "パレート順位",
        "scoring/aggregation/method_pareto.sql",
        "Number of sites at least as good in every pillar; pillar weights are not used.",
        "すべての評価軸で同等以上の地点がいくつあるか。評価軸の間の重みは使わない。",
        "Fonseca and Fleming (1993)",
        independent=False,
        needs="scoring/ranking/pillar_points.sql",
    ),
)
#: Method id -> method.
METHODS: dict[str, Method] = {method.id: method for method in _ALL}


def run(cursor: duckdb.DuckDBPyConnection, method: Method, constants: dict[str, Any]) -> pa.Table:
    """Run the statement of a method on the relation ``cells`` of a cursor; return its rows.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
        With a relation ``cells(id, version, j, axis, u, w)``.
    method : Method
        An entry of `METHODS`.
    constants : dict
        Parameter of the statement -> its value.
    """
    if method.needs:
        cursor.register("points", cursor.execute(sql(method.needs)).to_arrow_table())
    rows = cursor.execute(sql(method.file), constants).to_arrow_table()
    if method.needs:
        cursor.unregister("points")
    return rows


def bound(method: Method, criteria: int) -> dict[str, Any]:
    """Return the constants of a method as its statement binds them, for so many criteria.

    Parameters
    ----------
    method : Method
        An entry of `METHODS`.
    criteria : int
        How many places the weights have.

    Examples
    --------
    >>> bound(METHODS["vikor"], 3)
    {'v': 0.5}
    >>> bound(METHODS["promethee"], 2)["kinds"]
    ['linear', 'linear']
    """
    if method.id != "promethee":
        return dict(method.constants)
    return {name: [value] * criteria for name, value in method.constants.items()}


def scores_of_matrix(
    con: duckdb.DuckDBPyConnection,
    method_id: str,
    matrix: NDArray[Any],
    weights: NDArray[Any],
    constants: dict[str, Any],
) -> dict[str, list[float]]:
    """Run the statement of a method on a plain matrix.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Any connection; a temporary table ``cells`` is made on a cursor of it.
    method_id : str
        Key of `METHODS`.
    matrix : array, shape (n, k)
        Values, more is better, in the scale that the method expects.
    weights : array, shape (k,)
    constants : dict
        What the statement binds.

    Returns
    -------
    dict
        Column of the statement -> n values in the order of the rows.

    Raises
    ------
    MethodError
        If the shapes do not fit.
    """
    if matrix.ndim != 2 or weights.shape != (matrix.shape[1],) or not len(matrix):
        raise MethodError(
            "The matrix has shape {shape} and there are {weights} weights; give rows x criteria and a weight each.",
            shape=str(matrix.shape),
            weights=weights.size,
        )
    cursor = con.cursor()
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE cells (id INTEGER, version VARCHAR, j INTEGER, axis VARCHAR, u DOUBLE, w DOUBLE)"
    )
    count, criteria = matrix.shape
    place = np.tile(np.arange(criteria), count)
    table = {
        "id": np.repeat(np.arange(count), criteria),
        "j": place,
        "u": matrix.astype(float).ravel(),
        "w": weights.astype(float)[place],
    }
    cursor.register("given_cells", pa.table(table))
    cursor.execute("INSERT INTO cells SELECT id, 'known', j, printf('%04d', j), u, w FROM given_cells")
    cursor.unregister("given_cells")
    rows = run(cursor, METHODS[method_id], constants).sort_by("id")
    cursor.execute("DROP TABLE cells")
    return {name: rows[name].to_pylist() for name in rows.column_names if name not in ("id", "version")}
