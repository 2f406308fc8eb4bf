"""What a memo of a shortlist says, in one language: question, ranked table, half a page a site, method, sources.

Lays nothing out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import pandas as pd

from data.facts import data_version
from data.shortlist_items import Item, Shortlist
from data.sources import Source
from layers.locator import Mark, locator, overview
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError
from scoring.measures.timing import Timing, timings_of
from scoring.permitting.outlook import Milestones
from scoring.ranking.ranked import Rankings
from scoring.ranking.scenario import Filters, Scenario
from scoring.records import Dossier, ListRecord, failed_gates
from scoring.robustness.rank_acceptability import rank_stability
from scoring.sites.candidates import Candidate, candidates
from scoring.sites.dossier import dossier
from scoring.sites.listing import listing_of_lists
from scoring.sites.nearest_infrastructure import reach
from scoring.sites.own_list import KeptLists, OwnList
from scoring.support.programmes import programmes
from ui.map.marks import fitting_km, marks_of
from ui.memo.paragraphs import paragraphs
from ui.memo.pictures import rank_ranges
from ui.text import vocabulary as w
from ui.text.i18n import _, either, fixed, number, speaking
from ui.text.list_words import among
from ui.text.vocabulary import N_
from workspace.permalink import permalink
from workspace.rows import lists_of

MOST_SITES, MOST_NAMED = 30, 20
NUMBER_COLOUR = "#0B5C8F"
STATUSES = {
    "proposed": N_("Proposed"),
    "under review": N_("Under review"),
    "approved": N_("Approved"),
    "deferred": N_("Deferred"),
    "declined": N_("Declined"),
}


@dataclass(frozen=True, slots=True)
class SitePage:
    """Half a page on a site: heading, a line of facts, labelled paragraphs, a small map (SVG) with its words."""

    number: int
    title: str
    facts: str
    paragraphs: tuple[tuple[str, str], ...]
    picture: str
    caption: str


@dataclass(frozen=True, slots=True)
class Memo:
    """A memo in one language.

    Attributes
    ----------
    language : str
    title, question : str
    summary : tuple of str
    provenance : tuple of (str, str)
        Label and value: scenario, data version, date, address.
    columns, rows
        The ranked table.
    world, ranges : str
        SVG: map of the sites; where each stands when weights and unknowns are drawn.
    words : dict
        Headings and captions.
    method : tuple of str
    sources : tuple of (str, str, str)
        Title, licence, citation.
    """

    language: str
    title: str
    question: str
    summary: tuple[str, ...]
    provenance: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    world: str
    ranges: str
    words: dict[str, str]
    sites: tuple[SitePage, ...]
    method: tuple[str, ...]
    sources: tuple[tuple[str, str, str], ...]
    disclaimer: str


@dataclass(frozen=True, slots=True)
class MemoBasis:
    """What memos of both languages rest on, computed once.

    Attributes
    ----------
    held : Shortlist
    scenario : Scenario
    sites : tuple of dict
        Dossiers, list by list and by rank in it.
    lists : tuple of OwnList
        In which the sites are ranked.
    ranges : DataFrame
        site_id, rank_low, rank_mid, rank_high of each site in its list, over `draws` draws.
    draws : int
    candidates : dict
        Site id -> the site in the terms of a desk.
    timings : dict
        Site id -> when it is ready to build and supplies, or None where the stage is unknown.
    sources : tuple of (str, str, str)
    left_out : tuple of str
        Sites on the shortlist that the scenario does not list.
    link : str
        Address of the list; empty: nobody serves it.
    """

    shortlist: Shortlist
    scenario: Scenario
    sites: tuple[Dossier, ...]
    lists: tuple[OwnList, ...]
    ranges: pd.DataFrame
    draws: int
    candidates: dict[str, Candidate]
    timings: dict[str, Timing | None]
    sources: tuple[tuple[str, str, str], ...]
    left_out: tuple[str, ...]
    link: str


def ground(
    facts: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    shortlist: Shortlist,
    register: Mapping[str, Source],
    milestones: Mapping[str, Milestones],
    link: str = "",
) -> MemoBasis:
    """Gather what a memo says.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
    scenario : Scenario
    shortlist : Shortlist
    register : mapping of str to Source
    milestones : mapping
        Site id -> milestones that the user knows.
    link : str, optional
        Address of the list with its host; empty: without one, since nobody serves it.

    Raises
    ------
    ScenarioError
        If the shortlist is empty, or the scenario cannot be scored or lists none of the sites.
    """
    if not shortlist.items:
        raise ScenarioError(
            "Shortlist {shortlist!r} has no site yet; add sites to it before a memo is written.",
            shortlist=shortlist.name,
        )
    lists = lists_of(facts, scenario, shortlist)
    listed = listing_of_lists(facts, scenario, lists, "", register)
    if not len(listed.sites):
        raise ScenarioError(
            "None of the sites of {shortlist!r} is in the list that its scenario leaves, so there is "
            "nothing to write of; put sites on the shortlist, or keep a scenario with other filters.",
            shortlist=shortlist.name,
        )
    ids = listed.sites["site_id"].tolist()[:MOST_SITES]
    ranks = dict(zip(listed.sites["site_id"], listed.sites["rank"], strict=True))
    record = {site_id: each.record() for each in lists for site_id in each.site_ids}
    kept = KeptLists(Rankings(facts), 0)
    sites = tuple(
        _ranked(dossier(facts, scenario, site_id, kept), int(ranks[site_id]), record[site_id]) for site_id in ids
    )
    asked = {each.site_id: each for each in candidates(facts, ids, scenario.commodity)}
    timings = timings_of(facts, ids, milestones, date.today())
    sources = tuple((str(row.title), str(row.licence), str(row.citation)) for row in listed.sources.itertuples())
    missing = tuple(site_id for site_id in shortlist.site_ids if site_id not in ranks)
    stable = [rank_stability(facts, each.scenario) for each in lists]
    own = [
        drawn.table[drawn.table["site_id"].isin(each.site_ids)] for each, drawn in zip(lists, stable, strict=True)
    ]  # a project stands among all sites too: its range is that of the list that ranks it
    ranges = pd.concat(own, ignore_index=True)
    return MemoBasis(shortlist, scenario, sites, lists, ranges, stable[0].draws, asked, timings, sources, missing, link)


def _ranked(site: Dossier, rank: int, ranked_among: ListRecord) -> Dossier:
    """Return a dossier with the rank that the site has in the list of the memo."""
    return {**site, "rank": rank, "ranked_among": ranked_among}


#: What can be asked for -> the languages that stand in the file.
IN_LANGUAGES = {"en": ("en",), "ja": ("ja",), "both": ("en", "ja")}


def memos(facts: duckdb.DuckDBPyConnection, basis: MemoBasis, languages: str) -> list[Memo]:
    """Return the memo in the languages asked for: a key of `IN_LANGUAGES`."""
    return [memo(facts, basis, language) for language in IN_LANGUAGES[languages]]


def memo(facts: duckdb.DuckDBPyConnection, basis: MemoBasis, language: str) -> Memo:
    """Return the memo in a language ("en" or "ja")."""
    with speaking(language):
        return _memo(facts, basis, language)


def _memo(facts: duckdb.DuckDBPyConnection, basis: MemoBasis, language: str) -> Memo:
    items = {item.site_id: item for item in basis.shortlist.items}
    pages = tuple(_page(facts, site, place, items[site["site_id"]], basis) for place, site in enumerate(basis.sites, 1))
    marks = [Mark(site["lon"], site["lat"], str(place), NUMBER_COLOUR) for place, site in enumerate(basis.sites, 1)]
    names = [f"{place} {_short(site['name'])}" for place, site in enumerate(basis.sites, 1)]
    return Memo(
        language,
        basis.shortlist.name if basis.shortlist.name != "default" else _("Shortlist"),
        basis.shortlist.question,
        _summary(basis),
        _provenance(basis),
        (
            _("No."),
            _("Site"),
            _("Country"),
            _("Kind"),
            _("Stage"),
            _("Rank"),
            _("Score (range)"),
            _("Share known"),
            _("Decision"),
        ),
        tuple(_row(site, place, items[site["site_id"]]) for place, site in enumerate(basis.sites, 1)),
        overview(marks) if marks else "",
        rank_ranges(basis.ranges, [site["site_id"] for site in basis.sites], names, _("Rank among the sites listed")),
        _words(basis),
        pages,
        _method(basis),
        tuple((_(title), licence, citation) for title, licence, citation in basis.sources),
        _(
            "Screening aid based on open data, not investment advice. Unknown values stay "
            "unknown and widen the score range; how they count in the score is stated under Method."
        ),
    )


def _short(name: str, most: int = 30) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _words(basis: MemoBasis) -> dict[str, str]:
    share = _(
        "Bars: 5th to 95th percentile of rank over {n} draws of the weights (±20 %) "
        "and of all unknown values; dot: median."
    )
    return {
        "memo": _("Memo"),
        "question": _("Question to answer"),
        "map": _("Site locations"),
        "ranked": _("Ranked sites"),
        "sensitivity": _("Rank stability"),
        "sensitivity_caption": share.format(n=number(basis.draws)),
        "method": _("Method"),
        "sources": _("Sources and licences"),
        "disclaimer": _("Disclaimer"),
        "page": _("Page"),
        "site_pages": _("Site by site"),
        "source": _("Source"),
        "licence": _("Licence"),
        "framework": _("US–Japan Framework on critical minerals, 28 October 2025"),
        "made": _("Made with Natural Earth."),
    }


def _summary(basis: MemoBasis) -> tuple[str, ...]:
    listed = len(basis.shortlist.items) - len(basis.left_out)
    names = {site["site_id"]: site["name"] for site in basis.sites}
    lines = []
    for each in basis.lists:
        shown = _some([names[site_id] for site_id in each.site_ids if site_id in names])
        lines.append(_("Ranked {among}: {names}.").format(among=among(each.record()), names=shown))
    if listed > len(basis.sites):
        lines.append(
            _("The memo shows the top {n} sites; the exported list has all.").format(n=number(len(basis.sites)))
        )
    failing = [site["name"] for site in basis.sites if failed_gates(site["gates"])]
    if failing:
        lines.append(_("Fails a gate and is listed last: {gates}").format(gates="; ".join(failing)))
    unsettled = sum(_is_unsettled(site) for site in basis.sites)
    if unsettled:
        lines.append(_("For {n} of them, covered-nation ownership is not established.").format(n=number(unsettled)))
    if basis.left_out:
        lines.append(
            _("Excluded by the scenario filters and therefore unranked: {names}.").format(names=_some(basis.left_out))
        )
    return tuple(lines)


def _is_unsettled(site: Dossier) -> bool:
    """Tell whether it is unknown if a covered nation stands behind the owners."""
    return any(gate["gate"] == "covered_nation" and gate["verdict"] == "unknown" for gate in site["gates"])


def _some(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = _(" and {n} more").format(n=number(len(names) - MOST_NAMED)) if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _provenance(basis: MemoBasis) -> tuple[tuple[str, str], ...]:
    scenario, pillars = basis.scenario, load().pillars
    total = sum(scenario.weights.values()) + sum(own.weight for own in scenario.evidence)
    weights = [
        f"{either(pillars[p].title, pillars[p].title_ja)} {number(100 * v / total)} %"
        for p, v in scenario.weights.items()
        if v
    ]
    weights += [f"{own.title} {number(100 * own.weight / total)} %" for own in scenario.evidence if own.weight]
    method = METHODS[scenario.method]
    return (
        (
            _("Commodity of interest"),
            w.commodity(scenario.commodity) if scenario.commodity else _("All: each site's main commodity"),
        ),
        (_("Weights"), ", ".join(weights)),
        (_("Method"), either(method.title, method.title_ja)),
        (_("Scenario"), scenario.scenario_hash),
        (_("Data version"), data_version()),
        (_("Prepared on"), datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        (_("Link"), basis.link or link_of(scenario, basis.shortlist)),
    )


def link_of(scenario: Scenario, shortlist: Shortlist) -> str:
    """Return the address of a shortlist under its scenario, without host."""
    return permalink(scenario, page="shortlist", more={"list": shortlist.name})


def _row(site: Dossier, place: int, item: Item) -> tuple[str, ...]:
    return (
        str(place),
        site["name"],
        w.nation(site["iso3"]),
        w.word(w.KINDS, site["kind"]),
        w.word(w.STAGES, site["stage"]),
        _("{rank} of {n}").format(rank=number(site["rank"]), n=number(site["ranked_among"]["sites"])),
        f"{fixed(site['score'])} ({fixed(site['score_low'])}–{fixed(site['score_high'])})",
        f"{number(100 * site['coverage'])} %",
        _(STATUSES[item.status]),
    )


def _page(facts: duckdb.DuckDBPyConnection, site: Dossier, place: int, item: Item, basis: MemoBasis) -> SitePage:
    targets = reach(facts, site["site_id"])
    timing = basis.timings[site["site_id"]]
    facts_line = " · ".join(
        (
            w.word(w.KINDS, site["kind"]),
            w.nation(site["iso3"]),
            w.word(w.STAGES, site["stage"]),
            w.commodities(site["commodities"], 5),
            f"{number(site['lat'], 2)}, {number(site['lon'], 2)} ({w.word(w.ACCURACIES, site['location_accuracy'])})",
            _("Score {score} ({low}–{high}), {known} % known").format(
                score=fixed(site["score"]),
                low=fixed(site["score_low"]),
                high=fixed(site["score_high"]),
                known=number(100 * site["coverage"]),
            ),
        )
    )
    picture = locator(site["lon"], site["lat"], fitting_km(targets), marks_of(site, targets), (2.7, 2.3))
    return SitePage(
        place,
        site["name"],
        facts_line,
        paragraphs(site, timing, item, basis.candidates[site["site_id"]]),
        picture,
        _("Made with Natural Earth; OpenStreetMap."),
    )


def _method(basis: MemoBasis) -> tuple[str, ...]:
    order = w.word(w.ORDERS, basis.scenario.order_by)
    filters = basis.scenario.filters
    lines = [
        _(
            "Each criterion converts a measured value to a desirability between 0 and 1 "
            "using fixed goalposts, so adding a site never changes the score of another."
        ),
        *(
            [
                _(
                    "A value that no source gives counts in the score as the mean of its peers, the bundled "
                    "projects of its kind; every table shows it as unknown."
                )
            ]
            if basis.scenario.order_by == "expected"
            else []
        ),
        _("Ranked by: {order}. The range gives the score with all unknowns at their worst and at their best.").format(
            order=order
        ),
        _(
            "Gates (covered nation, protected land, legal bars) are reported separately "
            "from the score as pass, fail or unknown. Sites that fail a gate are listed "
            "last."
        ),
        _(
            "Instruments are matched by Orebridge rules on stage, kind of site, permits, "
            "host country and offtake. They are a starting point for discussion, not a "
            "conclusion."
        ),
        _("Values marked ~ are modelled, not measured."),
    ]
    if basis.shortlist.scenario is not None and filters != Filters():  # without one each site is in its own list
        lines.append(_("Filters: {filters}.").format(filters=_filters(filters)))
    return tuple(lines)


def _programme(programme_id: str) -> str:
    found = next(each for each in programmes() if each.id == programme_id)
    return either(found.title, found.title_ja)


def _filters(filters: Filters) -> str:
    parts = [
        w.word(w.UNIVERSES, filters.universe) if filters.universe != "all" else "",
        w.word(w.STEPS, filters.step) if filters.step else "",
        ", ".join(w.word(w.KINDS, kind) for kind in filters.kinds),
        ", ".join(w.word(w.STAGES, stage) for stage in filters.stages),
        ", ".join(w.nation(code) for code in filters.countries),
        f"{_('Minimum data completeness (%)')}: {number(100 * filters.min_coverage)}" if filters.min_coverage else "",
        "" if filters.gates_failed else _("Hide sites that fail a gate"),
        _("Any covered-nation stake fails") if filters.any_stake else "",
        _("Only sites whose owners pass") if filters.owners_clear else "",
        f"{_('Support programme')}: {_programme(filters.programme)}" if filters.programme else "",
        f"“{filters.text}”" if filters.text else "",
    ]
    return "; ".join(part for part in parts if part)
