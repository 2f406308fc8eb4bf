"""``orebridge layers`` and ``orebridge criteria``: bring a file in, make it evidence, take it out again."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from data.texts import line, prose
from geo.errors import OrebridgeError
from ui.cli.targets import OverwriteOption
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from data.user_layers import NewLayer
    from data.user_sites import SiteColumns
    from layers.imports import Draft, ImportOptions

layers_app = typer.Typer(no_args_is_help=True, help="Map layers: those of the bundle and your own.")
criteria_app = typer.Typer(no_args_is_help=True, help="Criteria of your own, measured on your layers.")

#: Files that belong to the one that was named: the same name, another ending.
COMPANIONS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".dfn", ".des", ".gfs", ".xsd", ".dat")
MOST_CURES = 4
EXIT = {"ok": 0, "needs_input": 3, "refused": 2}
LayerArgument = Annotated[str, typer.Argument(help="Id or name of an own layer, as `orebridge layers list` prints it.")]


class OptionError(OrebridgeError):
    """A command-line option that is not in the expected form."""


@layers_app.command("add")
def add_layer(
    file: Annotated[
        Path,
        typer.Argument(
            help="Survey file: vector, raster, table or archive. Companions beside it (.dbf, .dfn, ...) are "
            "taken along."
        ),
    ],
    layer: Annotated[
        list[str] | None, typer.Option(help="Layer of the file; repeat for more; all where not given.")
    ] = None,
    crs: Annotated[
        str,
        typer.Option(
            help="Coordinate system of the file where it does not say, or says it wrongly, for example EPSG:28350."
        ),
    ] = "",
    cure: Annotated[
        list[str] | None, typer.Option(help="Cure of a finding, as it is printed: KEY=VALUE; repeat for more.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the layer.")] = "",
    role: Annotated[str, typer.Option(help="layer, or sites: its features are candidate sites of your own.")] = "layer",
    field: Annotated[
        list[str] | None,
        typer.Option(help="For sites, FIELD=COLUMN (name, commodities, stage, tonnage, grade.nickel, ...)."),
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="For sites, FIELD=VALUE that holds for all (commodities, kind, stage).")
    ] = None,
    licence: Annotated[str, typer.Option(help="Licence of the data.")] = "",
    source_url: Annotated[str, typer.Option(help="Where the data come from.")] = "",
    source_date: Annotated[str, typer.Option(help="Date the data speak of.")] = "",
    note: Annotated[str, typer.Option(help="What a reader must know.")] = "",
    confidentiality: Annotated[str, typer.Option(help="private or shared.")] = "private",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; import nothing.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Bring a survey file in: read it apart from the app, say what was found, import it whole or not at all.

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


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    found = {}
    for each in given or ():
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise OptionError("{option}: {text!r} is not KEY=VALUE.", option=option, text=each)
        found[key.strip()] = value.strip()
    return found


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
    found = reports.as_values(status, draft.report if draft else None, added, error)
    if any(new.row.role == "sites" for new in made):
        found["sites"] = {
            "added": sum(len(new.sites.sites) for new in made),
            "left_out": sum(new.sites.left_out for new in made),
        }
    if format is Format.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    answer(
        found["layers"],
        format,
        ("name", "kind", "features", "crs", "crs_reason", "bounds", "layer_id"),
        "No layer can be read.",
    )
    if format is Format.table:
        _tell(found, imported=imported)


def _tell(found: dict[str, Any], *, imported: bool) -> None:
    """Print findings with their cures, what became of sites, and how it ended."""
    for finding in found["findings"]:
        where = f" (row {finding['row']})" if finding["row"] else ""
        cures = "".join(
            f"\n    --crs {each[4:]}" if each.startswith("crs=") else f"\n    --cure {each}"
            for each in finding["actions"][:MOST_CURES]
        )
        if len(finding["actions"]) > MOST_CURES:
            cures += f"\n    ... and {len(finding['actions']) - MOST_CURES} more in --format json"
        typer.echo(prose(f"{finding['severity']}: {finding['message']}{where} {finding['cure']}{cures}"))
    if "sites" in found:
        typer.echo(
            f"{found['sites']['added']} sites; {found['sites']['left_out']} rows name no screened "
            f"commodity and are left out."
        )
    ended = {
        "ok": "Imported." if imported else "Ready to import.",
        "needs_input": "A question is open.",
        "refused": "Refused.",
    }
    typer.echo(ended[found["status"]])


@layers_app.command("list")
def list_layers(format: FormatOption = Format.table) -> None:
    """List the map layers, the bundle's and your own, with source and licence."""
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
    """Show an own layer: columns, coordinate system, provenance, what was done to it."""
    from layers import reports  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    found = reports.provenance(session.own().find(layer))
    session.close()
    if format is Format.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    answer([{"what": key, "value": value} for key, value in found.items()], format, ("what", "value"))


@layers_app.command("remove")
def remove_layer(
    layer: LayerArgument,
    forever: Annotated[
        bool, typer.Option("--forever", help="Delete it with its features; nothing brings it back.")
    ] = False,
) -> None:
    """Take an own layer out of use; `orebridge layers restore` brings it back."""
    from workspace import session  # noqa: PLC0415

    removed = session.own().forget(layer) if forever else session.own().remove(layer)
    session.close()
    back = "nothing brings it back" if forever else f"`orebridge layers restore {removed.layer_id}` brings it back"
    typer.echo(f"{line(removed.name)} ({removed.layer_id}) is removed; {back}.")


@layers_app.command("restore")
def restore_layer(layer: LayerArgument) -> None:
    """Bring a removed layer back."""
    from workspace import session  # noqa: PLC0415

    restored = session.own().restore(layer)
    session.close()
    typer.echo(f"{line(restored.name)} ({restored.layer_id}) is back.")


@layers_app.command("export")
def export_layer(
    layer: LayerArgument,
    file: Annotated[Path, typer.Argument(help="Where to write: .gpkg for vectors, .tif for rasters.")],
    overwrite: OverwriteOption = False,
) -> None:
    """Write what was imported, with its provenance."""
    from data.files import Target  # noqa: PLC0415
    from layers.export import check, export  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    own = session.own()
    found = own.find(layer)
    target = check(found, Target(file, overwrite))
    export(found, own.features(found.layer_id) if found.kind != "raster" else None, own.raster(found.layer_id), target)
    session.close()
    typer.echo(f"{line(found.name)} written to {file}")


@criteria_app.command("add")
def add_criterion(
    layer: Annotated[str, typer.Option(help="Id or name of an own layer.")],
    measure: Annotated[str, typer.Option(help="What is measured: `orebridge criteria measures` lists them.")],
    goalposts: Annotated[
        str, typer.Option(help="Two numbers: the ends of the scale, for example 0,50. --sense says which end is good.")
    ],
    sense: Annotated[str, typer.Option(help="min: less is better; max: more is better.")] = "max",
    weight: Annotated[float, typer.Option(min=0, max=100, help="Weight on the scale of the pillars, 0 to 100.")] = 10.0,
    column: Annotated[str, typer.Option(help="Column, for measures of a value.")] = "",
    radius_km: Annotated[
        float, typer.Option("--radius", min=0, max=20_038, help="Radius in km, for measures within one.")
    ] = 0.0,
    value: Annotated[str, typer.Option(help="linear or log.")] = "linear",
    title: Annotated[str, typer.Option(help="Title on cards and exports.")] = "",
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="The layer covers the world: nothing mapped means nothing there.")
    ] = False,
    format: FormatOption = Format.table,
) -> None:
    """Make a layer a criterion: from now on it counts in `rank`, `site`, `export` and the app."""
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
    found = user_criteria.add(own)
    session.close()
    answer([found], format, ("id", "title", "measure", "weight", "worst", "best", "unit", "known_sites"))


def _goalposts(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise OptionError("--goalposts: {text!r} is not two numbers; write for example 0,50.", text=text) from error
    return (low, high) if low <= high else (high, low)


@criteria_app.command("measures")
def list_measures(format: FormatOption = Format.table) -> None:
    """List what can be measured on a layer."""
    from workspace import user_criteria  # noqa: PLC0415

    answer(user_criteria.measures(), format, ("measure", "what", "layers", "column", "radius", "unit"))


@criteria_app.command("list")
def list_criteria(format: FormatOption = Format.table) -> None:
    """List your own criteria."""
    from workspace import session  # noqa: PLC0415

    session.store()  # a store that cannot be reached is no empty list
    rows: list[dict[str, Any]] = [{"id": own.id, **own.as_dict()} for own in session.stored_criteria()]
    session.close()
    answer(
        rows,
        format,
        ("id", "title", "layer_id", "measure", "column", "radius_km", "worst", "best", "weight", "unit"),
        "There is none yet.",
    )


@criteria_app.command("remove")
def remove_criterion(
    criterion: Annotated[str, typer.Argument(help="Id as `orebridge criteria list` prints it.")],
) -> None:
    """Take a criterion of your own out."""
    from workspace import session, user_criteria  # noqa: PLC0415

    title = user_criteria.remove(criterion)
    session.close()
    typer.echo(f"{line(title)} no longer counts.")
