"""``orebridge owners``: who stands behind a site, by bloc, by the covered-nation rule and as a tree."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.terminal import Format, FormatOption, answer

if TYPE_CHECKING:
    from rich.tree import Tree

    from scoring.ownership.covered_nation import Node, Ownership

TITLES = {"rest": "other shareholders (not named; counted with the seat)", "unknown": "not stated"}
NOTES = {
    "parent": "share not stated, taken for what the others leave",
    "sole": "share not stated, the only owner named",
    "unstated": "share not stated",
    "cut": "not followed further",
}


def owners(
    site_id: Annotated[
        str,
        typer.Argument(help="Site id as printed by `orebridge rank`, or part of its name; with --company, a company."),
    ],
    company: Annotated[
        bool, typer.Option("--company", help="Look up a company of the ownership graph instead of a site.")
    ] = False,
    format: FormatOption = Format.table,
) -> None:
    """Show who owns a site.

    Attributable shares by bloc, the covered-nation test with tiers, the tree of holders.
    """
    from scoring.ownership import covered_nation  # noqa: PLC0415 - keeps `orebridge --help` instant
    from scoring.sites.dossier import site_row  # noqa: PLC0415
    from ui.cli.opening import open_all_facts  # noqa: PLC0415

    facts = open_all_facts()
    root = covered_nation.company(facts, site_id) if company else site_row(facts, site_id)["site_id"]
    ownership = covered_nation.ownership(facts, root)
    if format is Format.json:
        typer.echo(json.dumps(ownership.as_dict(), ensure_ascii=False, indent=2))
    elif format is Format.csv:
        answer([_row(node) for node in ownership.nodes], format, ())
    else:
        _say(ownership)


def _row(node: Node) -> dict[str, object]:
    kept = (
        "kind",
        "share_pct",
        "total_pct",
        "counted_pct",
        "bloc",
        "iso3",
        "basis",
        "as_of",
        "stale",
        "ends",
        "source_url",
    )
    return {"path": " > ".join(node.path), **{name: getattr(node, name) for name in kept}}


def _say(ownership: Ownership) -> None:
    answer(
        [{"bloc": bloc, "share_pct": share} for bloc, share in ownership.blocs.items()],
        Format.table,
        ("bloc", "share_pct"),
    )
    typer.echo(
        f"\n{ownership.seat_pct:g} % is assigned to a company's country of registration, "
        f"{ownership.assumed_pct:g} % relies on a share that no source states"
    )
    test = ownership.covered
    typer.echo(
        f"covered nation: {test.verdict} ({test.evidence}), between {test.known_pct:g} % and "
        f"{test.possible_pct:g} % by the rule"
    )
    for node in test.paths:
        typer.echo(
            f"  {' > '.join(node.path[1:])}: "
            f"{'share not stated' if node.counted_pct is None else f'counts as {node.counted_pct:g} %'}"
        )
    if ownership.nodes:
        from rich.console import Console  # noqa: PLC0415

        typer.echo()
        Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 200).print(_tree(ownership.nodes))
    else:
        typer.echo("No source names an owner.")


def _tree(nodes: tuple[Node, ...]) -> Tree:
    from rich.text import Text  # noqa: PLC0415
    from rich.tree import Tree  # noqa: PLC0415

    branches = {nodes[0].path: Tree(Text(nodes[0].path[0]))}
    for node in sorted(nodes[1:], key=lambda node: (len(node.path), -(node.total_pct or 0))):
        branches[node.path] = branches[node.path[:-1]].add(Text(_line(node)))
    return branches[nodes[0].path]


def _line(node: Node) -> str:
    share = "" if node.share_pct is None or node.basis in ("parent", "sole") else f"{node.share_pct:g} %"
    part = "" if node.total_pct is None else f"= {node.total_pct:g} % of it all"
    date = f"as of {node.as_of}" + (", older than 5 years" if node.stale else "") if node.as_of else ""
    note = NOTES.get(node.basis if node.kind == "holder" else node.kind, "")
    bloc = node.bloc if node.ends else ""
    return ", ".join(x for x in (TITLES.get(node.kind, node.path[-1]), share, part, node.iso3, bloc, note, date) if x)
