"""What allied sites at a stage of the chain are listed, and what they state to put out, by the stage that they are at.

Published tables of supply hold what runs. The sites of the database say what runs, is built and is planned besides: a
switch chooses which of them count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from data.sql import records, sql
from scoring.supply.allied_sites import AlliedSites
from scoring.supply.chain_sites import DEFAULT_SWITCH, SWITCHES
from scoring.supply.concentration import Interval
from scoring.supply.desks import STAGES, UnknownChoiceError
from scoring.supply.markets import demands
from scoring.supply.response_sites import SiteOutput, stated_outputs
from scoring.supply.vulnerability import COUNTED_BY_CONTENT, Cell

#: Stages at which what sites state can be held against a table of supply, and those at which it is told in tonnes.
TOLD_IN_TONNES = (*COUNTED_BY_CONTENT, "product")
RUNNING = "operating"
#: Commodity and stage of the chain.
At = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AlliedFacts:
    """The allied sites of every commodity and stage of the chain, before a switch chooses among them.

    Attributes
    ----------
    stages : dict
        Stage of each listed site.
    outputs : dict
        The sites of which a source states an output.
    bases : dict
        Commodity -> what its tonnes may be of, as `scoring.supply.markets.demands` says.
    """

    stages: Mapping[At, Sequence[str]]
    outputs: Mapping[At, Sequence[SiteOutput]]
    bases: Mapping[str, frozenset[str]]


def allied_facts(facts: duckdb.DuckDBPyConnection) -> AlliedFacts:
    """Return the allied sites of every commodity and stage.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        With the relations ``combined``; a cursor of it is taken.
    """
    kinds = sorted({kind for of_stage in STAGES.values() for kind in of_stage})
    at = {kind: [stage for stage, of_stage in STAGES.items() if kind in of_stage] for kind in kinds}
    cursor = facts.cursor()
    bound = {"kinds": kinds, "stages": sorted(SWITCHES["all"])}
    stages: dict[At, list[str]] = defaultdict(list)
    for row in records(cursor.execute(sql("scoring/supply/allied_sites.sql"), bound)):
        for stage in at[str(row["kind"])]:
            stages[str(row["commodity"]), stage].append(str(row["stage"]))
    outputs: dict[At, list[SiteOutput]] = defaultdict(list)
    for site in stated_outputs(cursor, "", kinds):
        if site.row["allied"]:
            for stage in at[site.row["kind"]]:
                outputs[site.row["commodity"], stage].append(site)
    return AlliedFacts(stages, outputs, {name: demand.bases for name, demand in demands(cursor).items()})


def with_allied(cells: Sequence[Cell], known: AlliedFacts, switch: str = DEFAULT_SWITCH) -> list[Cell]:
    """Return cells with the allied sites that count under a switch.

    Parameters
    ----------
    cells : sequence of Cell
    known : AlliedFacts
    switch : str, optional
        A key of `scoring.supply.chain_sites.SWITCHES`.

    Raises
    ------
    UnknownChoiceError
        If there is no such switch.
    """
    if switch not in SWITCHES:
        raise UnknownChoiceError("stages", switch, list(SWITCHES))
    return [cell if cell.place.form else replace(cell, allied=_allied(cell, known, switch)) for cell in cells]


def _allied(cell: Cell, known: AlliedFacts, switch: str) -> AlliedSites:
    at, counted = (cell.place.commodity, cell.place.stage), SWITCHES[switch]
    listed = sum(stage in counted for stage in known.stages.get(at, ()))
    if cell.place.stage not in TOLD_IN_TONNES:
        return AlliedSites(switch, listed)
    amounts = [
        amount
        for site in known.outputs.get(at, ())
        if site.row["stage"] in counted and (amount := _amount(site, switch)) is not None
    ]
    if not amounts:
        return AlliedSites(switch, listed)
    tonnes = Interval(sum(low for low, _high in amounts), sum(high for _low, high in amounts))
    return AlliedSites(switch, listed, len(amounts), tonnes, _share(tonnes, cell, known))


def _amount(site: SiteOutput, switch: str) -> tuple[float, float] | None:
    """Return what a site puts out; None: nothing that can be told. Running works grow only with those to come."""
    if site.row["stage"] != RUNNING:
        return site.added
    if switch == RUNNING or site.added is None:
        return site.made
    stands = site.made or (0.0, 0.0)
    return stands[0] + site.added[0], stands[1] + site.added[1]


def _share(tonnes: Interval, cell: Cell, known: AlliedFacts) -> Interval | None:
    """Return tonnes in percent of world supply; None: it is not known in the same basis."""
    table = cell.concentration
    bases = known.bases.get(cell.place.commodity, frozenset())
    if table is None or table.unit != "t" or table.basis not in bases or cell.place.stage not in COUNTED_BY_CONTENT:
        return None
    if table.total.low <= 0:
        return None
    return Interval(100 * tonnes.low / table.total.high, 100 * tonnes.high / table.total.low)
