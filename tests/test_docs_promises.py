"""Tables of the documentation that promise something of the program.

Exit codes, environment variables, licences of software.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from ui.cli import layers, main, serving

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("app.py", "geo", "data", "layers", "scoring", "workspace", "ui")


def trees() -> Iterator[ast.AST]:
    for floor in FLOORS:
        path = ROOT / floor
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield ast.parse(file.read_text(encoding="utf-8"))


def first_column(page: str, heading: str) -> list[str]:
    """Return the first cells of the table whose first heading is that."""
    text = (ROOT / page).read_text(encoding="utf-8")
    table = text.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return [row.split("|")[1].strip().strip("`") for row in table.splitlines()[2:]]


def exit_codes() -> Iterator[int]:
    """Yield every exit code that is written as a number in the program."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typer.Exit", "sys.exit", "exit"):
                yield from (
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, int)
                )
            if (
                isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == "exit_code"
                and isinstance(node.value, ast.Constant)
            ):
                yield node.value.value


def test_the_table_of_exit_codes_names_all_of_them_and_no_other() -> None:
    by_signal = 143  # SIGTERM, which the server raises again once it has let go of everything
    used = {0, main.FAILED, serving.INTERRUPTED, by_signal, *layers.EXIT.values(), *exit_codes()}
    assert {int(code) for code in first_column("docs/cli.md", "Exit code")} == used


def test_the_table_of_variables_names_all_that_the_program_reads_and_no_other() -> None:
    texts = (
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    read = {text for text in texts if re.fullmatch(r"OREBRIDGE_[A-Z0-9_]+", text)}
    assert set(first_column("docs/howto/deploy.md", "Variable")) == read


def test_no_page_names_a_variable_that_is_not_read() -> None:
    known = set(first_column("docs/howto/deploy.md", "Variable"))
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {word for page in pages for word in re.findall(r"OREBRIDGE_[A-Z0-9_]+", page.read_text(encoding="utf-8"))}
    assert named <= known


@pytest.mark.parametrize(
    "holder",
    [
        "shapely",
        "pyogrio",
        "rasterio",
        "exactextract",
        "duckdb-extension-spatial",
        "numpy",
        "scipy",
        "scikit-learn",
        "certifi",
    ],
)
def test_notice_names_the_wheels_with_copyleft_libraries(holder: str) -> None:
    assert metadata.version(holder)
    assert holder in (ROOT / "NOTICE").read_text(encoding="utf-8").split("8. SOFTWARE", 1)[1]


def test_every_licence_that_notice_calls_an_exception_is_one_and_there_is_no_other() -> None:
    """By their metadata, packages under copyleft; what lies inside wheels is named by hand above."""
    copyleft = re.compile(r"\b(A?GPL|LGPL|MPL|EUPL|GNU|Mozilla)\b")
    named = re.findall(
        r"^([a-zA-Z0-9._-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    holders = set()
    for name in named:
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # for another version of Python
        said = " ".join(
            [
                about.get("License-Expression") or "",
                *(c for c in about.get_all("Classifier") or () if c.startswith("License")),
            ]
        )
        if copyleft.search(said):
            holders.add(name)
    assert holders == {"certifi"}
