"""The value that a row of facts states: words, an owner's share, a number with its range and unit, a year, a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from data import units
from data.fact_attributes import FactAttribute
from data.units import UnitError
from data.user_sites import BASIS, GradeBasis
from geo.errors import Phrase

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_YEAR = re.compile(r"(?<!\d)(19|20|21)\d{2}(?!\d)")


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


class UnusableCell(Exception):  # noqa: N818 - an outcome, caught in `data.fact_rows.check`
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


def word_of(text: str, allowed: Iterable[str], known: Known) -> str | None:
    """Return the word of ours that a cell says, in English, another language or both with a stroke; None: none.

    Parameters
    ----------
    text : str
        The cell.
    allowed : iterable of str
        Words that may stand in it.
    known : Known
        Its words of another language count.
    """
    ours = {folded(each): each for each in allowed}
    for part in [text, *re.split(r"[/／(（]", text)]:
        if (word := ours.get(folded(part)) or known.words.get(folded(part).strip(")） "))) in ours.values():
            return word
    return None


Value = tuple[str, tuple[float | None, float | None, float | None], str]
NO_NUMBERS = (None, None, None)


def _of_word(cells: Mapping[str, str], attribute: FactAttribute, _commodity: str, known: Known) -> Value:
    text = cells.get("text", "") or cells.get("value", "")
    word = word_of(text, attribute.words, known)
    if word is None:
        raise UnusableCell(
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
        raise UnusableCell("text", Phrase("The owner is not named; write the legal name in the column text."))
    numbers = _numbers(cells)
    if cells.get("unit", "%") not in ("%", "％"):
        raise UnusableCell("unit", Phrase("A share is stated in percent, not in {unit!r}.", unit=cells["unit"]))
    for column, number in zip(("value", "low", "high"), numbers, strict=True):
        if number is not None and number > 100:
            raise UnusableCell(
                column, Phrase("A share of {share:g} % is above the whole; write 100 at the most.", share=number)
            )
    if numbers[0] == 0:
        raise UnusableCell("value", Phrase("A share of 0 % is no holding; take the row out."))
    return cells["text"], numbers, attribute.unit if numbers[0] is not None else ""


def _of_number(cells: Mapping[str, str], attribute: FactAttribute, commodity: str, known: Known) -> Value:
    numbers = _numbers(cells)
    if numbers[0] is None and None not in numbers[1:]:
        numbers = ((numbers[1] + numbers[2]) / 2, *numbers[1:])  # type: ignore[operator]  # neither is None
    if numbers[0] is None:
        raise UnusableCell("value", Phrase("The value is missing; write a number, and its unit in the column unit."))
    basis = known.basis.get(commodity) if attribute.id == "grade" else None
    text = _chemical(cells.get("text", ""), basis) if basis else cells.get("text", "")
    unit = basis.unit if basis else attribute.unit
    scale = _scale(cells.get("unit", ""), BASIS[unit] if basis else unit, attribute)
    value, low, high = (None if number is None else number * scale for number in numbers)
    if value == 0 and attribute.most == float("inf"):
        raise UnusableCell("value", Phrase("A value of 0 states nothing here; leave what is not known empty."))
    most = min(attribute.most, _most_grade(unit)) if basis else attribute.most
    for column, number in zip(("value", "low", "high"), (value, low, high), strict=True):
        if number is not None and number > most:
            raise UnusableCell(
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
        raise UnusableCell(
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
            raise UnusableCell(
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
        raise UnusableCell("unit", Phrase("The unit is missing; write for example {unit}.", unit=unit))
    try:
        return float(units.convert(1.0, stated, unit))
    except UnitError as error:
        raise UnusableCell("unit", Phrase("{error} Write for example {unit}.", error=error, unit=unit)) from error


def _of_year(cells: Mapping[str, str], _attribute: FactAttribute, _commodity: str, _known: Known) -> Value:
    text = cells.get("text", "") or cells.get("value", "")
    if not _YEAR.search(unicodedata.normalize("NFKC", text)):
        raise UnusableCell("text", Phrase("{text!r} names no year; write for example 2029.", text=text[:60]))
    return text, NO_NUMBERS, ""


def _of_text(cells: Mapping[str, str], _attribute: FactAttribute, _commodity: str, _known: Known) -> Value:
    if "text" not in cells:
        raise UnusableCell("text", Phrase("This attribute is words; write them in the column text."))
    return cells["text"], NO_NUMBERS, ""


#: Kind of value -> how it is read: words, numbers (value, low, high) and their unit.
VALUES: dict[str, Callable[[Mapping[str, str], FactAttribute, str, Known], Value]] = {
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
        raise UnusableCell(
            "low", Phrase("The range is turned round; write the smaller end in low, the larger in high.")
        )
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
        raise UnusableCell(
            column,
            Phrase("{text!r} is no number of 0 or more; write digits with a point, for example 1.25.", text=text[:60]),
        )
    return number
