// Web Mercator as deck.gl counts it: a world of 512 pixels at zoom 0, without end eastward. Pure functions.

const TILE = 512;
// What the map shows from south to north: there are no sites beyond, and no Antarctica.
export const SOUTH = -58, NORTH = 83.5;

const northing = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
const latitude = (y) => (360 / Math.PI) * (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 4);

export const degreesPerPixel = (view) => 360 / (TILE * 2 ** view.zoom);

// Places on the screen of a longitude and latitude: the world repeats, so there may be several.
export function projected([lon, lat], view, size) {
  const world = TILE * 2 ** view.zoom;
  const y = size.height / 2 + (northing(lat) - northing(view.latitude)) * world;
  const first = size.width / 2 + ((lon - view.longitude) / 360) * world;
  const places = [];
  for (let x = first - Math.floor(first / world) * world - world; x < size.width + 60; x += world) if (x > -60) places.push([x, y]);
  return y > -60 && y < size.height + 60 ? places : [];
}

// The camera that shows west, south, east, north; west > east goes over the antimeridian.
export function fitted([west, south, east, north], size, margin = 28) {
  const width = Math.max((east - west + 720) % 360 || (east === west ? 0 : 360), 0.02);
  const [top, bottom] = [northing(Math.min(north, NORTH)), northing(Math.max(south, SOUTH))];
  const room = [Math.max(size.width - 2 * margin, 50), Math.max(size.height - 2 * margin, 50)];
  const zoom = Math.min(Math.log2((room[0] / TILE) * (360 / width)), Math.log2(room[1] / TILE / Math.max(bottom - top, 1e-5)), 9);
  return { longitude: west + width / 2, latitude: latitude((top + bottom) / 2), zoom };
}

// The same camera, where it does not look past the edges of the map.
export function kept(view, size, mostZoom) {
  const [top, bottom] = [northing(NORTH), northing(SOUTH)];
  const least = Math.max(-1, Math.min(Math.log2(size.height / TILE / (bottom - top)), Math.log2(size.width / TILE)));
  const zoom = Math.max(least, Math.min(mostZoom, view.zoom));
  const half = size.height / 2 / (TILE * 2 ** zoom);
  const y = northing(view.latitude);
  const middle = bottom - top <= 2 * half ? (top + bottom) / 2 : Math.max(top + half, Math.min(bottom - half, y));
  return { ...view, zoom, latitude: latitude(middle), pitch: 0, bearing: 0 };
}

export const turned = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;

// The camera on its way, part 0..1: it starts and ends slowly, and rises where the way is long.
export function between(from, to, part) {
  const eased = part * part * (3 - 2 * part);
  const mixed = (one, other) => one + (other - one) * eased;
  const screens = Math.abs(to.longitude - from.longitude) / 360 / (1 / 2 ** Math.min(from.zoom, to.zoom));
  const rise = Math.min(2.5, Math.max(0, Math.log2(screens + 1) - 0.5)) * Math.sin(Math.PI * eased);
  return { longitude: mixed(from.longitude, to.longitude), latitude: mixed(from.latitude, to.latitude), zoom: mixed(from.zoom, to.zoom) - rise, pitch: 0, bearing: 0 };
}
