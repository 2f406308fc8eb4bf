"""`orebridge data`: the report and the rebuild of the bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.opening import open_all_facts
from ui.cli.terminal import Format, FormatOption, answer

data_app = typer.Typer(no_args_is_help=True, help="The bundled data: report and rebuild.")


@data_app.command("report")
def data_report(format: FormatOption = Format.table) -> None:
    """Report the coverage of the bundled data."""
    from data.bundle import report  # noqa: PLC0415
    from scoring.sites.witnesses import two_publishers  # noqa: PLC0415

    facts = open_all_facts()
    coverage = {**report(facts), "first_projects": two_publishers(facts)}
    if format is Format.json:
        typer.echo(json.dumps(coverage, ensure_ascii=False, indent=2))
        return
    rows = [{"what": k, "value": v} for k, v in coverage.items() if not isinstance(v, dict)]
    rows += [
        {"what": f"{k}: {name}", "value": n}
        for k, v in coverage.items()
        if isinstance(v, dict)
        for name, n in v.items()
    ]
    answer(rows, format, ("what", "value"))


@data_app.command("build")
def data_build(
    raw: Annotated[Path, typer.Option(help="Folder with the raw files that data/sources.toml lists.")],
    out: Annotated[Path | None, typer.Option(help="Output folder; by default the bundle itself.")] = None,
    check: Annotated[bool, typer.Option(help="Verify the SHA-256 of every raw file first.")] = True,
) -> None:
    """Rebuild the bundle from the raw files."""
    from workspace.rebuild import build_bundle  # noqa: PLC0415

    build_bundle(raw, out, check=check, say=typer.echo)
