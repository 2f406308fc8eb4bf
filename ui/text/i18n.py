"""Words of the screens in the reader's language: gettext catalogues, country names and numbers by Babel."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

import streamlit as st
from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from ui.page_state import page_state

LOCALES = Path(__file__).with_name("locale")
LANGUAGES = {"en": "English", "ja": "日本語"}
#: Countries that Japanese ministries and papers on mining write shorter than CLDR: language -> alpha-2 -> name.
COUNTRIES_IN_SHORT = {
    "ja": {
        "US": "米国",
        "GB": "英国",
        "CD": "コンゴ民主共和国",
        "CG": "コンゴ共和国",
        "HK": "香港",
        "MO": "マカオ",
        "MM": "ミャンマー",
    }
}
_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")
_READER: ContextVar[str] = ContextVar("reader", default="")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations of a language, compiled in memory from its ``.po`` file; English needs none."""
    path = LOCALES / language / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as handle:
        write_mo(compiled, read_po(handle, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Write in a language, whatever the reader chose, until the block ends.

    For documents in a language of their own.
    """
    token = _SPOKEN.set(code)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def settle_language() -> str:
    """Find the reader's language anew and keep it for the rest of a run, which asks thousands of times."""
    _READER.set("")
    _READER.set(reader := language())
    return reader


def language() -> str:
    """Return the language that a document is written in, that the reader chose, or that the browser asks for."""
    if settled := _SPOKEN.get() or _READER.get():
        return settled
    chosen = page_state.lang or st.query_params.get("lang")
    if chosen in LANGUAGES:
        return str(chosen)
    browser = str(st.context.locale or "en")[:2]
    return browser if browser in LANGUAGES else "en"


def _(text: str) -> str:
    """Return `text` in the reader's language."""
    return catalogue(language()).gettext(text) if text else ""


def listed(words: Iterable[str]) -> str:
    """Return words as a list within a sentence."""
    return ("、" if language() == "ja" else ", ").join(words)


def within(words: str) -> str:
    """Return words as they stand within a sentence: the first letter small, unless a name or symbol begins so.

    Examples
    --------
    >>> within("Rare earths"), within("PFS done"), within("予備的実現可能性調査（PFS）")
    ('rare earths', 'PFS done', '予備的実現可能性調査（PFS）')
    """
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def either(english: str, japanese: str) -> str:
    """Return the text of a catalogue file that carries both languages."""
    return japanese if language() == "ja" and japanese else english


@cache
def _territories(code: str) -> dict[str, str]:
    return {**Locale(code).territories, **COUNTRIES_IN_SHORT.get(code, {})}


def country(iso2: str, iso3: str) -> str:
    """Return a country's name as ministries and papers write it; the code where Babel has none.

    Parameters
    ----------
    iso2 : str
        ISO 3166-1 alpha-2.
    iso3 : str
        ISO 3166-1 alpha-3.
    """
    return _territories(language()).get(iso2, iso3)


def number(value: float | None, digits: int = 0) -> str:
    """Return a number in the reader's way of writing; a dash for unknown."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return _written(round(value, digits) + 0.0, pattern, language())  # + 0.0: never "-0"


def fixed(value: float | None, digits: int = 2) -> str:
    """Return a number with all its decimals, as scores stand in columns; a dash for unknown."""
    if value is None:
        return "–"
    return _written(round(value, digits) + 0.0, "0." + "0" * digits, language())


@lru_cache(maxsize=8192)
def _written(value: float, pattern: str, code: str) -> str:
    """Return a number by a pattern of Babel; a list writes the same few hundred numbers each time."""
    return format_decimal(value, format=pattern, locale=code)


def quantity(value: float | None) -> str:
    """Return a number with three significant digits at the most."""
    if value is None:
        return "–"
    size = abs(value)
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 4)
