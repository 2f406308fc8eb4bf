"""Published numeric cases run against the methods of Orebridge; every expected number is compared."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from geo.arrays import FloatArray
from scoring.aggregation import joint, kernels, values, weights
from scoring.aggregation.methods import scores_of_matrix
from scoring.errors import MethodError
from scoring.prospectivity import overlay
from scoring.ranking import states
from scoring.robustness import smaa

Inputs = dict[str, Any]
Outputs = dict[str, Any]
#: Published tables print weights in rounded digits: a sum this near to 1 is taken as printed, any other is divided by.
PRINTED_SUM = 0.05
#: Sums of doubles are not held to more than this.
ARITHMETIC = 1e-12
DRAWS, SEED = 120_000, 20251028
#: Written in a case -> our normalisation; the first that fits counts.
SPELLINGS = (
    (r"min[- _/]?max", "minmax"),
    (r"reciprocal|column[- _]?sum|\bsum\b", "sum"),
    (r"vector|euclid", "vector"),
    (r"min\s*/\s*x|linear", "linear"),
    (r"\bmax\b", "max"),
    (r"^none$|^raw$|^$", "none"),
)
#: Written in a case -> preference function of PROMETHEE.
PREFERENCES = {
    "usual": "usual",
    "u-shape": "u_shape",
    "quasi": "u_shape",
    "ushape": "u_shape",
    "v-shape": "v_shape",
    "vshape": "v_shape",
    "level": "level",
    "linear": "linear",
    "v-shape 2": "linear",
    "v-shape with indifference": "linear",
    "gaussian": "gaussian",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one case.

    Attributes
    ----------
    case, method : str
    agree : bool
    max_abs_diff : float or None
        Largest difference to an expected number; None where the case could not be run.
    problem : str
        What hindered it, in a sentence; empty where nothing did.
    """

    case: str
    method: str
    agree: bool
    max_abs_diff: float | None
    problem: str = ""


def check_folder(folder: Path) -> list[Verdict]:
    """Run every case of a folder (`*.json`), in the order of their names.

    Parameters
    ----------
    folder : Path
        Folder of cases, a JSON file each.

    Raises
    ------
    MethodError
        If the folder has no case.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise MethodError("{folder} holds no case (*.json); give the folder that does.", folder=folder)
    return [check_file(path) for path in paths]


def check_file(path: Path) -> Verdict:
    """Run one case: `method`, `inputs`, `expected`, `atol`.

    Parameters
    ----------
    path : Path
        A case as JSON.
    """
    try:
        case = json.loads(path.read_text(encoding="utf-8"))
        name, method, expected = str(case.get("name", path.stem)), str(case["method"]), dict(case["expected"])
        atol = float(case.get("atol", 0.0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Verdict(path.stem, "", False, None, f"Not a case with method, inputs, expected and atol: {error}.")
    try:
        outputs = run(method, dict(case["inputs"]))
        furthest = max(
            (difference(value, _looked_up(outputs, key)) for key, value in expected.items()), default=math.inf
        )
    except (MethodError, KeyError, ValueError, TypeError, IndexError, ZeroDivisionError) as error:
        return Verdict(name, method, False, None, f"{type(error).__name__}: {error}")
    return Verdict(name, method, furthest <= atol + ARITHMETIC, furthest)


def _looked_up(outputs: Outputs, key: str) -> Any:
    for name in (key, key.lower()):
        if name in outputs:
            return outputs[name]
    raise MethodError("The method gives {results}, not {key!r}.", results=sorted(outputs), key=key)


def difference(expected: Any, computed: Any) -> float:
    """Return the largest absolute difference of two numbers or nested lists; infinity if their shapes differ.

    Parameters
    ----------
    expected, computed : Any
        Numbers or nested lists.

    Examples
    --------
    >>> difference([1, [2, None]], [1.5, [2, None]]), difference([1], [1, 2])
    (0.5, inf)
    """
    if expected is None or computed is None:
        return 0.0 if expected is None and (computed is None or _is_nan(computed)) else math.inf
    if isinstance(expected, list):
        return _difference_of_lists(expected, computed.tolist() if isinstance(computed, np.ndarray) else computed)
    gap = abs(float(expected) - float(computed))
    return math.inf if math.isnan(gap) else gap


def _difference_of_lists(expected: list[Any], computed: Any) -> float:
    if not isinstance(computed, list | tuple) or len(computed) != len(expected):
        return math.inf
    return max((difference(a, b) for a, b in zip(expected, computed, strict=True)), default=0.0)


def _is_nan(value: Any) -> bool:
    return bool(np.isnan(np.asarray(value, dtype=float)).all())


def run(method: str, inputs: Inputs) -> Outputs:
    """Run the method that a name means on the inputs of a case.

    Parameters
    ----------
    method : str
        Name of the method as its paper has it.
    inputs : Inputs
        Inputs of the case: matrix, weights, constants.

    Raises
    ------
    MethodError
        If no method is meant by the name, or the inputs do not fit it: one that the method does not use is refused, as
        the answer would be another than that of its author.
    """
    for pattern, runner in RUNNERS.items():
        if re.search(pattern, method, re.IGNORECASE):
            seen = _Seen(inputs)
            outputs = runner(seen)
            if unused := sorted(set(inputs) - seen.read - REMARKS):
                raise MethodError(
                    "{method} as we have it does not use {inputs}; take that out, or the case is of another method.",
                    method=method,
                    inputs=unused,
                )
            return outputs
    raise MethodError("No method of ours is called {method!r}.", method=method)


#: Inputs of a case that are words about it.
REMARKS = frozenset(("note", "source", "comment"))


class _Seen(dict[str, Any]):
    """Inputs of a case that know which of them were read."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)


def _matrix(inputs: Inputs) -> FloatArray:
    matrix = np.asarray(inputs["matrix"], dtype=float)
    if matrix.ndim != 2:
        raise MethodError("The matrix has {dimensions} dimensions; give rows x criteria.", dimensions=matrix.ndim)
    return matrix


def _types(inputs: Inputs) -> FloatArray:
    return np.asarray(inputs.get("types", np.ones(_matrix(inputs).shape[1])), dtype=float)


def _weights(inputs: Inputs) -> FloatArray:
    values = np.asarray(inputs["weights"], dtype=float)
    return values if abs(values.sum() - 1) <= PRINTED_SUM else weights.direct(values)


def _normalised(inputs: Inputs, otherwise: str) -> FloatArray:
    written = str(inputs.get("normalisation", inputs.get("normalization", otherwise))).lower()
    for pattern, name in SPELLINGS:
        if re.search(pattern, written):
            return values.normalised(name, _matrix(inputs), _types(inputs))
    raise MethodError("No normalisation of ours is written {normalisation!r}.", normalisation=written)


def _ranked(outputs: Outputs, score: str = "score") -> Outputs:
    return outputs | {"rank": joint.places(outputs[score])}


def _by_statement(method_id: str, otherwise: str, **constants: Any) -> Callable[[Inputs], Outputs]:
    """Return a runner for a method that needs a normalised matrix and weights.

    Inputs of a constant's name replace it.
    """

    def runner(inputs: Inputs) -> Outputs:
        chosen = {name: inputs.get(name, value) for name, value in constants.items()}
        return _statement(method_id, _normalised(inputs, otherwise), _weights(inputs), chosen)

    return runner


def _statement(method_id: str, matrix: FloatArray, shares: FloatArray, constants: dict[str, Any]) -> Outputs:
    with duckdb.connect(config={"threads": 1}) as con:
        return _ranked(scores_of_matrix(con, method_id, matrix, shares, constants))


def _vikor(inputs: Inputs) -> Outputs:
    turned = _matrix(inputs) * _types(inputs)
    outputs = _statement("vikor", turned, weights.direct(inputs["weights"]), {"v": float(inputs.get("v", 0.5))})
    return outputs | {"rank": joint.places(-np.asarray(outputs["q"]))}


def _spotis(inputs: Inputs) -> Outputs:
    matrix, bounds = _matrix(inputs), np.asarray(inputs["bounds"], dtype=float)
    gain = _types(inputs) > 0
    worst, best = np.where(gain, bounds[:, 0], bounds[:, 1]), np.where(gain, bounds[:, 1], bounds[:, 0])
    return _statement("spotis", (matrix - worst) / (best - worst), _weights(inputs), {})


def _promethee(inputs: Inputs) -> Outputs:
    turned = _matrix(inputs) * _types(inputs)
    count = turned.shape[1]
    written = inputs.get("preference", "usual")
    kinds = [_preference(str(name)) for name in ([written] * count if isinstance(written, str) else written)]
    bends = inputs.get("p", inputs.get("s", [0.0] * count))
    thresholds = {
        name: [float(x) for x in _spread(bend, count)] for name, bend in (("q", inputs.get("q", 0.0)), ("p", bends))
    }
    for place, kind in enumerate(kinds):
        if kind == "v_shape":
            thresholds["q"][place] = 0.0
        if kind in ("v_shape", "linear", "gaussian") and thresholds["p"][place] <= thresholds["q"][place] * (
            kind == "linear"
        ):
            raise MethodError(
                "Criterion {criterion}: the threshold p of a {kind} preference must lie above q and 0.",
                criterion=place + 1,
                kind=kind,
            )
    outputs = _statement("promethee", turned, weights.direct(inputs["weights"]), {"kinds": kinds, **thresholds})
    return outputs | {"positive_flow": outputs["plus"], "negative_flow": outputs["minus"], "phi": outputs["net_flow"]}


def _preference(written: str) -> str:
    name = written.lower().replace("_", "-")
    if name not in PREFERENCES:
        raise MethodError(
            "No preference function is called {preference!r}; choose {known}.",
            preference=written,
            known=list(PREFERENCES),
        )
    return PREFERENCES[name]


def _spread(value: Any, count: int) -> list[Any]:
    return list(value) if isinstance(value, list) else [value] * count


def _owa(inputs: Inputs) -> Outputs:
    rows = np.atleast_2d(np.asarray(inputs.get("values", inputs.get("matrix")), dtype=float))
    knots = [0.0, *np.cumsum(np.asarray(inputs.get("order_weights", inputs.get("weights")), dtype=float)).tolist()]
    outputs = _statement("owa", rows, np.full(rows.shape[1], 1 / rows.shape[1]), {"knots": knots})
    return outputs if len(rows) > 1 else outputs | {"score": outputs["score"][0]}


def _pareto(inputs: Inputs) -> Outputs:
    turned = _matrix(inputs) * _types(inputs)
    return _statement("pareto", turned, np.full(turned.shape[1], 1 / turned.shape[1]), {})


def _two_parties(inputs: Inputs) -> Outputs:
    first, second = np.asarray(inputs["u"], dtype=float).T
    a, b = inputs.get("disagreement", (0.0, 0.0))
    nash = joint.nash_rule(first, second, (float(a), float(b)))
    return {
        "pareto": joint.pareto_of_two(first, second).astype(int),
        "pareto_by_pairs": (
            kernels.dominated_by(np.stack([first, second], 1), np.stack([first, second], 1)) == 0
        ).astype(int),
        "nash_product": nash,
        "nash_rank": joint.places(nash),
        "maximin_rank": joint.places(joint.maximin_rule(first, second)),
        "sum_rank": joint.places(joint.mean_rule(first, second)),
    }


def _pairwise(inputs: Inputs) -> Outputs:
    result = weights.analytic_hierarchy(inputs["pairwise"])
    return {
        "weights": result.weights,
        "lambda_max": result.lambda_max,
        "ci": result.consistency_index,
        "cr": result.consistency_ratio,
        "warn": not result.accepted,
    }


def _geometric(inputs: Inputs) -> Outputs:
    return {"weights": weights.geometric_mean(inputs["pairwise"])}


def _entropy(inputs: Inputs) -> Outputs:
    return {"weights": weights.entropy(_matrix(inputs))}


def _critic(inputs: Inputs) -> Outputs:
    kind, ddof = str(inputs.get("correlation", "pearson")), int(inputs.get("ddof", 1))
    return {"weights": weights.critic(_matrix(inputs), _types(inputs), kind, ddof)}


def _centroid(inputs: Inputs) -> Outputs:
    if "order" in inputs:
        return {"weights": weights.rank_order_centroid(inputs["order"])}
    sizes = inputs["n"] if isinstance(inputs["n"], list) else [inputs["n"]]
    outputs = {f"n{n}": weights.rank_order_centroid(range(1, n + 1)) for n in sizes}
    return outputs | {"weights": outputs[f"n{sizes[0]}"]}


def _points(inputs: Inputs) -> Outputs:
    points: list[float] = next((inputs[key] for key in ("points", "weights", "ratings") if key in inputs), [])
    return {"weights": weights.swing(points)}


def _piecewise(inputs: Inputs) -> Outputs:
    if str(inputs.get("out_of_bounds", "clip")) != "clip":
        raise MethodError("Values beyond the cut-offs are clipped here; 'out_of_bounds' can be 'clip' alone.")
    return {"value": values.piecewise(inputs["x"], inputs["cutoffs"], inputs["values"])}


def _smaa(inputs: Inputs) -> Outputs:
    matrix = _matrix(inputs) * _types(inputs)
    if not re.search(r"uniform|simplex|^any$|^$", str(inputs.get("weights", "")), re.IGNORECASE):
        raise MethodError("SMAA draws its weights; give 'low', 'high' or 'order', or none for the whole simplex.")
    rng = np.random.default_rng(SEED)
    space = smaa.WeightSpace(
        tuple(inputs.get("low", ())), tuple(inputs.get("high", ())), tuple(int(i) for i in inputs.get("order", ()))
    )
    drawn = space.draw(matrix.shape[1], DRAWS, rng)
    result = smaa.smaa(states.of_matrix(matrix), drawn, rng, top_k=1, classes=tuple(range(1, len(matrix) + 1)))
    central = [None if np.isnan(row).any() else row.tolist() for row in result.central_weight]
    return {
        "rank_acceptability": result.acceptability,
        "first_rank": result.acceptability[:, 0],
        "central_weight": central,
    }


def _evidence_weights(inputs: Inputs) -> Outputs:
    return asdict(overlay.weights_of_evidence(*(float(inputs[key]) for key in "ABCD")))


def _fuzzy(inputs: Inputs) -> Outputs:
    return dict(overlay.fuzzy_overlay(inputs["layers"], float(inputs.get("gamma", 0.5))))


#: How a method is named in cases (searched without case, the first that fits counts) -> its runner.
RUNNERS: dict[str, Callable[[Inputs], Outputs]] = {
    r"weights? of evidence|wofe": _evidence_weights,
    r"fuzzy": _fuzzy,
    r"ahp.*geometric": _geometric,
    r"ahp|pairwise comparison": _pairwise,
    r"entropy": _entropy,
    r"critic\b": _critic,
    r"rank[- ]order centroid|\broc\b": _centroid,
    r"swing|direct rating": _points,
    r"piecewise|value function": _piecewise,
    r"smaa": _smaa,
    r"two[- ]party|group": _two_parties,
    r"topsis": _by_statement("topsis", "vector"),
    r"vikor": _vikor,
    r"promethee": _promethee,
    r"waspas": _by_statement("waspas", "linear", lam=0.5, least=0.0),
    r"spotis": _spotis,
    r"\bowa\b|ordered weighted": _owa,
    r"pareto": _pareto,
    r"wpm|weighted product|geometric": _by_statement("weighted_product", "none", least=0.0),
    r"wsm|weighted sum|\bsaw\b": _by_statement("weighted_sum", "none"),
}
