"""A letter reads like one: who asks, what is known and by whom, what is asked, boxes with units, two languages."""

from __future__ import annotations

import io
import re
from datetime import date

import docx
import openpyxl
import pytest

from scoring.ranking.scenario import from_preset
from ui.letter.content import OWNER_ROWS, Asking, letter_text
from ui.letter.files import FORMATS, LetterFormatError, write
from workspace import facts

pytestmark = pytest.mark.usefixtures("own_store", "small_app")
SITES = ["nam-lofdal-bergville-11c6", "usa-mountain-pass-ceec", "jpn-kosaka-smelting-refining-dowa-ab15"]
TODAY = date(2026, 11, 26)
ASKING = Asking("METI, Mineral Resources Division\x1b[2J", "facts@example.org", "2026-12-31")


@pytest.fixture
def letter():
    return facts.letter(from_preset(), SITES, TODAY)


def words(document) -> str:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_docx_has_head_opening_questions_and_sender(letter) -> None:
    document = docx.Document(io.BytesIO(write(letter, ASKING, ".docx")))
    text = words(document)
    for part in (
        "Request for information on critical mineral projects",
        "重要鉱物案件に関する情報照会",
        letter.number,
        "2026年11月26日",
        "METI, Mineral Resources Division",
        "facts@example.org",
        "December 31, 2026",
        "Lofdal — Namibia / ナミビア",
        "ご回答者",
        "☐ operating / 操業中",
        "USD M",
        "t/y",
    ):
        assert part in text, part
    assert "\x1b" not in text
    questions = [table for table in document.tables if len(table.columns) == 7]
    assert len(questions) == len(SITES)
    for table, site in zip(questions, letter.sites, strict=True):
        assert len(table.rows) == 1 + len(site.questions)
        assert table.rows[1].cells[0].text.endswith(".1")
    known = questions[0].rows[1].cells[3].text
    assert "Permitted" in known
    assert "2021-07" in known


def test_each_question_stands_in_both_languages_and_differs(letter) -> None:
    text = letter_text(letter, ASKING)
    for site in text.sites:
        for row in site.rows:
            assert row.question[0].isascii()
            assert re.search("[ぁ-ん]", row.question[1])
            assert row.title[0] != row.title[1]
            assert row.known[0]
    assert all(len(paragraph) == 2 for paragraph in text.paragraphs)


def test_xlsx_opens_only_the_boxes_and_no_cell_is_a_formula(letter) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(letter, ASKING, ".xlsx")))
    for sheet in book:
        assert sheet.protection.sheet
        assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    answers = book[book.sheetnames[1]]
    place = {str(cell.value).split(" / ")[0]: cell.column for cell in answers[1]}
    owners = 0
    for row in range(2, answers.max_row + 1):
        attribute = answers.cell(row, place["attribute"]).value
        owners += attribute == "owner"
        assert answers.cell(row, place["site_id"]).protection.locked
        assert not answers.cell(row, place["as_of"]).protection.locked
        assert answers.cell(row, place["value"]).protection.locked == (
            attribute in ("stage", "permit", "offtake", "first_production", "funding_state")
        )
    assert owners == OWNER_ROWS * sum(fact.attribute == "owner" for site in letter.sites for fact in site.questions)
    assert answers.data_validations.dataValidation


def test_a_site_with_nothing_open_says_so() -> None:
    from dataclasses import replace

    letter = facts.letter(from_preset(), SITES[:1], TODAY)
    empty = replace(letter, sites=(replace(letter.sites[0], questions=()),))
    assert "Nothing is missing or out of date." in words(docx.Document(io.BytesIO(write(empty, Asking(), ".docx"))))


def test_other_formats_are_refused(letter) -> None:
    assert set(FORMATS) == {".docx", ".xlsx"}
    with pytest.raises(LetterFormatError, match="a letter can be"):
        write(letter, ASKING, ".pdf")
