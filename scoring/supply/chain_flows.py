"""How much goes along each link: one even way to place what sites state, that keeps the balance of every site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.supply.chain_partners import Link
from scoring.supply.chain_sites import ChainSite
from scoring.supply.concentration import Interval

#: Order in which feed is placed: what a source states, what it intends, what is only possible.
FIRMNESS = ("stated", "company", "intended", "possible")
#: Rounds of placing; what is left after them is less than a thousandth in every case tried.
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Flow:
    """Feed along a link.

    Attributes
    ----------
    link : Link
    tonnes : float or None
        Tonnes a year of the basis, one way to place what both state; None: one of the two does not state an amount.
    """

    link: Link
    tonnes: float | None


def needs(site: ChainSite) -> Interval | None:
    """Return the least that a site takes, tonnes a year of the basis: what its largest output holds; None: unknown.

    Losses are not known, so it takes more.

    Parameters
    ----------
    site : ChainSite
    """
    known = [output.tonnes for output in site.gives if output.tonnes is not None]
    return max(known, key=lambda ends: (ends.high, ends.low), default=None) if site.takes else None


def middle(ends: Interval | None) -> float | None:
    """Return the middle of an interval; None: unknown.

    Parameters
    ----------
    ends : Interval or None
    """
    return None if ends is None else (ends.low + ends.high) / 2


def placed(links: Sequence[Link], sites: Sequence[ChainSite]) -> tuple[Flow, ...]:
    """Return how much goes along each link if what sites give is placed evenly: stated links first, possible ones last.

    One way among many, no forecast: what a site gives is split in proportion to what its takers still need, and a taker
    takes no more than it needs. No site gives more than it states; an unknown amount is never a tonne.

    Parameters
    ----------
    links : sequence of Link
    sites : sequence of ChainSite
    """
    of_id = {site.site_id: site for site in sites}
    left = {
        (site.site_id, output.form): amount
        for site in sites
        for output in site.gives
        if (amount := middle(output.tonnes)) is not None and output.form
    }
    wanted = {site.site_id: amount for site in sites if (amount := middle(needs(site))) is not None}
    tonnes: dict[int, float] = {}
    for basis in FIRMNESS:
        tier = [
            place
            for place, link in enumerate(links)
            if link.basis == basis and (link.giver, link.form) in left and link.taker in wanted
        ]
        tonnes |= dict.fromkeys(tier, 0.0)
        for _round in range(_ROUNDS):
            _place_once(tier, links, left, wanted, tonnes)
    return tuple(
        Flow(link, round(tonnes[place], 3) if place in tonnes else None)
        for place, link in enumerate(links)
        if link.giver in of_id and link.taker in of_id
    )


def _place_once(
    tier: Sequence[int],
    links: Sequence[Link],
    left: dict[tuple[str, str], float],
    wanted: dict[str, float],
    tonnes: dict[int, float],
) -> None:
    """Offer what is left once, in proportion to what is wanted, and take what is wanted of it."""
    asked: dict[tuple[str, str], float] = {}
    for place in tier:
        link = links[place]
        asked[link.giver, link.form] = asked.get((link.giver, link.form), 0.0) + wanted[link.taker]
    offers = {}
    for place in tier:
        giver = (links[place].giver, links[place].form)
        offers[place] = left[giver] * wanted[links[place].taker] / asked[giver] if asked[giver] > 0 else 0.0
    offered: dict[str, float] = {}
    for place, offer in offers.items():
        offered[links[place].taker] = offered.get(links[place].taker, 0.0) + offer
    room = {taker: min(1.0, wanted[taker] / total) if total > 0 else 0.0 for taker, total in offered.items()}
    for place, offer in offers.items():
        link, taken = links[place], offer * room[links[place].taker]
        tonnes[place] += taken
        left[link.giver, link.form] = max(0.0, left[link.giver, link.form] - taken)
        wanted[link.taker] = max(0.0, wanted[link.taker] - taken)
