"""A candidate in words: what it could close of both countries' gaps, when it supplies, where it is strong and weak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data.vocabulary import rare_earth_elements
from scoring.criteria.catalogue import load
from ui.text import vocabulary as w
from ui.text.i18n import _, either, number, within
from ui.text.money import money

if TYPE_CHECKING:
    from scoring.criteria.user_criterion import UserCriterion
    from scoring.measures.timing import Timing
    from scoring.permitting.product import Supply
    from scoring.ranking.standing import Standing
    from scoring.sites.candidates import Candidate

#: A gap of less than this percent is no reason to look at a project.
WORTH_SAYING_PCT = 1.0
#: Of these stages the next step says more than the stage.
RUN_OR_STOPPED = ("operating", "care and maintenance", "suspended")


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
            _("could replace {share} of US net imports of {metal}"),
        ),
        (
            (candidate.gap_japan_pct, candidate.gap_japan_low, candidate.gap_japan_high),
            _("could replace {share} of Japanese net imports of {metal}"),
        ),
    )
    us, japan = _markets(candidate.gap_of)
    return [
        text.format(share=_with_range(number(share), number(low), number(high)), metal=within(metal))
        for ((share, low, high), text), metal in zip(known, (us, japan), strict=True)
        if share is not None
    ]


def _markets(gap_of: str) -> tuple[str, str]:
    """Return whose net imports are meant, US and Japanese: those of an element without figures are of its group."""
    if gap_of in ("dysprosium", "terbium"):
        return _("heavy rare earths"), w.commodity("rare earths")
    if gap_of in rare_earth_elements():
        return w.commodity(gap_of if gap_of == "yttrium" else "rare earths"), w.commodity("rare earths")
    return (w.commodity(gap_of), w.commodity(gap_of)) if gap_of else ("", "")


def product(supply: Supply) -> list[str]:
    """Return when a project supplies if it comes to product, the chance of that, and what the score counts.

    Parameters
    ----------
    supply : Supply
        Months, as the model has them.
    """
    months = supply.coming
    return [
        _("Product in {p50} months (P10 {p10}, P90 {p90}), if it comes to product: chance {chance} %.").format(
            p50=number(months.p50), p10=number(months.p10), p90=number(months.p90), chance=number(100 * supply.chance)
        ),
        _("The score counts {expected} months, with “never” as {horizon}. Modelled, not measured.").format(
            expected=number(supply.expected), horizon=number(supply.horizon)
        ),
    ]


def expansion(timing: Timing) -> str:
    """Return what months to product mean of a site that operates: those of what is added; empty for any other site.

    Parameters
    ----------
    timing : Timing
        Months of a project, with the terms that they rest on.
    """
    if not (timing.outlook.stage == "operating" and timing.terms.expanding):
        return ""
    return _("It produces already; the months are those until its expansion does.")


def stated_start(timing: Timing) -> str:
    """Return the start of production that a source states, and whether its date has passed; empty: none counts.

    Parameters
    ----------
    timing : Timing
        Months of a project, with the terms that they rest on.
    """
    if not timing.supply.stated:
        return ""
    text = _("A source of {as_of} states the start of production: {start}.")
    said = text.format(as_of=timing.terms.start_as_of, start=w.plain(timing.terms.start))
    passed = _("That date has passed; no source tells that production has begun.") if timing.supply.overdue else ""
    return " ".join(filter(None, (said, passed)))


def main_commodity(candidate: Candidate, commodities: Sequence[str]) -> str:
    """Return the commodity of a candidate's gaps, else the first that it has, in the reader's language.

    Parameters
    ----------
    candidate : Candidate
    commodities : sequence of str
        Ids of what the site has, the main one first; empty: unknown.
    """
    first = candidate.gap_of or next(iter(commodities), "")
    return w.commodity(first) if first else ""


def pillar(pillar_id: str, own: Sequence[UserCriterion] = ()) -> str:
    """Return a pillar, or a user-defined criterion, in a word or two; empty for none.

    Parameters
    ----------
    pillar_id : str
        Id of either.
    own : sequence of UserCriterion, optional
        The user-defined criteria of the scenario.
    """
    if known := load().pillars.get(pillar_id):
        return either(known.short, known.short_ja)
    return next((each.title for each in own if each.id == pillar_id), "")


def weakness(standing: Standing, own: Sequence[UserCriterion] = ()) -> str:
    """Return the weakest pillar of a site in its list; of an unknown one that it is unknown.

    Parameters
    ----------
    standing : Standing
    own : sequence of UserCriterion, optional
        The user-defined criteria of the scenario.
    """
    name = pillar(standing.weakest, own)
    return _("{pillar} unknown").format(pillar=name) if standing.weakest_unknown else name


def reason(
    candidate: Candidate, standing: Standing, iso3: str, commodities: Sequence[str], own: Sequence[UserCriterion] = ()
) -> str:
    """Return why a project is worth a look and what speaks against it, in a few plain clauses.

    Parameters
    ----------
    candidate : Candidate
    standing : Standing
        Its strongest and weakest pillar in the list.
    iso3 : str
        Country of the site.
    commodities : sequence of str
        Ids of what the site has, the main one first.
    own : sequence of UserCriterion, optional
        The user-defined criteria of the scenario.
    """
    metal = main_commodity(candidate, commodities)
    clauses = [either(", ", "、").join(part for part in (metal, w.nation(iso3)) if part), _work(candidate)]
    clauses += [_gaps_in_short(candidate), _buyers(candidate)]
    if standing.strongest:
        clauses.append(_("strong: {pillar}").format(pillar=pillar(standing.strongest, own)))
    if standing.weakest:
        clauses.append(_("weak: {pillar}").format(pillar=weakness(standing, own)))
    return either("; ", "。").join(clause for clause in clauses if clause)


def _work(candidate: Candidate) -> str:
    """Return the stage with its year, and what it costs or whether money is found."""
    stage = w.word(w.STAGES, candidate.stage)
    year = f" ({candidate.stated[:4]})" if candidate.stated else ""
    money_words = w.word(w.FUNDING_CLAUSES, candidate.funding) if candidate.funding else ""
    if candidate.capex is not None and candidate.stage != "operating":
        sum_words = money(candidate.capex, candidate.capex_unit)
        cost = _("costs {sum} ({year})").format(sum=sum_words, year=candidate.capex_as_of[:4])
        money_words = either(", ", "、").join(part for part in (cost, money_words) if part)
    coming = within(w.word(w.NEXT_STEPS, candidate.next_step)) if candidate.stage in RUN_OR_STOPPED else ""
    next_words = _("next: {step}").format(step=coming) if coming else ""
    return either(", ", "、").join(part for part in (within(stage) + year, money_words, next_words) if part)


def _gaps_in_short(candidate: Candidate) -> str:
    """Return which share of each country's net imports the estimated output could replace, with the range."""
    us, japan = (
        _with_range(number(share), number(low), number(high)) if (share or 0.0) >= WORTH_SAYING_PCT else ""
        for share, low, high in (
            (candidate.gap_us_pct, candidate.gap_us_low, candidate.gap_us_high),
            (candidate.gap_japan_pct, candidate.gap_japan_low, candidate.gap_japan_high),
        )
    )
    if us and japan:
        return _("estimated to replace {us} of US and {japan} of Japanese net imports").format(us=us, japan=japan)
    if us:
        return _("estimated to replace {us} of US net imports").format(us=us)
    return _("estimated to replace {japan} of Japanese net imports").format(japan=japan) if japan else ""


def _with_range(share: str, low: str, high: str) -> str:
    return f"{share} %" if low == high else f"{share} % ({low} – {high} %)"


def _buyers(candidate: Candidate) -> str:
    if not candidate.buyers:
        return ""
    named = either(", ", "、").join(f"{buyer} ({w.nation(iso3)})" for buyer, iso3 in candidate.buyers[:2])
    if not candidate.buyers_as_of:
        return _("buyer: {names}").format(names=named)
    return _("buyer ({year}): {names}").format(year=candidate.buyers_as_of[:4], names=named)
