"""Every bundled table is read by something that a reader sees: one that no door reads contradicts the page one day."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLES = sorted(path.stem for path in (ROOT / "data" / "bundled").glob("*.parquet"))
#: Floors whose statements make what pages, commands, memo and API show; what makes or loads the bundle does not count.
READERS = ("data/queries", "scoring", "workspace", "ui")
MAKES_OR_LOADS = ("load_facts.sql", "schema.sql")
STATEMENTS = {
    path: path.read_text(encoding="utf-8")
    for folder in READERS
    for kind in ("*.sql", "*.py")
    for path in sorted((ROOT / folder).rglob(kind))
    if path.name not in MAKES_OR_LOADS
}
REPORT = ROOT / "data" / "bundle.py"  # of `orebridge data report` and of the page Method & data
STATEMENTS[REPORT] = REPORT.read_text(encoding="utf-8")


def test_there_are_tables_and_statements() -> None:
    assert len(TABLES) > 15
    assert len(STATEMENTS) > 200


@pytest.mark.parametrize("table", TABLES)
def test_a_door_reads_each_bundled_table(table: str) -> None:
    read = re.compile(rf"\b(facts|combined)\.{table}\b")
    doors = [path.relative_to(ROOT) for path, text in STATEMENTS.items() if read.search(text)]
    assert doors, f"nothing that a reader sees reads {table}"
    assert pq.read_metadata(ROOT / "data" / "bundled" / f"{table}.parquet").num_rows > 0
