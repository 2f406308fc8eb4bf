"""What is asked of a form of a commodity before somebody takes it, as sources say it. Nothing is inferred."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("feed_limits.toml")


@dataclass(frozen=True, slots=True)
class FeedLimit:
    """What a source asks of a form: purity and the most of impurities.

    Attributes
    ----------
    commodity, form : str
        Form: an id of `scoring.supply.chain_forms`.
    by, by_ja : str
        Who asks it.
    says, says_ja : str
        The figures; weight percent and ppm.
    url : str
        The page.
    as_of, retrieved : str
        Date of the page (empty: undated), and of the look-up.
    """

    commodity: str
    form: str
    by: str
    by_ja: str
    says: str
    says_ja: str
    url: str
    as_of: str
    retrieved: str


@cache
def feed_limits() -> tuple[FeedLimit, ...]:
    """Return all that the file of limits holds, in its order."""
    blocks = tomllib.loads(FILE.read_text(encoding="utf-8"))["limit"]
    return tuple(
        FeedLimit(
            each["commodity"],
            each["form"],
            each["by"],
            each["by_ja"],
            each["says"],
            each.get("says_ja", each["says"]),
            each["url"],
            each["as_of"],
            each["retrieved"],
        )
        for each in blocks
    )


def limits_of(commodity: str, *forms: str) -> tuple[FeedLimit, ...]:
    """Return what is asked of forms of a commodity; none named: of all its forms.

    Parameters
    ----------
    commodity : str
    *forms : str
        Ids of `scoring.supply.chain_forms`.

    Examples
    --------
    >>> [each.says for each in limits_of("graphite", "spherical graphite")]
    ['C 99.95 %, 15–17 µm']
    >>> limits_of("gallium")
    ()
    """
    return tuple(each for each in feed_limits() if each.commodity == commodity and (not forms or each.form in forms))
