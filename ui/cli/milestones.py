"""Milestones of permits from the terminal: what the user knows of a site narrows its months until ready to build."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from geo.errors import OrebridgeError
from ui.cli.terminal import Format, FormatOption, answer

milestones_app = typer.Typer(
    no_args_is_help=True, help="What you know of the permits of a site; it narrows the model and counts at once."
)
Site = Annotated[str, typer.Argument(help="Site id as `orebridge rank` prints it, or a part of the name.")]
COLUMNS = ("site_id", "stage", "pathway", "started", "due", "granted", "p10", "p50", "p90")


@milestones_app.command("set")
def milestones_set(
    site: Site,
    stage: Annotated[str, typer.Option(help="Stage today, for example feasibility.")] = "",
    pathway: Annotated[str, typer.Option(help="Way of the permit, for example mine.USA_PLAN.")] = "",
    started: Annotated[
        str, typer.Option(help="Date on which the application or assessment began, as 2025-03-01.")
    ] = "",
    due: Annotated[str, typer.Option(help="Date for which the decision is announced.")] = "",
    granted: Annotated[str, typer.Option(help="Date on which the last main permit was granted.")] = "",
    format: FormatOption = Format.table,
) -> None:
    """Keep milestones of a site in place of those kept before, and show the months left with them."""
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    site_id = site_row(session.facts(), site)["site_id"]
    told = {"stage": stage, "pathway": pathway, "started": started, "due": due, "granted": granted}
    session.own().tell(site_id, told)
    answer([_row(site_id)], format, COLUMNS)


@milestones_app.command("list")
def milestones_list(format: FormatOption = Format.table) -> None:
    """List the sites with milestones and their months left."""
    from workspace import session  # noqa: PLC0415

    answer([_row(site_id) for site_id in session.store().milestones()], format, COLUMNS, "No milestones are kept.")


@milestones_app.command("remove")
def milestones_remove(site: Site) -> None:
    """Drop the milestones of a site."""
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    found = site_row(session.facts(), site)
    if session.own().milestones(found["site_id"]) is None:
        raise OrebridgeError(
            "No milestones of {site} are kept; `orebridge milestones list` says of which sites there are.",
            site=found["name"],
        )
    session.own().untell(found["site_id"])
    typer.echo(f"No milestones are kept for {found['name']}.")


def _row(site_id: str) -> dict[str, Any]:
    from scoring.measures.registry import outlook_of  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    told = session.own().milestones(site_id)
    outlook = outlook_of(session.facts(), site_id, told, date.today())
    months = outlook.months if outlook else None
    known = told.as_dict() if told else {}
    return {
        "site_id": site_id,
        **{name: known.get(name, "") for name in ("stage", "pathway", "started", "due", "granted")},
        **{name: getattr(months, name) if months else None for name in ("p10", "p50", "p90")},
    }
