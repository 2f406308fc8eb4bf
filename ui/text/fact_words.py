"""Facts of users in words: attributes, values, and the words by which a filled table is read back."""

from __future__ import annotations

from data.fact_attributes import fact_attributes
from data.fact_rows import COLUMNS
from data.user_facts import UserFact
from scoring.robustness.answer_effects import OpenFact
from ui.text import vocabulary as w
from ui.text.i18n import LANGUAGES, _, either, number, quantity, speaking

#: Attribute -> words of its choices.
CHOICES = {"stage": w.STAGES, "funding_state": w.FUNDING}


def spoken_words() -> dict[str, str]:
    """Return the words of choices in every language -> ours, for reading a filled table."""
    spoken: dict[str, str] = {}
    for code in LANGUAGES:
        with speaking(code):
            spoken |= {_(text): name for choices in CHOICES.values() for name, text in choices.items()}
    return spoken


def attribute(name: str) -> str:
    """Return the title of an attribute; the id of one that is none of ours."""
    known = fact_attributes().get(name)
    return either(known.title, known.title_ja) if known else name


def question(name: str) -> str:
    """Return what is asked of an attribute."""
    asked = fact_attributes()[name]
    return either(asked.question, asked.question_ja)


def choice(name: str, word: str) -> str:
    """Return a word of an attribute in the reader's language; another text as it is."""
    return w.word(CHOICES[name], word) if word in CHOICES.get(name, {}) else word


def value(fact: OpenFact | UserFact) -> str:
    """Return what a fact says: number with unit, word, name with share; a dash for unknown."""
    text = choice(fact.attribute, fact.text)
    if fact.value is None:
        return text or "–"
    stated = f"{quantity(fact.value)} {w.word(w.UNITS, fact.unit)}".strip()
    return " ".join(filter(None, (text if fact.attribute == "owner" else "", stated)))


def why_open(fact: OpenFact) -> str:
    """Return why a fact is open: unknown, without a date, how old, or that a sale was to close by now."""
    if fact.reason == "old" and fact.age_years is not None:
        return _("{n} years old").format(n=number(fact.age_years, 1))
    return w.word(w.OPEN_REASONS, fact.reason)


def subject(name: str, commodity: str) -> str:
    """Return an attribute with its commodity."""
    return f"{attribute(name)} ({w.commodity(commodity)})" if commodity else attribute(name)


def headers(language: str) -> dict[str, str]:
    """Return column -> its header in a template: our name, with the Japanese one beside it in Japanese."""
    return {name: f"{name} / {japanese}" if language == "ja" else name for name, japanese in COLUMNS.items()}
