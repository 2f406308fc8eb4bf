"""Milestones of permits from the terminal: what the user knows of a site narrows its months until ready to build."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from geo.errors import OrebridgeError
from ui.cli.terminal import Format, FormatOption, answer

milestones_app = typer.Typer(
    no_args_is_help=True,
    help="Known permitting milestones of a site; they refine the model and update the score at once.",
)
Site = Annotated[str, typer.Argument(help="Site id as printed by `orebridge rank`, or part of its name.")]
COLUMNS = (
    "site_id",
    "stage",
    "pathway",
    "started",
    "due",
    "granted",
    "p10",
    "p50",
    "p90",
    "product_p50",
    "chance",
)


@milestones_app.command("set")
def milestones_set(
    site: Site,
    stage: Annotated[str, typer.Option(help="Current stage, for example feasibility.")] = "",
    pathway: Annotated[str, typer.Option(help="Permitting pathway, for example mine.USA_PLAN.")] = "",
    started: Annotated[
        str, typer.Option(help="Start date of the application or assessment, for example 2025-03-01.")
    ] = "",
    due: Annotated[str, typer.Option(help="Announced date of the decision.")] = "",
    granted: Annotated[str, typer.Option(help="Date the last main permit was granted.")] = "",
    format: FormatOption = Format.table,
) -> None:
    """Save milestones of a site, replacing earlier ones, and show the remaining months."""
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    site_id = site_row(session.facts(), site)["site_id"]
    milestones = {"stage": stage, "pathway": pathway, "started": started, "due": due, "granted": granted}
    session.own().tell(site_id, milestones)
    answer([_row(site_id)], format, COLUMNS)


@milestones_app.command("list")
def milestones_list(format: FormatOption = Format.table) -> None:
    """List sites with milestones and their remaining months."""
    from workspace import session  # noqa: PLC0415

    answer([_row(site_id) for site_id in session.store().milestones()], format, COLUMNS, "No milestones are saved.")


@milestones_app.command("remove")
def milestones_remove(site: Site) -> None:
    """Delete the milestones of a site."""
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    row = site_row(session.facts(), site)
    if session.own().milestones(row["site_id"]) is None:
        raise OrebridgeError(
            "No milestones of {site} are kept; `orebridge milestones list` says of which sites there are.",
            site=row["name"],
        )
    session.own().untell(row["site_id"])
    typer.echo(f"The milestones of {row['name']} are deleted.")


def _row(site_id: str) -> dict[str, object]:
    from scoring.measures.timing import timing_of  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    milestones = session.own().milestones(site_id)
    timing = timing_of(session.facts(), site_id, milestones, date.today())
    months = timing.outlook.months if timing else None
    known = milestones.as_dict() if milestones else {}
    return {
        "site_id": site_id,
        **{name: known.get(name, "") for name in ("stage", "pathway", "started", "due", "granted")},
        **{name: getattr(months, name) if months else None for name in ("p10", "p50", "p90")},
        "product_p50": timing.supply.coming.p50 if timing else None,
        "chance": timing.supply.chance if timing else None,
    }
