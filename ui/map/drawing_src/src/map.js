// The map of the Explore page. Exports `show(component)`, which Streamlit's component calls on every run, and `leave(component)`.
// Draws the layers that pydeck describes; gives back the triggers `picked` {id, add}, `legend` (an entry) and `layer` {id, on}.
// Sites come as thinned tiles, so few marks are drawn: what lies under the pointer is found among them without the GPU.
import { Deck, MapView } from "@deck.gl/core";
import { JSONConverter } from "@deck.gl/json";
import { BitmapLayer, GeoJsonLayer, ScatterplotLayer } from "@deck.gl/layers";
import { TileLayer, _WMSLayer } from "@deck.gl/geo-layers";
import css from "./map.css";
import { between, degreesPerPixel, fitted, kept, projected, turned } from "./camera.js";
import { drawNames } from "./names.js";
import { Tooltip } from "./tooltip.js";

const COLOURS = {
  light: { sea: "#cddfec", paper: "rgba(255,255,255,.97)", ink: "#1b2430", accent: "#005a8c" },
  dark: { sea: "#131d28", paper: "rgba(28,36,46,.97)", ink: "#e8ecf1", accent: "#56b4e9" },
};
const CONVERTER = new JSONConverter({ configuration: { classes: { BitmapLayer, GeoJsonLayer, ScatterplotLayer, TileLayer, _WMSLayer } } });
const STILL_MS = 300, REST_MS = 160, FLIGHT_MS = 600, CLICK_PIXELS = 6, ZOOM_STEP = 1;
const MOST_ZOOM = 14;
const maps = new WeakMap();
// The camera outlives the page: who comes back to it finds the map as it was.
let lastView = null, lastFlight = 0;

export function show(component) {
  const root = component.parentElement.querySelector(".ore-frame");
  if (!root) return;
  if (!maps.has(root)) maps.set(root, new SiteMap(root, component.data));
  maps.get(root).update(component);
}

export function leave(component) {
  // A run may take the frame out and put it back: the map goes only with its frame.
  const root = component.parentElement.querySelector(".ore-frame");
  setTimeout(() => { if (root && !root.isConnected && maps.has(root)) { maps.get(root).deck?.finalize(); maps.delete(root); } }, 1000);
}

const element = (tag, name, parent, text = "") => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  parent?.append(made);
  return made;
};

class SiteMap {
  constructor(root, data) {
    this.root = root;
    root.replaceChildren();
    element("style", "", root).textContent = css;
    this.views = element("div", "ore-views", root);
    this.views.setAttribute("role", "toolbar");
    this.map = element("div", "ore-map", root);
    this.map.tabIndex = 0;
    this.legend = element("div", "ore-legend", root);
    this.ground = element("div", "", this.map);
    this.names = element("canvas", "ore-names", this.map);
    this.names.setAttribute("aria-hidden", "true");
    this.layers = element("details", "ore-box ore-layers", this.map);
    this.zoomBox = element("div", "ore-box ore-zoom", this.map);
    this.scale = element("div", "ore-scale", this.map);
    this.tip = new Tooltip(element("div", "ore-box ore-tip", this.map));
    this.countries = [];
    this.towns = [];
    this.size = { width: this.map.clientWidth || 800, height: this.map.clientHeight || 600 };
    this.view = this.opening(data);
    try {
      this.deck = new Deck({
        parent: this.ground,
        style: { position: "absolute", inset: "0" },
        width: "100%", height: "100%",
        views: new MapView({ repeat: true, controller: { dragRotate: false, touchRotate: false, keyboard: false, doubleClickZoom: true } }),
        initialViewState: this.view,
        onViewStateChange: ({ viewState, interactionState }) => this.moved(viewState, Object.values(interactionState ?? {}).some(Boolean)),
        onResize: (size) => this.resized(size),
        onError: (error) => { if (/webgl/i.test(String(error))) this.failed(data); },
        getCursor: ({ isDragging }) => (isDragging ? "grabbing" : this.over ? "pointer" : "grab"),
        layers: [],
      });
    } catch (error) {
      this.failed(data);
    }
    this.listen();
  }

  failed(data) {
    this.deck = null;
    element("div", "ore-failed", this.map, data.words.failed);
  }

  // Where the map opens: the flight that was asked for, the address, where the reader was, or the Pacific.
  // `start` is fitted anew when the size of the map becomes known, until the reader moves it.
  opening(data) {
    const stated = /^(-?[\d.]+),(-?[\d.]+),([\d.]+)$/.exec(new URL(location.href).searchParams.get("cam") ?? "");
    const flies = data.flight.count > lastFlight;
    this.start = flies ? data.flight.bounds : stated || lastView ? null : data.home;
    if (flies) lastFlight = data.flight.count;
    else if (stated) return this.clamped({ latitude: +stated[1], longitude: +stated[2], zoom: +stated[3] });
    else if (lastView) return this.clamped(lastView);
    return data.flight.count ? this.target(data.flight) : this.target({ bounds: data.home });
  }

  target(flight) {
    return this.clamped(flight.bounds ? fitted(flight.bounds, this.size) : { latitude: flight.view[0], longitude: flight.view[1], zoom: flight.view[2] });
  }

  clamped(view) { return kept(view, this.size, MOST_ZOOM); }

  moved(viewState, byReader) {
    this.view = { ...viewState, ...this.clamped(viewState) };
    if (byReader) {
      cancelAnimationFrame(this.flying);
      this.settle();
    }
    this.redraw();
    return this.view;
  }

  // The camera is where the reader wants it: it stands in the address once it rests.
  settle() {
    this.start = null;
    lastView = { latitude: this.view.latitude, longitude: turned(this.view.longitude), zoom: this.view.zoom };
    this.tip.hide();
    clearTimeout(this.still);
    this.still = setTimeout(() => this.writeAddress(), STILL_MS);
  }

  resized(size) {
    if (!size.width || !size.height) return;
    this.size = { width: size.width, height: size.height };
    if (this.start) this.deck.setProps({ initialViewState: (this.view = this.target({ bounds: this.start })) });
    this.redraw();
  }

  // The camera stands in the address as soon as the reader has moved it; the app reads it there on its next run.
  writeAddress() {
    if (!lastView || !this.root.isConnected) return;
    const address = new URL(location.href);
    const camera = [lastView.latitude.toFixed(3), lastView.longitude.toFixed(3), lastView.zoom.toFixed(2)].join(",");
    if (address.searchParams.get("cam") === camera) return;
    address.searchParams.set("cam", camera);
    history.replaceState(history.state, "", address.pathname + address.search.replaceAll("%2C", ",") + address.hash);
  }

  fly(flight) {
    const [from, to] = [this.view, this.target(flight)];
    // The world is round: the way is the shorter one.
    to.longitude += 360 * Math.round((from.longitude - to.longitude) / 360);
    const lasts = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : FLIGHT_MS, began = performance.now();
    const step = () => {
      const part = lasts ? Math.min(1, (performance.now() - began) / lasts) : 1;
      this.view = part < 1 ? this.clamped(between(from, to, part)) : { ...to, longitude: turned(to.longitude) };
      this.deck?.setProps({ initialViewState: { ...this.view } });
      this.settle();
      this.redraw();
      if (part < 1) this.flying = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.flying);
    step();
  }

  update({ data, setTriggerValue }) {
    this.data = data;
    this.trigger = setTriggerValue;
    const colour = COLOURS[data.dark ? "dark" : "light"];
    for (const [name, value] of Object.entries(colour)) this.root.style.setProperty(`--${name}`, value);
    this.map.setAttribute("aria-label", data.words.map);
    this.map.setAttribute("role", "application");
    this.pending = null;
    this.writeControls(data);
    this.writeLayers(data);
    this.legend.innerHTML = data.legend;
    this.legend.setAttribute("role", "group");
    this.legend.setAttribute("aria-label", data.words.legend);
    this.draw(data);
    this.fetchNames(data);
    if (data.flight.count > lastFlight) { lastFlight = data.flight.count; this.fly(data.flight); }
    this.redraw();
    clearTimeout(this.still);
    this.still = setTimeout(() => this.writeAddress(), STILL_MS);
  }

  draw(data) {
    if (data.deck === this.drawn) return;
    this.drawn = data.deck;
    const layers = CONVERTER.convert({ layers: JSON.parse(data.deck).layers }).layers;
    const all = layers.map((layer) => (layer.id === "sites" ? layer.clone({ onViewportLoad: () => this.redraw() }) : layer));
    this.sites = all.find((layer) => layer.id === "sites");
    this.pickable = all.some((layer) => layer.props.pickable);
    this.deck?.setProps({ layers: all });
  }

  // The marks on the map, the best last.
  marks() {
    const tiles = this.sites?.state?.tileset?.tiles ?? [];
    const features = tiles.filter((tile) => tile.isVisible && tile.content).flatMap((tile) => tile.content.features ?? tile.content);
    return features.map((each) => ({ ...each.properties, p: each.geometry.coordinates })).sort((one, other) => other.r - one.r);
  }

  under(x, y) {
    let nearest = null, best = Infinity;
    for (const mark of this.marks()) {
      for (const place of projected(mark.p, this.view, this.size)) {
        const apart = Math.hypot(place[0] - x, place[1] - y);
        if (apart <= Math.max(mark.z * 0.5, 9) + 2 && apart <= best) { best = apart; nearest = { ...mark, at: place }; }
      }
    }
    return nearest;
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      if (!this.data) return;
      drawNames(this.names, { view: this.view, size: this.size, dark: this.data.dark, named: this.data.named, marks: this.marks(), countries: this.countries, towns: this.towns, pending: this.pending });
      this.writeScale();
    });
  }

  async fetchNames(data) {
    const get = async (address) => { const answer = await fetch(address); return answer.ok ? answer.json() : []; };
    if (this.countriesAt !== data.countries) { this.countriesAt = data.countries; this.countries = await get(data.countries); this.redraw(); }
    if (this.townsAt !== data.settlements) { this.townsAt = data.settlements; this.towns = await get(data.settlements); this.redraw(); }
  }

  listen() {
    const at = (event) => { const box = this.map.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    const onMap = (event) => event.target.closest?.(".ore-box") === null;
    this.map.addEventListener("wheel", () => cancelAnimationFrame(this.flying), { passive: true });
    this.map.addEventListener("pointerdown", (event) => { this.down = onMap(event) && event.button === 0 ? at(event) : null; });
    this.map.addEventListener("pointerup", (event) => {
      const place = at(event);
      if (this.down && Math.hypot(place[0] - this.down[0], place[1] - this.down[1]) < CLICK_PIXELS) this.click(place, event.shiftKey || event.ctrlKey || event.metaKey);
      this.down = null;
    });
    this.map.addEventListener("pointermove", (event) => {
      clearTimeout(this.resting);
      if (event.buttons || !onMap(event)) return this.tip.hide();
      const place = at(event);
      cancelAnimationFrame(this.looking);
      this.looking = requestAnimationFrame(() => this.hover(place));
    });
    this.map.addEventListener("pointerleave", () => { cancelAnimationFrame(this.looking); clearTimeout(this.resting); this.tip.hide(); });
    this.map.addEventListener("keydown", (event) => this.key(event));
    this.legend.addEventListener("click", (event) => {
      const entry = event.target.closest("button[data-entry]");
      if (!entry) return;
      entry.setAttribute("aria-pressed", String(entry.getAttribute("aria-pressed") !== "true"));
      this.trigger("legend", entry.dataset.entry);
    });
  }

  click(place, add) {
    const mark = this.under(...place);
    if (!mark) return;
    this.pending = mark;
    this.redraw();
    this.trigger("picked", { id: mark.id, add });
  }

  hover(place) {
    const mark = this.under(...place);
    this.over = Boolean(mark);
    clearTimeout(this.resting);
    if (!mark) {
      this.tip.hide();
      // Other layers are found by the GPU, so only once the pointer rests.
      if (this.pickable) this.resting = setTimeout(() => this.hoverLayer(place), REST_MS);
      return;
    }
    this.tip.show(mark, this.size, `${this.data.tooltip}&z=${Math.max(0, Math.min(MOST_ZOOM, Math.round(this.view.zoom)))}`);
  }

  hoverLayer([x, y]) {
    const found = this.deck?.pickObject({ x, y, radius: 3 });
    const id = found && Object.keys(this.data.fields).find((each) => found.layer.id.startsWith(`${each}-`));
    if (!id || !found.object?.properties) return;
    const { title, own, fields } = this.data.fields[id], values = found.object.properties;
    if (own) return this.tip.words(values.n ?? title, [values.t ?? ""], [x, y], this.size);
    const named = fields.filter(([column, , unit]) => typeof values[column] === "number" && (unit || column !== "id"));
    const name = fields.map(([column]) => column).find((column) => column.startsWith("name") && values[column]);
    const lines = named.map(([column, label, unit]) => `${label}: ${values[column].toLocaleString()} ${unit}`.trim());
    this.tip.words(name ? values[name] : title, name ? [title, ...lines] : lines, [x, y], this.size);
  }

  key(event) {
    const step = 80 * degreesPerPixel(this.view);
    const moves = { ArrowLeft: [-step, 0, 0], ArrowRight: [step, 0, 0], ArrowUp: [0, step / 2, 0], ArrowDown: [0, -step / 2, 0], "+": [0, 0, ZOOM_STEP], "=": [0, 0, ZOOM_STEP], "-": [0, 0, -ZOOM_STEP] };
    const move = event.target === this.map && moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.by(...move);
  }

  by(east, north, zoom) { this.fly({ view: [this.view.latitude + north, this.view.longitude + east, this.view.zoom + zoom] }); }

  writeControls({ words, views, results, home }) {
    const content = JSON.stringify([words, views, results]);
    if (content === this.controls) return;
    this.controls = content;
    this.views.replaceChildren();
    this.views.setAttribute("aria-label", words.views);
    for (const each of views) element("button", "", this.views, each.name).onclick = () => this.fly({ bounds: each.bounds });
    if (results) element("button", "ore-results", this.views, words.results).onclick = () => this.fly({ bounds: results });
    this.zoomBox.replaceChildren();
    for (const [icon, name, act] of [["M8 2v12M2 8h12", words.closer, () => this.by(0, 0, ZOOM_STEP)], ["M2 8h12", words.farther, () => this.by(0, 0, -ZOOM_STEP)], ["M2 8l6-6 6 6M4 7v7h8V7", words.home, () => this.fly({ bounds: home })]]) {
      const button = element("button", "", this.zoomBox);
      button.innerHTML = `<svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><path d="${icon}"/></svg>`;
      button.title = name;
      button.setAttribute("aria-label", name);
      button.onclick = act;
    }
  }

  writeLayers({ layers, words }) {
    const content = JSON.stringify([layers, words.layers]);
    if (content === this.listed) return;
    this.listed = content;
    const focused = this.layers.contains(document.activeElement) ? document.activeElement.dataset.layer : null;
    this.layers.replaceChildren();
    const on = layers.flatMap((group) => group.layers).filter((layer) => layer.on && layer.counts).length;
    element("summary", "", this.layers, on ? `${words.layers} (${on})` : words.layers);
    for (const group of layers) {
      const box = element("fieldset", "", this.layers);
      element("legend", "", box, group.title);
      for (const layer of group.layers) {
        const line = element("label", "", box);
        const tick = element("input", "", line);
        tick.type = "checkbox";
        tick.checked = layer.on;
        tick.dataset.layer = layer.id;
        tick.onchange = () => this.trigger("layer", { id: layer.id, on: tick.checked });
        element("span", "", line, layer.title);
        if (layer.id === focused) tick.focus();
      }
    }
  }

  // Length on the ground at the middle of the map: Web Mercator stretches with latitude.
  writeScale() {
    const kmPerPixel = degreesPerPixel(this.view) * 111.32 * Math.cos((this.view.latitude * Math.PI) / 180);
    const most = 110 * kmPerPixel, power = 10 ** Math.floor(Math.log10(most));
    const km = [5, 2, 1].map((each) => each * power).find((each) => each <= most) ?? power;
    const text = km >= 1 ? `${km.toLocaleString(document.documentElement.lang || "en")} km` : `${Math.round(km * 1000)} m`;
    this.scale.replaceChildren(document.createTextNode(text));
    element("i", "", this.scale).style.width = `${km / kmPerPixel}px`;
  }
}
