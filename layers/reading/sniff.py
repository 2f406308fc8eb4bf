"""Tell the format of a file by its content; the suffix is only compared with what was found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from layers.formats import FORMATS
from layers.reading.raw import Notes, Refused, Source

HEAD = 65_536
HGT_SIZES = frozenset({1201 * 1201 * 2, 3601 * 3601 * 2, 1801 * 3601 * 2, 7201 * 7201 * 2})
XML_FORMATS = {"kml": "kml", "gpx": "gpx", "featurecollection": "gml"}
#: Roots of XML files that name other files or addresses: never opened.
REDIRECTS = {
    "vrtdataset",
    "ogrvrtdatasource",
    "gdal_wms",
    "ogrwfsdatasource",
    "gdal_wmts",
    "wcs_gdal",
    "metadata",
    "gdaltileindexdataset",
}
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    *((signature, name) for name, form in FORMATS.items() for signature in form.signatures),
    (b"PK\3\4", "zip"),
    (b"PK\5\6", "zip"),
)
#: Formats that people send and that are not read: their name and what to do.
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x89PNG", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF8", "GIF picture"),
    (b"\0\0\0\x0cjP", "JPEG 2000"),
    (b"AC10", "AutoCAD DWG"),
    (b"LASF", "LAS point cloud"),
    (b"GRIB", "GRIB"),
    (b"NITF", "NITF"),
    (b"\x0e\x03\x13\x01", "HDF4"),
    (b"DSBB", "Surfer grid"),
    (b"DSRB", "Surfer grid"),
    (b"DSAA", "Surfer grid"),
    (b"ARROW1", "Arrow/Feather"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
#: Formats of text that are not read and would pass for a table: how they begin, and their name.
OTHER_TEXTS: tuple[tuple[str, str], ...] = (
    (r"(?is)version\s+\d+\s+(charset|delimiter|index|unique|coordsys|columns)\b", "MapInfo MIF"),
    (r"(?i)!table\b", "MapInfo TAB"),
    (r"EXP\s+[01]\s", "ArcInfo E00"),
    (r"(?i)~v\w*[^\n]*\n", "LAS well log"),
    (r"GOCAD\s", "GOCAD object"),
    (r"# vtk DataFile", "VTK"),
    (r"%!PS", "PostScript"),
)


def sniff(source: Source, notes: Notes) -> str:
    """Return the format of a file: a key of `layers.formats.FORMATS`, or ``zip``.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    notes : Notes
        Gathers the findings of the file.

    Raises
    ------
    Refused
        If the file is empty, is of a format that is not read, or tells its reader to open something else.
    """
    if source.path.is_dir():
        return "filegdb"
    found = _by_content(source)
    suffix = Path(source.original_name).suffix.lower()
    fitting = FORMATS[found].suffixes if found in FORMATS else ()
    if fitting and suffix and suffix not in fitting:
        notes.add("suffix_mismatch", suffix=suffix, format=found)
    return found


def _by_content(source: Source) -> str:
    size = source.path.stat().st_size
    if size == 0:
        raise Refused("file_empty")
    with source.path.open("rb") as file:
        head = file.read(HEAD)
    found = _signed(head, SIGNATURES)
    if found:
        return found
    suffix = Path(source.original_name).suffix.lower()
    if source.path.suffix in {".dbf", ".shx"} and suffix == source.path.suffix:
        return "shapefile"
    if size in HGT_SIZES and (suffix == ".hgt" or b"\0" in head):
        return "hgt"
    other = _signed(head, OTHERS)
    if other:
        raise Refused("format_other", format=other)
    return _text(source, head, suffix)


def _signed(head: bytes, signatures: Iterable[tuple[bytes, str]]) -> str:
    """Return the name that goes with the first signature that a file begins with; empty if it has none of them."""
    return next((name for signature, name in signatures if head.startswith(signature)), "")


def _text(source: Source, head: bytes, suffix: str) -> str:
    if not head.strip(b"\0"):
        raise Refused("file_zeros", bytes=source.path.stat().st_size)
    text = _decoded(head).lstrip("﻿\x1e \t\r\n")
    if text.startswith(("{", "[")):
        return _json(source.path, text)
    if text.startswith("<"):
        return _xml(source.path, text)
    found = _by_first_words(source, text, suffix)
    if found:
        return found
    other = next((name for begins, name in OTHER_TEXTS if re.match(begins, text)), "")
    if other:
        raise Refused("format_other", format=other)
    if suffix in {".tif", ".tiff", ".gpkg", ".fgb", ".parquet", ".shp", ".hgt", ".nc", ".h5", ".xlsx"} or _binary(head):
        raise Refused("format_unknown", suffix=suffix or "without a suffix", start=_shown(head))
    return "delimited"


def _by_first_words(source: Source, text: str, suffix: str) -> str:
    """Return the format whose words a text begins with; empty if it is none of these."""
    for name, form in FORMATS.items():
        if form.begins and re.match(form.begins, text):
            return name
    if _is_dxf(text):
        return "dxf"
    if ".dfn" in source.companions or _is_aseg(text):
        return "aseg"
    if suffix in {".gmt", ".xy"} and re.match(r"[>#]", text):
        return "gmt"
    return ""


def _is_dxf(text: str) -> bool:
    patterns = (r"(999\r?\n.*?\r?\n\s*)?0\r?\nSECTION\r?\n", r"(?:\s*999\r?\n[^\n]*\n)*\s*0\s*\r?\n\s*SECTION")
    return any(re.match(pattern, text) for pattern in patterns)


def _is_aseg(text: str) -> bool:
    return bool(re.match(r"DEFN\b", text) or re.search(r"(?m)^DEFN\s+\d*\s*ST\s*=\s*RECD", text))


def _decoded(head: bytes) -> str:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8", errors="replace")


def _binary(head: bytes) -> bool:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return False
    odd = sum(byte < 9 or 13 < byte < 27 for byte in head[:4096])
    wide = head[1:4096:2].count(0) > 0.4 * len(head[1:4096:2]) or head[0:4096:2].count(0) > 0.4 * len(head[0:4096:2])
    return odd > 0.1 * len(head[:4096]) and not wide


def _shown(head: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in head[:16])


def _json(path: Path, text: str) -> str:
    first, _, rest = text.partition("\n")
    if rest.lstrip(" \t\r\n\x1e").startswith("{") and _whole(first):
        return "geojsonseq"
    with path.open("rb") as file:
        tail = (file.seek(max(0, path.stat().st_size - 4096)) and file.read()) or b""
    around = text + tail.decode("utf-8", errors="replace")
    if re.search(r'"type"\s*:\s*"Topology"', text):
        raise Refused("format_other", format="TopoJSON")
    if re.search(r'"(gdal_streamed_alg|command_line)"', around):
        raise Refused("redirect", what="GDALG")
    if re.search(r'"(geometryType|spatialReference)"', around) and "esri" in around:
        raise Refused("format_other", format="Esri JSON")
    if not re.search(r'"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"', around):
        raise Refused("json_other")
    return "geojson"


def _whole(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _xml(path: Path, text: str) -> str:
    """Return the format of an XML file by its root, after a pass that refuses DTDs and entities."""
    root = re.search(r"<\s*(?:[\w.-]+:)?([\w.-]+)", re.sub(r"<[?!].*?>", "", text, flags=re.DOTALL))
    name = root[1].lower() if root else ""
    if name in REDIRECTS or "wfs" in name or "wms" in name:
        raise Refused("redirect", what=root[1] if root else name)
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text):
        raise Refused("xml_entities")
    if name == "html":
        raise Refused("format_other", format="HTML page")
    scan_xml(path)
    if name in XML_FORMATS:
        return XML_FORMATS[name]
    if "opengis.net/gml" in text:
        return "gml"
    raise Refused("xml_other", root=name)


def scan_xml(path: Path, element: Callable[[str], None] = lambda _: None) -> None:
    """Go through an XML file without keeping it; calls `element` with the local name of each element.

    Parameters
    ----------
    path : Path
        A file in quarantine.
    element : Callable[[str], None], optional
        Called with the name of each element.

    Raises
    ------
    Refused
        If it declares a DTD or entities, or is not well formed.
    """
    try:
        for _, node in ElementTree.iterparse(path, events=("end",), forbid_dtd=True):
            element(str(node.tag).rpartition("}")[2])
            node.clear()
    except DefusedXmlException as error:
        raise Refused("xml_entities") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        if "no element found" in str(error) or "unclosed token" in str(error):
            raise Refused("truncated", bytes=path.stat().st_size, reason=str(error)) from error
        raise Refused("xml_broken", reason=str(error)) from error
