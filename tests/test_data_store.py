"""The user's store: one owner, whole transactions, nothing acknowledged is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import subprocess
import sys
import time
import types
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pytest

from data import store as module
from data import workspace
from data.store import FILE, Store, StoreBusyError, StoreTooNewError, StoreUnreadableError, home
from scoring.scenario import Filters, Scenario, from_dict, from_preset

CHECKOUT = Path(__file__).resolve().parents[1]
KILLS = 50
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.test_data_store", "pandas", "pyarrow"])  # what DuckDB imports on its first parameter


@pytest.fixture(autouse=True)
def plain_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes import the main module; a page test may have left a page there."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


def write_until_killed(folder: str, acknowledged: Connection, start: int) -> None:
    """Body of the child: every write is acknowledged over the pipe only after it has returned."""
    with Store.open(Path(folder)) as store:
        for number in range(start, start + 1_000_000):
            workspace.add(store, "kept", f"site-{number}", note="x" * 200)
            if number % 5 == 0:
                store.save_scenario(f"scenario-{number}", f"name {number}", {"number": number}, "v1")
            acknowledged.send(number)


def hold(folder: str, ready: Connection, release: Connection) -> None:
    """Body of the child: holds the store until it is told to let go."""
    with Store.open(Path(folder)):
        ready.send(os.getpid())
        release.recv()


def write_half(store: Store) -> None:
    with store.write("add", "half") as cursor:
        cursor.execute("INSERT INTO shortlist_item (shortlist, site_id, note, added_at) VALUES ('kept', 'half', '', now())")
        cursor.execute("INSERT INTO no_such_table VALUES (1)")


def one_trial(folder: Path, start: int, delay_s: float) -> list[int]:
    """Kill a writer after `delay_s` and return what it had acknowledged."""
    receiver, sender = FORK.Pipe(duplex=False)
    child = FORK.Process(target=write_until_killed, args=(str(folder), sender, start))
    child.start()
    sender.close()
    time.sleep(delay_s)
    child.kill()
    child.join()
    found = []
    try:
        while True:
            found.append(receiver.recv())
    except EOFError:
        receiver.close()
    return found


def state(folder: Path) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    with Store.open(folder) as store:
        cursor = store._root.cursor()
        logged = cursor.execute("SELECT action, subject FROM change ORDER BY number").fetchall()
        return workspace.site_ids(store, "kept"), [s["scenario_id"] for s in store.scenarios()], logged


def test_fifty_kills_lose_nothing_acknowledged_and_leave_nothing_half(tmp_path) -> None:
    rng = random.Random(20251028)
    acknowledged: list[int] = []
    killed_while_writing = 0
    for trial in range(KILLS):
        got = one_trial(tmp_path, 1_000_000 * trial, 0.02 + rng.random() * (0.1 if trial % 10 == 0 else 0.7))
        killed_while_writing += bool(got)
        acknowledged += got
        items, scenarios, logged = state(tmp_path)
        assert {f"site-{n}" for n in acknowledged} <= set(items)
        assert {f"scenario-{n}" for n in acknowledged if n % 5 == 0} <= set(scenarios)
        assert sorted(f"kept/{i}" for i in items) == sorted(s for a, s in logged if a == "add")
        assert sorted(scenarios) == sorted(s for a, s in logged if a == "save scenario")
        assert len(items) <= len(acknowledged) + trial + 1
    assert killed_while_writing >= KILLS // 2
    assert len(acknowledged) > 500


def test_a_second_process_is_told_who_holds_the_store(tmp_path) -> None:
    ready, child_ready = FORK.Pipe(duplex=False)
    child_release, release = FORK.Pipe(duplex=False)
    holder = FORK.Process(target=hold, args=(str(tmp_path), child_ready, child_release))
    holder.start()
    pid = ready.recv()
    try:
        with pytest.raises(StoreBusyError, match=rf"{FILE} is held by process {pid} \(.*python.*\); close") as caught:
            Store.open(tmp_path)
        assert caught.value.path == tmp_path / FILE
        assert "\n" not in str(caught.value)
    finally:
        release.send(True)
        holder.join()
    with Store.open(tmp_path) as store:
        assert workspace.site_ids(store, "kept") == []
    for pipe in (ready, child_ready, child_release, release):
        pipe.close()


def test_a_file_that_is_no_store_is_named_and_kept_as_it_is(tmp_path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreUnreadableError, match=r"cannot be opened .*not a valid DuckDB database file"):
        Store.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"not a database" * 1000


def test_a_store_of_a_later_version_is_refused_and_not_touched(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        workspace.add(store, "kept", "a")
    with duckdb.connect(str(tmp_path / FILE)) as con:
        con.execute("INSERT INTO schema_version VALUES (99, now())")
    with pytest.raises(StoreTooNewError, match="has schema 99, this version knows 5; update Orebridge"):
        Store.open(tmp_path)
    with duckdb.connect(str(tmp_path / FILE)) as con:
        assert con.execute("SELECT site_id FROM shortlist_item").fetchall() == [("a",)]
        assert con.execute("SELECT max(version) FROM schema_version").fetchone() == (99,)


def test_migrations_are_numbered_without_gaps_and_applied_once(tmp_path) -> None:
    names = sorted(p.name for p in module.MIGRATIONS.glob("*.sql"))
    assert [int(n[:4]) for n in names] == list(range(1, len(names) + 1))
    for _ in range(3):
        with Store.open(tmp_path) as store:
            versions = store._root.cursor().execute("SELECT version FROM schema_version ORDER BY 1").fetchall()
    assert versions == [(n,) for n in range(1, len(names) + 1)]


def test_a_further_migration_reaches_an_older_store_and_keeps_its_rows(tmp_path, monkeypatch) -> None:
    with Store.open(tmp_path / "home") as store:
        workspace.add(store, "kept", "a")
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in module.MIGRATIONS.glob("*.sql"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "0099_more.sql").write_text("-- one more table\nCREATE TABLE more (id INTEGER);", encoding="utf-8")
    monkeypatch.setattr(module, "MIGRATIONS", folder)
    with Store.open(tmp_path / "home") as store:
        assert workspace.site_ids(store, "kept") == ["a"]
        assert store._root.cursor().execute("SELECT count(*) FROM more").fetchone() == (0,)


def test_scenarios_come_back_equal(tmp_path) -> None:
    filters = Filters(kinds=("mine", "refinery"), countries=("AUS",), min_coverage=0.4, gates_failed=False, text="山 'x'; --")
    saved = [from_preset("speed", commodity="dysprosium", filters=filters, order_by="worst"), Scenario(weights={"grade": 0.1})]
    with Store.open(tmp_path) as store:
        for scenario in saved:
            store.save_scenario(scenario.scenario_hash, "名前", scenario.as_dict(), "0123456789ab")
    with Store.open(tmp_path) as store:
        found = {row["scenario_id"]: row for row in store.scenarios()}
    assert {key: from_dict(row["definition"]) for key, row in found.items()} == {s.scenario_hash: s for s in saved}
    assert {row["name"] for row in found.values()} == {"名前"}
    assert all(
        timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(row["created_at"]) < timedelta(minutes=5) for row in found.values()
    )


def test_saving_the_same_scenario_again_renames_it(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        for name in ("first", "second"):
            store.save_scenario("abc", name, {"weights": {"grade": 1}}, "v")
        assert [(s["scenario_id"], s["name"]) for s in store.scenarios()] == [("abc", "second")]


def test_adding_twice_and_removing_what_is_not_there_change_nothing(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        for _ in range(2):
            workspace.add(store, "one", "a")
        workspace.add(store, "two", "b")
        workspace.remove(store, "one", "zzz")
        assert (workspace.site_ids(store, "one"), workspace.site_ids(store, "two")) == (["a"], ["b"])
        workspace.remove(store, "one", "a")
        assert (workspace.site_ids(store, "one"), workspace.site_ids(store, "two")) == ([], ["b"])


def test_names_are_data_never_statements(tmp_path) -> None:
    hostile = "x'); DROP TABLE shortlist_item; --"
    with Store.open(tmp_path) as store:
        workspace.add(store, hostile, hostile, note=hostile)
        assert workspace.site_ids(store, hostile) == [hostile]


def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        with pytest.raises(duckdb.Error, match="no_such_table"):
            write_half(store)
        assert workspace.site_ids(store, "kept") == []
        workspace.add(store, "kept", "whole")
        assert workspace.site_ids(store, "kept") == ["whole"]
        assert store._root.cursor().execute("SELECT subject FROM change").fetchall() == [("kept/whole",)]


def test_sixteen_threads_read_their_own_rows_while_they_write(tmp_path) -> None:
    def work(number: int) -> list[list[str]]:
        seen = []
        for i in range(20):
            workspace.add(store, f"list-{number}", f"site-{number}-{i}")
            seen.append(workspace.site_ids(store, f"list-{number}"))
        return seen

    with Store.open(tmp_path) as store, ThreadPoolExecutor(16) as pool:
        for number, seen in enumerate(pool.map(work, range(16))):
            assert seen == [[f"site-{number}-{j}" for j in range(i + 1)] for i in range(20)]
        assert store._root.cursor().execute("SELECT count(*), count(DISTINCT number) FROM change").fetchone() == (320, 320)


@pytest.mark.parametrize(
    "statement",
    ["FROM read_text('{file}')", "COPY (SELECT 1) TO '{file}.csv'", "ATTACH '{file}.db'", "INSTALL httpfs", "SET threads = 1"],
)
def test_the_store_reaches_no_other_file_and_cannot_be_unlocked(tmp_path, statement) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    with Store.open(tmp_path / "home") as store:
        with pytest.raises(duckdb.Error, match=r"disabled|locked"):
            store._root.cursor().execute(statement.format(file=tmp_path / "secret"))
        with pytest.raises(duckdb.Error, match="locked"):
            store._root.cursor().execute("SET enable_external_access = true")


def test_home_is_where_the_variable_says_and_nothing_is_written_into_the_checkout(tmp_path) -> None:
    before = {p for p in CHECKOUT.iterdir() if not p.name.startswith(".")}
    code = (
        "from data import workspace\nfrom data.store import Store\nwith Store.open() as s:\n    workspace.add(s, 'a', 'b')\nprint(s.path)"
    )
    env = {**os.environ, "OREBRIDGE_HOME": str(tmp_path / "deep" / "home")}
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "deep" / "home" / FILE)
    assert (tmp_path / "deep" / "home" / FILE).stat().st_size > 0
    assert {p for p in CHECKOUT.iterdir() if not p.name.startswith(".")} == before


def test_home_without_the_variable_is_the_platform_folder_not_the_checkout(monkeypatch) -> None:
    monkeypatch.delenv("OREBRIDGE_HOME", raising=False)
    assert home().name == "orebridge"
    assert CHECKOUT not in home().parents
    monkeypatch.setenv("OREBRIDGE_HOME", "~/ore")
    assert home() == Path.home() / "ore"
