"""`orebridge rank`, `site` and `export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict, cast

import typer

from scoring.defaults import DEFAULT_METHOD, DEFAULT_PRESET, DEFAULT_UNIVERSE, OPENING_ORDER
from ui.cli.arguments import MOST_ROWS
from ui.cli.opening import open_ahead, open_all_facts, open_ranking_facts, with_own
from ui.cli.options import (
    AnyStake,
    AreaOption,
    Commodity,
    Country,
    HideFailed,
    Kind,
    MethodOption,
    MinCoverage,
    OrderBy,
    OwnersClear,
    PresetOption,
    ProgrammeOption,
    Stage,
    StepOption,
    Text,
    UniverseOption,
    Weights,
    build_scenario,
    with_step,
)
from ui.cli.targets import OverwriteOption
from ui.cli.terminal import Format, FormatOption, answer, flat

if TYPE_CHECKING:
    import duckdb

    from data.sql import Record
    from scoring.ranking.scenario import Scenario


def rank(
    commodity: Commodity = "",
    kind: Kind = None,
    country: Country = None,
    stage: Stage = None,
    preset: PresetOption = DEFAULT_PRESET,
    weights: Weights = "",
    order_by: OrderBy = OPENING_ORDER,
    min_coverage: MinCoverage = 0.0,
    hide_failed: HideFailed = False,
    any_stake: AnyStake = False,
    owners_clear: OwnersClear = False,
    programme: ProgrammeOption = "",
    universe: UniverseOption = DEFAULT_UNIVERSE,
    step: StepOption = "",
    search: Text = "",
    method: MethodOption = DEFAULT_METHOD,
    area: AreaOption = "",
    top: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="Number of sites.")] = 20,
    format: FormatOption = Format.table,
) -> None:
    """Rank candidate sites."""
    open_ahead(open_ranking_facts)
    scenario = build_scenario(
        preset,
        weights,
        commodity,
        kind,
        country,
        stage,
        order_by,
        min_coverage,
        hide_failed,
        search,
        method,
        area,
        any_stake=any_stake,
        owners_clear=owners_clear,
        programme=programme,
        universe=universe,
        step=step,
    )
    facts, scenario = with_own(scenario, open_ranking_facts)
    scenario, note = with_step(facts, scenario)
    answer(
        ranked(facts, scenario, top),
        format,
        ("rank", "name", "country", "kind", "stage", "score", "score_low", "score_high", "coverage"),
    )
    if note and format is Format.table:
        typer.echo(note)


class RankedSite(TypedDict):
    """A site as `orebridge rank --format json` prints it."""

    site_id: str
    name: str
    kind: str
    commodities: list[str]
    lon: float
    lat: float
    stage: str
    score: float
    rank: int
    coverage: float
    score_low: float
    score_high: float
    country: str
    gates: dict[str, str]
    contributions: dict[str, float]


def ranked(facts: duckdb.DuckDBPyConnection, scenario: Scenario, top: int) -> list[RankedSite]:
    """Return the first `top` sites as the JSON of `orebridge rank`."""
    from data.sql import records, sql  # noqa: PLC0415
    from scoring.ranking.pipeline import rank_cursor  # noqa: PLC0415

    cursor = rank_cursor(facts, scenario)
    rows = records(cursor, cursor.fetchmany(top))
    gates: dict[str, dict[str, str]] = {}
    ids = {"site_ids": [row["site_id"] for row in rows]}
    for site_id, gate, verdict in facts.cursor().execute(sql("data/queries/gates_of_sites.sql"), ids).fetchall():
        gates.setdefault(site_id, {})[gate] = verdict
    criteria = [c.id for c in scenario.criteria]
    return [_ranked_row(row, gates.get(row["site_id"], {}), criteria) for row in rows]


def _ranked_row(row: Record, gates: dict[str, str], criteria: list[str]) -> RankedSite:
    of_site = {key: row[key] for key in RankedSite.__annotations__ if key in row and key != "contributions"}
    contributions = dict(zip(criteria, row["contributions"], strict=True))
    return cast("RankedSite", {**of_site, "country": row["iso3"], "gates": gates, "contributions": contributions})


def site(
    site_id: Annotated[str, typer.Argument(help="Site id as printed by `orebridge rank`, or part of its name.")],
    commodity: Commodity = "",
    preset: PresetOption = DEFAULT_PRESET,
    format: FormatOption = Format.table,
) -> None:
    """Show everything known about a site: score, source values, owners, gates."""
    open_ahead(open_all_facts)
    from scoring.ranking.scenario import opening  # noqa: PLC0415 - loaded while the facts are opened
    from scoring.sites.dossier import dossier  # noqa: PLC0415

    facts, scenario = with_own(opening(preset, commodity=commodity.strip().lower()), open_all_facts)
    record = dossier(facts, scenario, site_id)
    if format is Format.json:
        typer.echo(json.dumps(record, ensure_ascii=False, indent=2, default=str))
        return
    answer(
        [{"what": key, "value": flat(value)} for key, value in record.items() if not isinstance(value, list)],
        format,
        ("what", "value"),
    )
    for key in ("lines", "claims", "owners", "gates"):
        typer.echo(f"\n{key}")
        answer(record[key], format, tuple(record[key][0]) if record[key] else ("nothing known",))


def export(
    file: Annotated[
        Path,
        typer.Argument(
            help="Output file; the extension sets the format, for example .xlsx (a wrong one lists them all)"
        ),
    ],
    commodity: Commodity = "",
    kind: Kind = None,
    country: Country = None,
    stage: Stage = None,
    preset: PresetOption = DEFAULT_PRESET,
    weights: Weights = "",
    order_by: OrderBy = OPENING_ORDER,
    min_coverage: MinCoverage = 0.0,
    hide_failed: HideFailed = False,
    any_stake: AnyStake = False,
    owners_clear: OwnersClear = False,
    programme: ProgrammeOption = "",
    universe: UniverseOption = DEFAULT_UNIVERSE,
    step: StepOption = "",
    search: Text = "",
    method: MethodOption = DEFAULT_METHOD,
    area: AreaOption = "",
    top: Annotated[int | None, typer.Option(min=1, max=MOST_ROWS, help="Number of sites; default all.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write the ranked list with scores, weights, sources and licences."""
    from data.export import check, write  # noqa: PLC0415
    from data.files import Target  # noqa: PLC0415
    from scoring.sites.listing import listing  # noqa: PLC0415
    from workspace import reference  # noqa: PLC0415
    from workspace.permalink import permalink  # noqa: PLC0415

    target = check(Target(file, overwrite))
    scenario = build_scenario(
        preset,
        weights,
        commodity,
        kind,
        country,
        stage,
        order_by,
        min_coverage,
        hide_failed,
        search,
        method,
        area,
        any_stake=any_stake,
        owners_clear=owners_clear,
        programme=programme,
        universe=universe,
        step=step,
    )
    facts, scenario = with_own(scenario, open_all_facts)
    scenario, note = with_step(facts, scenario)
    table = listing(facts, scenario, permalink(scenario), top, register=reference.sources())
    write(table, target)
    typer.echo(f"{len(table.sites)} sites written to {file}")
    if note:
        typer.echo(note)
