"""The command that tests a ranking against a list of labels."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.defaults import DEFAULT_PRESET, OPENING_ORDER
from ui.cli.arguments import MOST_SEED
from ui.cli.options import StepOption, UniverseOption, build_scenario
from ui.cli.terminal import Format, FormatOption, answer
from ui.text.backtest_words import in_english

if TYPE_CHECKING:
    from data.sql import Record


def backtest(
    labels: Annotated[
        Path, typer.Argument(help="CSV with columns name,lon,lat,country,commodity,date; one row per selected site.")
    ],
    blind: Annotated[bool, typer.Option("--blind", help="Exclude data known only from a selection list.")] = False,
    until: Annotated[
        str,
        typer.Option(help="Only labels dated on or before this day, for example 2025-10-01; later ones are set aside."),
    ] = "",
    commodity: Annotated[
        str, typer.Option(help="Only sites and labels of this commodity; determines which grade is scored.")
    ] = "",
    preset: Annotated[
        str, typer.Option(help="Weight preset, for example japan_desk; a wrong name lists them all.")
    ] = DEFAULT_PRESET,
    weights: Annotated[str, typer.Option(help="Pillar weights, for example grade=30,permitting=25,ownership=20.")] = "",
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_SEED, help="Random seed for intervals and shuffles; the same seed gives the same result."
        ),
    ] = 20251028,
    universe: UniverseOption = "all",
    step: StepOption = "",
    format: FormatOption = Format.table,
) -> None:
    """Test the ranking against a list of labels.

    AUC within commodities, capture, lift, baselines, a control, and the misses by name.
    """
    from scoring.backtest.backtest import Settings, as_json, origin  # noqa: PLC0415 - keeps `orebridge --help` instant
    from scoring.backtest.backtest import backtest as run  # noqa: PLC0415
    from scoring.backtest.labels import read_labels, vocabulary  # noqa: PLC0415
    from ui.cli.opening import open_all_facts, with_own  # noqa: PLC0415 - ui.cli.main registers this command

    chosen = build_scenario(
        preset, weights, commodity, None, None, None, OPENING_ORDER, 0.0, False, "", universe=universe, step=step
    )
    scenario = replace(chosen, seed=seed)
    settings = Settings(blind, _date(until))
    content = labels.read_bytes()
    facts, scenario = with_own(scenario, open_all_facts)
    rows = read_labels(content, str(labels), vocabulary(facts))
    outcome = run(facts, scenario, rows, settings)
    answered = {**as_json(outcome), **in_english(outcome), **origin(scenario, settings)}
    if format is Format.json:
        typer.echo(json.dumps(answered, ensure_ascii=False, indent=2))
    else:
        _print(answered, format)


def _date(until: str) -> str:
    from scoring.backtest.labels import iso_date  # noqa: PLC0415
    from scoring.errors import ScenarioError  # noqa: PLC0415

    if until and not iso_date(until):
        raise ScenarioError("--until: {until!r} is no date; write for example 2025-10-01.", until=until)
    return iso_date(until)


#: Figures of the table; the headline comes before them.
FIGURES = (
    "auc_stratified",
    "auc_stratified_ci",
    "auc",
    "auc_ci",
    "auc_country",
    "auc_country_ci",
    "auc_commodity_country",
    "lift_10pct",
    "precision_at",
    "baselines_stratified",
    "baselines_country",
    "differences",
    "baselines",
    "negative_control",
    "negative_control_sd",
    "mix_control",
    "matched",
    "sites",
    "counts",
    "blind",
)


def _print(answered: Record, format: Format) -> None:
    first = (answered["headline"], f"{answered['headline']}_ci")
    ordered = (*first, *(key for key in FIGURES if key not in first))
    answer([{"what": key, "value": answered[key]} for key in ordered], format, ("what", "value"))
    if format is not Format.table:
        return
    for key, columns in (
        ("strata", ("stratum", "labelled", "unlabelled", "auc")),
        ("misses", ("rank", "of", "name", "site", "stratum", "cost_most", "unknown", "gate_failed")),
        ("unmatched", ("row", "name", "country", "commodity", "why")),
    ):
        typer.echo(f"\n{key}")
        answer(answered[key], format, columns, "None.")
    typer.echo("\nnotes")
    for note in answered["notes"]:
        typer.echo(f"- {note}")
