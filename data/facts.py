"""The bundle in memory: an in-process DuckDB with the immutable facts, locked against external access once loaded."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb

from data.sql import sql
from geo.errors import OrebridgeError

HERE = Path(__file__).resolve().parent
#: The bundle of the checkout, or the folder that ``OREBRIDGE_BUNDLE`` names (as `orebridge data build --out` writes
#: it).
BUNDLE = Path(os.environ.get("OREBRIDGE_BUNDLE") or HERE / "bundled")
#: The tables of the bundle, a Parquet file each.
TABLES = (
    "site",
    "commodity",
    "country",
    "measurement",
    "gate",
    "claim",
    "owner",
    "holding",
    "port",
    "sea_lane",
    "partner_framework",
    "permitting_pathway",
    "legal_flag",
    "left_out",
    "former_id",
    "product",
    "buyer",
    "name_ja",
    "market_figure",
    "trade_code",
    "trade_flow",
    "political_stability",
    "chain_link",
)
#: What is there of the facts and of what users brought, joined as ``combined.<name>``.
JOINED_TABLES = ("site", "claim", "owner", "measurement", "gate")
#: What ranking alone needs.
RANKING_TABLES = ("site", "commodity", "country", "measurement", "gate", "claim", "product")
#: What the vulnerability of supply chains is read from.
MARKET_TABLES = ("commodity", "country", "market_figure", "trade_code", "trade_flow", "political_stability")
#: What the allied sites of a market are counted from besides.
SITE_TABLES = ("site", "claim", "gate")
#: What a search looks into besides.
SEARCH_TABLES = ("owner", "holding", "name_ja")
#: What there is before anything is measured.
UNMEASURED_TABLES = tuple(name for name in TABLES if name not in ("measurement", "gate"))


#: On a machine of one core too: with one thread, DuckDB 1.5.5 waits for ever for the rows of a long UNION ALL
#: (`scoring/measures/gates.sql`) that are fetched as they come.
LEAST_THREADS = 2


class BundleMissingError(OrebridgeError):
    """The bundled data are missing or incomplete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "{path} is missing; restore data/bundled from the repository or run `orebridge data build --raw FOLDER`.",
            path=path,
        )


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Apply the settings that every database of Orebridge has.

    Nothing is fetched, names of Python variables are never read as tables, and memory that a statement has freed goes
    back to the system at its end: of a process that ranked by four methods, 0.1 GB.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A database in memory.
    """
    con.execute("SET GLOBAL python_enable_replacements = false")
    con.execute("SET GLOBAL autoinstall_known_extensions = false")
    con.execute("SET GLOBAL autoload_known_extensions = false")
    con.execute("SET GLOBAL allocator_flush_threshold = '8MB'")
    con.execute("SET GLOBAL allocator_bulk_deallocation_flush_threshold = '8MB'")


def load_spatial(con: duckdb.DuckDBPyConnection) -> None:
    """Load the spatial extension from the installed wheel, by path; longitude comes first everywhere.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A database in memory.
    """
    extension = (
        resources.files("duckdb_extension_spatial")
        / "extensions"
        / f"v{duckdb.__version__}"
        / "spatial.duckdb_extension"
    )
    con.load_extension(str(extension))
    con.execute("SET GLOBAL geometry_always_xy = true")


def lock(con: duckdb.DuckDBPyConnection) -> None:
    """Turn external access off and freeze the configuration, for every cursor of this instance.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A database in memory.
    """
    con.execute("SET GLOBAL enable_external_access = false")
    con.execute("SET GLOBAL lock_configuration = true")


def load(con: duckdb.DuckDBPyConnection, bundle: Path = BUNDLE, tables: tuple[str, ...] = TABLES) -> None:
    """Create the facts schema and fill `tables` from the bundle; the others stay empty.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A database in memory.
    bundle : Path, optional
        Folder of the bundle.
    tables : tuple[str, ...], optional
        Names of tables of the bundle.

    Raises
    ------
    BundleMissingError
        If a file of the bundle is not there.
    """
    for name in tables:
        if not (bundle / f"{name}.parquet").exists():
            raise BundleMissingError(bundle / f"{name}.parquet")
    con.execute(sql("data/schema.sql"))
    statements = _load_statements()

    def fill(name: str) -> None:
        # No parameter is bound: the first one makes DuckDB import pandas, with the interpreter held.
        with con.cursor() as cursor:
            cursor.read_parquet((bundle / f"{name}.parquet").as_posix()).query("bundled", statements[name])

    with ThreadPoolExecutor(2) as pool:  # two files beside each other are read sooner than each by two threads
        list(pool.map(fill, tables))


def _load_statements() -> dict[str, str]:
    """Return what fills each table, by its name."""
    statements = [each.query for each in duckdb.extract_statements(sql("data/queries/load_facts.sql"))]
    return {each.split("INSERT INTO facts.")[1].split()[0]: each for each in statements}


def open_facts(bundle: Path = BUNDLE, tables: tuple[str, ...] = TABLES) -> duckdb.DuckDBPyConnection:
    """Return a locked in-memory database that holds `tables` of the bundle. Use a cursor of it for each call.

    Parameters
    ----------
    bundle : Path, optional
        Folder of the bundle.
    tables : tuple[str, ...], optional
        Names of tables of the bundle.
    """
    con = duckdb.connect(":memory:", config={"threads": 1})
    settle(con)
    load(con, bundle, tables)
    con.execute("SET GLOBAL threads = $threads", {"threads": max(LEAST_THREADS, os.cpu_count() or 1)})
    lock(con)
    return con


@cache
def data_version(bundle: Path = BUNDLE) -> str:
    """Return twelve hex digits over the content of all fact tables.

    The version of the data, printed on every export.

    Parameters
    ----------
    bundle : Path, optional
        Folder of the bundle.
    """
    digest = hashlib.sha256()
    for name in TABLES:
        path = bundle / f"{name}.parquet"
        if not path.exists():
            raise BundleMissingError(path)
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
