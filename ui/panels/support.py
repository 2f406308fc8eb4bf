"""Can support change it: what has to come next, the money, and which programmes' published rules a project meets."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scoring.ranking.scenario import Scenario
from scoring.records import ClaimRecord, Dossier
from scoring.sites.candidates import Candidate
from scoring.support.programmes import Judged, judged
from ui.text import vocabulary as w
from ui.text.candidate_words import gaps
from ui.text.i18n import _, either, number
from ui.text.money import money
from workspace import rankings

#: Attributes of claims that speak of money and of who takes the product.
MONEY = ("funding_state", "funding", "capex", "offtake", "expansion", "shelved_reason")


def support_tab(scenario: Scenario, site: Dossier) -> None:
    """Show what stands between the project and product, and who could help by the rules that are published."""
    (candidate,) = rankings.candidates([site["site_id"]], scenario.commodity)
    st.markdown(_in_short(candidate))
    if closes := gaps(candidate):
        st.markdown(_("**Supply gap, estimated:** {gaps}").format(gaps="; ".join(closes)))
    claims = [claim for claim in site["claims"] if claim["attribute"] in MONEY]
    if claims:
        st.dataframe(_money(claims), hide_index=True, width="stretch", alt=_("What sources say of money and buyers"))
    else:
        st.caption(_("No source of ours says how it is financed or who takes the product."))
    st.caption(
        _(
            "Programmes by their published rules, on what is known here. Excluded: a rule fails that no partner or "
            "contract can change. The other rules are to be asked; no score rests on this."
        )
    )
    for each in judged(site):
        _programme(each)


def _in_short(candidate: Candidate) -> str:
    step = w.word(w.NEXT_STEPS, candidate.next_step) if candidate.next_step else _("not known")
    funding = w.word(w.FUNDING, candidate.funding) if candidate.funding else _("not known")
    cost = (
        f"{money(candidate.capex, candidate.capex_unit)} ({candidate.capex_as_of})"
        if candidate.capex is not None
        else _("not known")
    )
    text = _("**Next:** {step} · **Funding:** {funding} · **Capital cost:** {cost}")
    return text.format(step=step, funding=funding, cost=cost)


def _money(claims: list[ClaimRecord]) -> pd.DataFrame:
    newest = sorted(claims, key=lambda claim: (MONEY.index(claim["attribute"]), claim["as_of"]), reverse=False)
    return pd.DataFrame(
        {
            _("Attribute"): [w.word(w.ATTRIBUTES, claim["attribute"]) for claim in newest],
            _("Value"): [_said(claim) for claim in newest],
            _("What the source states"): [
                "; ".join(part for part in (claim["scope"], claim["detail"]) if part) for claim in newest
            ],
            _("As of"): [claim["as_of"] for claim in newest],
            _("Link"): [claim["url"] or None for claim in newest],
        }
    )


def _said(claim: ClaimRecord) -> str:
    if claim["attribute"] == "funding_state":
        return w.word(w.FUNDING, claim["text"])
    amount = "" if claim["value"] is None else f"{number(claim['value'])} {claim['unit']}"
    return " · ".join(part for part in (claim["text"], amount) if part)


def _programme(each: Judged) -> None:
    standing = {"met": _("all rules met"), "open": _("some rules to ask"), "excluded": _("excluded")}[each.standing]
    title = either(each.programme.title, each.programme.title_ja)
    if each.programme.agency not in title:
        title = f"{each.programme.agency} · {title}"
    label = f"{title}: {standing} ({number(each.met)}/{number(len(each.verdicts))})"
    with st.expander(label, icon={"met": ":material/check:", "excluded": ":material/block:"}.get(each.standing)):
        st.caption(f"{each.programme.agency} · {either(each.programme.what, each.programme.what_ja)}")
        for rule, verdict in zip(each.programme.rules, each.verdicts, strict=True):
            said = w.word(w.VERDICTS, verdict) if verdict != "unknown" else _("to be asked")
            dated = f" ({rule.as_of})" if rule.as_of else ""
            st.markdown(
                f"{_SIGNS[verdict]} {w.plain(either(rule.text, rule.text_ja))} **{said}** "
                f"[{_('source')}]({rule.source_url}){dated}"
            )


_SIGNS = {"pass": ":material/check:", "fail": ":material/close:", "unknown": ":material/help:"}
