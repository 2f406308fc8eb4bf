"""Prices of the user from the terminal: they choose the main commodity of an ore and weigh its by-products."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.terminal import Format, FormatOption, answer

prices_app = typer.Typer(
    no_args_is_help=True,
    help="Metal prices: the cited ones, and your own in their place; the ranking follows at once.",
)
COLUMNS = ("commodity", "usd_per_t", "low", "high", "year", "form", "whose")


@prices_app.command("set")
def prices_set(
    file: Annotated[Path, typer.Argument(help="CSV with commodity,usd_per_t (USD per tonne of the grade basis).")],
    format: FormatOption = Format.table,
) -> None:
    """Save the prices of a file in place of the cited ones, and show them; those of other commodities stay."""
    from scoring.deposits.in_situ_value import read_prices  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    session.own().price({name: price.usd_per_t for name, price in read_prices(file).items()})
    answer([row for row in _rows() if row["whose"] == "yours"], format, COLUMNS)


@prices_app.command("list")
def prices_list(format: FormatOption = Format.table) -> None:
    """List the prices that count, with what is priced and in which year."""
    answer(_rows(), format, COLUMNS)


@prices_app.command("reset")
def prices_reset() -> None:
    """Delete your prices: the cited ones count again."""
    from workspace import session  # noqa: PLC0415

    deleted = len(session.own().prices)
    session.own().unprice()
    typer.echo(f"{deleted} prices of yours are deleted; the cited ones count.")


def _rows() -> list[dict[str, object]]:
    from scoring.deposits.in_situ_value import prices  # noqa: PLC0415
    from workspace import session  # noqa: PLC0415

    own, cited = session.own().prices, prices()
    rows: list[dict[str, object]] = []
    for name in sorted({*cited, *own}):
        price = cited.get(name)
        if name in own:
            rows.append(dict(zip(COLUMNS, (name, own[name], None, None, None, "", "yours"), strict=True)))
        elif price is not None:
            told = (name, price.usd_per_t, price.low, price.high, price.year, price.form, "cited")
            rows.append(dict(zip(COLUMNS, told, strict=True)))
    return rows
