"""The house keeps its floors, its SQL in files, and nothing of anybody's machine."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {"geo", "layers", "data", "scoring", "workspace", "ui", "app"}
SOURCES = [
    p for d in ("geo", "layers", "data", "scoring", "workspace", "ui") for p in sorted((ROOT / d).rglob("*.py"))
] + [ROOT / "app.py"]


def tracked() -> list[Path]:
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in out.split("\0") if name]


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "7 kept, 0 broken" in done.stdout
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def imports() -> dict[str, set[str]]:
    """Module -> the modules of ours that it imports anywhere, also inside functions and for annotations."""
    graph = grimp.build_graph("geo", "data", "layers", "scoring", "workspace", "ui")
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def test_no_module_imports_itself_in_a_circle_late_imports_included() -> None:
    assert len(list(graphlib.TopologicalSorter(imports()).static_order())) > 250  # a circle raises


def test_no_room_imports_itself_in_a_circle() -> None:
    """A room is a package within a floor; modules beside the rooms, such as `ui.state`, join them and are none."""
    rooms: dict[str, set[str]] = {}
    for module, imported in imports().items():
        room = module.rpartition(".")[0]
        others = {each.rpartition(".")[0] for each in imported} - {room}
        if "." in room:
            rooms.setdefault(room, set()).update(each for each in others if "." in each)
    assert len(list(graphlib.TopologicalSorter(rooms).static_order())) > 20


VERBS = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER|COPY|ATTACH|WITH \w+ AS|FROM \w+|\) FROM|UNION)\b"
)
#: `ATTACH` takes no bound value; the path goes through DuckDB's own quoting.
QUOTED_BY_DUCKDB = {"data/store_file.py": "ATTACH "}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_statement_is_whole_on_one_line_or_in_a_file_of_its_own(path: Path) -> None:
    """No f-string, no `+`, no `%`, no `.format` and no second line: what is longer lies in a .sql file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    allowed = QUOTED_BY_DUCKDB.get(path.relative_to(ROOT).as_posix())
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
            assert not VERBS.match(text), f"f-string SQL in line {node.lineno}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            assert not VERBS.match(node.value) or node.lineno == node.end_lineno, f"long SQL in line {node.lineno}"
        if isinstance(node, ast.BinOp):
            parts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            wrong = [text for text in parts if isinstance(text, str) and VERBS.match(text) and text != allowed]
            assert not wrong, f"SQL is put together in line {node.lineno}"
            loads = [p for p in ast.walk(node) if isinstance(p, ast.Call) and getattr(p.func, "id", "") == "sql"]
            assert not loads, f"a statement is part of another in line {node.lineno}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/**/*.sql")), ids=lambda p: p.name)
def test_every_statement_file_says_what_goes_in_and_out(path: Path) -> None:
    if ".venv" in path.parts:
        pytest.skip("not ours")
    assert path.read_text(encoding="utf-8").startswith("--")


def test_no_other_distribution_ships_our_names() -> None:
    for name, distributions in metadata.packages_distributions().items():
        if name in TOP_LEVEL:
            assert set(distributions) == {"orebridge"}, name


def test_packages_are_listed_and_tests_ship_no_data_package() -> None:
    listed = re.search(
        r"^packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert listed
    for package in {p.parent for p in SOURCES if p.name == "__init__.py"}:
        assert f'"{".".join(package.relative_to(ROOT).parts)}"' in listed[1]
    assert not (ROOT / "tests" / "data" / "__init__.py").exists()


def test_nothing_names_a_download_host_or_somebodys_machine() -> None:
    hosts = re.compile(
        r"https?://[^\s\"']*(pypi|pythonhosted|registry\.npmjs|deb\.debian)[^\s\"']*/(simple|packages|dists|-/)|/work/main|/root/|(?<![\w.])/home/\w+/"
    )
    own = Path(__file__).resolve()
    wrong = []
    for path in tracked():
        if path.suffix in {".parquet", ".tif", ".png"} or path == own or not path.exists():
            continue
        found = hosts.search(path.read_text(encoding="utf-8", errors="replace"))
        wrong += [f"{path.relative_to(ROOT)}: {found[0]}"] if found else []
    assert wrong == []
    assert ROOT / "uv.lock" not in tracked()


def test_the_app_is_a_thin_door() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 60
    for page in sorted((ROOT / "ui" / "screens").glob("*/page.py")):
        text = page.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 200, page.parent.name
        assert "execute(" not in text, f"{page.parent.name} speaks SQL"
