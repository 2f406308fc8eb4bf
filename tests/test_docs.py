"""The documentation builds, its links lead somewhere, its examples run, and it names what it must."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from data.sources import Source, load_sources
from scoring.criteria.catalogue import load
from ui.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
METHODS = sorted((ROOT / "docs" / "methods").glob("*.md"))
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/bundled/README.md")]
BUNDLED = [source for source in load_sources().values() if source.bundled]


class Fenced(doctest.DocTestParser):
    """Examples of a Markdown page: the fences round them are no output."""

    def parse(self, string: str, name: str = "<string>") -> list[str | doctest.Example]:
        return super().parse(re.sub(r"^```.*$", "", string, flags=re.MULTILINE), name)


def links(text: str) -> Iterator[str]:
    """Yield the relative targets of a Markdown text outside code, without anchors."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not re.match(r"[a-z]+:|#", target):
            yield target.split("#")[0]


def commands() -> Iterator[str]:
    """Yield every command of the command line, for example "layers list"."""
    for name, command in get_command(app).commands.items():
        yield from (f"{name} {each}" for each in command.commands) if hasattr(command, "commands") else (name,)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_the_documentation_builds_strictly(built: Path) -> None:
    assert {p.stem for p in METHODS} == {p.stem for p in (built / "methods").glob("*.html")}


def test_no_page_loads_anything_from_another_host(built: Path) -> None:
    fetched = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//[^\s\">]+")
    for page in built.rglob("*.html"):
        assert fetched.findall(page.read_text(encoding="utf-8")) == [], page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = [target for target in links(page.read_text(encoding="utf-8")) if not (page.parent / target).exists()]
    assert broken == []


@pytest.mark.parametrize("page", METHODS, ids=lambda p: p.stem)
def test_examples_of_the_method_pages_run(page: Path) -> None:
    failed, tried = doctest.testfile(str(page), module_relative=False, parser=Fenced(), encoding="utf-8")
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize("source", BUNDLED, ids=lambda s: s.id)
def test_notice_names_each_bundled_source(source: Source) -> None:
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    assert source.title.casefold() in notice.casefold()


def test_share_alike_sources_stand_in_their_own_part_of_the_notice() -> None:
    first, rest = (ROOT / "NOTICE").read_text(encoding="utf-8").split("2. DATA UNDER", 1)
    for source in BUNDLED:
        if source.licence_tier == "B":
            assert source.title in first
            assert source.title not in rest


def test_every_criterion_is_described() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in METHODS)
    assert [c.id for c in load().criteria if f"`{c.id}`" not in text] == []


def test_the_table_of_criteria_shows_the_goalposts_in_force() -> None:
    text = (ROOT / "docs" / "methods" / "score.md").read_text(encoding="utf-8")
    for c in load().criteria:
        row = next(line for line in text.splitlines() if line.startswith("|") and f"[`{c.id}`]" in line)
        cells = [cell.strip().replace(",", "") for cell in row.strip("|").split("|")]
        assert cells[2] == c.unit
        assert (float(cells[3]), float(cells[4]), cells[5], float(cells[6])) == (c.worst, c.best, c.value, c.share)


def test_every_command_has_its_example() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [name for name in commands() if f"$ orebridge {name}" not in text] == []
