"""A letter as DOCX by python-docx: to be read, signed and filled in; both languages side by side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx as word_files
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from data.texts import prose
from ui.letter.content import OWNER_ROWS, AskedRow, Both, LetterSite, LetterText

FAMILY = "Noto Sans JP"
BLUE, GREY = RGBColor(0x0B, 0x5C, 0x8F), RGBColor(0x55, 0x55, 0x55)
HEAD, BOX = "DCE8F1", "FFF9E5"
#: Widths of the columns of questions in cm: number, English, Japanese, known today, answer, as of, document.
WIDTHS_CM = (1.1, 5.0, 5.0, 4.6, 5.2, 2.0, 3.1)
WIDTH_CM = sum(WIDTHS_CM)


def letter_docx(text: LetterText) -> bytes:
    """Return a letter as a DOCX file."""
    document = word_files.Document()
    _page(document, text)
    _head(document, text)
    _side_by_side(document, text.paragraphs)
    for site in text.sites:
        _site(document, site, text)
    _sender(document, text)
    document.core_properties.title = " / ".join(text.title)
    document.core_properties.author = text.asked_by
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Document, text: LetterText) -> None:
    """Set paper, fonts and the foot of each page."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm((29.7 - WIDTH_CM) / 2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FAMILY, Pt(9)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FAMILY)
    normal.paragraph_format.space_after = Pt(2)
    foot = section.footer.paragraphs[0]
    _run(foot, f"{' / '.join(text.words['letter'])}: {text.number}", size=7, colour=GREY)


def _head(document: Document, text: LetterText) -> None:
    """Write title, and the box of reference, date, sender and receiver."""
    for place, title in enumerate(text.title):
        paragraph = document.add_paragraph()
        _run(paragraph, title, size=16 if place == 0 else 14, bold=True, colour=BLUE)
        paragraph.paragraph_format.space_after = Pt(0 if place == 0 else 6)
    table = _table(document, 0, (4.5, WIDTH_CM - 4.5))
    rows = (
        ("letter", text.number),
        ("dated", " / ".join(text.dated)),
        ("from", text.asked_by),
        ("to", " / ".join(text.paragraphs[0])),
    )
    for name, value in rows:
        cells = _row(table).cells
        _fill(cells[0], " / ".join(text.words[name]), bold=True)
        _fill(cells[1], value)
        _shade(cells[0], HEAD)
        if not value:
            _shade(cells[1], BOX)
    document.add_paragraph()


def _side_by_side(document: Document, paragraphs: Sequence[Both]) -> None:
    """Write the opening, a column a language."""
    table = document.add_table(rows=0, cols=2)
    table.autofit = False
    for texts in paragraphs[1:]:
        for cell, text in zip(_row(table).cells, texts, strict=True):
            cell.width = Cm(WIDTH_CM / 2)
            _fill(cell, text)
            cell.paragraphs[-1].paragraph_format.space_after = Pt(4)


def _site(document: Document, site: LetterSite, text: LetterText) -> None:
    heading = document.add_heading(level=2)
    heading.paragraph_format.keep_with_next = True
    _run(heading, f"{site.heading} — {' / '.join(dict.fromkeys(site.country))}", size=12, bold=True, colour=BLUE)
    for about in dict.fromkeys(site.about):
        paragraph = document.add_paragraph()
        _run(paragraph, about, size=8, colour=GREY)
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.keep_with_next = True
    if not site.rows:
        document.add_paragraph(" / ".join(text.words["none"]))
        return
    table = _table(document, 1, WIDTHS_CM)
    names = ("number", "question", "question", "known", "answer", "as_of", "document")
    for place, (cell, name) in enumerate(zip(table.rows[0].cells, names, strict=True)):
        one = {1: text.words[name][:1], 2: text.words[name][1:]}.get(place, text.words[name])
        _fill(cell, "\n".join(one), bold=True)
        _shade(cell, HEAD)
    _repeat(table.rows[0])
    for row in site.rows:
        _question(table, row, text)


def _question(table: Table, row: AskedRow, text: LetterText) -> None:
    made = _row(table)
    _whole(made)
    number, english, japanese, known, answer, as_of, document = made.cells
    _fill(number, row.number)
    for cell, title, asked in zip((english, japanese), row.title, row.question, strict=True):
        _fill(cell, title, bold=True)
        _run(cell.add_paragraph(), asked)
    _fill(known, "\n".join(dict.fromkeys(row.known)))
    for source in dict.fromkeys(filter(None, row.source)):
        _run(known.add_paragraph(), source, size=7, colour=GREY)
    _boxes(answer, row, text)
    for cell in (answer, as_of, document):
        _shade(cell, BOX)
    _fill(as_of, "")
    _fill(document, "")


def _boxes(cell: _Cell, row: AskedRow, text: LetterText) -> None:
    """Write what is to be filled in or ticked: choices, a line for each owner, or a line with its unit."""
    if row.choices:
        _fill(cell, "\n".join(f"☐ {choice}" for choice in row.choices), size=8)
    elif row.attribute == "owner":
        share, parent = (" / ".join(text.words[name]) for name in ("share", "parent"))
        _fill(cell, f"{share} (%); {parent}", size=7)
        for _line in range(OWNER_ROWS // 2):
            _run(cell.add_paragraph(), "______________ ____ % ______")
    else:
        _fill(cell, f"________________ {row.unit}" if row.unit else "")


def _sender(document: Document, text: LetterText) -> None:
    heading = document.add_heading(level=2)
    heading.paragraph_format.keep_with_next = True
    _run(heading, " / ".join(text.words["sender"]), size=12, bold=True, colour=BLUE)
    table = _table(document, 0, (7.0, WIDTH_CM - 7.0))
    for field, titles in (*text.sender.items(), ("signature", text.words["signature"])):
        cells = _row(table).cells
        _fill(cells[0], " / ".join(titles), bold=True)
        _shade(cells[0], HEAD)
        _fill(cells[1], text.number if field == "letter" else "")
        if field != "letter":
            _shade(cells[1], BOX)


def _row(table: Table) -> Any:
    """Add a row to a table."""
    return table.add_row()  # type: ignore[no-untyped-call]  # the library gives no type


def _table(document: Document, rows: int, widths_cm: Sequence[float]) -> Table:
    table: Table = document.add_table(rows=rows, cols=len(widths_cm), style="Table Grid")
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return table


def _fill(cell: _Cell, text: str, *, bold: bool = False, size: float = 9) -> None:
    """Put text into a cell, a paragraph a line."""
    for place, part in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        _run(paragraph, part, bold=bold, size=size)


def _run(
    paragraph: Paragraph, text: str, *, bold: bool = False, size: float = 9, colour: RGBColor | None = None
) -> None:
    run = paragraph.add_run(prose(text))
    run.bold, run.font.size, run.font.name = bold, Pt(size), FAMILY
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FAMILY)
    if colour is not None:
        run.font.color.rgb = colour


def _shade(cell: _Cell, colour: str) -> None:
    shading: Any = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def _repeat(row: Any) -> None:
    """Repeat a row of headings on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
