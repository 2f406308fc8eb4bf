"""The catalogue of map layers: title, style, source, licence and caveat of each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from data.sources import Source, load_sources
from geo.errors import OrebridgeError, Phrase
from geo.raster import ColourScale, ramp_colours

if TYPE_CHECKING:
    import geopandas as gpd

Group = Literal["basemap", "infrastructure", "geology", "geophysics", "occurrences", "constraints", "own"]
Kind = Literal["vector-point", "vector-line", "vector-polygon", "raster"]
Colour = tuple[int, int, int, int]

RAMP_STOPS = 9
SCALAR_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "title": str,
    "title_ja": str,
    "file": str,
    "source": str,
    "caveat": str,
    "caveat_ja": str,
    "order": int,
    "visible": bool,
    "opacity": (int, float),
}


class CatalogError(OrebridgeError):
    """A block of the layer catalogue cannot be used.

    Parameters
    ----------
    layer_id : str
        The block.
    problem, expected : str
        What it says and what is allowed.
    """

    def __init__(self, layer_id: str, problem: str, expected: str) -> None:
        self.layer_id, self.problem, self.expected = layer_id, problem, expected
        super().__init__(
            "catalog.toml, [{layer}]: {problem}; expected {expected}.",
            layer=layer_id,
            problem=problem,
            expected=expected,
        )


class UnknownLayerError(OrebridgeError):
    """The catalogue has no layer with that id.

    Parameters
    ----------
    layer_id : str
        What was asked for.
    known : iterable of str
        What there is.
    """

    def __init__(self, layer_id: str, known: list[str]) -> None:
        self.layer_id, self.known = layer_id, known
        super().__init__("There is no layer {layer!r}; the layers are {known}.", layer=layer_id, known=known)


@dataclass(frozen=True, slots=True)
class VectorStyle:
    """How features are drawn.

    Attributes
    ----------
    line, line_dark : tuple of int
        Red, green, blue, alpha (0..255) of lines and outlines, light and dark theme.
    fill, fill_dark : tuple of int
        The same for areas and points; transparent where a layer has none.
    width_px, radius_px : float
        Line width and point radius in pixels of the screen.
    colour_by : str
        Column that picks the legend entry; empty for one colour.
    rank_by : str
        Column of numbers: where tiles must thin out, the largest stay. Empty for the size of the feature.
    """

    line: Colour
    line_dark: Colour
    fill: Colour
    fill_dark: Colour
    width_px: float
    radius_px: float
    colour_by: str
    rank_by: str


@dataclass(frozen=True, slots=True)
class RasterStyle:
    """How a single band is coloured.

    Attributes
    ----------
    scale : ColourScale
        Ramp and its limits.
    unit : str
        Unit of the limits.
    """

    scale: ColourScale
    unit: str


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend.

    Attributes
    ----------
    label, label_ja : str
        Its text.
    colour, colour_dark : tuple of int
        Red, green, blue, alpha, 0..255.
    values : tuple of str
        The values of `VectorStyle.colour_by` that it stands for; empty for all others and NULL.
    """

    label: str
    label_ja: str
    colour: Colour
    colour_dark: Colour
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TooltipField:
    """One line of the tooltip.

    Attributes
    ----------
    column : str
        Column of the layer; NULL is left out.
    label, label_ja : str
        Its text.
    unit, unit_ja : str
        Written after the value; empty where there is none.
    """

    column: str
    label: str
    label_ja: str
    unit: str
    unit_ja: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A map layer.

    Attributes
    ----------
    id, group, kind : str
        See `Group` and `Kind`.
    title, title_ja, caveat, caveat_ja : str
        Texts; the caveat says what the layer must not be read as.
    file : str
        Below the bundle folder.
    source : Source
        Where it comes from: attribution, licence, vintage, citation.
    style : VectorStyle, RasterStyle or None
        None for a raster that holds its own colours.
    legend : tuple of LegendEntry
        In the order to show; for a ramp the stops from low to high.
    tooltip : tuple of TooltipField
        In the order to show.
    visible : bool
        Whether the map starts with it.
    opacity : float
        0..1 at the start.
    order : int
        Higher is drawn on top.
    """

    id: str
    group: Group
    kind: Kind
    title: str
    title_ja: str
    caveat: str
    caveat_ja: str
    file: str
    source: Source
    style: VectorStyle | RasterStyle | None
    legend: tuple[LegendEntry, ...]
    tooltip: tuple[TooltipField, ...]
    visible: bool
    opacity: float
    order: int

    @property
    def columns(self) -> list[str]:
        """The columns that drawing and tooltip need, without the geometry."""
        named = [entry.column for entry in self.tooltip]
        by = self.style.colour_by if isinstance(self.style, VectorStyle) else ""
        return named if not by or by in named else [by, *named]

    def read(self, columns: list[str]) -> gpd.GeoDataFrame:
        """Return the features with these columns, ``geometry`` among them; EPSG:4326.

        Parameters
        ----------
        columns : list[str]
            Names of attributes.
        """
        import geopandas as gpd  # noqa: PLC0415 - slow to import, and the catalogue is read before the first layer is

        return gpd.read_parquet(self.path, columns=columns)

    @property
    def path(self) -> Path:
        """The bundled file."""
        return Path(str(resources.files("data") / "bundled" / self.file))


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """The content of a layer's information panel.

    Attributes
    ----------
    title, title_ja, caveat, caveat_ja : str
        From the catalogue.
    attribution, licence, as_of, citation, url, source_caveat : str
        From the register of sources.
    share_alike : bool
        Whether passing the data on binds to the same licence.
    """

    title: str
    title_ja: str
    caveat: str
    caveat_ja: str
    attribution: str
    licence: str
    as_of: str
    citation: str
    url: str
    source_caveat: str
    share_alike: bool


@cache
def load_catalog() -> Mapping[str, Layer]:
    """Read and check the catalogue that comes with the product.

    Returns
    -------
    mapping of str to Layer
        By id, in drawing order: the first is at the bottom.

    Raises
    ------
    CatalogError
        If a block lacks a field, has one too many, or one of a wrong kind.

    Examples
    --------
    >>> load_catalog()["ports"].title_ja
    '港湾'
    """
    text = (resources.files("layers") / "catalog.toml").read_text(encoding="utf-8")
    return parse_catalog(tomllib.loads(text), load_sources())


def parse_catalog(blocks: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Source]) -> dict[str, Layer]:
    """Turn the tables of a catalogue into layers.

    Parameters
    ----------
    blocks : mapping
        Layer id to its fields, as TOML gives them.
    sources : mapping of str to Source
        The register of sources.

    Returns
    -------
    dict of str to Layer
        By id, in drawing order.

    Raises
    ------
    CatalogError
        If a block lacks a field, has one too many, or one of a wrong kind.
    """
    layers = [_layer(layer_id, dict(block), sources) for layer_id, block in blocks.items()]
    return {layer.id: layer for layer in sorted(layers, key=lambda layer: (layer.order, layer.id))}


def find_layer(layer_id: str) -> Layer:
    """Return a layer of the catalogue.

    Parameters
    ----------
    layer_id : str
        Its id.

    Returns
    -------
    Layer
        The layer.

    Raises
    ------
    UnknownLayerError
        If the catalogue has no such layer.
    """
    catalog = load_catalog()
    if layer_id not in catalog:
        raise UnknownLayerError(layer_id, list(catalog))
    return catalog[layer_id]


def info(layer: Layer) -> LayerInfo:
    """Collect the content of a layer's information panel.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    LayerInfo
        Texts of the catalogue beside those of its source.

    Examples
    --------
    >>> info(find_layer("roads")).share_alike
    True
    """
    source = layer.source
    return LayerInfo(
        title=layer.title,
        title_ja=layer.title_ja,
        caveat=layer.caveat,
        caveat_ja=layer.caveat_ja,
        attribution=source.attribution,
        licence=source.licence,
        as_of=source.as_of,
        citation=source.citation,
        url=source.url,
        source_caveat=source.caveat,
        share_alike=source.licence_tier == "B",
    )


def _layer(layer_id: str, block: dict[str, Any], sources: Mapping[str, Source]) -> Layer:
    expected = {"group", "kind", "legend", "tooltip", *SCALAR_TYPES}
    _check_fields(layer_id, set(block) - {"style"}, expected)
    _check_scalars(layer_id, block, sources)
    style = _style(layer_id, block["kind"], block.get("style"))
    source = sources[block["source"]]
    drawing = {
        "style": style,
        "legend": _legend(layer_id, block["legend"], style),
        "tooltip": tuple(_tooltip(layer_id, entry) for entry in block["tooltip"]),
        "source": source,
    }
    return Layer(**{"id": layer_id, **block, **drawing})


def _check_fields(layer_id: str, present: set[str], expected: set[str]) -> None:
    if missing := expected - present:
        raise CatalogError(
            layer_id, Phrase("{fields} missing", fields=sorted(missing)), Phrase("every field of a layer")
        )
    if surplus := present - expected:
        raise CatalogError(
            layer_id, Phrase("{fields} is not a field", fields=sorted(surplus)), ", ".join(sorted(expected))
        )


def _check_scalars(layer_id: str, block: Mapping[str, Any], sources: Mapping[str, Source]) -> None:
    for name, kind in SCALAR_TYPES.items():
        if not isinstance(block[name], kind) or block[name] == "":
            raise CatalogError(
                layer_id,
                Phrase("{name} = {value}", name=name, value=repr(block[name])),
                Phrase("a text, number or truth value that is not empty"),
            )
    _check_choice(layer_id, "group", block["group"], get_args(Group))
    _check_choice(layer_id, "kind", block["kind"], get_args(Kind))
    _check_choice(layer_id, "source", block["source"], tuple(key for key, item in sources.items() if item.bundled))
    if not 0 <= block["opacity"] <= 1:
        raise CatalogError(
            layer_id, Phrase("opacity = {opacity}", opacity=block["opacity"]), Phrase("a number from 0 to 1")
        )


def _check_choice(layer_id: str, name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise CatalogError(
            layer_id,
            Phrase("{name} = {value}", name=name, value=repr(value)),
            Phrase("one of {allowed}", allowed=allowed),
        )


def _style(layer_id: str, kind: Kind, style: Mapping[str, Any] | None) -> VectorStyle | RasterStyle | None:
    if style is None:
        if kind == "raster":
            return None
        raise CatalogError(layer_id, Phrase("style missing"), Phrase("a style for each vector layer"))
    return _raster_style(layer_id, style) if kind == "raster" else _vector_style(layer_id, dict(style))


def _raster_style(layer_id: str, style: Mapping[str, Any]) -> RasterStyle:
    _check_fields(layer_id, set(style), {"ramp", "low", "high", "unit"})
    ramp_colours(style["ramp"], 2)
    if not style["low"] < style["high"]:
        raise CatalogError(
            layer_id,
            Phrase("low = {low}, high = {high}", low=style["low"], high=style["high"]),
            Phrase("low below high"),
        )
    return RasterStyle(ColourScale(style["ramp"], float(style["low"]), float(style["high"])), style["unit"])


def _vector_style(layer_id: str, style: dict[str, Any]) -> VectorStyle:
    optional = {"fill", "fill_dark", "line_dark", "radius_px", "colour_by", "rank_by"}
    _check_fields(layer_id, set(style) - optional, {"line", "width_px"})
    line = _colour(layer_id, style["line"])
    fill = _colour(layer_id, style.get("fill", [0, 0, 0, 0]))
    return VectorStyle(
        line=line,
        line_dark=_colour(layer_id, style.get("line_dark", line)),
        fill=fill,
        fill_dark=_colour(layer_id, style.get("fill_dark", fill)),
        width_px=float(style["width_px"]),
        radius_px=float(style.get("radius_px", 0.0)),
        colour_by=style.get("colour_by", ""),
        rank_by=style.get("rank_by", ""),
    )


def _legend(
    layer_id: str, entries: list[Mapping[str, Any]], style: VectorStyle | RasterStyle | None
) -> tuple[LegendEntry, ...]:
    if isinstance(style, RasterStyle):
        return _ramp_legend(style)
    legend = tuple(_legend_entry(layer_id, entry) for entry in entries)
    if isinstance(style, VectorStyle) and bool(style.colour_by) != any(entry.values for entry in legend):
        raise CatalogError(layer_id, Phrase("only one of colour_by and legend values"), Phrase("both or neither"))
    if style is not None and sum(not entry.values for entry in legend) != 1:
        raise CatalogError(
            layer_id,
            Phrase("a legend without its entry for the rest"),
            Phrase("exactly one legend entry without values"),
        )
    return legend


def _legend_entry(layer_id: str, entry: Mapping[str, Any]) -> LegendEntry:
    _check_fields(layer_id, set(entry) - {"colour_dark", "values"}, {"label", "label_ja", "colour"})
    colour = _colour(layer_id, entry["colour"])
    dark = _colour(layer_id, entry.get("colour_dark", colour))
    return LegendEntry(entry["label"], entry["label_ja"], colour, dark, tuple(entry.get("values", ())))


def rounded(value: float) -> str:
    """Return a value of a legend with three significant digits, or all those before the point.

    Examples
    --------
    >>> rounded(0.00095613), rounded(12.345), rounded(1998.0), rounded(-0.0)
    ('0.000956', '12.3', '1998', '0')
    """
    return f"{value:.0f}" if abs(value) >= 100 else f"{value + 0.0:.3g}"


def _ramp_legend(style: RasterStyle) -> tuple[LegendEntry, ...]:
    stops = ramp_colours(style.scale.ramp, RAMP_STOPS).tolist()
    step = (style.scale.high - style.scale.low) / (RAMP_STOPS - 1)
    entries = []
    for position, (red, green, blue) in enumerate(stops):
        label = f"{rounded(style.scale.low + position * step)} {style.unit}"
        entries.append(LegendEntry(label, label, (red, green, blue, 255), (red, green, blue, 255), ()))
    return tuple(entries)


def _tooltip(layer_id: str, entry: Mapping[str, Any]) -> TooltipField:
    _check_fields(layer_id, set(entry) - {"unit", "unit_ja"}, {"column", "label", "label_ja"})
    unit = entry.get("unit", "")
    return TooltipField(entry["column"], entry["label"], entry["label_ja"], unit, entry.get("unit_ja", unit))


def _colour(layer_id: str, channels: Any) -> Colour:
    try:
        red, green, blue, alpha = channels
    except (TypeError, ValueError):
        raise CatalogError(
            layer_id, Phrase("colour {colour}", colour=repr(channels)), Phrase("[red, green, blue, alpha]")
        ) from None
    if not all(isinstance(channel, int) and 0 <= channel <= 255 for channel in channels):
        raise CatalogError(
            layer_id, Phrase("colour {colour}", colour=repr(channels)), Phrase("four whole numbers from 0 to 255")
        )
    return red, green, blue, alpha
