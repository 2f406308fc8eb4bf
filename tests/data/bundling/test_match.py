"""Matching against 270 pairs that were judged by hand, and the rules that judge names."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data.bundling.match import cluster, compare, name_similarity
from data.bundling.records import Record

PAIRS = Path(__file__).resolve().parents[2] / "golden" / "match_pairs.csv"


def record(row: dict[str, str], side: str) -> Record:
    source_id, native_id = row[f"key_{side}"].split(":", 1)

    def parts(field: str) -> tuple[str, ...]:
        return tuple(p for p in row[f"{field}_{side}"].split("; ") if p)

    return Record(
        source_id,
        native_id,
        row[f"name_{side}"],
        row[f"iso3_{side}"],
        float(row[f"lon_{side}"]),
        float(row[f"lat_{side}"]),
        row[f"kind_{side}"],
        parts("commodities"),
        "",
        accuracy=row[f"accuracy_{side}"],
        aliases=parts("aliases"),
    )


def test_precision_and_recall_on_hand_judged_pairs() -> None:
    with PAIRS.open(encoding="utf-8", newline="") as handle:
        judged = [row for row in csv.DictReader(handle) if row["same"] != "unsure"]
    assert len(judged) >= 200
    said = [(compare(record(row, "a"), record(row, "b")).same, row["same"] == "yes") for row in judged]
    hits = sum(ours and truth for ours, truth in said)
    precision, recall = hits / sum(ours for ours, _ in said), hits / sum(truth for _, truth in said)
    print(f"\n{len(judged)} pairs: precision {precision:.3f}, recall {recall:.3f}")  # noqa: T201 - the figures are the point of the test
    assert precision >= 0.93
    assert recall >= 0.84


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Red Hill", "Red Hill North"),
        ("Area 4", "Area 5"),
        ("Selebi", "Phikwe"),
        ("Mutoshi", "Mutoshi Northwest"),
        ("", "x"),
    ],
)
def test_neighbours_are_told_apart(a: str, b: str) -> None:
    assert name_similarity(a, b) < 60


@pytest.mark.parametrize(
    ("a", "b"), [("Mount Weld mine", "Mount Weld"), ("Zinkgruvan", "ZINKGRUVAN (mine)"), ("São João", "Sao Joao")]
)
def test_spellings_of_one_name_agree(a: str, b: str) -> None:
    assert name_similarity(a, b) >= 95


def site(source: str, name: str, lon: float | None, lat: float | None, **more) -> Record:
    options = {"kind": "mine", "commodities": ("copper",), "iso3": "CHL", **more}
    return Record(
        source,
        f"{name}{lon}",
        name,
        options.pop("iso3"),
        lon,
        lat,
        options.pop("kind"),
        options.pop("commodities"),
        "",
        **options,
    )


def test_country_commodity_and_kind_must_agree() -> None:
    here = site("a", "Escondida", -69.07, -24.27)
    assert compare(here, site("b", "Escondida", -69.08, -24.26)).same
    assert not compare(here, site("b", "Escondida", -69.08, -24.26, iso3="ARG")).same
    assert not compare(here, site("b", "Escondida", -69.08, -24.26, commodities=("lithium",))).same
    assert not compare(here, site("b", "Escondida", -69.08, -24.26, kind="refinery")).same


def test_a_record_without_place_joins_the_one_of_its_name_or_nobody() -> None:
    records = [
        site("a", "Escondida", -69.07, -24.27),
        site("b", "Zaldivar", -69.0, -24.2),
        site("c", "Escondida", None, None),
    ]
    assert [0, 2] in cluster(records)
    twins = [
        site("a", "Esperanza", -69.0, -24.0),
        site("b", "Esperanza", -70.0, -30.0),
        site("c", "Esperanza", None, None),
    ]
    assert [2] in cluster(twins)


def test_what_a_person_said_is_joined() -> None:
    records = [
        site("a", "Lofdal-Bergville", 14.7, -20.3),
        site("c", "Lofdal", None, None, same_as=("a:Lofdal-Bergville14.7",)),
    ]
    assert cluster(records) == [[0, 1]]
