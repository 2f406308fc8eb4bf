"""What a candidate could close of both countries' gaps and when it supplies, in words, each with its range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.vocabulary import rare_earth_elements
from ui.text import vocabulary as w
from ui.text.i18n import _, number

if TYPE_CHECKING:
    from scoring.permitting.product import Supply
    from scoring.sites.candidates import Candidate


def gaps(candidate: Candidate) -> list[str]:
    """Return a phrase for each country whose gap is known; empty: neither is.

    Parameters
    ----------
    candidate : Candidate
        Its shares and their ranges are in percent of the country's net imports.
    """
    known = (
        (
            (candidate.gap_us_pct, candidate.gap_us_low, candidate.gap_us_high),
            _("could replace {share} % ({low} – {high} %) of US net imports of {metal}"),
        ),
        (
            (candidate.gap_japan_pct, candidate.gap_japan_low, candidate.gap_japan_high),
            _("could replace {share} % ({low} – {high} %) of Japanese net imports of {metal}"),
        ),
    )
    us, japan = _markets(candidate.gap_of)
    return [
        text.format(share=number(share), low=number(low), high=number(high), metal=metal)
        for ((share, low, high), text), metal in zip(known, (us, japan), strict=True)
        if share is not None
    ]


def _markets(gap_of: str) -> tuple[str, str]:
    """Return whose net imports are meant, US and Japanese: those of an element without figures are of its group."""
    if gap_of in ("dysprosium", "terbium"):
        return _("heavy rare earths"), w.commodity("rare earths")
    if gap_of in rare_earth_elements():
        return w.commodity(gap_of if gap_of == "yttrium" else "rare earths"), w.commodity("rare earths")
    return (w.commodity(gap_of), w.commodity(gap_of)) if gap_of else ("", "")


def product(supply: Supply) -> list[str]:
    """Return when a project supplies if it comes to product, the chance of that, and what the score counts.

    Parameters
    ----------
    supply : Supply
        Months, as the model has them.
    """
    months = supply.coming
    return [
        _("Product in {p50} months (P10 {p10}, P90 {p90}), if it comes to product: chance {chance} %.").format(
            p50=number(months.p50), p10=number(months.p10), p90=number(months.p90), chance=number(100 * supply.chance)
        ),
        _("The score counts {expected} months, with “never” as {horizon}. Modelled, not measured.").format(
            expected=number(supply.expected), horizon=number(supply.horizon)
        ),
    ]
