"""Magnets, anodes, cathodes: which figures of their gap there are, which there are not, and which works make them.

Neither USGS, IEA, the EU nor the trade file counts them by country: their gap is unknown, and said to be. What is known
stands beside it: works of the database by standing, and world supply one step before.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from data.sql import records, sql
from scoring.supply.chain_forms import steps
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES, ChainSite, Output, chain_sites
from scoring.supply.concentration import Interval
from scoring.supply.desks import VINTAGES, covered_of
from scoring.supply.leaders import Concentration, concentrated
from scoring.supply.markets import Place, tables

FILE = Path(__file__).with_name("derivatives.toml")
STAGE, BEFORE = "product", "refined"
#: Stages of works that run.
RUNNING = ("operating",)
#: Stages of works that neither run nor are to come, and one that no source tells.
GONE = ("care and maintenance", "suspended", "shelved", "cancelled", "closed", "unknown")
STANDINGS = ("allied", "covered", "other", "unknown")


@dataclass(frozen=True, slots=True)
class Product:
    """A derivative product.

    Attributes
    ----------
    commodity : str
    forms : tuple of str
        Ids of `scoring.supply.chain_forms`.
    title, title_ja : str
    codes : tuple of str
        Of the Harmonized System 1992 that would hold its trade; empty: none is its own.
    holds : tuple of str
        Elements of the commodity that it is made of; empty: the commodity is no group.
    """

    commodity: str
    forms: tuple[str, ...]
    title: str
    title_ja: str
    codes: tuple[str, ...]
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Works:
    """Listed works that make a product, of one standing.

    Attributes
    ----------
    standing : str
        ``allied``, ``covered``, ``other`` or ``unknown``, as in the chain.
    running, planned : tuple of str
        Names of works that run, and of those that do not yet. Works that stopped, and works of unknown stage, are in
        neither.
    stated : int
        How many of both state an amount in the basis of the chain.
    tonnes : Interval or None
        Of those together, t/y, from the least to the most that sources state; None: none states it.
    """

    standing: str
    running: tuple[str, ...]
    planned: tuple[str, ...]
    stated: int
    tonnes: Interval | None


@dataclass(frozen=True, slots=True)
class ProductGap:
    """What is known of the gap of a derivative product.

    Attributes
    ----------
    product : Product
    figures : int
        Printed figures of the stage in the database.
    traded : tuple of str
        Those of its codes that are in the trade file.
    works : tuple of Works
        One a standing that has works.
    before : Concentration or None
        World supply one step before; None: no publication gives it.
    """

    product: Product
    figures: int
    traded: tuple[str, ...]
    works: tuple[Works, ...]
    before: Concentration | None

    @property
    def known(self) -> bool:
        """Whether any publication gives production, demand or trade of the product."""
        return bool(self.figures or self.traded)


@cache
def products() -> tuple[Product, ...]:
    """Return the derivative products whose gap is asked for."""
    blocks = tomllib.loads(FILE.read_text(encoding="utf-8"))["product"]
    return tuple(
        Product(
            each["commodity"],
            tuple(each["forms"]),
            each["title"],
            each["title_ja"],
            tuple(each["codes"]),
            tuple(each.get("holds", ())),
        )
        for each in blocks
    )


def product_gaps(
    facts: duckdb.DuckDBPyConnection, commodity: str = "", switch: str = DEFAULT_SWITCH
) -> tuple[ProductGap, ...]:
    """Return what is known of the gap of each derivative product.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        All facts, ready to rank; a cursor of it is taken.
    commodity : str, optional
        Only its products, and those that hold it; empty: all.
    switch : str, optional
        A key of `scoring.supply.chain_sites.SWITCHES`: which works count.
    """
    asked = [each for each in products() if commodity in ("", each.commodity, *each.holds)]
    if not asked:
        return ()
    listed = chain_sites(facts, steps(facts), [each.commodity for each in asked])
    sites = [site for site in listed if site.stage in SWITCHES[switch]]
    supply, covered = tables(facts, VINTAGES[0]), covered_of(facts)
    gaps = []
    for product in asked:
        table = next(iter(supply.get(Place(product.commodity, BEFORE), [])), None)
        (counted,) = records(facts.cursor().execute(sql("scoring/supply/derivative_figures.sql"), _asked(product)))
        gaps.append(
            ProductGap(
                product,
                int(str(counted["figures"])),
                tuple(counted["traded"] or ()),
                tuple(works for standing in STANDINGS if (works := _works(product, standing, sites))),
                concentrated(table, covered) if table else None,
            )
        )
    return tuple(gaps)


def _asked(product: Product) -> dict[str, object]:
    return {"commodity": product.commodity, "stage": STAGE, "codes": list(product.codes)}


def _works(product: Product, standing: str, sites: Sequence[ChainSite]) -> Works | None:
    """Return the works of a standing that make a product, by name; None: there are none."""
    ours = sorted(
        (
            (site, outputs)
            for site in sites
            if site.commodity == product.commodity and site.standing == standing and site.stage not in GONE
            if (outputs := [output for output in site.gives if output.form in product.forms])
        ),
        key=lambda pair: pair[0].name,
    )
    if not ours:
        return None
    amounts = [amount for _site, outputs in ours if (amount := _amount(outputs))]
    return Works(
        standing,
        tuple(site.name for site, _outputs in ours if site.stage in RUNNING),
        tuple(site.name for site, _outputs in ours if site.stage not in RUNNING),
        len(amounts),
        Interval(sum(each.low for each in amounts), sum(each.high for each in amounts)) if amounts else None,
    )


def _amount(outputs: Sequence[Output]) -> Interval | None:
    known = [output.tonnes for output in outputs if output.tonnes]
    return Interval(sum(each.low for each in known), sum(each.high for each in known)) if known else None
