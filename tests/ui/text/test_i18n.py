"""Numbers as a reader writes them."""

from __future__ import annotations

import pytest

from ui.text import i18n
from ui.text.i18n import number


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(-0.001, 2, "0"), (-0.0, 0, "0"), (-0.4, 0, "0"), (-0.02, 2, "-0.02"), (1234.5, 1, "1,234.5"), (None, 2, "–")],
)
def test_nothing_is_less_than_nothing(value: float | None, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_the_language_of_a_run_is_found_anew_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread runs the pages of a visit one after the other, and the reader may choose another language between."""
    chosen = iter(("en", "ja"))
    monkeypatch.setattr(i18n.page_state, "lang", "en", raising=False)

    def run(expected: str) -> None:
        i18n.page_state.lang = next(chosen)
        assert i18n.settle_language() == i18n.language() == expected
        with i18n.speaking("en"):
            assert i18n.language() == "en"
        assert i18n.language() == expected

    token = i18n._READER.set("")
    try:
        run("en")
        run("ja")
    finally:
        i18n._READER.reset(token)


def test_countries_are_written_as_ministries_write_them() -> None:
    names = {}
    for code in ("en", "ja"):
        with i18n.speaking(code):
            names[code] = [i18n.country(*each) for each in (("US", "USA"), ("AU", "AUS"), ("", "ZZZ"))]
    assert names == {"en": ["United States", "Australia", "ZZZ"], "ja": ["米国", "オーストラリア", "ZZZ"]}
