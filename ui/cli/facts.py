"""Facts from the terminal: which are stale, the analyst's own with their sources, and the letter that asks for them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import OrebridgeError
from scoring.defaults import DEFAULT_PRESET, OPENING_ORDER
from ui.cli.arguments import MOST_ROWS
from ui.cli.options import Commodity, Country, HideFailed, Kind, PresetOption, Stage, Text, Weights, build_scenario
from ui.cli.targets import OverwriteOption
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from scoring.ranking.scenario import Scenario
    from scoring.robustness.answer_effects import OpenFact
    from workspace.facts import CheckedFile

facts_app = typer.Typer(
    no_args_is_help=True, help="Stale facts, facts of your own with their sources, and letters that ask for them."
)
LANGUAGES = ("en", "ja")
Language = Annotated[str, typer.Option("--lang", help="en or ja.")]
Sites = Annotated[list[str], typer.Argument(help="Site ids as printed by `orebridge rank`, or parts of names.")]
SHOWN = ("rank", "name", "attribute", "commodity", "reason", "value", "as_of", "best_rank", "worst_rank", "gates")
STATED = ("fact_id", "site_id", "attribute", "commodity", "value", "unit", "text", "as_of", "source_title", "owner")


class FactOptionError(OrebridgeError):
    """An option of `orebridge facts` that cannot be used."""


@facts_app.command("stale")
def facts_stale(
    commodity: Commodity = "",
    kind: Kind = None,
    country: Country = None,
    stage: Stage = None,
    preset: PresetOption = DEFAULT_PRESET,
    weights: Weights = "",
    hide_failed: HideFailed = False,
    search: Text = "",
    site: Annotated[list[str] | None, typer.Option(help="Only this site, every attribute; repeat for several.")] = None,
    attribute: Annotated[list[str] | None, typer.Option(help="Only this attribute, for example owner; repeat.")] = None,
    within: Annotated[
        int, typer.Option(min=1, max=MOST_ROWS, help="Only facts with which the site can stand among the first n.")
    ] = MOST_ROWS,
    top: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="Number of rows.")] = 30,
    format: FormatOption = Format.table,
) -> None:
    """List missing, undated and old facts by how far an answer would move the site in the list."""
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from workspace import facts, session  # noqa: PLC0415

    scenario = _scenario(preset, weights, commodity, kind, country, stage, hide_failed, search)
    chosen = [facts.attribute(name).id for name in attribute or ()]
    session.beside()
    sites = [site_row(session.facts(), name)["site_id"] for name in site] if site else None
    found = [
        fact
        for fact in facts.stale(scenario, date.today(), sites)
        if (not chosen or fact.attribute in chosen) and fact.best_rank <= within and (sites is not None or fact.moves)
    ]
    answer([_stale_row(fact) for fact in found[:top]], format, SHOWN, "No fact of these sites is missing or stale.")


def _scenario(
    preset: str,
    weights: str,
    commodity: str,
    kind: list[str] | None,
    country: list[str] | None,
    stage: list[str] | None,
    hide_failed: bool,
    search: str,
) -> Scenario:
    from dataclasses import replace  # noqa: PLC0415

    from workspace import session  # noqa: PLC0415

    scenario = build_scenario(preset, weights, commodity, kind, country, stage, OPENING_ORDER, 0.0, hide_failed, search)
    return replace(scenario, evidence=session.stored_criteria())


def _stale_row(fact: OpenFact) -> dict[str, object]:
    row = asdict(fact) | {"places": fact.places, "effect": round(fact.effect, 4), "gates": list(fact.gates)}
    return row | {"value": fact.value if fact.value is not None else fact.text}


@facts_app.command("add")
def facts_add(
    file: Annotated[Path, typer.Argument(help="Table of facts (CSV or XLSX), or a filled letter (XLSX).")],
    sender: Annotated[str, typer.Option(help="Who states the rows that name no source.")] = "",
    dated: Annotated[str, typer.Option(help="Date of the rows that have none, for example 2026-03-31.")] = "",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Store the good rows even if others are bad.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row; store nothing.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Check a table of facts, store it in one step and score it at once; `orebridge facts undo` takes it back."""
    from workspace import session  # noqa: PLC0415

    try:
        checked = _checked(file, sender, dated)
        replaced = None if dry_run else _stored(checked, skip_bad, format)
    finally:
        session.close()
    _report(checked, replaced, format)
    if dry_run and checked.checked.problems:
        raise typer.Exit(2)


def _checked(file: Path, sender: str, dated: str) -> CheckedFile:
    from ui.text.fact_words import spoken_words  # noqa: PLC0415
    from workspace import facts  # noqa: PLC0415

    with facts.open_path(file) as stream:
        return facts.check_file(file.name, stream, spoken_words(), date.today(), sender, dated)


def _stored(checked: CheckedFile, skip_bad: bool, format: Format) -> int:
    """Store what was checked; where rows are bad, each is told before the refusal."""
    from workspace import facts  # noqa: PLC0415

    try:
        return facts.add(checked, skip_bad=skip_bad)
    except facts.FactsFileError:
        if format is Format.json:
            typer.echo(json.dumps(_outcome(checked, None, []), ensure_ascii=False, indent=2))
        else:
            _tell(checked)
        raise


def _report(checked: CheckedFile, replaced: int | None, format: Format) -> None:
    stated = [asdict(fact) for fact in checked.checked.facts]
    if format is Format.json:
        typer.echo(json.dumps(_outcome(checked, replaced, stated), ensure_ascii=False, indent=2))
        return
    answer(stated, format, STATED[1:-1], "No fact.")
    _tell(checked)
    if format is Format.table:
        words = "checked, none stored" if replaced is None else f"stored; {replaced} earlier ones of yours replaced"
        typer.echo(f"{len(stated)} facts {words}; {checked.checked.left_open} rows left open.")


def _outcome(checked: CheckedFile, replaced: int | None, stated: list[dict[str, object]]) -> dict[str, object]:
    problems = [
        {"row": problem.row, "column": problem.column, "message": str(problem.sentence)}
        for problem in checked.checked.problems
    ]
    return {
        "stored": replaced is not None,
        "facts": stated,
        "replaced": replaced or 0,
        "left_open": checked.checked.left_open,
        "sender": checked.sender,
        "problems": problems,
    }


def _tell(checked: CheckedFile) -> None:
    from data.texts import visible  # noqa: PLC0415

    for problem in checked.checked.problems:
        where = f"row {problem.row}, {problem.column}" if problem.column else f"row {problem.row}"
        typer.echo(visible(f"{where}: {problem.sentence}"), err=True)


@facts_app.command("list")
def facts_list(
    site: Annotated[str, typer.Argument(help="Only of this site: its id, or part of its name.")] = "",
    format: FormatOption = Format.table,
) -> None:
    """List your facts that count in place of what the sources say."""
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from workspace import facts, session  # noqa: PLC0415

    site_id = site_row(session.facts(), site)["site_id"] if site else ""
    answer([asdict(fact) for fact in facts.standing(site_id)], format, STATED, "No facts of yours are stored.")


@facts_app.command("remove")
def facts_remove(
    fact_id: Annotated[list[str], typer.Argument(help="Ids as printed by `orebridge facts list`.")],
) -> None:
    """Remove facts of yours; what the sources say counts again."""
    from workspace import session  # noqa: PLC0415

    session.own().remove_facts(fact_id)
    typer.echo(f"{len(fact_id)} facts removed; `orebridge facts undo` brings them back.")


@facts_app.command("undo")
def facts_undo() -> None:
    """Undo the last addition or removal of facts."""
    from workspace import session  # noqa: PLC0415

    batch = session.own().undo_facts()
    if batch is None:
        typer.echo("There is nothing to undo.")
        return
    done = "addition" if batch.action == "add" else "removal"
    typer.echo(f"The {done} of {batch.facts} facts {batch.file_name} is undone.".replace("  ", " "))


@facts_app.command("template")
def facts_template(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write (.csv); default: print it.")] = None,
    lang: Language = "en",
    site: Annotated[list[str] | None, typer.Option(help="Prepare the rows of this site; repeat for several.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write an empty table of facts: one row an attribute, with its unit and what is asked."""
    from data.fact_attributes import fact_attributes  # noqa: PLC0415
    from data.files import Target  # noqa: PLC0415
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from ui.text.fact_words import headers, question  # noqa: PLC0415
    from ui.text.i18n import speaking  # noqa: PLC0415
    from workspace import facts, session  # noqa: PLC0415

    _check_language(lang)
    target = Target(out, overwrite).check() if out else None
    sites = [site_row(session.facts(), name)["site_id"] for name in site or ()]
    with speaking(lang):
        rows = facts.template_rows(sites, {name: question(name) for name in fact_attributes()})
        content = facts.template_csv(rows, headers(lang))
    if target is None:
        typer.echo(content.decode("utf-8-sig"), nl=False)
        return
    with target.writing() as made:
        made.write_bytes(content)
    typer.echo(f"{len(rows)} rows written to {out}")


def _check_language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise FactOptionError(
            "No language is called {language!r}; choose {languages}.", language=lang, languages=LANGUAGES
        )


@facts_app.command("letter")
def facts_letter(
    sites: Sites,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .docx to read and send, .xlsx to fill in.")],
    commodity: Commodity = "",
    preset: PresetOption = DEFAULT_PRESET,
    asked_by: Annotated[str, typer.Option("--from", help="Who asks, for example a ministry and its section.")] = "",
    reply_to: Annotated[str, typer.Option(help="Where the answer goes, for example an e-mail address.")] = "",
    due: Annotated[str, typer.Option(help="Date by which an answer is asked for, for example 2026-12-31.")] = "",
    overwrite: OverwriteOption = False,
) -> None:
    """Write a letter in English and Japanese that asks for the missing and stale facts of sites."""
    from data.fact_rows import stated_date  # noqa: PLC0415
    from data.files import Target  # noqa: PLC0415
    from ui.letter.content import Asking  # noqa: PLC0415
    from ui.letter.files import check, write  # noqa: PLC0415
    from workspace import facts  # noqa: PLC0415

    target = check(Target(out, overwrite))
    if due and not stated_date(due):
        raise FactOptionError("--due: {text!r} is no date; write for example 2026-12-31.", text=due)
    scenario = _scenario(preset, "", commodity, None, None, None, False, "")
    letter = facts.letter(scenario, sites, date.today())
    with target.writing() as made:
        made.write_bytes(write(letter, Asking(asked_by, reply_to, stated_date(due)), out.suffix))
    questions = sum(len(site.questions) for site in letter.sites)
    typer.echo(f"Letter {letter.number} with {questions} questions on {len(letter.sites)} sites written to {out}")
