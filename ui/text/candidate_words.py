"""What a candidate could close of both countries' gaps, in words, with the range of the estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.text import vocabulary as w
from ui.text.i18n import _, number

if TYPE_CHECKING:
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
    metal = w.commodity(candidate.gap_of) if candidate.gap_of else ""
    return [
        text.format(share=number(share), low=number(low), high=number(high), metal=metal)
        for (share, low, high), text in known
        if share is not None
    ]
