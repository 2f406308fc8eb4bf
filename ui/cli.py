"""The command line: the same functions as the screens, for terminals and scripts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data.texts import visible
from geo.errors import OrebridgeError
from ui.arguments import MOST_ROWS, guarded
from ui.backtest_commands import backtest
from ui.grade_commands import grade
from ui.judging_commands import desks, methods_app, robustness, sensitivity, unknowns
from ui.layer_commands import criteria_app, layers_app
from ui.left_out import leave_out, left_out, notices, take_notice
from ui.milestone_commands import milestones_app
from ui.ownership_commands import owners
from ui.serving import INTERRUPTED, PORTS, serve
from ui.shortlist_commands import compare, memo, shortlist_app
from ui.targets import OverwriteOption
from ui.terminal import Format, FormatOption, answer, flat, settle_streams

if TYPE_CHECKING:
    import duckdb

    from scoring.scenario import Area, Scenario

#: The exit code of what cannot be done as it was put; docs/cli.md lists all.
FAILED = 2

app = typer.Typer(
    name="orebridge", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Find, score and shortlist critical-mineral projects for joint US-Japan investment.",
)  # fmt: skip
data_app = typer.Typer(no_args_is_help=True, help="The bundled data: report and rebuild.")
app.add_typer(layers_app, name="layers")
app.add_typer(criteria_app, name="criteria")
app.add_typer(methods_app, name="methods")
app.add_typer(milestones_app, name="milestones")
app.add_typer(data_app, name="data")
app.add_typer(shortlist_app, name="shortlist")
app.command()(grade)
app.command()(owners)
app.command()(compare)
app.command()(memo)
for command in (backtest, desks, robustness, sensitivity, unknowns):
    app.command()(command)


Commodity = Annotated[str, typer.Option(help="Commodity of interest, for example neodymium; it decides which grade counts.")]
Kind = Annotated[list[str] | None, typer.Option(help="mine, separation, refinery, derivative or recycling; repeat for more.")]
Country = Annotated[list[str] | None, typer.Option(help="ISO 3166-1 alpha-3 code, for example AUS; repeat for more.")]
Stage = Annotated[list[str] | None, typer.Option(help="Stage, for example feasibility; repeat for more.")]
PresetOption = Annotated[str, typer.Option("--preset", help="balanced, us_desk, japan_desk, speed or security.")]
Weights = Annotated[str, typer.Option(help="Weights of the pillars, for example grade=30,permitting=25,infrastructure=25,ownership=20.")]
OrderBy = Annotated[str, typer.Option(help="shrunk (known evidence drawn to its floor by what is missing), worst or known.")]
MinCoverage = Annotated[float, typer.Option(min=0, max=1, help="Only sites with at least this share of the weight measured.")]
HideFailed = Annotated[bool, typer.Option("--hide-failed", help="Leave out sites that fail a gate.")]
MethodOption = Annotated[str, typer.Option("--method", help="How criteria are put together; `orebridge methods list` names them.")]
AreaOption = Annotated[
    str, typer.Option("--area", help="Only sites inside: west,south,east,north, a .geojson file, or the id of an own layer.")
]
Text = Annotated[str, typer.Option("--search", help="Only sites whose name contains this.")]


def main() -> None:
    """Run the command line; what goes wrong is one sentence on stderr. The exit codes are those of docs/cli.md."""
    settle_streams()
    _see_to_home()
    sys.exit(_outcome(command_tree()))


def _see_to_home() -> None:
    """Give a user without a home folder (a container with a random number) that of the data: libraries look for settings there."""
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
    except typer.TyperException as error:  # an option that cannot be parsed; without arguments: the help, which has several lines
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
        return _failed(f"The database could not go on ({str(error).splitlines()[0][:300]}); `orebridge doctor` says what is damaged.")
    if code == INTERRUPTED:
        return _failed("interrupted.", INTERRUPTED)
    _tell_left_out()
    return code


def _run(commands: Callable[..., Any]) -> int:
    """Run the commands and return the exit code; a reader that leaves early is no fault, Ctrl+C inside a query is Ctrl+C."""
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
            raise OrebridgeError("This user has no home folder; set OREBRIDGE_HOME to a folder that you can write to.") from error
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
    """Open the app in the browser's address that it prints."""
    serve(address, port)


@app.command()
def rank(
    commodity: Commodity = "",
    kind: Kind = None,
    country: Country = None,
    stage: Stage = None,
    preset: PresetOption = "balanced",
    weights: Weights = "",
    order_by: OrderBy = "shrunk",
    min_coverage: MinCoverage = 0.0,
    hide_failed: HideFailed = False,
    search: Text = "",
    method: MethodOption = "weighted_sum",
    area: AreaOption = "",
    top: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="How many sites.")] = 20,
    format: FormatOption = Format.table,
) -> None:
    """Rank candidate sites."""
    scenario = build_scenario(preset, weights, commodity, kind, country, stage, order_by, min_coverage, hide_failed, search, method, area)
    facts, scenario = with_own(scenario, open_ranking_facts)
    answer(
        ranked(facts, scenario, top),
        format,
        ("rank", "name", "country", "kind", "stage", "score", "score_low", "score_high", "coverage"),
    )


def open_ranking_facts() -> duckdb.DuckDBPyConnection:
    """Return the facts that ranking needs, ready to rank.

    DuckDB imports pandas when it binds its first parameter, which costs more than the ranking. Nothing here needs pandas, so for
    this short-lived process it is marked as absent, which DuckDB handles.
    """
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    from data.facts import RANKING_TABLES, open_facts  # noqa: PLC0415 - keeps `orebridge --help` instant
    from scoring.pipeline import prepare  # noqa: PLC0415

    facts = open_facts(tables=RANKING_TABLES)
    prepare(facts)
    return facts


def with_own(scenario: Scenario, otherwise: Callable[[], duckdb.DuckDBPyConnection]) -> tuple[duckdb.DuckDBPyConnection, Scenario]:
    """Return facts and scenario with the user's own sites and criteria; the plain facts where there are none.

    While the store cannot be used, what is the user's own does not count, and stderr says so.
    """
    from data.store import StoreError  # noqa: PLC0415

    try:
        own_counts = _has_own()
    except StoreError as error:
        leave_out(error)
        own_counts = False
    if not own_counts:
        return otherwise(), scenario
    from ui import cache  # noqa: PLC0415

    scenario = replace(scenario, evidence=cache.own_criteria())
    cache.ready(scenario)
    return cache.facts(), scenario


def _has_own() -> bool:
    """Tell whether the user has sites or criteria of their own, without making a store; a store that is open already is asked itself."""
    from data.store import FILE, Store, home  # noqa: PLC0415

    if not (home() / FILE).exists():
        return False
    if "ui.cache" in sys.modules:
        from ui import cache  # noqa: PLC0415

        return cache.store().has_own()
    with take_notice(Store.open()) as store:
        return store.has_own()


def open_all_facts() -> duckdb.DuckDBPyConnection:
    """Return the whole bundle, ready to rank."""
    from data.facts import open_facts  # noqa: PLC0415
    from scoring.pipeline import prepare  # noqa: PLC0415

    facts = open_facts()
    prepare(facts)
    return facts


def build_scenario(
    preset: str, weights: str, commodity: str, kind: list[str] | None, country: list[str] | None, stage: list[str] | None,
    order_by: str, min_coverage: float, hide_failed: bool, search: str, method: str = "weighted_sum", area: str = "",
) -> Scenario:  # fmt: skip
    """Return the scenario that the options say.

    Raises
    ------
    ScenarioError
        If an option cannot be understood: which, and what is allowed.
    """
    from data.build.vocabulary import KINDS, STAGES  # noqa: PLC0415
    from scoring.scenario import Filters, ScenarioError, from_preset  # noqa: PLC0415

    for given, allowed, what in ((kind, KINDS, "kind"), (stage, STAGES, "stage")):
        for value in given or ():
            if value not in allowed:
                raise ScenarioError(f"No {what} is called {value!r}; choose {', '.join(allowed)}.")
    for code in country or ():
        if len(code) != 3 or not code.isalpha():
            raise ScenarioError(f"{code!r} is not an ISO 3166-1 alpha-3 code; write for example AUS.")
    filters = Filters(
        kinds=tuple(kind or ()), stages=tuple(stage or ()), countries=tuple(c.upper() for c in country or ()),
        min_coverage=min_coverage, gates_failed=not hide_failed, text=search, area=_area(area),
    )  # fmt: skip
    changes: dict[str, Any] = {"commodity": commodity.strip().lower(), "filters": filters, "order_by": order_by, "method": method}
    chosen = from_preset(preset, **changes)
    if not weights:
        return chosen
    return type(chosen)(weights=parse_weights(weights), **changes)


def _area(text: str) -> Area | None:
    """Return the area of interest that an option names; stderr says if its edge had to be simplified."""
    if not text:
        return None
    from ui.area_file import area_of  # noqa: PLC0415

    found, moved_m = area_of(text)
    if moved_m:
        typer.echo(f"orebridge: the edge of {found.name} was simplified, by up to {moved_m:.0f} m.", err=True)
    return found


def parse_weights(text: str) -> dict[str, float]:
    """Return pillar weights from "grade=30,permitting=25"; pillars not named weigh 0.

    Raises
    ------
    ScenarioError
        If a part is not name=number, or a name stands twice.
    """
    from scoring.scenario import ScenarioError, weights_from  # noqa: PLC0415

    try:
        return weights_from(text)
    except ScenarioError as error:
        raise ScenarioError(f"--weights: {error}") from error


def ranked(facts: duckdb.DuckDBPyConnection, scenario: Scenario, top: int) -> list[dict[str, Any]]:
    """Return the first `top` sites as the JSON of `orebridge rank`."""
    from data.facts import query  # noqa: PLC0415
    from scoring.pipeline import rank_cursor  # noqa: PLC0415

    cursor = rank_cursor(facts, scenario)
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(top)]
    gates: dict[str, dict[str, str]] = {}
    for site_id, gate, verdict in facts.cursor().execute(query("gates_of_sites"), {"site_ids": [r["site_id"] for r in rows]}).fetchall():
        gates.setdefault(site_id, {})[gate] = verdict
    criteria = [c.id for c in scenario.criteria]
    return [_ranked_row(row, gates.get(row["site_id"], {}), criteria) for row in rows]


def _ranked_row(row: dict[str, Any], gates: dict[str, str], criteria: list[str]) -> dict[str, Any]:
    kept = ("site_id", "name", "kind", "commodities", "lon", "lat", "stage", "score", "rank", "coverage", "score_low", "score_high")
    found = {key: row[key] for key in kept}
    return {**found, "country": row["iso3"], "gates": gates, "contributions": dict(zip(criteria, row["contributions"], strict=True))}


@app.command()
def site(
    site_id: Annotated[str, typer.Argument(help="Site id as `orebridge rank` prints it, or a part of the name.")],
    commodity: Commodity = "",
    preset: PresetOption = "balanced",
    format: FormatOption = Format.table,
) -> None:
    """Show all that is known of one site: score, claims, owners, gates."""
    from scoring.dossier import dossier  # noqa: PLC0415
    from scoring.scenario import from_preset  # noqa: PLC0415

    facts, scenario = with_own(from_preset(preset, commodity=commodity.strip().lower()), open_all_facts)
    found = dossier(facts, scenario, site_id)
    if format is Format.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    answer([{"what": key, "value": flat(value)} for key, value in found.items() if not isinstance(value, list)], format, ("what", "value"))
    for key in ("lines", "claims", "owners", "gates"):
        typer.echo(f"\n{key}")
        answer(found[key], format, tuple(found[key][0]) if found[key] else ("nothing known",))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; the ending says the format: .csv .xlsx .gpkg .parquet .geojson .kml")],
    commodity: Commodity = "",
    kind: Kind = None,
    country: Country = None,
    stage: Stage = None,
    preset: PresetOption = "balanced",
    weights: Weights = "",
    order_by: OrderBy = "shrunk",
    min_coverage: MinCoverage = 0.0,
    hide_failed: HideFailed = False,
    search: Text = "",
    method: MethodOption = "weighted_sum",
    area: AreaOption = "",
    top: Annotated[int | None, typer.Option(min=1, max=MOST_ROWS, help="How many sites; all where not given.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write the ranked list with scores, weights, sources and licences."""
    from data.export import check, write  # noqa: PLC0415
    from data.files import Target  # noqa: PLC0415
    from scoring.listing import listing  # noqa: PLC0415
    from ui import cache  # noqa: PLC0415
    from ui.permalink import permalink  # noqa: PLC0415

    target = check(Target(file, overwrite))
    scenario = build_scenario(preset, weights, commodity, kind, country, stage, order_by, min_coverage, hide_failed, search, method, area)
    facts, scenario = with_own(scenario, open_all_facts)
    found = listing(facts, scenario, permalink(scenario), top, register=cache.sources())
    write(found, target)
    typer.echo(f"{len(found.sites)} sites written to {file}")


@data_app.command("report")
def data_report(format: FormatOption = Format.table) -> None:
    """Say how far the bundled data reach."""
    from data.bundle import report  # noqa: PLC0415

    found = report(open_all_facts())
    if format is Format.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    rows = [{"what": k, "value": v} for k, v in found.items() if not isinstance(v, dict)]
    rows += [{"what": f"{k}: {name}", "value": n} for k, v in found.items() if isinstance(v, dict) for name, n in v.items()]
    answer(rows, format, ("what", "value"))


@data_app.command("build")
def data_build(
    raw: Annotated[Path, typer.Option(help="Folder with the raw files that data/sources.toml lists.")],
    out: Annotated[Path | None, typer.Option(help="Where to write; the bundle itself where not given.")] = None,
    check: Annotated[bool, typer.Option(help="Compare every raw file with its sha256 first.")] = True,
) -> None:
    """Rebuild the bundle from the raw files."""
    from ui.build import build_bundle  # noqa: PLC0415

    build_bundle(raw, out, check=check, say=typer.echo)


@app.command()
def doctor() -> None:
    """Check what the product needs: versions, extension, bundle, store, disk."""
    from ui.doctor import checks  # noqa: PLC0415

    found = checks()
    answer(found, Format.table, ("check", "ok", "detail"))
    if not all(row["ok"] == "yes" for row in found):
        raise typer.Exit(1)
