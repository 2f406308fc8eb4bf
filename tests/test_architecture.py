"""The house keeps its floors, its SQL in files, and nothing of anybody's machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path

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


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_statement_is_put_together_from_values(path: Path) -> None:
    words = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|COPY)\b")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
            assert not words.search(text), f"f-string SQL in line {node.lineno}"


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
        assert len(text.splitlines()) <= 200, page.parent.name
        assert "execute(" not in text, f"{page.parent.name} speaks SQL"
