"""Sheets of workbooks: their headers, merged cells, and what is refused."""

import datetime

import openpyxl
import pytest

from layers.reading.raw import Refused
from layers.reading.workbook import read_workbook
from tests.layers.reading.test_delimited import read


def workbook(folder, sheets, merge=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def test_sheets_with_coordinates_become_layers(tmp_path):
    day = datetime.datetime(2020, 1, 2)
    content = workbook(
        tmp_path,
        {
            "Collars": [
                ["Drill collars"],
                [],
                ["Hole", "Lon", "Lat", "Date", "Au"],
                ["A1", 118.5, -32.5, day, "<0.01"],
                ["A2", 118.6, -32.6, day, 2],
            ],
            "Notes": [["who", "what"], ["me", "this"]],
            "More": [["E", "N", "Zone", "Datum"], [400000, 6400000, 50, "GDA94"]],
        },
    )
    layers, found = read(tmp_path, content, name="b.xlsx", reader=read_workbook)
    assert [(layer.name, layer.crs, len(layer.geometry)) for layer in layers] == [
        ("Collars", "EPSG:4326", 2),
        ("More", "EPSG:28350", 1),
    ]
    assert layers[0].attributes["Date"].tolist() == ["2020-01-02", "2020-01-02"]
    assert found["sheets_without_coordinates"].details["names"] == "Notes"
    assert found["preamble_skipped"].layer == "Collars"


def test_merged_cells_count_for_all_their_rows(tmp_path):
    content = workbook(
        tmp_path, {"S": [["Hole", "Lon", "Lat"], ["A1", 118.5, -32.5], [None, 118.6, -32.6]]}, merge="A2:A3"
    )
    layers, _ = read(tmp_path, content, name="b.xlsx", reader=read_workbook)
    assert layers[0].attributes["Hole"].tolist() == ["A1", "A1"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PK\x03\x04nothing", "workbook_unreadable"), (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "workbook_unreadable")],
)
def test_a_damaged_workbook_is_refused(tmp_path, content, code):
    with pytest.raises(Refused) as caught:
        read(tmp_path, content, name="b.xlsx", reader=read_workbook)
    assert caught.value.finding.code == code


def test_a_workbook_without_coordinates_is_refused(tmp_path):
    with pytest.raises(Refused) as caught:
        read(tmp_path, workbook(tmp_path, {"S": [["a", "b"], ["c", "d"]]}), name="b.xlsx", reader=read_workbook)
    assert caught.value.finding.code == "workbook_no_coordinates"
