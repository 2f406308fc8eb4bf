"""Tables of facts in every usual form: encodings, separators, workbooks, filled letters, and files built to do harm."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from data.fact_rows import COLUMNS
from geo.errors import OrebridgeError
from scoring.ranking.scenario import from_preset
from ui.letter.content import Asking
from ui.letter.files import write
from ui.text.fact_words import spoken_words
from workspace import facts, session
from workspace.facts import FactsFileError

SITE = "usa-mountain-pass-ceec"
TODAY = date(2026, 11, 26)
HEADER = ",".join(COLUMNS)
ROW = f"{SITE},stage,,,,,,operating,,2026-03,Report,https://example.org,"

pytestmark = pytest.mark.usefixtures("small_app", "own_store")


def checked(content: bytes, name: str = "facts.csv", **more: str):
    return facts.check_file(name, io.BytesIO(content), spoken_words(), TODAY, **more)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_encodings_and_japanese_headers(encoding: str) -> None:
    header = ",".join(COLUMNS.values())
    row = f"{SITE},開発段階,,,,,,操業中,,2026年3月,操業者の年次報告書,文書: 年次報告書 2026年,社内で確認済み"
    (fact,) = checked(f"{header}\n{row}\n".encode(encoding)).checked.facts
    assert (fact.attribute, fact.text, fact.as_of, fact.note) == ("stage", "operating", "2026-03", "社内で確認済み")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_rows_as_the_spreadsheet_counts_them(separator: str) -> None:
    lines = [HEADER, ROW, ROW.replace("operating", "?"), ROW.replace(SITE, "nowhere")]
    found = checked("\r\n".join(line.replace(",", separator) for line in lines).encode())
    assert len(found.checked.facts) == 1
    assert [problem.row for problem in found.checked.problems] == [3, 4]


def test_nothing_is_stored_where_a_row_is_bad_unless_bad_rows_are_skipped() -> None:
    found = checked(f"{HEADER}\n{ROW}\n{ROW.replace('operating', '?')}\n".encode())
    with pytest.raises(FactsFileError, match="1 of 2 rows"):
        facts.add(found)
    assert facts.standing() == ()
    facts.add(found, skip_bad=True)
    assert [fact.text for fact in facts.standing(SITE)] == ["operating"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (HEADER.encode() + b"\n", "no rows"),
        (b"a,b\n1,2\n", "no table with the columns"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "."),
        (b"<html><script>alert(1)</script></html>", "."),
        (b"PK\x03\x04" + b"\0" * 100, "."),
        (b'{"type":"FeatureCollection","features":[]}', "."),
    ],
)
def test_files_that_are_no_table_of_facts_are_refused_in_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(OrebridgeError, match=words):
        checked(content)


def test_hostile_cells_are_text_or_problems() -> None:
    rows = [
        ROW.replace("Report", "=HYPERLINK(1)"),
        ROW.replace("Report", "<img src=x onerror=alert(1)>"),
        ROW.replace("Report", '"' + "x" * 10_000_000 + '"'),
        ROW.replace("https://example.org", "javascript:alert(1)"),
        ROW.replace("operating", "\x1b[2Joperating"),
    ]
    found = checked("\n".join([HEADER, *rows]).encode())
    assert [(problem.row, problem.column) for problem in found.checked.problems][:3] == [
        (2, ""),
        (3, ""),
        (4, "source_title"),
    ]
    only = checked("\n".join([HEADER, rows[1]]).encode())
    (fact,) = only.checked.facts
    assert fact.source_title == "<img src=x onerror=alert(1)>"


def test_a_workbook_with_dates_numbers_and_formulas() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(COLUMNS))
    sheet.append(
        [SITE, "tonnage_mt", None, 32.5, "Mt", None, None, None, None, date(2026, 3, 1), "R", "doi:10.1/x", "=1+1"]
    )
    sheet.append([SITE, "stage", None, None, None, None, None, "=1+1", None, 2026, "R", "doi:10.1/x", None])
    out = io.BytesIO()
    book.save(out)
    found = checked(out.getvalue(), "facts.xlsx")
    (fact,) = found.checked.facts
    assert (fact.value, fact.as_of, fact.note) == (32.5, "2026-03-01", "")
    assert found.checked.left_open == 1, "a formula counts as the value that was last saved: none"


def test_a_filled_letter_comes_back_with_the_sender_as_source() -> None:
    letter = facts.letter(from_preset(), [SITE, "nam-lofdal-bergville-11c6"], TODAY)
    book = openpyxl.load_workbook(io.BytesIO(write(letter, Asking("METI", "x@example.org", "2026-12-31"), ".xlsx")))
    answers, sender = book[book.sheetnames[1]], book[book.sheetnames[2]]
    place = {str(cell.value).split(" / ")[0]: cell.column for cell in answers[1]}
    for row in range(2, answers.max_row + 1):
        if answers.cell(row, place["attribute"]).value == "stage":
            answers.cell(row, place["text"]).value = "construction / 建設中"
        if answers.cell(row, place["attribute"]).value == "capex":
            answers.cell(row, place["value"]).value = 250
    sender["B2"], sender["B3"], sender["B4"] = "Example Mining K.K.", "代表取締役", "2026年11月20日"
    out = io.BytesIO()
    book.save(out)
    found = checked(out.getvalue(), "filled.xlsx")
    assert found.checked.problems == ()
    assert found.sender == "Example Mining K.K., 代表取締役"
    assert {fact.attribute for fact in found.checked.facts} == {"stage", "capex"}
    for fact in found.checked.facts:
        assert fact.source_title == found.sender
        assert fact.source_url == f"document: answer to letter {letter.number}"
        assert fact.as_of == "2026-11-20"
    facts.add(found)
    assert {fact.text for fact in session.own().facts_stated if fact.attribute == "stage"} == {"construction"}


def test_an_unanswered_letter_states_nothing() -> None:
    letter = facts.letter(from_preset(), [SITE], TODAY)
    found = checked(write(letter, Asking(), ".xlsx"), "empty.xlsx")
    assert (found.checked.facts, found.checked.problems) == ((), ())
    with pytest.raises(FactsFileError, match="No row"):
        facts.add(found)


@pytest.mark.usefixtures("whole_app")
def test_the_letter_asks_by_effect_and_only_what_is_open() -> None:
    letter = facts.letter(from_preset(), [SITE, "Maxville Expansion"], TODAY)
    assert len(letter.sites) == 2
    for site in letter.sites:
        effects = [round(fact.effect, 9) for fact in site.questions]
        assert effects == sorted(effects, reverse=True)
    answered = {fact.attribute for fact in letter.sites[0].questions}
    assert "tonnage_mt" not in answered
    assert facts.letter(from_preset(), [SITE], TODAY).number == facts.letter(from_preset(), [SITE], TODAY).number
    with pytest.raises(FactsFileError, match="1 to 200 sites"):
        facts.letter(from_preset(), [], TODAY)


def test_a_template_is_read_back_with_every_row_left_open() -> None:
    from ui.text.fact_words import headers

    for language in ("en", "ja"):
        rows = facts.template_rows([SITE], dict.fromkeys(facts.fact_attributes(), "?"))
        found = checked(facts.template_csv(rows, headers(language)))
        assert (found.checked.facts, found.checked.problems) == ((), ())
        assert found.checked.left_open == len(rows)
