"""An area of interest from command-line input: four numbers, a GeoJSON file, or a user layer."""

from __future__ import annotations

import json
from pathlib import Path

import shapely

from geo.area import polygons_of
from geo.errors import OrebridgeError
from scoring.errors import ScenarioError
from scoring.ranking.scenario import Area
from workspace import session

MOST_BYTES = 20_000_000


def area_of(text: str) -> tuple[Area, float]:
    """Return the area that a text names, and by how many metres its edge was moved to have few enough corners.

    Parameters
    ----------
    text : str
        ``west,south,east,north`` in degrees, a ``.geojson`` file, or the id of an own layer.

    Raises
    ------
    ScenarioError
        If it is none of these, or has no polygon.
    """
    edges = text.split(",")
    if len(edges) == 4:
        return box_area(text, *_numbers(text, edges))
    path = Path(text)
    if path.suffix.lower() in (".geojson", ".json"):
        polygons, moved = polygons_of([shapely.from_geojson(json.dumps(geometry)) for geometry in _geometries(path)])
        return Area(path.stem, polygons), moved
    return user_area(text)


def box_area(name: str, west: float, south: float, east: float, north: float) -> tuple[Area, float]:
    """Return a box as an area; west > east crosses the antimeridian.

    Parameters
    ----------
    name : str
        Name of the area.
    west, south, east, north : float
        Degrees, EPSG:4326.

    Raises
    ------
    ScenarioError
        If it has no width or height, or leaves the Earth.
    """
    if not (-90 <= south < north <= 90 and -180 <= west <= 180 and -180 <= east <= 180 and west != east):
        raise ScenarioError("{name!r} is no box: give west,south,east,north in degrees, south below north.", name=name)
    polygons, moved = polygons_of([shapely.box(west, south, east if east > west else east + 360, north)])
    return Area(name, polygons), moved


def user_area(layer_id: str) -> tuple[Area, float]:
    """Return the polygons of a user layer as one area.

    Parameters
    ----------
    layer_id : str
        Id of a layer in the store.

    Raises
    ------
    ScenarioError
        If there is no such layer, or it has no areas.
    """
    row = next(
        (
            layer
            for layer in session.stored_layers()
            if layer.layer_id.startswith(layer_id) and layer.kind == "vector-polygon"
        ),
        None,
    )
    if row is None:
        raise ScenarioError(
            "{layer!r} is neither west,south,east,north, nor a .geojson file, nor a user layer with areas.",
            layer=layer_id,
        )
    polygons, moved = polygons_of(session.own().features(row.layer_id).geometries)
    return Area(row.name, polygons), moved


def _numbers(text: str, edges: list[str]) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(edge) for edge in edges)
    except ValueError as error:
        raise ScenarioError("{text!r} is no box: give west,south,east,north in degrees.", text=text) from error
    return west, south, east, north


def _geometries(path: Path) -> list[object]:
    """Return the geometries of a GeoJSON file, which is in longitude and latitude (RFC 7946)."""
    try:
        raw = path.read_bytes()
        if len(raw) > MOST_BYTES:
            raise ScenarioError(
                "{path} has {size_mb:.0f} MB; an area may have {most_mb}. Simplify it.",
                path=path,
                size_mb=len(raw) / 1e6,
                most_mb=MOST_BYTES // 1_000_000,
            )
        values = json.loads(raw)
        if "crs" in values:
            raise ScenarioError(
                "{path} names a CRS of its own; write it in longitude and latitude, as GeoJSON is (RFC 7946).",
                path=path,
            )
        if values["type"] == "FeatureCollection":
            return [feature["geometry"] for feature in values["features"] if feature["geometry"]]
        return [values["geometry"] if values["type"] == "Feature" else values]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ScenarioError(
            "{path} is no GeoJSON with areas; export it as GeoJSON in longitude and latitude.", path=path
        ) from error
    except OSError as error:
        raise OrebridgeError("{path}: {reason}.", path=path, reason=error.strerror or error) from error
