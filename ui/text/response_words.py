"""Words for a supply stop: stages, why a site does not count, and the answer as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.supply.response import Response
from scoring.supply.response_market import CutShare, DeskDemand
from scoring.supply.response_scenario import DESKS, READINESS, STAGES, SupplyScenario
from scoring.supply.response_sites import Responder, Span
from ui.text import vocabulary as w
from ui.text.i18n import _, either, listed, number, quantity
from ui.text.vocabulary import N_, source_title

DESK_WORDS: dict[str, str] = dict(zip(DESKS, (N_("US desk"), N_("Japan desk"), N_("Both desks")), strict=True))
STAGE_WORDS: dict[str, str] = dict(
    zip(STAGES, (N_("Mine production"), N_("Separation and refining"), N_("Derivative product")), strict=True)
)
READINESS_WORDS: dict[str, str] = dict(
    zip(
        READINESS,
        (N_("Operating only"), N_("+ construction"), N_("+ permitted, feasibility"), N_("+ all earlier")),
        strict=True,
    )
)
REASON_WORDS = {
    "unclear_tonnes": N_("stated in tonnes of concentrate, magnets or several metals together"),
    "not_allied": N_("not in the US, Japan or a partner country"),
    "covered_owner": N_("an owner of a covered nation is known"),
    "stage_unknown": N_("no source states the stage"),
    "too_early": N_("earlier than the stages chosen"),
}
HOW_WORDS = {
    "stated": N_("apparent consumption"),
    "net_imports": N_("net imports; consumption is withheld"),
    "net_imports_heavy": N_("net imports of all heavy rare earths together"),
    "trade": N_("net imports by trade codes, modelled"),
    "user": N_("entered by you"),
}
PART_WORDS = (N_("Remaining supply"), N_("Named sites"), N_("From stock"), N_("Gap in supply"))


def title(scenario: SupplyScenario) -> str:
    """Return the title of a scenario; one that the user wrote without a title is named by what it cuts."""
    return either(scenario.title, scenario.title_ja) or _("{commodity}: {cuts}").format(
        commodity=w.commodity(scenario.commodity), cuts=cuts(scenario)
    )


def cuts(scenario: SupplyScenario) -> str:
    """Return what is cut, in words: country, percent, months."""
    return listed(
        _("{country} {pct} % for {months} months").format(
            country=w.nation(cut.country), pct=number(cut.cut_pct, 1), months=number(cut.months, 1)
        )
        for cut in scenario.cuts
    )


def short(scenario: SupplyScenario) -> str:
    """Return a scenario in a few words: commodity, country, percent."""
    countries = listed(w.nation(cut.country) for cut in scenario.cuts)
    return f"{w.commodity(scenario.commodity)} · {countries} {number(scenario.cuts[0].cut_pct)} %"


def headline(response: Response) -> str:
    """Return the answer in one sentence: how many days demand is met."""
    desk = w.word(DESK_WORDS, response.scenario.desk)
    days, horizon = response.days_bridged, response.horizon_days
    if days.p10 >= horizon:
        return _("{desk}: demand is met in all {days} days.").format(desk=desk, days=number(horizon))
    if response.stock_t <= 0 and days.p90 < 1:
        return _("{desk}: without a stock, demand is not met from the first day.").format(desk=desk)
    return _("{desk}: demand is met for {days} days (P10 to P90: {range}), then a gap opens.").format(
        desk=desk, days=number(days.p50), range=_range(days, 0)
    )


def gap_sentence(response: Response) -> str:
    """Return how much stays missing, and what the named sites give: means, which add up to what does not arrive."""
    used = sum(month.responders_t for month in response.months)
    drawn = sum(month.stock_t for month in response.months)
    missing = sum(month.gap_t for month in response.months)
    ends = response.gap_total
    return _(
        "Over {months} months {loss} t of {demand} t do not arrive. {n} named sites fill {used} t of it and the stock "
        "{drawn} t, {gap} t stay missing, on average (P10, P50, P90: {ends} t)."
    ).format(
        months=number(len(response.months)),
        loss=quantity(used + drawn + missing),
        demand=quantity(response.demand_total_t),
        n=number(len(response.sites.responders)),
        used=quantity(used),
        drawn=quantity(drawn),
        gap=quantity(missing),
        ends=", ".join(map(quantity, (ends.p10, ends.p50, ends.p90))),
    )


def demand_sentence(demand: DeskDemand) -> str:
    """Return a demand with its basis, reliance and vintage."""
    figure = demand.demand
    tonnes = between(figure.low, figure.high)
    vintage = str(figure.year) if figure.year else _("not dated")
    return _("{desk}: {tonnes} t a year ({how}, {vintage}), of which {reliance} % are imported.").format(
        desk=w.word(DESK_WORDS, demand.desk),
        tonnes=tonnes,
        how=w.word(HOW_WORDS, figure.how),
        vintage=_("yours") if figure.how == "user" else vintage,
        reliance=between(*demand.reliance_pct),
    )


def share_sentence(share: CutShare) -> str:
    """Return the share of a cut country and how it is known."""
    country, pct = w.nation(share.cut.country), between(share.low_pct, share.high_pct)
    if share.basis == "exposure":
        return _("{country}: {pct} % of the demand, entered by you.").format(country=country, pct=pct)
    if share.basis == "scenario":
        source = share.cut.share_source or _("entered by you")
        return _("{country}: {pct} % of world supply ({source}).").format(country=country, pct=pct, source=source)
    if share.basis == "bound":
        return _(
            "{country}: its share is not in the facts; it can only be {pct} %, since it does not lead the list."
        ).format(country=country, pct=pct)
    return _("{country}: {pct} % of world supply in {year} ({source}).").format(
        country=country, pct=pct, year=share.year or "", source=source_title(share.source_id)
    )


def missing_sentence(missing: Sequence[str]) -> str:
    """Return whose demand is not known; empty where all is."""
    if not missing:
        return ""
    return _("No demand is known of: {desks}. It is not in the figures.").format(
        desks=listed(w.word(DESK_WORDS, desk) for desk in missing)
    )


def months_words(span: Span) -> str:
    """Return P10, P50 and P90 of months from the start; a dash where it never comes."""
    if span.p50 == float("inf"):
        return "–"
    return " / ".join(number(max(each, 0)) for each in (span.p10, span.p50, span.p90))


def output_words(site: Responder) -> str:
    """Return what a site adds in tonnes a year."""
    return between(site.low_t_y, site.high_t_y)


def between(low: float, high: float) -> str:
    """Return an interval of tonnes or percent; one number where both ends are one."""
    return quantity(low) if low == high else f"{quantity(low)}–{quantity(high)}"


def _range(span: Span, digits: int | None) -> str:
    low, high = (quantity(each) if digits is None else number(each, digits) for each in (span.p10, span.p90))
    return f"{low}–{high}"


#: What the figures cannot know, one sentence each.
LIMITS = (
    N_("Imports are taken to come from each country as world production does, unless you enter the share of the desk."),
    N_(
        "Sites are taken to deliver all that they add to this desk (access), each independently of the others; works "
        "that run are in today's supply and answer with their stated plans alone."
    ),
    N_("Prices, substitution, saved demand, hidden stocks and trade through third countries are not in it."),
)
