"""Commands that judge the ranking itself: methods, two desks, robustness, sensitivity, what to find out next."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.defaults import DEFAULT_JOINT_RULE, DEFAULT_PRESET
from ui.cli.arguments import MOST_ROWS, MOST_SEED
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from scoring.ranking.packed import Packed
    from scoring.ranking.scenario import Scenario
    from scoring.robustness.sensitivity import RequiredValue

methods_app = typer.Typer(no_args_is_help=True, help="Aggregation methods, and published cases to verify them.")
Commodity = Annotated[str, typer.Option(help="Commodity of interest, for example neodymium.")]
PresetOption = Annotated[
    str, typer.Option("--preset", help="Weight preset, for example japan_desk; a wrong name lists them all.")
]
TopK = Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="Shortlist size: the top k sites.")]
Top = Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="Number of rows.")]


@methods_app.command("list")
def methods_list(format: FormatOption = Format.table) -> None:
    """List the methods, what each rewards, and whether scores depend on the other sites."""
    from scoring.aggregation.methods import METHODS  # noqa: PLC0415

    rows = [
        {"method": m.id, "title": m.title, "about": m.about, "independent": m.independent, "reference": m.reference}
        for m in METHODS.values()
    ]
    answer(rows, format, ("method", "title", "about", "reference"))


@methods_app.command("check")
def methods_check(
    folder: Annotated[Path, typer.Argument(help="Folder of cases (*.json): method, inputs, expected, atol.")],
    format: FormatOption = Format.table,
) -> None:
    """Run published cases through the methods; exit code 1 if any result differs."""
    from scoring.published_cases import check_folder  # noqa: PLC0415

    cases = check_folder(folder)
    rows = [{**asdict(case), "max_abs_diff": _number(case.max_abs_diff)} for case in cases]
    answer(rows, format, ("case", "method", "agree", "max_abs_diff", "problem"))
    if not all(case.agree for case in cases):
        raise typer.Exit(1)


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def desks(
    commodity: Commodity = "",
    rule: Annotated[str, typer.Option(help="Joint rule: mean, maximin or nash.")] = DEFAULT_JOINT_RULE,
    top: Top = 20,
    format: FormatOption = Format.table,
) -> None:
    """Rank by the US desk, the Japan desk and jointly; show where they disagree and on what."""
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415
    from scoring.robustness.two_desks import two_desks  # noqa: PLC0415

    facts, scenario = _facts(from_preset(commodity=commodity.strip().lower()))
    result = two_desks(facts, scenario, rule)
    rows = json.loads(result.sites.head(top).to_json(orient="records"))
    if format is Format.json:
        answered = {
            "first": result.first,
            "second": result.second,
            "rule": result.rule,
            "agreement": result.agreement,
            "agreement_top": result.agreement_top,
            "pareto": int(result.sites["pareto"].sum()),
            "sites": rows,
        }
        typer.echo(json.dumps(answered, ensure_ascii=False, indent=2))
        return
    answer(rows, format, ("joint_rank", "name", "first_rank", "second_rank", "gap", "pareto", "divides", "divides_by"))
    if format is Format.table:
        typer.echo(
            f"Kendall's tau over all sites {result.agreement}, over the top 100 of either desk {result.agreement_top}"
        )


def robustness(
    commodity: Commodity = "",
    preset: PresetOption = DEFAULT_PRESET,
    within: Annotated[
        float, typer.Option(min=0, max=100, help="Draw weights within plus or minus this percent; 100: anywhere.")
    ] = 20.0,
    order: Annotated[
        str,
        typer.Option(help="Pillars from most to least important, for example ownership,grade; instead of --within."),
    ] = "",
    ranges: Annotated[
        str,
        typer.Option(help="Weight ranges in percent, for example grade=20-50,ownership=10-30; instead of --within."),
    ] = "",
    draws: Annotated[int, typer.Option(min=10, max=20_000, help="Number of draws.")] = 1000,
    seed: Annotated[
        int, typer.Option(min=0, max=MOST_SEED, help="Random seed; the same seed gives the same result.")
    ] = 20251028,
    top_k: TopK = 20,
    top: Top = 20,
    format: FormatOption = Format.table,
) -> None:
    """Draw weights and unknown values many times; show how often each site is in the top k, and its rank range."""
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415
    from scoring.robustness.rank_acceptability import WeightConstraints, rank_stability  # noqa: PLC0415

    belief = WeightConstraints(
        within / 100 if within < 100 else None,
        tuple(pillar.strip() for pillar in order.split(",") if pillar.strip()),
        _ranges(ranges),
    )
    facts, scenario = _facts(from_preset(preset, commodity=commodity.strip().lower(), seed=seed))
    result = rank_stability(facts, scenario, belief, draws=draws, top_k=top_k)
    rows = json.loads(result.table.head(top).to_json(orient="records"))
    answer(rows, format, ("rank", "name", "in_top_k", "rank_low", "rank_mid", "rank_high", "confidence"))


def _ranges(text: str) -> tuple[tuple[str, float, float], ...]:
    """Return ranges of weights from "grade=20-50,ownership=10-30", as shares of 1.

    Raises
    ------
    ScenarioError
        If a part is not name=low-high in percent.

    Examples
    --------
    >>> _ranges("grade=20-50")
    (('grade', 0.2, 0.5),)
    """
    from scoring.errors import ScenarioError  # noqa: PLC0415

    ranges = []
    for part in filter(None, (text_part.strip() for text_part in text.split(","))):
        name, _equals, ends = part.partition("=")
        low, _dash, high = ends.partition("-")
        try:
            ranges.append((name.strip(), float(low) / 100, float(high) / 100))
        except ValueError as error:
            raise ScenarioError(
                "--ranges: {part!r} is not name=low-high in percent; write for example grade=20-50.", part=part
            ) from error
    return tuple(ranges)


def sensitivity(
    site: Annotated[str, typer.Argument(help="Site id as printed by `orebridge rank`, or part of its name.")],
    commodity: Commodity = "",
    preset: PresetOption = DEFAULT_PRESET,
    top_k: TopK = 10,
    format: FormatOption = Format.table,
) -> None:
    """Show weight ranges that keep a site's rank, the largest effects on its score, and what puts it in the top k."""
    from scoring.robustness.sensitivity import needs, stability, tornado  # noqa: PLC0415

    packed, scenario, site_id = _packed_with(site, commodity, preset)
    place = packed.row(site_id)
    answered = {
        "site_id": site_id,
        "rank": place + 1,
        "score": float(packed.score[place]),
        "stability": [asdict(interval) for interval in stability(packed, site_id, scenario.order_by)],
        "tornado": [{**asdict(swing), "id": _moved(swing.id, scenario)} for swing in tornado(packed, site_id)],
        "needs": []
        if place < top_k
        else _needed(needs(packed, site_id, scenario.criteria, top_k, scenario.order_by), scenario),
    }
    if format is Format.json:
        typer.echo(json.dumps(answered, ensure_ascii=False, indent=2))
        return
    for key, columns in (
        ("stability", ("group", "weight", "low", "high", "within", "overtaken_low", "overtaken_high")),
        ("tornado", ("id", "kind", "low", "high")),
        ("needs", ("criterion", "now", "needed", "value", "unit")),
    ):
        if format is Format.table:
            typer.echo(f"\n{key}")
        rows: Any = answered[key]
        answer(rows, format, columns, f"It is among the first {top_k} already.")


def _moved(of: str, scenario: Scenario) -> str:
    """Return the id of what a bar of the tornado moves: a number is a criterion by its place."""
    return scenario.criteria[int(of)].id if of.isdigit() else of


def _needed(requirements: Sequence[RequiredValue], scenario: Scenario) -> list[dict[str, object]]:
    """Return what would take a site into the first, with the id and unit of each criterion."""
    criteria = scenario.criteria
    return [
        {**asdict(required), "criterion": criteria[required.criterion].id, "unit": criteria[required.criterion].unit}
        for required in requirements
    ]


def unknowns(
    commodity: Commodity = "",
    preset: PresetOption = DEFAULT_PRESET,
    top_k: TopK = 20,
    top: Top = 50,
    format: FormatOption = Format.table,
) -> None:
    """List unresolved values by their probability of changing the shortlist (value of information)."""
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415
    from scoring.robustness.rank_acceptability import to_find_out  # noqa: PLC0415

    facts, scenario = _facts(from_preset(preset, commodity=commodity.strip().lower()))
    rows = to_find_out(facts, scenario, top_k, top)
    answer(rows, format, ("rank", "name", "criterion", "unit", "open", "changes", "needed_value"))


@methods_app.command("compare")
def methods_compare(
    commodity: Commodity = "",
    preset: PresetOption = DEFAULT_PRESET,
    top_k: TopK = 20,
    format: FormatOption = Format.table,
) -> None:
    """Rank by every method and normalisation; show agreement with the weighted sum on fixed goalposts."""
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415
    from scoring.robustness.method_agreement import by_method, compared  # noqa: PLC0415

    facts, scenario = _facts(from_preset(preset, commodity=commodity.strip().lower()))
    rows = [asdict(agreement) for agreement in by_method(compared(facts, scenario, top_k))]
    answer(rows, format, ("method", "normalisation", "tau", "shared", "first"))


def _facts(scenario: Scenario) -> tuple[duckdb.DuckDBPyConnection, Scenario]:
    from ui.cli.opening import open_all_facts, with_own  # noqa: PLC0415 - ui.cli.main registers these commands

    return with_own(scenario, open_all_facts)


def _packed_with(site: str, commodity: str, preset: str) -> tuple[Packed, Scenario, str]:
    """Return the vectors of the list that a site stands in, the scenario, and the id of the site."""
    from scoring.errors import ScenarioError  # noqa: PLC0415
    from scoring.ranking.packed import packed_arrays  # noqa: PLC0415
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415
    from scoring.sites.dossier import site_row  # noqa: PLC0415

    facts, scenario = _facts(from_preset(preset, commodity=commodity.strip().lower()))
    site_id = site_row(facts, site)["site_id"]
    packed = packed_arrays(facts, scenario)
    if site_id not in set(packed.site_ids.tolist()):
        raise ScenarioError(
            "{site} is not listed under {commodity}; leave --commodity out, or name one that it has.",
            site=site_id,
            commodity=commodity,
        )
    return packed, scenario, site_id
