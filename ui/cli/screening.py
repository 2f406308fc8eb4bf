"""``orebridge screen``: score a grid, or a table of sites, of any size on DuckDB or a Dask cluster; the same result."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.layers import OptionError
from ui.cli.terminal import Format, FormatOption, answer, progress

if TYPE_CHECKING:
    from scoring.prospectivity.screen import Engine
    from workspace.site_screen import ScreenedSites

#: Cells or sites that are printed.
PRINTED = 10
ENGINES = ("duckdb", "dask")
#: Environment variables of an object store -> settings of DuckDB.
STORE = {
    "AWS_ACCESS_KEY_ID": "key_id",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "region",
    "OREBRIDGE_S3_ENDPOINT": "endpoint",
}


def screen(
    file: Annotated[
        Path,
        typer.Argument(help="TOML file of a screening (docs/howto/screening.md has its keys), or a table of sites."),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the manifest and the result, and the scores if they are local.")
    ],
    engine: Annotated[str, typer.Option(help="duckdb (this process) or dask.")] = "duckdb",
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Worker processes of dask, or threads of duckdb; default: cores.")
    ] = None,
    scheduler: Annotated[str, typer.Option(help="Address of a running Dask scheduler: tcp://host:8786.")] = "",
    storage: Annotated[str, typer.Option(help="Where scores are written instead: s3://bucket/prefix.")] = "",
    format: FormatOption = Format.table,
) -> None:
    """Score every cell of a grid, or every candidate site of a table as the app scores own sites; list the best.

    Stopped or cut short, the same command makes only the files that are missing.
    """
    from workspace.site_screen_file import names_sites  # noqa: PLC0415

    if names_sites(file):
        if storage:
            raise OptionError("--storage is for grids; scores of sites are written below --out.")
        _screen_sites(file, out, engine, workers, scheduler, format)
        return
    from scoring.prospectivity.screen import place_of  # noqa: PLC0415
    from scoring.prospectivity.screen import screen as run  # noqa: PLC0415
    from scoring.prospectivity.screen_file import read_screen  # noqa: PLC0415

    asked = read_screen(file)
    place = place_of(asked, file.resolve().parent, out, storage, _access())
    started = time.monotonic()
    with _engine(engine.strip().lower(), workers or os.cpu_count() or 1, scheduler) as chosen:
        result = run(asked, place, chosen, progress)
    seconds = time.monotonic() - started
    best = [{"rank": n, "cell": f"{cell:x}", "score": score} for n, (cell, score) in enumerate(result.best, 1)]
    if format is Format.json:
        plain = {name: getattr(result, name) for name in type(result).__slots__ if name not in ("best", "bins")}
        typer.echo(json.dumps({**plain, "best": best, "seconds": round(seconds, 2)}, ensure_ascii=False, indent=2))
        return
    if format is Format.csv:
        answer(best, format, ())
        return
    typer.echo(
        f"{result.title}: {result.cells:,} cells, {result.kept:,} in, {result.scored:,} with a score; "
        f"{result.made} of {result.files} files made in {seconds:.1f} s; checksum {result.checksum}."
    )
    answer(best[:PRINTED], format, ("rank", "cell", "score"), "No cell has a score.")


def _screen_sites(file: Path, out: Path, engine: str, workers: int | None, scheduler: str, format: Format) -> None:
    """Screen a table of sites and print the result."""
    from workspace.site_screen import screen_sites  # noqa: PLC0415
    from workspace.site_screen_file import read_sites_file  # noqa: PLC0415

    asked = read_sites_file(file)
    started = time.monotonic()
    with _engine(engine.strip().lower(), workers or os.cpu_count() or 1, scheduler) as chosen:
        result = screen_sites(asked, file.resolve().parent, out, chosen, progress)
    _print_sites(result, time.monotonic() - started, format)


def _print_sites(result: ScreenedSites, seconds: float, format: Format) -> None:
    if format is Format.json:
        plain = {**asdict(result), "seconds": round(seconds, 2)}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    if format is Format.csv:
        answer(list(result.best), format, ())
        return
    typer.echo(
        f"{result.title}: {result.rows:,} rows, {result.sites:,} sites, {result.left_out:,} rows name no screened "
        f"commodity; {result.made} of {result.files} parts made in {seconds:.1f} s; checksum {result.checksum}."
    )
    columns = ("rank", "name", "iso3", "kind", "score", "coverage", "gate_failed")
    answer(list(result.best[:PRINTED]), format, columns, "No site is listed.")


def _access() -> dict[str, str]:
    """Return the settings of an object store from the environment."""
    found = {name: os.environ[variable] for variable, name in STORE.items() if os.environ.get(variable)}
    if endpoint := found.get("endpoint"):
        plain = endpoint.removeprefix("http://")
        found |= {
            "endpoint": plain.removeprefix("https://"),
            "url_style": "path",
            "use_ssl": "false" if endpoint.startswith("http://") else "true",
        }
    return found


@contextlib.contextmanager
def _engine(name: str, workers: int, scheduler: str) -> Iterator[Engine]:
    from scoring.prospectivity.screen import OneProcess  # noqa: PLC0415

    if name not in ENGINES:
        raise OptionError("No engine is called {name!r}; choose {names}.", name=name, names=ENGINES)
    if name == "duckdb":
        if scheduler:
            raise OptionError("A scheduler is for the engine dask; give --engine dask.")
        yield OneProcess(workers)
        return
    from scoring.prospectivity.screen_dask import cluster  # noqa: PLC0415 - an extra

    with cluster(workers, scheduler) as engine:
        yield engine
