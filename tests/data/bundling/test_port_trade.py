"""What ports handle: 30 rows of the World Port Index judged against what is published on these places."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.bundling import port_trade
from data.bundling.ports import DEEPEST_M, draughts, with_facts
from data.vocabulary import CURATED

ROWS = Path(__file__).with_name("world_port_index_rows.csv")

# Place -> what it handles, and who says so; read on 2026-11-26.
LOADS = {
    "Dar Es Salaam": ("bulk;containers", "IMF PortWatch, 347 container ships and 182 bulk carriers a year"),
    "Beira": ("bulk;containers", "IMF PortWatch, 188 and 196 a year"),
    "Nacala": ("bulk;containers", "IMF PortWatch, 96 and 179 a year"),
    "Toamasina": ("bulk;containers", "IMF PortWatch, 139 and 86 a year"),
    "Antofagasta": ("bulk;containers", "IMF PortWatch, 81 and 187 a year"),
    "Darwin": ("bulk;containers", "IMF PortWatch, 47 and 27 a year; the Index admits 12.0 m"),
    "Port Hedland": ("bulk", "IMF PortWatch, over 3,000 bulk carriers a year"),
    "Poti": ("bulk;containers", "World Port Index, solid bulk and container: Yes"),
    "Deception Bay": ("bulk", "World Port Index, solid bulk: Yes, 10.0 m: the port of the Raglan mine"),
    "Provideniya": ("", "IMF PortWatch counts no bulk carrier and no container ship"),
}

# Place -> why nothing is loaded there.
LOADS_NOTHING = {
    "Supsa Marine Terminal": "World Port Index: oil terminal, solid bulk, container and break-bulk: No",
    "Mjimwema Terminal": "World Port Index: oil terminal depth alone; ships of Dar es Salaam are not its own",
    "Botas": "crude oil loading jetties of the Kirkuk-Ceyhan pipeline",
    "Primorsk": "World Port Index: liquid bulk: Yes, solid bulk, container and break-bulk: No",
    "Rosarito": "IMF PortWatch: tankers alone",
    "Pinole Point": "no call of a bulk carrier or container ship is known",
    "Davenport": "no call of a bulk carrier or container ship is known",
    "Isla San Marcos": "no call of a bulk carrier or container ship is known",
    "Fomboni": "no call of a bulk carrier or container ship is known",
    "Korcula": "no call of a bulk carrier or container ship is known",
    "Kerch": "closed to international shipping by Directive 255 of Ukraine, 16 June 2014",
    "Vanasadam - Port of Tallinn": "World Port Index: harbour use Ferry",
    "Duluth": "the St Lawrence Seaway admits 8.08 m, a feeder draws 8.2 m",
}


@pytest.fixture(scope="module")
def ports() -> pd.DataFrame:
    """The rows of the Index and the added places with what they handle."""
    table, facts = with_facts(pd.read_csv(ROWS))
    table["draught_m"] = draughts(table, facts)
    table[["container_calls", "bulk_calls"]] = port_trade.calls_of_ports(table)
    cargo = port_trade.loading(table, facts)
    found = table.assign(bulk=cargo.bulk, containers=cargo.containers, loads=cargo.loads).set_index("name")
    return found[~found.index.duplicated()]


@pytest.mark.parametrize("name", [name for name, (handles, _) in LOADS.items() if handles])
def test_ports_that_load_ore_or_containers_in_trade_count(ports, name: str) -> None:
    handled = [kind for kind in ("bulk", "containers") if ports.loc[name, kind]]
    assert ";".join(handled) == LOADS[name][0]
    assert ports.loc[name, "loads"]


@pytest.mark.parametrize("name", [*LOADS_NOTHING, "Provideniya"])
def test_oil_naval_ferry_and_disused_places_do_not(ports, name: str) -> None:
    assert not ports.loc[name, "loads"]


def test_calls_belong_to_the_port_of_their_name_and_not_to_the_nearest_place(ports) -> None:
    """The oil buoy of Mjimwema lies 7 km from the harbour of Dar es Salaam."""
    assert ports.loc["Dar Es Salaam", "container_calls"] == 347
    assert pd.isna(ports.loc["Mjimwema Terminal", "container_calls"])


def test_harbours_that_are_counted_together_have_the_calls_each() -> None:
    """PortWatch counts 1,882 container ships a year at "Los Angeles-Long Beach"."""
    places = {
        "name": ["Los Angeles", "Long Beach"],
        "alt_name": None,
        "unlocode": None,
        "lon": [-118.25, -118.20],
        "lat": [33.73, 33.77],
    }
    assert port_trade.calls_of_ports(pd.DataFrame(places))["container_calls"].tolist() == [1882, 1882]


def test_the_port_of_red_dog_is_added_with_its_source(ports) -> None:
    added = ports.loc["DeLong Mountain Terminal (Red Dog)"]
    assert (added["bulk"], added["containers"], added["loads"], added["iso3"]) == (True, False, True, "USA")
    assert pd.isna(added["wpi_no"])


@pytest.mark.parametrize("name", ["Trombetas", "Ngqura", "Abbot Point", "Indonesia Morowali Industrial Park"])
def test_places_of_weekly_calls_that_the_index_lacks_are_added(ports, name: str) -> None:
    """Bauxite, manganese, coal and nickel are loaded there; the Index has none of these names within 50 km."""
    assert ports.loc[name, "loads"]
    assert pd.isna(ports.loc[name, "wpi_no"])


def test_jetties_of_power_plants_are_not_added(ports) -> None:
    assert not ports.index.str.contains("PLTU|PowerPlant|LNG").any()


def test_a_draught_that_no_ship_has_is_not_given(ports) -> None:
    assert pd.read_csv(ROWS).set_index("name").loc["Gdansk", "max_vessel_draft_m"] > DEEPEST_M
    assert ports.loc["Gdansk", "draught_m"] == 6.4
    assert ports.loc["Gdansk", "loads"]


def port(**columns) -> pd.DataFrame:
    plain = {"name": "A", "water_body": "Sea", "harbor_use": None, "fac_solid_bulk": None, "fac_container": None}
    return pd.DataFrame([plain | {"draught_m": None, "container_calls": None, "bulk_calls": None} | columns])


NO_FACT = pd.DataFrame({"handles": [""], "draught_m": [None]})


@pytest.mark.parametrize(
    ("columns", "loads"),
    [
        ({"fac_solid_bulk": "Yes", "draught_m": 9.4}, True),
        ({"fac_solid_bulk": "Yes", "draught_m": 7.9}, False),
        ({"fac_container": "Yes", "draught_m": 7.9}, True),
        ({"fac_container": "Yes", "draught_m": 6.4}, False),
        ({"draught_m": 20.0}, False),
        ({"draught_m": 20.0, "bulk_calls": 11}, False),
        ({"draught_m": 20.0, "bulk_calls": 12}, True),
        ({"draught_m": 4.9, "bulk_calls": 51}, False),
        ({"draught_m": 4.9, "bulk_calls": 52}, True),
        ({"draught_m": 20.0, "bulk_calls": 99, "name": "North Oil Terminal"}, False),
        ({"draught_m": 20.0, "bulk_calls": 99, "harbor_use": "Military"}, False),
        ({"draught_m": 20.0, "bulk_calls": 99, "water_body": "Lake Superior; Great Lakes"}, False),
    ],
)
def test_the_draught_is_that_of_the_ship_of_the_cargo(columns, loads: bool) -> None:
    assert port_trade.loading(port(**columns), NO_FACT).loads.tolist() == [loads]


def test_a_curated_fact_wins_and_needs_no_depth() -> None:
    table = port(fac_solid_bulk="Yes", draught_m=20.0)
    assert not port_trade.loading(table, NO_FACT.assign(handles="none")).loads[0]
    cargo = port_trade.loading(port(), NO_FACT.assign(handles="containers"))
    assert (cargo.bulk[0], cargo.containers[0], cargo.loads[0]) == (False, True, True)
    assert not port_trade.loading(port(), NO_FACT.assign(handles="bulk", draught_m=5.0)).loads[0]


@pytest.mark.parametrize("file", ["ports.csv", "port_calls.csv"])
def test_each_fact_on_ports_says_who_says_so_and_when(file: str) -> None:
    table = pd.read_csv(CURATED / file, dtype=str, keep_default_na=False)
    assert table["source_url"].str.match("https?://").all()
    assert table["as_of"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()
    assert table["country_iso3"].str.fullmatch("[A-Z]{3}").all()
