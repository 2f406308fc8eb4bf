"""Rows of a table of facts, as people fill it in, checked: facts for the store, and what is wrong with the others.

A table has a row a fact and the columns of `COLUMNS`, in English or Japanese. What a cell does not say stays unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from urllib.parse import urlsplit

from data import units
from data.fact_attributes import FactAttribute, fact_attributes
from data.texts import line
from data.units import UnitError
from data.user_facts import UserFact
from data.user_sites import BASIS, GradeBasis
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
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_REFERENCE = re.compile(r"(doi|document|文書)\s*[:：]\s*\S", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(19|20|21)\d{2}(?!\d)")


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


@dataclass(frozen=True)
class Known:
    """What rows are checked against.

    Attributes
    ----------
    sites : dict of str to str
        Site id -> name.
    commodities : dict of str to str
        Spelling, folded -> commodity id.
    basis : dict of str to GradeBasis
        How grades of a commodity are stated.
    countries : dict of str to str
        Spelling, folded -> ISO 3166-1 alpha-3.
    words : dict of str to str
        Spelling of a stage, attribute or state of funding in another language, folded -> the word of the facts.
    today : date
    sender : str
        Who answers, where a row names no source; empty: a row has to.
    sender_reference : str
        Document that stands for the answers of the sender.
    sender_date : str
        Date of the answers, where a row has none.
    """

    sites: Mapping[str, str]
    commodities: Mapping[str, str]
    basis: Mapping[str, GradeBasis]
    countries: Mapping[str, str]
    today: date
    words: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    sender_reference: str = ""
    sender_date: str = ""


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """The facts that can be taken, the rows that cannot, and how many were left open (nothing filled in)."""

    facts: tuple[UserFact, ...]
    problems: tuple[Problem, ...]
    left_open: int


class _Unusable(Exception):  # noqa: N818 - an outcome, caught in `check`
    """A cell that cannot be used."""

    def __init__(self, column: str, sentence: Phrase) -> None:
        self.column, self.sentence = column, sentence
        super().__init__(str(sentence))


def folded(text: str) -> str:
    """Return a word as words are compared: full-width as half-width, lower case, single spaces.

    Parameters
    ----------
    text : str
        As people write it.

    Examples
    --------
    >>> folded(" ＳＴＡＧＥ  ")
    'stage'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


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
        except _Unusable as unusable:
            problems.append(Problem(row, unusable.column, unusable.sentence))
    problems += _of_several(facts)
    wrong = {problem.row for problem in problems}
    kept = tuple(dict.fromkeys(fact for row, fact in facts if row not in wrong))
    return CheckedRows(kept, tuple(sorted(problems, key=lambda problem: problem.row)), left_open)


def _fact(cells: Mapping[str, str], known: Known) -> UserFact:
    for name, text in cells.items():
        if len(text) > LONGEST.get(name, LONGEST_OTHER):
            raise _Unusable(
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
    text, numbers, unit = _VALUES[attribute.value](cells, attribute, commodity, known)
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
        raise _Unusable("site_id", Phrase("The site is not named; write its id or its name."))
    near = named[:4] or get_close_matches(text, list(known.sites), n=3, cutoff=0.6)
    raise _Unusable(
        "site_id",
        Phrase("No site has the id {site!r}; the nearest are {near}.", site=text, near=near or Phrase("none")),
    )


def _attribute(text: str, known: Known) -> FactAttribute:
    attributes = fact_attributes()
    word = _word(text, attributes, known)
    if word is None:
        raise _Unusable(
            "attribute", Phrase("No attribute is called {name!r}; choose {names}.", name=text, names=list(attributes))
        )
    return attributes[word]


def _word(text: str, allowed: Iterable[str], known: Known) -> str | None:
    """Return the word of ours that a cell says, in English, another language or both with a stroke; None: none."""
    ours = {folded(each): each for each in allowed}
    for part in [text, *re.split(r"[/／(（]", text)]:
        if (word := ours.get(folded(part)) or known.words.get(folded(part).strip(")） "))) in ours.values():
            return word
    return None


def _commodity(text: str, attribute: FactAttribute, known: Known) -> str:
    if not text:
        if attribute.commodity == "needed":
            raise _Unusable(
                "commodity",
                Phrase("{attribute} is stated of a commodity; write for example copper.", attribute=attribute.id),
            )
        return ""
    parts = [text, *re.split(r"[/／(（]", text)]
    commodity = next((known.commodities[folded(part)] for part in parts if folded(part) in known.commodities), "")
    if not commodity:
        near = get_close_matches(folded(text), list(known.commodities), n=3, cutoff=0.5)
        raise _Unusable(
            "commodity",
            Phrase(
                "No commodity is called {commodity!r}; the nearest are {near}.",
                commodity=text,
                near=[known.commodities[each] for each in near] or Phrase("none"),
            ),
        )
    return commodity if attribute.commodity != "none" else ""


Value = tuple[str, tuple[float | None, float | None, float | None], str]
NO_NUMBERS = (None, None, None)


def _of_word(cells: Mapping[str, str], attribute: FactAttribute, _commodity: str, known: Known) -> Value:
    text = cells.get("text", "") or cells.get("value", "")
    word = _word(text, attribute.words, known)
    if word is None:
        raise _Unusable(
            "text",
            Phrase(
                "{text!r} is no value of {attribute}; choose {words}.",
                text=text[:60],
                attribute=attribute.id,
                words=list(attribute.words),
            ),
        )
    return word, NO_NUMBERS, ""


def _of_owner(cells: Mapping[str, str], attribute: FactAttribute, _commodity: str, _known: Known) -> Value:
    if "text" not in cells:
        raise _Unusable("text", Phrase("The owner is not named; write the legal name in the column text."))
    numbers = _numbers(cells)
    if cells.get("unit", "%") not in ("%", "％"):
        raise _Unusable("unit", Phrase("A share is stated in percent, not in {unit!r}.", unit=cells["unit"]))
    for column, number in zip(("value", "low", "high"), numbers, strict=True):
        if number is not None and number > 100:
            raise _Unusable(
                column, Phrase("A share of {share:g} % is above the whole; write 100 at the most.", share=number)
            )
    if numbers[0] == 0:
        raise _Unusable("value", Phrase("A share of 0 % is no holding; take the row out."))
    return cells["text"], numbers, attribute.unit if numbers[0] is not None else ""


def _of_number(cells: Mapping[str, str], attribute: FactAttribute, commodity: str, known: Known) -> Value:
    numbers = _numbers(cells)
    if numbers[0] is None and None not in numbers[1:]:
        numbers = ((numbers[1] + numbers[2]) / 2, *numbers[1:])  # type: ignore[operator]  # neither is None
    if numbers[0] is None:
        raise _Unusable("value", Phrase("The value is missing; write a number, and its unit in the column unit."))
    basis = known.basis.get(commodity) if attribute.id == "grade" else None
    text = _chemical(cells.get("text", ""), basis) if basis else cells.get("text", "")
    unit = basis.unit if basis else attribute.unit
    scale = _scale(cells.get("unit", ""), BASIS[unit] if basis else unit, attribute)
    value, low, high = (None if number is None else number * scale for number in numbers)
    if value == 0 and attribute.most == float("inf"):
        raise _Unusable("value", Phrase("A value of 0 states nothing here; leave what is not known empty."))
    most = min(attribute.most, _most_grade(unit)) if basis else attribute.most
    for column, number in zip(("value", "low", "high"), (value, low, high), strict=True):
        if number is not None and number > most:
            raise _Unusable(
                column,
                Phrase(
                    "{value:g} {unit} is more than can be; {most:g} is the most.", value=number, unit=unit, most=most
                ),
            )
    return text, (value, low, high), unit


def _most_grade(unit: str) -> float:
    """Return what is pure in a unit of grade: no ore has more."""
    return {"%": 100.0, "ppm": 1e6, "g/t": 1e6}[unit]


def _chemical(text: str, basis: GradeBasis) -> str:
    """Return the form that the grade is of; refuse another one than the commodity is compared by."""
    if text and folded(text) != folded(basis.chemical):
        raise _Unusable(
            "text",
            Phrase(
                "The grade is of {stated}, but grades of this commodity are compared as {form}; convert it.",
                stated=text[:60],
                form=basis.chemical,
            ),
        )
    return basis.chemical


def _scale(stated: str, unit: str, attribute: FactAttribute) -> float:
    """Return what one of the stated unit is in ours."""
    if attribute.scales:
        scales = {folded(spelling): scale for spelling, scale in attribute.scales.items()}
        if folded(stated) not in scales:
            raise _Unusable(
                "unit",
                Phrase(
                    "The unit {stated!r} does not fit {attribute}; write {units}.",
                    stated=stated,
                    attribute=attribute.id,
                    units=[each for each in attribute.scales if each][:4],
                ),
            )
        return scales[folded(stated)]
    if not stated:
        raise _Unusable("unit", Phrase("The unit is missing; write for example {unit}.", unit=unit))
    try:
        return float(units.convert(1.0, stated, unit))
    except UnitError as error:
        raise _Unusable("unit", Phrase("{error} Write for example {unit}.", error=error, unit=unit)) from error


def _of_year(cells: Mapping[str, str], _attribute: FactAttribute, _commodity: str, _known: Known) -> Value:
    text = cells.get("text", "") or cells.get("value", "")
    if not _YEAR.search(unicodedata.normalize("NFKC", text)):
        raise _Unusable("text", Phrase("{text!r} names no year; write for example 2029.", text=text[:60]))
    return text, NO_NUMBERS, ""


def _of_text(cells: Mapping[str, str], _attribute: FactAttribute, _commodity: str, _known: Known) -> Value:
    if "text" not in cells:
        raise _Unusable("text", Phrase("This attribute is words; write them in the column text."))
    return cells["text"], NO_NUMBERS, ""


#: Kind of value -> how it is read: words, numbers (value, low, high) and their unit.
_VALUES: dict[str, Callable[[Mapping[str, str], FactAttribute, str, Known], Value]] = {
    "word": _of_word,
    "owner": _of_owner,
    "number": _of_number,
    "year": _of_year,
    "text": _of_text,
}


def _numbers(cells: Mapping[str, str]) -> tuple[float | None, float | None, float | None]:
    value, low, high = (_number(name, cells[name]) if name in cells else None for name in ("value", "low", "high"))
    ordered = [number for number in (low, value, high) if number is not None]
    if ordered != sorted(ordered):
        raise _Unusable("low", Phrase("The range is turned round; write the smaller end in low, the larger in high."))
    return value, low, high


def _number(column: str, text: str) -> float:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").removesuffix("%")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        number = float(plain) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", plain) else float("nan")
    except ValueError:
        number = float("nan")
    if not 0 <= number < 1e15:
        raise _Unusable(
            column,
            Phrase("{text!r} is no number of 0 or more; write digits with a point, for example 1.25.", text=text[:60]),
        )
    return number


def _country(text: str, attribute: FactAttribute, known: Known) -> str:
    if not text or attribute.value != "owner":
        return ""
    if folded(text) not in known.countries:
        raise _Unusable(
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
        raise _Unusable("as_of", wrong if text else cure)
    if stated > today.isoformat()[: len(stated)]:
        raise _Unusable(
            "as_of", Phrase("{day} lies in the future; write the day that the source speaks of.", day=stated)
        )
    return stated


def _source(cells: Mapping[str, str], known: Known) -> tuple[str, str]:
    title, address = cells.get("source_title", ""), cells.get("source_url", "")
    if not title and not address and known.sender:
        return known.sender, known.sender_reference
    if not title:
        raise _Unusable(
            "source_title", Phrase("The source is not named; write who says so and where: publisher, title, page.")
        )
    if not address:
        raise _Unusable(
            "source_url",
            Phrase("The source has no address; write an http(s) address, or document: and what names the document."),
        )
    if not _is_address(address) and not _REFERENCE.match(address):
        raise _Unusable(
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
