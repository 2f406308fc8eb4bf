"""What a project puts out of each commodity: as a source states it, as contained metal, else from its resource."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from data.sql import Record
from scoring.measures.product_forms import (
    RARE_EARTHS,
    Form,
    feed_of,
    output_range,
    own_feed,
    plain_form,
    stated_form,
    usual_recovery,
)
from scoring.supply import portfolio_costs as costs
from scoring.supply.portfolio_records import Figure, Output

#: The elements together.
GROUP = "rare earths"


def taylor_ratio(sites: Iterable[Sequence[Record]]) -> tuple[float, float, float]:
    """Return P10, median and P90 of stated output over that of Taylor's rule, of the mines that have both.

    Parameters
    ----------
    sites : iterable of sequences of Record
        Rows of `portfolio_outputs.sql`, a site each.
    """
    ratios = []
    for rows in sites:
        stated = {row["commodity"]: row for row in rows if row["origin"] == "planned"}
        for row in rows:
            planned = stated.get(row["commodity"])
            form = _form(planned) if row["origin"] == "resource" and planned else None
            if form and form.level and planned:
                ratios.append(planned["tonnes"] * (form.low + form.high) / 2 / row["tonnes"])
    return costs.spread(ratios) if len(ratios) >= costs.FEWEST else (0.25, 1.0, 2.0)


def outputs_of(
    project: Record, rows: Sequence[Record], mines: frozenset[str], ratio: tuple[float, float, float]
) -> tuple[Output, ...]:
    """Return the outputs of a project, one a commodity: planned, else capacity, else from the resource.

    A resource stands in only where no source states any output of the project.

    Parameters
    ----------
    project : Record
        Row of `portfolio_projects.sql`.
    rows : sequence of Record
        Its rows of `portfolio_outputs.sql`, in their order.
    mines : frozenset of str
        Names of mines that operate.
    ratio : (float, float, float)
        Of `taylor_ratio`.
    """
    made: dict[str, Output] = {}
    stated = any(row["origin"] != "resource" for row in rows)
    for row in rows:
        name = str(row["commodity"])
        form = _form(row)
        if name in made or form is None or form.level is None or (row["origin"] == "resource" and stated):
            continue
        made[name] = _output(project, row, form, mines, ratio)
    together = [output for name, output in made.items() if name in RARE_EARTHS and name != GROUP]
    if together and GROUP not in made:
        made[GROUP] = _summed(together)
    return tuple(made.values())


def _form(row: Record) -> Form | None:
    """Return what the tonnes of a row hold; None: not known, or no output of this metal."""
    if row["origin"] != "resource":
        return stated_form(row)
    plain = plain_form(str(row["kind"]), bool(row["brine"]))
    return plain if row["brine"] else replace(plain, level="mined")


def _output(
    project: Record, row: Record, form: Form, mines: frozenset[str], ratio: tuple[float, float, float]
) -> Output:
    kind, stage = str(row["kind"]), str(project["stage"])
    if row["origin"] == "resource":
        low, middle, high = (row["tonnes"] * each for each in ratio)
        basis = "modelled from the resource: Taylor's rule, scaled to the mines that state an output"
        tonnes = Figure(middle, low, high, "modelled", row["as_of"], basis=basis)
    else:
        tonnes = _stated_tonnes(row, form, stage)
    feeds_on = feed_of(form.level or "mined", kind)
    low, high = usual_recovery(form.level or "refined")
    recovery = (
        Figure((low + high) / 2, low, high, "modelled", basis="usual range") if feeds_on else Figure(1, 1, 1, "stated")
    )
    share = own_feed(str(project["feed"]), project["feed_pct"], mines) if feeds_on else 0.0
    return Output(str(row["commodity"]), form.level or "mined", tonnes, feeds_on, recovery, share, str(project["feed"]))


def _stated_tonnes(row: Record, form: Form, stage: str) -> Figure:
    """Return contained tonnes with the width of the form, the stage and the range that the source states."""
    least, most = output_range(stage)
    value = row["tonnes"] * (form.low + form.high) / 2
    low = (row["low"] if row["low"] is not None else row["tonnes"] * least) * form.low
    high = (row["high"] if row["high"] is not None else row["tonnes"] * most) * form.high
    said = f"{row['tonnes']:,.0f} t/y {row['words'] or row['commodity']}".replace(",", " ")
    basis = "; ".join(filter(None, (said, str(row["scope"]), form.reference if form.estimate else "")))
    return Figure(value, min(low, value), max(high, value), "stated", str(row["as_of"]), str(row["url"]), basis)


def _summed(outputs: Sequence[Output]) -> Output:
    """Return the oxides that are stated by element as a lower bound of all rare earths."""
    tonnes = [output.tonnes for output in outputs]
    total = Figure(
        sum(each.value for each in tonnes),
        sum(each.low for each in tonnes),
        sum(each.high for each in tonnes),
        "modelled" if any(each.mark == "modelled" for each in tonnes) else "stated",
        min(each.as_of for each in tonnes),
        tonnes[0].url,
        "sum of the elements that are stated: a lower bound of all rare earths",
    )
    return replace(outputs[0], commodity=GROUP, tonnes=total)
