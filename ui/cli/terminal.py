"""How commands answer: a table for people, JSON and CSV for programs.

And what standard output takes, whatever the machine.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, TextIO

import typer

from data.cells import csv_text
from data.texts import line


class Format(StrEnum):
    """How a command answers."""

    table = "table"
    json = "json"
    csv = "csv"


def _settled(format: Format) -> Format:
    """Write what programs read as UTF-8 with LF, wherever it goes."""
    if format is not Format.table and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    return format


FormatOption = Annotated[Format, typer.Option("--format", help="table, json or csv.", callback=_settled)]


def settle_streams() -> None:
    r"""Make standard output and error safe: closed streams swallow what comes, no character can stop an answer.

    Text for people keeps the encoding of the terminal, with what it lacks as ``\xe9``. An encoding that is plain ASCII
    says nothing of the terminal (PEP 538): UTF-8 is written then.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # takes the lowest free number; else the next file that is opened, such as the store, would
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = _safe(sys.stdout)
    sys.stderr = _safe(sys.stderr)


def _safe(stream: TextIO | None) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - stands for a standard stream as long as the process lives
    if isinstance(stream, io.TextIOWrapper):
        plain = codecs.lookup(stream.encoding).name == "ascii"
        stream.reconfigure(encoding="utf-8" if plain else None, errors="backslashreplace")
    return stream


def flat(value: object) -> str:
    """Return a value as one line of text that does not steer the terminal."""
    if isinstance(value, list):
        return "; ".join(flat(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{k}={flat(v)}" for k, v in value.items())
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else line(str(value))


def progress(share: float) -> None:
    """Show on a terminal how far the work is, 0..1; the line is wiped at the end."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{100 * share:3.0f} %" if share < 0.95 else "\r     \r")
        sys.stderr.flush()


def answer(
    rows: Sequence[Mapping[str, object]], format: Format, columns: tuple[str, ...], nothing: str = "No site matches."
) -> None:
    """Print rows as the format says; JSON has all fields, the table only `columns`."""
    if format is Format.json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    elif format is Format.csv:
        typer.echo(_csv(rows), nl=False)
    else:
        _table(rows, columns, nothing)


def _csv(rows: Sequence[Mapping[str, object]]) -> str:
    cells = ([flat(v) if isinstance(v, list | dict) else v for v in row.values()] for row in rows)
    return csv_text(list(rows[0]) if rows else [], cells)


def _table(rows: Sequence[Mapping[str, object]], columns: tuple[str, ...], nothing: str) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column,
            justify="right" if rows and isinstance(rows[0].get(column), int | float) else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(flat(row.get(column)) for column in columns))
    Console(markup=False, width=None if sys.stdout.isatty() else 200).print(table)
    if not rows:
        typer.echo(nothing)
