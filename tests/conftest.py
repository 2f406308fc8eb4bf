"""Shared facts: the bundle opened once, and a factory for a tiny database without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, settings

from data import facts as bundle
from data.sql import sql
from scoring.criteria.catalogue import load
from scoring.ranking import pipeline
from tests.commands import Commands, Program, let_go

#: A busy machine is no fault of a law: examples are as many as ever, and none is judged by its time.
SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: The same examples each time, so that a red light means the change; `--hypothesis-profile=explore` tries new ones.
settings.register_profile("same", SLOWLY, derandomize=True)
settings.register_profile("explore", SLOWLY)
settings.load_profile("same")

HERE = Path(__file__).resolve().parent
#: Folders of tests, the one whose files take longest first; the others in any order after them.
SLOW = ("browser", "workspace", "ui", "data", "layers")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the browser tests, leave the nightly ones out unless they are asked for, and put the longest files first.

    A worker takes a file at a time: what takes minutes must not come last.
    """
    for item in items:
        if item.path.is_relative_to(HERE / "browser"):
            item.add_marker("browser")
    if "nightly" not in config.option.markexpr:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("nightly")])
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]
    tests_of = Counter(item.path for item in items)
    items.sort(key=lambda item: (_turn(item.path), -tests_of[item.path]))


def _turn(path: Path) -> int:
    """Return the turn of a file: by its folder of tests, those whose tests take longest first."""
    folder = path.relative_to(HERE).parts[0] if path.is_relative_to(HERE) else ""
    return SLOW.index(folder) if folder in SLOW else len(SLOW)


@pytest.fixture(scope="session")
def facts() -> Iterator[duckdb.DuckDBPyConnection]:
    con = bundle.open_facts()
    pipeline.prepare(con)
    yield con
    con.close()


@pytest.fixture
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a folder for the user's data of its own, empty at first; what it leaves beside the facts goes."""
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    let_go()
    yield tmp_path / "home"
    let_go()


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    """Run commands in this process, in the test's folder and with a home of its own."""
    return Commands(tmp_path / "home", tmp_path)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Run the installed program, in the test's folder and with a home of its own."""
    return Program(tmp_path / "home", tmp_path)


@dataclass
class TinySite:
    """A site with values by criterion: (value, low, high); a criterion that is not named is unknown."""

    site_id: str
    values: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    kind: str = "mine"
    gates: dict[str, str] = field(default_factory=dict)


def tiny_facts(sites: list[TinySite]) -> duckdb.DuckDBPyConnection:
    """Return an in-memory database with the real schema and these sites alone."""
    con = duckdb.connect()
    bundle.settle(con)
    con.execute(sql("data/schema.sql"))
    for site in sites:
        con.execute(
            "INSERT INTO facts.site VALUES (?, ?, [], 'AUS', ?, 0, 0, 'exact', 's', ['copper'], "
            "'porphyry', [], ['s'], 1, 'resource')",
            [site.site_id, site.site_id, site.kind],
        )
        for criterion, (value, low, high) in site.values.items():
            con.execute(
                "INSERT INTO facts.measurement VALUES (?, ?, '', ?, ?, ?, 'measured', 's', '2020', '', '', NULL)",
                [site.site_id, criterion, value, low, high],
            )
        for gate, verdict in site.gates.items():
            con.execute("INSERT INTO facts.gate VALUES (?, ?, ?, '', '')", [site.site_id, gate, verdict])
    con.execute(
        "INSERT INTO facts.commodity VALUES "
        "('copper','銅','Cu','Cu','%','','',true,false,true,'',1,'',NULL,2025,'',"
        "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)"
    )
    pipeline.prepare(con)
    return con


@pytest.fixture
def tiny() -> Callable[[list[TinySite]], duckdb.DuckDBPyConnection]:
    return tiny_facts


def criteria_for(kind: str) -> list[str]:
    """Return the ids of the criteria that apply to a kind of site."""
    target = "ore" if kind == "mine" else "plant"
    return [c.id for c in load().criteria if c.applies_to in (target, "all")]
