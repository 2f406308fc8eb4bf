"""Errors of the supply questions, one class a cause."""

from __future__ import annotations

from geo.errors import OrebridgeError


class SupplyScenarioError(OrebridgeError):
    """A scenario of a supply stop that cannot be used."""


class SupplyFigureError(OrebridgeError):
    """A figure that the question needs and that neither the facts nor the scenario have."""


class SupplyTableError(OrebridgeError):
    """A CSV of stocks, goods or costs that cannot be read.

    Parameters
    ----------
    where : str
        The file.
    row : int
        Line of the file, counted from 1.
    problem, cure : str
    """

    def __init__(self, where: str, row: int, problem: str, cure: str) -> None:
        self.where, self.row, self.problem, self.cure = where, row, problem, cure
        super().__init__("{file}, line {row}: {problem}; {cure}.", file=where, row=row, problem=problem, cure=cure)


class BudgetError(OrebridgeError):
    """A budget or a price that buys nothing."""
