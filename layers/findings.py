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
        "error", "The file is empty (0 bytes).", "Export it again and check the file size before you upload it."
    ),
    "file_zeros": Template(
        "error",
        "All {bytes} bytes of the file are zero: the download was not completed.",
        "Download or copy it again.",
    ),
    "truncated": Template(
        "error",
        "The file is truncated at {bytes} bytes ({reason}).",
        "Download or export it again and compare the file size with the original.",
    ),
    "text_not_utf8": Template(
        "error",
        "Text in the file is not UTF-8 (bytes {bytes}).",
        "Save the file as UTF-8, or export it as GeoPackage.",
    ),
    "damaged": Template(
        "error", "The file has the signature of its format but is damaged ({reason}).", "Download or export it again."
    ),
    "cut_off": Template(
        "error",
        "The file ends before its last cell or is damaged ({reason}).",
        "Download or export it again and compare the file size.",
    ),
    "unreadable": Template(
        "error",
        "The file cannot be read ({layer}: {reason}).",
        "Open it in QGIS and export it as GeoPackage or GeoTIFF.",
    ),
    "too_complex": Template(
        "error",
        "One object in the file is too large or too deeply nested ({reason}).",
        "Convert multipart features to single parts in a GIS, or simplify the geometry.",
    ),
    "memory_short": Template(
        "error",
        "Reading this file takes more memory than an upload may use.",
        "Clip it to your area of interest, or drop columns you do not need.",
    ),
    "too_large": Template(
        "error",
        "The file has more than {limit} {what}, which is the limit.",
        "Clip it to your area of interest, or drop columns you do not need.",
    ),
    "format_other": Template(
        "error",
        "This is a {format}; the format is not supported.",
        "Export the data as GeoPackage, GeoTIFF or CSV; repack an archive as zip.",
    ),
    "format_unknown": Template(
        "error",
        "The content matches no supported format (extension {suffix}; it starts with {start}).",
        "Export it as GeoPackage, GeoTIFF or CSV.",
    ),
    "suffix_mismatch": Template(
        "info", "The file name ends in {suffix}, but the content is {format}; it was read by its content.", ""
    ),
    "redirect": Template(
        "error",
        "This file holds no data; it points to another file or address ({what}).",
        "Upload the data it points to.",
    ),
    "json_broken": Template(
        "error", "The JSON is not valid ({reason}).", "Correct it at the position given, or export it again."
    ),
    "json_other": Template(
        "error",
        "This is JSON but not GeoJSON: it has no features or geometry.",
        "Export it as GeoJSON with type, features and geometry.",
    ),
    "xml_entities": Template(
        "error",
        "The XML has a DTD or entities, which are not allowed.",
        "Remove the DOCTYPE and the entities, or export the file again.",
    ),
    "xml_broken": Template(
        "error",
        "The XML is not well formed ({reason}).",
        "Export it again; the message gives the position of the error.",
    ),
    "xml_other": Template(
        "error", "This XML ({root}) is not KML, GPX or GML.", "Export the data as KML, GML or GeoPackage."
    ),
    "layer_missing": Template(
        "error", "The file has no layer {names}; its layers are {known}.", "Name one of its layers."
    ),
    "nothing_in_it": Template(
        "error", "The file opens but contains no layers.", "Export it again with at least one feature."
    ),
    "layers_left": Template("info", "{count} more layers were not read: {names}.", "To read them, name them."),
    # archives
    "zip_empty": Template(
        "error", "The zip archive is empty.", "Add the data to the archive, or upload the data directly."
    ),
    "zip_broken": Template("error", "The zip archive is damaged ({reason}).", "Zip or download it again."),
    "zip_entries": Template(
        "error", "The archive has {count} entries; the limit is {limit}.", "Zip only the layer you need."
    ),
    "zip_bomb": Template(
        "error",
        "The archive would unpack to {megabytes} MB, {ratio} times its size.",
        "Upload the data without the archive, or only part of it.",
    ),
    "zip_path": Template(
        "error",
        "An entry of the archive would be written outside its folder: {name}.",
        "Zip the files again without folders.",
    ),
    "zip_link": Template("error", "The archive contains a link instead of a file: {name}.", "Zip the file itself."),
    "zip_nested": Template(
        "error", "The archive contains another archive: {name}.", "Unpack it and upload the files inside."
    ),
    "zip_encrypted": Template(
        "error", "The archive is password-protected ({name}).", "Zip it again without a password."
    ),
    "zip_ignored": Template(
        "info", "{count} files in the archive are in no supported format and were skipped: {names}.", ""
    ),
    "zip_nothing": Template(
        "error",
        "The archive contains no readable data.",
        "Zip a shapefile (.shp, .shx, .dbf, .prj), GeoPackage, GeoTIFF or CSV.",
    ),
    # shapefiles
    "shp_missing": Template(
        "error",
        "The .shp that belongs to {name} is missing: there are attributes and an index but no geometry.",
        "Add the .shp of the same name.",
    ),
    "dbf_missing": Template(
        "warning",
        "The .dbf is missing; the geometry was read without attributes.",
        "Add the .dbf if you need the attributes.",
    ),
    "shx_missing": Template(
        "warning", "The .shx is missing; the index was rebuilt.", "Add the .shx if features are missing."
    ),
    "prj_unusable": Template(
        "warning", "The .prj does not give a known coordinate system.", "State the coordinate system as an EPSG code."
    ),
    "encoding_unstated": Template(
        "warning",
        "The file does not state its encoding; {encoding} gives readable text, for example {sample}.",
        "If the text is not readable, choose another encoding.",
    ),
    # databases and links
    "database_broken": Template(
        "error", "The database is damaged ({reason}).", "Export it again, or repair it with ogr2ogr."
    ),
    "database_views": Template(
        "error",
        "The GeoPackage has {count} views or virtual tables ({names}), which are code, not data.",
        "Export them as tables (QGIS: Save as).",
    ),
    "database_triggers": Template("warning", "The GeoPackage has {count} triggers ({names}); they were not run.", ""),
    "tables_skipped": Template(
        "info", "{count} tables without geometry were skipped: {names}.", "Upload them as CSV if they have coordinates."
    ),
    "codes_named": Template(
        "info", "Column {column} holds codes; the file names {count} of them ({sample}), and these words are shown.", ""
    ),
    "crs_link_dropped": Template(
        "warning",
        "The crs member is a link and was not followed; WGS 84 is assumed.",
        "State the coordinate system if this is wrong.",
    ),
    "kml_links": Template(
        "warning",
        "{count} links to other files (NetworkLink) were ignored.",
        "Upload the linked data if you need it.",
    ),
    "kml_pictures": Template(
        "warning",
        "{count} images laid over the map (GroundOverlay) were left out.",
        "Export them as GeoTIFF if you need them.",
    ),
    "kml_only_pictures": Template(
        "error",
        "The KML contains only images laid over the map ({count}), no features.",
        "Export the image as GeoTIFF and upload that.",
    ),
    "kml_only_links": Template(
        "error",
        "The KML contains only links to other files ({count}).",
        "Open it in Google Earth and save the place as KMZ.",
    ),
    "parquet_codec": Template(
        "error",
        "The Parquet file is compressed with {codec}, which is not supported.",
        "Write it with ZSTD or Snappy compression.",
    ),
    "parquet_metadata": Template(
        "error",
        "The geo metadata of the Parquet file cannot be used ({reason}).",
        "Write it again as GeoParquet 1.0 or later.",
    ),
    "parquet_no_geometry": Template(
        "error",
        "The Parquet file has no geometry; it is not GeoParquet.",
        "Write it with geopandas to_parquet, or upload a CSV with coordinates.",
    ),
    # geometry
    "no_geometry": Template(
        "error", "There is no geometry in {names}.", "Upload a layer with geometry, or a CSV with coordinate columns."
    ),
    "layer_empty": Template("error", "The layer has no features.", "Check the export filter."),
    "geometry_none": Template(
        "error", "None of the {count} features has a geometry.", "Check the geometry column of the export."
    ),
    "geometry_empty": Template(
        "warning",
        "{count} features without geometry were left out.",
        "Check these rows if they should have a location.",
    ),
    "coordinates_not_numbers": Template(
        "warning", "{count} features have non-numeric coordinates and were left out.", "Check these rows."
    ),
    "heights_dropped": Template(
        "info", "Z or M values of {count} features were dropped; the map is two-dimensional.", ""
    ),
    "geometry_repaired": Template(
        "warning",
        "{count} invalid geometries were repaired; the area of the layer changed by {percent} %.",
        "Inspect them if the change is large.",
    ),
    "geometry_collapsed": Template(
        "warning", "{count} geometries have no area or length and were left out.", "Check these rows."
    ),
    "collections_split": Template("info", "{count} geometry collections were split into their parts.", ""),
    "kinds_split": Template("info", "The layer mixes {kinds}; each geometry type became its own layer.", ""),
    "doubles": Template(
        "warning",
        "{count} features duplicate an earlier one in location and attributes.",
        "Remove them if they should not be counted twice.",
    ),
    "curves": Template("info", "{count} curves were converted to short straight segments.", ""),
    "surface_3d": Template(
        "error",
        "{count} features are 3D surfaces (TIN, MultiPatch, polyhedral) and cannot be used as map polygons.",
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
        "The file does not state its coordinate system (x {x}, y {y}).",
        "Choose the coordinate system; best match: {likely}.",
    ),
    "crs_contradicted": Template(
        "ask",
        "The coordinates (x {x}, y {y}) are not possible in {crs}.",
        "Choose the coordinate system; best match: {likely}.",
    ),
    "degrees_under_projected": Template(
        "ask",
        "The file states {crs}, in metres or feet, but the coordinates look like degrees (x {x}, y {y}).",
        "Choose the coordinate system; best match: {likely}.",
    ),
    "axes_swapped": Template(
        "ask",
        "Latitude and longitude appear to be swapped (first point: x {x}, y {y}).",
        "Swap the axes if that is so.",
    ),
    "crs_unknown": Template("error", "{crs} is not a known coordinate system.", "Give an EPSG code such as EPSG:4326."),
    "crs_geocentric": Template(
        "error",
        "The coordinates are geocentric (measured from the centre of the Earth), not map coordinates.",
        "Convert them to longitude and latitude.",
    ),
    "not_on_earth": Template(
        "error",
        "{count} features have coordinates outside the valid range (x {x}, y {y}) and were left out.",
        "Check these rows, the coordinate system and the order of x and y.",
    ),
    "outside_projection": Template(
        "warning",
        "{count} features lie outside the valid range of this projection and were left out.",
        "Check these rows.",
    ),
    "outside_area": Template(
        "warning",
        "{percent} % of the coordinates lie far outside the area of use of {crs}.",
        "Check the coordinate system.",
    ),
    "grid_missing": Template(
        "warning",
        "The transformation to WGS 84 is accurate to {accuracy} m ({operation}); a better one "
        "({grid}) needs a grid that is not installed.",
        "Transform the file with that grid beforehand if metres matter.",
    ),
    "shift_coarse": Template(
        "warning",
        "The transformation to WGS 84 is accurate only to {accuracy} m ({operation}).",
        "Transform the file beforehand if metres matter.",
    ),
    "shift_unknown": Template(
        "warning",
        "No transformation from the datum of the file to WGS 84 is known; the two were treated as identical.",
        "Check the layer against known points.",
    ),
    "longitudes_wrapped": Template(
        "info", "{count} features or cells had longitudes beyond 180 degrees and were wrapped to -180..180.", ""
    ),
    "antimeridian_split": Template(
        "info", "{count} geometries cross the antimeridian or enclose a pole and were split there.", ""
    ),
    # rasters
    "tiff_overviews": Template(
        "error",
        "The GeoTIFF metadata refer to another file for the overviews (OVERVIEWS), which is not allowed.",
        "Rewrite it: gdal_translate -co TILED=YES in.tif out.tif.",
    ),
    "raster_too_large": Template(
        "error",
        "The raster has {width} x {height} cells in {bands} bands; the limit is {limit} cells.",
        "Clip it to your area of interest, or resample it.",
    ),
    "raster_unplaced": Template(
        "error",
        "The raster {name} is not georeferenced: it has no geotransform and no ground control points.",
        "Georeference it in a GIS first.",
    ),
    "raster_all_gaps": Template(
        "error", "The raster {name} holds nothing but nodata.", "Check the nodata value of the export."
    ),
    "raster_rotated": Template("info", "The grid is rotated; it was resampled north-up in EPSG:4326.", ""),
    "raster_south_up": Template("info", "The rows run from south to north; they were flipped.", ""),
    "raster_gcps": Template(
        "warning",
        "The raster is georeferenced by {count} ground control points only; an affine fit was used.",
        "Warp it in a GIS for full accuracy.",
    ),
    "raster_classes": Template(
        "warning",
        "The raster {name} has a colour table: its values are classes, not quantities, and no mean is taken of them.",
        "Use the value at the site; state a unit if the values do measure something.",
    ),
    "raster_sentinel": Template(
        "warning",
        "{value} looks like nodata but is not declared as such; {count} of the cells sampled were treated as nodata.",
        "Keep it if it is a real value.",
    ),
    "bands_left": Template(
        "info",
        "Only the first band was read; {count} more were ignored.",
        "Export the band you need as a separate file.",
    ),
    "no_map_variable": Template(
        "error",
        "No variable in the file is a numeric grid (variables: {names}; {reason}).",
        "Export the variable as GeoTIFF.",
    ),
    "hgt_name": Template(
        "error",
        "The position of an SRTM tile comes from its file name, such as N35E139.hgt; {name} gives none.",
        "Restore the original file name.",
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
