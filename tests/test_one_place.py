"""What the table of CONTRIBUTING says is added in few places, added there in a copy of the tree, and nowhere else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PACKAGES = ("geo", "data", "layers", "scoring", "workspace", "ui")
CRITERION = """

[[criterion]]
id = "park_clearance"
pillar = "infrastructure"
title = "Clearance"
title_ja = "離隔"
measure = "{measure}"
applies_to = "all"
per_commodity = false
share = 0.05
unit = "km"
goalposts = [0, 100]
value = "linear"
formula = "geodesic km"
reference = "made up"
"""


class Copy:
    """A copy of the tree in which each change must be where CONTRIBUTING says."""

    def __init__(self, folder: Path, bundle: Path) -> None:
        self.folder, self.bundle = folder, bundle
        for name in PACKAGES:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("bundled"))
        (folder / "data" / "bundled").symlink_to(ROOT / "data" / "bundled")
        shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")

    def change(self, kind: str, path: str, old: str, new: str) -> None:
        """Put `new` in place of `old`, in a file that the row of `kind` names; `old` is there once."""
        assert f"`{path}`" in place(kind), (kind, path)
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, (path, old)
        (self.folder / path).write_text(text.replace(old, new), encoding="utf-8")

    def append(self, kind: str, path: str, text: str) -> None:
        """Put text at the end of a file that the row of `kind` names."""
        assert f"`{path}`" in place(kind), (kind, path)
        with (self.folder / path).open("a", encoding="utf-8") as file:
            file.write(text)

    def new(self, kind: str, path: str, text: str) -> None:
        """Write a file in a folder that the row of `kind` names, or a folder of its own in it."""
        target = self.folder / path
        named = re.findall(r"`([\w/]+)`", place(kind))
        assert any(Path(path).is_relative_to(folder) for folder in named), (kind, path)
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def python(self, program: str) -> str:
        """Run a program on the copy and return what it prints."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder),
            "OREBRIDGE_HOME": str(self.folder / "home"),
            "OREBRIDGE_BUNDLE": str(self.bundle),
        }
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def orebridge(self, *words: str) -> str:
        """Run a command of the copy and return what it prints."""
        return self.python(f"import sys; sys.argv[1:] = {list(words)!r}; from ui.cli.start import main; main()")

    def page(self, program: str) -> str:
        """Open the first page of the copy as `test`, run a program on it, and return what it prints."""
        opened = (
            "from streamlit.testing.v1 import AppTest\n"
            "test = AppTest.from_file('ui/main.py', default_timeout=90)\n"
            "test.query_params['m'] = 'dysprosium'\n"
            "test.run()\n"
        )
        return self.python(f"{opened}{program}\nassert not test.exception, test.exception\n")


def place(kind: str) -> str:
    """Return where CONTRIBUTING says that something of this kind is added."""
    row = re.search(rf"^\| {kind} \| (.*?) \|", TABLE, flags=re.MULTILINE)
    assert row, kind
    return row[1]


@pytest.fixture
def copy(tmp_path: Path, small: Path) -> Iterator[Copy]:
    made = Copy(tmp_path / "tree", small)
    yield made
    shutil.rmtree(made.folder)


def with_criterion(copy: Copy, measure: str) -> None:
    """Add a criterion at the end, and take its share from the towns."""
    copy.change("criterion", "scoring/criteria/criteria.toml", "share = 0.1\n", "share = 0.05\n")
    copy.append("criterion", "scoring/criteria/criteria.toml", CRITERION.format(measure=measure))


@pytest.mark.nightly
def test_a_criterion_is_one_block(copy: Copy) -> None:
    with_criterion(copy, "protected_km")
    (row,) = json.loads(copy.orebridge("rank", "--top", "1", "--format", "json"))
    assert list(row["contributions"])[-1] == "park_clearance"


@pytest.mark.nightly
def test_a_measure_is_one_function_and_one_line(copy: Copy) -> None:
    registry = "scoring/measures/registry.py"
    copy.change(
        "measure kind",
        registry,
        "MEASURES: dict",
        'def longitude(inputs: Inputs, criterion: Criterion) -> pd.DataFrame:\n    """Degrees from Greenwich."""\n'
        '    rows = inputs.sites.assign(value=inputs.sites["lon"].abs())[["site_id", "value"]]\n'
        '    return rows.assign(low=rows["value"], high=rows["value"], source_id="made up", as_of="")\n\n\n'
        "MEASURES: dict",
    )
    copy.change(
        "measure kind", registry, '    "haul_cost": haul_cost,', '    "haul_cost": haul_cost, "longitude": longitude,'
    )
    with_criterion(copy, "longitude")
    told = copy.python(
        "from data.facts import open_facts; from scoring.measures.inputs import Inputs;"
        "from scoring.measures.registry import measure_all;"
        "print(measure_all(Inputs(open_facts()), {'park_clearance'})['value'].max())"
    )
    assert 170 < float(told) <= 180


@pytest.mark.nightly
def test_a_method_is_one_statement_and_one_entry(copy: Copy) -> None:
    copy.new(
        "aggregation method",
        "scoring/aggregation/method_weakest.sql",
        "-- out: the weakest criterion of each site\n"
        "SELECT id, version, min(u) AS score FROM cells GROUP BY id, version\n",
    )
    entry = (
        '    Method(\n        "weakest",\n        "Weakest",\n        "最弱",\n'
        '        "scoring/aggregation/method_weakest.sql",\n        "The weakest criterion counts.",\n'
        '        "最も弱い基準が決める。",\n        "made up",\n        independent=True,\n    ),\n'
    )
    copy.change("aggregation method", "scoring/aggregation/methods.py", "_ALL = (\n", f"_ALL = (\n{entry}")
    assert "weakest" in copy.orebridge("methods", "list")
    assert len(json.loads(copy.orebridge("rank", "--method", "weakest", "--top", "3", "--format", "json"))) == 3


def with_export_format(copy: Copy) -> None:
    """Add a format that writes names alone."""
    export = "data/export.py"
    copy.change(
        "export format",
        export,
        "@dataclass(frozen=True, slots=True)\nclass Format:",
        'def write_names(listing: Listing, path: Path) -> None:\n    """Names alone."""\n'
        '    path.write_text("\\n".join(listing.sites["name"]), encoding="utf-8")\n\n\n'
        "@dataclass(frozen=True, slots=True)\nclass Format:",
    )
    copy.change(
        "export format",
        export,
        "WRITERS: dict[str, Format] = {\n",
        'WRITERS: dict[str, Format] = {\n    ".names": Format("Names", "text/plain", write_names),\n',
    )


@pytest.mark.nightly
def test_an_export_format_is_one_function_and_one_line(copy: Copy) -> None:
    with_export_format(copy)
    copy.orebridge("export", "list.names", "--country", "NAM")
    assert "Lofdal" in (copy.folder / "list.names").read_text(encoding="utf-8").splitlines()


@pytest.mark.nightly
def test_the_page_that_offers_the_formats_runs_with_one_more(copy: Copy) -> None:
    with_export_format(copy)
    assert copy.page("print(len(test.button))")


@pytest.mark.nightly
def test_a_file_format_is_one_block_and_its_reader(copy: Copy) -> None:
    copy.new(
        "file format of uploads",
        "layers/reading/picks.py",
        '"""Reads a file of picks: a line each of lon and lat."""\n\n'
        "from __future__ import annotations\n\nimport numpy as np\nimport pandas as pd\nimport shapely\n\n"
        "from layers.contract import Request\nfrom layers.reading.raw import Notes, RawLayer, Source\n\n\n"
        "def read_picks(source: Source, request: Request, notes: Notes) -> list[RawLayer]:\n"
        '    """Return the picks as points."""\n'
        "    places = np.loadtxt(source.path, skiprows=1)\n"
        '    rows = pd.DataFrame({"number": range(len(places))})\n'
        '    return [RawLayer("picks", rows, shapely.points(places), "EPSG:4326", "picks are in degrees")]\n',
    )
    copy.change(
        "file format of uploads",
        "layers/formats.py",
        "FORMATS: dict[str, FileFormat] = {\n",
        'FORMATS: dict[str, FileFormat] = {\n    "picks": FileFormat(\n'
        '        "Picks", "picks.read_picks", (".picks",), signatures=(b"PICKS 1\\n",)\n    ),\n',
    )
    (copy.folder / "a.picks").write_bytes(b"PICKS 1\n26.9 67.7\n26.4 67.5\n")
    found = json.loads(copy.orebridge("layers", "add", "a.picks", "--dry-run", "--format", "json"))
    assert (found["status"], found["layers"][0]["features"], found["layers"][0]["crs"]) == ("ok", 2, "EPSG:4326")
    assert copy.python("from layers import formats; print('picks' in formats.offered(), formats.titles())").startswith(
        "True Picks, "
    )


@pytest.mark.nightly
def test_a_page_is_one_folder_and_one_entry(copy: Copy) -> None:
    copy.new("page", "ui/screens/licences/__init__.py", '"""The page of licences."""\n')
    copy.new(
        "page",
        "ui/screens/licences/page.py",
        '"""Licences."""\n\nimport streamlit as st\n\nfrom ui import state\n\nstate.write_address(state.scenario())\n'
        'st.title("Licences of all sources")\n',
    )
    entry = '    st.Page(HERE / "screens" / "licences" / "page.py", title=_("Licences"), url_path="licences"),\n'
    copy.change("page", "ui/main.py", "pages = [\n", f"pages = [\n{entry}")
    shown = copy.page("print(test.switch_page('screens/licences/page.py').run().title[0].value)")
    assert shown == "Licences of all sources\n"


@pytest.mark.nightly
def test_a_command_is_one_function_and_one_line(copy: Copy) -> None:
    copy.append(
        "command",
        "ui/cli/ranking.py",
        '\n\ndef best() -> None:\n    """Name the best site."""\n    facts = open_ranking_facts()\n'
        "    from scoring.ranking.pipeline import rank_cursor\n"
        "    from scoring.ranking.scenario import opening\n\n"
        "    typer.echo(rank_cursor(facts, opening().with_filters(step='mines')).fetchone()[0])\n",
    )
    copy.change("command", "ui/cli/main.py", "app.command()(rank)\n", "app.command()(rank)\napp.command()(best)\n")
    copy.change(
        "command",
        "ui/cli/main.py",
        "from ui.cli.ranking import export, rank, site",
        "from ui.cli.ranking import best, export, rank, site",
    )
    (first,) = json.loads(copy.orebridge("rank", "--top", "1", "--format", "json"))
    assert copy.orebridge("best") == f"{first['site_id']}\n"
    assert "best" in copy.orebridge("--help")
