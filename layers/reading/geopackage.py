"""Read a GeoPackage: its schema is looked at with SQLite, under a clock, before GDAL sees the file."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path

from layers.contract import Request
from layers.reading import code_lists
from layers.reading.raw import Notes, RawLayer, Refused, Source
from layers.reading.vector import OpenOptions, read_layers

CHECK_SECONDS = 3.0
STEPS = 10_000
SCHEMA = "SELECT type, name, coalesce(sql, '') FROM sqlite_master LIMIT 20000"
#: Code lists of columns, by the schema extension of the standard.
LISTED = "SELECT constraint_name, table_name, column_name FROM gpkg_data_columns LIMIT 20000"
CODES = "SELECT constraint_name, constraint_type, value, description FROM gpkg_data_column_constraints LIMIT 20000"
CODE_TABLES = frozenset({"gpkg_data_columns", "gpkg_data_column_constraints"})
#: Triggers that the standard and its common writers put in themselves.
OWN_VIEWS = frozenset({"st_spatial_ref_sys", "spatial_ref_sys", "st_geometry_columns", "geometry_columns"})
OWN_TABLES = frozenset({"gpkg_spatial_ref_sys", "gpkg_geometry_columns"})
OWN_TRIGGERS = re.compile(
    r"^(rtree_|trigger_(insert|delete)_feature_count_|gpkg_|fgti_|update_layer_extent|\w+_(insert|update|delete)_gpkg)",
    re.IGNORECASE,
)


def read_geopackage(source: Source, request: Request, notes: Notes) -> list[RawLayer]:
    """Read the feature tables of a GeoPackage.

    Parameters
    ----------
    source : Source
        The file in quarantine with its companions.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.
    """
    lists = _check(source.path, notes)
    options = {"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"}
    found = read_layers(source, request, notes, OpenOptions(source.path, "the GeoPackage says so", options=options))
    return [code_lists.named(raw, lists, notes) for raw in found]


def _check(path: Path, notes: Notes) -> code_lists.CodeLists:
    """Refuse what is no GeoPackage or holds code; return the code lists of its columns."""
    _check_length(path)
    try:
        found = [(kind, name, sql) for kind, name, sql in _rows(path, SCHEMA)]
    except sqlite3.Error as error:
        raise Refused("database_broken", reason=str(error)) from error
    if "gpkg_contents" not in {name.lower() for _, name, _ in found}:
        raise Refused("format_other", format="SQLite database other than GeoPackage")
    for foreign in (_foreign_views(found), _foreign_virtual_tables(found)):
        if foreign:
            raise Refused("database_views", names=", ".join(foreign[:5]), count=len(foreign))
    triggers = [name for kind, name, _ in found if kind == "trigger" and not OWN_TRIGGERS.match(name)]
    if triggers:
        notes.add("database_triggers", count=len(triggers), names=", ".join(triggers[:5]))
    return _code_lists(path, {name.lower() for kind, name, _ in found if kind == "table"})


def _code_lists(path: Path, tables: set[str]) -> code_lists.CodeLists:
    """Return the code lists that the tables of the standard hold; none if they cannot be read."""
    if not tables >= CODE_TABLES:
        return {}
    try:
        columns, codes = _rows(path, LISTED), _rows(path, CODES)
    except sqlite3.Error:
        return {}
    return code_lists.code_lists(
        (table, column, code, words.strip() or code)
        for name, table, column in columns
        for of, kind, code, words in codes
        if of == name and kind.lower() == "enum" and code
    )


def _check_length(path: Path) -> None:
    """Refuse a database that has fewer bytes than its header counts."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    if pages * (65536 if page == 1 else page) > size:
        raise Refused("truncated", bytes=size, reason=f"its header counts {pages} pages of {page} bytes")


def _foreign_views(found: list[tuple[str, str, str]]) -> list[str]:
    return [name for kind, name, sql in found if kind == "view" and not _own_view(name, sql)]


def _foreign_virtual_tables(found: list[tuple[str, str, str]]) -> list[str]:
    """Return the virtual tables that are no spatial index."""
    tables = [(name, sql) for kind, name, sql in found if kind == "table" and re.match(r"(?i)\s*CREATE\s+VIRTUAL", sql)]
    return [name for name, sql in tables if not re.search(r"(?i)\bUSING\s+rtree\b", sql)]


def _own_view(name: str, sql: str) -> bool:
    """Tell whether a view is one of those that older writers of the standard put in.

    Names of columns of its own tables, nothing else.
    """
    tables = set(re.findall(r"\b(?:from|join)\s+(\w+)", sql.lower()))
    called = re.search(r"\w\s*\(", re.sub(r"(?i)\b(as|in|and|where|then|else)\s*\(", "", sql))
    return name.lower() in OWN_VIEWS and tables <= OWN_TABLES and not called and not re.search(r"(?i)\bwith\b", sql)


def _rows(path: Path, statement: str) -> list[tuple[str, ...]]:
    """Return the rows of a statement as texts, read under a clock."""
    ends = time.monotonic() + CHECK_SECONDS
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        connection.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        return [tuple("" if cell is None else str(cell) for cell in row) for row in connection.execute(statement)]
    finally:
        connection.close()
