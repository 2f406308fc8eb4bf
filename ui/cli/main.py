"""The command line: the same functions as the screens, for terminals and scripts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data.texts import visible
from geo.errors import OrebridgeError
from ui.cli.arguments import guarded
from ui.cli.backtest import backtest
from ui.cli.bundle import data_app
from ui.cli.chain import chain
from ui.cli.facts import facts_app
from ui.cli.grade import grade
from ui.cli.interrupts import wait_for_imports
from ui.cli.layers import criteria_app, layers_app
from ui.cli.milestones import milestones_app
from ui.cli.ownership import owners
from ui.cli.portfolio import portfolio
from ui.cli.prices import prices_app
from ui.cli.prospecting import prospect
from ui.cli.ranking import export, rank, site
from ui.cli.response import pricefloor, respond, stock
from ui.cli.robustness import desks, methods_app, robustness, sensitivity, unknowns
from ui.cli.screening import screen
from ui.cli.serving import INTERRUPTED, PORTS, serve
from ui.cli.shortlists import compare, memo, shortlist_app
from ui.cli.supply import supply
from ui.cli.terminal import Format, answer, settle_streams
from workspace.left_out import left_out, notices

if TYPE_CHECKING:
    pass

#: The exit code of what cannot be done as it was put; docs/cli.md lists all.
FAILED = 2

app = typer.Typer(
    name="orebridge",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Find, score and shortlist critical-mineral projects for joint US-Japan investment.",
)
app.add_typer(layers_app, name="layers")
app.add_typer(criteria_app, name="criteria")
app.add_typer(methods_app, name="methods")
app.add_typer(milestones_app, name="milestones")
app.add_typer(prices_app, name="prices")
app.add_typer(data_app, name="data")
app.add_typer(shortlist_app, name="shortlist")
app.add_typer(facts_app, name="facts")
app.command()(rank)
app.command()(site)
app.command()(export)
app.command()(grade)
app.command()(owners)
app.command()(compare)
app.command()(memo)
app.command()(supply)
app.command()(chain)
for command in (
    backtest,
    desks,
    portfolio,
    prospect,
    screen,
    robustness,
    sensitivity,
    unknowns,
    respond,
    stock,
    pricefloor,
):
    app.command()(command)


def main() -> None:
    """Run the command line; what goes wrong is one sentence on stderr. The exit codes are those of docs/cli.md."""
    wait_for_imports()
    settle_streams()
    _see_to_home()
    sys.exit(_outcome(command_tree()))


def _see_to_home() -> None:
    """Give a user without a home folder (a container with a random number) that of the data.

    Libraries look for settings there.
    """
    folder = os.environ.get("OREBRIDGE_HOME", "")
    try:
        Path.home()
    except RuntimeError:
        if folder and not folder.startswith("~"):
            os.environ["HOME"] = folder


def command_tree() -> Any:
    """Return all commands, their arguments checked before they run."""
    return guarded(typer.main.get_command(app))


def _outcome(commands: Callable[..., Any]) -> int:
    """Run what the arguments of the process say, put into a sentence what goes wrong, and return the exit code."""
    try:
        code = _run(commands)
    except (
        typer.TyperException
    ) as error:  # an option that cannot be parsed; without arguments: the help, which has several lines
        message = getattr(error, "format_message", error.__str__)()
        typer.echo(message if "\n" in message else f"orebridge: {visible(message)}", err=True)
        return FAILED
    except OrebridgeError as error:
        if str(error) not in left_out():
            _tell_left_out()
        return _failed(str(error), getattr(error, "exit_code", FAILED))
    except OSError as error:
        return _failed(f"{error.filename2 or error.filename or 'standard output'}: {error.strerror or error}.")
    except _database_errors() as error:
        return _failed(
            f"The database could not go on ({str(error).splitlines()[0][:300]}); `orebridge doctor` "
            f"says what is damaged."
        )
    if code == INTERRUPTED:
        return _failed("interrupted.", INTERRUPTED)
    _tell_left_out()
    return code


def _run(commands: Callable[..., Any]) -> int:
    """Run the commands and return the exit code.

    A reader that leaves early is no fault, Ctrl+C inside a query is Ctrl+C.
    """
    try:
        code = int(commands(standalone_mode=False) or 0)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still to be flushed goes nowhere
        return 0
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # what DuckDB makes of Ctrl+C
            return INTERRUPTED
        if "home directory" in str(error):  # of a library that looks for its settings
            raise OrebridgeError(
                "This user has no home folder; set OREBRIDGE_HOME to a folder that you can write to."
            ) from error
        raise
    return code


def _database_errors() -> tuple[type[Exception], ...]:
    """Return the errors of DuckDB, if it was loaded at all."""
    return (sys.modules["duckdb"].Error,) if "duckdb" in sys.modules else ()


def _failed(message: str, code: int = FAILED) -> int:
    typer.echo(f"orebridge: {visible(' '.join(message.splitlines()))}", err=True)
    return code


def _tell_left_out() -> None:
    for sentence in (left_out(), *notices()):
        if sentence:
            typer.echo(f"orebridge: {visible(sentence)}", err=True)


@app.command("app")
def run_app(
    port: Annotated[int, typer.Option(min=PORTS[0], max=PORTS[1], help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "localhost",
) -> None:
    """Start the app and print its URL."""
    serve(address, port)


@app.command()
def doctor() -> None:
    """Check the installation: versions, extension, bundle, store, disk."""
    from workspace.health import checks  # noqa: PLC0415

    results = checks()
    answer(results, Format.table, ("check", "ok", "detail"))
    if not all(row["ok"] == "yes" for row in results):
        raise typer.Exit(1)
