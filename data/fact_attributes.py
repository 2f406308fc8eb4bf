"""What an analyst may state of a site: the attributes of `fact_attributes.toml`, with units and age limits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from data.stages import STAGES

FILE = Path(__file__).with_name("fact_attributes.toml")
#: Words of the stage that are an answer.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FactAttribute:
    """One attribute that a user may state.

    Attributes
    ----------
    id, title, title_ja, question, question_ja : str
    value : {"word", "owner", "number", "year", "text"}
        What a statement of it is.
    commodity : {"needed", "optional", "none"}
        Whether it is stated of a commodity.
    applies_to : {"ore", "plant", "all"}
        Sites of which a missing value is asked for.
    years : int
        A statement older than this is stale.
    why : str
        Why after so many years.
    unit : str
        Unit that the number is kept in; empty: of a grade, that of the commodity (`facts.commodity.grade_unit`).
    scales : dict of str to float
        Spelling of a unit -> what one of it is in `unit`; empty: `data.units` converts.
    most : float
        Largest number that can be; inf: no limit.
    words : tuple of str
        What a word may be.
    """

    id: str
    title: str
    title_ja: str
    question: str
    question_ja: str
    value: Literal["word", "owner", "number", "year", "text"]
    commodity: Literal["needed", "optional", "none"]
    applies_to: Literal["ore", "plant", "all"]
    years: int
    why: str
    unit: str = ""
    scales: dict[str, float] = field(default_factory=dict)
    most: float = float("inf")
    words: tuple[str, ...] = ()

    def asked_of(self, kind: str) -> bool:
        """Tell whether a missing value is asked for, of a site of this kind.

        Parameters
        ----------
        kind : str
            One of `data.vocabulary.KINDS`.
        """
        return self.applies_to == "all" or (self.applies_to == "ore") == (kind == "mine")


@cache
def fact_attributes() -> dict[str, FactAttribute]:
    """Return the attributes by id, in the order of the letter.

    Examples
    --------
    >>> fact_attributes()["stage"].years, "operating" in fact_attributes()["stage"].words
    (3, True)
    """
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    stages = tuple(stage for stage in STAGES if stage != UNKNOWN)
    return {
        name: FactAttribute(id=name, **{**block, "words": tuple(block.get("words", stages if name == "stage" else ()))})
        for name, block in raw.items()
    }
