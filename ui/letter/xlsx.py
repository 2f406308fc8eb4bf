"""A letter as a workbook: the letter, a sheet to fill in that `orebridge facts add` reads back, and who answered.

Everything but the boxes is locked, without a password.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from data.fact_rows import COLUMNS
from data.texts import prose
from ui.letter.content import OWNER_ROWS, AskedRow, LetterSite, LetterText

LETTER, ANSWERS, SENDER, CHOICES = "Letter 依頼状", "Answers 回答", "Sender 回答者", "Choices 選択肢"
#: Columns that the letter fills, in front of those that are filled in.
GIVEN = ("site_id", "attribute", "commodity")
#: Columns that are filled in, with their widths.
FILLED = {
    "value": 12,
    "unit": 9,
    "low": 9,
    "high": 9,
    "text": 34,
    "country": 11,
    "as_of": 12,
    "source_title": 24,
    "source_url": 28,
    "note": 24,
}
#: Kind of value -> the boxes that it is stated in; date, source and note are open for all.
BOXES = {
    "word": ("text",),
    "owner": ("text", "value", "unit", "country"),
    "number": ("value", "unit", "low", "high"),
    "year": ("text",),
    "text": ("text",),
}
OPEN_FOR_ALL = ("as_of", "source_title", "source_url", "note")


def letter_xlsx(text: LetterText) -> bytes:
    """Return a letter as an XLSX file. No cell is a formula or a link."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(out, options) as book:
        looks = _looks(book)
        _letter(book.add_worksheet(LETTER), text, looks)
        answers, sender = book.add_worksheet(ANSWERS), book.add_worksheet(SENDER)
        ranges = _choices(book.add_worksheet(CHOICES), text, looks)
        _answers(answers, text, looks, ranges)
        _sender(sender, text, looks)
        book.set_properties({"title": " / ".join(text.title), "author": text.asked_by})
    return out.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    base = {"font_name": "Noto Sans JP", "font_size": 10, "valign": "top", "text_wrap": True}
    head = {**base, "bold": True, "bg_color": "#DCE8F1", "border": 1}
    return {
        "title": book.add_format({**base, "font_size": 15, "bold": True, "font_color": "#0B5C8F", "text_wrap": False}),
        "text": book.add_format(base),
        "head": book.add_format(head),
        "given": book.add_format({**base, "border": 1, "bg_color": "#F3F3F3"}),
        "box": book.add_format({**base, "border": 1, "bg_color": "#FFF9E5", "locked": False}),
        "box_text": book.add_format({**base, "border": 1, "bg_color": "#FFF9E5", "locked": False, "num_format": "@"}),
    }


def _letter(sheet: Any, text: LetterText, looks: dict[str, Any]) -> None:
    """Write the letter, a column a language."""
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 1, 62)
    for column, title in enumerate(text.title):
        _put(sheet, 0, column, title, looks["title"])
    lines = [
        [f"{name}: {text.number}" for name in text.words["letter"]],
        [f"{name}: {day}" for name, day in zip(text.words["dated"], text.dated, strict=True)],
        [f"{name}: {text.asked_by or '____________________'}" for name in text.words["from"]],
        *text.paragraphs,
        *([f"{site.heading} ({nation})" for nation in site.country] for site in text.sites),
    ]
    for row, texts in enumerate(lines, 2):
        for column, part in enumerate(texts):
            _put(sheet, row, column, part, looks["text"])
    sheet.protect()


def _answers(sheet: Any, text: LetterText, looks: dict[str, Any], ranges: dict[str, str]) -> None:
    """Write the table that is filled in: one row a question, several for the owners."""
    words = {name: " / ".join(text.words[name]) for name in ("project", "question", "known", "source")}
    headers = [
        ("", words["project"], 22),
        ("", text.words["question"][0], 34),
        ("", text.words["question"][1], 34),
        ("", words["known"], 20),
        ("", words["source"], 26),
        *((name, f"{name} / {COLUMNS[name]}", width) for name, width in {**FILLED, **dict.fromkeys(GIVEN, 14)}.items()),
    ]
    for column, (_name, header, width) in enumerate(headers):
        _put(sheet, 0, column, header, looks["head"])
        sheet.set_column(column, column, width)
    places = {name: column for column, (name, _header, _width) in enumerate(headers) if name}
    row = 0
    for site in text.sites:
        for asked in site.rows:
            for repeat in range(OWNER_ROWS if asked.attribute == "owner" else 1):
                row += 1
                _question(sheet, row, (site, asked), looks, first=repeat == 0)
                _boxes(sheet, row, (site, asked), places, looks, ranges)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _question(sheet: Any, row: int, asked: tuple[LetterSite, AskedRow], looks: dict[str, Any], *, first: bool) -> None:
    site, question = asked
    texts = [
        site.heading.partition(". ")[2],
        *(f"{title}: {words}" for title, words in zip(question.title, question.question, strict=True)),
        "\n".join(dict.fromkeys(question.known)),
        "\n".join(dict.fromkeys(filter(None, question.source))),
    ]
    for column, text in enumerate(texts):
        _put(sheet, row, column, text if first or column == 0 else "″", looks["given"])


def _boxes(
    sheet: Any,
    row: int,
    asked: tuple[LetterSite, AskedRow],
    places: dict[str, int],
    looks: dict[str, Any],
    ranges: dict[str, str],
) -> None:
    site, question = asked
    for name in FILLED:
        is_open = name in BOXES[question.kind] or name in OPEN_FOR_ALL
        look = looks[("box" if name in ("value", "low", "high") else "box_text") if is_open else "given"]
        _put(sheet, row, places[name], question.unit if is_open and name == "unit" else "", look)
    for name, value in zip(GIVEN, (site.site_id, question.attribute, question.commodity), strict=True):
        _put(sheet, row, places[name], value, looks["given"])
    if question.attribute in ranges:
        sheet.data_validation(
            row, places["text"], row, places["text"], {"validate": "list", "source": ranges[question.attribute]}
        )


def _choices(sheet: Any, text: LetterText, looks: dict[str, Any]) -> dict[str, str]:
    """Write the choices of each attribute below one another, and return attribute -> range of the sheet."""
    sheet.set_column(0, 1, 34)
    for column, words in enumerate((text.words["field"], text.words["answer"])):
        _put(sheet, 0, column, " / ".join(words), looks["head"])
    ranges: dict[str, str] = {}
    row = 1
    for asked in (asked for site in text.sites for asked in site.rows):
        if asked.choices and asked.attribute not in ranges:
            for place, choice in enumerate(asked.choices):
                _put(sheet, row + place, 0, " / ".join(asked.title), looks["given"])
                _put(sheet, row + place, 1, choice, looks["given"])
            ranges[asked.attribute] = f"='{CHOICES}'!$B${row + 1}:$B${row + len(asked.choices)}"
            row += len(asked.choices)
    sheet.protect()
    return ranges


def _sender(sheet: Any, text: LetterText, looks: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 60)
    for column, words in enumerate((text.words["field"], text.words["answer"])):
        _put(sheet, 0, column, " / ".join(words), looks["head"])
    for row, (field, titles) in enumerate(text.sender.items(), 1):
        _put(sheet, row, 0, f"{field} / {' / '.join(titles)}", looks["given"])
        given = field == "letter"
        _put(sheet, row, 1, text.number if given else "", looks["given" if given else "box_text"])
    sheet.protect()


def _put(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    """Write text as text: plain, and never a formula or a link."""
    if text:
        sheet.write_string(row, column, prose(text)[:32_767], look)
    else:
        sheet.write_blank(row, column, None, look)
