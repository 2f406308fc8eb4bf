"""Exposure of a desk to those from whom it imports: GeoPolRisk over what is not known of production and content."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from scoring.supply.concentration import Interval
from scoring.supply.geopolrisk import import_risk, score
from scoring.supply.markets import Trade


def geopolrisk(concentration: Interval, production: Interval | None, of_trade: Trade) -> Interval | None:
    """Return the GeoPolRisk score over every end of the content factors; None: the codes do not cover the stage.

    Where domestic production is not known, or gross tonnes cannot be set against it, it may be anything: the score has
    an upper end alone, that of no production.

    Parameters
    ----------
    concentration : Interval
        Herfindahl-Hirschman index of world production, 0 to 1.
    production : Interval or None
        Of the desk, tonnes of the basis of its trade; None: unknown.
    of_trade : Trade
        Of the desk.
    """
    if not of_trade.whole:
        return None
    in_basis = all(balance.factor_low is not None for balance in of_trade.balances)
    known = production is not None and (in_basis or production.high == 0)
    domestic = production if production is not None and known else Interval(0.0, math.inf)
    ends = [sorted({balance.factor_low or 1.0, balance.factor_high or 1.0}) for balance in of_trade.balances]
    risks = []
    for factors in itertools.product(*ends):
        of_code = dict(zip((balance.hs92 for balance in of_trade.balances), factors, strict=True))
        flows = [
            replace(flow, tonnes=flow.tonnes * of_code[code]) for code, of in of_trade.imports.items() for flow in of
        ]
        risk = import_risk(flows, domestic)
        if risk is None or not flows:
            return None
        risks.append(risk)
    outer = Interval(min(risk.low for risk in risks), max(risk.high for risk in risks))
    return score(concentration, outer)
