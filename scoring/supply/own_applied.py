"""The user's figures put in place of those of the facts: producers, import mix, reliance, demand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scoring.supply.concentration import Interval, Producer, Supply
from scoring.supply.geopolrisk import Import, import_risk, score
from scoring.supply.markets import OTHER, Origin, Place, Table, Trade
from scoring.supply.own_figures import OWN, Kind, OwnFigure
from scoring.supply.reliance import Reliance

DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class OwnOfPlace:
    """The user's figures of a commodity at a stage.

    Attributes
    ----------
    figures : tuple of OwnFigure
        In the order of the file.
    """

    figures: tuple[OwnFigure, ...] = ()

    def of(self, kind: Kind) -> tuple[OwnFigure, ...]:
        """Return the figures of a kind.

        Parameters
        ----------
        kind : str
            Of `scoring.supply.own_figures.KINDS`.
        """
        return tuple(each for each in self.figures if each.kind == kind)

    def one(self, kind: Kind) -> Interval | None:
        """Return the ends of a figure of the desk as a whole; None: the user states none.

        Parameters
        ----------
        kind : str
            Of `scoring.supply.own_figures.KINDS`.
        """
        return next((each.ends for each in self.of(kind)), None)


NOTHING = OwnOfPlace()


def by_place(figures: Iterable[OwnFigure]) -> dict[Place, OwnOfPlace]:
    """Return the figures of each place.

    Parameters
    ----------
    figures : iterable of OwnFigure
    """
    groups: dict[Place, list[OwnFigure]] = {}
    for figure in figures:
        groups.setdefault(figure.place, []).append(figure)
    return {place: OwnOfPlace(tuple(group)) for place, group in groups.items()}


def table_with(table: Table | None, own: OwnOfPlace, year: int) -> Table | None:
    """Return a table of producers in which the user's countries stand in place of the printed ones.

    A table of percentages cannot hold tonnes: then the user's countries alone are the table.

    Parameters
    ----------
    table : Table or None
        None: no publication gives supply by country.
    own : OwnOfPlace
    year : int
        Of a table that is the user's alone.
    """
    stated = {each.country: each.ends for each in own.of("production")}
    if not stated:
        return table
    base = table if table is not None and table.unit == "t" else Table(OWN, "", year, OWN, "t", Supply(()), ())
    kept = [each for each in base.supply.producers if each.area not in stated]
    ours = [Producer(area, ends.low, ends.high) for area, ends in stated.items() if area != OTHER]
    other = stated.get(OTHER, Interval(base.supply.other_low, base.supply.other_high))
    return replace(
        base,
        supply=Supply((*kept, *ours), other.low, other.high),
        not_counted=tuple(area for area in base.not_counted if area not in stated),
    )


def reliance_of(own: OwnOfPlace) -> Reliance | None:
    """Return the net import reliance that the user states; None: none.

    Parameters
    ----------
    own : OwnOfPlace
    """
    percent = own.one("net_import_reliance")
    return Reliance(percent, net_exporter=False, status="own", source_ids=(OWN,)) if percent else None


def origins_of(own: OwnOfPlace) -> tuple[Origin, ...]:
    """Return the import mix of the user, the largest first; what is left of 100 % is of other countries.

    Parameters
    ----------
    own : OwnOfPlace
    """
    shares = {each.country: (each.ends.low + each.ends.high) / 2 for each in own.of("import_share")}
    rest = 100.0 - sum(shares.values())
    if shares and rest > 1e-9:
        shares[OTHER] = shares.get(OTHER, 0.0) + rest
    return tuple(Origin(area, share) for area, share in sorted(shares.items(), key=lambda each: (-each[1], each[0])))


def trade_with(of_trade: Trade, own: OwnOfPlace, instability: Mapping[str, float]) -> Trade:
    """Return trade whose imports of each code come from where the user says; tonnes and exports stay.

    Parameters
    ----------
    of_trade : Trade
    own : OwnOfPlace
    instability : mapping of str to float
        ISO 3166-1 alpha-3 -> 0 to 1; a country that is not in it has no estimate.
    """
    mix = origins_of(own)
    if not mix:
        return of_trade
    imports = {
        code: tuple(
            Import(
                each.country, sum(flow.tonnes for flow in flows) * each.share_pct / 100, instability.get(each.country)
            )
            for each in mix
        )
        for code, flows in of_trade.imports.items()
    }
    return replace(of_trade, imports=imports)


def exposure_of_mix(concentration: Interval, own: OwnOfPlace, instability: Mapping[str, float]) -> Interval | None:
    """Return GeoPolRisk of the user's import mix where no trade is known; None: the user states none.

    How much is imported is not known beside what is produced at home, so that the score has an upper end alone: that
    of imports alone.

    Parameters
    ----------
    concentration : Interval
        Herfindahl-Hirschman index, 0 to 1.
    own : OwnOfPlace
    instability : mapping of str to float
        As `trade_with`.
    """
    flows = [Import(each.country, each.share_pct, instability.get(each.country)) for each in origins_of(own)]
    risk = import_risk(flows, Interval(0.0, math.inf)) if flows else None
    return score(concentration, risk) if risk else None


@dataclass(frozen=True, slots=True)
class OwnResults:
    """What the user's stock, price and capacities say beside the measures; None: not stated, or no demand is known.

    Attributes
    ----------
    stock_days : Interval or None
        Days of the desk's demand.
    imports_musd : Interval or None
        Net imports of a year at the user's price, million USD.
    capacity_pct : Interval or None
        All capacities that the user states together, percent of the desk's demand.
    """

    stock_days: Interval | None = None
    imports_musd: Interval | None = None
    capacity_pct: Interval | None = None


def results(own: OwnOfPlace, demand: Interval | None, reliance: Interval | None) -> OwnResults:
    r"""Return what stock, price and capacities of the user come to.

    Parameters
    ----------
    own : OwnOfPlace
    demand : Interval or None
        Of the desk, tonnes a year; None: unknown.
    reliance : Interval or None
        Net import reliance, percent; None: unknown.

    Examples
    --------
    >>> from scoring.supply.own_figures import own_from
    >>> raw = b"commodity,stage,figure,value,unit\ngallium,refined,stock,5,t\ngallium,refined,price,500,USD/kg\n"
    >>> said = results(OwnOfPlace(own_from("o.csv", raw, {})), Interval(50, 50), Interval(100, 100))
    >>> said.stock_days, said.imports_musd
    (Interval(low=36.5, high=36.5), Interval(low=25.0, high=25.0))
    """
    held, price, capacities = own.of("stock"), own.one("price"), own.of("capacity")
    usable = demand if demand and demand.low > 0 else None
    days = _days(held[0], usable) if held else None
    worth = None
    if price and usable and reliance:
        low, high = (price.low * usable.low * reliance.low, price.high * usable.high * reliance.high)
        worth = Interval(low / 1e8, high / 1e8)
    covered = None
    if capacities and usable:
        tonnes = Interval(sum(each.ends.low for each in capacities), sum(each.ends.high for each in capacities))
        covered = Interval(100 * tonnes.low / usable.high, 100 * tonnes.high / usable.low)
    return OwnResults(days, worth, covered)


def _days(held: OwnFigure, demand: Interval | None) -> Interval | None:
    if held.unit == "days":
        return held.ends
    if demand is None:
        return None
    return Interval(DAYS_A_YEAR * held.ends.low / demand.high, DAYS_A_YEAR * held.ends.high / demand.low)
