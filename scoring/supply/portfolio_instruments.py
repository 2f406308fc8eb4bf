"""Instruments of the Framework that may fit the projects of a portfolio, with the amount where there is one.

The rules are those of `scoring.permitting.instruments`. The amount is what the instrument could be of at most: money
the whole initial capital cost, an offtake arrangement the output. Who pays which part is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import duckdb

from scoring.measures.timing import BUNDLE_DAY, timings_of
from scoring.permitting.instruments import Instrument, fitting
from scoring.records import Dossier
from scoring.sites.dossier import ASKED_ONLY, STRICTER_GATE, rows, site_row
from scoring.supply.portfolio_answer import Line
from scoring.supply.portfolio_records import Figure


@dataclass(frozen=True, slots=True)
class Offer:
    """An instrument that may fit a chosen project.

    Attributes
    ----------
    site_id, name : str
    instrument : Instrument
    amounts : tuple of (str, Figure)
        What it could be of at most: commodity (empty: money) and figure, million USD or t/y; empty: the portfolio gives
        no amount.
    """

    site_id: str
    name: str
    instrument: Instrument
    amounts: tuple[tuple[str, Figure], ...]


def offers(facts: duckdb.DuckDBPyConnection, lines: Iterable[Line]) -> tuple[Offer, ...]:
    """Return the instruments that may fit each project, in the order of the projects; none where it fails a gate.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        All facts, ready to rank; a cursor of it is taken.
    lines : iterable of Line
        Chosen projects.
    """
    chosen = list(lines)
    timings = timings_of(facts, [line.site_id for line in chosen], {}, BUNDLE_DAY)
    found = []
    for line in chosen:
        timing = timings[line.site_id]
        months = timing.outlook.months.p50 if timing else None
        for instrument in fitting(_asked(facts, line.site_id), months):
            found.append(Offer(line.site_id, line.name, instrument, _amounts(instrument, line)))
    return tuple(found)


def _amounts(instrument: Instrument, line: Line) -> tuple[tuple[str, Figure], ...]:
    if instrument.amount == "capital":
        return (("", line.cost),)
    if instrument.amount == "output":
        return tuple((output.commodity, output.tonnes) for output in line.outputs)
    return ()


def _asked(facts: duckdb.DuckDBPyConnection, site_id: str) -> Dossier:
    """Return what the rules look at: stage, kind, rule of law, claims, and the gates that count."""
    key = {"site_id": site_id}
    gates = [
        {**gate, "counts": gate["gate"] not in (*ASKED_ONLY, STRICTER_GATE)}
        for gate in rows(facts, "gates_of_site", key)
    ]
    row = site_row(facts, site_id)
    return cast("Dossier", {**row, "claims": rows(facts, "claims_of_site", key), "gates": gates})


def as_records(found: Iterable[Offer]) -> list[dict[str, object]]:
    """Return offers as plain values, for answers.

    Parameters
    ----------
    found : iterable of Offer
    """
    return [
        {
            "site_id": offer.site_id,
            "name": offer.name,
            "instrument": offer.instrument.id,
            "paragraph": offer.instrument.paragraph,
            "why": offer.instrument.why,
            "at_most": [
                {
                    "of": commodity or "initial capital cost",
                    "unit": "t/y" if commodity else "million USD",
                    "value": figure.value,
                    "low": figure.low,
                    "high": figure.high,
                    "mark": figure.mark,
                }
                for commodity, figure in offer.amounts
            ],
        }
        for offer in found
    ]
