"""Sets of sites made by hand, in a world of one country, three ports and the layers of the fixture `layers`."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import Geod

from scoring.measures.inputs import Inputs
from scoring.measures.registry import measure_all
from tests.conftest import TinySite, tiny_facts

CLAIM = "INSERT INTO facts.claim VALUES (?, 's', 's:1', ?, ?, ?, ?, ?, NULL, NULL, ?, '', ?, '', '', ?)"
GEOD = Geod(ellps="WGS84")


def claim(
    con,
    site_id,
    attribute,
    value,
    *,
    text="",
    commodity="copper",
    unit="%",
    method="reported",
    chosen=True,
    as_of="2020",
) -> None:
    con.execute(CLAIM, [site_id, attribute, value, text, commodity, unit, as_of, method, chosen])


def write(frame: dict, geometry: list, path: Path) -> None:
    gpd.GeoDataFrame(frame, geometry=geometry, crs="EPSG:4326").to_parquet(path)


def world(sites: list[TinySite]):
    con = tiny_facts(sites)
    con.execute("UPDATE facts.commodity SET world_production_t = 1000")
    con.execute("INSERT INTO facts.country VALUES ('AUS', 'AU', 'Australia', 1.9, 1.5, 3.7, 'partner', false, 4)")
    ports = [
        ("oil buoy", 0.2, False, 100.0, 200.0),
        ("cargo", 0.4, True, 5000.0, 7000.0),
        ("off the network", 0.3, True, None, None),
    ]
    for number, (name, lon, loads, japan, us) in enumerate(ports):
        con.execute(
            "INSERT INTO facts.port BY NAME SELECT ? AS wpi_no, ? AS name, 'AUS' AS iso3, ? AS lon, 0 AS lat, "
            "? AS loads, ? AS sea_km_japan, ? AS sea_km_us",
            [number, name, lon, loads, japan, us],
        )
    return con


def measured(con, layers: Path, *criteria: str) -> pd.DataFrame:
    """Return the measurements of these criteria (none named: of all), by criterion, site and commodity."""
    rows = measure_all(Inputs(con, layers, layers), criteria or None)
    return rows.set_index(["criterion_id", "site_id", "commodity"])


def more_commodities(con) -> None:
    """Add metals with a price and a market, one without a price, and rare earths with three elements."""
    rows = [  # id, unit, group, world t/y, USD/t
        ("nickel", "%", "", 100_000.0, 15_000.0),
        ("scandium", "ppm", "", 50.0, 1_000_000.0),
        ("uranium", "ppm", "", None, None),
        ("rare earths", "%", "", 400_000.0, None),
        ("neodymium", "ppm", "rare earths", None, 85_000.0),
        ("dysprosium", "ppm", "rare earths", None, 274_000.0),
        ("terbium", "ppm", "rare earths", None, 1_188_000.0),
    ]
    for name, unit, group, world_t, price in rows:
        con.execute(
            "INSERT INTO facts.commodity SELECT * REPLACE (? AS commodity_id, ? AS grade_unit, ? AS group_id, "
            "? AS world_production_t, ? AS price_usd_t) FROM facts.commodity WHERE commodity_id = 'copper'",
            [name, unit, group, world_t, price],
        )
    con.execute(
        "UPDATE facts.commodity SET world_production_t = 20e6, price_usd_t = 10_000 WHERE commodity_id = 'copper'"
    )
