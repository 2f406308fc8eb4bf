"""What the map says of a site under the pointer: metal, stage, country, owner, and why it stands where it does."""

from __future__ import annotations

from scoring.criteria.catalogue import load
from scoring.records import Dossier, HoldingRecord, MeasurementRecord, failed_gates
from ui.map import site_tiles
from ui.map.addresses import MapFeed
from ui.text import vocabulary as w
from ui.text.i18n import _, either, listed, number, speaking
from workspace import rankings

#: Desirability of the known criteria of a pillar from which it counts as strong, and up to which as weak.
STRONG, WEAK = 0.6, 0.35
MOST_PILLARS, MOST_OWNERS, MOST_BENEATH = 2, 2, 4


def tooltip(feed: MapFeed, site_id: str, zoom: int) -> list[str]:
    """Return the lines below name, rank and score, in the language of the feed."""
    with speaking(feed.language):
        site = rankings.dossier(feed.scenario, site_id)
        lines = [_what(site), _owned(site), *_why(site), _beneath(feed, site_id, zoom)]
        return [line for line in lines if line]


def _what(site: Dossier) -> str:
    stated = next(
        (claim["as_of"][:4] for claim in site["claims"] if claim["attribute"] == "stage" and claim["chosen"]), ""
    )
    stage = w.word(w.STAGES, site["stage"]) + (f" ({stated})" if stated else "")
    return " · ".join(
        (w.commodities(site["commodities"], 3), w.word(w.KINDS, site["kind"]), stage, w.nation(site["iso3"]))
    )


def _owned(site: Dossier) -> str:
    owners = site["owners"]
    if not owners:
        return _("Owner: not known")
    named = [_holding(each) for each in owners[:MOST_OWNERS]]
    more = f" +{len(owners) - MOST_OWNERS}" if len(owners) > MOST_OWNERS else ""
    return _("Owner: {names}").format(names=listed(named) + more)


def _holding(holding: HoldingRecord) -> str:
    share = holding["share_pct"]
    return f"{holding['owner']} {number(share, 1)} %" if share is not None else holding["owner"]


def _why(site: Dossier) -> list[str]:
    """Return the gates that a site fails, the pillars that lift and lower it, and those that are mostly unknown."""
    strong, weak, unknown = [], [], []
    for title, lines in _by_pillar(site["lines"]).items():
        weight = sum(line["weight_share"] for line in lines)
        known = [line for line in lines if line["status"] != "unknown"]
        weight_known = sum(line["weight_share"] for line in known)
        if weight_known < weight / 2:
            unknown.append(title)
            continue
        good = sum(line["weight_share"] * line["desirability"] for line in known) / weight_known
        if good >= STRONG:
            strong.append((-good * weight, title))
        elif good <= WEAK:
            weak.append((-(1 - good) * weight, title))
    failed = [w.word(w.GATES, gate) for gate in failed_gates(site["gates"])]
    parts = (
        (_("Fails: {names}"), failed),
        (_("Strong: {names}"), [title for _order, title in sorted(strong)][:MOST_PILLARS]),
        (_("Weak: {names}"), [title for _order, title in sorted(weak)][:MOST_PILLARS]),
        (_("Mostly unknown: {names}"), unknown[:MOST_PILLARS]),
    )
    return [text.format(names=listed(names)) for text, names in parts if names]


def _by_pillar(lines: list[MeasurementRecord]) -> dict[str, list[MeasurementRecord]]:
    """Return title of the pillar -> its criteria that weigh something."""
    of: dict[str, list[MeasurementRecord]] = {}
    for line in lines:
        pillar = load().pillars.get(line["pillar"])
        if pillar is not None and line["weight_share"]:
            of.setdefault(either(pillar.title, pillar.title_ja), []).append(line)
    return of


def _beneath(feed: MapFeed, site_id: str, zoom: int) -> str:
    names, count = site_tiles.beneath(feed, site_id, zoom, MOST_BENEATH)
    if not count:
        return ""
    return _("{n} more under this mark: {names}. Zoom in to separate them.").format(
        n=number(count), names=listed(names) + ("…" if count > len(names) else "")
    )
