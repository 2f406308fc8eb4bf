// The map on which an area of interest is drawn. Exports `draw(component)`, which Streamlit's component calls on every run.
// Gives back the state `area`: {rings: [[[lon, lat], ...], ...]} in EPSG:4326, or null; and `failed`: true where WebGL is missing.
import { Map, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import css from "maplibre-gl/dist/maplibre-gl.css";
import { TerraDraw, TerraDrawFreehandMode, TerraDrawPolygonMode, TerraDrawRectangleMode, TerraDrawSelectMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";

const TOOLS = ["rectangle", "polygon", "freehand", "select"];
const MOST_ZOOM_OF_LAND = 9;
const COLOURS = {
  light: { sea: "#dce8f0", land: "#f6f4ee", border: "#a79f92", ink: "#1b2430", area: "#0072b2" },
  dark: { sea: "#17222e", land: "#26303a", border: "#6a727c", ink: "#e8ecf1", area: "#56b4e9" },
};

export function draw({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".area-map");
  if (!root || root.dataset.ready) return;
  root.dataset.ready = "1";
  const style = document.createElement("style");
  style.textContent = css;
  root.before(style);
  const status = parentElement.querySelector(".area-status");
  let map;
  try {
    setWorkerUrl(new URL(data.worker, location.href).href);
    map = new Map({ container: root, style: styleOf(data), bounds: data.bounds, attributionControl: false, renderWorldCopies: true, maxZoom: 14 });
  } catch (error) {
    status.textContent = data.labels.failed;
    setStateValue("failed", true);
    return;
  }
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({}), "bottom-left");
  map.getCanvas().setAttribute("aria-label", data.labels.map);
  map.on("load", () => start(map, data, parentElement, setStateValue, status));
  map.on("error", (event) => { if (/WebGL/i.test(String(event.error))) { status.textContent = data.labels.failed; setStateValue("failed", true); } });
  keepLand(map, data.land);
  addSites(map, data);
}

const landOf = (features) => ({ type: "FeatureCollection", features });

// Draws the land of the view from its tiles: the whole coast takes seconds to cut where there is no GPU.
function keepLand(map, address) {
  const kept = {};
  let latest = 0;
  const features = (tile) => (kept[tile] ??= fetch(address.replace("{z}/{x}/{y}", tile))
    .then((answer) => (answer.ok ? answer.json() : landOf([])))
    .then((found) => found.features, () => []));
  const show = async () => {
    const turn = (latest += 1);
    const parts = await Promise.all(tilesOf(map.getBounds(), map.getZoom()).map(features));
    if (turn === latest) map.getSource("land").setData(landOf(parts.flat()));
  };
  map.on("load", show);
  map.on("moveend", () => { if (map.getSource("land")) show(); });
}

// The tiles of a view, each once, as "z/x/y" of Web Mercator.
function tilesOf(view, zoom) {
  const z = Math.max(0, Math.min(MOST_ZOOM_OF_LAND, Math.floor(zoom)));
  const side = 2 ** z;
  const column = (lon) => Math.floor(((lon + 180) / 360) * side);
  const row = (lat) => {
    const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
    return Math.max(0, Math.min(side - 1, Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * side)));
  };
  const west = column(view.getWest());
  const tiles = new Set();
  for (let x = west; x <= Math.min(column(view.getEast()), west + side - 1); x += 1) {
    for (let y = row(view.getNorth()); y <= row(view.getSouth()); y += 1) tiles.add(`${z}/${((x % side) + side) % side}/${y}`);
  }
  return [...tiles];
}

function styleOf(data) {
  const colour = COLOURS[data.dark ? "dark" : "light"];
  const at = (path) => new URL(path, location.href).href;
  return {
    version: 8,
    sources: { land: { type: "geojson", data: landOf([]) }, borders: { type: "geojson", data: at(data.borders) } },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colour.sea } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": colour.land, "fill-antialias": false } },
      { id: "borders", type: "line", source: "borders", paint: { "line-color": colour.border, "line-width": 0.7 } },
    ],
  };
}

async function addSites(map, data) {
  const answer = await fetch(data.sites);
  if (!answer.ok) return;
  const features = (await answer.json()).map((row) => ({
    type: "Feature", geometry: { type: "Point", coordinates: row.p }, properties: { colour: `rgb(${row.c.slice(0, 3).join(",")})`, size: row.z / 4 },
  }));
  const add = () => {
    map.addSource("sites", { type: "geojson", data: { type: "FeatureCollection", features } });
    map.addLayer({ id: "sites", type: "circle", source: "sites", paint: {
      "circle-color": ["get", "colour"], "circle-radius": ["get", "size"], "circle-stroke-width": 0.5, "circle-stroke-color": "#ffffff" } });
  };
  map.loaded() ? add() : map.once("load", add);
}

function start(map, data, parentElement, setStateValue, status) {
  const colour = COLOURS[data.dark ? "dark" : "light"].area;
  const styles = { fillColor: colour, fillOpacity: 0.25, outlineColor: colour, outlineWidth: 2 };
  const flags = { feature: { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true } } };
  const pen = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map }),
    modes: [
      new TerraDrawRectangleMode({ styles }), new TerraDrawPolygonMode({ styles }), new TerraDrawFreehandMode({ styles }),
      new TerraDrawSelectMode({ flags: { rectangle: flags, polygon: flags, freehand: flags } }),
    ],
  });
  pen.start();
  const tell = () => {
    const rings = pen.getSnapshot().filter((each) => each.geometry.type === "Polygon" && TOOLS.includes(each.properties.mode)).map((each) => each.geometry.coordinates[0]);
    status.textContent = data.labels.count.replace("{n}", String(rings.length));
    setStateValue("area", rings.length ? { rings } : null);
  };
  const buttons = Object.fromEntries([...parentElement.querySelectorAll("button[data-tool]")].map((each) => [each.dataset.tool, each]));
  const take = (tool) => {
    pen.setMode(tool);
    for (const [name, button] of Object.entries(buttons)) if (TOOLS.includes(name)) button.setAttribute("aria-pressed", String(name === tool));
    status.textContent = data.labels.hints[tool];
  };
  for (const tool of TOOLS) buttons[tool].onclick = () => take(tool);
  buttons.clear.onclick = () => { pen.clear(); tell(); };
  buttons.view.onclick = () => { pen.clear(); pen.addFeatures([boxOf(map)]); tell(); };
  pen.on("finish", tell);
  pen.on("change", (ids, type) => { if (type === "delete") tell(); });
  take("rectangle");
  parentElement.querySelector(".area-map").dataset.drawing = "1";
}

function boxOf(map) {
  const bounds = map.getBounds();
  const [west, east] = bounds.getEast() - bounds.getWest() >= 360 ? [-180, 180] : [bounds.getWest(), bounds.getEast()];
  const [south, north] = [Math.max(bounds.getSouth(), -85), Math.min(bounds.getNorth(), 85)];
  const fine = (value) => Math.round(value * 1e6) / 1e6;
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]].map((point) => point.map(fine));
  return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: { mode: "rectangle" } };
}
