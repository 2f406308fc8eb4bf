"""Market figures of all publications as one table: production, capacity, reserves, shares, reliance, demand.

A row is a printed cell with our commodity and stage (`data/curated/market_series.csv`), its value in a stated basis,
its ends, and what the cell is: withheld, a range, a bound, a net exporter, a residual of other countries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import pandas as pd

from data.bundling.market_mcs import Cell, cells_2025, cells_2026, cells_older
from data.bundling.market_readings import WORLD, Reading, area_of, mass, percent
from data.bundling.mcs import Mcs
from data.vocabulary import CURATED, CountryNames

SERIES = CURATED / "market_series.csv"
EU = "markets/eu_crm_2023/fact_GlobalSupplyShares_t.csv"
EU_SCORES = "markets/eu_crm_2023/dimension_CRMsOverTime.csv"
EU_YEAR = "2023"
#: Columns of the EU's scores -> our figure; both are without unit.
SCORES = {"SR": "eu_supply_risk", "EI": "eu_economic_importance"}
IEA_SUPPLY = "markets/iea_critical_minerals_2025/iea_supply_by_country_stage.csv"
IEA_DEMAND = "markets/iea_critical_minerals_2025/iea_cleantech_demand.csv"
IEA_ALL_USES = "markets/iea_critical_minerals_2025/iea.json"
COUNTRY_CODES = "layers/country-codes/country-codes.csv"
#: Demand of the dataset that stands for every use, not for clean energy technologies alone.
ALL_USES = "all uses"


@dataclass(frozen=True, slots=True)
class Series:
    """What a publisher's series is of: a row of `market_series.csv`.

    Attributes
    ----------
    figure, commodity, stage, form, basis : str
        Ours; figure empty: as the table's column says. form empty: the main one of the stage.
    factor : float
        Printed tonnes x factor = tonnes of the basis.
    conversion : str
        Where the factor comes from; empty: 1.
    """

    figure: str
    commodity: str
    stage: str
    form: str
    basis: str
    factor: float
    conversion: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of `facts.market_figure`; `data/schema.sql` says what each column holds."""

    commodity: str
    stage: str
    form: str
    figure: str
    area: str
    year: int
    period: str
    scenario: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    basis: str
    printed: str
    status: str
    estimated: bool
    conversion: str
    series: str
    source_id: str
    vintage: str


def market_figures(raw: Path) -> pd.DataFrame:
    """Return every figure that `market_series.csv` names, in the columns of `Figure`.

    Parameters
    ----------
    raw : Path
        Folder of the raw files, as `data/sources.toml` registers them.
    """
    mcs = Mcs(raw)
    names = CountryNames(raw / COUNTRY_CODES)
    series = read_series()
    cells = (*cells_2026(mcs), *cells_2025(raw), *cells_older(raw), *_eu_cells(raw), *_iea_cells(raw))
    rows = [figure for cell in cells for figure in _figures(cell, series, names)]
    rows += [*_consumption(mcs, series), *_demand(raw, series), *_eu_scores(raw, series)]
    table = pd.DataFrame([astuple(row) for row in rows], columns=[field.name for field in fields(Figure)])
    return table.sort_values([field.name for field in fields(Figure)], kind="stable").reset_index(drop=True)


def read_series() -> dict[tuple[str, str, str], list[Series]]:
    """Return the rows of `market_series.csv` by source, the publisher's commodity and its series.

    One series may speak of several of our commodities, as that of all heavy rare earths does.
    """
    table = pd.read_csv(SERIES, dtype=str, keep_default_na=False)
    rows: dict[tuple[str, str, str], list[Series]] = {}
    for row in table.to_dict("records"):
        key = (row["source_id"], row["publisher_commodity"], row["series"])
        parts = (row["figure"], row["commodity"], row["stage"], row["form"], row["basis"])
        rows.setdefault(key, []).append(Series(*parts, float(row["factor"]), row["conversion"]))
    return rows


def _figures(cell: Cell, series: dict[tuple[str, str, str], list[Series]], names: CountryNames) -> Iterator[Figure]:
    for named in series.get((cell.source_id, cell.publisher_commodity, cell.series), []):
        area = area_of(cell.country, names)
        if area and named.figure in ("", cell.figure):
            reading = mass(cell.printed) if cell.tonnes else percent(cell.printed)
            yield _figure(cell, named, area, reading)


def _figure(cell: Cell, named: Series, area: str, reading: Reading) -> Figure:
    scale = cell.tonnes * named.factor if cell.tonnes else 1.0
    value, low, high = (None if end is None else end * scale for end in (reading.value, reading.low, reading.high))
    return Figure(
        named.commodity,
        named.stage,
        named.form,
        cell.figure,
        area,
        cell.year,
        cell.period,
        "",
        value,
        low,
        high,
        "t" if cell.tonnes else "%",
        named.basis,
        cell.printed,
        reading.status,
        cell.estimated or cell.printed.startswith("e"),
        named.conversion,
        f"{cell.publisher_commodity}: {cell.series}",
        cell.source_id,
        cell.vintage,
    )


def _eu_cells(raw: Path) -> Iterator[Cell]:
    """Yield the shares of world supply of the EU's assessment of 2023: averages of 2016 to 2020."""
    table = pd.read_csv(raw / EU, dtype=str, keep_default_na=False, encoding="latin-1")
    for row in table.to_dict("records"):
        about = ("eu_crm_2023", "2023", row["Material"].strip(), row["Stage"], "supply_share", row["Country"])
        yield Cell(*about, 2020, "2016-20", row["Share"].strip(), 0.0, estimated=False)


def _eu_scores(raw: Path, series: dict[tuple[str, str, str], list[Series]]) -> Iterator[Figure]:
    """Yield supply risk and economic importance of the EU's assessment of 2023: numbers without a unit, of no stage."""
    table = pd.read_csv(raw / EU_SCORES, dtype=str, keep_default_na=False, encoding="latin-1")
    for row in table[table["Year"] == EU_YEAR].to_dict("records"):
        for column, figure in SCORES.items():
            for named in series.get(("eu_crm_2023", row["Material"].strip(), column), []):
                about = ("eu_crm_2023", EU_YEAR, row["Material"].strip(), column, figure, "European Union")
                cell = Cell(*about, int(EU_YEAR), EU_YEAR, row[column].strip(), 0.0, estimated=False)
                score = _figure(cell, named, "EUU", mass(cell.printed.replace("-", "NA")))
                yield replace(score, unit="")


def _iea_cells(raw: Path) -> Iterator[Cell]:
    """Yield mining and refining by country of the IEA: thousand tonnes of contained metal, base case from 2030."""
    for row in pd.read_csv(raw / IEA_SUPPLY, dtype=str, keep_default_na=False).to_dict("records"):
        year = int(row["year"])
        about = ("iea_minerals_2025", "2025", row["mineral"], row["stage"], "production", row["country"])
        yield Cell(*about, year, row["year"], f"{float(row['kt']):.6g}", 1000.0, estimated=year > 2024)


def _consumption(mcs: Mcs, series: dict[tuple[str, str, str], list[Series]]) -> Iterator[Figure]:
    """Yield US consumption, and imports and exports where it is withheld, at the stage of the net import reliance."""
    stages: dict[str, str] = {}
    for named in (each for group in series.values() for each in group):
        if named.figure == "net_import_reliance" and not named.form.startswith("ferro"):
            stages[named.commodity] = max(stages.get(named.commodity, ""), named.stage)
    for figure in ("consumption", "imports", "exports"):
        for one in mcs.series(figure):
            named = Series(figure, one.commodity, stages[one.commodity], "", "grade basis", one.factor, one.conversion)
            for year, printed in sorted(one.printed.items()):
                about = ("usgs_mcs_2026", "2026", one.commodity, one.detail, figure, "United States")
                cell = Cell(*about, year, str(year), printed, 1.0, estimated=year == max(one.printed))
                yield _figure(cell, named, "USA", mass(printed))


def _demand(raw: Path, series: dict[tuple[str, str, str], list[Series]]) -> Iterator[Figure]:
    """Yield world demand of the IEA by scenario: of clean energy technologies, and of all uses where it states them."""
    source = ("iea_minerals_2025", "2025")
    clean = "clean energy technologies"
    for row in pd.read_csv(raw / IEA_DEMAND, dtype=str, keep_default_na=False).to_dict("records"):
        for named in series.get((source[0], row["mineral"], clean), []):
            yield _scenario(named, row["mineral"], clean, int(row["year"]), row["scenario"], float(row["kt"]))
    for mineral, parts in json.loads((raw / IEA_ALL_USES).read_text(encoding="utf-8"))["totalDemand"].items():
        for named in series.get((source[0], mineral, ALL_USES), []):
            total = parts["totalDemand"]
            yield _scenario(named, mineral, ALL_USES, 2024, "base", total["2024"])
            for scenario in ("STEPS", "APS", "NZE"):
                for year, kt in total[scenario].items():
                    yield _scenario(named, mineral, ALL_USES, int(year), scenario, kt)


def _scenario(named: Series, mineral: str, uses: str, year: int, scenario: str, kt: float) -> Figure:
    tonnes = kt * 1000.0 * named.factor
    printed = f"{kt:.6g}"
    return Figure(
        named.commodity,
        named.stage,
        named.form,
        "demand",
        WORLD,
        year,
        str(year),
        scenario,
        tonnes,
        tonnes,
        tonnes,
        "t",
        named.basis,
        printed,
        "number",
        scenario != "base",
        named.conversion,
        f"{mineral}: {uses}",
        "iea_minerals_2025",
        "2025",
    )
