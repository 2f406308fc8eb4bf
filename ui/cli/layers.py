"""``orebridge layers`` and ``orebridge criteria``: bring a file in, make it evidence, take it out again."""

from __future__ import annotations

import json
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from data.texts import line, prose
from geo.errors import OrebridgeError
from scoring.defaults import DEFAULT_CURVE
from ui.cli.targets import OverwriteOption
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from data.sql import Record
    from data.user_layers import NewLayer
    from data.user_sites import SiteColumns
    from layers.imports import Draft, ImportOptions

layers_app = typer.Typer(no_args_is_help=True, help="Map layers: bundled and imported.")
criteria_app = typer.Typer(no_args_is_help=True, help="User-defined criteria measured on your layers.")

#: Files that belong to the one that was named: the same name, another ending.
COMPANIONS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".dfn", ".des", ".gfs", ".xsd", ".dat")
MOST_CURES = 4
#: Words of commodities that are listed.
MOST_WORDS = 12
EXIT = {"ok": 0, "needs_input": 3, "refused": 2}
LayerArgument = Annotated[
    str, typer.Argument(help="Id or name of an imported layer, as printed by `orebridge layers list`.")
]


class OptionError(OrebridgeError):
    """A command-line option that is not in the expected form."""


@layers_app.command("add")
def add_layer(
    file: Annotated[
        Path,
        typer.Argument(
            help="Survey file: vector, raster, table or archive. Companion files (.dbf, .dfn, ...) are included."
        ),
    ],
    layer: Annotated[list[str] | None, typer.Option(help="Layer of the file; repeat for several; default all.")] = None,
    crs: Annotated[
        str,
        typer.Option(
            help="Coordinate system if the file does not state it or states it wrongly, for example EPSG:28350."
        ),
    ] = "",
    cure: Annotated[
        list[str] | None, typer.Option(help="Fix for a finding, as printed: KEY=VALUE; repeat for several.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the layer.")] = "",
    role: Annotated[str, typer.Option(help="layer, or sites (features become your candidate sites).")] = "layer",
    field: Annotated[
        list[str] | None,
        typer.Option(help="For sites, FIELD=COLUMN (name, commodities, stage, tonnage, grade.nickel, ...)."),
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="For sites, FIELD=VALUE applied to all (commodities, kind, stage).")
    ] = None,
    licence: Annotated[str, typer.Option(help="Licence of the data.")] = "",
    source_url: Annotated[str, typer.Option(help="Source URL of the data.")] = "",
    source_date: Annotated[str, typer.Option(help="Reference date of the data.")] = "",
    note: Annotated[str, typer.Option(help="Caveat to show with the layer.")] = "",
    confidentiality: Annotated[str, typer.Option(help="private or shared.")] = "private",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; import nothing.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Import a survey file: read it in a sandbox, report findings, import all of it or nothing.

    Exit code 0: fine; 3: a question is open (give --crs or --cure); 2: refused.
    """
    from data.user_sites import SiteColumns, UserSitesError  # noqa: PLC0415
    from layers import imports  # noqa: PLC0415 - keeps `orebridge --help` instant

    if role not in ("layer", "sites"):
        raise OptionError("No role is called {role!r}; choose layer or sites.", role=role)
    about = imports.ImportOptions(name, role, licence, source_url, source_date, note, confidentiality)
    columns = SiteColumns(_pairs("--field", field), _pairs("--state", state), suggested=True)
    with ExitStack() as stack:
        draft, error = _read(stack, file, layer or [], crs, _pairs("--cure", cure))
        status = "refused" if draft is None else draft.status
        made: list[NewLayer] = []
        if draft is not None and draft.status == "ok":
            try:
                made = _made(draft, about, columns, keep=not dry_run)
            except UserSitesError as question:
                status, error = "needs_input", str(question)
            except OrebridgeError as refusal:
                status, error = "refused", str(refusal)
        _report(status, draft, made, error, format, imported=bool(made) and not dry_run)
    sys.exit(EXIT[status])


def _pairs(option: str, options: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in options or ():
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise OptionError("{option}: {text!r} is not KEY=VALUE.", option=option, text=text)
        pairs[key.strip()] = value.strip()
    return pairs


def _read(stack: ExitStack, file: Path, layers: list[str], crs: str, cures: dict[str, str]) -> tuple[Draft | None, str]:
    """Read a file in quarantine; the draft, or why there is none."""
    from data.store import home  # noqa: PLC0415
    from layers import imports  # noqa: PLC0415
    from workspace.user_layers import reader  # noqa: PLC0415

    try:
        upload = imports.take_in(home(), stack.enter_context(_opened(file)))
        stack.callback(imports.discard, upload)
        stack.enter_context(reader())
        return imports.read(reader(), upload, imports.request_for(upload, layers, crs, cures)), ""
    except OrebridgeError as error:
        return None, str(error)
    except OSError as error:
        return None, f"{file}: {error.strerror or error}."


@contextmanager
def _opened(file: Path) -> Iterator[list[tuple[str, BinaryIO]]]:
    """Open a file with those that belong to it; a file geodatabase, which is a folder, as a zip."""
    with ExitStack() as stack:
        if file.is_dir():
            if file.suffix.lower() != ".gdb":
                raise OptionError(
                    "{file} is a folder; name a file, or a file geodatabase (a folder that ends in .gdb).", file=file
                )
            folder = Path(stack.enter_context(TemporaryDirectory()))
            yield [(f"{file.name}.zip", stack.enter_context(_zipped(file, folder).open("rb")))]
            return
        paths = [file]
        if file.suffix.lower() in COMPANIONS:
            paths += [
                p
                for p in sorted(file.parent.glob(f"{_literal(file.stem)}.*"))
                if p != file and p.suffix.lower() in COMPANIONS
            ]
        yield [(path.name, stack.enter_context(path.open("rb"))) for path in paths]


def _literal(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)


def _zipped(folder: Path, into: Path) -> Path:
    target = into / "folder.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                archive.write(path, path.relative_to(folder.parent))
    return target


def _made(draft: Draft, about: ImportOptions, columns: SiteColumns | None, *, keep: bool) -> list[NewLayer]:
    """Return the layers that a draft gives, and import them if they are to be kept."""
    from workspace import session  # noqa: PLC0415
    from workspace.user_layers import prepared  # noqa: PLC0415

    try:
        made = prepared(draft, about, session.facts, columns=columns)
        if keep:
            session.own().keep(made)
        return made
    finally:
        session.close()


def _report(
    status: str, draft: Draft | None, made: list[NewLayer], error: str, format: Format, *, imported: bool
) -> None:
    from layers import reports  # noqa: PLC0415

    added = {new.row.source_layer + new.row.kind: new.row.layer_id for new in made} if imported else {}
    report = reports.as_values(status, draft.report if draft else None, added, error)
    if any(new.row.role == "sites" for new in made):
        report["sites"] = {
            "added": sum(len(new.sites.sites) for new in made),
            "left_out": sum(new.sites.left_out for new in made),
            "unknown_words": dict(sum((Counter(new.sites.unknown_words) for new in made), Counter[str]())),
        }
    if format is Format.json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    answer(
        report["layers"],
        format,
        ("name", "kind", "features", "crs", "crs_reason", "bounds", "layer_id"),
        "No layer can be read.",
    )
    if format is Format.table:
        _print(report, imported=imported)


def _print(report: Record, *, imported: bool) -> None:
    """Print findings with their cures, what became of sites, and how it ended."""
    for finding in report["findings"]:
        where = f" (row {finding['row']})" if finding["row"] else ""
        cures = "".join(
            f"\n    --crs {action[4:]}" if action.startswith("crs=") else f"\n    --cure {action}"
            for action in finding["actions"][:MOST_CURES]
        )
        if len(finding["actions"]) > MOST_CURES:
            cures += f"\n    ... and {len(finding['actions']) - MOST_CURES} more in --format json"
        typer.echo(prose(f"{finding['severity']}: {finding['message']}{where} {finding['cure']}{cures}"))
    if "sites" in report:
        typer.echo(
            f"{report['sites']['added']} sites; {report['sites']['left_out']} rows name no screened "
            f"commodity and are excluded."
        )
        if words := report["sites"]["unknown_words"]:
            shown = ", ".join(f"{word} ({count})" for word, count in list(words.items())[:MOST_WORDS])
            typer.echo(prose(f"Words that name no screened commodity: {shown}."))
    ended = {
        "ok": "Imported." if imported else "Ready to import.",
        "needs_input": "Input needed.",
        "refused": "Refused.",
    }
    typer.echo(ended[report["status"]])


@layers_app.command("list")
def list_layers(format: FormatOption = Format.table) -> None:
    """List bundled and imported map layers with source and licence."""
    from layers.catalog import info  # noqa: PLC0415
    from workspace import reference, session  # noqa: PLC0415

    rows = [
        {
            "id": layer.id,
            "group": layer.group,
            "kind": layer.kind,
            "title": layer.title,
            "licence": info(layer).licence,
            "as_of": info(layer).as_of,
            "attribution": info(layer).attribution,
        }
        for layer in reference.map_layers()
    ]
    session.close()
    answer(rows, format, ("id", "group", "kind", "title", "licence", "as_of"))


@layers_app.command("show")
def show_layer(layer: LayerArgument, format: FormatOption = Format.table) -> None:
    """Show an imported layer: columns, coordinate system, provenance, edits."""
    from layers import reports  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    provenance = reports.provenance(session.own().find(layer))
    session.close()
    if format is Format.json:
        typer.echo(json.dumps(provenance, ensure_ascii=False, indent=2, default=str))
        return
    answer([{"what": key, "value": value} for key, value in provenance.items()], format, ("what", "value"))


@layers_app.command("remove")
def remove_layer(
    layer: LayerArgument,
    forever: Annotated[bool, typer.Option("--forever", help="Delete it with its features; cannot be undone.")] = False,
) -> None:
    """Remove an imported layer; `orebridge layers restore` brings it back."""
    from workspace import session  # noqa: PLC0415

    removed = session.own().forget(layer) if forever else session.own().remove(layer)
    session.close()
    back = "this cannot be undone" if forever else f"`orebridge layers restore {removed.layer_id}` brings it back"
    typer.echo(f"{line(removed.name)} ({removed.layer_id}) is removed; {back}.")


@layers_app.command("restore")
def restore_layer(layer: LayerArgument) -> None:
    """Restore a removed layer."""
    from workspace import session  # noqa: PLC0415

    restored = session.own().restore(layer)
    session.close()
    typer.echo(f"{line(restored.name)} ({restored.layer_id}) is restored.")


@layers_app.command("export")
def export_layer(
    layer: LayerArgument,
    file: Annotated[Path, typer.Argument(help="Output file: .gpkg for vectors, .tif for rasters.")],
    overwrite: OverwriteOption = False,
) -> None:
    """Export an imported layer with its provenance."""
    from data.files import Target  # noqa: PLC0415
    from layers.export import check, export  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    own = session.own()
    user_layer = own.find(layer)
    target = check(user_layer, Target(file, overwrite))
    export(
        user_layer,
        own.features(user_layer.layer_id) if user_layer.kind != "raster" else None,
        own.raster(user_layer.layer_id),
        target,
    )
    session.close()
    typer.echo(f"{line(user_layer.name)} written to {file}")


@criteria_app.command("add")
def add_criterion(
    layer: Annotated[str, typer.Option(help="Id or name of an imported layer.")],
    measure: Annotated[str, typer.Option(help="Measure; `orebridge criteria measures` lists them.")],
    goalposts: Annotated[str, typer.Option(help="Two goalposts, for example 0,50; --sense says which end is better.")],
    sense: Annotated[str, typer.Option(help="min: lower is better; max: higher is better.")] = "max",
    weight: Annotated[
        float, typer.Option(min=0, max=100, help="Weight, 0 to 100, on the same scale as the pillars.")
    ] = 10.0,
    column: Annotated[str, typer.Option(help="Column, for measures that read a value.")] = "",
    radius_km: Annotated[
        float, typer.Option("--radius", min=0, max=20_038, help="Radius in km, for measures within a radius.")
    ] = 0.0,
    value: Annotated[str, typer.Option(help="linear or log.")] = DEFAULT_CURVE,
    title: Annotated[str, typer.Option(help="Title shown on cards and exports.")] = "",
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Global layer: unmapped means absent.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Use a layer as a criterion in `rank`, `site`, `export` and the app."""
    from workspace import session, user_criteria  # noqa: PLC0415

    low, high = _goalposts(goalposts)
    if sense not in ("min", "max"):
        raise OptionError("No sense is called {sense!r}; choose min or max.", sense=sense)
    worst, best = (high, low) if sense == "min" else (low, high)
    own = user_criteria.made(
        session.own().find(layer),
        measure,
        column=column,
        radius_km=radius_km,
        worst=worst,
        best=best,
        value=value,
        weight=weight,
        title=title,
        everywhere=everywhere,
    )
    added = user_criteria.add(own)
    session.close()
    answer([added], format, ("id", "title", "measure", "weight", "worst", "best", "unit", "known_sites"))


def _goalposts(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise OptionError("--goalposts: {text!r} is not two numbers; write for example 0,50.", text=text) from error
    return (low, high) if low <= high else (high, low)


@criteria_app.command("measures")
def list_measures(format: FormatOption = Format.table) -> None:
    """List the measures available for a layer."""
    from workspace import user_criteria  # noqa: PLC0415

    answer(user_criteria.measures(), format, ("measure", "what", "layers", "column", "radius", "unit"))


@criteria_app.command("list")
def list_criteria(format: FormatOption = Format.table) -> None:
    """List user-defined criteria."""
    from workspace import session  # noqa: PLC0415

    session.store()  # a store that cannot be reached is no empty list
    rows = [{"id": own.id, **own.as_dict()} for own in session.stored_criteria()]
    session.close()
    answer(
        rows,
        format,
        ("id", "title", "layer_id", "measure", "column", "radius_km", "worst", "best", "weight", "unit"),
        "There is none yet.",
    )


@criteria_app.command("remove")
def remove_criterion(
    criterion: Annotated[str, typer.Argument(help="Id as printed by `orebridge criteria list`.")],
) -> None:
    """Remove a user-defined criterion."""
    from workspace import session, user_criteria  # noqa: PLC0415

    title = user_criteria.remove(criterion)
    session.close()
    typer.echo(f"{line(title)} is no longer used in the score.")
