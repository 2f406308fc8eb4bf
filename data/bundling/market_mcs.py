"""Market figures of four vintages of the Mineral Commodity Summaries, a row a cell; `data.bundling.market` joins them.

Every reader gives the same columns (`CELLS`); what our commodity and stage of a series are is a row of
`data/curated/market_series.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.bundling.mcs import TONNES, YEAR, Mcs

WORLD_2025 = "markets/usgs_mcs_2026/MCS2025_World_Data.csv"
FOLDERS = "sites/usgs_mcs/{year}/world"
FIGURE_2 = "sites/usgs_mcs/{year}/trends/MCS{year}_Fig2_Net_Import_Reliance.csv"
#: Vintages that stand as a folder of small files.
OLDER = (2023, 2024)
KINDS = {"prod": "production", "cap": "capacity", "reserves": "reserves"}
COLUMN = re.compile(
    r"(?P<kind>prod|cap|reserves)_(?P<what>sponge_|pigment_|ore_k2o_equiv_)?(?P<unit>kg|kt|t)(?P<est>_est)?_?(?P<year>\d{4})?$",
    re.I,
)
UNITS = {"kg": 0.001, "t": 1.0, "kt": 1000.0}
STATISTICS = {"Production": "production", "Capacity": "capacity", "Reserves": "reserves"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell of a market table.

    Attributes
    ----------
    source_id, vintage : str
        Of which publication.
    publisher_commodity, series, figure : str
        As `market_series.csv` names them; figure as ours.
    country : str
        As printed, or ``world``.
    year : int
        Last year that the figure speaks of.
    period : str
        As printed: a year or years.
    printed : str
        The value as printed.
    tonnes : float
        Tonnes a printed unit; 0: percent.
    estimated : bool
        Whether the publisher marks the figure as estimated.
    """

    source_id: str
    vintage: str
    publisher_commodity: str
    series: str
    figure: str
    country: str
    year: int
    period: str
    printed: str
    tonnes: float
    estimated: bool


def cells_2026(mcs: Mcs) -> Iterator[Cell]:
    """Yield production, capacity, reserves, US net import reliance and import sources of the release of 2026.

    Parameters
    ----------
    mcs : Mcs
        The release, read.
    """
    table = mcs.table
    world = table[table["section"].str.contains("World") & table["statistics"].isin(STATISTICS)]
    for row in world.itertuples():
        yield _cell_2026(row, STATISTICS[str(row.statistics)], mass_unit(str(row.unit)))
    reliance = table[table["statistics_detail"].str.contains("et import relian") & (table["unit"] == "percent")]
    for row in reliance[reliance["year"].str.len() == len("2025")].itertuples():
        yield _cell_2026(row, "net_import_reliance", 0.0)
    for row in table[table["section"] == "Import Sources"].itertuples():
        yield _cell_2026(row, "us_import_source_share", 0.0)


def _cell_2026(row: object, figure: str, tonnes: float) -> Cell:
    printed = {name: str(getattr(row, name)) for name in ("commodity", "statistics_detail", "country", "year", "value")}
    period = printed["year"]
    year = int(period[:4]) if len(period) == len("2025") else 2000 + int(period[-2:])
    return Cell(
        "usgs_mcs_2026",
        "2026",
        printed["commodity"],
        printed["statistics_detail"],
        figure,
        printed["country"],
        year,
        period,
        printed["value"],
        tonnes,
        year == YEAR and figure in ("production", "net_import_reliance"),
    )


def mass_unit(unit: str) -> float:
    """Return the tonnes of one printed unit of mass; 0: no unit of mass.

    Parameters
    ----------
    unit : str
        As the release prints it.

    Examples
    --------
    >>> mass_unit("thousand metric dry tons"), mass_unit("kilograms"), mass_unit("million liters")
    (1000.0, 0.001, 0.0)
    """
    plain = unit.replace(" dry", "").strip()
    return {**TONNES, "million metric tons": 1e6}.get(plain, 0.0)


def cells_2025(raw: Path) -> Iterator[Cell]:
    """Yield world production, capacity and reserves of the release of 2025.

    Parameters
    ----------
    raw : Path
        Folder of the raw files.
    """
    table = _rows(raw / WORLD_2025).rename(columns=lambda name: re.sub(r"[^A-Z0-9_]", "", name.upper()))
    columns = {
        "PROD_2023": ("production", 2023, False),
        "PROD_EST_2024": ("production", 2024, True),
        "CAP_2023": ("capacity", 2023, False),
        "CAP_EST_2024": ("capacity", 2024, True),
        "RESERVES_2024": ("reserves", 2024, False),
    }
    for row in table.to_dict("records"):
        tonnes = mass_unit(row["UNIT_MEAS"] or "metric tons")
        for column, (figure, year, estimated) in columns.items():
            if row[column].strip():
                yield Cell(
                    "usgs_mcs_2025",
                    "2025",
                    row["COMMODITY"].strip(),
                    row["TYPE"].strip(),
                    figure,
                    row["COUNTRY"],
                    year,
                    str(year),
                    row[column].strip(),
                    tonnes,
                    estimated or "estimated" in row["TYPE"],
                )


def cells_older(raw: Path) -> Iterator[Cell]:
    """Yield world production, capacity, reserves and US net import reliance of the releases of 2023 and 2024.

    Parameters
    ----------
    raw : Path
        Folder of the raw files.
    """
    for vintage in OLDER:
        for path in sorted(
            (raw / FOLDERS.format(year=vintage)).glob("*_world.csv"), key=lambda each: each.name.lower()
        ):
            code = path.name[len("mcs2024-") : -len("_world.csv")]
            for row in _rows(path).to_dict("records"):
                yield from _cells_of_row({str(name): str(text) for name, text in row.items()}, vintage, code)
        for row in _rows(raw / FIGURE_2.format(year=vintage)).to_dict("records"):
            year = vintage - 1
            printed = row[f"Net_Import_Reliance_pct_{year}"].strip()
            where = f"{vintage}/figure 2"
            yield Cell(
                "usgs_mcs",
                str(vintage),
                where,
                row["Commodity"].strip(),
                "net_import_reliance",
                "United States",
                year,
                str(year),
                printed,
                0.0,
                estimated=True,
            )


def _cells_of_row(row: dict[str, str], vintage: int, code: str) -> Iterator[Cell]:
    series = row.get("Type", "Mine production, fluorspar").strip()
    for column, text in row.items():
        match = COLUMN.fullmatch(column.strip())
        if match is None or not text.strip() or not row["Country"].strip():
            continue
        figure = KINDS[match["kind"].lower()]
        year = int(match["year"] or vintage - 1)
        what = "pigment" if (match["what"] or "").lower().startswith("pigment") else series
        yield Cell(
            "usgs_mcs",
            str(vintage),
            f"{vintage}/{code}",
            what,
            figure,
            row["Country"],
            year,
            str(year),
            text.strip(),
            UNITS[match["unit"].lower()],
            match["est"] is not None,
        )


def _rows(path: Path) -> pd.DataFrame:
    """Return the rows of a small file; some are Windows-1252, and some have empty rows and columns at the end."""
    encoding = "utf-8-sig" if _is_utf8(path) else "cp1252"
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
    table.columns = [name.removeprefix("ï»¿").strip() for name in table.columns]
    return table[table.iloc[:, 0].str.strip() != ""]


def _is_utf8(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True
