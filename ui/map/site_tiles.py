"""The sites of the map: which the legend shows, which are drawn at a zoom, and the tiles that deck.gl fetches.

Every site that the legend shows is drawn, or counted at the one that is drawn for it. Serves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from data.bounded_cache import BoundedCache
from data.vocabulary import KINDS
from geo.arrays import BoolArray, FloatArray, IndexArray, IntArray
from geo.thinning import Thinned, mercator, thinned
from scoring.ranking.ranked import Ranked
from ui.map import markers
from ui.map.addresses import MapFeed
from ui.text.i18n import number, speaking
from ui.text.vocabulary import site_name
from workspace import rankings

#: So many of the best are drawn at every zoom, with their names.
NAMED = 20
#: Beyond it marks do not spread any more: those that still share a place share it on the ground.
MOST_ZOOM = 14
FAILED, ROUGH, UNCLEAR = "failed", "rough", "unclear"
#: Classes of scores, the lowest first.
BANDS = tuple(f"score{place}" for place in range(len(markers.BANDS) + 1))
#: What the legend can hide.
ENTRIES = (*KINDS, *BANDS, FAILED, ROUGH, UNCLEAR)
BYTES_A_SITE = 120


@dataclass(frozen=True, slots=True)
class Shown:
    """The sites of a feed that the legend shows, the best first.

    Attributes
    ----------
    ranked : Ranked
        The whole list.
    place : array of int, shape (n,)
        Place in the list, from 0.
    lon, lat : array of float
        EPSG:4326 degrees.
    pixels : array of int
        Size by contained metal or output.
    icons : list of str
        Names in the atlas.
    alpha : array of int
        Opacity, 0..255.
    tiles : dict
        Zoom -> `Tiles`, filled as they are asked for.
    """

    ranked: Ranked
    place: IndexArray
    lon: FloatArray
    lat: FloatArray
    pixels: IntArray
    icons: list[str]
    alpha: IntArray
    tiles: dict[int, Tiles] = field(default_factory=dict)

    def value(self, name: str, each: int) -> str:
        """Return a text of a site by its place among those shown."""
        return str(self.ranked.sites.columns[name][self.ranked.row[self.place[each]]])


@dataclass(frozen=True, slots=True)
class Tiles:
    """The sites of a zoom: what is drawn for what, and tile -> which of those drawn it holds, the best last."""

    thin: Thinned
    of_tile: Mapping[tuple[int, int], IndexArray]


def entries(ranked: Ranked) -> dict[str, BoolArray]:
    """Return which sites of a list each entry of the legend stands for, in order of rank."""
    columns = ranked.sites.columns
    kinds, accuracy = columns["kind"][ranked.row], columns["location_accuracy"][ranked.row]
    failed, band = ranked.sites.failed[ranked.row], markers.bands(ranked.score)
    of = {kind: np.asarray(kinds == kind, dtype=bool) for kind in KINDS}
    of |= {name: (band == place) & ~failed for place, name in enumerate(BANDS)}
    return of | {
        FAILED: failed,
        ROUGH: np.asarray(accuracy != "exact", dtype=bool),
        UNCLEAR: ~ranked.sites.clear[ranked.row],
    }


def shown(feed: MapFeed) -> Shown:
    """Return the sites of a feed that the legend shows."""
    return _SHOWN.get(feed, lambda: _shown(feed))


def _shown(feed: MapFeed) -> Shown:
    ranked, amounts = rankings.VIEW.ranked(feed.scenario), rankings.VIEW.amounts(feed.scenario)
    of = entries(ranked)
    hidden = np.zeros(len(ranked.row), dtype=bool)
    for name in feed.hidden & of.keys():
        hidden |= of[name]
    place = np.flatnonzero(~hidden)
    columns, rows = ranked.sites.columns, ranked.row[place]
    shade = np.where(of[FAILED], markers.SHADES, markers.shades(ranked.score))[place]
    shapes = zip(columns["kind"][rows], of[ROUGH][place], ~of[UNCLEAR][place], shade.tolist(), strict=True)
    return Shown(
        ranked,
        place,
        np.asarray(columns["lon"][rows], dtype=float),
        np.asarray(columns["lat"][rows], dtype=float),
        markers.pixels(amounts[place]),
        [f"{markers.icon(kind, bool(rough), bool(clear))}/{of_ramp}" for kind, rough, clear, of_ramp in shapes],
        _alpha(feed)[place] if feed.firm else np.full(len(place), 255, dtype=np.int64),
    )


def _alpha(feed: MapFeed) -> IntArray:
    chance: FloatArray = rankings.rank_stability(feed.scenario).table["in_top_k"].to_numpy()
    return markers.faintness(chance)


def tiles(feed: MapFeed, zoom: int) -> Tiles:
    """Return the sites of a feed as they are drawn at a zoom."""
    sites = shown(feed)
    if zoom not in sites.tiles:
        sites.tiles[zoom] = _tiles(sites, zoom)
    return sites.tiles[zoom]


def _tiles(sites: Shown, zoom: int) -> Tiles:
    thin = thinned(sites.lon, sites.lat, zoom, NAMED)
    drawn = thin.drawn[::-1]
    place = mercator(sites.lon[drawn], sites.lat[drawn])
    column, row = np.minimum(place * 2**zoom, 2**zoom - 1).astype(np.int64).T
    keys, tile_of = np.unique(np.column_stack([column, row]), axis=0, return_inverse=True)
    return Tiles(thin, {(int(x), int(y)): drawn[tile_of.ravel() == each] for each, (x, y) in enumerate(keys)})


def tile_json(feed: MapFeed, zoom: int, column: int, row: int) -> str:
    """Return a tile of sites as GeoJSON, the best last so that it is drawn on top.

    Properties: id, n(ame), r(ank), s(core), i(con), z (pixels), a(lpha), m: how many others it stands for, as text.
    """
    sites, at_zoom = shown(feed), tiles(feed, zoom)
    drawn = at_zoom.of_tile.get((column, row), np.empty(0, dtype=np.intp))
    more = dict(zip(at_zoom.thin.drawn.tolist(), at_zoom.thin.more.tolist(), strict=True))
    with speaking(feed.language):
        features = [_feature(sites, each, more[each]) for each in drawn.tolist()]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def _feature(sites: Shown, each: int, more: int) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [float(sites.lon[each]), float(sites.lat[each])]},
        "properties": {
            **mark(sites, each),
            "s": f"{sites.ranked.score[sites.place[each]]:.2f}",
            "i": sites.icons[each],
            "a": int(sites.alpha[each]),
            "m": f"+{number(more)}" if more else "",
        },
    }


def mark(sites: Shown, each: int) -> dict[str, object]:
    """Return id, n(ame), r(ank) and z (pixels) of a site by its place among those shown."""
    return {
        "id": sites.value("site_id", each),
        "n": site_name(sites.value("name", each), sites.value("site_id", each)),
        "r": int(sites.place[each]) + 1,
        "z": int(sites.pixels[each]),
    }


def named(feed: MapFeed) -> list[dict[str, object]]:
    """Return the marks that carry a name at every zoom, with p(osition) as lon, lat."""
    sites = shown(feed)
    return [
        mark(sites, each) | {"p": [float(sites.lon[each]), float(sites.lat[each])]}
        for each in range(min(NAMED, len(sites.place)))
    ]


def beneath(feed: MapFeed, site_id: str, zoom: int, most: int) -> tuple[list[str], int]:
    """Return the names of the first sites that a drawn one stands for at a zoom, and how many there are."""
    sites, thin = shown(feed), tiles(feed, zoom).thin
    drawn = next((each for each in thin.drawn.tolist() if sites.value("site_id", each) == site_id), None)
    if drawn is None:
        return [], 0
    others = np.flatnonzero(thin.under == drawn)
    others = others[others != drawn].tolist()
    return [sites.value("name", each) for each in others[:most]], len(others)


#: How a feed is drawn depends on nothing but the feed, which holds the number of the state of the facts.
_SHOWN: BoundedCache[MapFeed, Shown] = BoundedCache(24, 64_000_000, lambda sites: BYTES_A_SITE * 8 * len(sites.place))
