"""How sites look on the map.

A shape a kind, a colour by score, a size by contained metal or output, a hole for a rough place, a dot for clear
owners.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from functools import cache
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from data.bounded_cache import BoundedCache
from geo.arrays import FloatArray, IntArray
from geo.raster import ramp_colours
from scoring.ranking.ranked import Ranked, Sites

SIZE = 48
OVERSAMPLE = 4
#: kind -> corners of the shape; 0 is a circle. The offset turns it, in degrees.
SHAPES = {
    "mine": (0, 0.0),
    "separation": (4, 0.0),
    "refinery": (4, 45.0),
    "derivative": (6, 0.0),
    "recycling": (3, 0.0),
}
#: Radii as a part of the marker's side: edge, body, hole, dot.
EDGE, BODY, HOLE, DOT = 0.485, 0.41, 0.24, 0.14
#: Dark is good on the light map, bright is good on the dark one; both ramps are even to colour-blind eyes.
RAMP_LIGHT, RAMP_DARK = "lajolla_r", "lajolla"
SCORE_LOW, SCORE_HIGH = 0.2, 0.95
#: Colours that markers come in; one more is that of a failed gate.
SHADES = 24
#: Limits of the classes of scores that the legend shows and hides.
BANDS = (0.35, 0.5, 0.65, 0.8)
FAINTEST = 45
FAILED_LIGHT, FAILED_DARK = (150, 155, 162), (96, 104, 114)
EDGE_LIGHT, EDGE_DARK = (255, 255, 255), (14, 19, 26)
#: Pixels of a marker of the least and of the most contained metal or output; unknown is drawn as the least.
SMALLEST_PX, LARGEST_PX = 12, 29


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
    """Return the name of a shape: hollow, and with a dot where its owners are known to be clear."""
    return kind + "-hollow" * hollow + "-clear" * clear


@cache
def atlas(dark: bool) -> bytes:
    """Return the PNG of all markers: a column a shape, a row a colour, the last that of a failed gate."""
    shades = [
        *colours(np.linspace(SCORE_LOW, SCORE_HIGH, SHADES), dark).tolist(),
        FAILED_DARK if dark else FAILED_LIGHT,
    ]
    edge = EDGE_DARK if dark else EDGE_LIGHT
    masks = [_masks(*name) for name in _names()]
    picture = np.zeros((SIZE * len(shades), SIZE * len(masks), 4), np.uint8)
    for row, shade in enumerate(shades):
        for column, (whole, body) in enumerate(masks):
            part = picture[row * SIZE : (row + 1) * SIZE, column * SIZE : (column + 1) * SIZE]
            part[..., :3] = np.round(body[..., None] * shade + (1 - body[..., None]) * edge)
            part[..., 3] = np.round(255 * whole)
    out = io.BytesIO()
    Image.fromarray(picture, "RGBA").save(out, "PNG")
    return out.getvalue()


def _masks(kind: str, hollow: bool, clear: bool) -> tuple[FloatArray, FloatArray]:
    """Return where a marker is, and where it has its colour and not that of its edge, 0..1."""
    layers = [(EDGE, 1, 0), (BODY, 1, 1)]
    layers += [(HOLE, 1, 0)] if hollow else []
    layers += [(DOT, 1, 1 if hollow else 0)] if clear else []
    whole, body = (Image.new("L", (SIZE * OVERSAMPLE,) * 2, 0) for _each in range(2))
    for radius, there, coloured in layers:
        corners, turn = (0, 0.0) if radius == DOT else SHAPES[kind]
        _shape(ImageDraw.Draw(whole), radius, corners, turn, 255 * there)
        _shape(ImageDraw.Draw(body), radius, corners, turn, 255 * coloured)
    return tuple(  # type: ignore[return-value]
        np.asarray(each.resize((SIZE, SIZE), Image.Resampling.LANCZOS), dtype=float) / 255 for each in (whole, body)
    )


def _shape(draw: ImageDraw.ImageDraw, radius: float, corners: int, turn: float, shade: int) -> None:
    side = SIZE * OVERSAMPLE
    middle, radius = side / 2, side * radius
    if corners:
        draw.polygon([(middle + radius * x, middle + radius * y) for x, y in outline(corners, turn)], fill=shade)
    else:
        draw.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), fill=shade)


def outline(corners: int, turn: float) -> list[tuple[float, float]]:
    """Return the corners of a shape of radius 1 round 0, 0; y goes down."""
    angles = [math.radians(turn - 90 + 360 * k / corners) for k in range(corners)]
    return [(math.cos(angle), math.sin(angle)) for angle in angles]


@cache
def mapping() -> dict[str, Marker]:
    """Return where each marker lies in the atlas, as deck.gl's IconLayer wants it: ``shape/shade``."""
    return {
        f"{icon(*name)}/{shade}": {"x": x * SIZE, "y": shade * SIZE, "width": SIZE, "height": SIZE, "mask": False}
        for x, name in enumerate(_names())
        for shade in range(SHADES + 1)
    }


@cache
def version(dark: bool) -> str:
    """Return a few digits that change with the atlas: its address is kept for ever by the browser."""
    return hashlib.sha256(atlas(dark) + json.dumps(mapping()).encode()).hexdigest()[:8]


@cache
def _ramp(dark: bool) -> NDArray[np.uint8]:
    return np.asarray(ramp_colours(RAMP_DARK if dark else RAMP_LIGHT)[:, :3])


def _place(score: FloatArray) -> FloatArray:
    """Return where scores lie on the ramp, 0..1."""
    return np.clip((score - SCORE_LOW) / (SCORE_HIGH - SCORE_LOW), 0, 1)


def colours(score: FloatArray, dark: bool) -> NDArray[np.uint8]:
    """Return red, green, blue for scores 0..1; the ends of the ramp stand for `SCORE_LOW` and `SCORE_HIGH`."""
    ramp = _ramp(dark)
    usable = 0.15 + 0.75 * _place(score)
    return np.asarray(ramp[np.round(usable * (len(ramp) - 1)).astype(int)])


def shades(score: FloatArray) -> IntArray:
    """Return the row of the atlas for scores 0..1."""
    return np.round(_place(score) * (SHADES - 1)).astype(np.int64)


def bands(score: FloatArray) -> IntArray:
    """Return the class of the legend for scores 0..1, 0 for the lowest."""
    return np.searchsorted(BANDS, score, side="right").astype(np.int64)


def pixels(amount: FloatArray) -> IntArray:
    """Return the size of markers for amounts on the logarithmic scale of their criterion, 0..1; NaN is unknown."""
    known = np.nan_to_num(amount, nan=0.0)
    return np.round(SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * np.clip(known, 0, 1)).astype(np.int64)


def rows_json(ranked: Ranked, dark: bool, firm: FloatArray | None = None) -> str:
    """Return what the drawing map shows of each site as JSON, the best last.

    id, n(ame), p(osition), c(olour), t (rank and score), z (pixels). With `firm` (0..1, a value a ranked site: chance
    to be among the first), the less sure are fainter and the text says the chance.
    """
    heads, order = _HEADS.get(id(ranked.sites), lambda: (ranked.sites, _heads(ranked.sites)))[1], ranked.row[::-1]
    count = len(order)
    alphas, tails = [""] * count, [""] * count
    if firm is not None:
        alphas = [f",{alpha}" for alpha in faintness(firm[::-1]).tolist()]
        tails = [f" · {100 * chance:.0f} %" for chance in firm[::-1].tolist()]
    failed = FAILED_DARK if dark else FAILED_LIGHT
    shown = np.where(
        ranked.sites.failed[order, None], np.array(failed, dtype=np.uint8), colours(ranked.score[::-1], dark)
    ).tolist()
    scores = [f"{score:.2f}" for score in ranked.score[::-1].tolist()]
    fields = zip(heads[order].tolist(), shown, alphas, range(count, 0, -1), scores, tails, strict=True)
    made = [
        f'{head}{red},{green},{blue}{alpha}],"t":"#{place} · {score}{tail}","z":{_pixels(place)}}}'
        for head, (red, green, blue), alpha, place, score, tail in fields
    ]
    return f"[{','.join(made)}]"


def faintness(firm: FloatArray) -> IntArray:
    """Return the opacity, 0..255, of sites by their chance to be among the first, 0..1."""
    return np.round(FAINTEST + (255 - FAINTEST) * firm).astype(np.int64)


def _pixels(place: int) -> int:
    """Return the size of a circle of the drawing map: the best stand out, the many stay legible."""
    return 15 if place <= 50 else 11 if place <= 500 else 8


def _heads(sites: Sites) -> NDArray[np.object_]:
    """Return the beginning of each site's row, which no weight changes."""
    fields = zip(*(sites.columns[name] for name in ("site_id", "name", "lon", "lat")), strict=True)
    heads = np.empty(len(sites.failed), dtype=object)
    for row, (site_id, name, lon, lat) in enumerate(fields):
        heads[row] = f'{{"id":{_quoted(site_id)},"n":{_quoted(name)},"p":[{lon!r},{lat!r}],"c":['
    return heads


#: By the identity of the sites, which are kept with them so that no other takes their place.
_HEADS: BoundedCache[int, tuple[Sites, NDArray[np.object_]]] = BoundedCache(
    2, 64_000_000, lambda pair: 200 * len(pair[1])
)
_quoted = json.encoder.encode_basestring_ascii
