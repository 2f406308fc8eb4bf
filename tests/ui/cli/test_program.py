"""Each command once as the installed program: what a process of its own loads is there, and nothing comes by stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.fact_rows import COLUMNS
from tests.commands import Program
from ui.cli import main
from ui.cli.arguments import leaves

pytestmark = pytest.mark.nightly
ROOT = Path(__file__).resolve().parents[3]
SITE, OTHER = "usa-mountain-pass-ceec", "nam-lofdal-bergville-11c6"
POINTS = "name,lat,lon,Ni_pct\nKevitsa East,67.69,26.96,0.9\nSakatti Two,67.55,26.45,1.9\n"
FACTS = ",".join(COLUMNS) + f"\n{OTHER},stage,,,,,,exploration,,2026-03,Report,https://example.org,\n"
#: In an order in which each has what it needs. `{key}`: the snapshot that was frozen; `{own}`: the criterion made;
#: `{fact}`: the fact stored.
COMMANDS = (
    "rank --top 3",
    f"site {SITE}",
    "export list.csv --country NAM",
    f"grade {SITE}",
    f"owners {SITE}",
    f"compare {SITE} {OTHER}",
    f"backtest {ROOT}/data/curated/labels_fast41.csv --commodity dysprosium",
    "desks --commodity dysprosium --top 3",
    "supply --commodity gallium",
    "chain --commodity graphite",
    "portfolio --budget-musd 500 --by 2031 --commodity dysprosium --draws 10",
    "prospect --system iocg --country AUS --resolution 3 --method knowledge --areas 2 --out study --export gpkg",
    "screen screen.toml --out screened",
    "robustness --commodity dysprosium --draws 20 --top 3",
    f"sensitivity {OTHER} --commodity dysprosium",
    "unknowns --commodity dysprosium --top 3",
    "respond --preset china_gallium_ban --stock-days 60",
    "stock --budget-musd 5 --preset china_gallium_ban",
    "pricefloor --commodity graphite --floor-usd-t 800",
    "doctor",
    "methods list",
    f"methods check {ROOT}/tests/golden/mcda",
    "methods compare --commodity dysprosium",
    "data report",
    "layers add points.csv --name Till --cure unit.Ni_pct=%",
    "layers list",
    "layers show Till",
    "layers export Till out.gpkg",
    "criteria measures",
    "criteria add --layer Till --measure distance_km --goalposts 0,50",
    "criteria list",
    "criteria remove {own}",
    "layers remove Till",
    "layers restore {layer}",
    "facts stale --commodity dysprosium --top 3",
    f"facts template -o empty.csv --site {SITE}",
    f"facts letter {SITE} -o letter.docx",
    "facts add facts.csv",
    "facts list --format json",
    "facts remove {fact}",
    "facts undo",
    "prices set prices.csv",
    "prices list",
    "prices reset",
    "milestones set Bokan-Mountain --started 2025-01-15",
    "milestones list",
    "milestones remove Bokan-Mountain",
    "shortlist new heavy --commodity dysprosium",
    f"shortlist add {SITE} {OTHER} --name heavy",
    f"shortlist note {SITE} --name heavy --note seen",
    "shortlist list",
    "shortlist show --name heavy",
    "shortlist freeze --name heavy",
    "shortlist verify {key}",
    "shortlist diff {key} --name heavy",
    "memo heavy -o memo.docx",
    "shortlist export heavy.orebridge --name heavy",
    "shortlist import heavy.orebridge",
    "shortlist rename heavy light",
    "shortlist duplicate light copy",
    f"shortlist remove {SITE} --name copy",
    "shortlist undo",
    "shortlist redo",
    "shortlist drop copy",
)
#: Tried in tests/ui/cli/test_serving.py, and with raw files alone.
ELSEWHERE = {"app", "data build"}


def test_every_command_is_tried() -> None:
    named = {" ".join(words) for words in words_of(main.command_tree())}
    tried = {name for name in named for words in COMMANDS if words.split()[: len(name.split())] == name.split()}
    assert named - tried == ELSEWHERE
    assert len(named) == len(list(leaves(main.command_tree())))


def words_of(tree) -> list[tuple[str, ...]]:
    """Return the words of each command."""
    found = []
    for name, command in tree.commands.items():
        inner = words_of(command) if hasattr(command, "commands") else [()]
        found += [(name, *words) for words in inner]
    return found


def _write_grid(folder: Path) -> None:
    (folder / "grid").mkdir()
    table = pa.table({"cell": pa.array([1, 2], pa.uint64()), "e00": pa.array([3, 4], pa.uint8())})
    pq.write_table(table, folder / "grid" / "a.parquet")
    text = 'title = "s"\ngrid = "grid"\n[[layer]]\ncolumn = "e00"\nworst = 0\nbest = 9\n'
    (folder / "screen.toml").write_text(text, encoding="utf-8")


def test_each_command_answers_as_a_program(program: Program, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8")
    (tmp_path / "prices.csv").write_text("commodity,usd_per_t\nlithium,20000\n", encoding="utf-8")
    _write_grid(tmp_path)
    given: dict[str, str] = {}
    for line in COMMANDS:
        done = program(*(word.format(**given) if "{" in word else word for word in line.split()))
        assert (done.returncode, done.stderr) == (0, ""), (line, done.stderr)
        if line.startswith("shortlist freeze"):
            given["key"] = done.stdout.split()[1]
        if line.startswith("facts list"):
            given["fact"] = json.loads(done.stdout)[0]["fact_id"]
        if line == "criteria list":
            given["own"] = next(word for word in done.stdout.split() if word.startswith("own-"))
        if line == "layers remove Till":
            given["layer"] = done.stdout.split("(")[1].split(")")[0]
