"""How commands answer: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from data.cells import csv_text
from data.texts import line


class Format(StrEnum):
    """How a command answers."""

    table = "table"
    json = "json"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="table, json or csv.")]


def flat(value: Any) -> str:
    """Return a value as one line of text that does not steer the terminal."""
    if isinstance(value, list):
        return "; ".join(flat(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{k}={flat(v)}" for k, v in value.items())
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else line(str(value))


def answer(rows: list[dict[str, Any]], format: Format, columns: tuple[str, ...], nothing: str = "No site matches.") -> None:
    """Print rows as the format says; JSON has all fields, the table only `columns`."""
    if format is Format.json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    elif format is Format.csv:
        typer.echo(_csv(rows), nl=False)
    else:
        _table(rows, columns, nothing)


def _csv(rows: list[dict[str, Any]]) -> str:
    cells = ([flat(v) if isinstance(v, list | dict) else v for v in row.values()] for row in rows)
    return csv_text(list(rows[0]) if rows else [], cells)


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...], nothing: str) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if rows and isinstance(rows[0].get(column), int | float) else "left", overflow="fold")
    for row in rows:
        table.add_row(*(flat(row.get(column)) for column in columns))
    Console(markup=False, width=None if sys.stdout.isatty() else 200).print(table)
    if not rows:
        typer.echo(nothing)
