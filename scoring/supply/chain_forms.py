"""Forms of a commodity, which form feeds which step, and how words of a source tell the form. Knows no site."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from data.sql import records, sql
from scoring.supply.concentration import Interval

FILE = Path(__file__).with_name("chain_forms.toml")
#: Deposit type that stands for every one.
ANY = "any"
#: What a statement is split at before forms are looked for.
_PARTS = re.compile(r"[;/]|, (?!Dy|Tb|Nd|Pr|Gd)")
#: What goes in, not out: no output is read from such words.
_TAKEN_IN = re.compile(r"treated|processed|\bfeed\b|raw material|spent |batteries|waste|\bscrap\b", re.IGNORECASE)
#: A total of several sites or metals: no output of the one site.
_OF_MORE = re.compile(r"company total|total .*capacity|together|all metals|supply$", re.IGNORECASE)
#: An amount in the basis itself, whatever the form is that holds it.
_CONTAINED = re.compile(
    r"contained|content|equivalent|\bTREO\b|total rare earth oxides|^rare earth oxides|^rare earths$|\boxides?\b.* in "
    r"|^[A-Za-z]+ in (concentrate|hydroxide|sul(f|ph)ate|matte)|^(nickel|cobalt|tungsten|antimony|gallium|germanium)$",
    re.IGNORECASE,
)
#: Share of the basis in what a whole amount is called; standard atomic weights.
_EQUIVALENTS = (("LCE", 0.1879), ("WO3", 0.793))


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which a commodity passes from site to site.

    Attributes
    ----------
    commodity, id, title_ja, stage : str
        stage: of `scoring.supply.desks.STAGES`, at which the form is made.
    words : str
        Regular expression on what a source calls it.
    plants, mines : bool
        Whether a mine, or a plant, is not known by these words.
    outside : bool
        Whether it arises inside works of another metal that are not listed as its givers.
    deposit : tuple of str
        Deposit types whose mines give it where nothing is stated; `ANY`: all.
    content : Interval or None
        Tonnes of the basis in a tonne of the form; None: unknown.
    """

    commodity: str
    id: str
    title_ja: str
    stage: str
    words: str
    plants: bool
    mines: bool
    outside: bool
    deposit: tuple[str, ...]
    content: Interval | None


@dataclass(frozen=True, slots=True)
class Step:
    """A process that turns one form into another.

    Attributes
    ----------
    commodity, input_form, output_form, process, evidence, source_url, as_of : str
        evidence: what the source says of it; as_of: date of the source, empty: undated.
    """

    commodity: str
    input_form: str
    output_form: str
    process: str
    evidence: str
    source_url: str
    as_of: str


@cache
def forms() -> Mapping[tuple[str, str], Form]:
    """Return the forms by commodity and id, in the order in which words are looked for."""
    blocks: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["form"]
    return {(form.commodity, form.id): form for form in map(_form, blocks)}


def _form(block: dict[str, Any]) -> Form:
    content = block.get("content")
    return Form(
        commodity=block["commodity"],
        id=block["id"],
        title_ja=block["title_ja"],
        stage=block["stage"],
        words=block["words"],
        plants=block.get("plants", False),
        mines=block.get("mines", False),
        outside=block.get("outside", False),
        deposit=tuple(block.get("deposit", ())),
        content=Interval(*content) if content else None,
    )


@cache
def commodities() -> tuple[str, ...]:
    """Return the commodities whose chain is known, in the order of the file of forms.

    Examples
    --------
    >>> commodities()[:3]
    ('rare earths', 'lithium', 'graphite')
    """
    return tuple(dict.fromkeys(commodity for commodity, _form_id in forms()))


def steps(facts: duckdb.DuckDBPyConnection) -> tuple[Step, ...]:
    """Return which form feeds which, each with its source.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    """
    rows = records(facts.cursor().execute(sql("scoring/supply/chain_steps.sql")))
    return tuple(Step(**{name: str(row[name]) for name in Step.__slots__}) for row in rows)


def depths(links: Iterable[Step]) -> dict[str, int]:
    """Return how many steps at the most lie before each form.

    Parameters
    ----------
    links : iterable of Step
        Of one commodity; no form leads back to itself.

    Examples
    --------
    >>> step = Step("graphite", "graphite concentrate", "anode material", "", "", "", "")
    >>> depths([step])
    {'graphite concentrate': 0, 'anode material': 1}
    """
    edges = [(step.input_form, step.output_form) for step in links]
    depth = dict.fromkeys((form for edge in edges for form in edge), 0)
    for _round in depth:
        for taken, made in edges:
            depth[made] = max(depth[made], depth[taken] + 1)
    return depth


def forms_in(commodity: str, text: str, *, mine: bool = False) -> tuple[str, ...]:
    """Return the forms of a commodity that a text speaks of; empty: none is recognised.

    Parameters
    ----------
    commodity, text : str
        Id of a commodity with a chain; what a source calls a product.
    mine : bool, optional
        Whether the site is a mine: of it, *NdPr oxide* says what the ore holds and no form.

    Examples
    --------
    >>> forms_in("rare earths", "NdPr metal; NdFeB alloy; sintered NdFeB magnets")
    ('rare earth metal or alloy', 'rare earth magnets')
    >>> forms_in("rare earths", "NdPr oxides in mixed rare earth carbonate", mine=True)
    ('mixed rare earth compound',)
    >>> forms_in("rare earths", "NdPr oxide", mine=True), forms_in("lithium", "batteries treated")
    ((), ())
    """
    known = [
        form for form in forms().values() if form.commodity == commodity and not (form.plants if mine else form.mines)
    ]
    found = []
    for part in _PARTS.split(text):
        if _TAKEN_IN.search(part):
            continue
        found += [form.id for form in known if re.search(form.words, part.strip(), re.IGNORECASE)][:1]
    return tuple(dict.fromkeys(found))


def form_of_deposit(commodity: str, deposit_type: str) -> str:
    """Return the form that mines of a deposit type give where none is stated; empty: it cannot be told.

    Parameters
    ----------
    commodity, deposit_type : str

    Examples
    --------
    >>> form_of_deposit("lithium", "pegmatite"), form_of_deposit("nickel", "laterite")
    ('lithium concentrate', '')
    """
    of_type = (form.id for form in forms().values() if form.commodity == commodity and _gives(form, deposit_type))
    return next(of_type, "")


def _gives(form: Form, deposit_type: str) -> bool:
    return ANY in form.deposit or (bool(deposit_type) and deposit_type in form.deposit)


def is_output(text: str, scope: str) -> bool:
    """Tell whether a stated amount is an output of the one site.

    Parameters
    ----------
    text, scope : str
        What the amount is of, and what the source says of it.

    Examples
    --------
    >>> is_output("NdFeB magnets", "plant"), is_output("magnets (company total)", ""), is_output("ore treated", "")
    (True, False, False)
    """
    return not any(pattern.search(words) for pattern in (_TAKEN_IN, _OF_MORE) for words in (text, scope))


def contained(commodity: str, form: str, text: str, amount: Interval, *, in_basis: bool) -> Interval | None:
    """Return the tonnes of the basis in an amount of a form; None: how much it holds is not known.

    Parameters
    ----------
    commodity, form : str
        Ids; form empty: unknown.
    text : str
        What the amount is of, as the source says it.
    amount : Interval
        Tonnes a year of that.
    in_basis : bool
        Whether the amount is in the basis already.

    Examples
    --------
    >>> contained("tungsten", "tungsten concentrate", "WO3 in concentrate", Interval(1000, 1000), in_basis=False)
    Interval(low=793.0, high=793.0)
    >>> contained("nickel", "nickel concentrate", "concentrate", Interval(350000, 350000), in_basis=False) is None
    True
    """
    if in_basis:
        return amount
    for words, share in _EQUIVALENTS:
        if words in text:
            return Interval(amount.low * share, amount.high * share)
    if _CONTAINED.search(text):
        return amount
    known = forms().get((commodity, form))
    if known is None or known.content is None:
        return None
    return Interval(amount.low * known.content.low, amount.high * known.content.high)
