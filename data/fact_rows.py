"""Rows of a table of facts, as people fill it in, checked: facts for the store, and what is wrong with the others.

A table has a row a fact and the columns of `COLUMNS`, in English or Japanese. What a cell does not say stays unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from urllib.parse import urlsplit

from data.fact_attributes import FactAttribute, fact_attributes
from data.fact_cells import VALUES, Known, UnusableCell, folded, word_of
from data.texts import line
from data.user_facts import UserFact
from geo.errors import Phrase

#: Column -> its name in Japanese. Headers may hold either, or both with a stroke between them.
COLUMNS: dict[str, str] = {
    "site_id": "サイトID",
    "attribute": "項目",
    "commodity": "鉱種",
    "value": "数値",
    "unit": "単位",
    "low": "下限",
    "high": "上限",
    "text": "内容",
    "country": "親会社の国",
    "as_of": "時点",
    "source_title": "出典名",
    "source_url": "出典URL",
    "note": "備考",
}
#: What a table cannot do without.
NEEDED = ("site_id", "attribute")
#: What a row says of a fact, besides what it speaks of; a row without any of these is a question left open.
ANSWERS = ("value", "low", "high", "text")
MOST_ROWS = 20_000
LONGEST = {"text": 500, "note": 2_000, "source_title": 300, "source_url": 2_000}
LONGEST_OTHER = 200
#: Stated shares of a site may add up to this much: rounding.
WHOLE_PCT = 101
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_REFERENCE = re.compile(r"(doi|document|文書)\s*[:：]\s*\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row.

    Attributes
    ----------
    row : int
        Row of the file, the header is 1; 0: the file.
    column : str
        One of `COLUMNS`; empty: the row.
    sentence : Phrase
        What is wrong, and what helps.
    """

    row: int
    column: str
    sentence: Phrase


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """The facts that can be taken, the rows that cannot, and how many were left open (nothing filled in)."""

    facts: tuple[UserFact, ...]
    problems: tuple[Problem, ...]
    left_open: int


def column_of(header: str) -> str:
    """Return the column that a header names, in English, Japanese or both; empty: none of ours.

    Parameters
    ----------
    header : str
        Name of a column of the file.

    Examples
    --------
    >>> column_of("site_id / サイトID"), column_of("時点"), column_of("As of"), column_of("colour")
    ('site_id', 'as_of', 'as_of', '')
    """
    spellings = {folded(each): name for name, japanese in COLUMNS.items() for each in (name, japanese)}
    parts = re.split(r"[/／\n(（]", header)
    return next((spellings[folded(part)] for part in parts if folded(part) in spellings), "")


def stated_date(text: str) -> str:
    """Return an ISO date, month or year; empty where the text is none.

    Parameters
    ----------
    text : str
        ``2026-07-01``, ``2026/7/1``, ``2026年7月1日``, ``2026-07`` or ``2026``.

    Examples
    --------
    >>> [stated_date(each) for each in ("2026年7月1日", "2026/7", "２０２６", "2026-13", "July")]
    ['2026-07-01', '2026-07', '2026', '', '']
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"[年月/.]", "-", plain).replace("日", "").strip("- ")
    match = _DATE.fullmatch(re.sub(r"[ T]\d{1,2}:.*$", "", plain))
    if not match:
        return ""
    year, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return "-".join([year, *(f"{int(part):02d}" for part in (month, day) if part)])


def check(rows: Iterable[tuple[int, Mapping[str, str]]], known: Known) -> CheckedRows:
    """Check rows and return the facts and all problems.

    Parameters
    ----------
    rows : iterable of (int, mapping of str to str)
        Row of the file, and its cells by column of `COLUMNS`.
    known : Known

    Returns
    -------
    CheckedRows
        A row that names a site and an attribute but states nothing is left open, and no problem. Owners of a site whose
        shares add up to more than the whole, and two different values of one attribute, are problems of their rows.
    """
    facts: list[tuple[int, UserFact]] = []
    problems: list[Problem] = []
    left_open = 0
    for row, raw in rows:
        cells = {name: line(text) for name, text in raw.items() if name in COLUMNS and text and text.strip()}
        if not any(name in cells for name in ANSWERS):
            left_open += 1
            continue
        try:
            facts.append((row, _fact(cells, known)))
        except UnusableCell as unusable:
            problems.append(Problem(row, unusable.column, unusable.sentence))
    problems += _of_several(facts)
    wrong = {problem.row for problem in problems}
    kept = tuple(dict.fromkeys(fact for row, fact in facts if row not in wrong))
    return CheckedRows(kept, tuple(sorted(problems, key=lambda problem: problem.row)), left_open)


def _fact(cells: Mapping[str, str], known: Known) -> UserFact:
    for name, text in cells.items():
        if len(text) > LONGEST.get(name, LONGEST_OTHER):
            raise UnusableCell(
                name,
                Phrase(
                    "{count} characters are too many; write {most} at the most.",
                    count=len(text),
                    most=LONGEST.get(name, LONGEST_OTHER),
                ),
            )
    site_id = _site(cells.get("site_id", ""), known)
    attribute = _attribute(cells.get("attribute", ""), known)
    commodity = _commodity(cells.get("commodity", ""), attribute, known)
    text, numbers, unit = VALUES[attribute.value](cells, attribute, commodity, known)
    value, low, high = numbers
    title, address = _source(cells, known)
    return UserFact(
        site_id,
        attribute.id,
        commodity,
        value,
        unit,
        low,
        high,
        text,
        _country(cells.get("country", ""), attribute, known),
        _as_of(cells.get("as_of", "") or known.sender_date, known.today),
        title,
        address,
        cells.get("note", ""),
    )


def _site(text: str, known: Known) -> str:
    if text in known.sites:
        return text
    named = [site_id for site_id, name in known.sites.items() if folded(name) == folded(text)]
    if len(named) == 1:
        return named[0]
    if not text:
        raise UnusableCell("site_id", Phrase("The site is not named; write its id or its name."))
    near = named[:4] or get_close_matches(text, list(known.sites), n=3, cutoff=0.6)
    raise UnusableCell(
        "site_id",
        Phrase("No site has the id {site!r}; the nearest are {near}.", site=text, near=near or Phrase("none")),
    )


def _attribute(text: str, known: Known) -> FactAttribute:
    attributes = fact_attributes()
    word = word_of(text, attributes, known)
    if word is None:
        raise UnusableCell(
            "attribute", Phrase("No attribute is called {name!r}; choose {names}.", name=text, names=list(attributes))
        )
    return attributes[word]


def _commodity(text: str, attribute: FactAttribute, known: Known) -> str:
    if not text:
        if attribute.commodity == "needed":
            raise UnusableCell(
                "commodity",
                Phrase("{attribute} is stated of a commodity; write for example copper.", attribute=attribute.id),
            )
        return ""
    parts = [text, *re.split(r"[/／(（]", text)]
    commodity = next((known.commodities[folded(part)] for part in parts if folded(part) in known.commodities), "")
    if not commodity:
        near = get_close_matches(folded(text), list(known.commodities), n=3, cutoff=0.5)
        raise UnusableCell(
            "commodity",
            Phrase(
                "No commodity is called {commodity!r}; the nearest are {near}.",
                commodity=text,
                near=[known.commodities[each] for each in near] or Phrase("none"),
            ),
        )
    return commodity if attribute.commodity != "none" else ""


def _country(text: str, attribute: FactAttribute, known: Known) -> str:
    if not text or attribute.value != "owner":
        return ""
    if folded(text) not in known.countries:
        raise UnusableCell(
            "country", Phrase("No country is called {country!r}; write its ISO code, for example AUS.", country=text)
        )
    return known.countries[folded(text)]


def _as_of(text: str, today: date) -> str:
    stated = stated_date(text)
    if not stated:
        cure = Phrase(
            "The date is missing; write the day, month or year that the source speaks of, for example 2026-03."
        )
        wrong = Phrase("{text!r} is no date; write for example 2026-03-31, 2026-03 or 2026.", text=text[:60])
        raise UnusableCell("as_of", wrong if text else cure)
    if stated > today.isoformat()[: len(stated)]:
        raise UnusableCell(
            "as_of", Phrase("{day} lies in the future; write the day that the source speaks of.", day=stated)
        )
    return stated


def _source(cells: Mapping[str, str], known: Known) -> tuple[str, str]:
    title, address = cells.get("source_title", ""), cells.get("source_url", "")
    if not title and not address and known.sender:
        return known.sender, known.sender_reference
    if not title:
        raise UnusableCell(
            "source_title", Phrase("The source is not named; write who says so and where: publisher, title, page.")
        )
    if not address:
        raise UnusableCell(
            "source_url",
            Phrase("The source has no address; write an http(s) address, or document: and what names the document."),
        )
    if not _is_address(address) and not _REFERENCE.match(address):
        raise UnusableCell(
            "source_url",
            Phrase(
                "{address!r} is neither an http(s) address nor the reference of a document (doi:..., document: ...).",
                address=address[:80],
            ),
        )
    return title, address


def _is_address(text: str) -> bool:
    if any(character in text for character in ' <>"\\^`{|}'):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "")


def _of_several(facts: Sequence[tuple[int, UserFact]]) -> list[Problem]:
    """Return what is wrong with rows together: shares above the whole, two values of one attribute."""
    problems = []
    by_subject: dict[tuple[str, str, str], list[tuple[int, UserFact]]] = {}
    for row, fact in facts:
        by_subject.setdefault(fact.subject, []).append((row, fact))
    for (site_id, attribute, _), rows in by_subject.items():
        distinct = list(dict.fromkeys(fact for _row, fact in rows))
        numbers = [number for number, _fact in rows]
        if fact_attributes()[attribute].value == "owner":
            names = [folded(fact.text) for fact in distinct]
            share = sum(fact.value or 0.0 for fact in distinct)
            if len(set(names)) < len(names):
                sentence = Phrase("An owner of {site} stands in several rows that differ; keep one.", site=site_id)
            elif share > WHOLE_PCT:
                sentence = Phrase(
                    "The shares of the owners of {site} add up to {share:g} %; more than 100 cannot be.",
                    site=site_id,
                    share=share,
                )
            else:
                continue
        elif len(distinct) > 1 and fact_attributes()[attribute].value != "text":
            sentence = Phrase(
                "{attribute} of {site} stands in several rows that differ; keep one.", attribute=attribute, site=site_id
            )
        else:
            continue
        problems += [Problem(row, "", sentence) for row in numbers]
    return problems
