"""``orebridge prospect``: where undiscovered deposits are likely, how sure that is, and what a survey would change."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.layers import OptionError
from ui.cli.terminal import Format, FormatOption, answer, progress

if TYPE_CHECKING:
    from scoring.prospectivity.evaluation import Evaluation
    from scoring.prospectivity.model_file import ModelFile
    from scoring.prospectivity.study import Study

TESTED = ("model", "folds", "roc_auc", "low", "high", "in_1_pct", "in_5_pct", "in_10_pct")
AREAS = ("name", "area_km2", "score", "spread", "missing_share", "applicable_share", "known_deposits")
SURVEYS = (
    *("layer", "lon", "lat", "area_km2", "change_km2", "low_km2", "high_km2"),
    *("cost_usd", "change_km2_per_musd"),
)
#: Areas and surveys that are printed.
PRINTED = 10


def prospect(
    model: Annotated[
        Path | None, typer.Argument(help="TOML file of a model; docs/methods/prospectivity.md has its keys.")
    ] = None,
    system: Annotated[
        str, typer.Option(help="A mineral system of the list instead of a file; a wrong name lists them.")
    ] = "",
    country: Annotated[
        list[str] | None, typer.Option(help="With --system: ISO alpha-3 of a country; repeat for several.")
    ] = None,
    resolution: Annotated[int, typer.Option(min=2, max=9, help="With --system: H3 resolution of the cells.")] = 4,
    method: Annotated[str, typer.Option(help="With --system: the method; a wrong name lists them.")] = "",
    areas: Annotated[int, typer.Option(min=0, max=500, help="Candidate areas to list.")] = PRINTED,
    top_pct: Annotated[
        float, typer.Option(min=0.01, max=50, help="Percent of the area that counts as most favourable.")
    ] = 5.0,
    export: Annotated[
        list[str] | None, typer.Option(help="cog, geoparquet or gpkg; repeat for several. Needs --out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for exports, candidate areas and the model card.")] = None,
    format: FormatOption = Format.table,
) -> None:
    """Map prospectivity: measure a grid, fit a model, test it on held-out ground, score cells, list candidate areas.

    Stopped with Ctrl+C, the same command goes on from what was measured.
    """
    from scoring.prospectivity.areas import candidate_areas  # noqa: PLC0415 - keeps `orebridge --help` instant
    from workspace import prospecting  # noqa: PLC0415

    if (model is None) == (not system):
        raise OptionError("Give either a model file or --system; `orebridge prospect --system ?` lists the systems.")
    if export and out is None:
        raise OptionError("--export needs --out, the folder to write to.")
    asked = _of_system(system, country or [], resolution, method) if model is None else _of_file(model)
    folder, study = prospecting.run(
        asked, model.name if model else "--system", progress, model.resolve().parent if model else None
    )
    cells, grid = prospecting.cells(folder, study)
    found = candidate_areas(cells, grid.frame, top_pct / 100.0, areas) if areas else ()
    written: list[str] = []
    if out is not None:
        written = [str(path) for path in prospecting.export(folder, study, tuple(export or ()), out, found)]
    if format is Format.json:
        typer.echo(json.dumps(prospecting.record(folder, study, found, written), ensure_ascii=False, indent=2))
        return
    rows = [{name: getattr(area, name) for name in (*AREAS, "lon", "lat")} for area in found]
    if format is Format.csv:
        answer(rows, format, ())
        return
    _print(study, rows)
    for path in written:
        typer.echo(f"Wrote {path}")


def _of_file(path: Path) -> ModelFile:
    from scoring.prospectivity.model_file import read_model  # noqa: PLC0415

    return read_model(path)


def _of_system(system: str, countries: list[str], resolution: int, method: str) -> ModelFile:
    from scoring.prospectivity.model_file import model_of  # noqa: PLC0415
    from scoring.prospectivity.presets import system_of  # noqa: PLC0415

    known = system_of(system.strip().lower())
    codes = [code.strip().upper() for code in countries]
    values: dict[str, object] = {
        "title": ", ".join([known.title, *codes]),
        "title_ja": "、".join([known.title_ja, *codes]),
        "system": known.id,
        "grid": {"resolution": resolution, "countries": codes},
    }
    if method:
        values["method"] = {"name": method.strip().lower()}
    return model_of("--system", values)


def _print(study: Study, areas: list[dict[str, object]]) -> None:
    typer.echo(
        f"{study.model.title}: {study.cells:,} cells, {study.area_km2:,.0f} km2; {study.inside:,} known deposits "
        f"({study.deposits}) in {study.deposit_cells:,} cells; data {study.data_version}."
    )
    for use in study.layers:
        typer.echo(f"  {use.title} ({use.layer}): data in {use.known_share:.0%} of the cells")
    typer.echo("\nTested on held-out ground (90 % intervals over blocks; a random split leaks):")
    answer([_tested(each) for each in study.evaluations], Format.table, TESTED, "No known deposit to test with.")
    typer.echo(f"\nInside the area of applicability: {study.applicable_share:.0%} of the area.")
    for notice in study.notices:
        typer.echo(f"- {notice}")
    typer.echo("\nCandidate areas without a known deposit, best first:")
    answer(areas[:PRINTED], Format.table, AREAS, "None asked for.")
    if study.surveys:
        typer.echo(f"\nSurveys that would change the top {study.top_share:.0%} of the area most:")
        first = study.surveys[:PRINTED]
        rows = [{**asdict(each.survey), "lon": each.lon, "lat": each.lat} for each in first]
        answer(rows, Format.table, SURVEYS)


def _tested(each: Evaluation) -> dict[str, object]:
    captured = {capture.area_share: capture.captured.value for capture in each.captures}
    return {
        "model": each.model,
        "folds": f"{each.folds} (leaky)" if each.leaky else each.folds,
        "roc_auc": each.roc_auc.value,
        "low": each.roc_auc.low,
        "high": each.roc_auc.high,
        **{f"in_{share:.0f}_pct": captured.get(share / 100) for share in (1.0, 5.0, 10.0)},
    }
