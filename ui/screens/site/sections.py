"""Parts of the dossier of a site: head, waterfall, what is unknown, neighbours, history. Computes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from data import shortlists
from data.store import StoreError
from scoring.defaults import DEFAULT_METHOD
from scoring.ranking.scenario import Scenario
from scoring.records import Dossier, NearbySite, SimilarSite
from scoring.robustness.sensitivity import tornado
from scoring.sites.neighbours import LEAST_SHARED, NEAR_KM, nearby, similar
from scoring.sites.own_list import scenario_of
from ui import state, theme
from ui.panels import charts
from ui.panels.card import PEERS, of_peers
from ui.panels.user_data_notice import see_notice
from ui.text import vocabulary as w
from ui.text.i18n import _, either, fixed, listed, number
from ui.text.list_words import among
from ui.text.vocabulary import N_, source_title
from workspace import rankings, reference, session

UP, WHOLE, MISSING = "#0072B2", "#D55E00", "#B8BEC6"
ACTIONS = {
    "new": N_("added to a new shortlist"),
    "add": N_("added"),
    "remove": N_("removed"),
    "edit": N_("notes changed"),
    "drop": N_("shortlist deleted"),
}
FIELDS = {
    "note": N_("Note"),
    "tags": N_("Tags"),
    "status": N_("Decision"),
    "owner": N_("Assigned to"),
    "due": N_("Due"),
}


def waterfall(site: Dossier) -> None:
    """Draw how the score is made, criterion upon criterion, and what the unknown weight could still add."""
    steps, at = [], 0.0
    for line in site["lines"]:
        if line["contribution"] > 0:
            kind = _("Unknown, as among peers") if of_peers(line) else _("Contribution to the score")
            steps.append((either(line["title"], line["title_ja"]), at, at + line["contribution"], kind))
            at += line["contribution"]
    steps.append((_("Score"), 0.0, site["score"], _("Score")))
    steps.append(
        (_("With all unknowns at their best"), site["score"], max(site["score_high"], site["score"]), _("Not known"))
    )
    frame = pd.DataFrame(steps, columns=["what", "low", "high", "kind"])
    frame["said"] = [fixed(high - low, 3) for low, high in zip(frame["low"], frame["high"], strict=True)]
    kinds = [_("Contribution to the score"), _("Unknown, as among peers"), _("Score"), _("Not known")]
    base = alt.Chart(frame).encode(
        y=alt.Y("what:N", sort=list(frame["what"]), title=None, axis=alt.Axis(labelLimit=260))
    )
    bars = base.mark_bar(height=15, cornerRadius=2).encode(
        x=alt.X("low:Q", title=_("Score"), scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".1f", tickCount=6)),
        x2="high:Q",
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=kinds, range=[UP, PEERS, WHOLE, MISSING]),
            title=None,
            legend=alt.Legend(orient="top", columns=1, labelLimit=260),  # two columns would be cut on a phone
        ),
        tooltip=[alt.Tooltip("what:N", title=_("Criterion")), alt.Tooltip("said:N", title=_("Component"))],
    )
    words = base.mark_text(align="left", dx=4, fontSize=11, color=theme.ink()).encode(x="high:Q", text="said:N")
    st.altair_chart((bars + words).properties(height=alt.Step(23)), width="stretch")


def unknowns(scenario: Scenario, site: Dossier) -> None:
    """Say what nobody knows of the site, and draw what each would do to the score."""
    unknown = [
        either(line["title"], line["title_ja"])
        for line in site["lines"]
        if line["status"] == "unknown" and line["weight_share"]
    ]
    if not unknown:
        st.success(_("All weighted criteria have measured or modelled values."), icon=":material/check:")
    else:
        st.markdown(_("**Unknown ({n}):** {names}.").format(n=number(len(unknown)), names=listed(unknown)))
    if scenario.commodity and not site["ranked_among"]["commodity"]:
        st.caption(_("This site does not list the commodity of interest; it is scored on its main commodity."))
    plain = scenario_of(scenario, site["ranked_among"]).with_method(DEFAULT_METHOD)
    packed = rankings.packed(plain)
    place = packed.row(site["site_id"])
    charts.tornado_chart(tornado(packed, site["site_id"], plain.order_by), float(packed.score[place]), plain)


def neighbours(scenario: Scenario, site: Dossier) -> None:
    """List sites near by and sites like it; a button opens their dossier."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**" + _("Within {km} km").format(km=number(NEAR_KM)) + "**")
        _listed(
            [(row, f"{number(row['km'], 0)} km") for row in nearby(session.facts(), scenario, site)],
            _("No other site within this distance."),
            "near",
        )
    with right:
        st.markdown("**" + _("Most similar sites") + "**")
        difference = _("mean difference {apart} over {n} criteria")
        _listed(
            [
                (row, difference.format(apart=fixed(row["apart"]), n=number(row["shared"])))
                for row in similar(session.facts(), scenario, site)
            ],
            _("No site of the same kind and commodity shares {n} known criteria.").format(n=LEAST_SHARED),
            "like",
        )


def _listed(rows: Sequence[tuple[NearbySite | SimilarSite, str]], nothing: str, key: str) -> None:
    if not rows:
        st.caption(nothing)
    for row, distance in rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            name = w.plain(w.shown_name(row["name"], row["site_id"]))
            if st.button(name, key=f"{key}_{row['site_id']}", type="tertiary"):
                state.open_site(row["site_id"])
                st.rerun()
            rank = _("#{rank} {among}").format(rank=number(row["rank"]), among=among(row["ranked_among"]))
            st.caption(f"{distance} · {_('Score')} {fixed(row['score'])} · {rank}")


def history(site: Dossier) -> None:
    """List what was done with the site in the workspace, and from when the newest statement of each source is."""
    try:
        _changes(site["site_id"])
    except StoreError:
        see_notice()
    newest: dict[str, str] = {}
    for claim in site["claims"]:
        newest[claim["source_id"]] = max(newest.get(claim["source_id"], ""), claim["as_of"])
    dated = [
        {_("Source"): source_title(source), _("Latest record"): as_of or _("not dated")}
        for source, as_of in sorted(newest.items(), key=lambda pair: pair[1], reverse=True)
    ]
    if dated:
        st.dataframe(
            pd.DataFrame(dated), hide_index=True, width="stretch", lazy=False, alt=_("Latest record from each source")
        )
    st.caption(_("data version") + " " + reference.version())


def _changes(site_id: str) -> None:
    rows = [
        {
            _("When"): change.changed_at.replace("T", " ").removesuffix("Z") + " UTC",
            _("Shortlist"): change.shortlist,
            _("Item"): _(ACTIONS.get(change.action, "edit")) + (f" ({_('undone')})" if change.undone else ""),
            _("Change"): _changed(change),
        }
        for change in shortlists.changes(session.store(), site_id=site_id)
    ]
    if rows:
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, width="stretch", lazy=False, alt=_("History in your workspace")
        )
    else:
        st.caption(_("No activity on this site in your workspace yet."))


def _changed(change: shortlists.Change) -> str:
    before, after = change.before or {}, change.after or {}
    parts = [
        f"{_(title)}: {_value(before.get(key)) or '–'} → {_value(after.get(key)) or '–'}"
        for key, title in FIELDS.items()
        if change.before and change.after and before.get(key) != after.get(key)
    ]
    return "; ".join(parts)


def _value(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value or "")


def firm(scenario: Scenario, site: Dossier) -> None:
    """Draw where the site stands when weights and unknowns are drawn."""
    charts.rank_histogram(rankings.rank_stability(scenario_of(scenario, site["ranked_among"])), site["site_id"])
    st.caption(_("{p} % of the weight is known or estimated.").format(p=number(100 * site["coverage"])))
