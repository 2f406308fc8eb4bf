"""What a memo says of one site, paragraph by paragraph: of its dossier, and of what the model has of its timing."""

from __future__ import annotations

from data.shortlist_items import Item
from scoring.measures.timing import Timing
from scoring.permitting.instruments import fitting
from scoring.records import Dossier, MeasurementRecord, failed_gates
from scoring.sites.candidates import Candidate
from scoring.sites.dossier import ASKED_ONLY
from scoring.support.programmes import judged
from ui.text import vocabulary as w
from ui.text.candidate_words import expansion, gaps, product, stated_start
from ui.text.i18n import _, either, listed, number, within
from ui.text.money import in_unit, money
from ui.text.prc_answers import prc_answer
from ui.text.vocabulary import source_title

LONGEST_NOTED = 4_000
STRONGEST, WEAKEST, BUYERS, STRONG = 3, 3, 3, 0.5


def paragraphs(site: Dossier, timing: Timing | None, item: Item, candidate: Candidate) -> tuple[tuple[str, str], ...]:
    """Return the paragraphs of a site's page, each with its label; those with nothing to say are left out.

    Parameters
    ----------
    site : Dossier
    timing : Timing or None
        When it is ready to build and supplies; None: the stage is unknown.
    item : Item
        What is noted of it.
    candidate : Candidate
        The site in the terms of a desk.
    """
    found = (
        (_("Why"), _why(site, candidate)),
        (_("Risks"), _risks(site)),
        (_("Unknown"), _unknown(site)),
        (_("Ownership"), _owned(site)),
        (_("Timing and offtake"), _when(site, timing)),
        (_("Money and what comes next"), _asked(candidate)),
        (_("Instrument that may fit"), _instruments(site, timing)),
        (_("Programmes open by their published rules"), _programmes(site)),
        (_("Noted"), _noted(item)),
    )
    return tuple((label, text) for label, text in found if text)


def _valued(line: MeasurementRecord) -> str:
    sign = "~" if line["status"] == "modelled" else ""
    value = in_unit(line["value"], line["unit"])
    return f"{criterion_title_of(line)} {sign}{value} ({source_title(line['source_id'])}{_dated(line)})"


def criterion_title_of(line: MeasurementRecord) -> str:
    """Return the title of a line's criterion in the language of the document."""
    return either(line["title"], line["title_ja"])


def _dated(line: MeasurementRecord) -> str:
    return f", {line['as_of']}" if line["as_of"] else ""


def _joined(parts: list[str]) -> str:
    return either("; ", "；").join(parts)


def _weighed(site: Dossier) -> list[MeasurementRecord]:
    return [line for line in site["lines"] if line["weight_share"]]


def _why(site: Dossier, candidate: Candidate) -> str:
    """Say in sentences which gap the site could close, and on what it scores highest, with the source of each value."""
    best = sorted(
        (
            line
            for line in _weighed(site)
            if line["status"] != "unknown" and line["desirability"] >= STRONG and line["unit"] != w.GAP_UNIT
        ),
        key=lambda line: -line["contribution"],
    )[:STRONGEST]
    closes = gaps(candidate)
    name = w.shown_name(site["name"], site["site_id"])
    said = [_("{site} {closes}.").format(site=name, closes=either(" and ", "、").join(closes))] if closes else []
    if best:
        said.append(_("It scores highest on {parts}.").format(parts=listed([_strength(line) for line in best])))
    return " ".join(said)


def _strength(line: MeasurementRecord) -> str:
    """Return a criterion within a sentence, with its value, whether that is modelled, source and date."""
    title = within(criterion_title_of(line))
    value = in_unit(line["value"], line["unit"])
    told = _("modelled {value}").format(value=value) if line["status"] == "modelled" else value
    return f"{title} ({told}; {source_title(line['source_id'])}{_dated(line)})"


def _risks(site: Dossier) -> str:
    parts = [_("fails a gate: {gate}").format(gate=w.word(w.GATES, gate)) for gate in failed_gates(site["gates"])]
    parts += [
        f"{w.word(w.GATES, gate['gate'])}: {prc_answer(gate['target'])}"
        for gate in site["gates"]
        if gate["gate"] in ASKED_ONLY and gate["target"] and gate["verdict"] != "pass"
    ]
    weak = sorted(
        (line for line in _weighed(site) if line["status"] != "unknown" and line["desirability"] < STRONG),
        key=lambda line: line["weight_share"] * (line["desirability"] - 1),
    )
    parts += [_valued(line) for line in weak[:WEAKEST]]
    return (_joined(parts) + either(".", "。")) if parts else _("No weighted criterion with data scores below 0.5.")


def _unknown(site: Dossier) -> str:
    unknown = sorted(
        (line for line in _weighed(site) if line["status"] == "unknown"), key=lambda line: -line["weight_share"]
    )
    parts = [f"{criterion_title_of(line)} ({number(100 * line['weight_share'], 1)} %)" for line in unknown]
    open_gates = [w.word(w.GATES, gate["gate"]) for gate in site["gates"] if gate["verdict"] == "unknown"]
    if open_gates:
        parts.append(_("gates undetermined: {gates}").format(gates=listed(open_gates)))
    return (
        (_joined(parts) + either(".", "。")) if parts else _("All weighted criteria have measured or modelled values.")
    )


def _owned(site: Dossier) -> str:
    parts = []
    for owner in site["owners"]:
        share = f"{number(owner['share_pct'], 2)} %" if owner["share_pct"] is not None else _("share not stated")
        parent = (
            f" → {owner['ultimate_parent']}"
            if owner["ultimate_parent"] and owner["ultimate_parent"] != owner["owner"]
            else ""
        )
        home = w.nation(owner["parent_iso3"]) if owner["parent_iso3"] else _("parent not traced")
        parts.append(f"{owner['owner']} {share}{parent} ({home}; {_('As of')} {owner['as_of'] or '–'})")
    return (_joined(parts) + either(".", "。")) if parts else _("No source names an owner.")


def _when(site: Dossier, found: Timing | None) -> str:
    if found is None:
        timing = _("No source states the project stage, so the months to product are unknown.")
    elif site["stage"] == "operating" and not found.terms.expanding:
        timing = _("The most recent source lists it as operating.")
    else:
        timing = " ".join(filter(None, (expansion(found), *product(found.supply), stated_start(found))))
    sold = _joined([f"{buyer} ({as_of or '–'})" for buyer, as_of in _buyers(site)[:BUYERS]])
    return timing + (" " + _("Published offtake: {sold}.").format(sold=sold) if sold else "")


def _buyers(site: Dossier) -> list[tuple[str, str]]:
    """Return each buyer that a claim names, with the date of the newest statement; the newest first."""
    newest: dict[str, tuple[str, str]] = {}
    for claim in site["claims"]:
        for buyer in claim["text"].split("; ") if claim["attribute"] == "offtake" else ():
            newest[buyer.casefold()] = max(newest.get(buyer.casefold(), ("", "")), (claim["as_of"], buyer))
    return [(buyer, as_of) for as_of, buyer in sorted(newest.values(), reverse=True)]


def _instruments(site: Dossier, timing: Timing | None) -> str:
    instruments = fitting(site, timing.outlook.months.p50 if timing else None)
    if not instruments:
        failed = bool(failed_gates(site["gates"]))
        return _("None: it fails a gate.") if failed else _("No Framework instrument matches; see Method.")
    return _joined(
        [f"{either(one.title, one.title_ja)} ({one.paragraph}): {either(one.why, one.why_ja)}" for one in instruments]
    ) + either(".", "。")


def _asked(candidate: Candidate) -> str:
    """Say what the site costs, how it is funded, and what comes next."""
    parts = []
    if candidate.capex is not None:
        cost = f"{money(candidate.capex, candidate.capex_unit)} ({candidate.capex_as_of})"
        parts.append(_("capital cost {cost}").format(cost=cost))
    if candidate.funding:
        parts.append(_("funding: {state}").format(state=w.word(w.FUNDING, candidate.funding)))
    if candidate.next_step:
        parts.append(_("next: {step}").format(step=w.word(w.NEXT_STEPS, candidate.next_step)))
    return (_joined(parts) + either(".", "。")) if parts else _("No source of ours says.")


def _programmes(site: Dossier) -> str:
    """Name the programmes that no published rule excludes, with how many of their rules are known to be met."""
    standing = [each for each in judged(site) if each.standing != "excluded"]
    return _joined(
        [
            f"{either(each.programme.title, each.programme.title_ja)} ({number(each.met)}/{number(len(each.verdicts))})"
            for each in standing
        ]
    ) or _("None.")


def _noted(item: Item) -> str:
    note = item.note
    if len(note) > LONGEST_NOTED:
        note = note[:LONGEST_NOTED] + "… " + _("(truncated; the full note is in the shortlist)")
    parts = [
        note,
        ", ".join(item.tags),
        f"{_('Assigned to')}: {item.owner}" if item.owner else "",
        f"{_('Due')}: {item.due}" if item.due else "",
    ]
    return _joined([part for part in parts if part])
