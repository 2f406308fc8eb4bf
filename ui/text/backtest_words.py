"""What a backtest says in words: notes, reasons, baselines. The command line says the same in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.sql import Record
    from scoring.backtest.backtest import Backtest


def N_(text: str) -> str:  # noqa: N802 - as in ui.text.vocabulary, which would load Streamlit for the command line
    """Mark a text for extraction; it is translated where it is shown."""
    return text


NOTES = {
    "no_match": N_("None of the labels matches a listed site, so there are no statistics; see “Unmatched”."),
    "too_few": N_("Too few labelled sites ({n}); statistics need at least {least}."),
    "one_class": N_("All {n} sites are labelled; there are no unlabelled sites to compare with."),
    "strata_too_few": N_(
        "Fewer than {least} labelled sites share their main commodity with an "
        "unlabelled site; no within-commodity figure is given."
    ),
    "leak": N_(
        "{n} labelled sites are in the data only because a selection list names them, "
        "and the list also gives their stage and owner: use blind mode."
    ),
    "left_out": N_("Blind mode: {n} sites known only from a selection list are excluded."),
    "one_country": N_(
        "All labelled sites are in one country ({country}), so the unstratified "
        "figures mainly reflect how the ranking treats that country."
    ),
    "beaten": N_("A simple baseline does better within commodities: {baseline}, AUC {auc}."),
    "beaten_country": N_("A simple baseline does better within countries: {baseline}, AUC {auc}."),
    "undated": N_("{n} undated labels are included."),
    "later": N_("{n} labels dated after {until} are set aside, neither labelled nor unlabelled."),
    "other_commodity": N_("{n} labels of other commodities are set aside."),
    "doubled": N_("{n} labels refer to a site that another label already matches; it counts once."),
    "unlabelled": N_(
        "Sites not on the list are unlabelled, not poor, so precision is a lower "
        "bound. Nothing was tuned on the labels."
    ),
}
REASONS = {
    "no_name": N_("the row has no name"),
    "no_place": N_("neither coordinates nor a country"),
    "no_commodity": N_("no coordinates and no screened commodity; a name alone is not enough"),
    "nobody_near": N_("no nearby site with that name, country and commodity"),
    "nobody_named": N_("no site, or more than one, with that name and commodity in the country"),
    "filtered": N_("its site is excluded by the filters"),
    "only_listed": N_("its site is known only from a selection list"),
}
BASELINES = {
    "random": N_("Random order"),
    "grade_only": N_("Grade only"),
    "jurisdiction_only": N_("Jurisdiction only"),
    "commodity_risk_only": N_("Commodity risk only"),
    "uniform_weights": N_("Equal pillar weights"),
    "evidence_only": N_("Completeness only"),
}


def sentence(code: str, values: Record) -> str:
    """Return a note in English.

    Examples
    --------
    >>> sentence("beaten", {"baseline": "grade_only", "auc": 0.9})
    'A simple baseline does better within commodities: Grade only, AUC 0.9.'
    """
    return NOTES[code].format(**{k: BASELINES[v] if k == "baseline" else v for k, v in values.items()})


def in_english(outcome: Backtest) -> Record:
    """Return notes and reasons in English."""
    return {
        "notes": [sentence(code, values) for code, values in outcome.notes],
        "unmatched": [{**row, "why": REASONS[row["reason"]]} for row in outcome.unmatched],
    }
