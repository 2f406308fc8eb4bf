"""Reports say in plain values what was found, what is open and what was done."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from layers.contract import Candidate, Column, Finding, LayerReport, Report
from layers.reports import as_values, finding_values, layer_values, provenance
from tests.data.test_user_layers import layer

FINDING = Finding("zip_entries", None, "", {"count": 5000, "limit": 1000})
LAYER = LayerReport(
    "till",
    "vector-point",
    2,
    "EPSG:3067",
    "the .prj says so",
    1.0,
    (24.0, 67.0, 25.0, 68.0),
    (4e5, 7e6, 5e5, 8e6),
    (Column("Cu", "number", "ppm", 2, 1.0, 2.0),),
    (Candidate("EPSG:3067", "TM35FIN", "Finland", 24.5, 67.5),),
    "till.arrow",
    ("from EPSG:3067 to EPSG:4326",),
    preview=((4e5, 7e6, 24.0, 67.0),),
)


def test_the_answer_has_the_promised_keys_and_is_json() -> None:
    found = json.loads(
        json.dumps(as_values("ok", Report("gpkg", (LAYER,), (FINDING,)), {"tillvector-point": "l1"}), allow_nan=False)
    )
    assert set(found) >= {"status", "format", "layers", "findings"}
    (told,) = found["layers"]
    assert set(told) >= {
        "name",
        "kind",
        "features",
        "crs",
        "crs_reason",
        "bounds",
        "columns",
        "candidates",
        "transformations",
    }
    assert (told["layer_id"], told["bounds"]) == ("l1", [24.0, 67.0, 25.0, 68.0])
    assert told["columns"][0]["unit"] == "ppm"
    assert told["candidates"] == [{"crs": "EPSG:3067", "name": "TM35FIN", "place": "Finland", "lon": 24.5, "lat": 67.5}]
    assert set(found["findings"][0]) >= {"code", "row", "severity", "message", "cure"}


def test_a_layer_that_was_not_placed_has_no_bounds() -> None:
    told = layer_values(LayerReport("x"), "")
    assert (told["bounds"], told["source_bounds"], told["layer_id"]) == (None, None, "")


def test_a_finding_has_its_sentences_filled_in() -> None:
    told = finding_values(FINDING)
    assert told["severity"] == "error"
    assert told["message"] == "The archive has 5000 entries; the limit is 1000."
    assert told["cure"] == "Zip only the layer you need."


def test_what_stopped_an_import_is_the_last_finding() -> None:
    found = as_values("refused", None, {}, "The disk is full.")
    assert (found["format"], found["layers"]) == ("", [])
    assert (found["findings"][-1]["severity"], found["findings"][-1]["message"]) == ("error", "The disk is full.")


@pytest.mark.parametrize(("given", "told"), [("", "not stated"), ("CC0", "CC0")])
def test_provenance_says_who_when_what_and_what_was_done(given: str, told: str) -> None:
    columns = [{"name": "Cu", "type": "number", "unit": "ppm"}, {"name": "lab", "type": "text", "unit": ""}]
    found = provenance(layer(licence=given, columns=columns, findings=[asdict(FINDING)]))
    assert found["licence"] == told
    assert (found["imported_by"], found["imported_at"], found["file_sha256"]) == (
        "me",
        "2026-11-22T01:02:03+00:00",
        "ab",
    )
    assert found["columns"] == ["Cu (number, ppm)", "lab (text)"]
    assert found["transformations"] == ["from EPSG:3067 to EPSG:4326"]
    assert found["findings"] == ["zip_entries: The archive has 5000 entries; the limit is 1000."]


def test_a_finding_that_a_later_version_does_not_know_is_passed_over() -> None:
    assert provenance(layer(columns=[], findings=[{**asdict(FINDING), "code": "of_old"}]))["findings"] == []
