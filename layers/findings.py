"""The findings that a reader of uploads can make: severity, what, where and the cure, each in one sentence.

A finding is data: a code and what its sentences name. The sentences stand here once; the screens translate them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from geo.errors import Phrase
from layers.contract import Finding, Report, Severity, Status
from layers.findings_sandbox import SANDBOX_TEMPLATES
from layers.findings_tables import TABLE_TEMPLATES


@dataclass(frozen=True, slots=True)
class Template:
    """Severity and sentences of a code; ``{name}`` is filled from `Finding.details`."""

    severity: Severity
    message: str
    cure: str


TEMPLATES: dict[str, Template] = {
    # the file
    "file_empty": Template(
        "error", "The file is empty (0 bytes).", "Export it again and check that it has a size before you upload it."
    ),
    "file_zeros": Template(
        "error",
        "All {bytes} bytes of the file are zero: a download that was not finished.",
        "Download or copy it again.",
    ),
    "truncated": Template(
        "error",
        "The file is cut off at {bytes} bytes ({reason}).",
        "Download or export it again, and compare its size with the original.",
    ),
    "text_not_utf8": Template(
        "error",
        "Texts of the file are not UTF-8 (bytes {bytes}).",
        "Save the file as UTF-8, or export it as GeoPackage.",
    ),
    "damaged": Template(
        "error", "The file begins like its format, but is damaged ({reason}).", "Download or export it again."
    ),
    "cut_off": Template(
        "error",
        "The file ends before its last cell, or is damaged ({reason}).",
        "Download or export it again, and compare its size.",
    ),
    "unreadable": Template(
        "error",
        "The file cannot be read ({layer}: {reason}).",
        "Open it in QGIS and export it as GeoPackage or GeoTIFF.",
    ),
    "too_complex": Template(
        "error",
        "One object of the file is too large or too deeply nested ({reason}).",
        "Split it in a GIS (multipart to single parts), or simplify it.",
    ),
    "memory_short": Template(
        "error",
        "The file needs more memory than the reader has.",
        "Cut it to your area of interest, or drop columns you do not need.",
    ),
    "too_large": Template(
        "error",
        "The file has too many {what}: more than {limit}.",
        "Cut it to your area of interest, or drop columns you do not need.",
    ),
    "format_other": Template(
        "error",
        "This is a {format}, which is not read here.",
        "Export the data as GeoPackage, GeoTIFF or CSV, or unpack an archive to a zip.",
    ),
    "format_unknown": Template(
        "error",
        "The content fits none of the known formats (suffix {suffix}; it starts with {start}).",
        "Export it as GeoPackage, GeoTIFF or CSV.",
    ),
    "suffix_mismatch": Template(
        "info", "The name ends in {suffix}, but the content is {format}; the content counts.", ""
    ),
    "redirect": Template(
        "error",
        "This file holds no data: it tells its reader to open another file or address ({what}).",
        "Upload the data that it points to.",
    ),
    "json_broken": Template(
        "error", "The JSON is not valid ({reason}).", "Correct it at the place that is named, or export it again."
    ),
    "json_other": Template(
        "error",
        "This is JSON, but not GeoJSON: it has no features or geometry.",
        "Export it as GeoJSON with a type, features and geometry.",
    ),
    "xml_entities": Template(
        "error",
        "XML DTD and entities are not allowed.",
        "Take the DOCTYPE and the entities out, or export the file again.",
    ),
    "xml_broken": Template(
        "error", "The XML is not well formed ({reason}).", "Export it again; the place of the error is named."
    ),
    "xml_other": Template(
        "error", "This XML ({root}) is none of KML, GPX and GML.", "Export the data as KML, GML or GeoPackage."
    ),
    "layer_missing": Template("error", "The file has no layer {names}; it has {known}.", "Name one of its layers."),
    "nothing_in_it": Template(
        "error", "The file opens, but there is no layer in it.", "Export it again with at least one feature."
    ),
    "layers_left": Template(
        "info", "{count} more layers were not read: {names}.", "Ask for them by name to read them."
    ),
    # archives
    "zip_empty": Template("error", "The zip archive is empty.", "Put the data into it, or upload the data itself."),
    "zip_broken": Template("error", "The zip archive is damaged ({reason}).", "Pack or download it again."),
    "zip_entries": Template(
        "error", "The archive has {count} entries; {limit} are allowed.", "Pack only the layer that you need."
    ),
    "zip_bomb": Template(
        "error",
        "Unpacked, the archive would have {megabytes} MB, {ratio} times its size.",
        "Upload the data without the archive, or a part of it.",
    ),
    "zip_path": Template(
        "error", "The archive wants to write outside its folder: {name}.", "Pack the files again without folders."
    ),
    "zip_link": Template("error", "The archive holds a link instead of a file: {name}.", "Pack the file itself."),
    "zip_nested": Template(
        "error", "There is an archive inside the archive: {name}.", "Unpack it, and upload what is inside."
    ),
    "zip_encrypted": Template("error", "The archive is locked with a password ({name}).", "Pack it again without one."),
    "zip_ignored": Template("info", "{count} files of the archive are of no known format and were left: {names}.", ""),
    "zip_nothing": Template(
        "error",
        "Nothing in the archive can be read.",
        "Pack a shapefile (.shp, .shx, .dbf, .prj), GeoPackage, GeoTIFF or CSV.",
    ),
    # shapefiles
    "shp_missing": Template(
        "error",
        "The .shp is missing beside {name}: attributes and index without geometry.",
        "Add the .shp of the same name.",
    ),
    "dbf_missing": Template(
        "warning",
        "The .dbf is missing: the geometry was read, there are no attributes.",
        "Add the .dbf if you need attributes.",
    ),
    "shx_missing": Template(
        "warning", "The .shx is missing; the index was made anew.", "Add the .shx if features are missing."
    ),
    "prj_unusable": Template(
        "warning", "The .prj names no coordinate system that is known.", "State the system, as EPSG code."
    ),
    "encoding_unstated": Template(
        "warning",
        "The file does not state its encoding; {encoding} gives readable text, for example {sample}.",
        "If it is not readable, choose another.",
    ),
    # databases and links
    "database_broken": Template(
        "error", "The database is damaged ({reason}).", "Export it again, or repair it with ogr2ogr."
    ),
    "database_views": Template(
        "error",
        "The GeoPackage has {count} views or virtual tables ({names}): these are programs, not data.",
        "Export them as tables (QGIS: Save as).",
    ),
    "database_triggers": Template("warning", "The GeoPackage has {count} triggers ({names}); they were not run.", ""),
    "tables_skipped": Template(
        "info", "{count} tables without geometry were left: {names}.", "Upload them as CSV if they have coordinates."
    ),
    "crs_link_dropped": Template(
        "warning",
        "The crs member is a link, which is not followed; WGS 84 is taken.",
        "State the coordinate system if that is wrong.",
    ),
    "kml_links": Template(
        "warning",
        "{count} links to other files (NetworkLink, GroundOverlay) were ignored.",
        "Upload what they point to, if you need it.",
    ),
    "kml_only_links": Template(
        "error",
        "The KML holds only links to other files ({count}).",
        "Open it in Google Earth and save the place as KMZ.",
    ),
    "parquet_codec": Template(
        "error", "The Parquet file is packed with {codec}, which is not opened here.", "Write it with ZSTD or SNAPPY."
    ),
    "parquet_metadata": Template(
        "error",
        "The geo metadata of the Parquet file cannot be used ({reason}).",
        "Write it again as GeoParquet 1.0 or later.",
    ),
    "parquet_no_geometry": Template(
        "error",
        "The Parquet file has no geometry: it is not GeoParquet.",
        "Write it with geopandas to_parquet, or upload a CSV with coordinates.",
    ),
    # geometry
    "no_geometry": Template(
        "error", "There is no geometry in {names}.", "Upload a layer with geometry, or a CSV with coordinate columns."
    ),
    "layer_empty": Template("error", "The layer has no features.", "Check the filter of the export."),
    "geometry_none": Template(
        "error", "None of the {count} features has a place.", "Check the geometry column of the export."
    ),
    "geometry_empty": Template(
        "warning", "{count} features without geometry were left out.", "Check these rows if they should have a place."
    ),
    "coordinates_not_numbers": Template(
        "warning", "{count} features have coordinates that are no numbers and were left out.", "Check these rows."
    ),
    "heights_dropped": Template(
        "info", "Heights or measures (Z, M) of {count} features were dropped; the map is flat.", ""
    ),
    "geometry_repaired": Template(
        "warning",
        "{count} invalid shapes were repaired; the area of the layer changed by {percent} %.",
        "Look at them if the change is large.",
    ),
    "geometry_collapsed": Template(
        "warning", "{count} shapes have no area or length and were left out.", "Check these rows."
    ),
    "collections_split": Template("info", "{count} collections of mixed geometry were taken apart.", ""),
    "kinds_split": Template("info", "The layer holds {kinds}; each kind became a layer.", ""),
    "doubles": Template(
        "warning",
        "{count} features repeat an earlier one in place and attributes.",
        "Remove them if they should not count twice.",
    ),
    "curves": Template("info", "{count} curves were made straight in small steps.", ""),
    "surface_3d": Template(
        "error",
        "{count} features are surfaces in space (TIN, MultiPatch, polyhedral), which are no map polygons.",
        "Export their outlines as polygons (ArcGIS: Multipatch Footprint; QGIS: Drop Z values).",
    ),
    "dxf_nothing": Template(
        "error",
        "The DXF has no entities that can be drawn on a map.",
        "Explode blocks and proxies in CAD, and save points, lines and polylines as DXF.",
    ),
    # place
    "crs_missing": Template(
        "ask",
        "The file does not say in which coordinate system it is (x {x}, y {y}).",
        "Choose it; likely is {likely}.",
    ),
    "crs_contradicted": Template(
        "ask", "The coordinates (x {x}, y {y}) cannot be in {crs}.", "Choose the coordinate system; likely is {likely}."
    ),
    "degrees_under_projected": Template(
        "ask",
        "The file says {crs}, in metres or feet, but the coordinates look like degrees (x {x}, y {y}).",
        "Choose the system; likely is {likely}.",
    ),
    "axes_swapped": Template(
        "ask", "Latitude and longitude look exchanged (first point: x {x}, y {y}).", "Exchange them, if that is so."
    ),
    "crs_unknown": Template("error", "{crs} is no known coordinate system.", "Give an EPSG code such as EPSG:4326."),
    "crs_geocentric": Template(
        "error",
        "The coordinates are geocentric (from the middle of the Earth), no map.",
        "Convert them to longitude and latitude.",
    ),
    "not_on_earth": Template(
        "error",
        "{count} features lie off the Earth (x {x}, y {y}) and were left out.",
        "Check these rows, the coordinate system, and the order of x and y.",
    ),
    "outside_projection": Template(
        "warning", "{count} features cannot be placed by that coordinate system and were left out.", "Check these rows."
    ),
    "outside_area": Template(
        "warning",
        "{percent} % of the coordinates lie far outside the area where {crs} is used.",
        "Check the coordinate system.",
    ),
    "grid_missing": Template(
        "warning",
        "The shift to WGS 84 is good to {accuracy} m ({operation}); a better one ({grid}) needs a grid "
        "that is not installed.",
        "Convert the file with that grid if metres matter.",
    ),
    "shift_coarse": Template(
        "warning",
        "The shift to WGS 84 is good to {accuracy} m only ({operation}).",
        "Convert the file yourself if metres matter.",
    ),
    "shift_unknown": Template(
        "warning",
        "How the datum of the file lies to WGS 84 is not known; it was taken as the same.",
        "Check it against known points.",
    ),
    "longitudes_wrapped": Template(
        "info", "{count} features or cells had longitudes beyond 180 and were brought to -180..180.", ""
    ),
    "antimeridian_split": Template(
        "info", "{count} shapes cross the antimeridian or go round a pole and were cut there.", ""
    ),
    # rasters
    "tiff_overviews": Template(
        "error",
        "The metadata of the GeoTIFF name another file for its overviews (OVERVIEWS), which is not allowed.",
        "Write it again: gdal_translate -co TILED=YES in.tif out.tif.",
    ),
    "raster_too_large": Template(
        "error",
        "The raster has {width} x {height} cells in {bands} bands; {limit} cells are allowed.",
        "Cut it to your area, or resample it.",
    ),
    "raster_unplaced": Template(
        "error",
        "The raster {name} has no position: no geotransform and no control points.",
        "Georeference it in a GIS first.",
    ),
    "raster_all_gaps": Template(
        "error", "The raster {name} has no value at all.", "Check the gap value of the export."
    ),
    "raster_rotated": Template("info", "The grid is turned; it was resampled to north up in EPSG:4326.", ""),
    "raster_south_up": Template("info", "The rows run from south to north; they were turned over.", ""),
    "raster_gcps": Template(
        "warning",
        "The raster is placed by {count} control points only; an affine fit was used.",
        "Warp it in a GIS for full accuracy.",
    ),
    "raster_sentinel": Template(
        "warning",
        "{value} looks like a gap and is not declared so; {count} of the cells looked at were taken as gaps.",
        "Keep it, if it is a real value.",
    ),
    "bands_left": Template(
        "info", "{count} further bands were left; the first one was read.", "Export the band that you need as a file."
    ),
    "no_map_variable": Template(
        "error",
        "No variable of the file is a map of numbers (it has {names}; {reason}).",
        "Export the variable as GeoTIFF.",
    ),
    "hgt_name": Template(
        "error",
        "An SRTM tile is placed by its name, as N35E139.hgt; {name} says no place.",
        "Give it its original name.",
    ),
}
TEMPLATES |= {code: Template(*parts) for code, parts in (TABLE_TEMPLATES | SANDBOX_TEMPLATES).items()}


def message(finding: Finding) -> Phrase:
    """Return the sentence of a finding, in English.

    Parameters
    ----------
    finding : Finding
        Code of the sentence and what it speaks of.
    """
    return _phrase(TEMPLATES[finding.code].message, finding.details)


def cure(finding: Finding) -> Phrase:
    """Return the remedy of a finding, in English; empty if none is needed.

    Parameters
    ----------
    finding : Finding
        Code of the sentence and what it speaks of.
    """
    return _phrase(TEMPLATES[finding.code].cure, finding.details)


def _phrase(template: str, details: dict[str, Any]) -> Phrase:
    """Return a sentence that a screen can translate; it reads as `filled` has it."""
    return Phrase(template, **{name: filled(f"{{{name}}}", details) for name in re.findall(r"\{(\w+)\}", template)})


def filled(template: str, details: dict[str, Any]) -> str:
    """Fill a sentence; texts of the file stay data (no format directives of theirs are followed).

    Parameters
    ----------
    template : str
        Sentence with ``{name}`` where a detail stands.
    details : dict
        What the names stand for.
    """

    def value_of(match: re.Match[str]) -> str:
        value = details.get(match[1], match[0])
        return f"{value:,g}" if isinstance(value, float) else str(value)

    return re.sub(r"\{(\w+)\}", value_of, template)


def severity(finding: Finding) -> Severity:
    """Return ``error`` (refused), ``ask`` (the user must choose), ``warning`` or ``info``.

    Parameters
    ----------
    finding : Finding
        Code of the sentence and what it speaks of.
    """
    return TEMPLATES[finding.code].severity


def status(report: Report) -> Status:
    """Return the outcome: a layer that was written makes a file usable.

    A question that is open waits for its answer.

    Parameters
    ----------
    report : Report
        What the reader says of an upload.
    """
    if any(severity(finding) == "ask" for finding in report.findings):
        return "needs_input"
    return "ok" if any(layer.file for layer in report.layers) else "refused"
