"""Who publishes a page, and how many publishers say the same of a site's stage and of its owners."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from data.bundling.holdings import key
from data.vocabulary import CURATED

#: Publisher of what a company says itself: its own pages, and the wires and exchanges that carry its releases unread.
COMPANY = "company"
#: Statements of before this year count as unknown (see docs/data.md), and so does who makes them.
SINCE = "2021"
#: Two publishers make a fact that one page alone does not.
ENOUGH = 2
#: Methods of claims that count for nothing: a weak page, a machine's reading.
WEAK = ("machine-read", "unconfirmed")
#: Second labels of names of hosts such as `co.uk`.
_SECOND = frozenset(["co", "com", "org", "net", "gov", "ac", "edu", "go", "or", "gob", "gouv", "asn", "web"])
#: A part of a host's name that stands for a company has so many letters.
_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Witness:
    """What one publisher said last of one thing.

    Attributes
    ----------
    publisher : str
        Host of the page without its subdomain, name of the house that owns several, or id of the data set;
        `COMPANY` for what a company says itself.
    said : str
        Stage, or name of a holder as the page has it.
    as_of : str
        Day, month or year of the statement.
    url : str
        Page; empty: the data set has none for the record.
    agrees : bool
        Whether it is what the site's score rests on.
    """

    publisher: str
    said: str
    as_of: str
    url: str
    agrees: bool


@cache
def _houses() -> dict[str, str]:
    with (CURATED / "publishers.csv").open(encoding="utf-8", newline="") as handle:
        return {row["host"]: row["publisher"] for row in csv.DictReader(handle)}


@cache
def domain(url: str) -> str:
    """Return the name that a host was registered under: "secure.northernminer.com" is "northernminer.com".

    Parameters
    ----------
    url : str
        Address of a page.

    Examples
    --------
    >>> domain("https://secure.northernminer.com/x"), domain("https://www.bestmag.co.uk/y"), domain("")
    ('northernminer.com', 'bestmag.co.uk', '')
    """
    host = (urlsplit(url).hostname or "") if url.startswith("http") else ""
    labels = host.removeprefix("www.").split(".")
    if len(labels) < 3 or labels[-1].isdigit():
        return ".".join(labels)
    return ".".join(labels[-3:] if labels[-2] in _SECOND and len(labels[-1]) == 2 else labels[-2:])


def publisher(url: str, source_id: str, holders: Iterable[str] = ()) -> str:
    """Return who publishes a claim; empty: an aggregator, a promotion or a machine, which counts for nothing.

    Parameters
    ----------
    url : str
        Page that states it.
    source_id : str
        Source that the bundle has it from: the publisher where the page is the record of a data set.
    holders : iterable of str
        Names of the companies that hold the site: a page of theirs is not independent of their releases.

    Examples
    --------
    >>> publisher("https://prnewswire.com/a", "x"), publisher("https://iluka.com/b", "x", ["Iluka Resources"])
    ('company', 'company')
    >>> publisher("https://doi.org/10.5066/P9", "usgs_usmin_li"), publisher("https://www.mining.com/c", "x")
    ('usgs', 'Northern Miner Group')
    """
    if source_id.startswith("usgs_"):
        return "usgs"
    name = domain(url)
    host = (urlsplit(url).hostname or "").removeprefix("www.") if name else ""
    house = _houses().get(host, _houses().get(name))
    if house is not None:
        return house
    if not name or name == "doi.org":
        return source_id
    return COMPANY if any(_own(name, holder) for holder in holders) else name


def _own(name: str, holder: str) -> bool:
    """Tell whether the name of a host is made of a company's name: "almonty.com", "albemarlekingsmountain.com"."""
    label = re.sub(r"[^a-z0-9]", "", name.split(".", maxsplit=1)[0])
    words = key(holder).split()
    squeezed = re.sub(r"[^a-z0-9]", "", "".join(words))
    if min(len(label), len(squeezed)) < _LETTERS:
        return False
    return squeezed.startswith(label) or label.startswith(squeezed)


def named_alike(a: str, b: str) -> bool:
    """Tell whether two names may be of one company: the same but for legal form, or one the beginning of the other.

    Parameters
    ----------
    a, b : str
        Names of companies as sources print them.

    Examples
    --------
    >>> named_alike("Iluka", "Iluka Resources Ltd."), named_alike("Lynas", "Arafura")
    (True, False)
    """
    left, right = key(a).split(), key(b).split()
    shorter = min(len(left), len(right))
    return bool(shorter) and left[:shorter] == right[:shorter]


def of_stage(claims: Iterable[Mapping[str, Any]], stage: str, holders: Sequence[str] = ()) -> list[Witness]:
    """Return what each publisher said last of the stage of a site, the newest first.

    Parameters
    ----------
    claims : iterable of mapping
        Claims of one site: attribute, text, as_of, method, source_id, url.
    stage : str
        Stage that is taken.
    holders : sequence of str
        Names of the companies that hold the site.
    """
    said: dict[str, Witness] = {}
    for claim in _counted(claims, ("stage",)):
        who = publisher(claim["url"], claim["source_id"], holders)
        witness = Witness(who, claim["text"], claim["as_of"], claim["url"], claim["text"] == stage)
        rank = (witness.as_of, witness.agrees)
        if who not in said or rank > (said[who].as_of, said[who].agrees):
            said[who] = witness
    return sorted(said.values(), key=lambda w: (w.as_of, w.agrees, w.publisher), reverse=True)


def of_owner(claims: Iterable[Mapping[str, Any]], names: Sequence[str], holders: Sequence[str] = ()) -> list[Witness]:
    """Return which publishers name a holder as owner or operator of a site, the newest statement of each first.

    Parameters
    ----------
    claims : iterable of mapping
        Claims of one site: attribute, text, as_of, method, source_id, url.
    names : sequence of str
        Names of the holder: as the source prints it, its company, its ultimate parent.
    holders : sequence of str
        Names of the companies that hold the site.
    """
    said: dict[str, Witness] = {}
    for claim in _counted(claims, ("owner", "operator")):
        if not any(named_alike(claim["text"], name) for name in names if name):
            continue
        who = publisher(claim["url"], claim["source_id"], holders)
        if who not in said or claim["as_of"] > said[who].as_of:
            said[who] = Witness(who, claim["text"], claim["as_of"], claim["url"], agrees=True)
    return sorted(said.values(), key=lambda w: (w.as_of, w.publisher), reverse=True)


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What publishers say of a site's stage and of who holds it.

    Attributes
    ----------
    stage : tuple of Witness
        The last word of each publisher, the newest first; `agrees` tells the stage that is taken.
    owners : dict of str to tuple of Witness
        Owner as listed -> the publishers that name it.
    main : tuple of str
        Owners with the largest stated share, and those without a stated share.
    """

    stage: tuple[Witness, ...]
    owners: dict[str, tuple[Witness, ...]]
    main: tuple[str, ...]

    @property
    def stage_publishers(self) -> int:
        """Return how many publishers state the stage that is taken."""
        return sum(witness.agrees for witness in self.stage)

    @property
    def owner_publishers(self) -> int:
        """Return how many publishers name the main owner that most of them name."""
        return max((len(self.owners[owner]) for owner in self.main), default=0)


def of_site(claims: Sequence[Mapping[str, Any]], stage: str, owners: Sequence[Mapping[str, Any]]) -> Witnesses:
    """Return what publishers say of a site.

    Parameters
    ----------
    claims : sequence of mapping
        Claims of one site: attribute, text, as_of, method, source_id, url.
    stage : str
        Stage that is taken.
    owners : sequence of mapping
        Owners that are taken: owner, company, ultimate_parent, share_pct.
    """
    names = {o["owner"]: [o[n] for n in ("owner", "company", "ultimate_parent") if o[n]] for o in owners}
    holders = [name for each in names.values() for name in each]
    largest = max((o["share_pct"] for o in owners if o["share_pct"] is not None), default=None)
    return Witnesses(
        tuple(of_stage(claims, stage, holders)),
        {owner: tuple(of_owner(claims, each, holders)) for owner, each in names.items()},
        tuple(o["owner"] for o in owners if o["share_pct"] is None or o["share_pct"] == largest),
    )


def _counted(claims: Iterable[Mapping[str, Any]], attributes: Sequence[str]) -> list[Mapping[str, Any]]:
    return [
        claim
        for claim in claims
        if claim["attribute"] in attributes
        and claim["method"] not in WEAK
        and claim["as_of"] >= SINCE
        and publisher(claim["url"], claim["source_id"])
    ]
