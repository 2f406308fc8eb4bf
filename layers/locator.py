"""Locator maps as SVG, drawn from the bundled layers.

For cards, comparisons and printed pages.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from data.facts import HERE as DATA
from geo.arrays import FloatArray
from layers.catalog import load_catalog

Place = tuple[float, float]
FONT = FontProperties(fname=str(DATA / "fonts" / "NotoSansJP-Regular.otf"), size=8)

#: Layers that are drawn, from the bottom: id -> width in points.
AREAS, LINES = ("land", "lakes"), {"rivers": 0.4, "boundaries": 0.7, "roads": 0.35, "rail": 0.9}
KM_A_DEGREE = 110.5
#: Settings of matplotlib hold for the whole process while they are in force.
_DRAWING = threading.Lock()
#: Room that a line of words takes, as shares of the height and the width of a map.
LINE_SHARE, WORDS_SHARE = 0.055, 0.28
#: The world map is cut here, degrees east; a numbered disc takes this share of its width.
PACIFIC_WEST, DISC_SHARE = -20.0, 0.024
#: Maps wider than this show no roads and railways: they would be a stain.
ROADS_UP_TO_KM = 900.0


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours of a map: sea, land, lake, line by layer, ink."""

    sea: str
    land: str
    lakes: str
    lines: dict[str, str]
    ink: str


LIGHT = Colours(
    "#DCE8F0",
    "#F6F4EE",
    "#DCE8F0",
    {"rivers": "#9DBBD0", "boundaries": "#A79F92", "roads": "#CBBFA9", "rail": "#5F5A52"},
    "#1B2430",
)
DARK = Colours(
    "#17222E",
    "#26303A",
    "#17222E",
    {"rivers": "#3F5C74", "boundaries": "#6A727C", "roads": "#4B4A45", "rail": "#A8A294"},
    "#E8ECF1",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the map, EPSG:4326 degrees, with the words beside it; `joined`: a line leads to it from the centre."""

    lon: float
    lat: float
    label: str
    colour: str
    joined: bool = False
    symbol: str = "o"


def locator(
    lon: float,
    lat: float,
    half_km: float,
    marks: Sequence[Mark],
    inches: tuple[float, float] = (4.0, 3.0),
    dark: bool = False,
) -> str:
    """Return a map centred on a place as SVG: azimuthal equidistant (true distances from the centre), with scale bar.

    Parameters
    ----------
    lon, lat : float
        Centre, EPSG:4326 degrees.
    half_km : float
        From the centre to the left and right edge.
    marks : sequence of Mark
    inches : tuple of float
        Width and height.
    dark : bool
        For a dark page.
    """
    colours = DARK if dark else LIGHT
    figure = blank_figure(inches)
    axes = figure.add_axes((0, 0, 1, 1))
    half_y = half_km * inches[1] / inches[0]
    axes.set(xlim=(-half_km, half_km), ylim=(-half_y, half_y), aspect="equal", facecolor=colours.sea)
    axes.set_axis_off()
    axes.add_patch(_rectangle(half_km, half_y, colours.sea))
    for name in AREAS:
        _fill(axes, _rings(name, lon, lat, half_km), getattr(colours, name))
    for name, width in LINES.items():
        if name not in ("roads", "rail") or half_km <= ROADS_UP_TO_KM:
            _stroke(axes, _lines(name, lon, lat, half_km), colours.lines[name], width)
    to_km = _projection(lon, lat)
    taken = [(-0.8 * half_km, -0.9 * half_y)]
    for mark in marks:
        _draw(axes, mark, to_km.transform(mark.lon, mark.lat), colours, (half_km, half_y), taken)
    _scale_bar(axes, half_km, half_y, colours)
    return svg_of(figure)


def overview(marks: Sequence[Mark], inches: tuple[float, float] = (7.2, 3.4), dark: bool = False) -> str:
    """Return a map of the world with the Pacific in the middle and numbered places as SVG text; plate carree, degrees.

    Parameters
    ----------
    marks : sequence of Mark
        Their labels stand in the mark: numbers.
    inches : tuple of float
    dark : bool
    """
    colours = DARK if dark else LIGHT
    figure = blank_figure(inches)
    axes = figure.add_axes((0, 0, 1, 1))
    west, south, east, north = _span([(_from_pacific(mark.lon), mark.lat) for mark in marks], inches)
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal")
    axes.set_axis_off()
    axes.add_patch(Rectangle((west, south), east - west, north - south, color=colours.sea, linewidth=0, zorder=0))
    for name, ink in (("land", colours.land), ("boundaries", colours.lines["boundaries"])):
        for turn in (0.0, 360.0):
            inside = shapely.clip_by_rect(_tree(name).geometries, west - turn, south, east - turn, north)
            parts = shapely.get_parts(shapely.simplify(inside[~shapely.is_empty(inside)], (east - west) / 3000))
            outlines = [part.exterior if isinstance(part, shapely.Polygon) else part for part in parts]
            drawn = [shapely.get_coordinates(line) + np.array([turn, 0.0]) for line in outlines]
            if name == "land":
                _fill(axes, drawn, ink)
            else:
                _stroke(axes, drawn, ink, 0.35)
    taken: list[Place] = []
    for mark in marks:
        _numbered(axes, mark, colours, (west, south, east, north), taken)
    return svg_of(figure)


def _fill(axes: Axes, rings: list[FloatArray], colour: str) -> None:
    """Fill rings that may overlap: as one outline, since an SVG of thousands takes ten times as long to write."""
    if rings:
        outline = Path.make_compound_path(*(Path(_anticlockwise(ring), closed=True) for ring in rings))
        axes.add_artist(PathPatch(outline, facecolor=colour, linewidth=0))


def _stroke(axes: Axes, lines: list[FloatArray], colour: str, width: float) -> None:
    """Draw lines as one, for the reason that `_fill` gives."""
    if lines:
        along = Path.make_compound_path(*(Path(line) for line in lines))
        axes.add_artist(PathPatch(along, fill=False, edgecolor=colour, linewidth=width, capstyle="round"))


def _anticlockwise(ring: FloatArray) -> FloatArray:
    """Return a ring so turned that where two overlap neither takes the other away."""
    x, y = ring[:, 0], ring[:, 1]
    return ring if np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]) >= 0 else ring[::-1]


def _from_pacific(lon: float) -> float:
    """Return the longitude counted so that the map runs from 20 W over the Pacific to 20 W."""
    return lon if lon >= PACIFIC_WEST else lon + 360.0


def _span(places: list[Place], inches: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return west, south, east, north round the places with a margin, in the shape of the picture.

    The whole width at the most.
    """
    lons, lats = [lon for lon, _lat in places], [lat for _lon, lat in places]
    middle = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    wide = max(max(lons) - min(lons) + 24.0, (max(lats) - min(lats) + 24.0) * inches[0] / inches[1], 40.0)
    wide = min(wide, 360.0)
    high = wide * inches[1] / inches[0]
    west = min(max(middle[0] - wide / 2, PACIFIC_WEST), PACIFIC_WEST + 360.0 - wide)
    south = min(max(middle[1] - high / 2, -80.0), max(84.0 - high, -80.0))
    return west, south, west + wide, south + high


def _numbered(
    axes: Axes, mark: Mark, colours: Colours, span: tuple[float, float, float, float], taken: list[Place]
) -> None:
    """Draw a numbered disc at a place.

    Where discs would cover one another, one is moved and a line leads to its place.
    """
    west, _south, east, _north = span
    size = (east - west) * DISC_SHARE
    x, y = _from_pacific(mark.lon), mark.lat
    steps = [
        (0.0, 0.0),
        *((r * np.cos(a), r * np.sin(a)) for r in (1.1, 2.2, 3.3) for a in np.arange(0, 2 * np.pi, np.pi / 4)),
    ]
    tried = [(x + dx * size, y + dy * size) for dx, dy in steps]
    at = next((place for place in tried if all(np.hypot(place[0] - p, place[1] - q) >= size for p, q in taken)), (x, y))
    taken.append(at)
    if at != (x, y):
        axes.plot([x, at[0]], [y, at[1]], color=mark.colour, linewidth=0.8, zorder=5)
        axes.plot([x], [y], "o", color=mark.colour, markersize=2.5, zorder=5)
    axes.plot(
        [at[0]],
        [at[1]],
        "o",
        color=mark.colour,
        markersize=11,
        markeredgecolor=colours.land,
        markeredgewidth=0.7,
        zorder=6,
    )
    axes.text(
        at[0], at[1], mark.label, color="#FFFFFF", ha="center", va="center_baseline", zorder=7, fontproperties=FONT
    )


def blank_figure(inches: Place) -> Figure:
    """Return an empty figure of a size, to be drawn on and given to `svg_of`.

    Parameters
    ----------
    inches : Place
        Width and height.
    """
    figure = Figure(figsize=inches)
    FigureCanvasSVG(figure)
    return figure


def svg_of(figure: Figure) -> str:
    """Return a figure as SVG text, the same for the same figure.

    Words are outlines, so that no font is needed to show them.
    """
    out = io.StringIO()
    with _DRAWING, rc_context({"svg.hashsalt": "orebridge", "svg.fonttype": "path"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _rectangle(half_km: float, half_y: float, colour: str) -> Rectangle:
    return Rectangle((-half_km, -half_y), 2 * half_km, 2 * half_y, color=colour, linewidth=0, zorder=0)


@lru_cache(maxsize=64)
def _projection(lon: float, lat: float) -> pyproj.Transformer:
    """Return degrees -> km east and north of the centre."""
    return pyproj.Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +units=km", always_xy=True)


def _rings(name: str, lon: float, lat: float, half_km: float) -> list[FloatArray]:
    """Return the outlines of a layer's areas round a place, in km of the map."""
    parts = shapely.get_parts(_near(name, lon, lat, half_km))
    return [
        _in_km(part.exterior, lon, lat) for part in parts if isinstance(part, shapely.Polygon) and not part.is_empty
    ]


def _lines(name: str, lon: float, lat: float, half_km: float) -> list[FloatArray]:
    parts = shapely.get_parts(_near(name, lon, lat, half_km))
    return [_in_km(part, lon, lat) for part in parts if isinstance(part, shapely.LineString) and not part.is_empty]


def _near(name: str, lon: float, lat: float, half_km: float) -> NDArray[np.object_]:
    """Return the part of a layer in a box round the place; longitudes run on across the antimeridian."""
    half_lat = min(1.5 * half_km / KM_A_DEGREE, 60.0)
    half_lon = min(half_lat / max(np.cos(np.radians(min(abs(lat) + half_lat, 85.0))), 0.05), 150.0)
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        box = (lon - half_lon - turn, max(lat - half_lat, -90.0), lon + half_lon - turn, min(lat + half_lat, 90.0))
        if box[0] < 180 and box[2] > -180:
            tree = _tree(name)
            inside = shapely.clip_by_rect(tree.geometries[tree.query(shapely.box(*box))], *box)
            parts.append(shapely.transform(inside, lambda xy, turn=turn: xy + np.array([turn, 0.0])))
    return np.concatenate(parts)


@lru_cache(maxsize=16)
def _tree(name: str) -> shapely.STRtree:
    return shapely.STRtree(load_catalog()[name].read(["geometry"]).geometry.to_numpy())


def _in_km(line: shapely.Geometry, lon: float, lat: float) -> FloatArray:
    """Return the points of a line in km of the map; long straight stretches are cut first, since they bend in it."""
    degrees = shapely.get_coordinates(shapely.segmentize(line, 2.0))
    x, y = _projection(lon, lat).transform(degrees[:, 0], degrees[:, 1])
    return np.column_stack([x, y])


def _draw(axes: Axes, mark: Mark, place: Place, colours: Colours, half: Place, taken: list[Place]) -> None:
    """Draw a mark, its line from the centre and its words; what lies off the map is pointed at from the edge.

    Notes where words stand.
    """
    x, y = place
    if mark.joined:
        axes.plot([0, x], [0, y], color=mark.colour, linewidth=1.4, zorder=4)
    if abs(x) > half[0] or abs(y) > half[1]:
        shrink = 0.92 / max(abs(x) / half[0], abs(y) / half[1])
        x, y = x * shrink, y * shrink
    else:
        axes.plot(
            [x],
            [y],
            mark.symbol,
            color=mark.colour,
            markersize=6.5,
            markeredgecolor=colours.land,
            markeredgewidth=0.8,
            zorder=6,
        )
    if not mark.label:
        return
    side = -1 if x > 0.4 * half[0] else 1
    at = _free((x, y), half, taken)
    text = axes.annotate(
        mark.label,
        at,
        (side * 7, -3),
        textcoords="offset points",
        color=colours.ink,
        ha="right" if side < 0 else "left",
        zorder=8,
        fontproperties=FONT,
    )
    text.set_path_effects([withStroke(linewidth=2.2, foreground=colours.land)])


def _free(place: Place, half: Place, taken: list[Place]) -> Place:
    """Return where words stand free: at the place, or a line or more above or below the words that are there.

    Notes it.
    """
    line, wide = 2 * half[1] * LINE_SHARE, 2 * half[0] * WORDS_SHARE
    for step in sorted(range(-6, 7), key=abs):
        at = (place[0], min(max(place[1] + step * line, -0.95 * half[1]), 0.93 * half[1]))
        if all(abs(at[1] - y) >= 0.98 * line or abs(at[0] - x) >= wide for x, y in taken):
            break
    taken.append(at)
    return at


def _scale_bar(axes: Axes, half_km: float, half_y: float, colours: Colours) -> None:
    """Draw a bar of a round length, about a quarter of the width."""
    target_km = half_km / 2
    power = 10 ** np.floor(np.log10(target_km))
    length = float(max(step * power for step in (1, 2, 5) if step * power <= target_km))
    x, y = -0.94 * half_km, -0.9 * half_y
    axes.plot([x, x + length], [y, y], color=colours.ink, linewidth=2, solid_capstyle="butt", zorder=7)
    axes.annotate(
        f"{length:g} km", (x, y), (0, 3), textcoords="offset points", color=colours.ink, zorder=7, fontproperties=FONT
    )
