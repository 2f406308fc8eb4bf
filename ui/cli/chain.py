"""``orebridge chain``: real sites from mine to product, who can feed whom, who stands alone, which plant is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from scoring.supply.chain import Chain
    from scoring.supply.concentration import Interval
    from scoring.supply.derivatives import ProductGap

FINDINGS = ("commodity", "finding", "what", "site", "iso3", "t_y", "why")
PARTNERS = ("commodity", "direction", "basis", "form", "name", "iso3", "stage", "standing", "km", "months", "statement")
REASONS = {
    "unmatched": "a source names a partner, but no allied site of the database is behind it",
    "unlisted": "no site of the database is known to do the next step",
    "not_allied": "only sites that are not allied do the next step",
    "not_yet": "allied sites do the next step, but not at these stages",
}
SIDES = {"giver": "nobody takes its output", "taker": "nobody feeds it"}


def chain(
    commodity: Annotated[str, typer.Option(help="One commodity, for example graphite; default: all.")] = "",
    stages: Annotated[str, typer.Option(help="Sites that count: operating, construction, feasibility or all.")] = "all",
    site: Annotated[
        str, typer.Option(help="Id or part of the name of one site: its stated and possible partners.")
    ] = "",
    format: FormatOption = Format.table,
) -> None:
    """Show supply chains of real sites: stated and possible feed, orphans, missing plants, single points of failure.

    Tonnes a year are of the element (rare earths: oxides). A possible partner fits by form alone; ? is unknown.
    """
    from scoring.supply.chain_answers import answer as chain_answer  # noqa: PLC0415 - keeps `--help` instant
    from ui.cli.opening import open_all_facts  # noqa: PLC0415

    facts = open_all_facts()
    commodity, stages = commodity.strip().lower(), stages.strip().lower()
    if site:
        _of_site(site.strip(), stages, format)
    elif format is Format.json:
        typer.echo(json.dumps(chain_answer(facts, commodity, stages), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        from scoring.supply.chain import chains  # noqa: PLC0415
        from scoring.supply.derivatives import product_gaps  # noqa: PLC0415

        lines = [line for each in chains(facts, commodity, stages) for line in _lines(each)]
        lines += [line for gap in product_gaps(facts, commodity, stages) for line in _product_lines(gap)]
        answer(lines, format, FINDINGS)


def _of_site(name: str, stages: str, format: Format) -> None:
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from scoring.supply.chain_answers import partners  # noqa: PLC0415
    from ui.cli.opening import open_all_facts  # noqa: PLC0415

    facts = open_all_facts()
    found = partners(facts, site_row(facts, name)["site_id"], stages)
    if format is Format.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False))
        return
    rows = [
        {
            "commodity": each["commodity"],
            "direction": direction,
            **{name: partner[name] for name in ("basis", "form", "name", "iso3", "stage", "standing")},
            "km": partner["km_great_circle"],
            "months": partner["months_expected"],
            "statement": partner["statement"]["text"] if partner["statement"] else "",
        }
        for each in found
        for direction, key in (("feeds it", "feeds_it"), ("takes from it", "takes_from_it"))
        for partner in cast("list[dict[str, Any]]", each[key])
    ]
    answer(rows, format, PARTNERS)


def _lines(chain: Chain) -> list[dict[str, object]]:
    """Return what is found of a chain, a line each: orphans, missing plants, single points."""
    from scoring.supply.chain import by_id  # noqa: PLC0415

    sites = by_id(chain)
    lines: list[dict[str, object]] = [
        {
            "finding": "missing plant",
            "what": f"{plant.form} -> {' or '.join(plant.products)}",
            "site": f"{len(plant.givers)} sites without a stated partner",
            "t_y": _text(plant.stranded),
            "why": f"{plant.takers} allied plants take it, {plant.takers_unknown} of an unknown amount; "
            f"{plant.givers_unknown} sites give an unknown amount",
        }
        for plant in chain.missing
    ]
    lines += [
        {
            "finding": "orphan",
            "what": ", ".join(orphan.forms),
            "site": sites[orphan.site_id].name,
            "iso3": sites[orphan.site_id].iso3,
            "t_y": _text(orphan.tonnes),
            "why": f"{SIDES[orphan.side]}: {REASONS[orphan.reason]}",
        }
        for orphan in chain.orphans
    ]
    lines += [
        {
            "finding": "single point",
            "what": point.form,
            "site": sites[point.site_id].name,
            "iso3": sites[point.site_id].iso3,
            "t_y": _text(output.tonnes if (output := sites[point.site_id].gives_form(point.form)) else None),
            "why": f"the only allied site listed; {point.others} that are not allied",
        }
        for point in chain.single_points
    ]
    lines.append(
        {
            "finding": "not judged",
            "what": f"{chain.stage_unknown} sites of unknown stage, {chain.form_unknown} of {len(chain.sites)} "
            "of unknown form",
        }
    )
    return [{"commodity": chain.commodity, **line} for line in lines]


def _product_lines(gap: ProductGap) -> list[dict[str, object]]:
    """Return what is known of the gap of a derivative product, a line for each standing of its works."""
    why = "no publication of the database counts its demand, production or trade by country"
    first = {
        "finding": "gap of a product",
        "what": gap.product.title,
        "site": "see figures" if gap.known else "unknown",
    }
    lines: list[dict[str, object]] = [{**first, "why": "" if gap.known else why}]
    lines += [
        {
            "finding": "works",
            "what": gap.product.title,
            "site": f"{works.standing}: {len(works.running)} running, {len(works.planned)} to come",
            "t_y": _text(works.tonnes),
            "why": f"{works.stated} state an amount",
        }
        for works in gap.works
    ]
    return [{"commodity": gap.product.commodity, **line} for line in lines]


def _text(ends: Interval | None) -> str:
    from scoring.supply.answers import text  # noqa: PLC0415

    return text(ends, 4)
