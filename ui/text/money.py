"""Sums of money in the reader's way of writing: millions and billions in English, 億 and 万 in Japanese."""

from __future__ import annotations

import re

from babel.numbers import get_currency_name

from ui.text.i18n import language, number, quantity
from ui.text.vocabulary import UNITS, word

#: A currency of ISO 4217 and the scale that sources state sums in.
UNIT = re.compile(r"([A-Z]{3}) (M|bn)")
#: Currencies that Japanese papers on mining write shorter than CLDR.
SHORT_JA = {"JPY": "円", "AUD": "豪ドル", "CAD": "加ドル", "GBP": "ポンド", "KRW": "ウォン"}
#: Unit of criteria that is a sum of money.
AUD_2018 = "million AUD of 2018"
THOUSAND = 1000.0
MILLIONS = {"M": 1.0, "bn": THOUSAND}
#: Below so many millions hundredths of one are said, which Japanese says as 万.
SMALL = 10


def money(value: float, unit: str) -> str:
    """Return a sum in words.

    Parameters
    ----------
    value : float
        In `unit`.
    unit : str
        ISO 4217 code with the scale, such as ``USD M``; any other unit is shown as it is.

    Examples
    --------
    >>> money(590, "AUD M"), money(2200, "EUR M"), money(0.46, "USD M"), money(12, "INR crore")
    ('AUD 590 M', 'EUR 2.2 bn', 'USD 0.46 M', '12 INR crore')
    """
    found = UNIT.fullmatch(unit)
    if not found:
        return f"{number(value)} {unit}"
    millions = value * MILLIONS[found[2]]
    if language() == "ja":
        return _japanese(millions) + _currency(found[1])
    if millions >= THOUSAND:
        return f"{found[1]} {number(millions / THOUSAND, 1)} bn"
    return f"{found[1]} {number(millions, 0 if millions >= SMALL else 2)} M"


def in_unit(value: float | None, unit: str) -> str:
    """Return a value with its unit in words, a sum of money as `money` does; columns under one unit stay in millions.

    Parameters
    ----------
    value : float or None
        In `unit`; None: unknown, a dash.
    unit : str
        Key of `ui.text.vocabulary.UNITS`.
    """
    if value is None:
        return "–"
    if unit == AUD_2018 and language() == "ja":
        return f"{money(value, 'AUD M')} (2018年)"
    return f"{quantity(value)} {word(UNITS, unit)}".strip()


def _japanese(millions: float) -> str:
    """Return millions as 億, with 兆 above; less than a hundred millions as 万."""
    if millions >= 1e6:
        return f"{number(millions / 1e6, 1)}兆"
    if millions >= 100:
        return f"{number(millions / 100, 2 if millions < 1000 else 0)}億"
    return f"{number(100 * millions)}万" if millions else "0"


def _currency(code: str) -> str:
    return SHORT_JA.get(code) or str(get_currency_name(code, locale="ja")).replace(" ", "")
