"""In-situ value of the metals in a tonne of ore at cited prices, and its rare earths by element. Not revenue.

Two metals and one without a price:

>>> prices = Price("copper", 8_000.0, 6_000.0, 9_000.0), Price("silver", 700_000.0, 500_000.0, 800_000.0)
>>> table = {price.commodity: price for price in prices}
>>> ore = {"copper": Grade(1.0, "%"), "silver": Grade(100.0, "g/t"), "uranium": Grade(50.0, "ppm")}
>>> worth = in_situ_value(ore, table)
>>> worth.main, round(worth.usd_per_t, 6), [(p.commodity, round(p.share, 3)) for p in worth.parts], worth.unpriced
('copper', 150.0, [('copper', 0.533), ('silver', 0.467)], ('uranium',))
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.sql import sql
from data.vocabulary import CURATED
from geo.errors import OrebridgeError, Phrase
from scoring.deposits.price_rows import price_rows
from scoring.deposits.rare_earth_oxides import HEAVY, LIGHT, oxides_and_heavy_share, oxides_of, sum_of_known

FILE = CURATED / "prices.csv"
#: Unit of a grade -> tonnes per tonne of ore.
TONNES_PER_TONNE = {"%": 1e-2, "ppm": 1e-6, "g/t": 1e-6}
KG_PER_T = 1000.0
TREO = "rare earths"
#: Grade of a whole group -> its members, whose own grades stand above it.
GROUPS = {TREO: LIGHT + HEAVY, "platinum group": ("platinum", "palladium", "rhodium", "ruthenium", "iridium")}


class GradeError(OrebridgeError):
    """A grade that is not a share of the ore.

    Parameters
    ----------
    commodity, problem : str
    """

    def __init__(self, commodity: str, problem: str) -> None:
        self.commodity, self.problem = commodity, problem
        super().__init__(
            "Grade of {commodity}: {problem}; give a share of the ore from 0 to 100 % in one of {units}.",
            commodity=commodity,
            problem=problem,
            units=TONNES_PER_TONNE,
        )


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a tonne of a commodity, in the basis of its grades.

    Attributes
    ----------
    usd_per_t : float
        USD per tonne of the commodity's grade basis (Cu, TiO2, Nd ...), nominal.
    low, high : float
        USD per tonne; in the house's table the least and greatest annual price that the file prints, no statistic. Both
        equal `usd_per_t` where no range is stated, which does not mean that the price is certain.
    form : str
        What is priced; empty: not stated.
    year : int or None
        Year of the price; None: not stated.
    conversion, source_url, evidence : str
        How the printed price became USD per tonne, and where it is printed; empty: not stated.
    """

    commodity: str
    usd_per_t: float
    low: float
    high: float
    form: str = ""
    year: int | None = None
    conversion: str = ""
    source_url: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade by mass of ore: `value` in `unit` (%, ppm, g/t) of `basis`.

    Source and date are empty where not stated.
    """

    value: float
    unit: str
    basis: str = ""
    source_id: str = ""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class PricedCommodity:
    """One priced commodity of an ore.

    USD per tonne of ore with its range by price, and its share (0..1) of the priced total.
    """

    commodity: str
    usd_per_t: float
    low: float
    high: float
    share: float


@dataclass(frozen=True, slots=True)
class InSituValue:
    """Value of the metals in a tonne of ore, in the ground.

    Attributes
    ----------
    parts : tuple of Part
        Most valuable first.
    usd_per_t, low, high : float or None
        USD per tonne of ore, at the price, at the lowest and at the highest prices; a lower bound while `unpriced` is
        not empty. None: nothing that is graded has a price.
    unpriced : tuple of str
        Graded commodities without a price: unknown, not worthless.
    set_aside : tuple of str
        Grades of a whole group, not counted since its elements are graded. What they hold beyond those elements is not
        valued.
    main : str or None
        The most valuable commodity; None: none has a price.
    """

    parts: tuple[PricedCommodity, ...]
    usd_per_t: float | None
    low: float | None
    high: float | None
    unpriced: tuple[str, ...]
    set_aside: tuple[str, ...]
    main: str | None


@dataclass(frozen=True, slots=True)
class RareEarths:
    """Rare earths of an ore by element. Sums cover the known elements: lower bounds if `unknown` names one of theirs.

    Attributes
    ----------
    known, unknown : tuple of str
        Elements with and without a grade.
    kg_per_t : mapping of str to float
        kg of the element per tonne of ore.
    ndpr_kg_per_t, dytb_kg_per_t : float or None
        kg of the elements per tonne of ore; None: neither is known.
    light_reo_kg_per_t, heavy_reo_kg_per_t : float or None
        kg of oxides per tonne of ore: La, Ce, Pr, Nd, Sm; Eu to Lu and Y. None: no element of it is known.
    treo_kg_per_t : float
        kg of all rare-earth oxides per tonne of ore: the grade of all rare earths, or the sum of the elements if that
        is more.
    heavy_share_low, heavy_share_high : float or None
        Between which shares (0..1) of the oxides the heavy ones lie; equal where every element is known. None: elements
        are missing and no grade of all rare earths says how much they are, or it is less than the elements add up to.
    basket_usd_per_t_ore, basket_usd_per_kg_reo : float or None
        Priced elements per tonne of ore, and per kg of all rare-earth oxides; None: no known element has a price.
    unpriced : tuple of str
        Known elements without a price.
    """

    known: tuple[str, ...]
    unknown: tuple[str, ...]
    kg_per_t: Mapping[str, float]
    ndpr_kg_per_t: float | None
    dytb_kg_per_t: float | None
    light_reo_kg_per_t: float | None
    heavy_reo_kg_per_t: float | None
    treo_kg_per_t: float
    heavy_share_low: float | None
    heavy_share_high: float | None
    basket_usd_per_t_ore: float | None
    basket_usd_per_kg_reo: float | None
    unpriced: tuple[str, ...]


def prices(path: Path = FILE) -> dict[str, Price]:
    """Return the prices by commodity: the bundled table, overridden by that of `path`.

    Parameters
    ----------
    path : Path
        CSV (UTF-8) with the columns ``commodity`` and ``usd_per_t`` (USD per tonne of the grade basis), or in the form
        of `data/curated/prices.csv`, where ``usd_per_t_basis`` is what counts. ``low`` and ``high`` are in the unit of
        ``price``, or in USD per tonne where the row has no ``price``; these, ``year``, ``form``, ``conversion``,
        ``source_url`` and ``evidence`` are optional. Commas, semicolons or tabs part the columns, whose names may be in
        capitals.

    Raises
    ------
    PriceError
        If a column or number is missing, a commodity is not ours or stands twice, a price is not above 0, or lies
        outside its range.

    References
    ----------
    U.S. Geological Survey (2026), Mineral Commodity Summaries 2026 Data Release, doi:10.5066/P1WKQ63T.

    Examples
    --------
    >>> copper = prices()["copper"]
    >>> round(copper.usd_per_t), copper.form, copper.year
    (9700, 'refined metal, LME', 2025)
    """
    house = read_prices(FILE)
    return house if path == FILE else house | read_prices(path)


def in_situ_value(grades: Mapping[str, Grade], table: Mapping[str, Price]) -> InSituValue:
    """Return the in-situ value of a tonne of ore: grade x price, summed over the priced commodities.

    It is in-situ value, NOT revenue: no mining loss, metallurgical recovery, payable share, smelter or refining charge,
    and no buyer is in it, so it compares what is in the ground and says nothing of profit. Elements win over the grade
    of their group where they are graded. The range is by price alone: all prices at their lowest, all at their highest.

    Parameters
    ----------
    grades : mapping of str to Grade
        Commodity id -> its grade.
    table : mapping of str to Price

    Raises
    ------
    GradeError
        If a grade is no share of the ore or its unit is not %, ppm or g/t.
    """
    aside = _told_by_elements(grades)
    tonnes = {name: tonnes_per_tonne(name, grade) for name, grade in grades.items() if name not in aside}
    unpriced = tuple(sorted(name for name in tonnes if name not in table))
    parts = _parts(tonnes, table)
    if not parts:
        return InSituValue((), None, None, None, unpriced, aside, None)
    total, low, high = (
        math.fsum(values) for values in zip(*((p.usd_per_t, p.low, p.high) for p in parts), strict=True)
    )
    return InSituValue(parts, total, low, high, unpriced, aside, parts[0].commodity)


def _told_by_elements(grades: Mapping[str, Grade]) -> tuple[str, ...]:
    """Return the graded groups of which an element is graded too; the elements win over them."""
    return tuple(group for group, members in GROUPS.items() if group in grades and any(m in grades for m in members))


def _parts(tonnes: Mapping[str, float], table: Mapping[str, Price]) -> tuple[PricedCommodity, ...]:
    """Return the value of each priced commodity in a tonne of ore, the most valuable first."""
    priced = {name: (t, table[name]) for name, t in tonnes.items() if name in table}
    total = math.fsum(t * p.usd_per_t for t, p in priced.values())
    parts = [
        PricedCommodity(name, t * p.usd_per_t, t * p.low, t * p.high, t * p.usd_per_t / total if total else 0.0)
        for name, (t, p) in priced.items()
    ]
    return tuple(sorted(parts, key=lambda part: (-part.usd_per_t, part.commodity)))


def rare_earths(grades: Mapping[str, Grade], table: Mapping[str, Price] | None = None) -> RareEarths | None:
    """Return the rare earths of a tonne of ore by element and group; None if neither elements nor a total are graded.

    Parameters
    ----------
    grades : mapping of str to Grade
        Elements in their own mass, ``rare earths`` as oxides (TREO).
    table : mapping of str to Price, optional
        For the basket, which is in-situ value as in `in_situ_value`; without it there is none.

    Raises
    ------
    GradeError
        If a grade is no share of the ore or its unit is not %, ppm or g/t.

    References
    ----------
    Oxide per element by standard atomic weights, as for the grades themselves: `data.bundling.minmod.OXIDE_FACTOR`.

    Examples
    --------
    >>> ore = {"dysprosium": Grade(79.0, "ppm"), "terbium": Grade(11.8, "ppm"), "rare earths": Grade(0.17, "%")}
    >>> found = rare_earths(ore)
    >>> round(found.dytb_kg_per_t, 4), found.ndpr_kg_per_t, round(found.heavy_share_low, 3), found.heavy_share_high
    (0.0908, None, 0.061, 1.0)
    """
    kg = {name: _kg_per_t(name, grades) for name in LIGHT + HEAVY if name in grades}
    stated = _kg_per_t(TREO, grades) if TREO in grades else None
    if not kg and stated is None:
        return None
    light, heavy = sum_of_known(oxides_of(kg), LIGHT), sum_of_known(oxides_of(kg), HEAVY)
    unknown = tuple(name for name in LIGHT + HEAVY if name not in kg)
    treo, least, most = oxides_and_heavy_share(light or 0.0, heavy or 0.0, stated, unknown)
    priced = _worth_of_elements(kg, table or {})
    basket = math.fsum(priced.values()) if priced else None
    return RareEarths(
        tuple(kg),
        unknown,
        kg,
        sum_of_known(kg, ("neodymium", "praseodymium")),
        sum_of_known(kg, ("dysprosium", "terbium")),
        light,
        heavy,
        treo,
        least,
        most,
        basket,
        _per_kg(basket, treo),
        tuple(name for name in kg if name not in priced),
    )


def _kg_per_t(name: str, grades: Mapping[str, Grade]) -> float:
    """Return kilograms of a graded commodity in a tonne of ore."""
    return tonnes_per_tonne(name, grades[name]) * KG_PER_T


def _worth_of_elements(kg: Mapping[str, float], table: Mapping[str, Price]) -> dict[str, float]:
    """Return USD per tonne of ore of each element that has a price."""
    return {name: mass * table[name].usd_per_t / KG_PER_T for name, mass in kg.items() if name in table}


def _per_kg(basket: float | None, treo: float) -> float | None:
    """Return USD per kilogram of all oxides; None where no element is priced or there are no oxides."""
    return basket / treo if basket is not None and treo else None


def grades_of_site(facts: duckdb.DuckDBPyConnection, site_id: str) -> dict[str, Grade]:
    """Return the chosen grades of a site by commodity, in the unit and basis of the commodity; empty: none is known.

    The definition is `scoring/deposits/payable_grades.sql`.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    site_id : str
        Id of the site.
    """
    rows = facts.cursor().execute(sql("scoring/deposits/payable_grades.sql"), {"site_id": site_id}).fetchall()
    return {row[0]: Grade(*row[1:]) for row in rows}


def tonnes_per_tonne(commodity: str, grade: Grade) -> float:
    """Return tonnes of the grade basis per tonne of ore, 0..1.

    Parameters
    ----------
    commodity : str
        Commodity that is graded.
    grade : Grade
        With its unit (%, ppm or g/t) and basis (metal, oxide).

    Raises
    ------
    GradeError
        If the grade is no share of the ore or its unit is not %, ppm or g/t.

    Examples
    --------
    >>> tonnes_per_tonne("copper", Grade(0.5, "%")), tonnes_per_tonne("cerium", Grade(20_000.0, "ppm"))
    (0.005, 0.02)
    """
    if grade.unit not in TONNES_PER_TONNE:
        raise GradeError(commodity, Phrase("unit {unit!r} is not known", unit=grade.unit))
    tonnes = grade.value * TONNES_PER_TONNE[grade.unit]
    if not 0 <= tonnes <= 1:
        raise GradeError(commodity, Phrase("{value} {unit}", value=grade.value, unit=grade.unit))
    return tonnes


def read_prices(path: Path) -> dict[str, Price]:
    """Return the prices of one table, read strictly: every row counts or the table is refused.

    Parameters
    ----------
    path : Path
        As `prices` has it.

    Raises
    ------
    PriceError
        As `prices` has it.
    """
    found: dict[str, Price] = {}
    value, rows = price_rows(path)
    for row in rows:
        commodity, usd = row.commodity(), row.number(value)
        low, high = row.ends(usd)
        words = (row.text(name) for name in ("conversion", "source_url", "evidence"))
        if commodity in found:
            twice = Phrase("{commodity} stands twice", commodity=commodity)
            raise row.wrong("commodity", twice, Phrase("keep one price a commodity"))
        found[commodity] = Price(commodity, usd, low, high, row.text("form"), row.year(), *words)
    return found
