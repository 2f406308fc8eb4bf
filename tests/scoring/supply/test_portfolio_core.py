"""The optima of the draws: in order, and no more of them than somebody waits for."""

from __future__ import annotations

import time
from unittest import mock

import numpy as np
import pytest

from scoring.supply import portfolio_core
from scoring.supply.portfolio_program import Draws

DRAWS = Draws(np.zeros((40, 3)), np.zeros((40, 3)), np.ones((40, 3), bool))


def solved(place: int, draft: bool) -> mock.Mock | None:
    """Return the portfolio of a draw, which comes late for the first ones; every fourth draw has none."""
    time.sleep(0.002 * (place < 4))
    return mock.Mock(chosen=(place % 3,)) if place % 4 else None


@pytest.fixture(autouse=True)
def solver(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    made = mock.Mock(side_effect=solved)
    monkeypatch.setattr(portfolio_core, "solve", made)
    monkeypatch.setattr(portfolio_core, "drawn", lambda _made, _draws, place: place)
    return made


def test_each_optimum_stands_at_its_draw() -> None:
    held = portfolio_core.optima(mock.Mock(), DRAWS)
    assert [np.flatnonzero(row).tolist() for row in held] == [[n % 3] if n % 4 else [] for n in range(40)]


def test_a_stop_does_not_wait_for_the_draws_that_are_left(solver: mock.Mock) -> None:
    def slow(place: int, draft: bool) -> None:
        time.sleep(0.05)

    solver.side_effect = slow
    with pytest.raises(KeyboardInterrupt):
        portfolio_core.optima(mock.Mock(), DRAWS, mock.Mock(side_effect=KeyboardInterrupt))
    assert solver.call_count < len(DRAWS.ready)
