"""Hostile permalinks.

The page opens with the defaults that they break, says which part was left out, and draws no Markdown of theirs.
"""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from data.bounded_cache import BoundedCache
from scoring.ranking.scenario import LONGEST_TEXT, from_preset
from tests.ui.screens.test_pages import opened
from ui.text import vocabulary as w
from workspace import rankings
from workspace.permalink import MOST_BYTES, packed_evidence, unpacked_area, unpacked_evidence

PICTURE = "![b](http://127.0.0.1:8766/x.png)"


pytestmark = pytest.mark.usefixtures("small_app", "own_store")


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 9)).decode().rstrip("=")


CRITERION = {"layer_id": "l", "measure": "distance_km", "title": "t", "worst": 1.0, "best": 0.0, "weight": 1.0}
HOSTILE = (
    "",
    "x",
    "=",
    "!!!!",
    "a" * (MOST_BYTES + 1),
    packed("[" * 90_000),
    packed("0" * 50_000_000),
    packed(""),
    packed("null"),
    packed("5"),
    packed("{}"),
    packed('"x"'),
    packed("[[]]"),
    packed("[null]"),
    packed("[5, 5]"),
    packed('["x", []]'),
    packed('["x", [[[["a", 1]]]]]'),
    packed('["x", [[[[1e999, 1], [2, 2], [3, 0], [1, 1]]]]]'),
    packed(f'["x", [[[[{"9" * 5000}, 1]]]]]'),
    packed('["x", [[[[0, 0], [1, 1]]]]]'),
    packed('["x", [[[[0, 0], [400, 0], [400, 99], [0, 0]]]]]'),
    packed('["\ud800", []]'),
    packed(json.dumps(["x", [[[[n % 7, n % 5] for n in range(4000)]]]])),
    packed(json.dumps([CRITERION] * 2)),
    packed(json.dumps([{**CRITERION, "worst": "x"}])),
    packed(json.dumps([{**CRITERION, "title": ["a"]}])),
    packed(json.dumps([{**CRITERION, "weight": 1e308}])),
    packed(json.dumps([{**CRITERION, "measure": {}}])),
    packed(json.dumps([CRITERION | {"layer_id": str(n)} for n in range(100)])),
    packed('[{"layer_id": "\\ud800"}]'),
    packed("[1")[:-3],
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_comes_of_what_was_not_packed_by_us(text: str) -> None:
    assert unpacked_evidence(text) == ()
    assert unpacked_area(text) is None


def test_what_was_packed_by_us_comes_back() -> None:
    good = packed(json.dumps([CRITERION]))
    (own,) = unpacked_evidence(good)
    assert packed_evidence(from_preset(evidence=(own,)))
    assert unpacked_evidence(packed_evidence(from_preset(evidence=(own,)))) == (own,)


def test_a_hostile_address_opens_with_the_defaults_and_says_what_it_left_out() -> None:
    test = opened(
        wg="9" * 5000,
        wp="-1",
        wi="1e308",
        cov="NaN",
        m=PICTURE,
        kind="castle",
        stage="\x00",
        country="ZZZ" * 999,
        order="luck",
        method="[]",
        universe="nonsense",
        step="[]",
        programme="marshall_plan",
        clear="maybe",
        q="a\x00" * 5000,
        area=packed("[" * 90_000),
        ev=packed("[" * 90_000),
        sel=",".join([PICTURE] * 5000),
        ids="\x00" * 500,
        id=PICTURE * 500,
        list=PICTURE * 500,
        lang="xx",
    )
    (warning,) = [each.value for each in test.warning if "ignored" in each.value]
    before, shortlist = warning.split(", Shortlist: ")
    named, after = shortlist.split(", User-defined criteria. ")
    assert before == (
        "Parts of this URL could not be read and were ignored: Weights: Grade, Weights: Time to "
        "product, Weights: Infrastructure, "
        "Minimum data completeness (%), Commodity of interest, Rank by, Method, Candidates, "
        "Step of the supply chain, Support programme, Only sites whose owners pass, Kind, Stage, Country, "
        "Selected sites, Area of interest"
    )
    assert after == "Copy the link again from its source."
    assert "![" not in named, "the name of a list is text, never markup"
    assert len(named) < 500
    assert not [each for each in test.button(key="unread_seen").click().run().warning if "ignored" in each.value]
    assert (test.session_state["wg"], test.session_state["q"]) == (25, ("a" * LONGEST_TEXT))


@pytest.mark.parametrize(
    ("page", "address"),
    [("site", {"id": PICTURE}), ("compare", {"ids": f"{PICTURE},x"}), ("shortlist", {"list": PICTURE})],
)
def test_no_page_draws_the_markdown_of_an_address(page: str, address: dict[str, str]) -> None:
    test = opened(f"screens/{page}/page.py", **address)
    drawn = [each.value for kind in (test.error, test.markdown, test.caption, test.info, test.warning) for each in kind]
    assert not any("![" in text or "http://127" in text for text in drawn)


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example/x",
        "https://evil.example",
        "see www.evil.example",
        "a@evil.example",
        PICTURE,
        "**b** `c` $d$",
    ],
)
def test_plain_text_makes_neither_links_nor_marks(text: str) -> None:
    shown = w.plain(text)
    assert shown.replace("\\", "").replace(w.WORD_JOINER, "") == text
    assert "://" not in shown.replace("\\", "")
    assert "www." not in shown.replace("\\", "")
    assert all(shown[place - 1] == "\\" for place, character in enumerate(shown) if character in "*`$![]()")


def test_caches_are_bounded_in_bytes_too() -> None:
    for kept in (
        getattr(rankings.VIEW, name)
        for name in ("_frames", "_facets", "_dossiers", "_firmness", "_packed", "_desks", "_compared")
    ):
        assert isinstance(kept, BoundedCache)
        assert kept._entries <= 48
        assert kept._most_bytes <= 200_000_000
