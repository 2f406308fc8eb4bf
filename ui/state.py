"""The reader's choices: widgets bound to the address, and the scenario that they make."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import streamlit as st

from data.shortlists import DEFAULT
from data.vocabulary import KINDS, STAGES
from geo.errors import OrebridgeError
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import load
from scoring.criteria.user_criterion import NO_TEXT, UserCriterion
from scoring.errors import ScenarioError
from scoring.ranking.scenario import LONGEST_TEXT, ORDERS, Area, Filters, Scenario
from scoring.sites.side_by_side import MOST as MOST_COMPARED
from ui.text.i18n import language
from workspace.permalink import WEIGHT_KEYS, permalink, unpacked_area, unpacked_evidence
from workspace.reference import commodity_names, site_countries
from workspace.session import ready, store, stored_criteria, stored_layers

S = st.session_state
MOST_SELECTED = 200
#: Camera of each region: latitude, longitude, zoom.
REGIONS: dict[str, tuple[float, float, float]] = {
    "world": (38.0, 10.0, 0.25),
    "pacific": (15.0, 175.0, 1.2),
    "us": (40.0, -98.0, 2.6),
    "japan": (37.0, 138.0, 4.2),
    "australia": (-26.0, 134.0, 3.2),
}


def start() -> None:
    """Give every choice its first value, once a session: from the address, else the default.

    A wrong address is passed over.
    """
    if S.get("started"):
        _keep()
        return
    S.started = True
    asked = st.query_params
    weights = load().presets["balanced"].weights
    for pillar, key in WEIGHT_KEYS.items():
        S[key] = _whole_number(asked.get(key, ""), weights.get(pillar, 0))
    S.unread = _unread()
    S.m, S.order, S.method = (asked.get(key, "") if asked.get(key) in known else "" for key, known in _one_of().items())
    S.order, S.method = S.order or "shrunk", S.method or "weighted_sum"
    for key, allowed in CHOICES.items():
        S[key] = [each for each in asked.get_all(key) if each in allowed()]
    S.cov = _whole_number(asked.get("cov", ""), 0) // 5 * 5
    S.q = short(asked.get("q", ""))
    S.hide = asked.get("hide") == "1"
    S.selected = _ids(asked.get("sel", ""), MOST_SELECTED)
    S.compare = _ids(asked.get("ids", ""), MOST_COMPARED)
    S.site_id = short(asked.get("id", ""))
    S.shortlist = short(asked.get("list", "")) or DEFAULT
    S.area = _area(asked.get("area", ""))
    S.evidence = _evidence(asked.get("ev", ""))
    S.firm = False
    S.epoch, S.nudge, S.camera, S.layer_choice = 0, 0, REGIONS["world"], {}


def _unread() -> list[str]:
    """Return what the address says but cannot be.

    Weights and coverage that are no numbers, and choices that are not there.
    """
    asked = st.query_params
    unread = [key for key in (*WEIGHT_KEYS.values(), "cov") if asked.get(key) and _whole_number(asked[key], -1) < 0]
    unread += [key for key, known in _one_of().items() if asked.get(key) and asked[key] not in known]
    unread += [key for key, allowed in CHOICES.items() if set(asked.get_all(key)) - set(allowed())]
    return unread


def _keep() -> None:
    """Hold on to the choices while another page is open: the frame drops what no widget shows."""
    for key in (*WEIGHT_KEYS.values(), *CHOICES, "m", "cov", "q", "order", "method", "hide", "firm"):
        S[key] = S[key]


def _one_of() -> dict[str, Collection[str]]:
    """Return the choices of an address that take one value, and what that may be."""
    return {"m": commodity_names(), "order": ORDERS, "method": METHODS}


def short(text: str) -> str:
    """Return a text of an address without characters that no name has, as long as names may be."""
    return NO_TEXT.sub("", text)[:LONGEST_TEXT]


def _ids(text: str, most: int) -> list[str]:
    return [short(each) for each in text.split(",", most) if each][:most]


def _area(asked: str) -> Area | None:
    """Return the area of interest that the address draws, if it can be read."""
    area = unpacked_area(asked)
    if asked and area is None:
        S.unread.append("area")
    return area


def _evidence(asked: str) -> list[UserCriterion]:
    """Return the own criteria that the address names and whose layers are here, measured.

    Else those that the user keeps.
    """
    named = unpacked_evidence(asked) if asked else ()
    try:
        brought = in_use(named)
        ready(Scenario({"grade": 1}, evidence=brought))
    except OrebridgeError:
        brought = ()
    if asked and not (named and len(brought) == len(named)):
        S.unread.append("ev")
    return list(brought or stored_criteria())


def in_use(evidence: Iterable[UserCriterion]) -> tuple[UserCriterion, ...]:
    """Return the criteria whose layer is in use."""
    known = {layer.layer_id for layer in stored_layers()}
    return tuple(own for own in evidence if own.layer_id in known)


#: Filters with several values -> what they may hold.
CHOICES: dict[str, Callable[[], Collection[str]]] = {
    "kind": lambda: KINDS,
    "stage": lambda: STAGES,
    "country": site_countries,
}


def _whole_number(text: str, default: int) -> int:
    return int(text) if len(text) <= 3 and text.isascii() and text.isdigit() and int(text) <= 100 else default


def write_address(scenario: Scenario, more: dict[str, str] | None = None) -> None:
    """Put the choices into the address, so that a copy of it opens the same; `more` is what a page needs besides."""
    wanted = parse_qs(permalink(scenario, None if more else S.selected, language(), more=more).removeprefix("/?"))
    if wanted != {key: st.query_params.get_all(key) for key in st.query_params}:
        st.query_params.from_dict(wanted)


def scenario() -> Scenario:
    """Return the scenario that the widgets say; a wrong address falls back to the defaults it breaks."""
    filters = _filters()
    weights = {
        pillar: float(S[key]) for pillar, key in WEIGHT_KEYS.items() if S[key] or not load().pillars[pillar].optional
    }
    evidence = in_use(S.evidence)
    try:
        return Scenario(
            weights=weights,
            commodity=S.get("m") or "",
            filters=filters,
            order_by=S.get("order") or "shrunk",
            evidence=evidence,
            method=S.get("method") or "weighted_sum",
        )
    except ScenarioError:
        return Scenario(
            weights={**weights, "grade": 1.0}, commodity=S.get("m") or "", filters=filters, evidence=evidence
        )


def _filters() -> Filters:
    kinds, stages, countries = (tuple(S.get(key) or ()) for key in ("kind", "stage", "country"))
    return Filters(
        kinds=kinds,
        stages=stages,
        countries=countries,
        min_coverage=(S.get("cov") or 0) / 100,
        gates_failed=not S.get("hide"),
        text=short(S.get("q") or ""),
        area=S.area,
    )


def take_scenario(kept: Scenario, layers: dict[str, tuple[bool, float]]) -> None:
    """Put a kept scenario and its layers in force on the Explore page."""
    for pillar, key in WEIGHT_KEYS.items():
        S[key] = round(kept.weights.get(pillar, 0))
    chosen = kept.filters
    S.m, S.order, S.method, S.q, S.hide = (
        kept.commodity,
        kept.order_by,
        kept.method,
        chosen.text,
        not chosen.gates_failed,
    )
    S.kind, S.stage, S.country, S.cov = (
        list(chosen.kinds),
        list(chosen.stages),
        list(chosen.countries),
        round(100 * chosen.min_coverage),
    )
    S.evidence, S.layer_choice, S.area = list(kept.evidence), dict(layers), chosen.area


def weigh_own(criterion_id: str) -> None:
    """Take the weight of an own criterion from its slider, and keep it for the next visit."""
    S.evidence = [
        replace(own, weight=float(S[f"own_{own.id}"])) if own.id == criterion_id else own for own in S.evidence
    ]
    for own in S.evidence:
        if own.id == criterion_id:
            store().save_criterion(own.id, own.as_dict())


def drop_own(criterion_id: str) -> None:
    """Take an own criterion out of the session and the store."""
    S.evidence = [own for own in S.evidence if own.id != criterion_id]
    store().remove_criterion(criterion_id)


def take_preset() -> None:
    """Set the sliders to the preset that was picked."""
    preset = load().presets.get(S.get("preset") or "")
    if preset:
        for pillar, key in WEIGHT_KEYS.items():
            S[key] = preset.weights.get(pillar, 0)


def preset_in_force() -> str | None:
    """Return the preset whose weights the sliders show, if any."""
    shown = {pillar: S[key] for pillar, key in WEIGHT_KEYS.items()}
    wanted = {p.id: {pillar: p.weights.get(pillar, 0) for pillar in WEIGHT_KEYS} for p in load().presets.values()}
    return next((preset for preset, weights in wanted.items() if weights == shown), None)


def fly(lat: float, lon: float, zoom: float) -> None:
    """Move the camera; a nudge makes every part of the view change, else the map keeps what did not."""
    S.nudge += 1
    step = 1e-9 * S.nudge
    S.camera = (lat + step, lon + step, zoom + step)


def zoom_for(width_deg: float) -> float:
    """Return the zoom at which so many degrees fill the map."""
    return math.log2(360 / max(width_deg, 1e-3)) + 0.8


def fly_to_bounds(bounds: tuple[float, float, float, float]) -> None:
    """Move the camera over west, south, east, north (EPSG:4326 degrees; west > east across the antimeridian)."""
    west, south, east, north = bounds
    width = east - west if east >= west else east + 360 - west
    lon = (west + width / 2 + 180) % 360 - 180
    fly((south + north) / 2, lon, max(0.25, min(11.0, zoom_for(max(width, 2 * (north - south))))))


def select(site_ids: list[str]) -> None:
    """Make these the selected sites."""
    S.selected = site_ids


def open_site(site_id: str) -> None:
    """Say which site the dossier page shows; the page itself is switched to by `go`."""
    S.site_id = site_id


def toggle_compared(site_id: str) -> None:
    """Put a site beside the others that are compared, or take it away; five stand there at the most."""
    if site_id in S.compare:
        S.compare = [each for each in S.compare if each != site_id]
    elif len(S.compare) < MOST_COMPARED:
        S.compare = [*S.compare, site_id]


def go(page: str) -> None:
    """Open another page of the app; call it outside of callbacks."""
    st.switch_page(S.pages[page])


def on_map() -> None:
    """Toggle the site that was clicked; a new layer id makes the map forget its own selection."""
    picked = S["map"].selection.objects if hasattr(S["map"], "selection") else S["map"]["selection"]["objects"]
    hit = [each["id"] for layer, objects in picked.items() if layer.startswith("sites") for each in objects]
    if not hit:
        return
    S.epoch += 1
    last = hit[-1]
    others = [each for each in S.selected if each != last]
    select(others if last in S.selected and len(S.selected) > 1 else [*others, last])


def on_table() -> None:
    """Select the ticked rows; the one ticked last stays last, so that its card opens."""
    rows = _ticked(S["table"])
    ids = [S.table_ids[i] for i in rows if i < len(S.table_ids)]
    kept = [each for each in S.selected if each in ids or each not in S.table_ids]
    select([*kept, *[each for each in ids if each not in kept]])


def _ticked(table: Any) -> list[int]:
    selection = table.selection if hasattr(table, "selection") else table["selection"]
    return list(selection.rows if hasattr(selection, "rows") else selection["rows"])
