"""Who feeds whom: what sources state, matched to sites by their names, and what chemistry makes possible. No more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from geo.area import GEOD
from scoring.supply.chain_ports import by_sea
from scoring.supply.chain_sites import ChainSite, Statement

#: Words that names of sites and companies share: alone they name nothing.
_GENERIC_WORDS = """
mine mines mining project deposit plant works refinery smelter facility operation operations campus complex site
group lithium graphite nickel cobalt tungsten antimony gallium germanium titanium manganese fluorspar fluorite zinc
copper gold rare earth earths element elements minerals mineral metals metal materials resources resource company
corporation corp inc limited ltd plc ag nv sa ab oy as llc co holdings holding technologies technology international
separation hydroxide conversion sulfate sulphate oxide anode cathode battery magnet magnets recycling north south
east west central new upper lower lake mount mt hill creek river the of and de la el del rio all projects critical
processing development advanced industrial industries permanent sponge spherical magnesium brine active material
sands property area demonstration global american national energy chemical chemicals power states united kingdom
china chinese japan japanese korea korean europe european australia australian canada canadian vietnam brazil india
indian indonesia africa african namibia germany finland sweden norway france estonia malaysia mexico greenland
kazakhstan chile argentina usa u.s
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
#: What a statement says when it is over, or binds nobody.
_ENDED = re.compile(r"ended|no longer|terminated|given up|source lost|lapsed|cancelled", re.IGNORECASE)
_LOOSE = re.compile(
    r"non-binding|not binding|memorandum|\bMoU\b|letter of intent|in principle|potentially|possible|to be concluded"
    r"|mine not built|later|planned|option",
    re.IGNORECASE,
)
#: Shortest name of one word that is looked for.
_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Link:
    """A site that feeds another, or could.

    Attributes
    ----------
    commodity, form : str
        form: what passes; empty: stated without it.
    giver, taker : str
        Ids of sites.
    basis : str
        ``stated`` (a source names both), ``company`` (it names the company of the other site, which has one that fits,
        and not the site), ``intended`` (one of these, and it says that nothing binds them yet) or ``possible`` (the
        form fits, nothing else is known).
    km : float
        Great circle between the two.
    sea_km : float or None
        From the port of the giver to that of the taker along the shipping network; None: both lie in one country, cargo
        goes by land, or one has no port. sea_port, sea_to: which ports; sea_to is empty at a landing port of Japan or
        the United States.
    months : float or None
        Expected months until both have product; 0: both run; None: unknown for one of them.
    allied : bool
        Whether both are.
    statement : Statement or None
        What the source says; None: possible.
    """

    commodity: str
    form: str
    giver: str
    taker: str
    basis: str
    km: float
    months: float | None
    allied: bool
    statement: Statement | None = None
    sea_km: float | None = None
    sea_port: str = ""
    sea_to: str = ""


def possible_links(sites: Sequence[ChainSite]) -> tuple[Link, ...]:
    """Return a link for each giver and taker of the same form, in an order that does not depend on that of the sites.

    A site of unknown form gives and takes nothing here. Impurities, grades and prices are not looked at.

    Parameters
    ----------
    sites : sequence of ChainSite
    """
    takers: dict[tuple[str, str], list[ChainSite]] = {}
    for site in sites:
        for form in site.takes:
            takers.setdefault((site.commodity, form), []).append(site)
    links = [
        link_between(site, taker, output.form, "possible")
        for site in sites
        for output in site.gives
        if output.form
        for taker in takers.get((site.commodity, output.form), [])
        if taker.site_id != site.site_id
    ]
    return tuple(sorted(links, key=_order))


def stated_links(sites: Sequence[ChainSite]) -> tuple[Link, ...]:
    """Return a link for each partner that a statement of feed or of offtake names, as far as it can be matched.

    Of several statements of the same two sites the firmest and newest counts; what has ended does not.

    Parameters
    ----------
    sites : sequence of ChainSite
        Of one or more commodities; a partner is looked for in the same.
    """
    of_commodity: dict[str, list[ChainSite]] = {}
    for site in sites:
        of_commodity.setdefault(site.commodity, []).append(site)
    found: dict[tuple[str, str, str], Link] = {}
    for site in sites:
        for link in _links_of(site, of_commodity[site.commodity]):
            key = (link.commodity, link.giver, link.taker)
            if key not in found or _firmness(link) > _firmness(found[key]):
                found[key] = link
    return tuple(sorted(found.values(), key=_order))


def _order(link: Link) -> tuple[str, str, str, str]:
    return link.commodity, link.form, link.giver, link.taker


def _firmness(link: Link) -> tuple[bool, str, str]:
    said = link.statement
    return link.basis in ("stated", "company"), said.as_of if said else "", said.text if said else ""


@dataclass(frozen=True, slots=True)
class _Match:
    """Where in a text a site is named, and whether the name is its whole name."""

    site: ChainSite
    start: int
    end: int
    whole: bool


def _links_of(site: ChainSite, others: Sequence[ChainSite]) -> Iterator[Link]:
    if not site.is_mine:
        for statement in site.feeds:
            for giver, basis in _partners(site, statement, [each for each in others if _can_feed(each, site)]):
                yield link_between(giver, site, common_form(giver, site), basis, statement)
    for statement in site.offtakes:
        for taker, basis in _partners(site, statement, [each for each in others if _can_buy(each, site)]):
            yield link_between(site, taker, common_form(site, taker), basis, statement)


def _can_feed(giver: ChainSite, taker: ChainSite) -> bool:
    """Tell whether a statement may be of this pair: recyclers and works of one kind need a form that they share."""
    if taker.is_mine or giver.site_id == taker.site_id:
        return False
    unclear = giver.kind == taker.kind or "recycling" in (giver.kind, taker.kind)
    return not unclear or bool(common_form(giver, taker))


def _can_buy(taker: ChainSite, giver: ChainSite) -> bool:
    """Tell whether a buyer may be this site: not where its products are known and made of nothing of the chain."""
    of_nothing = not taker.takes and any(output.form for output in taker.gives)
    return not of_nothing and _can_feed(giver, taker)


def common_form(giver: ChainSite, taker: ChainSite) -> str:
    """Return the first form that one gives and the other takes; empty: there is none.

    Parameters
    ----------
    giver, taker : ChainSite
    """
    return next((output.form for output in giver.gives if output.form and output.form in taker.takes), "")


def _partners(site: ChainSite, statement: Statement, others: Sequence[ChainSite]) -> Iterator[tuple[ChainSite, str]]:
    """Yield the sites that a statement of a site names, each with how firm it is.

    By their own names; else the only one of a company that is named, if it gives or takes a form that fits.
    """
    matches = _matches(statement.text, others, attrgetter("names"))
    by_company = not matches
    if by_company:
        fitting = [each for each in others if common_form(each, site) or common_form(site, each)]
        matches = _matches(statement.text, fitting, attrgetter("companies"))
        matches = matches if len({match.site.site_id for match in matches}) == 1 else []
    for match in _preferred(site, matches):
        if basis := basis_of(_part(statement.text, match), statement.scope):
            of_company = by_company or _is_its_company(statement.text[match.start : match.end], match)
            yield match.site, "company" if of_company and basis == "stated" else basis


def _is_its_company(words: str, match: _Match) -> bool:
    """Tell whether what is named of a site is no more than its company: "Tesla" of the Tesla lithium refinery."""
    return not match.whole and any(company.startswith(words) for company in match.site.companies)


def _matches(text: str, sites: Sequence[ChainSite], names_of: Callable[[ChainSite], tuple[str, ...]]) -> list[_Match]:
    """Return where sites are named; a name that lies within a longer one that also fits does not count."""
    found = []
    for site in sites:
        for key, whole in _keys(names_of(site)):
            if key in text and (place := re.search(rf"(?<!\w){re.escape(key)}(?!\w)", text)):
                found.append(_Match(site, place.start(), place.end(), whole))
    return [
        match
        for match in found
        if not any(o.start <= match.start and match.end <= o.end and _length(o) > _length(match) for o in found)
    ]


def _length(match: _Match) -> int:
    return match.end - match.start


def _preferred(site: ChainSite, matches: Sequence[_Match]) -> Iterator[_Match]:
    """Yield one match a site: of several sites under one name those named in full, then those of the same owner."""
    of_place: dict[tuple[int, int], list[_Match]] = {}
    for match in matches:
        of_place.setdefault((match.start, match.end), []).append(match)
    seen = set()
    for rivals in of_place.values():
        chosen = [match for match in rivals if match.whole] or rivals
        same = [match for match in chosen if set(match.site.companies) & set(site.companies)]
        for match in same or chosen:
            if match.site.site_id not in seen:
                seen.add(match.site.site_id)
                yield match


def _part(text: str, match: _Match) -> str:
    """Return the part of a text, between commas and semicolons, in which a name stands."""
    start = max(text.rfind(mark, 0, match.start) for mark in ",;") + 1
    ends = [place for mark in ",;" if (place := text.find(mark, match.end)) >= 0]
    return text[start : min(ends, default=len(text))]


def basis_of(words: str, scope: str) -> str:
    """Return how firm a statement is: ``stated``, ``intended``, or empty where it has ended.

    Parameters
    ----------
    words, scope : str
        The part of it that names the partner, and what the source says of the whole.

    Examples
    --------
    >>> basis_of("Mt Weld", ""), basis_of("Tanbreez (non-binding)", ""), basis_of("nickel sulphate", "ended")
    ('stated', 'intended', '')
    """
    if _ENDED.search(f"{words} {scope}"):
        return ""
    return "intended" if _LOOSE.search(f"{words} {scope}") else "stated"


@lru_cache(maxsize=8192)
def _keys(names: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """Return what of the names is looked for, and whether it is a whole name.

    Each name, and each without the words at its end that many names share; none that is such words or a country alone.
    """
    keys: dict[str, bool] = {}
    for name in names:
        words = re.sub(r"\(.*?\)", " ", name).split(",")[0].split()
        for short in (words, _without_generic_end(words)):
            own = [word for word in short if word.strip(".&").lower() not in _GENERIC]
            if own and max(len(word) for word in own) >= _LETTERS:
                keys[" ".join(short)] = keys.get(" ".join(short), False) or short == words
    return tuple(keys.items())


def _without_generic_end(words: list[str]) -> list[str]:
    last = max((place for place, word in enumerate(words) if word.strip(".&").lower() not in _GENERIC), default=-1)
    return words[: last + 1]


def link_between(giver: ChainSite, taker: ChainSite, form: str, basis: str, statement: Statement | None = None) -> Link:
    """Return the link of two sites with its distance and date.

    Parameters
    ----------
    giver, taker : ChainSite
    form, basis : str
        As of `Link`.
    statement : Statement, optional
    """
    dates = [_months(site) for site in (giver, taker)]
    known = [months for months in dates if months is not None]
    km = round(float(GEOD.inv(giver.lon, giver.lat, taker.lon, taker.lat)[2]) / 1000, 1)
    way = by_sea(giver.port, giver.iso3, taker.port, taker.iso3, km)
    return Link(
        commodity=giver.commodity,
        form=form,
        giver=giver.site_id,
        taker=taker.site_id,
        basis=basis,
        km=km,
        months=max(known) if len(known) == len(dates) else None,
        allied=giver.allied and taker.allied,
        statement=statement,
        sea_km=way.km if way else None,
        sea_port=way.start if way else "",
        sea_to=way.end if way else "",
    )


def _months(site: ChainSite) -> float | None:
    return 0.0 if site.stage == "operating" else site.months_expected
