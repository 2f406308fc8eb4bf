"""How sites look on the map: a shape a kind, a colour by score, a hole for a rough place, a dot for clear owners."""

from __future__ import annotations

import io
import json
import math
from functools import cache
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from data.bounded_cache import BoundedCache
from geo.raster import ramp_colours
from scoring.ranking.ranked import Ranked, Sites

SIZE = 64
OVERSAMPLE = 4
#: kind -> corners of the shape; 0 is a circle. The offset turns it, in degrees.
SHAPES = {
    "mine": (0, 0.0),
    "separation": (4, 0.0),
    "refinery": (4, 45.0),
    "derivative": (6, 0.0),
    "recycling": (3, 0.0),
}
#: Dark is good on the light map, bright is good on the dark one; both ramps are even to colour-blind eyes.
RAMP_LIGHT, RAMP_DARK = "lajolla_r", "lajolla"
SCORE_LOW, SCORE_HIGH = 0.2, 0.95
FAINTEST = 45
FAILED_LIGHT, FAILED_DARK = (150, 155, 162), (96, 104, 114)


class Marker(TypedDict):
    """Where a marker lies in the atlas, as deck.gl's IconLayer takes it; pixels."""

    x: int
    y: int
    width: int
    height: int
    mask: bool


def _names() -> list[tuple[str, bool, bool]]:
    return [(kind, hollow, clear) for clear in (False, True) for hollow in (False, True) for kind in SHAPES]


def icon(kind: str, hollow: bool, clear: bool) -> str:
    """Return the name of a marker in the atlas: hollow, and with a dot where its owners are known to be clear."""
    return kind + "-hollow" * hollow + "-clear" * clear


@cache
def atlas() -> bytes:
    """Return the PNG of all markers side by side, white on transparent; the map tints them."""
    side = SIZE * OVERSAMPLE
    picture = Image.new("L", (side * len(_names()), side), 0)
    draw = ImageDraw.Draw(picture)
    for i, (kind, hollow, clear) in enumerate(_names()):
        corners, turn = SHAPES[kind]
        centre = (i * side + side / 2, side / 2)
        _shape(draw, centre, side * 0.44, corners, turn, 255)
        if hollow:
            _shape(draw, centre, side * 0.28, corners, turn, 0)
        if clear:
            _shape(draw, centre, side * 0.15, 0, 0.0, 255 if hollow else 0)
    small = picture.resize((SIZE * len(_names()), SIZE), Image.Resampling.LANCZOS)
    white = Image.merge("RGBA", (Image.new("L", small.size, 255),) * 3 + (small,))
    out = io.BytesIO()
    white.save(out, "PNG", optimize=True)
    return out.getvalue()


def _shape(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, corners: int, turn: float, shade: int
) -> None:
    x, y = centre
    if not corners:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)
        return
    angles = [math.radians(turn - 90 + 360 * k / corners) for k in range(corners)]
    draw.polygon([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles], fill=shade)


def mapping() -> dict[str, Marker]:
    """Return where each marker lies in the atlas, as deck.gl's IconLayer wants it."""
    return {
        icon(*name): {"x": i * SIZE, "y": 0, "width": SIZE, "height": SIZE, "mask": True}
        for i, name in enumerate(_names())
    }


@cache
def _ramp(dark: bool) -> NDArray[np.uint8]:
    return np.asarray(ramp_colours(RAMP_DARK if dark else RAMP_LIGHT)[:, :3])


def colours(score: NDArray[np.float64], dark: bool) -> NDArray[np.uint8]:
    """Return red, green, blue for scores 0..1; the ends of the ramp stand for `SCORE_LOW` and `SCORE_HIGH`."""
    ramp = _ramp(dark)
    place = np.clip((score - SCORE_LOW) / (SCORE_HIGH - SCORE_LOW), 0, 1)
    usable = 0.15 + 0.75 * place
    return np.asarray(ramp[np.round(usable * (len(ramp) - 1)).astype(int)])


def rows_json(ranked: Ranked, dark: bool, firm: NDArray[np.float64] | None = None) -> str:
    """Return what the map draws of each site as JSON, the best last.

    id, n(ame), p(osition), i(con), c(olour), t (rank and score), z (pixels). With `firm` (0..1, a value a ranked site:
    chance to be among the first), the less sure are fainter and the tooltip says the chance.
    """
    heads, order = _HEADS.get(id(ranked.sites), lambda: (ranked.sites, _heads(ranked.sites)))[1], ranked.row[::-1]
    count = len(order)
    shades, tails = [""] * count, [""] * count
    if firm is not None:
        shades = [f",{round(FAINTEST + (255 - FAINTEST) * chance)}" for chance in firm[::-1].tolist()]
        tails = [f" · {100 * chance:.0f} %" for chance in firm[::-1].tolist()]
    failed = FAILED_DARK if dark else FAILED_LIGHT
    shown = np.where(
        ranked.sites.failed[order, None], np.array(failed, dtype=np.uint8), colours(ranked.score[::-1], dark)
    ).tolist()
    scores = [f"{score:.2f}" for score in ranked.score[::-1].tolist()]
    fields = zip(heads[order].tolist(), shown, shades, range(count, 0, -1), scores, tails, strict=True)
    made = [
        f'{head}{red},{green},{blue}{shade}],"t":"#{place} · {score}{tail}","z":{_pixels(place)}}}'
        for head, (red, green, blue), shade, place, score, tail in fields
    ]
    return f"[{','.join(made)}]"


def _pixels(place: int) -> int:
    """Return the size of a marker: the best stand out, the many stay legible."""
    return 15 if place <= 50 else 11 if place <= 500 else 8


def _heads(sites: Sites) -> NDArray[np.object_]:
    """Return the beginning of each site's row, which no weight changes."""
    names = ("site_id", "name", "lon", "lat", "kind", "location_accuracy")
    fields = zip(*(sites.columns[name] for name in names), strict=True)
    heads = np.empty(len(sites.failed), dtype=object)
    for row, (site_id, name, lon, lat, kind, accuracy) in enumerate(fields):
        marker = icon(kind, accuracy != "exact", bool(sites.clear[row]))
        heads[row] = f'{{"id":{_quoted(site_id)},"n":{_quoted(name)},"p":[{lon!r},{lat!r}],"i":"{marker}","c":['
    return heads


#: By the identity of the sites, which are kept with them so that no other takes their place.
_HEADS: BoundedCache[int, tuple[Sites, NDArray[np.object_]]] = BoundedCache(
    2, 64_000_000, lambda pair: 200 * len(pair[1])
)
_quoted = json.encoder.encode_basestring_ascii
