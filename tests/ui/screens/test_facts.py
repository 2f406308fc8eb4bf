"""The page of facts: a file in, every row checked, stored, removed, undone; the list of stale facts and the letter."""

from __future__ import annotations

import pytest

from data.fact_rows import COLUMNS
from data.user_facts import UserFact
from tests.ui.screens.test_pages import opened
from workspace import session

PAGE = "screens/facts/page.py"
SITE = "usa-mountain-pass-ceec"
HEADER = ",".join(COLUMNS)
ROW = f"{SITE},stage,,,,,,exploration,,2026-03,Report,https://example.org,"

pytestmark = pytest.mark.usefixtures("small_app", "own_store")


def uploaded(content: str):
    test = opened(PAGE, m="gallium")
    test.file_uploader(key="facts_file").upload("facts.csv", content.encode(), "text/csv").run()
    assert not test.exception, test.exception
    return test


def test_a_file_is_checked_and_stored_and_undone() -> None:
    test = uploaded(f"{HEADER}\n{ROW}\n")
    test.button(key="facts_store").click().run()
    assert [fact.text for fact in session.own().facts_stated] == ["exploration"]
    test.button(key="facts_undo").click().run()
    assert session.own().facts_stated == ()
    assert not test.exception


def test_bad_rows_are_shown_and_the_good_ones_stored_only_when_told_so() -> None:
    test = uploaded(f"{HEADER}\n{ROW}\n{ROW.replace('exploration', '?')}\n")
    problems = next(frame.value for frame in test.dataframe if "Problem" in frame.value)
    assert problems["Row"].tolist() == [3]
    assert not [button for button in test.button if button.key == "facts_store"]
    test.toggle(key="facts_skip_bad").set_value(True).run()
    test.button(key="facts_store").click().run()
    assert len(session.own().facts_stated) == 1


def test_a_file_that_is_none_is_refused_in_a_sentence() -> None:
    test = uploaded("a,b\n1,2\n")
    assert "orebridge facts template" in test.error[0].value


def test_a_fact_is_shown_as_the_user_s() -> None:
    from ui.text.i18n import speaking
    from ui.text.vocabulary import source_title

    stated = UserFact(SITE, "stage", text="exploration", as_of="2026", source_title="R", source_url="document: x")
    session.own().state_facts([stated])
    for language, words in (("en", "R · stated by the user"), ("ja", "R · 利用者の申告")):
        with speaking(language):
            assert source_title(stated.source_id) == words


@pytest.mark.parametrize("language", ["en", "ja"])
def test_stale_facts_and_one_s_own_are_listed(language: str) -> None:
    session.own().state_facts(
        [UserFact(SITE, "stage", text="exploration", as_of="2026", source_title="R", source_url="document: x")]
    )
    test = opened(PAGE, m="gallium", lang=language)
    frames = [frame.value for frame in test.dataframe]
    assert any("Mountain Pass" in frame.astype(str).to_string() for frame in frames)
    assert max(len(frame) for frame in frames) > 20
    assert not test.exception
