"""Every table says what it holds, statements live in files, and no code runs what it is given."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("geo", "data", "layers", "scoring", "workspace", "ui")
SOURCES = [p for floor in FLOORS for p in sorted((ROOT / floor).rglob("*.py"))] + [ROOT / "app.py"]
STATEMENTS = sorted(p for floor in FLOORS for p in (ROOT / floor).rglob("*.sql"))
SQL_WORDS = re.compile(
    r"\b(SELECT\s|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(OR|TABLE|TEMP|VIEW)|COPY\s*\(|DROP\s+TABLE)"
)


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 50
    assert len(STATEMENTS) > 20


def test_every_table_and_its_measured_columns_are_commented(facts) -> None:
    tables = (
        facts.cursor().execute("SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'facts'").fetchall()
    )
    assert len(tables) >= 13
    assert [name for name, comment in tables if not comment] == []
    columns = facts.cursor().execute(
        "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE schema_name = "
        "'facts' AND data_type = 'DOUBLE'"
    )
    named = dict(columns.fetchall())
    self_speaking = re.compile(r"_(pct|t|mt|km|m)$|\.(high|lon|lat|sea_km_us)$")
    assert [c for c, comment in named.items() if not comment and not self_speaking.search(c)] == []


def test_tables_of_the_store_are_commented(tmp_path) -> None:
    from data.store import Store

    with Store.open(tmp_path) as store:
        tables = (
            store._root.cursor()
            .execute("SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal")
            .fetchall()
        )
    assert {name for name, comment in tables if comment} >= {
        "scenario",
        "shortlist",
        "shortlist_item",
        "shortlist_change",
        "snapshot",
        "change",
    }


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda p: p.name)
def test_each_statement_has_a_header_and_a_readable_length(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    if path.parent.name != "migrations" and path.name not in ("schema.sql", "store_version.sql"):
        assert re.search(r"^-- *(in|out): ", text, re.M)
    assert path.name == "schema.sql" or len(text.splitlines()) <= 100
    assert "%s" not in text
    assert not re.search(r"\{\w*\}", text), "a place that is filled in is a statement put together from values"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_statement_is_formatted_and_nothing_is_evaluated(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            assert not SQL_WORDS.search("".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))), (
                node.lineno
            )
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
            assert not SQL_WORDS.search(str(node.left.value)), node.lineno
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
            and isinstance(node.func.value, ast.Constant)
        ):
            assert not SQL_WORDS.search(str(node.func.value.value)), node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec", "print"), node.lineno
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] + [getattr(node, "module", None) or ""]
            assert not {"pickle", "marshal", "shelve"} & set(names), node.lineno
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"bare except in line {node.lineno}"


def test_streamlit_and_pydeck_are_imported_by_the_doors_alone() -> None:
    def imports(path: Path) -> set[str]:
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        return {
            name.split(".")[0]
            for node in tree
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        }

    using = {p for p in SOURCES if imports(p) & {"streamlit", "pydeck"}}
    assert using
    assert {p.relative_to(ROOT).parts[0] for p in using} == {"ui"}
    assert not [p for p in SOURCES if p.relative_to(ROOT).parts[0] == "geo" and "duckdb" in imports(p)]
