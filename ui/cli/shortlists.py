"""Commands for the workspace: shortlists with notes, frozen snapshots, what moved, exports, and sites side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data import shortlist_items
from data.texts import line
from geo.errors import OrebridgeError
from scoring.defaults import DEFAULT_PRESET
from ui.cli.targets import OverwriteOption
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    import duckdb

    from data.shortlist_items import Shortlist
    from data.sql import Record
    from data.store import Store
    from scoring.ranking.scenario import Scenario
    from scoring.records import ListRecord

shortlist_app = typer.Typer(
    no_args_is_help=True, help="Shortlists in your store: notes, snapshots, rank changes, exports."
)

Name = Annotated[str, typer.Option(help="Name of the shortlist.")]
NameArgument = Annotated[str, typer.Argument(help="Name of the shortlist.")]
Sites = Annotated[list[str], typer.Argument(help="Site ids as printed by `orebridge rank`, or parts of names.")]
Commodity = Annotated[str, typer.Option(help="Commodity of interest; saved with the shortlist.")]
Preset = Annotated[str, typer.Option(help="Weight preset, for example japan_desk; saved with the shortlist.")]


def _facts() -> tuple[duckdb.DuckDBPyConnection, Scenario]:
    """Return facts with what is the user's own, and the default scenario with the user's criteria."""
    from scoring.ranking.scenario import opening  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    scenario = replace(opening(), evidence=session.stored_criteria())
    session.ready(scenario)
    return session.facts(), scenario


def _kept(shortlist: Shortlist, otherwise: Scenario, *, to_freeze: bool = False) -> Scenario:
    """Return the scenario that ranks or freezes a shortlist, with the user's own criteria in it measured."""
    from workspace import session, snapshots  # noqa: PLC0415

    scenario = (snapshots.frozen_scenario if to_freeze else snapshots.scenario_of)(shortlist, otherwise)
    session.ready(scenario)
    return scenario


def _among(ranked: ListRecord | None) -> str:
    """Return the list in which a site is ranked in one word or two: ``274 mines``, ``13,804 sites, dysprosium``."""
    if ranked is None:
        return ""
    what = ranked["step"] or ("projects" if ranked["universe"] == "projects" else "sites")
    return ", ".join(filter(None, (f"{ranked['sites']:,} {what}", ranked["commodity"])))


def _store() -> Store:
    from workspace import session  # noqa: PLC0415

    return session.store()


@shortlist_app.command("new")
def new(
    name: NameArgument,
    question: Annotated[str, typer.Option(help="Question the shortlist answers.")] = "",
    commodity: Commodity = "",
    preset: Preset = "",
) -> None:
    """Create a shortlist; --commodity or --preset saves a scenario with it."""
    from data import shortlists  # noqa: PLC0415
    from data.facts import data_version  # noqa: PLC0415
    from data.shortlist_items import Shortlist  # noqa: PLC0415
    from scoring.ranking.pipeline import pack  # noqa: PLC0415
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415

    facts, scenario = _facts()
    fresh = Shortlist(name, question)
    if commodity or preset:
        scenario = replace(
            from_preset(preset or DEFAULT_PRESET, commodity=commodity.strip().lower()), evidence=scenario.evidence
        )
        pack(facts, scenario)
        fresh = replace(fresh, scenario=scenario.as_dict(), data_version=data_version())
    shortlists.new(_store(), fresh)
    typer.echo(f"The shortlist {name!r} is created.")


@shortlist_app.command("list")
def list_all(format: FormatOption = Format.table) -> None:
    """List the shortlists."""
    from data import shortlists  # noqa: PLC0415

    columns = ("name", "sites", "snapshots", "changed_at", "question")
    answer(
        shortlists.shortlists(_store()),
        format,
        columns,
        "There is no shortlist yet; `orebridge shortlist new NAME` makes one.",
    )


@shortlist_app.command("add")
def add(
    sites: Sites,
    name: Name = "default",
    note: Annotated[str, typer.Option(help="Note for each site.")] = "",
) -> None:
    """Add sites to a shortlist; a note replaces an existing one."""
    from data import shortlists  # noqa: PLC0415
    from scoring.sites.dossier import site_row  # noqa: PLC0415

    facts, _ = _facts()
    _refuse_list(sites[0], [row["name"] for row in shortlists.shortlists(_store())])
    rows = [site_row(facts, site) for site in sites]
    shortlists.add(_store(), name, *(row["site_id"] for row in rows), note=note)
    noted = " with the note" if note else ""
    for asked, row in zip(sites, rows, strict=True):
        found = "" if asked == row["site_id"] else f" ({asked!r} was taken as a part of its name)"
        typer.echo(f"{line(row['name'])} is on the shortlist {name!r}{noted}{found}.")


def _refuse_list(first: str, names: list[str]) -> None:
    """Refuse a shortlist where a site belongs.

    Raises
    ------
    WorkspaceError
        If the first word is the name of a shortlist.
    """
    from data.shortlist_items import WorkspaceError  # noqa: PLC0415

    if first in names:
        raise WorkspaceError(
            "{name!r} is a shortlist, and `shortlist add` takes sites: write `orebridge shortlist add SITE --name "
            "{name!r}`. Nothing was added.",
            name=first,
        )


@shortlist_app.command("remove")
def remove(sites: Sites, name: Name = "default") -> None:
    """Remove sites from a shortlist; `orebridge shortlist undo` restores them.

    If one of them is not on it, none is removed.
    """
    from data import shortlists  # noqa: PLC0415
    from data.shortlist_items import WorkspaceError  # noqa: PLC0415

    there = set(shortlists.read(_store(), name).site_ids)
    if missing := [site_id for site_id in sites if site_id not in there]:
        raise WorkspaceError(
            "{site!r} is not on the shortlist {name!r}; `orebridge shortlist show` lists the ids. "
            "Nothing was taken off.",
            site=missing[0],
            name=name,
        )
    shortlists.remove(_store(), name, *sites)
    for site_id in sites:
        typer.echo(f"{site_id} is no longer on the shortlist {name!r}.")


@shortlist_app.command("note")
def note(
    site_id: Annotated[str, typer.Argument(help="A site on the shortlist.")],
    name: Name = "default",
    text: Annotated[str | None, typer.Option("--note", help="Note; replaces the existing one.")] = None,
    tags: Annotated[str | None, typer.Option(help="Tags, separated by commas.")] = None,
    status: Annotated[str | None, typer.Option(help="proposed, under review, approved, deferred or declined.")] = None,
    owner: Annotated[str | None, typer.Option(help="Person assigned to the site.")] = None,
    due: Annotated[str | None, typer.Option(help="Due date of the next step, for example 2026-04-26.")] = None,
) -> None:
    """Record note, tags, decision, assignee and due date of a site."""
    from data import shortlists  # noqa: PLC0415
    from data.shortlist_items import Item  # noqa: PLC0415

    item_now = next((item for item in shortlists.read(_store(), name).items if item.site_id == site_id), Item(site_id))
    labels = None if tags is None else tuple(tag.strip() for tag in tags.split(",") if tag.strip())
    fields = {"note": text, "tags": labels, "status": status, "owner": owner, "due": due}
    changes: Record = {key: value for key, value in fields.items() if value is not None}
    shortlists.edit(_store(), name, [replace(item_now, **changes)])
    typer.echo(
        f"{site_id} on {name!r}: " + ", ".join(changes) + " saved."
        if changes
        else f"{site_id} on {name!r}: nothing to change."
    )


@shortlist_app.command("show")
def show(name: Name = "default", format: FormatOption = Format.table) -> None:
    """Show a shortlist with its notes and the scores of its scenario."""
    from data import shortlists  # noqa: PLC0415
    from workspace.rows import rows_of  # noqa: PLC0415

    if name == shortlist_items.DEFAULT and not any(row["name"] == name for row in shortlists.shortlists(_store())):
        answer(
            [],
            format,
            ("rank", "site_id"),
            "The shortlist is empty; `orebridge shortlist add SITE` adds a site.",
        )
        return
    facts, scenario = _facts()
    shortlist = shortlists.read(_store(), name)
    rows = rows_of(facts, _kept(shortlist, scenario), shortlist)
    shown = [{**row, "among": _among(row["ranked_among"])} for row in rows]
    judged, noted = ("name", "country", "stage", "score", "coverage"), ("status", "owner", "due", "note")
    answer(shown, format, ("rank", "among", "site_id", *judged, *noted))
    kept = shortlists.snapshots(_store(), name)
    if format is Format.table and kept:
        typer.echo("\nsnapshots")
        answer(kept, format, ("snapshot_id", "frozen_at", "data_version", "scenario_hash", "label"))


@shortlist_app.command("rename")
def rename(name: NameArgument, to: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Rename a shortlist."""
    from data import shortlists  # noqa: PLC0415

    shortlists.edit_head(_store(), name, name=to)
    typer.echo(f"{name!r} is now called {to!r}.")


@shortlist_app.command("duplicate")
def duplicate(name: NameArgument, copy: Annotated[str, typer.Argument(help="Name of the copy.")]) -> None:
    """Duplicate a shortlist, without its snapshots."""
    from data import shortlists  # noqa: PLC0415

    shortlists.duplicate(_store(), name, copy)
    typer.echo(f"{copy!r} is a copy of {name!r}.")


@shortlist_app.command("drop")
def drop(name: NameArgument) -> None:
    """Delete a shortlist; `orebridge shortlist undo` restores it."""
    from data import shortlists  # noqa: PLC0415

    shortlists.drop(_store(), name)
    typer.echo(f"{name!r} is deleted; `orebridge shortlist undo` restores it.")


@shortlist_app.command("undo")
def undo(
    name: Annotated[str | None, typer.Option(help="On this shortlist; default the latest change anywhere.")] = None,
) -> None:
    """Undo the last change."""
    from data import shortlists  # noqa: PLC0415

    change = shortlists.undo(_store(), name)
    typer.echo(f"Undone: {change.action} on {change.shortlist!r}." if change else "There is nothing to undo.")


@shortlist_app.command("redo")
def redo(
    name: Annotated[
        str | None, typer.Option(help="On this shortlist; default the latest undone change anywhere.")
    ] = None,
) -> None:
    """Redo the last undone change."""
    from data import shortlists  # noqa: PLC0415

    change = shortlists.redo(_store(), name)
    typer.echo(f"Redone: {change.action} on {change.shortlist!r}." if change else "There is nothing to redo.")


@shortlist_app.command("freeze")
def freeze(
    name: Name = "default",
    label: Annotated[str, typer.Option(help="Label, for example: first ministerial.")] = "",
) -> None:
    """Save a snapshot of a shortlist whose numbers can always be reproduced."""
    from data import shortlists  # noqa: PLC0415
    from scoring.snapshots import snapshot  # noqa: PLC0415
    from workspace import snapshots  # noqa: PLC0415

    facts, scenario = _facts()
    shortlist = shortlists.read(_store(), name)
    kept = snapshots.freeze(_store(), facts, name, _kept(shortlist, scenario, to_freeze=True), label)
    head = kept.head
    typer.echo(
        f"Snapshot {snapshot.snapshot_id(kept)} of {name!r}: {len(kept.results)} sites among "
        f"{head['listed']}, data version "
        f"{head['data_version']}, scenario {head['scenario_hash']}."
    )


@shortlist_app.command("verify")
def verify(snapshot_id: Annotated[str, typer.Argument(help="Snapshot id, or the start of one.")]) -> None:
    """Recompute a snapshot from its own data; exit code 1 if any number differs."""
    from workspace import snapshots  # noqa: PLC0415

    kept, verdict = snapshots.opened(_store(), snapshot_id)
    same = (
        "the same"
        if verdict.data_version_now == verdict.data_version_then
        else f"today's is {verdict.data_version_now}"
    )
    if verdict.same:
        typer.echo(
            f"{len(kept.results)} sites reproduce the same ranks and scores. Data version "
            f"{verdict.data_version_then}; {same}."
        )
        return
    typer.echo(f"Differ: {', '.join(verdict.differences)}. Data version {verdict.data_version_then}; {same}.")
    raise typer.Exit(1)


@shortlist_app.command("diff")
def diff(
    then: Annotated[str, typer.Argument(help="Snapshot id, or the start of one.")],
    now: Annotated[str, typer.Argument(help="Another snapshot id, or today.")] = "today",
    name: Name = "default",
    format: FormatOption = Format.table,
) -> None:
    """Show rank changes between two versions of a shortlist and their cause: data, list, weights or method."""
    from data import shortlists  # noqa: PLC0415
    from workspace import snapshots  # noqa: PLC0415
    from workspace.rows import moved_rows  # noqa: PLC0415

    facts, scenario = _facts()
    shortlist = shortlists.read(_store(), name)
    difference = snapshots.difference(_store(), facts, name, _kept(shortlist, scenario, to_freeze=True), then, now)
    rows = moved_rows(difference)
    if format is Format.json:
        typer.echo(
            json.dumps({"then": difference.then, "now": difference.now, "moves": rows}, ensure_ascii=False, indent=2)
        )
        return
    if format is Format.table:
        for side, head in (("then", difference.then), ("now", difference.now)):
            typer.echo(
                f"{side}: {head['title']}, data {head['data_version']}, scenario "
                f"{head['scenario_hash']}, {head['method']}"
            )
    columns = (
        "name",
        "rank_then",
        "rank_now",
        "by_data",
        "by_list",
        "by_weights",
        "by_method",
        "score_then",
        "score_now",
        "changed",
    )
    answer(rows, format, columns)


@shortlist_app.command("export")
def export(
    file: Annotated[
        Path,
        typer.Argument(
            help="Output file; the extension sets the format, for example .xlsx, or .orebridge for the workspace."
        ),
    ],
    name: Name = "default",
    overwrite: OverwriteOption = False,
) -> None:
    """Write a shortlist with scores, notes, weights, sources and licences.

    .orebridge contains the full shortlist with its snapshots.
    """
    from data import shortlist_file, shortlists  # noqa: PLC0415
    from data.export import check, write  # noqa: PLC0415
    from data.files import Target  # noqa: PLC0415
    from workspace.rows import listing_of  # noqa: PLC0415

    target = Target(file, overwrite)
    if file.suffix.lower() == shortlist_file.SUFFIX:
        with target.check().writing() as made:
            made.write_bytes(shortlist_file.write(_store(), [name]))
        typer.echo(f"The workspace of {name!r} is written to {file}")
        return
    check(target)
    shortlist = shortlists.read(_store(), name)
    facts, scenario = _facts()
    table = listing_of(facts, _kept(shortlist, scenario), shortlist)
    write(table, target)
    typer.echo(f"{len(table.sites)} sites written to {file}")


@shortlist_app.command("import")
def import_file(file: Annotated[Path, typer.Argument(help="A .orebridge file.")]) -> None:
    """Import shortlists and snapshots from a workspace file; nothing is overwritten."""
    from data.shortlist_file import MOST_PACKED_BYTES  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415
    from workspace.shortlist_import import take_in  # noqa: PLC0415

    if not file.is_file():
        raise OrebridgeError(
            "{file} is no file; give one that `orebridge shortlist export FILE.orebridge` wrote.", file=file
        )
    with file.open("rb") as opened:
        raw = opened.read(MOST_PACKED_BYTES + 1)
    taken = take_in(_store(), session.facts(), raw)
    for there, here in taken.names.items():
        typer.echo(f"{there!r} is imported" + (f" as {here!r}." if here != there else "."))
    typer.echo(f"{taken.snapshots} snapshots.")


class Language(StrEnum):
    """In which language a memo is written."""

    en = "en"
    ja = "ja"
    both = "both"


def memo(
    name: NameArgument,
    lang: Annotated[Language, typer.Option(help="en, ja, or both side by side.")] = Language.en,
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file: .pdf, .html or .docx.")] = Path(
        "memo.pdf"
    ),
    overwrite: OverwriteOption = False,
) -> None:
    """Write a memo of a shortlist.

    Question, map, ranked table, half a page per site, rank stability, method, sources with licences.
    """
    from data import shortlists  # noqa: PLC0415
    from data.files import Target  # noqa: PLC0415

    target = Target(output, overwrite).check()  # before the libraries that lay a memo out, which take seconds to load
    from ui.memo.content import ground, memos  # noqa: PLC0415
    from ui.memo.files import FORMATS, MemoFormatError, write  # noqa: PLC0415
    from workspace import reference, session  # noqa: PLC0415

    if output.suffix.lower() not in FORMATS:
        raise MemoFormatError(output.name)
    shortlist = shortlists.read(_store(), name)
    facts, scenario = _facts()
    basis = ground(facts, _kept(shortlist, scenario), shortlist, reference.sources(), session.all_told())
    with target.writing() as made:
        made.write_bytes(write(memos(facts, basis, lang.value), output.suffix))
    typer.echo(f"A memo on {len(basis.sites)} sites is written to {output}")


def compare(
    sites: Annotated[list[str], typer.Argument(help="Two to five site ids, or parts of names.")],
    commodity: Annotated[str, typer.Option(help="Commodity of interest.")] = "",
    preset: Annotated[
        str, typer.Option(help="Weight preset, for example japan_desk; a wrong name lists them all.")
    ] = DEFAULT_PRESET,
    format: FormatOption = Format.table,
) -> None:
    """Compare two to five sites side by side.

    Each criterion with its unit, the best site, and the rank under every preset.
    """
    from scoring.ranking.scenario import opening  # noqa: PLC0415
    from scoring.sites.side_by_side import side_by_side  # noqa: PLC0415
    from workspace.rows import compared_rows, ranks_rows  # noqa: PLC0415

    facts, scenario = _facts()
    chosen = replace(opening(preset, commodity=commodity.strip().lower()), evidence=scenario.evidence)
    comparison = side_by_side(facts, chosen, sites)
    if format is Format.json:
        ids = [site["site_id"] for site in comparison.sites]
        answered = {
            "sites": ids,
            "criteria": compared_rows(comparison),
            "ranks": comparison.ranks,
            "ahead": comparison.ahead,
        }
        typer.echo(json.dumps(answered, ensure_ascii=False, indent=2))
        return
    rows_of_criteria = compared_rows(comparison)
    answer(rows_of_criteria, format, tuple(rows_of_criteria[0]))
    if format is Format.table:
        typer.echo("\nrank under each preset")
        ranks = ranks_rows(comparison)
        answer(ranks, format, tuple(ranks[0]))
