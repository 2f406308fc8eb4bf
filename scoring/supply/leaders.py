"""What a publication says of world supply: who leads, how much covered nations have, how concentrated it is."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.supply.concentration import Interval, Supply, hhi, leader, leads_for_sure, share
from scoring.supply.markets import Table


@dataclass(frozen=True, slots=True)
class Concentration:
    """World supply of a place by one publication.

    Attributes
    ----------
    source_id, vintage, basis, unit : str
        Which publication, and what it counts.
    year : int
        Last year of the figures.
    total : Interval
        All that is published, in `unit`.
    leading_country : str
        ISO 3166-1 alpha-3; empty: no country is named.
    leading_share_pct : Interval or None
        Of what is published; None: no country is named.
    leads_for_sure : bool
        Whether no other country, named or hidden in the residual, can be larger.
    covered_share_pct : Interval or None
        Of the covered nations.
    hhi : Interval or None
        0 to 1.
    not_counted : tuple of str
        Countries whose production is withheld or not available; the shares are of the others.
    """

    source_id: str
    vintage: str
    year: int
    basis: str
    unit: str
    total: Interval
    leading_country: str
    leading_share_pct: Interval | None
    leads_for_sure: bool
    covered_share_pct: Interval | None
    hhi: Interval | None
    not_counted: tuple[str, ...]


def concentrated(table: Table, covered: frozenset[str]) -> Concentration:
    """Return leading country, shares and index of a supply table.

    Parameters
    ----------
    table : Table
        Supply by country.
    covered : frozenset of str
        ISO 3166-1 alpha-3 codes of the covered nations.
    """
    supply: Supply = table.supply
    first = leader(supply)
    counted = covered - set(table.not_counted)
    if table.unit == "%":
        of_first = Interval(first.low, first.high) if first else None
        of_covered: Interval | None = _sum_printed(supply, counted)
    else:
        of_first = share(supply, {first.area}) if first else None
        of_covered = share(supply, counted)
    return Concentration(
        table.source_id,
        table.vintage,
        table.year,
        table.basis,
        table.unit,
        supply.total,
        first.area if first else "",
        of_first,
        leads_for_sure(supply, first) if first else False,
        of_covered,
        hhi(supply),
        table.not_counted,
    )


def _sum_printed(supply: Supply, areas: frozenset[str]) -> Interval:
    """Return printed shares added up; the residual is theirs where one of them is not named."""
    ours = [each for each in supply.producers if each.area in areas]
    hidden = supply.other_high if areas - {each.area for each in ours} else 0.0
    return Interval(sum(each.low for each in ours), min(100.0, sum(each.high for each in ours) + hidden))
