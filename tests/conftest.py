"""Shared facts: the bundle opened once, and a factory for a tiny database without it."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from hypothesis import HealthCheck, settings

from data import facts as bundle
from data import store_file
from data.sql import sql
from scoring.criteria.catalogue import load
from scoring.ranking import pipeline
from tests import sampling, small_bundle
from tests.commands import Commands, Program, let_go

# Workers and the programs that tests start compile each module once, whatever the environment says: else a command
# compiles hundreds of them at each start, a quarter of its time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# No test reads or locks the store of the person who runs it: tests without `own_store` share a folder per worker.
os.environ["OREBRIDGE_HOME"] = tempfile.mkdtemp(prefix="orebridge-tests-")

# Streamlit logs a line each time that a page's function asks for the reader outside a page, thousands in a test.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").disabled = True

#: A busy machine is no fault of a law: examples are as many as ever, and none is judged by its time.
SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: The same examples each time, so that a red light means the change; `--hypothesis-profile=explore` tries new ones.
settings.register_profile("same", SLOWLY, derandomize=True)
settings.register_profile("explore", SLOWLY)
settings.load_profile("same")

HERE = Path(__file__).resolve().parent
#: Of databases of a few rows: a second thread costs a quarter more processor time there than it saves.
ONE_THREAD = {"threads": 1}
#: Makes the file of a store, as programs do; `tests/data/test_store.py` has it do so each time.
BUILD_STORE = store_file._build


@cache
def _empty_store(migrations: tuple[str, ...]) -> Path:
    """Return the file of a new store, made once per worker and set of migrations."""
    path = Path(tempfile.mkdtemp(prefix="orebridge-store-")) / store_file.FILE
    BUILD_STORE(path, None)
    return path


def copy_store(path: Path, source: Path | None) -> None:
    """Put a copy of a new store in place of making it: nine migrations are most of what a test of three rows takes."""
    if source is not None:
        BUILD_STORE(path, source)
        return
    shutil.copyfile(_empty_store(tuple(map(str, store_file.migrations().values()))), path)
    store_file.shut_in(path)


store_file._build = copy_store


@pytest.fixture
def made_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each new store made by its migrations."""
    monkeypatch.setattr(store_file, "_build", BUILD_STORE)


def pytest_configure(config: pytest.Config) -> None:
    """Have all examples of slow laws run in a nightly run."""
    sampling.ALL_EXAMPLES = "nightly" in config.option.markexpr


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
        if sampling.ALL_EXAMPLES and item.get_closest_marker("law"):
            item.add_marker("nightly")
    if not sampling.ALL_EXAMPLES:
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


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of about a thousand sites, for what does not depend on their number."""
    return small_bundle.write(tmp_path_factory.mktemp("small") / "bundle")


@pytest.fixture(scope="session")
def small_facts(small: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = bundle.open_facts(small)
    pipeline.prepare(con)
    yield con
    con.close()


@pytest.fixture(scope="module")
def small_app(small: Path) -> Iterator[None]:
    """Let pages, commands and the API of this process answer from the small bundle for all tests of the module."""
    from tests.on_small import on_bundle

    with on_bundle(small):
        yield


@pytest.fixture
def whole_app() -> Iterator[None]:
    """Let a test of a module with `small_app` have the whole bundle."""
    from tests.on_small import on_bundle

    with on_bundle(None):
        yield


@pytest.fixture
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a folder for the user's data of its own, empty at first; what it leaves beside the facts goes."""
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    let_go()
    yield tmp_path / "home"
    let_go()


@pytest.fixture
def plain_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes that are spawned start without the page that a test of the app left as the main module."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


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
    con = duckdb.connect(config=ONE_THREAD)
    bundle.settle(con)
    con.execute(sql("data/schema.sql"))
    con.execute(
        "INSERT INTO facts.commodity VALUES "
        "('copper','銅','Cu','Cu','%','','',true,false,true,'',1,'',NULL,2025,'',"
        "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)"
    )
    _put(con, sites)
    pipeline.prepare(con)
    return con


def _put(con: duckdb.DuckDBPyConnection, sites: list[TinySite]) -> None:
    values = [(site.site_id, name, *map(float, each)) for site in sites for name, each in site.values.items()]
    for statement, rows in (
        (
            "INSERT INTO facts.site SELECT unnest($a), unnest($a), [], 'AUS', unnest($b), 0, 0, 'exact', 's', "
            "['copper'], 'porphyry', [], ['s'], 1, 'resource'",
            [(site.site_id, site.kind) for site in sites],
        ),
        (
            "INSERT INTO facts.measurement SELECT unnest($a), unnest($b), '', unnest($c), unnest($d), unnest($e), "
            "'measured', 's', '2020', '', '', NULL",
            values,
        ),
        (
            "INSERT INTO facts.gate SELECT unnest($a), unnest($b), unnest($c), '', ''",
            [(site.site_id, *each) for site in sites for each in site.gates.items()],
        ),
    ):
        if rows:
            con.execute(statement, dict(zip("abcde", map(list, zip(*rows, strict=True)), strict=False)))


@cache
def _refilled() -> duckdb.DuckDBPyConnection:
    return tiny_facts([])


def refilled(sites: list[TinySite]) -> duckdb.DuckDBPyConnection:
    """Return the database of `tiny_facts`, one for all calls, with these sites in place of those before.

    For laws, which ask it a hundred times: to make it takes many times as long as to fill it.
    """
    con = _refilled()
    for table in ("site", "measurement", "gate"):
        con.execute(f"DELETE FROM facts.{table}")
    _put(con, sites)
    pipeline.forget_packed(con)
    return con


@pytest.fixture
def tiny() -> Callable[[list[TinySite]], duckdb.DuckDBPyConnection]:
    return tiny_facts


def criteria_for(kind: str) -> list[str]:
    """Return the ids of the criteria that apply to a kind of site."""
    target = "ore" if kind == "mine" else "plant"
    return [c.id for c in load().criteria if c.applies_to in (target, "all")]
