"""What a backtest says in words: notes, reasons, baselines. The command line says the same in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoring.backtest.backtest import Backtest


def N_(text: str) -> str:  # noqa: N802 - as in ui.text.vocabulary, which would load Streamlit for the command line
    """Mark a text for extraction; it is translated where it is shown."""
    return text


NOTES = {
    "no_match": N_(
        "No label means a site of this list, so nothing can be said; see the unmatched ones for the reasons."
    ),
    "too_few": N_("{n} labelled sites are too few; figures are given from {least} on."),
    "one_class": N_("All {n} sites are labelled, so there is nothing to compare them with."),
    "strata_too_few": N_(
        "Fewer than {least} labelled sites share a main commodity with an unlabelled one: no figure within commodities."
    ),
    "leak": N_(
        "{n} labelled sites are in the data only because a selection list names them, and it says "
        "their stage and owner: use blind mode."
    ),
    "left_out": N_("Blind: {n} sites that are there only because of a selection list are left out."),
    "one_country": N_(
        "All labelled sites lie in one country ({country}): the plain figures mostly say that the "
        "order likes that country."
    ),
    "beaten": N_("A simple order does better within commodities: {baseline}, AUC {auc}."),
    "undated": N_("{n} labels without a date count."),
    "later": N_("{n} labels dated after {until} are set apart, neither labelled nor unlabelled."),
    "other_commodity": N_("{n} labels of other commodities are set apart."),
    "doubled": N_("{n} labels name a site that another label has named; it counts once."),
    "unlabelled": N_("Unlisted means unlabelled, not bad: precision is a floor. Nothing was tuned on labels."),
}
REASONS = {
    "no_name": N_("the row has no name"),
    "no_place": N_("neither coordinates nor a country"),
    "no_commodity": N_("no coordinates and no screened commodity: a name alone is not enough"),
    "nobody_near": N_("no site of that name, country and commodity near by"),
    "nobody_named": N_("no site of that name in the country with that commodity, or several"),
    "filtered": N_("its site is not in the list that the filters leave"),
    "only_listed": N_("its site is there only because of a selection list"),
}
BASELINES = {
    "random": N_("Random order"),
    "grade_only": N_("Grade only"),
    "jurisdiction_only": N_("Jurisdiction only"),
    "commodity_risk_only": N_("Commodity risk only"),
    "uniform_weights": N_("All pillars alike"),
    "evidence_only": N_("Completeness only"),
}


def sentence(code: str, values: dict[str, Any]) -> str:
    """Return a note in English.

    Examples
    --------
    >>> sentence("beaten", {"baseline": "grade_only", "auc": 0.9})
    'A simple order does better within commodities: Grade only, AUC 0.9.'
    """
    return NOTES[code].format(**{k: BASELINES[v] if k == "baseline" else v for k, v in values.items()})


def said(found: Backtest) -> dict[str, Any]:
    """Return notes and reasons in English."""
    pass

    return {
        "notes": [sentence(code, values) for code, values in found.notes],
        "unmatched": [{**row, "why": REASONS[row["reason"]]} for row in found.unmatched],
    }
