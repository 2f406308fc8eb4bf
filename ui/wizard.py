"""The import wizard of the Layers page: file, coordinate system, findings, units, role, import. Opens no uploaded byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd
import pydeck as pdk
import streamlit as st

from data import units
from data.own_layers import CONFIDENTIALITY
from geo.errors import OrebridgeError
from layers import findings, imports
from layers.contract import Candidate, Finding, LayerReport
from layers.imports import About, Draft, Upload
from layers.restrict import GuardState, guard_state
from scoring import own_sites
from scoring.own_sites import FIELDS, GRADE, SiteColumns
from ui import cache, state
from ui import words as w
from ui.downloads import table_csv
from ui.i18n import _, number, quantity
from ui.own import reader
from ui.problems import problem
from ui.reasons import reason
from ui.upload_sessions import hold

S = st.session_state
SUFFIXES = (
    "gpkg", "zip", "shp", "shx", "dbf", "prj", "cpg", "geojson", "json", "geojsonl", "kml", "kmz", "fgb", "parquet", "gpx", "gml", "dxf",
    "csv", "tsv", "txt", "xyz", "xlsx", "xls", "ods", "tif", "tiff", "asc", "hgt", "nc", "h5", "hdf5", "dat", "dfn", "gmt",
)  # fmt: skip
MOST_FINDINGS = 200


@dataclass
class Item:
    """One file of the uploader, with its companions, and what was chosen for it."""

    upload: Upload
    crs: str = ""
    layers: list[str] = field(default_factory=list)
    cures: dict[str, str] = field(default_factory=dict)
    draft: Draft | None = None

    def key(self, name: str) -> str:
        """Return a key for a widget of this file."""
        return f"{name}_{self.upload.folder.name[:8]}"


def wizard() -> None:
    """Draw the wizard: first the files, then what was found in them. Nothing where uploads are refused."""
    guard = guard_state()
    if not guard.whole:
        _say_guard(guard)
    if not guard.uploads:
        return
    S.setdefault("upload_round", 0)
    given = st.file_uploader(
        _("Survey files"), accept_multiple_files=True, key=f"upload_{S.upload_round}", type=SUFFIXES,
        max_upload_size=imports.FILE_BYTES // 1_000_000,
        help=_("Parts of one layer (.shp .shx .dbf .prj, .dat .dfn) together. Each file may have 500 MB."),
    )  # fmt: skip
    if not given:
        _forget()
        st.caption(_("GeoPackage, Shapefile, FileGDB, GeoJSON, KML, FlatGeobuf, GeoParquet, GPX, GML, DXF, CSV, Excel, ASEG-GDF2,")
                   + " " + _("GeoTIFF, ASCII and SRTM grids, netCDF, HDF5."))  # fmt: skip
        return
    token = ",".join(sorted(each.file_id for each in given))
    if S.get("upload_token") != token and not _take_in(given, token):
        return
    for item in S.batch:
        if item.draft is None and not _read(item):
            return
    _found(_looked_at())
    st.button(_("Other files"), key="another", on_click=_another, icon=":material/refresh:", type="tertiary")


def _say_guard(guard: GuardState) -> None:
    """Say what the reader of uploads is not kept from on this machine, and what follows."""
    open_to = {_("files of this machine"): guard.filesystem, _("the network"): guard.network, _("more memory than its share"): guard.memory}
    missing = ", ".join(word for word, holds in open_to.items() if not holds)
    said = _("This machine cannot keep the reader of uploads from: {missing}.").format(missing=missing)
    if guard.allowed_unguarded:
        st.warning(f"{said} {_('Whoever runs Orebridge here allows uploads all the same; bring only files that you trust.')}")
    else:
        st.error(f"{said} {_('So uploads are refused here, whatever the file; orebridge doctor says what is missing.')}")


def _take_in(given: list[Any], token: str) -> bool:
    """Put the files into quarantine, those of one name together."""
    _forget()
    S.upload_token, S.batch = token, []
    groups: dict[str, list[Any]] = {}
    for each in given:
        groups.setdefault(each.name.split(".")[0].lower(), []).append(each)
    try:
        for files in groups.values():
            upload = imports.take_in(cache.store().path.parent, [(each.name, each) for each in files])
            S.batch.append(Item(upload))
            hold(upload)
    except OrebridgeError as error:
        _forget()
        st.error(problem(error))
        return False
    return True


def _forget() -> None:
    """Leave nothing of the uploads behind."""
    for item in S.get("batch", ()):
        imports.discard(item.upload)
    for key in ("batch", "upload_token"):
        S.pop(key, None)


def _another() -> None:
    """Start over with an empty uploader."""
    _forget()
    S.upload_round += 1


def _looked_at() -> Item:
    """Return the file that is shown; of several the reader picks one."""
    batch: list[Item] = S.batch
    if len(batch) == 1:
        return batch[0]
    names = {i: f"{_SIGNS[item.draft.status] if item.draft else ''} {item.upload.name}" for i, item in enumerate(batch)}
    st.caption(_("{n} files; ✓ ready, ? a question is open, ✕ refused.").format(n=len(batch)))
    return batch[st.selectbox(_("File"), list(names), format_func=names.__getitem__, key="file_looked_at")]


_SIGNS = {"ok": "✓", "needs_input": "?", "refused": "✕"}


def _read(item: Item) -> bool:
    """Read a file in the sandbox, saying how far it is; any click ends it."""
    place = st.empty()
    with place.container():
        st.markdown(_("Reading {name} in a closed process …").format(name=w.plain(item.upload.name)))
        st.button(_("Cancel"), key=f"cancel_{item.upload.folder.name}", on_click=_another)
        bar = st.progress(0.0)
        try:
            request = imports.request_for(item.upload, item.layers, item.crs, item.cures)
            item.draft = imports.read(reader(), item.upload, request, progress=lambda text: _say(bar, text))
        except OrebridgeError as error:
            st.error(problem(error))
            return False
    place.empty()
    return True


def _say(bar: Any, text: str) -> None:
    """Show what the reader says; "3/5" in it moves the bar."""
    done, _slash, of = text.rpartition(" ")[2].partition("/")
    bar.progress(int(done) / int(of) if done.isdigit() and of.isdigit() and int(of) >= int(done) > 0 else 0.1, text)


def _headline(draft: Draft) -> str:
    words = {
        "ok": _("{name} is ready to be imported."),
        "needs_input": _("{name}: one question is open."),
        "refused": _("{name} cannot be imported."),
    }
    return words[draft.status].format(name=w.plain(draft.upload.name))


def take_cure(item: Item, actions: tuple[str, ...]) -> None:
    """Take cures that a finding offers, and read again; a coordinate system holds for all files where the reader says so."""
    for action in actions:
        key, _equals, value = action.partition("=")
        if key == "crs":
            for each in S.batch if S.get("crs_for_all", True) else [item]:
                each.crs, each.draft = value, None
        elif key == "layer":
            item.layers = [value]
        else:
            item.cures = {**item.cures, key: value}
    item.draft = None


def _found(item: Item) -> None:
    draft = item.draft
    if draft is None:
        return
    {"ok": st.success, "needs_input": st.warning, "refused": st.error}[draft.status](_headline(draft))
    _findings(item, draft)
    if draft.report.layers:
        _places(item, draft)
    if draft.status == "ok":
        _columns(item, draft)
        _import(item, draft)


def _findings(item: Item, draft: Draft) -> None:
    """Show the findings as a table, and every cure as a button."""
    found = draft.report.findings
    if not found:
        return
    rows = [
        {
            _("Severity"): w.word(w.SEVERITIES, findings.severity(each)), _("Layer"): each.layer, _("Row"): "" if each.row is None else str(each.row), _("Finding"): said(each),
            _("Cure"): cured(each), _("Code"): each.code,
        }
        for each in found[:MOST_FINDINGS]
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    columns = {_("Finding"): st.column_config.TextColumn(width="large"), _("Cure"): st.column_config.TextColumn(width="large")}
    st.markdown(f"**{_('Findings')}**")
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        key=item.key("findings_table"),
        lazy=False,
        row_height=74,
        column_config=columns,
        alt=_("Findings"),
    )
    for i, each in enumerate(found):
        # units are set in the table of columns, coordinate systems on the map below
        actions = [action for action in each.actions if not action.startswith(("unit.", "units=", "crs="))]
        if not actions:
            continue
        together = {action.partition("=")[0] for action in actions} == {"x", "y"}
        choices = [tuple(actions)] if together else [(action,) for action in actions[:4]]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(said(each)[:140])
            for choice in choices:
                label = w.plain(", ".join(choice))
                st.button(label, key=item.key(f"cure_{i}_{label}"), on_click=take_cure, args=(item, choice), icon=":material/healing:")
    with st.container(horizontal=True):
        _csv(item, _("Findings as CSV"), table_csv(frame), "findings")
        if draft.left_out:
            _csv(item, _("Rows that would be left out"), draft.left_out.encode("utf-8-sig"), "left-out")


def _csv(item: Item, label: str, content: bytes, name: str) -> None:
    st.download_button(
        label,
        content,
        f"{name}.csv",
        "text/csv",
        key=item.key(name),
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def said(finding: Finding) -> str:
    """Return what was found, in the reader's language."""
    return findings.filled(_(findings.TEMPLATES[finding.code].message), finding.details)


def cured(finding: Finding) -> str:
    """Return the cure, in the reader's language."""
    text = findings.TEMPLATES[finding.code].cure
    return findings.filled(_(text), finding.details) if text else ""


def _places(item: Item, draft: Draft) -> None:
    """Show where each layer lies and why, before and after; let the reader say otherwise."""
    st.markdown(f"**{_('Coordinate system')}**")
    rows = [
        {
            _("Layer"): layer.name, _("Kind"): w.word(w.LAYER_KINDS, layer.kind), _("Features"): layer.features, _("System"): _short(layer.crs),
            _("Because"): reason(layer.crs_reason),
            _("Accuracy"): "" if layer.crs_accuracy_m is None else f"± {number(layer.crs_accuracy_m, 1)} m",
            _("West, south, east, north"): ", ".join(f"{edge:.4f}" for edge in layer.bounds) if layer.bounds else _("not placed"),
        }
        for layer in draft.report.layers
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key=item.key("places_table"), lazy=False, alt=_("Coordinate system"))
    shown = _chosen_layer(item, draft)
    if shown is None:
        return
    before, after = st.columns(2)
    with before:
        st.caption(_("As in the file"))
        if shown.preview:
            _scatter(shown)
        elif shown.source_bounds:
            west, south, east, north = shown.source_bounds
            st.text(f"x {west:,.6g} … {east:,.6g}\ny {south:,.6g} … {north:,.6g}")
    with after:
        st.caption(_("As placed on the map") if shown.bounds else _("Where it would lie: {place}").format(place=_guess(item, shown)))
        _small_map(item, shown)
    _choose_crs(item, shown)


def _chosen_layer(item: Item, draft: Draft) -> LayerReport | None:
    layers = [layer for layer in draft.report.layers if layer.preview or layer.candidates]
    if len(layers) < 2:
        return layers[0] if layers else None
    names = {i: layer.name for i, layer in enumerate(layers)}
    return layers[st.selectbox(_("Layer to look at"), list(names), format_func=names.__getitem__, key=item.key("layer_looked_at"))]


def _short(crs: str) -> str:
    return crs if len(crs) < 60 else _("custom")


def _scatter(layer: LayerReport) -> None:
    frame = pd.DataFrame([row[:2] for row in layer.preview], columns=["x", "y"])
    chart = alt.Chart(frame).mark_circle(size=22, color="#0072B2").encode(
        x=alt.X("x:Q", scale=alt.Scale(zero=False), title="x"), y=alt.Y("y:Q", scale=alt.Scale(zero=False), title="y"),
    ).properties(height=240)  # fmt: skip
    st.altair_chart(chart, width="stretch")


def _candidate(item: Item, layer: LayerReport) -> Candidate | None:
    asked = S.get(item.key("crs_choice"))
    return next((c for c in layer.candidates if c.crs == asked), layer.candidates[0] if layer.candidates else None)


def _guess(item: Item, layer: LayerReport) -> str:
    candidate = _candidate(item, layer)
    return f"{candidate.place} ({candidate.crs})" if candidate else _("unknown")


def _small_map(item: Item, layer: LayerReport) -> None:
    """Draw the placed points over the bundled land; where nothing is placed, the middle that the chosen candidate gives."""
    points = [[row[2], row[3]] for row in layer.preview if len(row) == 4]
    candidate = _candidate(item, layer)
    if not points and candidate:
        points = [[candidate.lon, candidate.lat]]
    if not points:
        st.caption(_("not placed"))
        return
    low, high = pd.DataFrame(points).min(), pd.DataFrame(points).max()
    middle, spread = (low + high) / 2, max((high - low).max(), 0.5)
    land = pdk.Layer("GeoJsonLayer", id="small_land", data="/api/layers/land.geojson?v=0", get_fill_color=[226, 222, 212], stroked=True,
                     get_line_color=[170, 164, 152], line_width_min_pixels=1, pickable=False)  # fmt: skip
    dots = pdk.Layer(
        "ScatterplotLayer", id="small_points", data=[{"p": place} for place in points], get_position="p", get_fill_color=[213, 43, 133],
        radius_units=pdk.types.String("pixels"), get_radius=4, pickable=False,
    )  # fmt: skip
    zoom = max(0.0, min(5.0, state.zoom_for(spread) - 3.0))
    view = pdk.ViewState(latitude=float(middle[1]), longitude=float(middle[0]), zoom=zoom)
    st.pydeck_chart(
        pdk.Deck(layers=[land, dots], map_provider=None, initial_view_state=view),
        height=240,
        key=f"small_{layer.name}_{_guess(item, layer)}",
    )


def _choose_crs(item: Item, layer: LayerReport) -> None:
    """Offer the candidates and a field for any other system."""
    names = {c.crs: f"{c.crs} {c.name} → {c.place}" for c in layer.candidates}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if names:
            st.selectbox(_("Likely systems"), list(names), format_func=names.__getitem__, key=item.key("crs_choice"))
            st.button(_("Use it"), key="crs_take", on_click=_take_crs, args=(item, item.key("crs_choice")), type="primary")
        st.text_input(_("Another system"), key=item.key("crs_other"), placeholder="EPSG:28350")
        st.button(_("Use this system"), key="crs_use", on_click=_take_crs, args=(item, item.key("crs_other")))
        if item.crs:
            st.button(_("Back to what was found"), key="crs_as_found", on_click=take_cure, args=(item, ("crs=",)), type="tertiary")
    if len(S.batch) > 1:
        st.toggle(_("For all files"), value=True, key="crs_for_all")


def _take_crs(item: Item, key: str) -> None:
    take_cure(item, (f"crs={str(S.get(key) or '').strip()}",))


def _columns(item: Item, draft: Draft) -> None:
    """List the columns; units are stated here, suggested ones in one click."""
    vector = [layer for layer in draft.ready if layer.kind != "raster" and layer.columns]
    if not vector:
        return
    columns = list({column.name: column for layer in vector for column in layer.columns}.values())
    with st.expander(_("Columns and units ({n})").format(n=len(columns)), expanded=any(c.suggested_unit and not c.unit for c in columns)):
        st.caption(_("A unit is never guessed in silence: state it, or take what the column's name suggests."))
        choices = ["", *dict.fromkeys(unit for _group, members in units.CHOICES for unit in members)]
        frame = pd.DataFrame(
            {
                "name": [c.name for c in columns], "type": [w.word(w.COLUMN_TYPES, c.type) for c in columns], "known": [c.known for c in columns],
                "low": [quantity(c.low) for c in columns], "high": [quantity(c.high) for c in columns], "suggested": [c.suggested_unit for c in columns],
                "unit": [c.unit for c in columns],
            }
        )  # fmt: skip
        titles = {
            "name": _("Column"),
            "type": _("Type"),
            "known": _("Known"),
            "low": _("Smallest"),
            "high": _("Largest"),
            "suggested": _("Suggested unit"),
        }
        config: dict[str, Any] = {key: st.column_config.Column(title, disabled=True) for key, title in titles.items()}
        config["unit"] = st.column_config.SelectboxColumn(_("Unit"), options=choices)
        edited = st.data_editor(frame, hide_index=True, width="stretch", key=item.key("units_table"), column_config=config)
        with st.container(horizontal=True):
            stated = dict(zip(edited["name"], edited["unit"].fillna(""), strict=True))
            st.button(
                _("Use these units"), key=item.key("units_use"), on_click=_state_units, args=(item, stated), icon=":material/straighten:"
            )
            suggested = {c.name: c.suggested_unit for c in columns if c.suggested_unit}
            if suggested:
                st.button(
                    _("Take the suggested units"),
                    key=item.key("units_suggested"),
                    on_click=_state_units,
                    args=(item, suggested),
                    icon=":material/done_all:",
                )


def _state_units(item: Item, stated: dict[str, str]) -> None:
    item.cures = {**item.cures, **{f"unit.{name}": unit for name, unit in stated.items() if unit}}
    item.draft = None


def _import(item: Item, draft: Draft) -> None:
    """Ask what the layer is to be and where it comes from; import all of it or nothing."""
    st.markdown(f"**{_('Import')}**")
    if known := imports.known_already(cache.store(), draft):
        st.info(
            _("The same file was imported before, as {name}. Importing it again replaces it.").format(
                name=w.plain(", ".join(layer.name for layer in known))
            )
        )
    names = [layer.name for layer in draft.ready]
    chosen = names
    if len(names) > 1:
        chosen = st.multiselect(
            _("Layers to import"), list(dict.fromkeys(names)), default=list(dict.fromkeys(names)), key=item.key("layers_chosen")
        )
    roles = {"layer": _("A map layer that can become evidence"), "sites": _("Candidate sites of my own")}
    role = st.radio(_("What is it?"), list(roles), format_func=roles.__getitem__, key=item.key("role"), horizontal=True)
    told = _site_columns(item, draft) if role == "sites" else None
    left, right = st.columns(2)
    title = left.text_input(_("Title"), value=_plain_title(draft), key=item.key("about_name"), max_chars=120)
    licence = right.text_input(_("Licence"), key=item.key("about_licence"), placeholder="CC-BY-4.0")
    url = left.text_input(_("Source (address)"), key=item.key("about_url"))
    date = right.text_input(_("Date of the data"), key=item.key("about_date"), placeholder="2024-06")
    note = left.text_input(_("Note"), key=item.key("about_note"))
    levels = {level: w.word(w.CONFIDENTIALITY, level) for level in CONFIDENTIALITY}
    confidentiality = right.selectbox(
        _("Confidentiality"), list(levels), format_func=levels.__getitem__, key=item.key("about_confidentiality")
    )
    about = About(title.strip(), role, licence, url, date, note, confidentiality)
    if st.button(_("Import"), key=item.key("import"), type="primary", icon=":material/download_done:", disabled=not chosen):
        _take_over(item, about, chosen, told)


def _plain_title(draft: Draft) -> str:
    return draft.upload.name.rsplit(".", 1)[0].replace("_", " ")


def _site_columns(item: Item, draft: Draft) -> SiteColumns:
    """Let the reader say which column tells what of a site."""
    layer = next((each for each in draft.ready if each.kind != "raster"), None)
    if layer is None:
        return SiteColumns()
    row = imports.new_layers(draft, About(role="sites"), [layer.name])[0].row
    suggested = own_sites.suggest(row)
    names = ["", *[column.name for column in layer.columns]]
    fields: dict[str, str] = {}
    constants: dict[str, str] = {}
    st.caption(_("Which column tells what? What no column tells stays unknown."))
    boxes = st.columns(4)
    for i, what in enumerate(FIELDS):
        start = suggested.get(what, "")
        picked = boxes[i % 4].selectbox(w.word(w.SITE_FIELDS, what), names, index=names.index(start), key=item.key(f"field_{what}"))
        if picked:
            fields[what] = picked
    listed = sorted(cache.commodity_names())
    metals = st.multiselect(
        _("Commodities, where no column tells them"), listed, format_func=w.commodity, key=item.key("sites_commodities")
    )
    if metals:
        constants["commodities"] = ";".join(metals)
    numbers = [column.name for column in layer.columns if column.type == "number"]
    graded = [what.removeprefix(GRADE) for what in suggested if what.startswith(GRADE)]
    for metal in st.multiselect(
        _("Commodities with a grade column"), listed, default=graded, format_func=w.commodity, key=item.key("sites_graded")
    ):
        start = suggested.get(GRADE + metal, "")
        index = numbers.index(start) if start in numbers else None
        label = _("Column with the grade of {metal}").format(metal=w.commodity(metal))
        told = st.selectbox(label, numbers, index=index, key=item.key(f"grade_{metal}"))
        if told:
            fields[GRADE + metal] = told
    return SiteColumns(fields, constants)


def _take_over(item: Item, about: About, chosen: list[str], told: SiteColumns | None) -> None:
    if item.draft is None:
        return
    try:
        with st.spinner(_("Importing …")):
            added = cache.own().add(item.draft, about, chosen, told)
    except OrebridgeError as error:
        st.error(problem(error))
        return
    S.just_added = [layer.layer_id for layer in added]
    solid = ("vector-point", "vector-line")
    S.layer_choice = {**S.layer_choice, **{layer.layer_id: (True, 1.0 if layer.kind in solid else 0.75) for layer in added}}
    state.fly_to_bounds(added[0].bounds)
    st.toast(_("{name} is on the map.").format(name=w.plain(added[0].name)))
    imports.discard(item.upload)
    S.batch = [each for each in S.batch if each is not item]
    if not S.batch:
        _another()
    st.rerun()
