"""The house keeps its floors, its SQL in files, and nothing of anybody's machine."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path

import grimp
import pytest

from data.export import WRITERS
from data.stages import STAGES
from data.vocabulary import KINDS
from layers.formats import FOLDERS, FORMATS, offered
from layers.reading.read import READERS
from scoring.aggregation.joint import JOINT_RULES
from scoring.aggregation.methods import METHODS
from scoring.aggregation.values import VALUE_FUNCTIONS
from scoring.criteria.catalogue import load
from scoring.criteria.user_criterion import CURVES
from scoring.criteria.user_criterion import EVIDENCE as LAYER_MEASURES
from scoring.measures.infrastructure import NEAREST
from scoring.measures.registry import MEASURES
from scoring.ranking.method_scores import NORMALISATIONS
from scoring.ranking.scenario import ORDERS
from ui.text import vocabulary

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


def test_every_package_is_found_for_the_wheel_and_tests_ship_no_data_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = settings["packages"]["find"]["include"]
    for package in {p.parent for p in SOURCES if p.name == "__init__.py"}:
        name = ".".join(package.relative_to(ROOT).parts)
        assert any(fnmatchcase(name, pattern) for pattern in patterns), name
        inner = [each for each in package.parents if each != ROOT and each.is_relative_to(ROOT)]
        assert all((each / "__init__.py").exists() for each in inner), name  # else it would not be found
    assert not any(fnmatchcase("tests", pattern) for pattern in patterns)
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
        assert len(text.splitlines()) <= 150, page.parent.name
        assert "execute(" not in text, f"{page.parent.name} speaks SQL"


def _registries() -> dict[str, set[str]]:
    criteria = load()
    return {
        "criterion": {criterion.id for criterion in criteria.criteria},
        "pillar": set(criteria.pillars),
        "preset": set(criteria.presets),
        "measure": {*MEASURES, *NEAREST, *LAYER_MEASURES},
        "method": set(METHODS),
        "joint rule": set(JOINT_RULES),
        "normalisation": set(NORMALISATIONS),
        "value function": set(VALUE_FUNCTIONS),
        "export format": set(WRITERS),
        "file format": set(READERS),
    }


#: Where a literal of `ui` equals an id of a registry and is none, or stands in a table that a test checks complete.
NOT_AN_ENTRY = {
    ("ui/cli/grade.py", "grade_percentile"): "key of the command's JSON",
    ("ui/cli/robustness.py", "pareto"): "key of the command's JSON: the Pareto set of two desks",
    ("ui/cli/layers.py", "max"): "a sense: more is better",
    ("ui/letter/files.py", ".xlsx"): "a format of letters, in their own table",
    ("ui/http/answering.py", "geojson"): "value of the parameter f of the API",
    ("ui/screens/backtest/figures.py", "distance_km"): "column of the table of matches",
    ("ui/text/vocabulary.py", "mean"): "statistic of a published duration, in the table of statistics",
    ("ui/text/vocabulary.py", "rail"): "mode of transport, in the table of modes",
    ("ui/text/vocabulary.py", "grade"): "attribute of a claim, in the table of attributes",
    ("ui/text/vocabulary.py", "infrastructure"): "group of map layers, in the table of groups",
}
#: Tables of words in `ui.text.vocabulary` -> the registry whose ids they must have, all of them and no other.
TABLES = {
    "MEASURES": set(LAYER_MEASURES),
    "NORMALISATIONS": set(NORMALISATIONS),
    "CURVES": set(CURVES),
    "KINDS": set(KINDS),
    "STAGES": set(STAGES),
    "ORDERS": set(ORDERS),
}


def _used_as_an_id(node: ast.Constant, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a literal stands where an id would.

    An id of several words or a file ending: anywhere. One plain word: compared, a key of a table, the default of a
    parameter, or an argument that is handed over; not in the table of a frame, a call of Altair or a marked text.
    """
    parent = parents[node]
    if isinstance(parent, ast.Expr | ast.JoinedStr):
        return False
    if "_" in str(node.value) or str(node.value).startswith("."):
        return True
    if isinstance(parent, ast.Compare | ast.arguments):
        return True
    if isinstance(parent, ast.Dict):
        return any(key is node for key in parent.keys)
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.value, ast.Name) and parent.value.id.isupper()
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr == "with_method"


def entries_named(source: str) -> list[tuple[int, str]]:
    """Return line and text of each literal that names an entry of a registry."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    ids = set().union(*_registries().values())
    tables = {
        literal
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in TABLES
        for literal in ast.walk(node.value)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in ids
        and node not in tables
        and _used_as_an_id(node, parents)
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('if line["criterion"] == "haul_cost": pass', ["haul_cost"]),
        ('WORDS = {"topsis": "TOPSIS", "vikor": "VIKOR"}', ["topsis", "vikor"]),
        ('def f(method="weighted_sum"): pass', ["weighted_sum"]),
        ('write(name + ".xlsx")', [".xlsx"]),
        ('MEASURES = {"distance_km": "Distance"}', []),
        ('frame["grade"].max()', []),
        ('st.line(type="log")', []),
    ],
)
def test_a_named_entry_is_told_from_a_word(source: str, found: list[str]) -> None:
    assert [text for _line, text in entries_named(source)] == found


def test_no_entry_of_a_registry_is_named_in_ui() -> None:
    named = {
        (path.relative_to(ROOT).as_posix(), text): line
        for path in sorted((ROOT / "ui").rglob("*.py"))
        for line, text in entries_named(path.read_text(encoding="utf-8"))
    }
    assert {place: line for place, line in named.items() if place not in NOT_AN_ENTRY} == {}
    assert set(NOT_AN_ENTRY) - set(named) == set()  # a reason without its literal has gone stale


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_words_is_complete(table: str) -> None:
    assert set(getattr(vocabulary, table)) == TABLES[table]


def test_every_reader_has_a_format_that_the_file_dialog_offers() -> None:
    assert set(FORMATS) == set(READERS)
    read = {suffix for each in FORMATS.values() for suffix in each.suffixes}
    assert read - set(FOLDERS) == {f".{suffix}" for suffix in offered()} & read
