"""Errors in the words of a page: the sentence of an error in the reader's language, with nothing drawn as Markdown."""

from __future__ import annotations

from geo.errors import Clause, OrebridgeError, Phrase
from scoring.errors import MillionUsd
from ui.text.i18n import _, language, listed
from ui.text.money import money
from ui.text.vocabulary import BLOCS, commodity, plain, word


def problem(error: OrebridgeError) -> str:
    """Return the sentence that a page shows for an error."""
    sentence = error.sentence
    return plain(_(sentence.template).format(**{name: _worded(name, each) for name, each in sentence.fields.items()}))


def _worded(name: str, value: object) -> object:
    """Return a field of a sentence as a page says it: commodities and desks by their names, not by their ids."""
    if name == "commodities" and isinstance(value, tuple):
        return listed([commodity(str(each)) for each in value])
    if name == "desk" and isinstance(value, str):
        return word(BLOCS, value) if value in BLOCS else _("Both together")
    return _field(value)


def reason(error: OrebridgeError) -> str:
    """Return what went wrong and what helps in the reader's language, as plain text."""
    return translated(error.sentence)


def translated(phrase: Phrase) -> str:
    """Return a phrase in the reader's language, and the phrases among its fields too.

    Examples
    --------
    >>> translated(Phrase("{path} is held by {holder}.", path="store", holder=Phrase("this process")))
    'store is held by this process.'
    """
    return _(phrase.template).format(**{name: _field(value) for name, value in phrase.fields.items()})


def _field(value: object) -> object:
    if isinstance(value, tuple):
        return listed([str(_field(item)) for item in value])
    if isinstance(value, Clause):
        return translated(value).removesuffix(".").removesuffix("。")
    if isinstance(value, MillionUsd) and language() == "ja":
        return money(value, "USD M")
    return translated(value) if isinstance(value, Phrase) else value
