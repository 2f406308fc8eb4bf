// Names on the map, drawn so that none covers another: first the twenty best sites, then countries, counts and towns where room is left.
import { projected } from "./camera.js";

const INK = {
  light: { site: "#1b2430", halo: "rgba(255,255,255,.92)", country: "#6d665a", town: "#5a5f66", count: "#3b4450", ring: "#d52b85", line: "rgba(27,36,48,.55)" },
  dark: { site: "#f2f5f8", halo: "rgba(14,19,26,.9)", country: "#a7afb8", town: "#98a1ab", count: "#cfd6dd", ring: "#ff6ab5", line: "rgba(232,236,241,.55)" },
};
const TOWN_ZOOM_GAP = 0.5;
// So many countries are named before the sites: Japan and the US, which come first.
const HOME = 2;

export function drawNames(canvas, { view, size, dark, named, marks, countries, towns, pending }) {
  const pen = sharp(canvas, size);
  const ink = INK[dark ? "dark" : "light"];
  const family = getComputedStyle(canvas).fontFamily || "sans-serif";
  const taken = new Taken();
  for (const box of controls(size)) taken.add(box);
  const inView = (place) => projected(place, view, size);
  const first = new Set(named.map((each) => each.id));
  for (const mark of marks) for (const [x, y] of inView(mark.p)) taken.add(around(x, y, first.has(mark.id) ? mark.z * 0.45 : mark.z * 0.3));

  const pixels = (512 * 2 ** view.zoom) / 360;
  const nameCountries = (some) => {
    for (const [name, lon, lat, wide] of some) {
      pen.font = `${wide > 25 ? 13 : 12}px ${family}`;
      const width = pen.measureText(name).width;
      if (wide * pixels < 0.8 * width || wide * pixels > 2.5 * size.width) continue;
      for (const [x, y] of inView([lon, lat])) centred(pen, taken, name, width, x, y, ink.country, ink.halo, Math.min(wide * pixels * 0.18, 80));
    }
  };
  nameCountries(countries.slice(0, HOME));

  pen.font = `600 12px ${family}`;
  for (const site of named) {
    const text = `${site.r} ${short(site.n)}`, width = pen.measureText(text).width;
    for (const [x, y] of inView(site.p)) nameSite(pen, ink, taken, text, width, x, y, site.z / 2, size);
  }
  nameCountries(countries.slice(HOME));
  pen.font = `500 10px ${family}`;
  for (const mark of marks) {
    if (!mark.m) continue;
    const width = pen.measureText(mark.m).width;
    for (const [x, y] of inView(mark.p)) {
      const spots = [[x + mark.z * 0.42, y + mark.z * 0.4], [x + mark.z * 0.42, y - mark.z * 0.4], [x - mark.z * 0.42 - width, y + mark.z * 0.4]];
      const spot = spots.find(([left, middle]) => taken.free([left, middle - 5, left + width, middle + 5]));
      if (!spot) continue;
      taken.add([spot[0], spot[1] - 5, spot[0] + width, spot[1] + 5]);
      written(pen, mark.m, ...spot, ink.count, ink.halo, 2.5);
    }
  }
  pen.font = `11px ${family}`;
  for (const [name, lon, lat, zoom] of towns) {
    if (zoom > view.zoom + TOWN_ZOOM_GAP) continue;
    for (const [x, y] of inView([lon, lat])) nameTown(pen, ink, taken, name, pen.measureText(name).width, x, y);
  }
  if (pending) ring(pen, pending, inView, ink.ring);
}

function sharp(canvas, { width, height }) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  return pen;
}

// Beside the mark, above or below it, else a little off with a line to it; none where all is taken.
function nameSite(pen, ink, taken, text, width, x, y, radius, size) {
  for (const far of [3, 14, 26, 40]) {
    for (const [east, south] of [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]]) {
      const away = radius + far;
      const left = x + (east > 0 ? away * (south ? 0.7 : 1) : east < 0 ? -away * (south ? 0.7 : 1) - width : -width / 2);
      const middle = y + south * (away + 5) * (east ? 0.75 : 1);
      const box = [left - 2, middle - 8, left + width + 2, middle + 8];
      if (box[0] < 2 || box[2] > size.width - 2 || box[1] < 2 || box[3] > size.height - 2 || !taken.free(box)) continue;
      taken.add(box);
      if (far > 3) leader(pen, ink.line, x, y, radius, box);
      written(pen, text, left, middle, ink.site, ink.halo, 3.5);
      return;
    }
  }
}

function leader(pen, colour, x, y, radius, [west, north, east, south]) {
  const to = [Math.max(west, Math.min(east, x)), Math.max(north + 4, Math.min(south - 4, y))];
  const apart = Math.hypot(to[0] - x, to[1] - y) || 1;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x + ((to[0] - x) / apart) * radius * 0.9, y + ((to[1] - y) / apart) * radius * 0.9);
  pen.lineTo(...to);
  pen.stroke();
}

const AROUND = [0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2].flatMap((south) => [0, -0.5, 0.5, -1, 1, -1.5, 1.5].map((east) => [east, south])).sort((one, other) => Math.hypot(...one) - Math.hypot(...other));

// A town's dot with its name on the side where there is room; without room neither.
function nameTown(pen, ink, taken, name, width, x, y) {
  const spots = [[x + 5, y], [x - 5 - width, y], [x - width / 2, y - 10], [x - width / 2, y + 10]];
  const spot = spots.find(([left, middle]) => taken.free([left, middle - 6, left + width, middle + 6]));
  if (!spot) return;
  taken.add([spot[0], spot[1] - 6, spot[0] + width, spot[1] + 6]);
  pen.fillStyle = ink.town;
  pen.beginPath();
  pen.arc(x, y, 1.8, 0, 7);
  pen.fill();
  written(pen, name, ...spot, ink.town, ink.halo, 2.5);
}

// In the middle of a country, or as near to it as there is room.
function centred(pen, taken, text, width, x, y, colour, halo, reach) {
  for (const [east, south] of AROUND) {
    const left = x - width / 2 + east * reach, middle = y + (south * reach) / 2;
    const box = [left - 3, middle - 8, left + width + 3, middle + 8];
    if (!taken.free(box)) continue;
    taken.add(box);
    written(pen, text, left, middle, colour, halo, 3);
    return;
  }
}

function written(pen, text, x, y, colour, halo, thick) {
  pen.strokeStyle = halo;
  pen.lineWidth = thick;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

// A click shows at once that it was taken; the ring of the selection comes with the app's answer.
function ring(pen, mark, inView, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.setLineDash([4, 3]);
  for (const [x, y] of inView(mark.p)) { pen.beginPath(); pen.arc(x, y, mark.z / 2 + 4, 0, 7); pen.stroke(); }
  pen.setLineDash([]);
}

// Where buttons and scale lie on the map.
const controls = ({ width, height }) => [[width - 50, 0, width, 116], [0, 0, 100, 50], [0, height - 36, 130, height]];

const short = (name) => (name.length > 26 ? `${name.slice(0, 25).trimEnd()}…` : name);
const around = (x, y, radius) => [x - radius, y - radius, x + radius, y + radius];

// Boxes that are taken: west, north, east, south in pixels.
class Taken {
  constructor() { this.boxes = []; }
  add(box) { this.boxes.push(box); }
  free([west, north, east, south]) { return !this.boxes.some((each) => each[0] < east && each[2] > west && each[1] < south && each[3] > north); }
}
