"""Styles of user layers.

Classes come from mapclassify, colours from cmcrameri; the result has the form of a catalogue layer.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.sources import Source
from data.user_features import Features
from data.user_layers import UserLayer
from geo.raster import ColourScale, ramp_colours
from layers.catalog import RAMP_STOPS, Colour, Kind, Layer, LegendEntry, RasterStyle, TooltipField, VectorStyle, rounded

Scheme = Literal["quantiles", "natural_breaks", "equal_interval", "head_tail", "categories", "single"]
#: Scheme -> classifier of mapclassify.
SCHEMES = {
    "quantiles": "Quantiles",
    "natural_breaks": "FisherJenks",
    "equal_interval": "EqualInterval",
    "head_tail": "HeadTailBreaks",
}
RAMPS = ("batlow", "lajolla", "oslo", "acton", "vik", "roma")
DEFAULT_RAMP = "batlow"
CLASSES, MOST_CATEGORIES = 5, 12
BATLOW_S = 100
#: Natural breaks take time with the square of the values: beyond this many, so many evenly spread quantiles stand for
#: them.
BREAK_VALUES = 400
#: Okabe and Ito: told apart with every kind of colour vision; further categories take the colours of batlowS.
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
GREY: Colour = (150, 150, 150, 255)
TOOLTIP_COLUMNS = 8
TOOLTIP_CHARACTERS = 60
LAYER_ORDER = 60
#: Words in the name of a column that says what is mapped.
NAMING = ("lith", "rock", "unit", "type", "class", "group", "formation", "commodit", "status", "category", "岩", "種")


def suggest(layer: UserLayer, features: Features | None) -> dict[str, Any]:
    """Choose a style for a new layer.

    First a number that has a unit, or whose name hints at one; then a column of few words that names what is mapped,
    then any column of few words; then a number with decimals; else one colour.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    features : Features or None
        Features with their attributes; None: not looked at.
    """
    if features is None:
        return {"ramp": DEFAULT_RAMP}
    numbers, texts = _drawable(layer, features)
    broken = [c for c in numbers if not _whole(features.numbers[c["name"]])]
    for columns, scheme in (
        (list(filter(_measured, numbers)), "quantiles"),
        (list(filter(_naming, texts)), "categories"),
        (broken, "quantiles"),
        (texts, "categories"),
        (numbers, "quantiles"),
    ):
        if columns:
            return classified(features, columns[0]["name"], scheme)  # type: ignore[arg-type]
    return {"scheme": "single"}


def _measured(column: dict[str, Any]) -> bool:
    return bool(column["unit"] or column["suggested_unit"])


def _naming(column: dict[str, Any]) -> bool:
    return any(word in column["name"].lower() for word in NAMING)


def _drawable(layer: UserLayer, features: Features) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the columns that can be drawn: numbers that say something of the place, texts of few words."""
    numbers = [c for c in layer.columns if c["type"] == "number" and _telling(c["name"], features.numbers[c["name"]])]
    texts = [
        c
        for c in layer.columns
        if c["type"] == "text" and 1 < len(_categories(features.texts[c["name"]])) <= MOST_CATEGORIES
    ]
    return numbers, texts


def _telling(name: str, values: NDArray[np.float64]) -> bool:
    """Return whether a numeric column describes the place, rather than being an id, a code, a coordinate or a size."""
    low = name.lower()
    if re.search(r"(^|_|[a-z])(id|fid|code|no|num|nr|number|year|zone|line|map)$", low) or low in ("x", "y", "z"):
        return False
    if any(
        word in low
        for word in (
            "objectid",
            "latitude",
            "longitude",
            "easting",
            "northing",
            "lat_",
            "lon_",
            "shape_",
            "perimeter",
            "fid",
        )
    ):
        return False
    known = values[np.isfinite(values)]
    return len(np.unique(known)) > CLASSES


def _whole(values: NDArray[np.float64]) -> bool:
    known = values[np.isfinite(values)]
    return bool(np.array_equal(known, np.round(known)))


def _categories(values: NDArray[np.object_]) -> list[str]:
    """Return the values, the most frequent first."""
    return [str(value) for value in pd.Series(values).dropna().value_counts().index]


def classified(
    features: Features, column: str, scheme: Scheme, classes: int = CLASSES, ramp: str = DEFAULT_RAMP
) -> dict[str, Any]:
    """Return the style that puts the features into classes of a column.

    Parameters
    ----------
    features : Features
    column : str
        A number, or for ``categories`` also a text.
    scheme : str
        Key of `SCHEMES`, ``categories`` or ``single``.
    classes : int
        2 to 9; ``head_tail`` finds its own number.
    ramp : str
        One of `RAMPS`.

    Returns
    -------
    dict
        ``column``, ``scheme``, ``ramp`` and ``breaks`` (upper class limits) or ``categories``; what the store keeps.
    """
    style: dict[str, Any] = {"column": column, "scheme": scheme, "ramp": ramp}
    if scheme == "single":
        return {"scheme": "single", "ramp": ramp}
    if scheme == "categories":
        values = features.texts[column] if column in features.texts else _as_texts(features.numbers[column])
        return style | {"categories": _categories(values)[:MOST_CATEGORIES]}
    known = features.numbers[column][np.isfinite(features.numbers[column])]
    if scheme == "natural_breaks" and len(known) > BREAK_VALUES:
        known = np.quantile(known, np.linspace(0.0, 1.0, BREAK_VALUES), method="nearest")
    distinct = len(np.unique(known))
    if distinct < 2:
        return {"scheme": "single", "ramp": ramp}
    import mapclassify  # noqa: PLC0415 - it loads matplotlib and scikit-learn, three seconds that few commands need

    classifier = getattr(mapclassify, SCHEMES[scheme])
    options = {} if scheme == "head_tail" else {"k": min(classes, distinct)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fewer classes than asked for, which the legend tells, and of speed
        breaks = sorted({float(edge) for edge in classifier(known, **options).bins})
    return style | {"breaks": breaks, "low": float(known.min())}


def _as_texts(values: NDArray[np.float64]) -> NDArray[np.object_]:
    return np.array([None if np.isnan(value) else f"{value:g}" for value in values], dtype=object)


@dataclass(frozen=True, slots=True)
class UserMapLayer(Layer):
    """A user layer in the form of a catalogue layer; its features are read from the store.

    Attributes
    ----------
    load : callable
        Returns the `Features` of the layer.
    raster : Path or None
        Its COG.
    own : UserLayer
        Its row.
    """

    load: Callable[[], Features] = field(compare=False)
    raster: Path | None
    own: UserLayer = field(compare=False)

    def read(self, columns: list[str]) -> gpd.GeoDataFrame:
        """Return the features with the columns ``n`` (name), ``t`` (what the tooltip says) and ``class``; EPSG:4326.

        Parameters
        ----------
        columns : list[str]
            Names of attributes.
        """
        features = self.load()
        classes = _classes(features, self.own.style)
        frame = {"n": _names(self.own, features), "t": _tooltips(self.own, features), "class": classes}
        return gpd.GeoDataFrame(
            {name: frame[name] for name in columns if name in frame}, geometry=features.geometries, crs="EPSG:4326"
        )

    @property
    def path(self) -> Path:
        """The COG; only rasters have a file."""
        return self.raster or Path()


@dataclass(frozen=True)
class SurfaceLayer(Layer):
    """A raster that the app made for its user, in the form of a catalogue layer.

    Attributes
    ----------
    raster : Path
        Its COG: one band with a `RasterStyle`, or red, green, blue and alpha without one.
    """

    raster: Path

    @property
    def path(self) -> Path:
        """The COG."""
        return self.raster


def surface_layer(
    layer_id: str, titles: tuple[str, str], raster: Path, source: Source, scale: ColourScale | None
) -> SurfaceLayer:
    """Return a raster that the app made as the map draws it.

    Parameters
    ----------
    layer_id : str
    titles : tuple of str
        English and Japanese.
    raster : Path
    source : Source
    scale : ColourScale or None
        Of the first band; None: the file holds its colours.
    """
    return SurfaceLayer(
        id=layer_id,
        group="own",
        kind="raster",
        title=titles[0],
        title_ja=titles[1],
        caveat=source.caveat,
        caveat_ja=source.caveat,
        file="",
        source=source,
        style=None if scale is None else RasterStyle(scale, ""),
        legend=() if scale is None else _ramp_legend(scale, ""),
        tooltip=(),
        visible=False,
        opacity=0.75,
        order=LAYER_ORDER - 1,
        raster=raster,
    )


def _names(own: UserLayer, features: Features) -> list[str]:
    column = next((c for c in features.texts if "name" in c.lower() or "名" in c), None)
    if column is None:
        return [own.name] * len(features.geometries)
    return [str(value)[:TOOLTIP_CHARACTERS] if value else own.name for value in features.texts[column]]


def _tooltips(own: UserLayer, features: Features) -> list[str]:
    """Write a line a column, the styled one first; unknown values have no line."""
    first = own.style.get("column")
    shown = sorted(own.columns, key=lambda column: column["name"] != first)[:TOOLTIP_COLUMNS]
    lines: list[list[str]] = [[] for _ in features.geometries]
    for column in shown:
        unit = f" {column['unit']}" if column["unit"] else ""
        values = features.numbers.get(column["name"], features.texts.get(column["name"]))
        for i, value in enumerate(values if values is not None else ()):
            if value is not None and value == value:  # noqa: PLR0124 - NaN is not itself
                text = f"{value:.6g}{unit}" if column["type"] == "number" else str(value)[:TOOLTIP_CHARACTERS]
                lines[i].append(f"{column['name']}: {text}")
    return ["\n".join(line) for line in lines]


def _classes(features: Features, style: dict[str, Any]) -> NDArray[np.object_]:
    """Return the number of the class of each feature as text; None: unknown, or a rarer category."""
    classes = np.full(len(features.geometries), None, dtype=object)
    if "categories" in style:
        column = style["column"]
        values = features.texts[column] if column in features.texts else _as_texts(features.numbers[column])
        place = {value: str(i) for i, value in enumerate(style["categories"])}
        return np.array([place.get(str(value)) if value is not None else None for value in values], dtype=object)
    if "breaks" in style:
        numbers = features.numbers[style["column"]]
        known = np.isfinite(numbers)
        classes[known] = np.minimum(np.searchsorted(style["breaks"], numbers[known]), len(style["breaks"]) - 1).astype(
            str
        )
    return classes


def map_layer(own: UserLayer, source: Source, load: Callable[[], Features], raster: Path | None) -> UserMapLayer:
    """Return a user layer as the map draws it.

    Parameters
    ----------
    own : UserLayer
    source : Source
        See `workspace.attach.source_of`.
    load : callable
        Returns its features; called when the first tile is asked for.
    raster : Path or None
        COG of a raster layer.
    """
    style, legend = _raster_drawing(own) if own.kind == "raster" else _vector_drawing(own)
    kind: Kind = own.kind  # type: ignore[assignment]  # the contract's kinds are the catalogue's
    return UserMapLayer(
        id=own.layer_id,
        group="own",
        kind=kind,
        title=own.name,
        title_ja=own.name,
        caveat=own.note,
        caveat_ja=own.note,
        file="",
        source=source,
        style=style,
        legend=legend,
        tooltip=(TooltipField("n", "n", "n", "", ""), TooltipField("t", "t", "t", "", "")),
        visible=True,
        opacity=0.75 if own.kind in ("raster", "vector-polygon") else 1.0,
        order=LAYER_ORDER - (own.kind == "raster"),
        load=load,
        raster=raster,
        own=own,
    )


def drawn_by(own: UserLayer) -> str:
    """Return the attribute behind the colours, with its unit; empty for a single colour.

    Parameters
    ----------
    own : UserLayer
        A layer of the store.
    """
    if own.kind == "raster":
        return own.unit
    name = own.style.get("column", "")
    return f"{name} ({own.column(name)['unit']})" if name and own.column(name)["unit"] else str(name)


def _raster_drawing(own: UserLayer) -> tuple[RasterStyle | None, tuple[LegendEntry, ...]]:
    """Stretch from the 2 to the 98 % quantile; three bands are a picture and keep their colours."""
    if own.bands >= 3 or len(own.quantiles) < 2:
        return None, ()
    low, high = own.quantiles[0], own.quantiles[-1]
    scale = ColourScale(own.style.get("ramp", DEFAULT_RAMP), low, high if high > low else low + 1)
    return RasterStyle(scale, own.unit), _ramp_legend(scale, own.unit)


def _ramp_legend(scale: ColourScale, unit: str) -> tuple[LegendEntry, ...]:
    """Return the stops of a ramp from low to high."""
    stops = ramp_colours(scale.ramp, RAMP_STOPS).tolist()
    values = np.linspace(scale.low, scale.high, RAMP_STOPS)
    entries = []
    for (red, green, blue), value in zip(stops, values, strict=True):
        label = f"{rounded(value)} {unit}".strip()
        entries.append(LegendEntry(label, label, (red, green, blue, 255), (red, green, blue, 255), ()))
    return tuple(entries)


def _vector_drawing(own: UserLayer) -> tuple[VectorStyle, tuple[LegendEntry, ...]]:
    alpha = 170 if own.kind == "vector-polygon" else 255
    legend = _legend(own, alpha)
    colour = legend[-1].colour
    outline: Colour = (90, 90, 90, 255)
    style = VectorStyle(
        line=outline if own.kind != "vector-line" else colour,
        line_dark=(190, 190, 190, 255) if own.kind != "vector-line" else colour,
        fill=colour if own.kind != "vector-line" else (0, 0, 0, 0),
        fill_dark=colour if own.kind != "vector-line" else (0, 0, 0, 0),
        width_px=2.0 if own.kind == "vector-line" else 0.6,
        radius_px=4.0,
        colour_by="class" if len(legend) > 1 else "",
        rank_by="",
    )
    return style, legend


def _legend(own: UserLayer, alpha: int) -> tuple[LegendEntry, ...]:
    style = own.style
    if "categories" in style:
        colours = _category_colours(len(style["categories"]), alpha)
        entries = [
            LegendEntry(text, text, c, c, (str(i),))
            for i, (text, c) in enumerate(zip(style["categories"], colours, strict=True))
        ]
        return (*entries, LegendEntry("other or unknown", "その他・不明", GREY, GREY, ()))
    if "breaks" in style:
        edges = [style["low"], *style["breaks"]]
        ramp = ramp_colours(style.get("ramp", DEFAULT_RAMP), max(len(edges) - 1, 2)).tolist()
        entries = []
        for i, (red, green, blue) in enumerate(ramp[: len(edges) - 1]):
            text = f"{rounded(edges[i])} – {rounded(edges[i + 1])}"
            entries.append(LegendEntry(text, text, (red, green, blue, alpha), (red, green, blue, alpha), (str(i),)))
        return (*entries, LegendEntry("unknown", "不明", GREY, GREY, ()))
    only = (*_hex(OKABE_ITO[5]), alpha)
    return (LegendEntry(own.name, own.name, only, only, ()),)


def _category_colours(count: int, alpha: int) -> list[Colour]:
    rest = [tuple(rgb) for rgb in ramp_colours("batlowS", BATLOW_S)[2 : 2 + max(0, count - len(OKABE_ITO))].tolist()]
    return [(*rgb, alpha) for rgb in [*map(_hex, OKABE_ITO), *rest][:count]]


def _hex(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
