"""What ports handle in trade, and whether ships of that kind can load there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data import vocabulary as words
from geo.arrays import BoolArray, IntArray
from geo.measure import distance_km
from geo.nearest import NearestPoints

#: Depths of the Index are mostly the shallow end of a class of five feet: 9.4 m stands for 31 to 35 feet (9.4-10.7 m).
#: So the least depth of a cargo is that of the class that holds the draught of the ship: a Handysize bulk carrier draws
#: about 10 m (Taylor Maritime; Baltic Handysize 28,000 dwt: 9.78 m), a container feeder as built for Bangkok 8.2 m
#: (Knud E. Hansen).
LEAST_DEPTH_M = {"bulk": 9.4, "containers": 7.9}

#: Calls a year from which ships of a kind are in trade there: one a month.
MONTHLY = 12

#: Calls a year from which they show that the water is deep enough, whatever the Index says: one a week.
WEEKLY = 52

#: Calls belong to the port of the Index that has their name or UN/LOCODE within this distance, else to the nearest
#: within the other.
SAME_NAME_KM, NEAREST_KM = 50.0, 10.0

#: Cargo, the column of the Index that says it is handled, and the calls that show it.
KINDS = (("bulk", "fac_solid_bulk", "bulk_calls"), ("containers", "fac_container", "container_calls"))

#: Harbours that the Index says are used for something else.
OTHER_USES = ("Military", "Ferry", "Fishing")

#: Names of places that load oil or gas; the marine terminals of the Index (Supsa, Fawley, Valdez) are of oil.
OIL_OR_GAS = r"\b(?:oil|lng|lpg|gas|petroleum|marine terminal)\b"

#: Names of jetties that receive coal for a power plant (Indonesian: PLTU).
POWER_PLANTS = r"\bpltu\b|power ?plant"

#: Waters that these ships do not reach: the St Lawrence Seaway admits 8.08 m (26 ft 6 in), the Caspian is closed.
CLOSED_WATERS = r"Great Lakes|Caspian"

#: Words of a port's name that do not tell it from its neighbour.
COMMON_WORDS = frozenset(
    {"port", "of", "harbor", "harbour", "terminal", "puerto", "porto", "de", "the", "al", "el", "la", "le", "marine"}
    | {"bay", "baie", "island", "islands", "new", "san", "santa", "saint", "st", "north", "south", "east", "west", "ko"}
    | {"river", "point", "punta", "ras", "cape", "tanjung", "pulau", "teluk", "kuala", "bandar", "mina", "jetty"}
    | {"roads", "city"}
)


@dataclass(frozen=True, slots=True)
class Loading:
    """What each port handles, and whether a ship of that kind can load there.

    Attributes
    ----------
    bulk, containers : ndarray of bool
        Whether it handles dry bulk, or containers, in trade.
    loads : ndarray of bool
        Whether the water is deep enough for what it handles.
    """

    bulk: BoolArray
    containers: BoolArray
    loads: BoolArray


def calls_of_ports(table: pd.DataFrame) -> pd.DataFrame:
    """Return calls a year of container ships and of dry bulk carriers: container_calls, bulk_calls, one row a port.

    NULL: no calls are known, which may mean fewer than one a month.

    Parameters
    ----------
    table : pd.DataFrame
        Ports of the Index: name, alt_name, unlocode, lon, lat (EPSG:4326).

    References
    ----------
    IMF PortWatch, https://portwatch.imf.org/ (`data/curated/port_calls.csv`).
    """
    calls = pd.read_csv(words.CURATED / "port_calls.csv", keep_default_na=False)
    rows, port = _ports_of_calls(calls, table)
    known = calls.iloc[rows].assign(port=port).groupby("port")[["container_calls", "bulk_calls"]].sum()
    return known.reindex(range(len(table))).astype("Int64").set_index(table.index)


def unlisted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the places that are no port of `table` and at which ships of either kind call `WEEKLY`.

    Columns: name, iso3, lon, lat, water_body (that of the nearest port). Jetties named for power plants, oil or gas are
    left out.

    Parameters
    ----------
    table : pd.DataFrame
        name, alt_name, unlocode, lon, lat (EPSG:4326), water_body of the known ports.
    """
    calls = pd.read_csv(words.CURATED / "port_calls.csv", keep_default_na=False)
    weekly = calls[["container_calls", "bulk_calls"]].max(axis=1) >= WEEKLY
    unknown = ~calls.index.isin(_ports_of_calls(calls, table)[0])
    fuel = calls["name"].str.contains(f"{OIL_OR_GAS}|{POWER_PLANTS}", case=False)
    places = calls[weekly & unknown & ~fuel].rename(columns={"country_iso3": "iso3"})
    nearest = NearestPoints(table["lon"], table["lat"]).query(places["lon"], places["lat"])
    return places[["name", "iso3", "lon", "lat"]].assign(water_body=table["water_body"].to_numpy()[nearest.index])


def _ports_of_calls(calls: pd.DataFrame, table: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Return pairs of positions: of calls, and of the port in `table` to which they belong.

    Calls at harbours that are counted together ("Los Angeles-Long Beach") belong to each of them.
    """
    nearest = NearestPoints(table["lon"], table["lat"]).query(calls["lon"], calls["lat"])
    names = [_names(*row) for row in zip(table["name"], table["alt_name"].fillna(""), strict=True)]
    pairs = []
    for row, (name, lon, lat) in enumerate(zip(calls["name"], calls["lon"], calls["lat"], strict=True)):
        km = distance_km(lon, lat, table["lon"].to_numpy(), table["lat"].to_numpy())
        around = np.flatnonzero(km <= SAME_NAME_KM)
        by_distance = around[np.argsort(km[around], kind="stable")]
        code = calls["locode"].iloc[row]
        coded = [int(i) for i in by_distance if code and table["unlocode"].iloc[i] == code]
        named = {port for part in _parts(name) for port in _nearest_named(part, by_distance, names)}
        ports = {*named, *coded} or ({int(nearest.index[row])} if km.min() <= NEAREST_KM else set())
        pairs += [(row, port) for port in sorted(ports)]
    return [row for row, _ in pairs], [port for _, port in pairs]


def _parts(name: str) -> list[str]:
    return [name, *re.sub(r"\(.*?\)", "", name).split("-")] if re.search(r"\w-\w", name) else [name]


def _nearest_named(name: str, by_distance: IntArray, names: list[list[frozenset[str]]]) -> list[int]:
    """Return the first of some ports, if any, that has all words of a name, or whose words are all in it."""
    key = _words(name)
    return [int(i) for i in by_distance if any(key and (key <= n or n <= key) for n in names[i])][:1]


def _names(name: str, other: str) -> list[frozenset[str]]:
    return [key for text in (name, *other.split(";")) if (key := _words(text))]


def _words(name: str) -> frozenset[str]:
    return frozenset(words.fold(name).split()) - COMMON_WORDS


def loading(table: pd.DataFrame, facts: pd.DataFrame) -> Loading:
    """Decide what each port handles in trade, and whether a ship of that kind can load there.

    A port handles a cargo where a curated fact, the Index, or at least `MONTHLY` calls of ships of that kind say so.
    Naval, ferry and fishing harbours handle none; calls at places for oil or gas say nothing, for they may belong to a
    neighbour. The water is deep enough where the depth reaches `LEAST_DEPTH_M`, or where such ships call `WEEKLY`;
    nowhere in `CLOSED_WATERS`. A curated fact without a draught says that ships load there and needs no depth.

    Parameters
    ----------
    table : pd.DataFrame
        name, water_body, harbor_use, fac_solid_bulk, fac_container, draught_m (NULL: not given), container_calls,
        bulk_calls (NULL: none known); one row a port.
    facts : pd.DataFrame
        Curated facts in the same rows: handles (empty: no fact; ``none``, or ``bulk`` and ``containers`` separated by
        semicolons).
    """
    other_use = table["harbor_use"].isin(OTHER_USES).to_numpy()
    oil = table["name"].str.contains(OIL_OR_GAS, case=False).to_numpy()
    closed = table["water_body"].fillna("").str.contains(CLOSED_WATERS).to_numpy()
    fact = (facts["handles"] != "").to_numpy()
    handled: dict[str, BoolArray] = {}
    loads = np.zeros(len(table), dtype=bool)
    for kind, facility, calls in KINDS:
        a_year = table[calls].fillna(0).to_numpy(dtype=float)
        shown = ((table[facility] == "Yes").to_numpy() | ((a_year >= MONTHLY) & ~oil)) & ~other_use
        handled[kind] = np.where(fact, facts["handles"].str.split(";").map(lambda h, kind=kind: kind in h), shown)
        deep = (table["draught_m"] >= LEAST_DEPTH_M[kind]).to_numpy() | (a_year >= WEEKLY)
        loads |= handled[kind] & ((deep & ~closed) | (fact & facts["draught_m"].isna().to_numpy()))
    return Loading(handled["bulk"], handled["containers"], loads)
