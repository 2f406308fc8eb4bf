"""Supply, demand and trade of one vintage and one desk, read from the facts into plain tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from data.sql import records, sql
from scoring.supply.concentration import Interval, Producer, Supply
from scoring.supply.geopolrisk import Import
from scoring.supply.reliance import Balance

OTHER, WORLD = "other", "world"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A commodity at a stage, in a form.

    Attributes
    ----------
    commodity, stage : str
        Ids.
    form : str
        Empty: the main form of the stage.
    """

    commodity: str
    stage: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """World supply of a place by one publication, in one year.

    Attributes
    ----------
    source_id, vintage : str
    year : int
        Last year of the figures.
    basis, unit : str
        What is counted; ``t`` or ``%``.
    supply : Supply
        Of what is published.
    not_counted : tuple of str
        Countries whose production is withheld or not available, or ``other``: not in `supply`.
    """

    source_id: str
    vintage: str
    year: int
    basis: str
    unit: str
    supply: Supply
    not_counted: tuple[str, ...]

    def production_of(self, members: frozenset[str]) -> Interval | None:
        """Return the production of a group in the unit of the table; None: the table gives percent.

        The upper end holds the residual where a member is not named, and is infinite where a member is not counted.

        Parameters
        ----------
        members : frozenset of str
            ISO 3166-1 alpha-3 codes.
        """
        if self.unit != "t":
            return None
        ours = [each for each in self.supply.producers if each.area in members]
        unnamed = members - {each.area for each in ours} - set(self.not_counted)
        high = sum(each.high for each in ours) + (self.supply.other_high if unnamed else 0.0)
        open_end = any(area in members or (area == OTHER and unnamed) for area in self.not_counted)
        return Interval(sum(each.low for each in ours), math.inf if open_end else high)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where imports come from.

    Attributes
    ----------
    country : str
        ISO 3166-1 alpha-3, or ``other``.
    share_pct : float
        Of the gross tonnes.
    """

    country: str
    share_pct: float


@dataclass(frozen=True, slots=True)
class Trade:
    """Trade of a desk at a stage in one year.

    Attributes
    ----------
    balances : tuple of Balance
        One a code.
    imports : mapping of str to tuple of Import
        Code to what comes from each country, gross tonnes.
    bases : frozenset of str
        What the factors of the codes make tonnes of.
    whole : bool
        Whether the codes cover the trade of the stage.
    """

    balances: tuple[Balance, ...]
    imports: Mapping[str, tuple[Import, ...]]
    bases: frozenset[str]
    whole: bool

    def origins(self) -> tuple[Origin, ...]:
        """Return where imports come from, the largest first: shares of the gross tonnes of all codes together."""
        tonnes: dict[str, float] = {}
        for flow in (each for of_code in self.imports.values() for each in of_code):
            tonnes[flow.exporter] = tonnes.get(flow.exporter, 0.0) + flow.tonnes
        total = sum(tonnes.values())
        order = sorted(tonnes, key=lambda exporter: (-tonnes[exporter], exporter))
        return tuple(Origin(exporter, 100.0 * tonnes[exporter] / total) for exporter in order) if total else ()


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand of a commodity, tonnes a year of its grade basis.

    Attributes
    ----------
    stage : str
        At which it is counted; empty: it is not.
    bases : frozenset of str
        Words for the basis in which it is counted; empty: no production in that basis is known.
    us_t : mapping of int to float
        Year to US apparent consumption; a withheld year is not in it.
    japan_t : float or None
        None: no source states it.
    japan_reliance : Interval or None
        Percent; None: no source states it.
    """

    stage: str
    bases: frozenset[str]
    us_t: Mapping[int, float] = field(default_factory=dict)
    japan_t: float | None = None
    japan_reliance: Interval | None = None


#: Bases of supply tables that are the grade basis under another name.
SAME_BASIS = {"natural graphite": "graphitic C", "REO": "TREO", "barite": "BaSO4", "fluorspar": "CaF2"}


def tables(facts: duckdb.DuckDBPyConnection, vintage: str) -> dict[Place, list[Table]]:
    """Return the supply tables of each place: those of the release first, then of other publications, newest first.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    vintage : str
        Release of the Mineral Commodity Summaries, for example ``2026``.
    """
    rows = records(facts.cursor().execute(sql("scoring/supply/producers.sql"), {"vintage": vintage}))
    groups: dict[tuple[Place, str, str, int, str, str], list[tuple[str, float, float, bool]]] = {}
    for row in rows:
        place = Place(row["commodity"], row["stage"], row["form"])
        key = (place, row["source_id"], row["vintage"], row["year"], row["basis"], row["unit"])
        groups.setdefault(key, []).append((row["area"], row["low"], row["high"], row["kept_back"]))
    found: dict[Place, list[Table]] = {}
    for (place, source_id, of_vintage, year, basis, unit), areas in groups.items():
        counted = [each for each in areas if not each[3]]
        other = next(((low, high) for area, low, high, _kept in counted if area == OTHER), (0.0, 0.0))
        producers = tuple(Producer(area, low, high) for area, low, high, _kept in counted if area not in (OTHER, WORLD))
        world = next((low for area, low, _high, _kept in counted if area == WORLD), None)
        kept_back = tuple(area for area, _low, _high, kept in areas if kept)
        if unit == "%" or world is not None:
            other = _rest(producers, world or 100.0)
        table = Table(source_id, of_vintage, year, basis, unit, Supply(producers, *other), kept_back)
        found.setdefault(place, []).append(table)
    for of_place in found.values():
        of_place.sort(key=lambda table: (not table.source_id.startswith("usgs"), table.unit != "t", -table.year))
    return found


def _rest(producers: tuple[Producer, ...], world: float) -> tuple[float, float]:
    """Return the residual of a stated whole: what is left of it; rounding may leave nothing."""
    least, most = sum(each.low for each in producers), sum(each.high for each in producers)
    return max(0.0, world - most), max(0.0, world - least)


def trade(facts: duckdb.DuckDBPyConnection, members: frozenset[str]) -> dict[tuple[str, str, int], Trade]:
    """Return the trade of a group with the outside by commodity, stage and year.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    members : frozenset of str
        ISO 3166-1 alpha-3 codes.
    """
    bound = {"members": sorted(members)}
    rows = records(facts.cursor().execute(sql("scoring/supply/trade_of_group.sql"), bound))
    groups: dict[tuple[str, str, int], list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault((row["commodity"], row["stage"], row["year"]), []).append(row)
    return {key: _trade(of_key) for key, of_key in groups.items()}


def _trade(rows: list[dict[str, object]]) -> Trade:
    sums: dict[str, list[float]] = {}
    factors: dict[str, tuple[float | None, float | None]] = {}
    imports: dict[str, list[Import]] = {}
    for row in rows:
        code, tonnes = str(row["hs92"]), _number(row["tonnes"]) or 0.0
        factors[code] = (_number(row["factor_low"]), _number(row["factor_high"]))
        sums.setdefault(code, [0.0, 0.0])[row["side"] == "exports"] += tonnes
        if row["side"] == "imports":
            imports.setdefault(code, []).append(Import(str(row["partner"]), tonnes, _number(row["instability"])))
    balances = tuple(Balance(code, of[0], of[1], *factors[code]) for code, of in sorted(sums.items()))
    flows = {code: tuple(of_code) for code, of_code in sorted(imports.items())}
    bases = frozenset(str(row["basis"]) for row in rows)
    return Trade(balances, flows, bases, all(bool(row["whole"]) for row in rows))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def demands(facts: duckdb.DuckDBPyConnection) -> dict[str, Demand]:
    """Return the demand of each commodity.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    """
    found = {}
    for row in records(facts.cursor().execute(sql("scoring/supply/demand.sql"))):
        names = {row["grade_basis"], row["symbol"]}
        bases = frozenset(names | {name for name, same in SAME_BASIS.items() if same in names} if row["basis"] else ())
        low, high = row["japan_low_pct"], row["japan_high_pct"]
        stated = low is not None and (low, high) != (0.0, 100.0)
        reliance = Interval(low, high) if stated else None
        found[row["commodity"]] = Demand(row["us_stage"], bases, row["us"] or {}, row["japan_t"], reliance)
    return found


def instability(facts: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Return the political instability of each country that has an estimate, 0 to 1.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts; a cursor of it is taken.
    """
    statement = "SELECT iso3, instability FROM facts.political_stability WHERE instability IS NOT NULL"
    return {str(iso3): float(value) for iso3, value in facts.cursor().execute(statement).fetchall()}
