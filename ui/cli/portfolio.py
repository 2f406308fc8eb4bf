"""The command that chooses a portfolio: what to fund so that most of the gap is closed by a date."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.arguments import MOST_SEED
from ui.cli.terminal import Format, FormatOption, answer, progress

#: Million USD and years that are asked for at the most; `scoring.supply.portfolio_study` knows the years.
MOST_MUSD, FIRST_YEAR, LAST_YEAR = 1_000_000, 2026, 2060

if TYPE_CHECKING:
    from scoring.supply.portfolio_answer import Line, Point, Study
    from scoring.supply.portfolio_instruments import Offer


def portfolio(
    budget_musd: Annotated[
        float, typer.Option(min=0, max=MOST_MUSD, help="Million USD for the whole capital cost of what is chosen.")
    ],
    by: Annotated[
        int,
        typer.Option(min=FIRST_YEAR, max=LAST_YEAR, help="Year by the end of which product at the design rate counts."),
    ],
    desk: Annotated[str, typer.Option(help="Whose gap: us, japan or joint.")] = "us",
    commodity: Annotated[
        list[str] | None, typer.Option(help="Commodity, for example dysprosium; several times for several.")
    ] = None,
    max_per_country_musd: Annotated[
        float | None, typer.Option(min=0, max=MOST_MUSD, help="Most for one host country, million USD.")
    ] = None,
    max_per_stage_musd: Annotated[
        float | None,
        typer.Option(min=0, max=MOST_MUSD, help="Most for one kind of works (mine, separation, ...), million USD."),
    ] = None,
    pass_gates: Annotated[
        bool, typer.Option("--pass-gates/--any-gates", help="Leave out projects that fail a gate.")
    ] = True,
    owners_clear: Annotated[
        bool, typer.Option("--owners-clear", help="Only projects whose owners are known to pass.")
    ] = False,
    partner_hosts: Annotated[
        bool, typer.Option("--partner-hosts", help="Only hosts with a minerals framework of the US or Japan.")
    ] = False,
    stated_only: Annotated[
        bool, typer.Option("--stated-only", help="Only projects of which cost and output are stated.")
    ] = False,
    stages: Annotated[
        str, typer.Option(help="Which projects may take part: operating, construction, feasibility or all.")
    ] = "all",
    include: Annotated[
        list[str] | None, typer.Option(help="Id of a project that is to be in; several times for several.")
    ] = None,
    least_pct: Annotated[
        float, typer.Option(min=0, max=100, help="Least mean share of the gaps that is to be closed, percent.")
    ] = 0.0,
    figures: Annotated[
        Path | None, typer.Option(help="CSV with project,field,value,commodity that replaces what the bundle has.")
    ] = None,
    draws: Annotated[int, typer.Option(min=1, max=400, help="Number of draws of cost, output and date.")] = 100,
    seed: Annotated[
        int, typer.Option(min=0, max=MOST_SEED, help="Random seed; the same seed gives the same result.")
    ] = 20251028,
    format: FormatOption = Format.table,
) -> None:
    """Choose the projects that close most of the gap by a date under a budget; say what is not known."""
    from scoring.ranking.scenario import from_preset  # noqa: PLC0415 - keeps `orebridge --help` instant
    from scoring.supply.portfolio_facts import Rules, read_facts  # noqa: PLC0415
    from scoring.supply.portfolio_figures import figures_from  # noqa: PLC0415
    from scoring.supply.portfolio_instruments import as_records, offers  # noqa: PLC0415
    from scoring.supply.portfolio_study import Question, study  # noqa: PLC0415
    from scoring.supply.user_tables import read_file  # noqa: PLC0415
    from ui.cli.opening import open_all_facts, with_own  # noqa: PLC0415

    con, _scenario = with_own(from_preset(), open_all_facts)
    facts = read_facts(con)
    question = Question(
        budget_musd,
        by,
        desk.strip().lower(),
        tuple(dict.fromkeys(name.strip().lower() for name in commodity or ())),
        max_per_country_musd,
        max_per_stage_musd,
        Rules(pass_gates, owners_clear, stated_only, partner_hosts, stages.strip().lower()),
        tuple(include or ()),
        least_pct,
        draws,
        seed,
        figures_from(*read_file(figures), facts.names, facts.commodities) if figures else (),
    )
    with _solver_is_quiet():
        result = study(facts, question, progress)
    if format is Format.json:
        found = {**asdict(result), "instruments": as_records(offers(con, result.lines))}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    elif format is Format.csv:
        answer([_row(line) for line in result.lines], format, ())
    else:
        _print(result)
        for offer in offers(con, result.lines):
            typer.echo(
                f"May fit {offer.name}: {offer.instrument.title} ({offer.instrument.paragraph}){_at_most(offer)}"
            )


@contextlib.contextmanager
def _solver_is_quiet() -> Iterator[None]:
    """Keep what the solver's library writes to the standard output of the process out of the answer."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - a device
        os.dup2(nothing.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _at_most(offer: Offer) -> str:
    """Return the amount of an instrument in words; empty: the portfolio gives none."""
    parts = [
        f"{figure.value:,.0f} ({figure.low:,.0f}-{figure.high:,.0f}) {f't/y of {of}' if of else 'million USD'}"
        for of, figure in offer.amounts
    ]
    return f", at most {' and '.join(parts)}" if parts else ""


def _row(line: Line) -> dict[str, object]:
    """Return a chosen project as a row."""
    made = "; ".join(f"{o.commodity} {o.tonnes.value:,.0f} t/y {o.level} ({o.tonnes.mark})" for o in line.outputs)
    return {
        "site_id": line.site_id,
        "name": line.name,
        "country": line.iso3,
        "kind": line.kind,
        "stage": line.stage,
        "cost_musd": f"{line.cost.value:,.0f} ({line.cost.low:,.0f}-{line.cost.high:,.0f})",
        "mark": line.cost.mark,
        "counted": f"{line.cost_counted_musd:,.0f}",
        "chance": f"{100 * line.chance:.0f} %",
        "adds": f"{line.adds_pct:.1f}",
        "output": made,
        "fed_by": "; ".join(line.fed_by),
        "offtake": line.offtake,
    }


def _print(result: Study) -> None:
    who = result.participation
    parts = len(who.stated) + len(who.modelled) + len(who.user)
    echo = typer.echo
    echo(
        f"{parts} projects have the facts to take part: {len(who.stated)} with stated cost and output, "
        f"{len(who.modelled)} with one of them modelled, {len(who.user)} with your figures. "
        f"{len(who.left_out)} have not."
    )
    _names("Stated", who.stated)
    _names("Modelled", who.modelled)
    _names("Yours", who.user)
    _names("Of these without any feed, so that they close nothing", who.feedless)
    for reason in dict.fromkeys(each.reason for each in who.left_out):
        _names(
            f"Left out ({reason.replace('_', ' ')})",
            tuple((e.site_id, e.name) for e in who.left_out if e.reason == reason),
        )
    if result.no_gap:
        echo(f"No figure of a gap for this desk: {', '.join(result.no_gap)}")
    echo(
        f"\nBest for {result.budget_musd:,.0f} million USD by the end of {result.by}, desk {result.desk}: closes "
        f"{result.share_pct:.1f} % of {len(result.commodities)} gaps on average of {result.draws} draws "
        f"(P10 {result.low_pct:.1f}, P90 {result.high_pct:.1f}; on fresh draws {result.fresh_pct:.1f}); "
        f"costs {result.cost_musd:,.0f} ({result.cost_low_musd:,.0f}-{result.cost_high_musd:,.0f}), "
        f"over the budget in {100 * result.over_budget:.0f} % of draws."
    )
    columns = ("name", "country", "kind", "stage", "cost_musd", "mark", "counted", "chance", "adds", "output", "fed_by")
    answer([_row(line) for line in result.lines], Format.table, columns, "No project closes anything at this budget.")
    for each in result.closed:
        if each.share_pct:
            heavy = any(basis.how == "net_imports_heavy" for basis in each.gap.basis)
            of = " of all heavy rare earths together" if heavy else ""
            unknown = (
                f"; the gap of {' and '.join(each.gap.unknown)} is unknown and not in it" if each.gap.unknown else ""
            )
            echo(
                f"{each.gap.commodity}: {each.tonnes:,.1f} t/y, {each.share_pct:.1f} % of {each.gap.high_t:,.0f} "
                f"t/y{of} (P10 {each.low_pct:.1f}, P90 {each.high_pct:.1f}){unknown}"
            )
    more = result.next_100.budget_musd - result.budget_musd
    echo(f"\nThe next {more:.0f} million: {result.next_100.share_pct:.1f} %. {_moves(result.next_100)}")
    points = ", ".join(f"{point.budget_musd:,.0f}: {point.share_pct:.1f} %" for point in result.frontier)
    echo(f"Frontier (million USD: share closed): {points}")
    for verdict, words in (("take", "Take"), ("find_out", "Find out"), ("leave", "Leave")):
        listed = [f"{c.name} {100 * c.core:.0f} %" for c in result.core if c.verdict == verdict]
        echo(f"{words}: {', '.join(listed[:12]) or 'none'}")
    for fact in result.to_find_out:
        echo(f"Find out first: {fact.fact} of {fact.name} (takes away {fact.shrinks_pct:.0f} % of what is undecided)")
    for view in result.desks:
        words = "no figure of a gap" if view.share_pct is None else f"{view.share_pct:.1f} % of its gaps"
        best = (
            ""
            if view.best_pct is None
            else f", its own best {view.best_pct:.1f} %, regret {view.regret_pct:.1f} points"
        )
        echo(f"As the {view.desk} desk sees it: {words}{best}")
    for swap in result.swaps:
        echo(
            f"Both gain: {swap.takes[1]} for {swap.gives[1]} "
            f"(US {swap.us_pct:+.1f}, Japan {swap.japan_pct:+.1f} points)"
        )


def _names(title: str, projects: tuple[tuple[str, str], ...]) -> None:
    if projects:
        typer.echo(f"{title}: {', '.join(name for _site_id, name in projects)}")


def _moves(point: Point) -> str:
    enters, leaves = (", ".join(name for _site_id, name in each) for each in (point.enters, point.leaves))
    return f"Enters: {enters or 'nothing'}. Leaves: {leaves or 'nothing'}."
