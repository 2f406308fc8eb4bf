"""``orebridge supply``: what breaks, by commodity and stage, for the US, Japan, both or all partners."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.supply.desks import DEFAULT_DESK, DESKS, STAGES, VINTAGES
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from scoring.supply.vulnerability import Cell

SUPPLY_COLUMNS = (
    "commodity",
    "stage",
    "form",
    "reliance_pct",
    "leader",
    "share_pct",
    "covered_pct",
    "hhi",
    "n1_times",
    "geopolrisk",
    "allied",
    "source",
)
CHANGE_COLUMNS = ("commodity", "stage", "form", "leader", "share_pct", "hhi", "reliance_pct", "new_leader")
FACT_COLUMNS = (
    "figure",
    "area",
    "period",
    "scenario",
    "printed",
    "value",
    "unit",
    "basis",
    "status",
    "source_id",
    "vintage",
)


def supply(
    commodity: Annotated[str, typer.Option(help="One commodity, for example gallium; default: all.")] = "",
    stage: Annotated[str, typer.Option(help=f"One stage: {', '.join(STAGES)}; default: all.")] = "",
    desk: Annotated[str, typer.Option(help=f"Whose supply: {', '.join(DESKS)}.")] = DEFAULT_DESK,
    vintage: Annotated[
        str, typer.Option(help=f"Release of the Mineral Commodity Summaries: {', '.join(VINTAGES)}.")
    ] = VINTAGES[0],
    against: Annotated[str, typer.Option(help="An older release to set beside it, for example 2024.")] = "",
    stages: Annotated[
        str,
        typer.Option(help="Which of our sites count as allied supply: operating, construction, feasibility or all."),
    ] = "all",
    own: Annotated[
        Path | None,
        typer.Option(
            help="CSV of figures that you know better: import mix, reliance, demand, production, stock, price."
        ),
    ] = None,
    facts: Annotated[
        bool, typer.Option("--facts", help="Every printed figure of one commodity and stage instead of the measures.")
    ] = False,
    format: FormatOption = Format.table,
) -> None:
    """Show how vulnerable supply is.

    Net import reliance, leading country, covered nations, concentration, the world without its largest supplier,
    GeoPolRisk. A share is an interval where a table hides countries in a residual; ? is unknown. Figures of --own win
    over the database and say so. Allied: what allied sites state to put out, of world supply (sites listed).
    """
    from data.country_words import country_words  # noqa: PLC0415
    from scoring.supply.allied import allied_facts, with_allied  # noqa: PLC0415
    from scoring.supply.answers import facts_of, of_cell, of_change, row  # noqa: PLC0415 - keeps `--help` instant
    from scoring.supply.own_figures import own_from  # noqa: PLC0415
    from scoring.supply.user_tables import read_file  # noqa: PLC0415
    from scoring.supply.vintages import side_by_side  # noqa: PLC0415
    from scoring.supply.vulnerability import vulnerability  # noqa: PLC0415
    from ui.cli.opening import open_market_facts  # noqa: PLC0415

    opened = open_market_facts()
    commodity, stage, stages = (text.strip().lower() for text in (commodity, stage, stages))
    figures = own_from(*read_file(own), country_words(opened)) if own else ()
    cells = with_allied(vulnerability(opened, desk, vintage, commodity, stage, figures), allied_facts(opened), stages)
    if facts:
        _require_one(commodity, stage)
        answer(facts_of(opened, commodity, stage), format, FACT_COLUMNS)
    elif against:
        changes = side_by_side(vulnerability(opened, desk, against, commodity, stage), cells)
        if format is Format.json:
            _say_json([of_change(change) for change in changes])
        else:
            answer(
                [_changed(change.older, change.newer, new=change.new_leader) for change in changes],
                format,
                CHANGE_COLUMNS,
            )
    elif format is Format.json:
        _say_json([of_cell(cell) for cell in cells])
    else:
        answer([row(cell) if format is Format.csv else _line(cell) for cell in cells], format, SUPPLY_COLUMNS)


def _say_json(rows: list[dict[str, object]]) -> None:
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, allow_nan=False))


def _require_one(commodity: str, stage: str) -> None:
    """Refuse to list the figures of several places.

    Raises
    ------
    ScenarioError
        If commodity or stage is not given.
    """
    from scoring.errors import ScenarioError  # noqa: PLC0415

    if not commodity or not stage:
        raise ScenarioError("--facts lists one commodity at one stage; give --commodity and --stage.")


def _line(cell: Cell) -> dict[str, object]:
    from scoring.supply.answers import text  # noqa: PLC0415

    main, without = cell.concentration, cell.without_leader
    return {
        "commodity": cell.place.commodity,
        "stage": cell.place.stage,
        "form": cell.place.form,
        "reliance_pct": _reliance(cell),
        "leader": main.leading_country if main else "?",
        "share_pct": text(main.leading_share_pct if main else None),
        "covered_pct": text(main.covered_share_pct if main else None),
        "hhi": text(main.hhi if main else None),
        "n1_times": text(without.times if without else None),
        "geopolrisk": text(cell.geopolrisk),
        "allied": _allied(cell),
        "source": " + ".join(
            filter(None, (f"{main.source_id} {main.year}" if main else "", "own" if cell.own else ""))
        ),
    }


def _allied(cell: Cell) -> str:
    """Return what allied sites that count state, in percent of world supply, and how many there are."""
    from scoring.supply.answers import text  # noqa: PLC0415

    if cell.allied is None:
        return "?"
    share = "" if cell.allied.share_pct is None else f"{text(cell.allied.share_pct)} "
    return f"{share}({cell.allied.listed})"


def _reliance(cell: Cell) -> str:
    """Return the reliance as printed, or its interval; modelled and stated ones say so."""
    from scoring.supply.answers import text  # noqa: PLC0415

    found = cell.reliance
    if found.printed:
        return found.printed
    if found.net_exporter:
        return f"E ({found.status})"
    return "?" if found.percent is None else f"{text(found.percent)} ({found.status})"


def _changed(older: Cell | None, newer: Cell | None, *, new: bool) -> dict[str, object]:
    cell = newer or older
    lines = [_line(each) if each else {} for each in (older, newer)]
    both = {
        name: " -> ".join(str(line.get(name, "?")) for line in lines)
        for name in ("leader", "share_pct", "hhi", "reliance_pct")
    }
    place = {"commodity": cell.place.commodity, "stage": cell.place.stage, "form": cell.place.form} if cell else {}
    return {**place, **both, "new_leader": "yes" if new else ""}
