"""The dictionary of geological terms on real names of map units, English and Japanese.

Japanese names are those of two publications of the Geological Survey of Japan, AIST:

- `gsj_seamless_units.csv`: 593 of the 610 lithologies of the legend of the Seamless Digital Geological Map of Japan
  1:200,000 V2 (https://gbank.gsj.jp/seamless/v2/api/1.3/legend.json, `lithology_ja`; Public Data License), read on
  28 November 2026 from the copy in https://github.com/kamonokashi/ishihiroi-map, data/lithology-map.json.
- `gsj_sheet_headings.csv`: headings of units in the tables of contents of two explanatory texts of 1:50,000 sheets, the
  one of the Kurahashi-jima and Hashira-jima district (http://docsplayer.net/25170538-地域地質研究報告.html) and
  Wakinosawa (1976, http://docsplayer.net/106651889-地域地質研究報告.html), read on 28 November 2026.

The column `terms` is ours: what a geologist would say that the name holds, ages left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scoring.prospectivity.words import TERMS_FILE, found, terms

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
AGES = {"archean", "paleoproterozoic", "mesoproterozoic", "neoproterozoic", "paleozoic", "mesozoic", "cenozoic"}


def names(file: str, column: str) -> list[tuple[str, set[str]]]:
    with (GOLDEN / file).open(encoding="utf-8", newline="") as rows:
        return [(row[column], set(row["terms"].split())) for row in csv.DictReader(rows)]


def held(text: str) -> set[str]:
    """Return the terms of rocks that a text holds."""
    return {key for key in terms() if key not in AGES and found([key], [text])[0]}


@pytest.mark.parametrize(
    ("file", "column", "named"),
    [("gsj_seamless_units.csv", "lithology", 589), ("gsj_sheet_headings.csv", "heading", 27)],
)
def test_units_of_japanese_maps_hold_the_terms_that_a_geologist_reads(file: str, column: str, named: int) -> None:
    units = names(file, column)
    assert [(text, held(text) ^ wanted) for text, wanted in units if held(text) != wanted] == []
    assert sum(bool(wanted) for _, wanted in units) == named


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("輝緑岩", {"mafic"}),
        ("蛇紋岩", {"ultramafic"}),
        ("超苦鉄質岩", {"ultramafic"}),
        ("超塩基性岩類", {"ultramafic"}),
        ("カンラン岩", {"ultramafic"}),
        ("ｶﾝﾗﾝ岩", {"ultramafic"}),
        ("苦灰岩", {"carbonate"}),
        ("ﾄﾞﾛﾏｲﾄ", {"carbonate"}),
        ("花崗閃緑岩", {"granitoid"}),
        ("石英閃緑岩", {"porphyritic_intrusion"}),
        ("付加体", {"accretionary_complex"}),
        ("珪長質火砕流堆積物", {"felsic_volcanic", "sedimentary"}),
        ("緑色岩", {"mafic"}),
        ("非アルカリ岩", set()),
        ("非変成岩類", set()),
        ("非海成層", {"sedimentary"}),
    ],
)
def test_words_of_japanese_legends(text: str, wanted: set[str]) -> None:
    assert held(text) == wanted


@pytest.mark.parametrize(
    "text", ["ＳＥＲＰＥＮＴＩＮＩＴＥ", "Serpentinites", "蛇紋岩　高Ｐ／Ｔ型広域変成岩", " 蛇紋岩化した岩体"]
)
def test_width_case_and_spaces_do_not_matter(text: str) -> None:
    assert found(["ultramafic"], [text])[0]


@pytest.mark.parametrize("text", ["先カンブリア紀", "Precambrian", "Pre-Cambrian"])
def test_what_is_older_than_the_cambrian_is_not_paleozoic(text: str) -> None:
    assert not found(["paleozoic"], [text])[0]


def test_ages_of_japanese_legends() -> None:
    texts = ["中生代 白亜紀 後期白亜紀", "トリアス紀", "二畳紀", "新生代 第四紀 完新世"]
    assert found(["mesozoic"], texts).tolist() == [True, True, False, False]
    assert found(["paleozoic"], texts).tolist() == [False, False, True, False]
    assert found(["cenozoic"], texts).tolist() == [False, False, False, True]


def test_the_dictionary_is_in_order() -> None:
    for key, term in terms().items():
        assert term.en, key
        assert term.ja, key
        assert all(word == word.lower() for word in term.en), key
        assert len({*term.en}) == len(term.en), key
        assert len({*term.ja}) == len(term.ja), key
        assert all(any(longer.endswith(word) for word in term.ja) for longer in term.ja_not), key
    assert TERMS_FILE.name in (Path(__file__).resolve().parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
