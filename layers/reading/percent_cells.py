"""Cells of a workbook that are shown as per cent: 0.0125 in the file, 1.25 % on the screen of who wrote it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

#: Numbers of the formats 0% and 0.00%, which every workbook has.
_BUILT_IN = frozenset({"9", "10"})
#: What a format shows literally: quoted texts, and the letter behind a backslash.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_PLACE = re.compile(rb"\br=\"([A-Z]{1,3})([1-9]\d{0,6})\"")
_CHUNK = 1 << 23
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def percent_cells(path: Path, sheet: str) -> frozenset[tuple[int, int]]:
    """Return the cells of a sheet that are shown as per cent: row and column, from 0.

    Parameters
    ----------
    path : Path
        A workbook; of one that is no XLSX nothing is known, and nothing is returned.
    sheet : str
        Name of the sheet.
    """
    try:
        with zipfile.ZipFile(path) as book:
            styles = _percent_styles(book)
            part = _part(book, sheet) if styles else ""
            return frozenset(_cells(book, part, styles)) if part else frozenset()
    except (zipfile.BadZipFile, KeyError, OSError, ParseError, DefusedXmlException, ValueError):
        return frozenset()  # the reader of the values says what is wrong with the file


def _tag(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _percent_styles(book: zipfile.ZipFile) -> frozenset[str]:
    """Return the numbers of the cell styles whose number format ends in a percent sign."""
    with book.open("xl/styles.xml") as file:
        root = ElementTree.parse(file, forbid_dtd=True).getroot()
    formats = {
        str(node.get("numFmtId"))
        for node in root.iter()
        if _tag(node) == "numFmt" and "%" in _LITERAL.sub("", str(node.get("formatCode")))
    }
    cells = next((node for node in root.iter() if _tag(node) == "cellXfs"), ())
    return frozenset(str(at) for at, node in enumerate(cells) if node.get("numFmtId") in formats | _BUILT_IN)


def _part(book: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds a sheet; empty if it is not found."""
    with book.open("xl/workbook.xml") as file:
        root = ElementTree.parse(file, forbid_dtd=True).getroot()
    found = (node.get(_RELATION) for node in root.iter() if _tag(node) == "sheet" and node.get("name") == sheet)
    relation = next(found, None)
    with book.open("xl/_rels/workbook.xml.rels") as file:
        links = ElementTree.parse(file, forbid_dtd=True).getroot()
    target = next((str(node.get("Target")) for node in links if relation and node.get("Id") == relation), "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}" if target else ""


def _cells(book: zipfile.ZipFile, part: str, styles: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the cells of these styles; looks at the tags of cells alone, since a sheet may have millions."""
    numbers = "|".join(sorted(styles)).encode("ascii")
    tag = re.compile(rb"<(?:\w+:)?c\s[^>]*\bs=\"(?:" + numbers + rb")\"[^>]*>")
    with book.open(part) as file:
        rest = b""
        while chunk := file.read(_CHUNK):
            text, _, rest = (rest + chunk).rpartition(b"<")
            rest = b"<" + rest
            for found in tag.finditer(text):
                if place := _PLACE.search(found[0]):
                    yield int(place[2]) - 1, _column(place[1].decode("ascii"))


def _column(letters: str) -> int:
    """Return the position of a column, from 0, by its letters.

    Examples
    --------
    >>> _column("A"), _column("AB")
    (0, 27)
    """
    position = 0
    for letter in letters:
        position = 26 * position + ord(letter) - ord("A") + 1
    return position - 1
