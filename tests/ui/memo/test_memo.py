"""The memo: it says what the dossiers say, in both languages, and no character of it is lost."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from data.shortlist_items import Item, Shortlist
from scoring.aggregation.methods import METHODS
from scoring.criteria.catalogue import load
from scoring.errors import ScenarioError
from scoring.ranking.scenario import from_preset, opening
from tests.sampling import law
from ui.memo.content import Memo, MemoBasis, SitePage, ground, memos
from ui.memo.files import FORMATS, MISSING, MemoFormatError, _characters, html, pages_png, pdf, within_font, write
from ui.memo.files import docx as as_docx
from ui.text import vocabulary as w
from ui.text.glossary import terms, tip
from ui.text.i18n import speaking
from workspace import rankings, reference, session

IDS = ("usa-mountain-pass-ceec", "nam-lofdal-bergville-11c6", "aus-iluka-eneabba-rare-earths-da3b")
WORDS = (
    "memo",
    "question",
    "map",
    "ranked",
    "sensitivity",
    "sensitivity_caption",
    "method",
    "sources",
    "disclaimer",
    "page",
    "site_pages",
    "source",
    "licence",
    "framework",
    "made",
)
pytestmark = pytest.mark.usefixtures("small_app")
HOSTILE = '=HYPERLINK("x") <script>alert(1)</script> #import "x" $x$ *b* \\ 🚀 山'


@pytest.fixture(scope="module")
def found(small_app: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoBasis]:
    patched = pytest.MonkeyPatch()
    patched.setenv("OREBRIDGE_HOME", str(tmp_path_factory.mktemp("home")))
    session.close()
    items = tuple(Item(site_id, HOSTILE, ("a",), "approved", "Sato", "2026-04-26") for site_id in (*IDS, "gone-0000"))
    held = Shortlist("Heavy", "Which <b>?", items=items)
    yield ground(session.facts(), from_preset(commodity="dysprosium"), held, reference.sources(), {})
    session.close()
    patched.undo()


@pytest.fixture(scope="module")
def both(found: MemoBasis) -> list[Memo]:
    return memos(session.facts(), found, "both")


def test_the_ranked_table_is_that_of_the_list(both: list[Memo]) -> None:
    ranking = rankings.ranking(from_preset(commodity="dysprosium")).set_index("site_id")
    expected = sorted((int(ranking.loc[site_id, "rank"]), ranking.loc[site_id, "name"]) for site_id in IDS)
    for memo in both:
        assert [(int(row[5].split()[0]), row[1]) for row in memo.rows] == expected
        assert [page.title for page in memo.sites] == [name for _rank, name in expected]
    assert "gone-0000" in " ".join(both[0].summary)


def test_each_site_says_why_risks_unknowns_owners_time_and_instrument(both: list[Memo]) -> None:
    english, japanese = both
    for page, seite in zip(english.sites, japanese.sites, strict=True):
        labels = [label for label, _text in page.paragraphs]
        assert labels == [
            "Why",
            "Risks",
            "Unknown",
            "Ownership",
            "Timing and offtake",
            "Money and what comes next",
            "Instrument that may fit",
            "Programmes open by their published rules",
            "Noted",
        ]
        assert len(seite.paragraphs) == len(labels)
        assert not {label for label, _text in seite.paragraphs} & set(labels)
    lofdal = dict(next(page.paragraphs for page in english.sites if page.title == "Lofdal"))
    assert "JOGMEC 40 %" in lofdal["Ownership"]
    assert "Covered nation (25 % or more)" in lofdal["Unknown"].split("gates undetermined: ")[1]
    assert "Loan (I.2)" in lofdal["Instrument that may fit"]


def test_provenance_and_licences_stand_in_the_memo(both: list[Memo]) -> None:
    for memo in both:
        values = [value for _label, value in memo.provenance]
        assert from_preset(commodity="dysprosium").scenario_hash in values
        assert reference.version() in values
        assert any(licence for _title, licence, _citation in memo.sources)


def test_no_english_sentence_is_left_in_japanese(both: list[Memo]) -> None:
    said = " ".join([*both[1].summary, *both[1].method, both[1].disclaimer, *both[1].words.values()])
    assert re.findall(r"\b(the|of|and|with|is|not|site)\b", said) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_written_in_one_and_two_languages(both: list[Memo], suffix: str) -> None:
    for chosen in (both[:1], both):
        assert len(write(chosen, suffix)) > 10_000


def test_pages_hold_and_text_of_users_is_never_markup(both: list[Memo]) -> None:
    assert pdf(both[:1]).startswith(b"%PDF")
    assert 3 <= len(pages_png(both[:1], 20)) <= 6
    page = html(both).decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(as_docx(both))).paragraphs)
    assert "<script>alert(1)</script>" in text


def test_a_long_note_breaks_over_pages_and_loses_nothing(both: list[Memo]) -> None:
    first = both[0].sites[0]
    long = replace(first, paragraphs=((*first.paragraphs, ("Noted", "word " * 3000))))
    assert len(pages_png([replace(both[0], sites=(long, *both[0].sites[1:]))], 20)) >= 6


def test_beside_each_other_languages_keep_to_their_columns_and_each_has_its_map(both: list[Memo]) -> None:
    link = "http://localhost:8501/shortlist?list=" + "%E9%87%8D" * 20 + "&country=" + ",".join(["AUS"] * 40)
    long = [
        replace(
            memo,
            provenance=(*memo.provenance[:-1], (memo.provenance[-1][0], link)),
            sites=tuple(
                replace(page, paragraphs=((*page.paragraphs, ("Noted", "letters" * 60)))) for page in memo.sites
            ),
        )
        for memo in both
    ]
    pages = [np.asarray(Image.open(io.BytesIO(page)).convert("RGB")).astype(int) for page in pages_png(long, 72)]
    for page in pages:
        high, wide, _rgb = page.shape
        assert page[56 : high - 56, wide // 2 - 5 : wide // 2 + 5].min() == 255
        assert page[56 : high - 56, wide - 45 :].min() == 255
    sea = (np.abs(pages[0] - pages[0][310, 300]).max(axis=2) <= 2) & (pages[0].max(axis=2) < 250)
    left, right = sea[:, : wide // 2].sum(), sea[:, wide // 2 :].sum()
    assert left > 10_000
    assert abs(left - right) < 0.02 * left


def test_what_the_font_lacks_is_marked_not_left_blank(both: list[Memo]) -> None:
    assert within_font("山 🚀") == f"山 {MISSING}"
    for memo in both:
        for text in (*memo.summary, *memo.method, *memo.words.values(), memo.disclaimer):
            assert all(ord(c) in _characters() for c in text), text


def test_another_ending_is_refused() -> None:
    with pytest.raises(MemoFormatError, match=r"a memo can be .pdf, .html, .docx"):
        write([], ".pptx")


def test_the_glossary_is_whole_in_both_languages() -> None:
    assert len(terms()) >= 60
    for term in terms().values():
        assert term.en
        assert term.ja
        assert term.about.endswith((".", "!"))
        assert term.about_ja.endswith("。")
    assert len({term.en for term in terms().values()}) == len(terms())
    with speaking("ja"):
        assert tip("gate") == terms()["gate"].about_ja


def test_the_glossary_has_every_pillar_gate_kind_and_method() -> None:
    known = " ".join(f"{term.en} {term.id}" for term in terms().values()).casefold()
    wanted = (
        [pillar.title for pillar in load().pillars.values()]
        + [method.title for method in METHODS.values()]
        + list(w.KINDS.values())
    )
    missing = [
        word
        for word in wanted
        if not any(part in known for part in word.casefold().replace("(", "").replace("-", " ").split()[:1])
    ]
    assert missing == []


def test_tips_that_the_screens_ask_for_are_there() -> None:
    asked = {
        name
        for path in (Path(__file__).resolve().parents[3] / "ui").rglob("*.py")
        for name in re.findall(r'\btip\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    assert len(asked) >= 6
    assert asked <= set(terms())


@law(15)
@given(st.text(max_size=200))
@example("".join(map(chr, range(32))) + "\x1b[31m\x9b\ud800\ufffe\uffff\u202e")
def test_no_text_breaks_a_memo(text: str) -> None:
    page = SitePage(1, text, text, ((text, text),), "", text)
    made = Memo(
        "en",
        text,
        text,
        (text,),
        (("a", text),) * 5,
        (text,),
        ((text,),),
        "",
        "",
        dict.fromkeys(WORDS, text),
        (page,),
        (text,),
        ((text, text, text),),
        text,
    )
    for suffix in (".docx", ".html"):
        assert len(write([made], suffix)) > 1_000


def test_a_long_shortlist_with_long_notes_is_bounded_and_says_so(found: MemoBasis) -> None:
    items = tuple(replace(item, note="山" * 20_000) for item in found.shortlist.items)
    gone = tuple(f"gone-{place}" for place in range(3_000))
    many = replace(
        found,
        shortlist=replace(found.shortlist, items=(*items, *map(Item, gone))),
        left_out=("gone-0000", *gone),
        sites=found.sites[:2],
    )
    (memo,) = memos(session.facts(), many, "en")
    assert "and 2,981 more" in " ".join(memo.summary)
    assert "shows the top 2 sites" in " ".join(memo.summary)
    noted = next(text for label, text in memo.sites[0].paragraphs if label == "Noted")
    assert len(noted) < 5_000
    assert "the full note is in the shortlist" in noted


def test_a_shortlist_of_which_nothing_is_listed_gets_a_sentence(found: MemoBasis) -> None:
    nowhere = from_preset().with_filters(text="no such name anywhere")
    kept = replace(found.shortlist, scenario=nowhere.as_dict())
    with pytest.raises(ScenarioError, match="None of the sites of 'Heavy' is in the list"):
        ground(session.facts(), nowhere, kept, reference.sources(), {})


def test_an_empty_shortlist_gets_a_sentence() -> None:
    with pytest.raises(ScenarioError, match="'Empty' has no site yet"):
        ground(session.facts(), from_preset(), Shortlist("Empty", ""), reference.sources(), {})


@pytest.mark.nightly
def test_a_project_beside_a_site_that_is_none_has_the_range_of_its_own_list(found: MemoBasis) -> None:
    mixed = Shortlist("Mixed", "", items=(Item(IDS[0]), Item("ago-capuia-b487")))
    basis = ground(session.facts(), opening(), mixed, reference.sources(), {})
    assert len(basis.lists) == 2
    assert sorted(basis.ranges["site_id"]) == sorted(site["site_id"] for site in basis.sites)
    most = {site_id: each.sites for each in basis.lists for site_id in each.site_ids}
    assert all(row.rank_high <= most[row.site_id] for row in basis.ranges.itertuples())
    assert memos(session.facts(), basis, "en")[0].ranges
