"""Words of users for commodities and chemical forms: in English and Japanese, as symbols, formulas and sums of oxides.

The vocabulary of the sources (`data.vocabulary`) makes the bundle and stays as it is; this one reads tables of users.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from data.vocabulary import CURATED, commodity

#: Other words than those of the sources, in lower case and half width.
_SPELLINGS = {
    **dict.fromkeys(
        ("treo", "tree", "reo", "reos", "rees", "lreo", "hreo", "mreo", "lree", "hree", "mree"), "rare earths"
    ),
    **dict.fromkeys(("ndpr", "ndpr oxide", "rare earths oxides", "total rare earth oxides"), "rare earths"),
    **dict.fromkeys(("希土類", "希土", "レア・アース", "軽希土類", "重希土類"), "rare earths"),
    **dict.fromkeys(("pges", "pgms", "pgm's", "3e", "4e", "白金族元素", "白金族金属"), "platinum group"),
    **dict.fromkeys(("lce", "lithia", "petalite", "lepidolite"), "lithium"),
    **dict.fromkeys(("wolfram", "wolframite", "scheelite", "タングステン鉱"), "tungsten"),
    **dict.fromkeys(("チタニウム", "titania"), "titanium"),
    **dict.fromkeys(("錫", "すず", "cassiterite"), "tin"),
    "ニオビウム": "niobium",
    "モリブデナイト": "molybdenum",
    "molybdenite": "molybdenum",
    "バナジン": "vanadium",
    "グラファイト": "graphite",
    "マンガン鉱": "manganese",
    "アンチモニー": "antimony",
    "ボーキサイト": "aluminum",
    "バライト": "barite",
    "ほう素": "boron",
    "けい素": "silicon",
    "シリコン": "silicon",
    "りん鉱石": "phosphate",
    "カリウム": "potash",
    "プラチナ": "platinum",
    "コバルト鉱": "cobalt",
}
_LIST = re.compile(r"[;,|/+&、，；・\n]|\band\b|\bwith\b|及び|および")
_BRACKETS = re.compile(r"[(\[（]([^()\[\]（）]*)[)\]）]")
_FORMULA = re.compile(r"([A-Z][a-z]?)\d*(?:O\d*|CO3|OH|SO4|F2?|Cl)$")
_DASH = re.compile(r"\s*[-–—‐]\s*")
#: Words beside a commodity that say in which form it is, and name no other: "lithium hydroxide", "tungsten ore".
_FORMS = re.compile(
    r"\b((?:mono|di|tri|pent|sesqui)?oxides?|hydroxide|carbonate|chloride|fluoride|sul(?:ph|f)ates?|sul(?:ph|f)ides?|"
    r"concentrates?|metals?|ores?|elements?|minerals?|equivalent|total)\b|(精鉱|鉱石|金属|鉱)$|^(酸化|水酸化|炭酸|硫酸)"
)
#: What a name in words says of the chemical form, and how formulas of that form end.
_KINDS: tuple[tuple[str, str, str], ...] = (
    (r"hydroxide|水酸化", "hydroxide", r"OH"),
    (r"(?<!un)oxides?\b|\bmonoxide\b|酸化", "oxide", r"O\d*"),
    (r"carbonate|\blce\b|炭酸", "carbonate", r"CO3"),
    (r"sul(ph|f)ate|硫酸", "sulphate", r"SO4"),
    (r"sul(ph|f)ide|硫化", "sulphide", r"S\d*"),
    (r"fluoride|フッ化|弗化", "fluoride", r"F\d*"),
    (r"chloride|塩化", "chloride", r"Cl\d*"),
)


@dataclass(frozen=True)
class Named:
    """What a cell names.

    Attributes
    ----------
    ids : tuple of str
        Screened commodities, in the order of the cell, each once.
    unknown : tuple of str
        Words of the list that name none: other commodities (gold, iron), or spellings that nobody knows here.
    """

    ids: tuple[str, ...]
    unknown: tuple[str, ...]


@cache
def _japanese() -> dict[str, str]:
    with (CURATED / "commodities.csv").open(encoding="utf-8", newline="") as handle:
        return {row["name_ja"]: row["commodity_id"] for row in csv.DictReader(handle) if row["name_ja"]}


@cache
def commodity_of(word: str) -> str | None:
    """Return the commodity id for one word of a user, or None where it is not a screened commodity.

    Parameters
    ----------
    word : str
        A name in English or Japanese, a symbol, an oxide or another formula, a sum of oxides.

    Examples
    --------
    >>> [commodity_of(word) for word in ("TREO", "レアアース", "Li2O", "lithium hydroxide", "酸化リチウム", "gold")]
    ['rare earths', 'rare earths', 'lithium', 'lithium', 'lithium', None]
    """
    plain = " ".join(unicodedata.normalize("NFKC", word).split()).strip(" .?*:")
    low = plain.lower()
    known = _SPELLINGS.get(low) or _japanese().get(plain) or commodity(plain)
    if known:
        return known
    formula = _FORMULA.match(plain)
    if formula and (of_element := commodity(formula[1])):
        return of_element
    bare = " ".join(_FORMS.sub(" ", low).split())
    return commodity_of(bare) if bare and bare != low else None


def named(text: str) -> Named:
    """Return the screened commodities that a cell names, and the words that name none.

    A list may be parted by commas, semicolons, strokes, plus signs, "and", 、 and ・; hyphens part symbols
    ("Ni-Cu-PGE") and not words ("rare-earth elements"). What stands in brackets adds to the list if it is known.

    Parameters
    ----------
    text : str
        A cell; empty: not stated.

    Examples
    --------
    >>> named("Ni-Cu-PGE; Co").ids
    ('nickel', 'copper', 'platinum group', 'cobalt')
    >>> named("Li2O, Ta, gold")
    Named(ids=('lithium', 'tantalum'), unknown=('gold',))
    >>> named("Rare earths (Nd, Pr)").ids
    ('rare earths', 'neodymium', 'praseodymium')
    """
    ids: list[str] = []
    unknown: list[str] = []
    brackets = [part for inner in _BRACKETS.findall(text) for part in _LIST.split(inner)]
    for part in map(str.strip, _LIST.split(_BRACKETS.sub(" ", text))):
        found = _of_part(part)
        ids += found
        if part and not found:
            unknown.append(part)
    ids += [known for part in brackets for known in _of_part(part.strip())]
    return Named(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(unknown)))


def _of_part(part: str) -> list[str]:
    """Return what one part of a list names: itself, else symbols between hyphens or spaces, of which all are known."""
    if not part:
        return []
    whole = commodity_of(part)
    if whole:
        return [whole]
    for parts in (_DASH.split(part), part.split()):
        known = [commodity_of(each) for each in parts]
        if len(parts) > 1 and all(known):
            return [each for each in known if each]
    return [each for each in map(commodity_of, _DASH.split(part)) if each] if _DASH.search(part) else []


def form_in_words(title: str) -> str:
    """Return the chemical form that a title names in words; empty where it names none.

    Parameters
    ----------
    title : str
        Of a column.

    Examples
    --------
    >>> form_in_words("Lithium oxide (%)"), form_in_words("LCE_pct"), form_in_words("Lithium (%)")
    ('oxide', 'carbonate', '')
    """
    plain = re.sub(r"[_\s]+", " ", unicodedata.normalize("NFKC", title)).lower()
    return next((kind for pattern, kind, _ in _KINDS if re.search(pattern, plain)), "")


def has_form(formula: str, kind: str) -> bool:
    """Tell whether a formula is of a form that `form_in_words` returns.

    Parameters
    ----------
    formula : str
        What grades of a commodity are compared as, for example ``Nb2O5``.
    kind : str
        A form.

    Examples
    --------
    >>> has_form("Nb2O5", "oxide"), has_form("Li", "oxide"), has_form("TREO", "oxide"), has_form("BaSO4", "sulphate")
    (True, False, True, True)
    """
    ending = next(ending for _, each, ending in _KINDS if each == kind)
    return (formula == "TREO" and kind == "oxide") or bool(re.search(rf"[A-Za-z0-9](?:{ending})$", formula))
