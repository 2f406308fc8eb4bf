"""The reader's choices: widgets bound to the address, and the scenario that they make."""

from __future__ import annotations

from typing import Any

import streamlit as st

from scoring.criteria import load
from scoring.scenario import Filters, Scenario, ScenarioError
from ui.permalink import WEIGHT_KEYS

S = st.session_state
#: Camera of each region: latitude, longitude, zoom.
REGIONS: dict[str, tuple[float, float, float]] = {
    "world": (22.0, 10.0, 0.9),
    "pacific": (15.0, 170.0, 1.6),
    "us": (40.0, -100.0, 3.0),
    "japan": (37.0, 138.0, 4.2),
    "australia": (-26.0, 134.0, 3.2),
}


def start() -> None:
    """Give every choice its first value, once a session."""
    weights = load().presets["balanced"].weights
    for pillar, key in WEIGHT_KEYS.items():
        S.setdefault(key, _int_in_address(key, weights[pillar]))
    S.setdefault("selected", [each for each in st.query_params.get("sel", "").split(",") if each])
    S.setdefault("epoch", 0)
    S.setdefault("nudge", 0)
    S.setdefault("camera", REGIONS["world"])
    S.setdefault("layer_choice", {})


def _int_in_address(key: str, default: int) -> int:
    text = st.query_params.get(key, "")
    return int(text) if text.isdigit() and int(text) <= 100 else default


def scenario() -> Scenario:
    """Return the scenario that the widgets say; a wrong address falls back to the defaults it breaks."""
    filters = Filters(
        kinds=tuple(S.get("kind") or ()), stages=tuple(S.get("stage") or ()), countries=tuple(S.get("country") or ()),
        min_coverage=(S.get("cov") or 0) / 100, gates_failed=not S.get("hide"), text=S.get("q") or "",
    )  # fmt: skip
    weights = {pillar: float(S[key]) for pillar, key in WEIGHT_KEYS.items()}
    try:
        return Scenario(weights=weights, commodity=S.get("m") or "", filters=filters, order_by=S.get("order") or "shrunk")
    except ScenarioError:
        return Scenario(weights={**weights, "grade": 1.0}, commodity=S.get("m") or "", filters=filters)


def take_preset() -> None:
    """Set the sliders to the preset that was picked."""
    preset = load().presets.get(S.get("preset") or "")
    if preset:
        for pillar, key in WEIGHT_KEYS.items():
            S[key] = preset.weights[pillar]


def preset_in_force() -> str | None:
    """Return the preset whose weights the sliders show, if any."""
    shown = {pillar: S[key] for pillar, key in WEIGHT_KEYS.items()}
    return next((p.id for p in load().presets.values() if p.weights == shown), None)


def fly(lat: float, lon: float, zoom: float) -> None:
    """Move the camera; a nudge makes every part of the view change, else the map keeps what did not."""
    S.nudge += 1
    step = 1e-9 * S.nudge
    S.camera = (lat + step, lon + step, zoom + step)


def select(site_ids: list[str]) -> None:
    """Make these the selected sites and write them into the address."""
    S.selected = site_ids
    if site_ids:
        st.query_params["sel"] = ",".join(site_ids)
    elif "sel" in st.query_params:
        del st.query_params["sel"]


def on_map() -> None:
    """Toggle the site that was clicked; a new layer id makes the map forget its own selection."""
    picked = S["map"].selection.objects if hasattr(S["map"], "selection") else S["map"]["selection"]["objects"]
    hit = [each["id"] for layer, objects in picked.items() if layer.startswith("sites") for each in objects]
    if not hit:
        return
    S.epoch += 1
    last = hit[-1]
    select([each for each in S.selected if each != last] if last in S.selected and len(S.selected) > 1 else [*[e for e in S.selected if e != last], last])


def on_table() -> None:
    """Select the ticked rows; the one ticked last stays last, so that its card opens."""
    rows = _ticked(S["table"])
    ids = [S.table_ids[i] for i in rows if i < len(S.table_ids)]
    kept = [each for each in S.selected if each in ids or each not in S.table_ids]
    select([*kept, *[each for each in ids if each not in kept]])


def _ticked(table: Any) -> list[int]:
    selection = table.selection if hasattr(table, "selection") else table["selection"]
    return list(selection.rows if hasattr(selection, "rows") else selection["rows"])
