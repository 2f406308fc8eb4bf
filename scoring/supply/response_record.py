"""Answers to supply questions as plain records, for JSON: no arrays, and None for what is infinite or not known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass

from data.sql import Record
from scoring.supply.price_floor import PriceFloor
from scoring.supply.response import Response
from scoring.supply.stock_plan import StockPlan


def response_record(response: Response) -> Record:
    """Return a response as a record: scenario, market with sources and vintages, months, responders, what is left out.

    Parameters
    ----------
    response : Response
    """
    return _plain_record(response, without=("tonnes",))


def stock_record(plan: StockPlan) -> Record:
    """Return a stock plan as a record.

    Parameters
    ----------
    plan : StockPlan
    """
    return _plain_record(plan)


def floor_record(floor: PriceFloor) -> Record:
    """Return a price floor as a record.

    Parameters
    ----------
    floor : PriceFloor
    """
    return _plain_record(floor)


def _plain_record(value: object, without: Sequence[str] = ()) -> Record:
    names = [field.name for field in fields(value)]  # type: ignore[arg-type]  # a dataclass
    return {name: _plain(getattr(value, name), without) for name in names if name not in without}


def _plain(value: object, without: Sequence[str]) -> object:
    if is_dataclass(value):
        return _plain_record(value, without)
    if isinstance(value, tuple | list):
        return [_plain(item, without) for item in value]
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    return value
