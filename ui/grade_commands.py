"""The grade of a site among the deposits of its type, from the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from geo.errors import OrebridgeError
from ui.terminal import Format, FormatOption, answer


def grade(
    site: Annotated[str, typer.Argument(help="Site id as `orebridge rank` prints it, or a part of the name.")],
    commodity: Annotated[str, typer.Option(help="Commodity; the first that is graded where not given.")] = "",
    format: FormatOption = Format.table,
) -> None:
    """Show the grade-tonnage curves of the site's deposit type and where the site stands on them."""
    from scoring.deposits import confidence, grade_tonnage, graded_commodities  # noqa: PLC0415
    from scoring.dossier import site_row  # noqa: PLC0415
    from ui.cli import open_all_facts  # noqa: PLC0415

    facts = open_all_facts()
    found = site_row(facts, site)
    graded = graded_commodities(facts, found["site_id"])
    asked = commodity.strip().lower() or (graded[0] if graded else "")
    if not asked:
        raise OrebridgeError(f"No source gives a grade for {found['name']}; a plant has none, and of many mines it is unknown.")
    model = grade_tonnage(facts, asked, found["deposit_type"], found["site_id"])
    if model is None:
        raise OrebridgeError(f"Fewer than eight deposits are graded for {asked!r}; {found['name']} has {', '.join(graded) or 'no grade'}.")
    said = model.site or {}
    whole: dict[str, Any] = {
        "site_id": found["site_id"], "name": found["name"], "commodity": asked, "graded": graded, "unit": model.unit, "group": model.group,
        "deposits": len(model.deposits), "grade": said.get("grade"), "ore_mt": said.get("ore_mt"), "scope": said.get("scope"),
        "cutoff": said.get("cutoff"), "source_id": said.get("source_id"), "as_of": said.get("as_of"),
        "grade_percentile": model.grade_percentile, "tonnage_percentile": model.tonnage_percentile,
        "grade_exceeded_by_90_50_10_pct": list(model.grade_exceeded), "ore_mt_exceeded_by_90_50_10_pct": list(model.tonnage_exceeded),
        "confidence": confidence(str(said.get("scope") or ""), found["stage"]),
    }  # fmt: skip
    if format is Format.json:
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=2))
        return
    answer([{"what": key, "value": value} for key, value in whole.items()], format, ("what", "value"))
