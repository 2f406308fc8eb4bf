"""One Japanese word for one meaning: those that were given up stand nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ui.text.i18n import LOCALES, speaking
from ui.text.money import in_unit

ROOT = Path(__file__).resolve().parents[3]
#: Given up -> what stands in its place, as METI and JOGMEC write: like-minded countries, criteria, separation and
#: refining of rare earths, and projects.
GIVEN_UP = {"同盟国": "同志国", "評価項目": "評価基準", "分離・製錬": "分離・精製", "プロジェクト": "案件"}
#: A place of the database is 地点; 候補地 is a place that somebody proposes as a site.
PLACE = "候補地"
FILES = (
    "ui/text/glossary.toml",
    "scoring/criteria/criteria.toml",
    "scoring/aggregation/methods.py",
    "scoring/aggregation/joint.py",
    "scoring/supply/response_presets.toml",
    "scoring/supply/feed_limits.toml",
    "scoring/supply/metrics.py",
    "scoring/supply/published_ranks.toml",
    "scoring/permitting/instruments.toml",
    "docs/tutorial_ja.md",
    "docs/tutorial_mapping_ja.md",
)


def test_the_catalogue_has_one_word_for_a_meaning() -> None:
    with (LOCALES / "ja" / "messages.po").open("rb") as handle:
        said = {str(message.id): str(message.string) for message in read_po(handle, locale="ja") if message.id}
    wrong = [(text, word, GIVEN_UP[word]) for text in said.values() for word in GIVEN_UP if word in text]
    assert wrong == []
    assert [text for english, text in said.items() if PLACE in text and "candidate" not in english.casefold()] == []


@pytest.mark.parametrize("name", FILES)
def test_files_with_japanese_of_their_own_have_the_same_words(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [word for word in (*GIVEN_UP, PLACE) if word in text] == []


def test_a_sum_of_money_reads_as_japanese_papers_write_it() -> None:
    assert in_unit(43.4, "million AUD of 2018") == "43.4 million AUD (2018)"
    assert in_unit(60.2, "km") == "60.2 km"
    with speaking("ja"):
        assert in_unit(43.4, "million AUD of 2018") == "4,340万豪ドル (2018年)"
        assert in_unit(434.0, "million AUD of 2018") == "4.34億豪ドル (2018年)"
        assert in_unit(60.2, "km") == "60.2 km"
