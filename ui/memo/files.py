"""A memo as a file: PDF by typst, HTML by jinja2, DOCX by python-docx. What it says is made by `ui.memo.content`."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import docx as word_files
import typst
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from data.facts import HERE as DATA
from data.sql import Record
from data.texts import plain
from geo.errors import OrebridgeError
from ui.memo.content import Memo

HERE = Path(__file__).with_name("layout")
FONTS = DATA / "fonts"
FAMILY = "Noto Sans JP"
BLUE = RGBColor(0x0B, 0x5C, 0x8F)
#: Stands for a character that the bundled font does not have.
MISSING = "〓"


class MemoFormatError(OrebridgeError):
    """The suffix of the file name is not that of a memo format."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "{file}: a memo can be {formats}; end the file name in one of them.", file=name, formats=FORMATS
        )


def pdf(memos: Sequence[Memo]) -> bytes:
    """Return a memo as PDF; two memos stand side by side on landscape pages."""
    document: Any = typst.compile(str(HERE / "memo.typ"), format="pdf", **_inputs(memos))
    return bytes(document)


def pages_png(memos: Sequence[Memo], ppi: float = 80.0) -> list[bytes]:
    """Return the pages of the PDF as pictures."""
    pages: Any = typst.compile(str(HERE / "memo.typ"), format="png", ppi=ppi, **_inputs(memos))
    return list(pages) if isinstance(pages, list) else [pages]


def _inputs(memos: Sequence[Memo]) -> Record:
    """Return what typst is given: the bundled fonts alone, and the memos as JSON."""
    values = [within_font({**asdict(memo), "stamp": _stamp(memo)}) for memo in memos]
    return {
        "font_paths": [str(FONTS)],
        "ignore_system_fonts": True,
        "sys_inputs": {"memos": json.dumps(values, ensure_ascii=False)},
    }


def _stamp(memo: Memo) -> str:
    """Return scenario and data version for the foot of each page."""
    values = [value for _label, value in memo.provenance]
    return f"{values[3]} · {values[4]}"


def within_font(value: object) -> object:
    """Return the same texts, with a mark for each character that the bundled font lacks: never an empty box.

    Parameters
    ----------
    value : text, or a dict or list of texts
        Anything else stays as it is.
    """
    if isinstance(value, str):
        return (
            value
            if value.startswith("<?xml")
            else "".join(c if ord(c) in _characters() or c == "\n" else MISSING for c in value)
        )
    if isinstance(value, dict):
        return {key: within_font(item) for key, item in value.items()}
    return [within_font(item) for item in value] if isinstance(value, list | tuple) else value


@cache
def _characters() -> frozenset[int]:
    """Return the code points of the bundled font."""
    with TTFont(FONTS / "NotoSansJP-Regular.otf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def html(memos: Sequence[Memo]) -> bytes:
    """Return a memo as one HTML file that needs nothing else; texts are escaped."""
    around = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    around.filters["b64"] = lambda text: base64.b64encode(text.encode()).decode()
    return around.get_template("memo.html.j2").render(memos=[asdict(memo) for memo in memos]).encode()


def docx(memos: Sequence[Memo]) -> bytes:
    """Return a memo as DOCX to work on; two languages follow one another."""
    document = word_files.Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FAMILY, Pt(10)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FAMILY)
    for place, memo in enumerate(memos):
        if place:
            document.add_page_break()  # type: ignore[no-untyped-call]  # the library gives no type
        _write(document, memo)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(document: Document, memo: Memo) -> None:
    """Write one language into a document."""
    _heading(document, memo.title, 0)
    for text in (memo.question, *memo.summary):
        if text:
            document.add_paragraph(text)
    for label, value in memo.provenance:
        _labelled(document, label, value).paragraph_format.space_after = Pt(0)
    _heading(document, memo.words["ranked"], 1)
    _ranked(document, memo)
    _heading(document, memo.words["site_pages"], 1)
    for site in memo.sites:
        _heading(document, f"{site.number}. {site.title}", 2)
        document.add_paragraph(site.facts)
        for label, text in site.paragraphs:
            _labelled(document, label, text)
    sources = [f"{title} – {licence}. {citation}" for title, licence, citation in memo.sources]
    for name, lines in (("method", memo.method), ("sources", sources), ("disclaimer", [memo.disclaimer])):
        _heading(document, memo.words[name], 1)
        for line in lines:
            document.add_paragraph(line)


def _ranked(document: Document, memo: Memo) -> None:
    """Write the table of the ranked sites under its header."""
    table = document.add_table(rows=1, cols=len(memo.columns), style="Light Grid Accent 1")
    for rows in (memo.columns, *memo.rows):
        cells = table.rows[0].cells if rows is memo.columns else table.add_row().cells
        for cell, text in zip(cells, rows, strict=True):
            cell.text = text
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(8)


def _labelled(document: Document, label: str, text: str) -> Paragraph:
    """Write a text after its label in bold; return its paragraph."""
    paragraph = document.add_paragraph()
    _bold(paragraph.add_run(f"{label}: "))
    paragraph.add_run(text)
    return paragraph


def _heading(document: Document, text: str, level: int) -> None:
    for run in document.add_heading(text, level).runs:
        run.font.name, run.font.color.rgb = FAMILY, BLUE
        run.element.rPr.rFonts.set(qn("w:eastAsia"), FAMILY)


def _bold(run: Run) -> None:
    run.bold, run.font.color.rgb = True, BLUE


#: File ending -> writer.
FORMATS: dict[str, Callable[[Sequence[Memo]], bytes]] = {".pdf": pdf, ".html": html, ".docx": docx}
MIME = {
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def write(memos: Sequence[Memo], suffix: str) -> bytes:
    """Return a memo in the format of a file ending.

    Raises
    ------
    MemoFormatError
        If there is no such format.
    """
    if suffix.lower() not in FORMATS:
        raise MemoFormatError(suffix or "?")
    return FORMATS[suffix.lower()]([_plain(memo) for memo in memos])


def _plain(memo: Memo) -> Memo:
    """Return a memo whose texts every format can hold; see `data.texts`."""
    pages = tuple(replace(page, **plain({f.name: getattr(page, f.name) for f in fields(page)})) for page in memo.sites)
    rest = {f.name: plain(getattr(memo, f.name)) for f in fields(memo) if f.name != "sites"}
    return replace(memo, **rest, sites=pages)
