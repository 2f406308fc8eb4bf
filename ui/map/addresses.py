"""Addresses that the app hands to its own map.

They cannot be guessed, and what a session sees is reached by them alone. Serves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scoring.ranking.scenario import Scenario

#: The bundled land as GeoJSON tiles of Web Mercator: small maps draw it from them, since the line of the whole coast
#: takes seconds where there is no GPU.
LAND_TILES = "/api/layers/land/{z}/{x}/{y}.json?v=0"
#: Made anew in each process: an address of an earlier one leads nowhere.
_KEY = secrets.token_bytes(32)
MOST_FEEDS, MOST_BYTES = 512, 32_000_000
BYTES_A_SCENARIO, BYTES_A_POINT = 2_000, 150


@dataclass(frozen=True, slots=True)
class MapFeed:
    """What the map shows of a scenario: its sites, for a dark or a light page, fainter where the place is not firm.

    hidden: entries of the legend that are switched off. language: of the names and tooltips.
    """

    scenario: Scenario
    dark: bool
    firm: bool
    state: int
    hidden: frozenset[str] = frozenset()
    language: str = "en"


class MapFeeds:
    """Feeds by the key of their address, the least recently written dropped first.

    A page writes the address of its feed anew each time it is drawn, so that only feeds of pages that are long gone are
    dropped.
    """

    def __init__(self) -> None:
        self._feeds: OrderedDict[str, MapFeed] = OrderedDict()
        self._keys: dict[MapFeed, str] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def key_of(self, feed: MapFeed) -> str:
        """Return the key of a feed's address; the same feed has the same key while it is kept."""
        with self._lock:
            key = self._keys.get(feed)
            if key is None:
                key = self._keys[feed] = secrets.token_urlsafe(16)
                self._feeds[key] = feed
                self._bytes += _size(feed)
            self._feeds.move_to_end(key)
            while len(self._feeds) > 1 and (len(self._feeds) > MOST_FEEDS or self._bytes > MOST_BYTES):
                _key, dropped = self._feeds.popitem(last=False)
                del self._keys[dropped]
                self._bytes -= _size(dropped)
            return key

    def feed(self, key: str) -> MapFeed | None:
        """Return the feed of a key; None where there is none, or not any more."""
        with self._lock:
            return self._feeds.get(key)


def _size(feed: MapFeed) -> int:
    area = feed.scenario.filters.area
    points = sum(len(ring) for polygon in area.polygons for ring in polygon) if area else 0
    return BYTES_A_SCENARIO + BYTES_A_POINT * points


FEEDS = MapFeeds()


def sites_address(feed: MapFeed) -> str:
    """Return the address of all sites of a scenario, for the drawing map."""
    return f"/api/sites.json?k={FEEDS.key_of(feed)}"


def tiles_address(feed: MapFeed) -> str:
    """Return the address of the tiles of a scenario's sites, thinned by zoom, with places for zoom, column and row."""
    return f"/api/sites/{{z}}/{{x}}/{{y}}.json?k={FEEDS.key_of(feed)}"


def tooltip_address(feed: MapFeed) -> str:
    """Return the address of what the map says of a site; its id and the zoom are to be added."""
    return f"/api/sites/tooltip.json?k={FEEDS.key_of(feed)}"


def layer_key(layer_id: str) -> str:
    """Return what the address of an own layer must carry."""
    return hmac.new(_KEY, layer_id.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


def opens(layer_id: str, key: str) -> bool:
    """Tell whether a key opens a layer."""
    return hmac.compare_digest(layer_key(layer_id).encode(), key.encode(errors="replace"))


STATIC = Path(__file__).resolve().parents[1] / "static"


#: What the browser fetches of ours -> media type. Made by `npm run build` in ui/map/drawing_src.
FILES = {"map.js": "text/javascript", "drawing.js": "text/javascript", "drawing-worker.mjs": "text/javascript"}


@cache
def script_address(name: str) -> str:
    """Return the address of a script of ours; it changes with the script, so that the browser may keep it."""
    return f"/api/drawing/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]}"
