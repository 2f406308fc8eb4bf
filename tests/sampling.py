"""A matrix of cases of which some run with every test run, and all in the nightly one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], every: int) -> list[Any]:
    """Return cases for `parametrize`: the first and each `every`-th after it run always, the others nightly."""
    chosen = []
    for place, case in enumerate(cases):
        values = case if isinstance(case, tuple) else (case,)
        chosen.append(pytest.param(*values, marks=() if place % every == 0 else pytest.mark.nightly))
    return chosen
