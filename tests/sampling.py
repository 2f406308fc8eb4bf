"""Cases and examples of which some run with every test run, and all in the nightly one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import settings

#: Whether all examples of a law run: `tests/conftest.py` says so before a test file is read.
ALL_EXAMPLES = False
#: Of the examples of a slow law, one in so many runs with every test run, and at least `LEAST`.
EVERY = 4
LEAST = 4

Case = TypeVar("Case")
Test = TypeVar("Test", bound=Callable[..., Any])


def sampled(cases: Iterable[Any], every: int) -> list[Any]:
    """Return cases for `parametrize`: the first and each `every`-th after it run always, the others nightly."""
    chosen = []
    for place, case in enumerate(cases):
        values = case if isinstance(case, tuple) else (case,)
        chosen.append(pytest.param(*values, marks=() if place % every == 0 else pytest.mark.nightly))
    return chosen


def law(examples: int, **others: Any) -> Callable[[Test], Test]:
    """Return a decorator for a law whose examples are slow: a quarter of them run always, all of them nightly.

    Parameters
    ----------
    examples : int
        How many there are nightly.
    **others
        Further settings of Hypothesis.
    """

    def of(test: Test) -> Test:
        marked: Test = pytest.mark.law(settings(max_examples=share(examples), **others)(test))
        return marked

    return of


def part(cases: Sequence[Case]) -> Sequence[Case]:
    """Return those of the cases of a test that is marked `law` that run in this run: the first and each fourth."""
    return cases if ALL_EXAMPLES else cases[::EVERY]


def share(examples: int) -> int:
    """Return how many of the examples of a test that is marked `law` run in this run."""
    return examples if ALL_EXAMPLES else max(LEAST, examples // EVERY)
