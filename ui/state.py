"""The reader's choices: widgets bound to the address, and the scenario that they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import cast
from urllib.parse import parse_qs, urljoin

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data.shortlist_items import DEFAULT
from data.shortlists import shortlists
from data.stages import STAGES
from data.vocabulary import KINDS, programme_ids
from geo.errors import OrebridgeError
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import load
from scoring.criteria.user_criterion import NO_TEXT, UserCriterion
from scoring.defaults import (
    DEFAULT_METHOD,
    DEFAULT_ORDER,
    DEFAULT_PRESET,
    DEFAULT_STEP,
    DEFAULT_UNIVERSE,
    FALLBACK_PILLAR,
    OPENING_ORDER,
    SIDE_BY_SIDE,
)
from scoring.errors import ScenarioError
from scoring.ranking.scenario import LONGEST_TEXT, ORDERS, STEPS, UNIVERSES, Area, Filters, OrderBy, Scenario, opening
from scoring.sites.side_by_side import MOST as MOST_COMPARED
from ui.map.site_tiles import ENTRIES
from ui.page_state import Bounds, page_state
from ui.text.i18n import LANGUAGES, language
from workspace.permalink import WEIGHT_KEYS, permalink, unpacked_area, unpacked_evidence
from workspace.reference import commodity_names, known_sites, map_layers, site_countries
from workspace.session import ready, store, stored_criteria, stored_layers

#: What an address says of the pillar that ranks where nothing has a weight.
FALLBACK_WEIGHT = f"{WEIGHT_KEYS[FALLBACK_PILLAR]}=1"
MOST_SELECTED = 200
#: Scenarios that a visit keeps for undo.
MOST_REMEMBERED = 30
#: Choices of the sidebar that have one value, by their key in the address.
SINGLE = ("universe", "step", "m", "cov", "q", "order", "method", "hide", "stake", "clear", "programme")


#: Those of them that are on (1) or off.
SWITCHES = ("hide", "stake", "clear")


#: Choices whose labels say how many sites each value has. The browser knows a value by its label.
LABELLED_WITH_COUNTS = ("m", "universe", "step", "kind", "stage", "country")


def start() -> None:
    """Give every choice its first value, once a visit: from the address, else the default.

    A wrong address is passed over.
    """
    if page_state.started:
        page_state.send_again(LABELLED_WITH_COUNTS)
        return
    page_state.started = True
    address = st.query_params
    page_state.address_read, page_state.address_means = _address(), None
    # An address that says weights says all of them: those of before a pillar was added had none of it.
    weighed = any(_whole_number(address.get(key, ""), -1) >= 0 for key in WEIGHT_KEYS.values())
    default_weights = {} if weighed else load().presets[DEFAULT_PRESET].weights
    for pillar, key in WEIGHT_KEYS.items():
        page_state.set_weight(key, _whole_number(address.get(key, ""), default_weights.get(pillar, 0)))
    page_state.unread = _unread()
    page_state.selected = _sites(_ids(address.get("sel", ""), MOST_SELECTED))
    page_state.area = _area(address.get("area", ""))
    # An address of before there were projects lists all sites, as it did; what cannot be read says nothing.
    read = {key for key in (*WEIGHT_KEYS.values(), *CHOICES, *SINGLE, "ev") if key in address} - set(page_state.unread)
    bare = not (read or page_state.selected or page_state.area)
    page_state.universe = _one_of("universe", UNIVERSES, DEFAULT_UNIVERSE if bare else "all")
    page_state.step = _one_of("step", (*STEPS, SIDE_BY_SIDE), DEFAULT_STEP if bare else "") or None
    page_state.m = _one_of("m", commodity_names(), "")
    page_state.order = cast("OrderBy", _one_of("order", ORDERS, OPENING_ORDER if bare else DEFAULT_ORDER))
    page_state.method = _one_of("method", METHODS, DEFAULT_METHOD)
    for key, allowed in CHOICES.items():
        page_state.set_choice(key, [value for value in address.get_all(key) if value in allowed()])
    page_state.cov = _whole_number(address.get("cov", ""), 0) // 5 * 5
    page_state.q = short(address.get("q", ""))
    page_state.hide = address.get("hide") == "1"
    page_state.stake = address.get("stake") == "1"
    page_state.clear = address.get("clear") == "1"
    page_state.programme = _one_of("programme", programme_ids(), "")
    page_state.compare = _ids(address.get("ids", ""), MOST_COMPARED)
    page_state.site_id = short(address.get("id", ""))
    page_state.shortlist = _shortlist(short(address.get("list", "")))
    # An address that says anything says which own criteria count: without them, none.
    page_state.evidence = _evidence(address.get("ev", "")) if bare or address.get("ev") else []
    page_state.firm = False
    page_state.layer_choice = _layers(address.get("ly", ""))
    page_state.legend_off = [name for name in address.get("off", "").split(",", MOST_SELECTED) if name in ENTRIES]


def follow_history() -> None:
    """Take every choice from the address again where the reader went back or forward within a page.

    What the widgets of the browser still hold in such a run is of the address that was left. Call it before `start`.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    former, page_state.page_run = page_state.page_run, context.page_script_hash
    if not context.is_history_navigation or former != context.page_script_hash:
        return
    page_state.started, page_state.pages_read = False, []
    if (code := st.query_params.get("lang", "")) in LANGUAGES:
        page_state.lang = code


def _address() -> dict[str, list[str]]:
    return {key: st.query_params.get_all(key) for key in st.query_params}


def _layers(text: str) -> dict[str, tuple[bool, float]]:
    """Return the layers that the address switches: ``id``, ``id:opacity in percent``, or ``-id`` for off."""
    switched = {}
    for part in text.split(",", MOST_SELECTED) if text else ():
        layer_id, _colon, percent = short(part).removeprefix("-").partition(":")
        layer = next((each for each in map_layers() if each.id == layer_id), None)
        if layer is None:
            page_state.unread = [*(key for key in page_state.unread if key != "ly"), "ly"]
        else:
            switched[layer_id] = (not part.startswith("-"), _whole_number(percent, round(100 * layer.opacity)) / 100)
    return switched


def _layers_text() -> str:
    """Return the layers that are not as they are at first, as `_layers` reads them."""
    parts = []
    for layer in map_layers():
        on, opacity = page_state.layer_choice.get(layer.id, (layer.visible, layer.opacity))
        if on and round(100 * opacity) != round(100 * layer.opacity):
            parts.append(f"{layer.id}:{round(100 * opacity)}")
        elif on != layer.visible:
            parts.append(layer.id if on else f"-{layer.id}")
    return ",".join(parts)


#: Latitude, longitude and zoom, as the map writes them into the address.
CAMERA = re.compile(r"-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?,\d{1,2}(\.\d+)?", re.ASCII)


def _map_address() -> dict[str, str]:
    """Return what the address says of the map: its camera, which the browser writes, its layers and its legend."""
    camera = st.query_params.get("cam", "")
    return {
        "ly": _layers_text(),
        "off": ",".join(page_state.legend_off),
        "cam": camera if CAMERA.fullmatch(camera) else "",
    }


def _unread() -> list[str]:
    """Return the keys of the address that cannot be used.

    Weights and coverage that are no numbers, switches that are neither on nor off, and choices that are not there.
    """
    address = st.query_params
    single: dict[str, Collection[str]] = {
        "m": commodity_names(),
        "order": ORDERS,
        "method": METHODS,
        "universe": UNIVERSES,
        "step": (*STEPS, SIDE_BY_SIDE),
        "programme": programme_ids(),
    }
    unread = [key for key in (*WEIGHT_KEYS.values(), "cov") if address.get(key) and _whole_number(address[key], -1) < 0]
    unread += [key for key, known in single.items() if address.get(key) and address[key] not in known]
    unread += [key for key in SWITCHES if address.get(key, "") not in ("", "0", "1")]
    unread += [key for key, allowed in CHOICES.items() if set(address.get_all(key)) - set(allowed())]
    return unread


def _one_of(key: str, known: Collection[str], default: str) -> str:
    """Return a choice of the address that takes one value; the default where it is missing or unknown."""
    value = st.query_params.get(key, "")
    return value if value in known else default


def short(text: str) -> str:
    """Return a text of an address without characters that no name has, as long as names may be."""
    return NO_TEXT.sub("", text)[:LONGEST_TEXT]


def _ids(text: str, most: int) -> list[str]:
    return [short(site_id) for site_id in text.split(",", most) if site_id][:most]


def _sites(site_ids: list[str]) -> list[str]:
    """Return those ids of the address that are ids of sites."""
    known = known_sites(site_ids)
    if len(known) < len(site_ids):
        page_state.unread = [*page_state.unread, "sel"]
    return known


def _area(packed: str) -> Area | None:
    """Return the area of interest that the address draws, if it can be read."""
    area = unpacked_area(packed)
    if packed and area is None:
        page_state.unread = [*page_state.unread, "area"]
    return area


def _evidence(packed: str) -> list[UserCriterion]:
    """Return the user-defined criteria that the address names and whose layers are here, measured.

    Else those that the user keeps.
    """
    named = unpacked_evidence(packed) if packed else ()
    try:
        usable = in_use(named)
        ready(Scenario({FALLBACK_PILLAR: 1}, evidence=usable))
    except OrebridgeError:
        usable = ()
    if packed and not (named and len(usable) == len(named)):
        page_state.unread = [*page_state.unread, "ev"]
    return list(usable or stored_criteria())


def _shortlist(name: str) -> str:
    """Return the shortlist that the address names if it is there, else the one that is there from the start."""
    try:
        known = name in ("", DEFAULT) or any(row["name"] == name for row in shortlists(store()))
    except OrebridgeError:  # no store: the notice above the page says so
        return name or DEFAULT
    if not known:
        page_state.unread = [*page_state.unread, f"list={name}"]
    return name if known and name else DEFAULT


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
    """Put the choices into the address, so that a copy of it opens the same.

    `more` is what a page needs besides; without it the page is Explore, with its selection and its map. An address that
    was read stays as it is while it says the same in fewer words: else *Back* would lead to it and never beyond.
    """
    on_explore = more is None
    link = link_to(scenario, page_state.selected if on_explore else None, _map_address() if on_explore else more)
    parameters, address = parse_qs(link.removeprefix("/?")), _address()
    if page_state.address_means is None:
        page_state.address_means = parameters
    unchanged = address == page_state.address_read and parameters == page_state.address_means
    if parameters != address and not (unchanged and _said(address).items() <= _said(parameters).items()):
        st.query_params.from_dict(parameters)


def link_to(scenario: Scenario, selected: list[str] | None, more: Mapping[str, str] | None = None) -> str:
    """Return the path and query that open a scenario as the sidebar shows it, in the reader's language.

    Where all weights are 0 the scenario ranks on one pillar; the sliders, and the link, still say 0.
    """
    link = permalink(scenario, selected, language(), more=more)
    return link.replace(FALLBACK_WEIGHT, FALLBACK_WEIGHT[:-1] + "0", 1) if unweighed(scenario.evidence) else link


def unweighed(evidence: Iterable[UserCriterion]) -> bool:
    """Return whether nothing has a weight, neither a slider of the sidebar nor a user-defined criterion."""
    return not any(page_state.weight(key) for key in WEIGHT_KEYS.values()) and not any(own.weight for own in evidence)


def _said(address: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    """Return what an address says by key, whatever the order of what it lists."""
    return {key: frozenset(",".join(values).split(",")) for key, values in address.items()}


def whole_link(link: str) -> str:
    """Return a link of the app with the scheme and the host that the reader's browser sees it under.

    Parameters
    ----------
    link : str
        Path and query, as of `workspace.permalink`.
    """
    return urljoin(st.context.url or "", link)


def scenario() -> Scenario:
    """Return the scenario that the widgets say; a wrong address falls back to the defaults it breaks."""
    filters = _filters()
    weights = {
        pillar: float(page_state.weight(key))
        for pillar, key in WEIGHT_KEYS.items()
        if page_state.weight(key) or not load().pillars[pillar].optional
    }
    evidence, commodity = in_use(page_state.evidence), page_state.m or ""
    if unweighed(evidence):
        weights = {**weights, FALLBACK_PILLAR: 1.0}  # the sidebar says so
    try:
        return Scenario(
            weights=weights,
            commodity=commodity,
            filters=filters,
            order_by=page_state.order or DEFAULT_ORDER,
            evidence=evidence,
            method=page_state.method or DEFAULT_METHOD,
            shared_only=page_state.step == SIDE_BY_SIDE,
        )
    except ScenarioError:
        return Scenario(
            weights={**weights, FALLBACK_PILLAR: 1.0}, commodity=commodity, filters=filters, evidence=evidence
        )


def _filters() -> Filters:
    kinds, stages, countries = (tuple(page_state.choice(key)) for key in ("kind", "stage", "country"))
    return Filters(
        universe=page_state.universe or "all",
        step=page_state.step if page_state.step in STEPS else "",
        kinds=kinds,
        stages=stages,
        countries=countries,
        min_coverage=(page_state.cov or 0) / 100,
        gates_failed=not page_state.hide,
        any_stake=bool(page_state.stake),
        owners_clear=bool(page_state.clear),
        programme=page_state.programme or "",
        text=short(page_state.q or ""),
        area=page_state.area,
    )


def take_scenario(kept: Scenario, layers: dict[str, tuple[bool, float]]) -> None:
    """Put a kept scenario and its layers in force on the Explore page."""
    for pillar, key in WEIGHT_KEYS.items():
        page_state.set_weight(key, kept.weights.get(pillar, 0))
    filters = kept.filters
    page_state.m, page_state.order, page_state.method = kept.commodity, kept.order_by, kept.method
    page_state.q, page_state.hide = filters.text, not filters.gates_failed
    page_state.stake, page_state.clear = filters.any_stake, filters.owners_clear
    page_state.programme = filters.programme
    page_state.universe = filters.universe
    page_state.step = (SIDE_BY_SIDE if kept.shared_only else filters.step) or None
    page_state.kind, page_state.stage = list(filters.kinds), list(filters.stages)
    page_state.country, page_state.cov = list(filters.countries), round(100 * filters.min_coverage)
    page_state.evidence, page_state.area = list(kept.evidence), filters.area
    page_state.layer_choice = dict(layers)


def take_universe() -> None:
    """Open the first step of the projects, or all kinds of all sites, when the reader changes between them."""
    page_state.step = DEFAULT_STEP if page_state.universe == "projects" else None
    if page_state.universe == "projects":
        page_state.kind = []


def clear_filters() -> None:
    """Take every filter away but the universe and the step of the supply chain."""
    kept = scenario()
    bare = Filters(universe=kept.filters.universe, step=kept.filters.step)
    take_scenario(replace(kept, filters=bare), page_state.layer_choice)


def start_over() -> None:
    """Put the weights, the method and the filters that the app opens with in force; own criteria stay."""
    first = replace(opening().with_filters(step=DEFAULT_STEP), evidence=in_use(page_state.evidence))
    take_scenario(first, page_state.layer_choice)


def remember(shown: Scenario) -> None:
    """Keep the scenario of this run, for what has changed since and for the way back."""
    if not page_state.past or page_state.past[-1] != shown:
        page_state.past = [*page_state.past, shown][-MOST_REMEMBERED:]


def undo() -> None:
    """Put the scenario of before the last change in force."""
    if len(page_state.past) > 1:
        page_state.past = page_state.past[:-1]
        take_scenario(page_state.past[-1], page_state.layer_choice)


def open_all_sites() -> None:
    """List every site, of all kinds."""
    page_state.universe, page_state.step = "all", None


def take_commodity(commodity: str) -> None:
    """Score by a commodity that was searched for."""
    page_state.m, page_state.q = commodity, ""


def open_step(step: str) -> None:
    """Show another step of the supply chain."""
    page_state.step = step


def weigh_own(criterion_id: str) -> None:
    """Take the weight of a user-defined criterion from its slider, and keep it for the next visit."""
    page_state.evidence = [
        replace(own, weight=page_state.criterion_weight(own.id)) if own.id == criterion_id else own
        for own in page_state.evidence
    ]
    for own in page_state.evidence:
        if own.id == criterion_id:
            store().save_criterion(own.id, own.as_dict())


def drop_own(criterion_id: str) -> None:
    """Take a user-defined criterion out of the visit and the store."""
    page_state.evidence = [own for own in page_state.evidence if own.id != criterion_id]
    store().remove_criterion(criterion_id)


def take_preset() -> None:
    """Set the sliders to the preset that was picked."""
    preset = load().presets.get(page_state.preset or "")
    if preset:
        for pillar, key in WEIGHT_KEYS.items():
            page_state.set_weight(key, preset.weights.get(pillar, 0))


def preset_in_force() -> str | None:
    """Return the preset whose weights the sliders show, if any."""
    shown = {pillar: page_state.weight(key) for pillar, key in WEIGHT_KEYS.items()}
    for preset in load().presets.values():
        if shown == {pillar: preset.weights.get(pillar, 0) for pillar in WEIGHT_KEYS}:
            return preset.id
    return None


def fly(lat: float, lon: float, zoom: float) -> None:
    """Move the camera over a place; a higher number of flights makes the map fly."""
    page_state.camera, page_state.camera_bounds = (lat, lon, zoom), None
    page_state.flights += 1


def fly_to_bounds(bounds: Bounds) -> None:
    """Move the camera over west, south, east, north (EPSG:4326 degrees; west > east across the antimeridian)."""
    page_state.camera, page_state.camera_bounds = None, bounds
    page_state.flights += 1


def select(site_ids: list[str]) -> None:
    """Make these the selected sites."""
    page_state.selected = site_ids


def show_found(site_id: str) -> None:
    """Select a site that was searched for, and show it whatever the filters are."""
    page_state.found, page_state.q = site_id, ""
    select([site_id])


def open_found(site_id: str) -> None:
    """Have the dossier show a site that was searched for; the page itself is switched to by `go`."""
    page_state.q = ""
    open_site(site_id)


def lift(reasons: Collection[str], step: str) -> None:
    """Give up the commodity of interest and the filters that leave a site of that step out (`hidden.REASONS`)."""
    if "universe" in reasons:
        open_all_sites()
    elif "step" in reasons:
        open_step(step)
    for reason in reasons:
        LIFTED.get(reason, lambda: None)()


#: What leaves a site out -> how it is given up; the universe and the step depend on the site.
LIFTED: dict[str, Callable[[], None]] = {
    "commodity": lambda: setattr(page_state, "m", ""),
    "kinds": lambda: page_state.set_choice("kind", []),
    "stages": lambda: page_state.set_choice("stage", []),
    "countries": lambda: page_state.set_choice("country", []),
    "min_coverage": lambda: setattr(page_state, "cov", 0),
    "gates_failed": lambda: setattr(page_state, "hide", False),
    "owners_clear": lambda: setattr(page_state, "clear", False),
    "area": lambda: setattr(page_state, "area", None),
    "programme": lambda: setattr(page_state, "programme", ""),
    "text": lambda: setattr(page_state, "q", ""),
}


def open_site(site_id: str) -> None:
    """Say which site the dossier page shows; the page itself is switched to by `go`."""
    page_state.site_id = site_id


def toggle_compared(site_id: str) -> None:
    """Put a site beside the others that are compared, or take it away; five stand there at the most."""
    compared = page_state.compare
    if site_id in compared:
        page_state.compare = [other for other in compared if other != site_id]
    elif len(compared) < MOST_COMPARED:
        page_state.compare = [*compared, site_id]


def go(page: str) -> None:
    """Open another page of the app; call it outside of callbacks."""
    st.switch_page(page_state.pages[page])


def pick(site_id: str, *, add: bool) -> None:
    """Select the site that was clicked on the map; `add` puts it beside the others, or takes it away from them."""
    if not add:
        select([site_id])
        return
    others = [other for other in page_state.selected if other != site_id]
    select(others if site_id in page_state.selected and others else [*others, site_id])


def on_table(table: str, listed: list[str]) -> None:
    """Select the ticked rows of the widget `table`, which lists these sites; the one ticked last opens its card."""
    ticked = [listed[row] for row in page_state.ticked_rows(table)]
    kept = [site_id for site_id in page_state.selected if site_id in ticked or site_id not in listed]
    select([*kept, *[site_id for site_id in ticked if site_id not in kept]])
