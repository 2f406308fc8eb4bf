// Builds the two scripts of the maps into ui/static.
import { copyFile } from "node:fs/promises";
import { build } from "esbuild";

const common = { bundle: true, format: "esm", minify: true, target: "es2022", legalComments: "none", loader: { ".css": "text" } };
// Streamlit's own chart brings a deck.gl of its own; each refuses to start where it finds the other in these globals.
const apart = {
  banner: { js: "const othersDeck=globalThis.deck,othersLuma=globalThis.luma;delete globalThis.deck;delete globalThis.luma;" },
  footer: {
    js: "delete globalThis.deck;delete globalThis.luma;if(othersDeck)globalThis.deck=othersDeck;if(othersLuma)globalThis.luma=othersLuma;",
  },
};

await build({
  ...common, ...apart, entryPoints: ["src/map.js"], conditions: ["visgl:webgl-only"], outfile: "../../static/map.js",
});
await build({ ...common, entryPoints: ["src/drawing.js"], outfile: "../../static/drawing.js" });
await copyFile("node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs", "../../static/drawing-worker.mjs");
