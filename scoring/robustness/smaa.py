"""Rank stability by SMAA: scores under many weights and many states of the unknowns.

Random numbers come only from the generator passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.arrays import Float32Array, FloatArray, IndexArray
from scoring.errors import MethodError
from scoring.ranking.states import States

#: Weights are drawn on a lattice this fine, so that sums of weights are exact.
LATTICE = 1 << 20
#: Draws are scored in blocks of about this many sites x draws.
BLOCK = 1 << 22
#: Sites from which the threshold of the first ranks is guessed.
SAMPLE = 4096
#: Attempts for each wanted draw where ranges or orders cut the simplex.
MOST_ATTEMPTS = 400
Score = Callable[[FloatArray, FloatArray], FloatArray]


def uniform_weights(count: int, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return weights spread evenly over the simplex, shape (draws, count), rows sum to 1.

    Spacings of sorted uniform numbers; each draw stands there in all its rotations, so that no criterion is favoured by
    chance.

    Parameters
    ----------
    count : int
        How many criteria.
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of the draws; its seed makes them repeatable.

    References
    ----------
    Butler, Jia and Dyer (1997), EJOR 103, 531-546; Rubinstein (1982) on spacings.

    Examples
    --------
    >>> uniform_weights(3, 300, np.random.default_rng(1)).mean(axis=0).tolist()
    [0.3333333333333333, 0.3333333333333333, 0.3333333333333333]
    """
    batch = -(-draws // count)
    cuts = np.sort(rng.integers(0, LATTICE + 1, size=(batch, count - 1)), axis=1)
    ends = np.concatenate([np.zeros((batch, 1), dtype=int), cuts, np.full((batch, 1), LATTICE)], axis=1)
    spacings = np.diff(ends, axis=1)
    turned = np.stack([np.roll(spacings, turn, axis=1) for turn in range(count)], axis=1).reshape(-1, count)
    return np.asarray(turned / LATTICE)


@dataclass(frozen=True, slots=True)
class WeightSpace:
    """Which weights are thought possible.

    Attributes
    ----------
    low, high : tuple of float
        Range of each weight as a share of 1; empty: 0 to 1.
    order : tuple of int
        Positions from the most to the least important; empty: no order. Positions left out are free.
    """

    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    order: tuple[int, ...] = ()

    def draw(self, count: int, draws: int, rng: np.random.Generator) -> FloatArray:
        """Return weights of the space, shape (draws, count), spread evenly by rejection.

        Parameters
        ----------
        count : int
            How many criteria.
        draws : int
            How many.
        rng : numpy.random.Generator
            Source of the draws; its seed makes them repeatable.

        Raises
        ------
        MethodError
            If the ranges or the order leave no room, or so little that it is not found.
        """
        if not self.low and not self.high and not self.order:
            return uniform_weights(count, draws, rng)
        low, high = np.array(self.low or (0.0,) * count), np.array(self.high or (1.0,) * count)
        if low.sum() > 1 + 1e-9 or high.sum() < 1 - 1e-9 or (low > high).any():
            raise MethodError(
                "No weights that sum to 1 lie between {low} and {high}; widen a range.",
                low=str(low.tolist()),
                high=str(high.tolist()),
            )
        if high.sum() - low.sum() < 1e-9:
            return np.tile(low / low.sum(), (draws, 1))
        return self._by_rejection(low, high, count, draws, rng)

    def _by_rejection(
        self, low: FloatArray, high: FloatArray, count: int, draws: int, rng: np.random.Generator
    ) -> FloatArray:
        """Draw from the simplex above `low`, which suits wide ranges.

        Where too little of it is left, from the box of the ranges.
        """
        room = 1 - low.sum()
        for proposed in (lambda n: low + room * uniform_weights(count, n, rng), lambda n: _from_box(low, high, n, rng)):
            accepted: list[FloatArray] = []
            have = 0
            for _attempt in range(MOST_ATTEMPTS):
                drawn = proposed(max(draws, 1000))
                kept = drawn[((drawn <= high + 1e-12) & (drawn >= low - 1e-12)).all(axis=1)]
                if self.order:
                    ordered = kept[:, list(self.order)]
                    kept = kept[(np.diff(ordered, axis=1) <= 1e-12).all(axis=1)]
                accepted.append(kept)
                have += len(kept)
                if have >= draws:
                    return np.concatenate(accepted)[:draws]
        raise MethodError("The ranges and the order leave almost no weights to draw; widen a range or drop the order.")


def _from_box(low: FloatArray, high: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return weights uniform over the box of ranges; the widest range takes the rest (so it may leave its own)."""
    drawn = low + (high - low) * rng.random((draws, len(low)))
    widest = int(np.argmax(high - low))
    drawn[:, widest] = 0.0
    drawn[:, widest] = 1.0 - drawn.sum(axis=1)
    return drawn


def around(weights: ArrayLike, share: float) -> WeightSpace:
    """Return the space of weights within `share` (0.2: plus or minus 20 %) of given ones.

    Parameters
    ----------
    weights : array_like
        Central weights, shape (k,).
    share : float
        Half width of each range as a share of the weight, 0..1.

    Examples
    --------
    >>> around([1, 3], 0.2).low
    (0.2, 0.6)
    """
    centre = np.asarray(weights, dtype=float) / np.sum(np.asarray(weights, dtype=float))
    low, high = (
        tuple((centre * (1 - share)).round(12).tolist()),
        tuple(np.minimum(centre * (1 + share), 1).round(12).tolist()),
    )
    return WeightSpace(low, high)


@dataclass(frozen=True, slots=True)
class Robustness:
    """Statistics over all draws, one row a site.

    Attributes
    ----------
    draws, top_k : int
    acceptability : array, shape (n, len(classes))
        Share of draws in which the rank of the site lies in each rank class.
    in_top_k : array, shape (n,)
        Share of draws in which the site is among the first `top_k`.
    rank_low, rank_mid, rank_high : array, shape (n,)
        5th, 50th and 95th percentile of the rank.
    central_weight : array, shape (n, k)
        Mean of the weights that put the site first; NaN where none do.
    confidence : array, shape (n,)
        Share of states in which the site is first under its own central weight; NaN where it has none.
    """

    draws: int
    top_k: int
    acceptability: FloatArray
    in_top_k: FloatArray
    rank_low: FloatArray
    rank_mid: FloatArray
    rank_high: FloatArray
    central_weight: FloatArray
    confidence: FloatArray


#: First rank of each class that histograms show: 1, 2-3, 4-5, 6-10, ..
RANK_CLASSES = (1, 2, 4, 6, 11, 21, 51, 101, 201, 501, 1001, 2001, 5001)
CONFIDENCE_STATES = 50


def smaa(
    states: States,
    weights: FloatArray,
    rng: np.random.Generator,
    *,
    spread: FloatArray | None = None,
    top_k: int = 20,
    classes: tuple[int, ...] = RANK_CLASSES,
) -> Robustness:
    """Score the sites under every drawn weight vector and count their ranks.

    Parameters
    ----------
    states : States
    weights : array, shape (draws, g)
        Drawn weights, see `WeightSpace`.
    rng : numpy.random.Generator
        For the states: each draw of weights meets a state of its own.
    spread : array, shape (g, k), optional
        Share of each weight that goes to each criterion; the identity where not given.
    top_k : int
    classes : tuple of int
        First rank of each rank class, ascending from 1.

    References
    ----------
    Lahdelma and Salminen (2001), SMAA-2, Operations Research 49, 444-454; Tervonen and Lahdelma (2007), EJOR 178,
    500-513.

    Examples
    --------
    >>> from scoring.ranking.states import of_matrix
    >>> rng = np.random.default_rng(1)
    >>> found = smaa(of_matrix([[1, 1], [0, 0]]), uniform_weights(2, 100, rng), rng, classes=(1, 2))
    >>> found.acceptability.tolist(), found.central_weight[0].tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [0.5, 0.5])
    """
    shares = np.eye(states.u.shape[1]) if spread is None else spread
    weighed = np.asarray(shares.any(axis=0))
    states, shares = states.of_criteria(weighed), shares[:, weighed]  # what never counts is not drawn
    ranks = _ranks(states, weights @ shares, rng)
    draws, count = ranks.shape
    class_of_rank = np.searchsorted(np.asarray(classes), np.arange(count + 1), side="right") - 1
    cells = class_of_rank[ranks] + len(classes) * np.arange(count)
    acceptability = np.bincount(cells.ravel(), minlength=count * len(classes)).reshape(count, len(classes)) / draws
    central, first = _central(ranks, weights)
    cuts = [min(draws - 1, int(share * draws)) for share in (0.05, 0.5, 0.95)]
    low, mid, high = np.partition(ranks, cuts, axis=0)[cuts].astype(float)
    return Robustness(
        draws,
        top_k,
        acceptability,
        (ranks <= top_k).mean(axis=0),
        low,
        mid,
        high,
        central,
        _confidence(states, central[first] @ shares, first, rng),
    )


def scores_of(u: FloatArray, states: States, weights: FloatArray) -> FloatArray:
    """Return the weighted mean over the criteria that apply, shape (draws, n), as float32.

    Sites that stand last are lowered by 2.

    Parameters
    ----------
    u : array of float
        Desirabilities of one state of the data, 0..1, shape (n, k).
    states : States
        Which criteria apply to which site, and which sites stand last.
    weights : array of float
        Shape (draws, k).
    """
    return _scored(_columns(u), *_frame(states), weights)


def _columns(values: FloatArray) -> Float32Array:
    return np.ascontiguousarray(values.T, dtype=np.float32)


def _frame(states: States) -> tuple[Float32Array | None, Float32Array | None]:
    """Return what divides and what lowers the sums of weights; None where nothing does."""
    applies = None if (states.applies == 1).all() else _columns(states.applies)
    return applies, 2 * states.last.astype(np.float32) if states.last.any() else None


def _scored(
    columns: Float32Array, applies: Float32Array | None, lowered: Float32Array | None, weights: FloatArray
) -> FloatArray:
    narrow = weights.astype(np.float32)
    scores = narrow @ columns
    if applies is not None:
        scores /= np.maximum(narrow @ applies, np.float32(1e-12))
    if lowered is not None:
        scores -= lowered
    return np.asarray(scores)


def share_in_top_k(states: States, weights: FloatArray, top_k: int, rng: np.random.Generator) -> FloatArray:
    """Return in which share of the draws each site is among the first `top_k`, shape (n,), without ranking the rest.

    One state of the data: the known one. A threshold guessed from a sample of the sites leaves few candidates; the
    exact cut is made among them. Where the guess left too few, the draw is cut in full.

    Parameters
    ----------
    states : States
    weights : array, shape (draws, k)
        One weight a criterion.
    top_k : int
    rng : numpy.random.Generator
        For the sample.
    """
    count, draws = len(states.u), len(weights)
    if top_k >= count:
        return np.ones(count)
    sample = rng.choice(count, size=min(count, SAMPLE), replace=False)
    guess = min(len(sample) - 1, int(len(sample) * top_k / count + 4 * np.sqrt(len(sample) * top_k / count)) + 8)
    hits = np.zeros(count, dtype=np.int64)
    step = max(1, BLOCK // count)
    columns, frame = _columns(states.u), _frame(states)
    for start in range(0, draws, step):
        for scores in _scored(columns, *frame, weights[start : start + step]):
            threshold = -np.partition(-scores[sample], guess)[guess]
            candidates = np.flatnonzero(scores >= threshold)
            if len(candidates) < top_k:
                candidates = np.arange(count)
            hits[candidates[np.argpartition(-scores[candidates], top_k - 1)[:top_k]]] += 1
    return np.asarray(hits / draws)


def _ranks(states: States, weights: FloatArray, rng: np.random.Generator) -> NDArray[np.int32]:
    """Return the rank of each site in each draw, shape (draws, n); the order of equal scores is arbitrary."""
    draws, count = len(weights), len(states.u)
    ranks = np.empty((draws, count), dtype=np.int32)
    step = max(1, BLOCK // max(count, 1)) if states.certain else 1
    drawn = states.draws(rng)
    places = np.arange(1, count + 1, dtype=np.int32)
    for start in range(0, draws, step):
        scores = scores_of(next(drawn), states, weights[start : start + step])
        for row, scored in enumerate(scores, start):
            ranks[row, np.argsort(-scored)] = places
    return ranks


def _central(ranks: NDArray[np.int32], weights: FloatArray) -> tuple[FloatArray, IndexArray]:
    """Return the mean of the weights that put each site first (NaN: none do), and the sites that are ever first."""
    leaders = np.argmin(ranks, axis=1)
    first = np.unique(leaders)
    central = np.full((ranks.shape[1], weights.shape[1]), np.nan)
    for site in first:
        central[site] = weights[leaders == site].sum(axis=0) / np.count_nonzero(leaders == site)
    return central, first


def _confidence(states: States, central: FloatArray, first: IndexArray, rng: np.random.Generator) -> FloatArray:
    """Return, for each site that is ever first, in how many states its own central weight puts it first."""
    share = np.full(len(states.u), np.nan)
    repeats = 1 if states.certain else CONFIDENCE_STATES
    wins = np.zeros(len(first))
    for _ in range(repeats):
        wins += np.argmax(scores_of(states.draw(rng), states, central), axis=1) == first
    share[first] = wins / repeats
    return share
