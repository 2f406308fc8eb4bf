"""The grade of a site among the deposits of its type, from the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import OrebridgeError, Phrase
from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from scoring.deposits.grade_tonnage import GradeTonnage
    from scoring.deposits.in_situ_value import InSituValue, RareEarths


def _of_deposits(model: GradeTonnage, stage: str) -> dict[str, object]:
    from scoring.deposits.grade_tonnage import confidence  # noqa: PLC0415

    graded = model.site or {}
    stated = {name: graded.get(name) for name in ("grade", "ore_mt", "scope", "cutoff", "source_id", "as_of")}
    return {
        "unit": model.unit,
        "group": model.group,
        "deposits": len(model.deposits),
        **stated,
        "grade_percentile": model.grade_percentile,
        "tonnage_percentile": model.tonnage_percentile,
        "grade_exceeded_by_90_50_10_pct": list(model.grade_exceeded),
        "ore_mt_exceeded_by_90_50_10_pct": list(model.tonnage_exceeded),
        "confidence": confidence(str(graded.get("scope") or ""), stage),
    }


def _of_value(worth: InSituValue) -> dict[str, object]:
    return {
        "in_situ_usd_per_t": worth.usd_per_t,
        "in_situ_low": worth.low,
        "in_situ_high": worth.high,
        "in_situ_parts": {part.commodity: round(part.usd_per_t, 4) for part in worth.parts},
        "unpriced": list(worth.unpriced),
    }


def _of_rare_earths(earths: RareEarths) -> dict[str, object]:
    names = (
        "ndpr_kg_per_t",
        "dytb_kg_per_t",
        "light_reo_kg_per_t",
        "heavy_reo_kg_per_t",
        "heavy_share_low",
        "heavy_share_high",
        "basket_usd_per_kg_reo",
    )
    return {name: getattr(earths, name) for name in names} | {"not_assayed": list(earths.unknown)}


def grade(
    site: Annotated[str, typer.Argument(help="Site id as printed by `orebridge rank`, or part of its name.")],
    commodity: Annotated[str, typer.Option(help="Commodity; by default the first one with a grade.")] = "",
    prices: Annotated[
        Path | None, typer.Option(help="CSV with commodity,usd_per_t that replaces the cited prices.")
    ] = None,
    format: FormatOption = Format.table,
) -> None:
    """Plot a site on the grade-tonnage curves of its deposit type, with its in-situ value."""
    from scoring.deposits.grade_tonnage import grade_tonnage, graded_commodities  # noqa: PLC0415
    from scoring.deposits.in_situ_value import FILE, grades_of_site, in_situ_value, rare_earths  # noqa: PLC0415
    from scoring.deposits.in_situ_value import prices as read_prices  # noqa: PLC0415
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from ui.cli.opening import open_all_facts  # noqa: PLC0415

    facts = open_all_facts()
    row = site_row(facts, site)
    graded = graded_commodities(facts, row["site_id"])
    metal = commodity.strip().lower() or (graded[0] if graded else "")
    if not metal:
        raise OrebridgeError(
            "No source gives a grade for {site}; a plant has none, and of many mines it is unknown.", site=row["name"]
        )
    model = grade_tonnage(facts, metal, row["deposit_type"], row["site_id"])
    if model is None:
        raise OrebridgeError(
            "Fewer than eight deposits are graded for {commodity!r}; {site} has {graded}.",
            commodity=metal,
            site=row["name"],
            graded=graded or Phrase("no grade"),
        )
    grades, table = grades_of_site(facts, row["site_id"]), read_prices(prices or FILE)
    worth, earths = in_situ_value(grades, table), rare_earths(grades, table)
    answered: dict[str, object] = {
        "site_id": row["site_id"],
        "name": row["name"],
        "commodity": metal,
        "graded": graded,
        **_of_deposits(model, row["stage"]),
        **_of_value(worth),
        **({} if earths is None else _of_rare_earths(earths)),
    }
    if format is Format.json:
        typer.echo(json.dumps(answered, ensure_ascii=False, indent=2))
        return
    rows = [{"what": key, "value": _on_one_line(value)} for key, value in answered.items()]
    answer(rows, format, ("what", "value"))


def _on_one_line(value: object) -> object:
    """Return parts by name as one text; everything else as it is."""
    return ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, dict) else value
