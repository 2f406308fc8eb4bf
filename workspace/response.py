"""Supply stops with what the user holds: facts, milestones and prices of the session beside the bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scoring.supply.price_floor import EnteredCost, PriceFloor
from scoring.supply.price_floor import price_floor as floor_of
from scoring.supply.response import Response
from scoring.supply.response import respond as respond_to
from scoring.supply.response_scenario import Readiness, SupplyScenario
from scoring.supply.stock import Stock
from scoring.supply.stock_plan import StockPlan, Terms, cited_terms, plan
from workspace import session


def respond(scenario: SupplyScenario, stock: Stock | None = None) -> Response:
    """Return the response to a scenario with the user's facts, milestones and stock.

    Parameters
    ----------
    scenario : SupplyScenario
    stock : Stock, optional
        Of the commodity; its days come on top of those of the scenario.

    Raises
    ------
    SupplyFigureError
        If demand or a share is not known.
    """
    return respond_to(session.beside().cursor(), scenario, stock, session.all_told())


def terms(commodities: Sequence[str], goods: Mapping[str, Terms]) -> dict[str, Terms]:
    """Return what a tonne of each commodity costs: the user's table, the user's price, or the cited one.

    Parameters
    ----------
    commodities : sequence of str
    goods : mapping of str to Terms
        Of the user's table.
    """
    return cited_terms(session.beside().cursor(), commodities, goods)


def stock_plan(
    responses: Sequence[Response], goods: Mapping[str, Terms], budget_musd: float, quantile: str
) -> StockPlan:
    """Return what to buy with a budget.

    Parameters
    ----------
    responses : sequence of Response
    goods : mapping of str to Terms
        Of the user's table.
    budget_musd : float
        Million USD.
    quantile : {"p50", "p90"}

    Raises
    ------
    BudgetError
        If the budget is not above 0.
    """
    return plan(responses, terms([each.scenario.commodity for each in responses], goods), budget_musd, quantile)


def price_floor(
    commodity: str, floor_usd_t: float, costs: Sequence[EnteredCost], years: int, stages: Readiness = "all"
) -> PriceFloor:
    """Return what a floor price brings and costs.

    Parameters
    ----------
    commodity : str
    floor_usd_t : float
        USD per tonne.
    costs : sequence of EnteredCost
    years : int
    stages : {"operating", "construction", "feasibility", "all"}, optional
        Which projects of the facts count.

    Raises
    ------
    BudgetError
        If the floor is not above 0.
    """
    return floor_of(session.beside().cursor(), commodity, floor_usd_t, costs, years, session.all_told(), stages)
