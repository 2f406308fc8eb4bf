"""Two vintages side by side: what a place was, what it is, and whether another country leads."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.supply.markets import Place
from scoring.supply.vulnerability import Cell


@dataclass(frozen=True, slots=True)
class Change:
    """A place in two vintages.

    Attributes
    ----------
    place : Place
    older, newer : Cell or None
        None: the vintage does not know the place.
    """

    place: Place
    older: Cell | None
    newer: Cell | None

    @property
    def new_leader(self) -> bool:
        """Whether another country leads in the newer vintage of the same publication."""
        before = self.older.concentration if self.older else None
        now = self.newer.concentration if self.newer else None
        if before is None or now is None or before.source_id[:4] != now.source_id[:4]:
            return False
        return before.leading_country != now.leading_country


def side_by_side(older: list[Cell], newer: list[Cell]) -> list[Change]:
    """Return every place with its cell in both vintages, in the order of the newer one.

    Parameters
    ----------
    older, newer : list of Cell
        Of one desk.
    """
    before, now = {cell.place: cell for cell in older}, {cell.place: cell for cell in newer}
    order = [*now, *(place for place in before if place not in now)]
    return [Change(place, before.get(place), now.get(place)) for place in order]
