"""What a tonne of a stated output holds of the metal that the gap counts, and how far along the chain it is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from data.bundling.compounds import (
    DYSPROSIUM_AND_TERBIUM,
    DYSPROSIUM_OF_BOTH,
    DYSPROSIUM_OF_BOTH_REFERENCE,
    share_in_product,
)
from data.sql import Record

#: How far along the chain a product is, in order.
Level = Literal["mined", "refined", "derivative"]
LEVELS: tuple[Level, ...] = ("mined", "refined", "derivative")

FILE = Path(__file__).with_name("product_forms.toml")
#: What a mine sells of elements of a group before somebody separates them.
RARE_EARTHS = ("rare earths", "neodymium", "praseodymium", "dysprosium", "terbium")
_DYSPROSIUM_OF_BOTH: dict[str, Any] = {
    "low": DYSPROSIUM_OF_BOTH[0],
    "high": DYSPROSIUM_OF_BOTH[1],
    "estimate": True,
    "reference": DYSPROSIUM_OF_BOTH_REFERENCE,
}
#: Feed that is the plant's own or a waste, in the words of sources.
_OWN_FEED = re.compile(
    r"liquor|slag|tailings|\bwaste|phosphogypsum|scrap|batter|magnets\b|swarf|residue|black mass|circuit board|catalyst"
    r"|stockpile|\bash\b|motors|e-waste|apatite streams|own mine",
    re.IGNORECASE,
)
_NOT_SECURED = re.compile(
    r"not secured|no contract|not disclosed|no supplier|lost|mine not built|potential", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Form:
    """A product as sources name it.

    Attributes
    ----------
    level : str
        One of `LEVELS`; empty: tonnes that are no output of this metal.
    low, high : float
        Tonnes of the grade basis in a tonne of product.
    estimate : bool
        A usual range, not a property.
    reference : str
    plain : bool
        The words say no more than the metal.
    """

    level: Level | None
    low: float
    high: float
    estimate: bool
    reference: str
    plain: bool = False


@cache
def table() -> dict[str, Any]:
    """Return `product_forms.toml`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def form_of(words: str, commodity: str, kind: str) -> Form | None:
    """Return what the words of an output name; None: no block knows them.

    A mine that states oxides without saying that it separates them sells them mixed: they are still to be separated.

    Parameters
    ----------
    words : str
        What the tonnes are of, as the source writes it; empty: not said.
    commodity : str
        Id of the commodity.
    kind : str
        Kind of the site.

    Examples
    --------
    >>> form_of("lithium hydroxide", "lithium", "refinery").low
    0.1654
    >>> [form_of("dysprosium oxide", "dysprosium", kind).level for kind in ("mine", "separation")]
    ['mined', 'refined']
    >>> form_of("synthetic graphite", "graphite", "derivative").level is None
    True
    >>> both = form_of("DyTb oxides contained", "dysprosium", "mine")
    >>> both.level, both.low, both.high
    ('mined', 0.67, 0.87)
    """
    if not words.strip():
        return None
    for block in table()["form"]:
        if commodity in block["commodities"] and re.search(block["words"], words, re.IGNORECASE):
            level = block["level"] if block["level"] in LEVELS else None
            if kind == "mine" and level == "refined" and commodity in RARE_EARTHS:
                level = "mined"
            form = Form(level, block["low"], block["high"], block.get("estimate", False), block["reference"])
            together = level and commodity == "dysprosium" and DYSPROSIUM_AND_TERBIUM.search(words)
            return replace(form, **_DYSPROSIUM_OF_BOTH) if together else form
    return None


def plain_form(kind: str, brine: bool) -> Form:
    """Return the form of tonnes whose words say no more than the metal: contained, at the stage of the works.

    Parameters
    ----------
    kind : str
        Kind of the site.
    brine : bool
        A brine, from which chemicals are made on the spot.

    Examples
    --------
    >>> plain_form("refinery", False).level, plain_form("mine", True).level
    ('refined', 'refined')
    """
    levels: dict[str, Level] = {"mine": "refined" if brine else "mined", "derivative": "derivative"}
    return Form(levels.get(kind, "refined"), 1.0, 1.0, False, "metal contained, at the stage of the works", plain=True)


def stated_form(row: Record) -> Form | None:
    """Return what the tonnes of a stated output hold; None: not known, or no output of this metal.

    Parameters
    ----------
    row : Record
        kind, brine, commodity, origin ("planned" or "capacity"), words and scope, as `stated_tonnes.sql` gives them.
    """
    words = str(row["words"] or (row["scope"] if row["origin"] == "capacity" else ""))
    kind, commodity = str(row["kind"]), str(row["commodity"])
    known, plain = form_of(words, commodity, kind), plain_form(kind, bool(row["brine"]))
    if row["origin"] == "planned":
        return known or (plain if _names_metal(words, commodity) else None)
    if known is None:
        return plain
    contained = share_in_product(words, commodity)[0] < 1  # as the bundle keeps a capacity
    return replace(known, low=1.0, high=1.0, estimate=False) if contained else known


def _names_metal(words: str, commodity: str) -> bool:
    """Tell whether the words name the metal itself, such as "cobalt", "gallium metal" or "additional indium"."""
    return commodity in words.lower() and "concentrate" not in words.lower()


def counts_from(commodity: str) -> Level:
    """Return the stage from which tonnes count against the gap of a commodity.

    Parameters
    ----------
    commodity : str
        Id of the commodity.

    Examples
    --------
    >>> counts_from("graphite"), counts_from("dysprosium")
    ('mined', 'refined')
    """
    return "mined" if commodity in table()["counts_from"]["mined"] else "refined"


def feed_of(level: Level, kind: str) -> str:
    """Return the level that a product is made from; empty for what a mine makes of its own ore.

    Parameters
    ----------
    level : str
        Level of the product.
    kind : str
        Kind of the site.

    Examples
    --------
    >>> feed_of("refined", "separation"), feed_of("refined", "mine"), feed_of("derivative", "derivative")
    ('mined', '', 'refined')
    """
    return "" if kind == "mine" else LEVELS[max(LEVELS.index(level) - 1, 0)]


def output_range(stage: str) -> tuple[float, float]:
    """Return least and most of the output at the design rate over what is stated before it, an 80 % interval.

    That nothing is built at all is no part of it.

    Parameters
    ----------
    stage : str
        Stage of the site; one without a block counts as planned.

    Examples
    --------
    >>> output_range("feasibility"), output_range("")
    ((0.85, 1.05), (0.6, 1.2))
    """
    low, high = table()["output_range"].get(stage, table()["output_range"]["planned"])
    return float(low), float(high)


def usual_recovery(level: Level) -> tuple[float, float]:
    """Return the recovery that is taken where no source states one, least and most, 0..1.

    Parameters
    ----------
    level : str
        Level of the product.

    Examples
    --------
    >>> usual_recovery("refined")
    (0.85, 0.95)
    """
    low, high = table()["recovery"]["derivative" if level == "derivative" else "refined"]
    return float(low), float(high)


def own_feed(words: str, stated_pct: float | None, operating: frozenset[str]) -> float:
    """Return the share of a plant's feed that comes from outside any portfolio, 0..1.

    What a contract states counts; feed that is the plant's own or a waste, or of a mine that operates and is named,
    counts whole; anything else is to come from the portfolio.

    Parameters
    ----------
    words : str
        The feed in the words of the source; empty: nothing is known.
    stated_pct : float or None
        Share under contract, %; None: not stated.
    operating : frozenset of str
        Names of mines that operate.

    Examples
    --------
    >>> mines = frozenset({"Greenbushes"})
    >>> own_feed("spodumene of Greenbushes", None, mines), own_feed("Donald from 2027", None, mines)
    (1.0, 0.0)
    >>> own_feed("", 60.0, frozenset()), own_feed("not secured: e-waste", None, frozenset())
    (0.6, 0.0)
    """
    if stated_pct is not None:
        return min(max(stated_pct / 100, 0.0), 1.0)
    if not words or _NOT_SECURED.search(words):
        return 0.0
    named = (name for name in operating if name in words)  # patterns are made of the few that can match
    return float(bool(_OWN_FEED.search(words)) or any(re.search(rf"\b{re.escape(name)}\b", words) for name in named))
