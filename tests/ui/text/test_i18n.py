"""Numbers as a reader writes them."""

from __future__ import annotations

import pytest

from ui.text.i18n import number


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(-0.001, 2, "0"), (-0.0, 0, "0"), (-0.4, 0, "0"), (-0.02, 2, "-0.02"), (1234.5, 1, "1,234.5"), (None, 2, "–")],
)
def test_nothing_is_less_than_nothing(value: float | None, digits: int, text: str) -> None:
    assert number(value, digits) == text
