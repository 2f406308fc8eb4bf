"""Words of the chain: forms, switches, standings, reasons, and how firm a link is."""

from __future__ import annotations

from scoring.supply.chain_forms import forms
from scoring.supply.concentration import Interval
from scoring.supply.feed_limits import FeedLimit
from ui.text.i18n import _, either, number
from ui.text.vocabulary import N_, plain

SWITCHES = {
    "operating": N_("Operating"),
    "construction": N_("+ construction"),
    "feasibility": N_("+ feasibility"),
    "all": N_("+ all"),
}
BASES = {
    "stated": N_("named by a source"),
    "company": N_("its company named, not the site"),
    "intended": N_("intended, not binding"),
    "possible": N_("possible by form"),
}
STANDINGS = {
    "allied": N_("allied"),
    "covered": N_("covered nation"),
    "other": N_("not allied"),
    "unknown": N_("owners unknown"),
}
REASONS = {
    "unmatched": N_("a source names a partner, but no allied site in the database is behind it"),
    "unlisted": N_("no site in the database is known to do this step"),
    "not_allied": N_("only sites that are not allied do this step"),
    "not_yet": N_("allied sites do this step, but not at these stages"),
}
SIDES = {"giver": N_("no allied taker"), "taker": N_("no allied feed")}
#: Significant figures of an amount.
FIGURES = 3


def form(commodity: str, form_id: str) -> str:
    """Return the name of a form in the reader's language; a question mark for unknown."""
    return either(form_id, forms()[commodity, form_id].title_ja) if form_id else "?"


def limit(asked: FeedLimit) -> str:
    """Return what is asked of a form as a line of Markdown that leads to its page."""
    text = _("Asked of {form}: [{figures}]({url}) ({by})")
    return text.format(
        form=plain(form(asked.commodity, asked.form)),
        figures=plain(either(asked.says, asked.says_ja)),
        url=asked.url,
        by=plain("; ".join(filter(None, (either(asked.by, asked.by_ja), asked.as_of)))),
    )


def tonnes(ends: Interval | None) -> str:
    """Return an amount a year as text; a question mark for unknown."""
    if ends is None:
        return _("? t/y")
    low, high = (number(float(f"{end:.{FIGURES}g}"), 0) for end in (ends.low, ends.high))
    return _("{amount} t/y").format(amount=low if low == high else f"{low}–{high}")
