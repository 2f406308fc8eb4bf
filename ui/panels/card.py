"""The card of one site: score with its range, the four bars, why, claims, owners and gates."""

from __future__ import annotations

import html
from collections.abc import Callable

import altair as alt
import pandas as pd
import streamlit as st

from data.publishers import of_site
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import Basis, load
from scoring.defaults import DEFAULT_METHOD
from scoring.ranking.scenario import OWN_PILLAR, Scenario
from scoring.records import ClaimRecord, Dossier, HoldingRecord, MeasurementRecord, failed_gates
from scoring.sites.dossier import ASKED_ONLY
from scoring.sites.location import from_town
from scoring.sites.side_by_side import MOST
from ui import state
from ui.page_state import page_state
from ui.panels import shortlisting
from ui.panels.grade import grade_tab
from ui.panels.ownership import owner_tree
from ui.panels.permitting import permitting_tab
from ui.panels.publishers import counted, publishers
from ui.panels.support import support_tab
from ui.text import vocabulary as w
from ui.text.glossary import tip, with_tips
from ui.text.i18n import _, either, fixed, language, number, quantity
from ui.text.list_words import among
from ui.text.location_words import town_note
from ui.text.money import in_unit
from ui.text.prc_answers import prc_answer
from ui.text.vocabulary import licence, source_title
from workspace import rankings

#: Colour of what counts as among peers.
PEERS = "#8FBBDA"


def card(scenario: Scenario, site_id: str) -> None:
    """Show the card of a site: what it is, its score with the range, and the four bars."""
    site = rankings.dossier(scenario, site_id)
    head(site)
    actions(scenario, site)
    bars(site)
    if scenario.method != DEFAULT_METHOD:
        method = METHODS[scenario.method]
        st.caption(
            _("Ranked by {method}. The bars show the weighted sum, which splits into contributions.").format(
                method=either(method.title, method.title_ja)
            )
        )


@st.fragment
def evidence(scenario: Scenario, site_id: str) -> None:
    """Show what the score of a site rests on, a tab each.

    Only the open tab is computed, and opening one runs nothing else.
    """
    site = rankings.dossier(scenario, site_id)
    st.markdown(f"**{_('Evidence')}**")
    st.text(site["name"])
    parts: dict[str, Callable[[], None]] = {
        _("Why this score"): lambda: why(site),
        _("Source values"): lambda: claims(site),
        _("Grade"): lambda: grade_tab(site, scenario.commodity),
        _("Timing"): lambda: permitting_tab(site),
        _("Owners"): lambda: owners(site),
        _("Support"): lambda: support_tab(scenario, site),
        _("Gates"): lambda: gates(site),
    }
    for tab, show in zip(
        st.tabs(list(parts), key=f"evidence_tab_{language()}", on_change="rerun"), parts.values(), strict=True
    ):
        if tab.open:
            with tab:
                show()


def head(site: Dossier) -> None:
    """Show the name of a site, what and where it is, and its score with rank, coverage and range."""
    st.subheader(w.plain(w.site_name(site["name"], site["site_id"])), anchor=False)
    if named := w.japanese_name("site", site["site_id"]):
        st.text(named)
    place = f"{number(site['lat'], 3)}, {number(site['lon'], 3)}"
    accuracy = w.word(w.ACCURACIES, site["location_accuracy"])
    st.caption(
        " · ".join(
            (
                w.word(w.KINDS, site["kind"]),
                w.nation(site["iso3"]),
                w.word(w.STAGES, site["stage"]),
                w.commodities(site["commodities"], 6),
                f"{place} ({accuracy})",
                w.plain(source_title(site["location_source_id"])),
            )
        )
    )
    failed = [w.word(w.GATES, gate) for gate in failed_gates(site["gates"])]
    if failed:
        st.warning(
            _("Fails a gate and is listed last: {gates}").format(gates=", ".join(failed)), icon=":material/block:"
        )
    score, place_in_list, coverage = st.columns(3)
    score.metric(
        _("Score"),
        fixed(site["score"]),
        help=tip("score"),
    )
    place_in_list.metric(
        _("Rank"),
        f"#{number(site['rank'])}",
        help=_("Rank before filters: among the projects of its step, or of any other site among all sites."),
    )
    coverage.metric(
        _("Known"),
        f"{number(100 * site['coverage'])} %",
        help=_("Share of the weight with measured or modelled values."),
    )
    st.caption(_("Rank") + " " + among(site["ranked_among"]))
    score_range(site)


def score_range(site: Dossier) -> None:
    """Draw the range that the score could take, with the score on it."""
    low, high, score = (100 * site[k] for k in ("score_low", "score_high", "score"))
    label = _("Possible score: {low} to {high}, with unknowns at their worst and at their best.")
    text = label.format(low=fixed(low / 100), high=fixed(high / 100))
    st.html(
        f'<div role="img" aria-label="{html.escape(text)}" '
        f'style="position:relative;height:12px;border-radius:6px;background:rgba(128,128,128,.22);margin:2px 0 4px">'
        f'<div style="position:absolute;left:{low:.1f}%;width:{max(high - low, 0.6):.1f}%;height:12px;'
        f'border-radius:6px;background:rgba(0,114,178,.45)"></div>'
        f'<div style="position:absolute;left:calc({score:.1f}% - 2px);width:4px;height:16px;top:-2px;'
        f'border-radius:2px;background:currentColor"></div></div>'
        f'<div style="font-size:.82rem;opacity:.85">{html.escape(text)}</div>'
    )


def actions(scenario: Scenario, site: Dossier, *, on_dossier: bool = False) -> None:
    """Offer what can be done with a site: shortlist, compare, link, and what leads away from where it is shown."""
    with st.container(horizontal=True):
        shortlisting.toggle(site)
        compared = site["site_id"] in page_state.compare
        st.button(
            _("Remove from comparison") if compared else _("Compare"),
            icon=":material/compare:",
            key="compare_button",
            on_click=state.toggle_compared,
            args=(site["site_id"],),
            disabled=not compared and len(page_state.compare) >= MOST,
        )
        if not on_dossier and st.button(_("Dossier"), icon=":material/article:", key="dossier_button"):
            state.open_site(site["site_id"])
            state.go("site")
        if not on_dossier:
            st.button(
                _("Zoom to"),
                icon=":material/my_location:",
                key="zoom_button",
                on_click=state.fly,
                args=(site["lat"], site["lon"], 7.0),
            )
        with st.popover(_("Link"), icon=":material/link:"):
            st.caption(_("Opens this list with this site. The icon copies it."))
            st.code(state.whole_link(state.link_to(scenario, [site["site_id"]])), language=None, wrap_lines=True)


def bars(site: Dossier) -> None:
    """Draw the pillars that count: what they contribute, and what is unknown."""
    rows = []
    names = _pillars_that_count(site["lines"])
    for pillar, title in names.items():
        lines = [line for line in site["lines"] if line["pillar"] == pillar]
        unknown = [line for line in lines if line["status"] == "unknown"]
        peers = sum(line["contribution"] for line in unknown)
        rows += [
            (title, _("Contribution to the score"), sum(line["contribution"] for line in lines) - peers, 0),
            (title, _("Unknown, as among peers"), peers, 1),
            (title, _("Weight of unknowns"), sum(line["weight_share"] for line in unknown) - peers, 2),
        ]
    frame = pd.DataFrame(rows, columns=["pillar", "part", "share", "order"])
    titles = list(names.values())
    chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadius=2, size=16)
        .encode(
            x=alt.X("share:Q", title=None, axis=alt.Axis(format=".2f", tickCount=5), stack="zero"),
            y=alt.Y("pillar:N", title=None, sort=titles, axis=alt.Axis(labelLimit=190)),
            color=alt.Color(
                "part:N",
                title=None,
                legend=alt.Legend(orient="bottom", columns=1, labelLimit=320),
                scale=alt.Scale(
                    domain=[
                        _("Contribution to the score"),
                        _("Unknown, as among peers"),
                        _("Weight of unknowns"),
                    ],
                    range=["#0072B2", PEERS, "#B8BEC6"],
                ),
            ),
            order="order:Q",
            tooltip=[
                alt.Tooltip("pillar:N", title=_("Pillar")),
                alt.Tooltip("part:N", title=_("Component")),
                alt.Tooltip("share:Q", format=".3f", title=_("Share")),
            ],
        )
        .properties(height=alt.Step(30))
    )
    st.altair_chart(chart, width="stretch")


def _pillars_that_count(lines: list[MeasurementRecord]) -> dict[str, str]:
    """Return pillar -> title: an optional one where it weighs something, own evidence where there is some."""
    weighed = {line["pillar"] for line in lines if line["weight_share"]}
    shown = [pillar for pillar in load().pillars.values() if pillar.id in weighed or not pillar.optional]
    names = {pillar.id: either(pillar.title, pillar.title_ja) for pillar in shown}
    if any(line["pillar"] == OWN_PILLAR for line in lines):
        names[OWN_PILLAR] = _("User-defined criteria")
    return names


def why(site: Dossier) -> None:
    """Show each criterion from raw value to contribution."""
    st.caption(
        _(
            "Raw value → desirability against fixed goalposts → weight → contribution. The "
            "contributions sum to the score."
        )
    )
    if note := town_note(site):
        st.caption(note)
    rows = [
        {
            _("Criterion"): either(line["title"], line["title_ja"]),
            _("Value"): value_words(line),
            _("Desirability"): _desirability(line),
            _("Weight"): f"{number(100 * line['weight_share'], 1)} %",
            _("Contribution"): line["contribution"],
            _("Status"): _status(site, line),
            _("Source"): source_title(line["source_id"]),
            _("As of"): line["as_of"],
            _("Basis"): rests_on(line),
            _("Range"): ""
            if line["value"] is None or line["low"] == line["high"]
            else f"{quantity(line['low'])} – {quantity(line['high'])}",
            _("Licence"): licence(line["source_id"]),
        }
        for line in site["lines"]
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        height=35 * (len(rows) + 1) + 3,
        key="why_table",
        lazy=False,
        column_config=with_tips(
            {
                _("Desirability"): st.column_config.ProgressColumn(
                    min_value=0, max_value=1, format="%.2f", width=92, help=tip("desirability")
                ),
                _("Contribution"): st.column_config.NumberColumn(format="%.3f", width=85, help=tip("contribution")),
                _("Weight"): st.column_config.TextColumn(width=60, help=tip("weight")),
                _("Criterion"): st.column_config.TextColumn(width=180, pinned=True),
                _("Value"): st.column_config.TextColumn(width=150),
                _("Status"): st.column_config.TextColumn(width=162, help=tip("modelled")),
                _("Source"): st.column_config.TextColumn(width=130),
                _("As of"): st.column_config.TextColumn(width=92),
            }
        ),
        alt=_("Why this score"),
    )


def _status(site: Dossier, line: MeasurementRecord) -> str:
    if of_peers(line):
        return w.word(w.STATUSES, "peers")
    town = line["status"] != "unknown" and from_town(site, line["criterion"], line["pillar"])
    return w.word(w.STATUSES, f"{line['status']}_from_town" if town else line["status"])


def of_peers(line: MeasurementRecord) -> bool:
    """Return whether an unknown counts in the score as the mean of its peers."""
    return line["status"] == "unknown" and line["contribution"] > 0


def _desirability(line: MeasurementRecord) -> float | None:
    """Return the desirability that counts: of the value, or of the peers of an unknown; None: it counts nothing."""
    if line["status"] != "unknown":
        return line["desirability"]
    return line["contribution"] / line["weight_share"] if of_peers(line) and line["weight_share"] else None


def value_words(line: MeasurementRecord) -> str:
    """Return a value with its unit; in a word where it is unknown."""
    if line["value"] is None:
        return _("Unknown")
    return in_unit(line["value"], line["unit"])


def rests_on(line: MeasurementRecord) -> str:
    """Say in words what a value was measured to or against; empty where nothing is known."""
    if not line["target"]:
        return ""
    return BASES[load().basis_of(line["criterion"])](line)


def _pathway(line: MeasurementRecord) -> str:
    where = line["reference_group"].split(".")[-1]
    named = (
        w.nation(where)
        if w.is_country(where)
        else _("European Union")
        if where == "EU"
        else _("pooled, adjusted for governance")
    )
    return f"{w.word(w.STAGES, line['target'])}, {named}"


def _port(line: MeasurementRecord) -> str:
    landmass = line["reference_group"]
    return f"{line['target']}, {w.word(w.LANDMASSES, landmass)}" if landmass else line["target"]


#: Basis of a criterion -> its words; a name stands as it is.
BASES: dict[Basis, Callable[[MeasurementRecord], str]] = {
    "name": lambda line: line["target"],
    "commodity": lambda line: w.commodity(line["target"]),
    "commodity_in_type": lambda line: (
        f"{w.commodity(line['target'])}, {w.word(w.DEPOSIT_TYPES, line['reference_group'])}, "
        f"n={number(line['reference_n'])}"
    ),
    "pathway": _pathway,
    "transport": lambda line: f"{w.word(w.MODES, line['target'])}, {w.word(w.WAYS, line['reference_group'])}",
    "mode": lambda line: w.word(w.MODES, line["target"]),
    "port": _port,
    "sea_route": lambda line: f"{line['reference_group']} → {w.nation(line['target'])}",
    "holder": lambda line: f"{line['target']} ({w.word(w.BLOCS, line['reference_group'])})",
    "bloc": lambda line: w.word(w.BLOCS, line["target"]),
    "nation": lambda line: w.nation(line["target"]),
}


def claims(site: Dossier) -> None:
    """Show who states the stage and names the owners, and every value that a source gives."""
    if any(claim["attribute"] in ("stage", "owner", "operator") for claim in site["claims"]):
        publishers(site)
        st.markdown("**" + _("All values") + "**")
    st.caption(
        _("All values reported by the sources. Where they differ, the ticked value is used; the others stay visible.")
    )
    rows = [
        {
            _("Used"): claim["chosen"],
            _("Item"): w.word(w.ATTRIBUTES, claim["attribute"])
            + (f" ({w.commodity(claim['commodity'])})" if claim["commodity"] else ""),
            _("Value"): _claimed(claim),
            _("As of"): claim["as_of"],
            _("Method"): w.word(w.METHODS, claim["method"]),
            _("Source"): source_title(claim["source_id"]),
            _("Link"): claim["url"] or None,
            _("What the source states"): "; ".join(x for x in (claim["scope"], claim["detail"]) if x),
        }
        for claim in site["claims"]
    ]
    if not rows:
        st.info(_("Sources report only location, name and commodities for this site."))
        return
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        key="claims_table",
        lazy=False,
        height=min(36 * (len(rows) + 1), 420),
        column_config=with_tips({_("Link"): st.column_config.LinkColumn(display_text=_("open"))}),
        alt=_("Source values"),
    )


def _claimed(claim: ClaimRecord) -> str:
    if claim["attribute"] == "stage":
        return w.word(w.STAGES, claim["text"])
    if claim["value"] is None:
        return str(claim["text"])
    shown = f"{quantity(claim['value'])} {claim['unit']}"
    return f"{claim['text']} {shown}" if claim["text"] else shown


def owners(site: Dossier) -> None:
    """Show the owners, the tree above them and the frameworks of the host country."""
    if not site["owners"]:
        st.info(_("No source names an owner. Allied ownership is therefore unknown and widens the score range."))
    named_by = of_site(site["claims"], site["stage"], site["owners"]).owners
    for owner in site["owners"]:
        _owner(owner, len(named_by.get(owner["owner"], ())))
    owner_tree(
        site["site_id"],
        next((gate["verdict"] for gate in site["gates"] if gate["gate"] == "covered_nation"), "unknown"),
    )
    _owners_in_score(site)
    if site["frameworks"]:
        st.markdown("**" + _("Minerals frameworks of the host country") + "**")
        for framework in site["frameworks"]:
            st.text(f"{framework['date']}  {framework['title']}")


def _owners_in_score(site: Dossier) -> None:
    """Say what the score counts of the owners, which looks no further than the parent of each that is named."""
    for line in site["lines"]:
        if load().basis_of(line["criterion"]) == "holder" and line["value"] is not None:
            st.caption(
                _(
                    "The score counts {share} ({low} to {high}): each named owner at the seat of its parent. Holders "
                    "of the parent are in the figures above and in the gates, not in the score."
                ).format(
                    share=in_unit(line["value"], line["unit"]), low=quantity(line["low"]), high=quantity(line["high"])
                )
            )


def _owner(owner: HoldingRecord, named_by: int) -> None:
    """Show one owner with its share, how many publishers name it, the parent above it, and where both can be read."""
    share = f"{number(owner['share_pct'], 2)} %" if owner["share_pct"] is not None else _("share not stated")
    parent = _beside(owner["ultimate_parent"]) or _("parent not traced")
    home = w.nation(owner["parent_iso3"]) if owner["parent_iso3"] else ""
    with st.container(border=True):
        st.text(f"{_beside(owner['owner'])} — {share} · {counted(named_by)}")
        st.caption(
            " · ".join(
                dict.fromkeys(  # "United States" is both the country and its bloc
                    x
                    for x in (f"→ {parent}", home, w.word(w.BLOCS, owner["bloc"]), f"{_('As of')} {owner['as_of']}")
                    if x
                )
            )
        )
        with st.container(horizontal=True):
            for label, url in (
                (_("Source of the owner"), owner["url"]),
                (_("Source of the parent"), owner["parent_url"]),
            ):
                if url.startswith("http"):
                    st.link_button(label, url, icon=":material/open_in_new:", type="tertiary")


def _beside(company: str) -> str:
    """Return a company's name, on a Japanese page with its Japanese one where a source gives it."""
    named = w.japanese_name("company", company)
    return f"{company}（{named}）" if named else company


def gates(site: Dossier) -> None:
    """Show the verdict of each gate with its evidence."""
    st.caption(_("Gates are reported separately from the score and are never averaged into it."))
    marks = {"pass": ":material/check_circle:", "fail": ":material/block:", "unknown": ":material/help:"}
    for gate in site["gates"]:
        target = gate["target"]
        if gate["gate"] in ASKED_ONLY:
            target = prc_answer(target)
        elif w.is_country(target):
            target = w.nation(target)
        reason = w.word(w.EVIDENCE, gate["evidence"]) + (f" ({target})" if target else "")
        st.markdown(
            f"{marks[gate['verdict']]} **{w.word(w.GATES, gate['gate'])}: {w.word(w.VERDICTS, gate['verdict'])}**"
        )
        st.text(reason)
