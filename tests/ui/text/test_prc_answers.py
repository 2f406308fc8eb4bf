"""Answers on PRC customers and technology: every one that the ledger holds is told in the reader's language."""

from __future__ import annotations

import re

from ui.text.i18n import speaking
from ui.text.prc_answers import prc_answer

_NAMES_OR_DATES = re.compile(r"[A-Z][\w.-]*(?: (?:and |of )?[A-Z][\w.-]*)*|\d[\d-]*")


def test_no_english_but_names_is_left_in_an_answer_in_japanese(facts) -> None:
    answers = facts.execute(
        "SELECT DISTINCT text || ' (' || as_of || ')' FROM facts.claim WHERE starts_with(attribute, 'prc_')"
    ).fetchall()
    assert len(answers) > 30
    with speaking("ja"):
        told = {said: prc_answer(said) for (said,) in answers}
    assert {said for said, text in told.items() if re.search(r"[a-z]{2}", _NAMES_OR_DATES.sub("", text))} == set()


def test_an_answer_ends_with_the_date_of_its_source() -> None:
    assert prc_answer("sells to Yahua (2025-05)") == "sells to Yahua; stated 2025-05"
    with speaking("ja"):
        assert prc_answer("sold to Yahua, ended 2025-12-31 (2026-01)") == "Yahuaに販売、2025-12-31に終了（2026-01公表）"


def test_words_of_another_form_stay_as_they_are() -> None:
    assert prc_answer("VHM Limited") == "VHM Limited"
    assert prc_answer("ships {whom} (2025)") == "ships {whom}; stated 2025"
