"""Commands on supply stops: what one would do and who answers, what to buy for a stock, what a floor price costs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from scoring.supply.limits import MOST_STOCK_DAYS, MOST_STOCK_MUSD, MOST_USD_T
from ui.cli.targets import OverwriteOption
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    import duckdb

    from scoring.permitting.outlook import Milestones
    from scoring.supply.price_floor import PriceFloor
    from scoring.supply.response import Response, SupplyMonth
    from scoring.supply.response_scenario import Desk, Readiness, SupplyScenario

T = TypeVar("T", bound=str)
DeskOption = Annotated[str, typer.Option(help="Whose demand: us, japan or joint; that of the scenario if not given.")]
StagesOption = Annotated[
    str,
    typer.Option(
        help="Which sites answer: operating, construction, feasibility or all; each takes in those before it."
    ),
]
#: Means, which add up, and the interval of the gap: a mean of a skewed gap can lie beside its P10 to P90.
MEANS = ("month", "demand_t", "remaining_t", "responders_t", "stock_t", "gap_t")
MONTHS = (*MEANS, "gap_p10_t", "gap_p50_t", "gap_p90_t")
SITES = ("site", "country", "stage", "adds_t_y", "first_month", "full_month", "chance", "given_t", "sources")


def respond(
    scenario: Annotated[
        Path | None, typer.Argument(help="TOML file of a supply stop; docs/methods/response.md has its keys.")
    ] = None,
    preset: Annotated[str, typer.Option(help="A stop of the list instead of a file; a wrong name lists them.")] = "",
    stocks: Annotated[
        Path | None, typer.Option(help="CSV of your stocks: commodity,quantity,unit (t, kg, lb, kt or days).")
    ] = None,
    stock_days: Annotated[
        float | None,
        typer.Option(
            min=0, max=MOST_STOCK_DAYS, help="A stock of so many days of demand on top; Japan's published target is 60."
        ),
    ] = None,
    stages: StagesOption = "",
    desk: DeskOption = "",
    brief: Annotated[
        Path | None, typer.Option(help="Write a page in English and Japanese to this .pdf or .html file.")
    ] = None,
    overwrite: OverwriteOption = False,
    format: FormatOption = Format.table,
) -> None:
    """Show what a supply stop does to a desk month by month, which named sites answer by when, and the gap."""
    from scoring.supply.response_record import response_record  # noqa: PLC0415

    asked = _scenario(scenario, preset).seen(_desk(desk), _stages(stages), stock_days)
    response = _responded(asked, stocks)
    if brief is not None:
        from ui.memo.response_brief import write_brief  # noqa: PLC0415 - typst is slow to import

        write_brief(response, brief, overwrite)
    if format is Format.json:
        typer.echo(json.dumps(response_record(response), ensure_ascii=False, indent=2))
        return
    answer([_month(month) for month in response.months], format, MONTHS)
    if format is Format.table:
        typer.echo(_told(response))
        answer(_sites(response), format, SITES, "No site answers within these stages.")


def stock(
    budget_musd: Annotated[float, typer.Option(min=0, max=MOST_STOCK_MUSD, help="Budget in million USD.")],
    preset: Annotated[
        list[str] | None, typer.Option(help="Stops to prepare for, one a commodity; repeat for several.")
    ] = None,
    scenario: Annotated[list[Path] | None, typer.Option(help="TOML file of a stop; repeat for several.")] = None,
    goods: Annotated[
        Path | None,
        typer.Option(help="CSV with commodity,usd_per_t,storage_usd_t_y,shelf_life_months of yours."),
    ] = None,
    stocks: Annotated[Path | None, typer.Option(help="CSV of what you have already: commodity,quantity,unit.")] = None,
    cautious: Annotated[
        bool, typer.Option("--cautious", help="Cover the gap that is larger in one of ten draws (P90), not the middle.")
    ] = False,
    stages: StagesOption = "",
    desk: DeskOption = "",
    format: FormatOption = Format.table,
) -> None:
    """Show what to buy for a stock with a budget, so that the months least covered are covered."""
    from scoring.supply.response_record import stock_record  # noqa: PLC0415
    from scoring.supply.stock_plan import cited_terms, goods_from, plan  # noqa: PLC0415
    from scoring.supply.user_tables import read_file  # noqa: PLC0415

    asked = [_scenario(file, "") for file in scenario or ()]
    asked += [_scenario(None, name) for name in preset or ([] if scenario else _first_presets())]
    responses = [_responded(each.seen(_desk(desk), _stages(stages)), stocks) for each in asked]
    table = goods_from(*read_file(goods)) if goods else {}
    terms = cited_terms(_facts()[0], [each.scenario.commodity for each in responses], table)
    made = plan(responses, terms, budget_musd, "p90" if cautious else "p50")
    if format is Format.json:
        typer.echo(json.dumps(stock_record(made), ensure_ascii=False, indent=2))
        return
    rows = [
        {
            "commodity": bought.commodity,
            "tonnes": bought.tonnes,
            "cost_musd": bought.cost_musd + bought.storage_musd,
            "usd_per_t": bought.terms.usd_per_t,
            "price_is": bought.terms.whose,
            "open_before_pct": bought.open_before_pct,
            "open_after_pct": bought.open_after_pct,
            "open_days_before": bought.days_before,
            "open_days_after": bought.days_after,
            "of_world_year_pct": bought.world_pct,
        }
        for bought in made.purchases
    ]
    answer(rows, format, tuple(rows[0]))
    if format is Format.table:
        typer.echo(
            f"{made.spent_musd:.4g} of {made.budget_musd:.4g} million USD are spent; {made.enough_musd:.4g} would "
            f"cover all that stays open. The next million covers {made.next_musd_days:.3g} days of demand."
        )


def pricefloor(
    commodity: Annotated[str, typer.Option(help="Commodity, for example neodymium.")],
    floor_usd_t: Annotated[
        float, typer.Option(min=0, max=MOST_USD_T, help="Floor price in USD per tonne of contained metal.")
    ],
    costs: Annotated[
        Path | None,
        typer.Option(
            help="CSV of costs: site,commodity,break_even_usd_t, or opex_usd_t, capex_musd and output_t_y together."
        ),
    ] = None,
    years: Annotated[int, typer.Option(min=1, max=30, help="Number of years.")] = 10,
    stages: Annotated[
        str,
        typer.Option(help="Which projects count beside those with costs: operating, construction, feasibility or all."),
    ] = "all",
    format: FormatOption = Format.table,
) -> None:
    """Show which allied projects break even at a floor price, tonnes by year, and what it costs the public purse."""
    from scoring.supply.price_floor import costs_from, price_floor  # noqa: PLC0415
    from scoring.supply.response_record import floor_record  # noqa: PLC0415
    from scoring.supply.user_tables import read_file  # noqa: PLC0415

    facts, milestones = _facts()
    entered = costs_from(*read_file(costs)) if costs else []
    made = price_floor(facts, commodity, floor_usd_t, entered, years, milestones, _stages(stages) or "all")
    if format is Format.json:
        typer.echo(json.dumps(floor_record(made), ensure_ascii=False, indent=2))
        return
    rows = [
        {
            "year": year.year,
            "tonnes_p10": year.tonnes.p10,
            "tonnes_p50": year.tonnes.p50,
            "tonnes_p90": year.tonnes.p90,
            "cost_musd": year.cost_musd,
            "cost_low_musd": year.cost_low_musd,
            "cost_high_musd": year.cost_high_musd,
        }
        for year in made.years
        if made.sites
    ]
    answer(rows, format, tuple(rows[0]) if rows else ("year",), "No costs are entered: give --costs FILE.csv.")
    if format is Format.table:
        _floor_table(made)


def _floor_table(made: PriceFloor) -> None:
    """Print the sites with entered costs, and what the stated capital alone can say of others."""
    judged = [
        {
            "site": site.name,
            "break_even_usd_t": site.break_even_usd_t,
            "breaks_even": "yes" if site.breaks_even else "no",
            "allied": "yes" if site.allied else "no",
            "output_t_y": _between(site.low_t_y, site.high_t_y),
        }
        for site in made.sites
    ]
    if judged:
        answer(judged, Format.table, tuple(judged[0]))
    above = [each.name for each in made.bounds if each.above]
    typer.echo(
        f"No source of the facts states running costs. Of {made.with_output} allied projects with a stated output, "
        f"{len(made.bounds)} state a capital cost and this commodity alone; the capital by itself costs more than the "
        f"floor at {len(above)}{': ' + ', '.join(above) if above else ''}."
    )


def _first_presets() -> list[str]:
    """Return the first preset of each commodity: what a plan without scenarios prepares for."""
    from scoring.supply.response_scenario import presets  # noqa: PLC0415

    first: dict[str, str] = {}
    for name, each in presets().items():
        first.setdefault(each.commodity, name)
    return list(first.values())


def _scenario(file: Path | None, preset: str) -> SupplyScenario:
    from scoring.supply.response_errors import SupplyScenarioError  # noqa: PLC0415
    from scoring.supply.response_scenario import preset as preset_of  # noqa: PLC0415
    from scoring.supply.response_scenario import presets, read_scenario  # noqa: PLC0415

    if (file is None) == (not preset):
        raise SupplyScenarioError(
            "Give either a TOML file or --preset; the presets are {names}.", names=tuple(presets())
        )
    return preset_of(preset) if file is None else read_scenario(file)


def _desk(text: str) -> Desk | None:
    from scoring.supply.response_scenario import DESKS  # noqa: PLC0415

    return _chosen(text, DESKS, "--desk")


def _stages(text: str) -> Readiness | None:
    from scoring.supply.response_scenario import READINESS  # noqa: PLC0415

    return _chosen(text, READINESS, "--stages")


def _chosen(text: str, allowed: tuple[T, ...], option: str) -> T | None:
    from scoring.supply.response_errors import SupplyScenarioError  # noqa: PLC0415

    chosen = next((each for each in allowed if each == text), None)
    if text and chosen is None:
        raise SupplyScenarioError(
            "{option} {value!r} is not known; choose {allowed}.", option=option, value=text[:60], allowed=allowed
        )
    return chosen


def _responded(asked: SupplyScenario, stocks: Path | None) -> Response:
    from scoring.supply.response import respond as respond_to  # noqa: PLC0415
    from scoring.supply.stock import held, stocks_from  # noqa: PLC0415
    from scoring.supply.user_tables import read_file  # noqa: PLC0415

    own = held(stocks_from(*read_file(stocks)) if stocks else {}, asked.commodity)
    facts, milestones = _facts()
    return respond_to(facts, asked, own, milestones)


def _facts() -> tuple[duckdb.DuckDBPyConnection, Mapping[str, Milestones]]:
    """Return the facts, with the user's data where there are any, and the user's milestones."""
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415
    from ui.cli.opening import open_all_facts, with_own  # noqa: PLC0415 - ui.cli.main registers these commands

    facts, _scenario_of_ranking = with_own(from_preset(), open_all_facts)
    if "workspace.session" not in sys.modules:
        return facts.cursor(), {}
    from workspace import session  # noqa: PLC0415

    return facts.cursor(), session.all_told()


def _month(month: SupplyMonth) -> dict[str, object]:
    means = {name: getattr(month, name) for name in MEANS}
    return {**means, "gap_p10_t": month.gap.p10, "gap_p50_t": month.gap.p50, "gap_p90_t": month.gap.p90}


def _sites(response: Response) -> list[dict[str, object]]:
    return [
        {
            "site": site.name,
            "country": site.iso3,
            "stage": site.stage,
            "adds_t_y": _between(site.low_t_y, site.high_t_y),
            "first_month": f"{site.first.p10:.0f}/{site.first.p50:.0f}/{site.first.p90:.0f}",
            "full_month": f"{site.full.p10:.0f}/{site.full.p50:.0f}/{site.full.p90:.0f}",
            "chance": site.chance,
            "given_t": site.given_t,
            "sources": [each.url for each in site.statements[:2]],
        }
        for site in response.sites.responders
    ]


def _between(low: float, high: float) -> str:
    return f"{low:.4g}" if low == high else f"{low:.4g}–{high:.4g}"


def _told(response: Response) -> str:
    """Return the headline: days bridged, the gap, and whose demand is missing."""
    days, gap = response.days_bridged, response.gap_total
    missing = f" No demand is known of: {', '.join(response.market.missing)}." if response.market.missing else ""
    if days.p10 >= response.horizon_days:
        bridged = f"Demand is met in all {response.horizon_days:.0f} days."
    else:
        bridged = (
            f"Demand is met for {days.p50:.0f} days (P10 {days.p10:.0f}, P90 {days.p90:.0f}) of "
            f"{response.horizon_days:.0f}."
        )
    return (
        f"{bridged} Gap over all months: {gap.p50:.4g} t (P10 {gap.p10:.4g}, P90 {gap.p90:.4g}) of "
        f"{response.demand_total_t:.4g} t demand.{missing} Tonnes of a month are means where no P stands; months of "
        f"sites are P10/P50/P90 from {response.start}."
    )
