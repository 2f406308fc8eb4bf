"""What a letter says, each text in English and Japanese: who asks, what is known, what is asked. Lays nothing out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from data.fact_attributes import fact_attributes
from data.texts import line
from scoring.robustness.answer_effects import OpenFact
from ui.text import fact_words as words
from ui.text import vocabulary as w
from ui.text.i18n import LANGUAGES, _, country, language, listed, speaking
from ui.text.vocabulary import source_title
from workspace.facts import SENDER, AskedSite, Letter

#: A text in the languages of the letter, in their order: English, Japanese.
Both = tuple[str, ...]
#: Rows for the owners of a site: more than this many are added by hand.
OWNER_ROWS = 6


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, where the answer goes, and by which ISO date; empty: left open on the letter."""

    asked_by: str = ""
    reply_to: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One question.

    Attributes
    ----------
    number : str
        Place in the letter: 1.2.
    attribute, commodity, unit : str
        As the facts know them.
    kind : str
        What a statement of the attribute is: `data.fact_attributes.FactAttribute.value`.
    question, known, source : tuple of str
        Each in English and Japanese: what is asked, what is known, and who says so with the date.
    choices : tuple of str
        What may be answered, in both languages with a stroke between; empty: anything.
    """

    number: str
    attribute: str
    kind: str
    commodity: str
    unit: str
    title: Both
    question: Both
    known: Both
    source: Both
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterSite:
    """A site of the letter: heading, country, a line on what it is, and the questions."""

    site_id: str
    heading: str
    country: Both
    about: Both
    rows: tuple[AskedRow, ...]


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter in both languages.

    Attributes
    ----------
    number : str
    title, dated, asked_by, to : tuple of str
    paragraphs : tuple of tuple of str
        Opening, in both languages.
    sites : tuple of LetterSite
    words : dict of str to tuple of str
        Headings of tables and boxes.
    sender : dict of str to tuple of str
        Field of the sender -> its title.
    """

    number: str
    title: Both
    dated: Both
    asked_by: str
    reply_to: str
    paragraphs: tuple[Both, ...]
    sites: tuple[LetterSite, ...]
    words: dict[str, Both]
    sender: dict[str, Both]


def both(make: Callable[[], str]) -> Both:
    """Return a text in each language of the letter.

    Parameters
    ----------
    make : callable
        Gives the text in the language that is spoken.
    """
    texts = []
    for code in LANGUAGES:
        with speaking(code):
            texts.append(make())
    return tuple(texts)


def letter_text(letter: Letter, asking: Asking) -> LetterText:
    """Return the letter in words."""
    return LetterText(
        letter.number,
        both(lambda: _("Request for information on critical mineral projects")),
        both(lambda: _day(letter.dated)),
        line(asking.asked_by),
        line(asking.reply_to),
        tuple(both(make) for make in _paragraphs(letter, asking)),
        tuple(_site(site, place, letter) for place, site in enumerate(letter.sites, 1)),
        {name: both(make) for name, make in _WORDS.items()},
        {field: both(_SENDER_WORDS[field]) for field in SENDER},
    )


def _day(day: date) -> str:
    return format_date(day, "long", locale=language())


def _paragraphs(letter: Letter, asking: Asking) -> list[Callable[[], str]]:
    count = sum(len(site.questions) for site in letter.sites)
    opening: list[Callable[[], str]] = [
        lambda: _("To the owner or operator of the projects named below"),
        lambda: _(
            "We compare critical mineral projects for joint investment by the United States and Japan, from public "
            "sources only. Of the projects named below ({sites} in all), some facts are missing or out of date "
            "({count} in all). They are listed, those that matter most to the comparison first, beside what we hold "
            "today and where it comes from."
        ).format(sites=len(letter.sites), count=count),
        lambda: _(
            "We should be grateful if you would complete or correct them. Please give for each answer the date that it "
            "speaks of and, if it is published, the document. Leave blank what you cannot state: it stays unknown."
        ),
        lambda: _(
            "Answers are recorded with your organisation as their source and shown as such. Please do not include "
            "confidential information."
        ),
    ]
    if asking.due:
        opening.append(lambda: _("Please reply by {day}.").format(day=_due(asking.due)))
    if asking.reply_to:
        opening.append(lambda: _("Please send your reply to {address}.").format(address=line(asking.reply_to)))
    return opening


def _due(due: str) -> str:
    return _day(date.fromisoformat(due)) if len(due) == len("2026-12-31") else due


def _site(site: AskedSite, place: int, letter: Letter) -> LetterSite:
    return LetterSite(
        site.site_id,
        f"{place}. {site.name}",
        both(lambda: country(site.iso2, site.iso3)),
        both(
            lambda: " · ".join(
                [w.word(w.KINDS, site.kind), listed([w.commodity(name) for name in site.commodities[:8]]), site.site_id]
            )
        ),
        tuple(_row(fact, f"{place}.{at}", letter) for at, fact in enumerate(site.questions, 1)),
    )


def _row(fact: OpenFact, number: str, letter: Letter) -> AskedRow:
    asked = fact_attributes()[fact.attribute]
    basis = letter.basis.get(fact.commodity) if asked.value == "number" and not asked.unit else None
    return AskedRow(
        number,
        fact.attribute,
        asked.value,
        fact.commodity,
        basis.unit if basis else asked.unit,
        both(lambda: words.subject(fact.attribute, fact.commodity)),
        both(lambda: _question(fact, basis.chemical if basis else "")),
        both(lambda: words.value(fact) if fact.reason != "unknown" else _("Unknown")),
        both(lambda: _source(fact)),
        tuple(
            " / ".join((word, *both(lambda word=word: words.choice(fact.attribute, word))[1:]))  # type: ignore[misc]
            for word in asked.words
        ),
    )


def _question(fact: OpenFact, chemical: str) -> str:
    asked = words.question(fact.attribute)
    return f"{asked} {_('Stated as {form}.').format(form=chemical)}" if chemical else asked


def _source(fact: OpenFact) -> str:
    """Return who says what is known, and when; empty where nothing is."""
    if fact.reason == "unknown":
        return ""
    dated = fact.as_of or _("no date")
    return f"{source_title(fact.source_id)}, {dated}"


_WORDS: dict[str, Callable[[], str]] = {
    "number": lambda: _("No."),
    "letter": lambda: _("Reference"),
    "dated": lambda: _("Date"),
    "from": lambda: _("From"),
    "to": lambda: _("To"),
    "question": lambda: _("Our question"),
    "known": lambda: _("Known today"),
    "source": lambda: _("Source and date"),
    "answer": lambda: _("Your answer"),
    "as_of": lambda: _("As of"),
    "document": lambda: _("Document, if published"),
    "project": lambda: _("Project"),
    "sender": lambda: _("Answered by"),
    "field": lambda: _("Item"),
    "signature": lambda: _("Signature"),
    "share": lambda: _("Shareholding"),
    "parent": lambda: _("Country of the ultimate parent"),
    "none": lambda: _("Nothing is missing or out of date."),
}
_SENDER_WORDS: dict[str, Callable[[], str]] = {
    "organisation": lambda: _("Organisation"),
    "name": lambda: _("Name and position"),
    "date": lambda: _("Date of the answer"),
    "letter": lambda: _("Reference of this letter"),
}
