"""The allied sites of a cell: how many there are, and what they state to put out."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.supply.concentration import Interval


@dataclass(frozen=True, slots=True)
class AlliedSites:
    """Allied sites of the database at a stage of the chain, of those that a switch counts (`scoring.supply.allied`).

    Attributes
    ----------
    switch : str
        A key of `scoring.supply.chain_sites.SWITCHES`.
    listed : int
        Sites in the US, Japan or a partner country of which no owner of a covered nation is known.
    stating : int
        Of these, how many state an output that can be told in the basis.
    tonnes : Interval or None
        What those state together, t/y, from the least to the most; None: none states it.
    share_pct : Interval or None
        Of world supply as the table of the cell counts it; None: not known in the same basis.
    """

    switch: str
    listed: int
    stating: int = 0
    tonnes: Interval | None = None
    share_pct: Interval | None = None
