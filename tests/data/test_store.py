"""The user's store: one owner, whole transactions, nothing acknowledged is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pytest

from benchmarks import store_trials
from data import shortlists, store_file
from data.store import (
    FILE,
    NoDataFolderError,
    Store,
    StoreBusyError,
    StoreError,
    StoreForbiddenError,
    StoreReadOnlyError,
    StoreTooNewError,
    StoreUnreadableError,
    current_user,
    home,
)
from scoring.ranking.scenario import Filters, Scenario, from_preset
from scoring.ranking.scenario_reading import from_dict
from tests.sampling import share

pytestmark = pytest.mark.usefixtures("made_stores")
CHECKOUT = Path(__file__).resolve().parents[2]
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(
    ["benchmarks.store_trials", "tests.data.test_store", "pandas", "pyarrow"]
)  # one server for all


@pytest.fixture(autouse=True)
def plain_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes import the main module; a page test may have left a page there."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


def hold(folder: str, ready: Connection, release: Connection) -> None:
    """Body of the child: holds the store until it is told to let go."""
    with Store.open(Path(folder)):
        ready.send(os.getpid())
        release.recv()


def write_half(store: Store) -> None:
    with store.write("add", "half") as cursor:
        cursor.execute(
            "INSERT INTO shortlist_item (shortlist, site_id, note, added_at) VALUES ('kept', 'half', '', now())"
        )
        cursor.execute("INSERT INTO no_such_table VALUES (1)")


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in (1, 2))])
def test_a_kill_at_any_moment_from_an_empty_folder_loses_nothing_acknowledged(seed) -> None:
    tally = store_trials.kills_from_an_empty_folder(4, random.Random(seed))
    assert tally.failures == []
    assert tally.acknowledged > 0


@pytest.mark.parametrize("version", range(1, 7))
def test_a_store_of_each_older_schema_survives_kills_before_and_in_its_migration(version) -> None:
    tally = store_trials.kills_after_migration(2, random.Random(version), version)
    assert tally.failures == []
    assert tally.acknowledged >= 2 * len(store_trials.OLD_NUMBERS)


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.nightly)])
def test_damage_is_said_and_never_taken_for_a_lock_or_for_the_whole(times) -> None:
    tally = store_trials.damaged_files(times * len(store_trials.DAMAGE), random.Random(7))
    assert tally.failures == []
    assert any("says that changes may be missing" in outcome for outcome in tally.outcomes)


def test_a_log_that_cannot_be_replayed_is_kept_beside_the_store_and_named_until_it_is_deleted(tmp_path) -> None:
    log = store_file.log_of(tmp_path / FILE)
    for start in range(1, 1000, 100):  # until a kill comes after the first write
        if store_trials.killed_writer(tmp_path, start, after_s=0.3, after_messages=3) and log.exists():
            break
    log.write_bytes(b"\xff" * log.stat().st_size)
    noise = log.read_bytes()
    for _ in range(2):
        with Store.open(tmp_path) as store:
            (notice,) = [each for each in store.notices if each.kind == "log set aside"]
            assert notice.path.read_bytes() == noise
            assert str(notice.path) in str(notice)
    notice.path.unlink()
    with Store.open(tmp_path) as store:
        assert [each.kind for each in store.notices] in ([], ["changes missing"])
        shortlists.add(store, "kept", "after")
    with Store.open(tmp_path) as store:
        assert store.notices == ()


def test_an_older_copy_put_back_says_how_many_changes_it_lacks(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        shortlists.add(store, "kept", "a")
    copy = (tmp_path / FILE).read_bytes()
    with Store.open(tmp_path) as store:
        shortlists.add(store, "kept", "b")
        shortlists.add(store, "kept", "c")
    (tmp_path / FILE).write_bytes(copy)
    with Store.open(tmp_path) as store:
        assert [(each.kind, each.changes) for each in store.notices] == [("changes missing", 2)]


FILLS = """
import resource, signal, sys
from pathlib import Path
from data import shortlists, store
from data.store import Store, StoreFullError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, unlimited[1]))
folder = Path(sys.argv[1])
limit(20_000)
try:
    Store.open(folder)
except StoreFullError as error:
    print("opening:", error)
limit(unlimited[0])
opened = Store.open(folder)
saved = []
limit(400_000)
try:
    for number in range(1_000):
        shortlists.add(opened, "kept", str(number), note="x" * 5_000)
        saved.append(str(number))
except StoreFullError as error:
    print("writing:", error)
assert shortlists.site_ids(opened, "kept") == saved, "a change that failed is there, or one that was saved is not"
limit(unlimited[0])
shortlists.add(opened, "kept", "more", note="x" * 5_000)
limit(300_000)
try:
    with opened.faults_named():
        opened.cursor().execute("CHECKPOINT")
except StoreFullError as error:
    print("checkpoint:", error)
limit(unlimited[0])
shortlists.add(opened, "kept", "after")
assert shortlists.site_ids(opened, "kept") == [*saved, "more", "after"]
opened.close()
with Store.open(folder) as again:
    assert shortlists.site_ids(again, "kept") == [*saved, "more", "after"]
    assert again.notices == ()
"""


@pytest.mark.nightly
@pytest.mark.skipif(os.name == "nt", reason="the size of files is limited by a call of Unix")
def test_a_full_disk_is_said_in_a_sentence_and_work_goes_on_in_the_same_process_once_there_is_room(tmp_path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FILLS, str(tmp_path)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    said = [line.split(": ", 1)[0] for line in run.stdout.splitlines()]
    assert said == ["opening", "writing", "checkpoint"]
    assert run.stdout.count("is full: this change was not saved, what was saved before is safe.") == 3


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
        assert shortlists.site_ids(store, "kept") == []
    for pipe in (ready, child_ready, child_release, release):
        pipe.close()


def test_a_file_that_is_no_store_is_named_and_kept_as_it_is(tmp_path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 1000)
    with pytest.raises(
        StoreUnreadableError, match=r"is damaged or is not an Orebridge store .*not a valid DuckDB database file"
    ):
        Store.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"not a database" * 1000


def damage_block(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4196] ^= 255
    path.write_bytes(raw)


def a_file_of_another_program(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE theirs (id INTEGER)")


def a_store_without_a_version_row(path: Path) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM schema_version WHERE version = 3")


def a_sqlite_file(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as con:
        con.execute("CREATE TABLE theirs (id INTEGER)")
        con.commit()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (damage_block, "checksum"),
        (a_file_of_another_program, "a DuckDB file of another program"),
        (a_store_without_a_version_row, "the list of its schema versions is not whole"),
        (a_sqlite_file, "not a valid DuckDB database file"),
        (lambda path: path.write_bytes(b""), "not a valid DuckDB database file"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_as_that_and_kept_as_it_is(tmp_path, harm, reason) -> None:
    with Store.open(tmp_path) as store:
        shortlists.add(store, "kept", "a")
    harm(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(
        StoreUnreadableError, match=rf"is damaged or is not an Orebridge store \(.*{reason}.*restore it from a copy"
    ):
        Store.open(tmp_path).cursor().execute("SELECT * FROM shortlist_item").fetchall()
    assert (tmp_path / FILE).read_bytes() == before


def test_store_files_are_readable_by_their_owner_alone(tmp_path) -> None:
    os.umask(os.umask(0o022) & 0o022)
    with Store.open(tmp_path / "home") as store:
        shortlists.add(store, "kept", "a")
        assert {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "home").iterdir()} == {
            FILE: 0,
            f"{FILE}.wal": 0,
            store_file.LOCK: 0,
            store_file.ACKNOWLEDGED: 0,
        }
        assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_a_store_that_may_only_be_read_is_read_and_says_so_when_a_change_is_asked(tmp_path, monkeypatch) -> None:
    with Store.open(tmp_path) as store:
        shortlists.add(store, "kept", "a")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(store_file, "_may_write", lambda _: False)
    with Store.open(tmp_path) as store:
        assert store.read_only
        assert shortlists.site_ids(store, "kept") == ["a"]
        with pytest.raises(
            StoreReadOnlyError, match="is read-only for this user, so nothing was changed; give the user the right"
        ):
            shortlists.add(store, "kept", "b")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    with pytest.raises(StoreForbiddenError, match="there is no store and none can be made here"):
        Store.open(tmp_path / "nowhere")


def test_the_same_process_does_not_open_the_file_twice(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        with pytest.raises(StoreBusyError, match="is held by this process"):
            Store.open(tmp_path)
        shortlists.add(store, "kept", "a")


def test_a_migration_that_fails_leaves_the_old_file_byte_for_byte(tmp_path, monkeypatch) -> None:
    with Store.open(tmp_path / "home") as store:
        shortlists.add(store, "kept", "a")
    before = (tmp_path / "home" / FILE).read_bytes()
    folder = tmp_path / "migrations"
    shutil.copytree(store_file.MIGRATIONS, folder)
    (folder / "0099_wrong.sql").write_text("-- wrong\nCREATE TABLE more (id NO_SUCH_TYPE);", encoding="utf-8")
    monkeypatch.setattr(store_file, "MIGRATIONS", folder)
    with pytest.raises(StoreError):
        Store.open(tmp_path / "home")
    assert (tmp_path / "home" / FILE).read_bytes() == before


@pytest.mark.parametrize("setting", ["~no-such-user-here/x", None])
def test_a_home_that_cannot_be_told_is_a_sentence(monkeypatch, setting) -> None:
    if setting:
        monkeypatch.setenv("OREBRIDGE_HOME", setting)
    else:
        monkeypatch.delenv("OREBRIDGE_HOME", raising=False)
        monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: "~/.local/share/orebridge")
        monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(NoDataFolderError, match="names no folder for your data; set OREBRIDGE_HOME"):
        home()


def test_a_store_of_a_later_version_is_refused_and_not_touched(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        shortlists.add(store, "kept", "a")
    with duckdb.connect(str(tmp_path / FILE)) as con:
        con.execute("INSERT INTO schema_version VALUES (99, now())")
    with pytest.raises(StoreTooNewError, match="has schema 99, this version knows 9; update Orebridge"):
        Store.open(tmp_path)
    with duckdb.connect(str(tmp_path / FILE)) as con:
        assert con.execute("SELECT site_id FROM shortlist_item").fetchall() == [("a",)]
        assert con.execute("SELECT max(version) FROM schema_version").fetchone() == (99,)


def test_migrations_are_numbered_without_gaps_and_applied_once(tmp_path) -> None:
    names = sorted(p.name for p in store_file.MIGRATIONS.glob("*.sql"))
    assert [int(n[:4]) for n in names] == list(range(1, len(names) + 1))
    for _ in range(3):
        with Store.open(tmp_path) as store:
            versions = store._root.cursor().execute("SELECT version FROM schema_version ORDER BY 1").fetchall()
    assert versions == [(n,) for n in range(1, len(names) + 1)]


def test_a_further_migration_reaches_an_older_store_and_keeps_its_rows(tmp_path, monkeypatch) -> None:
    with Store.open(tmp_path / "home") as store:
        shortlists.add(store, "kept", "a")
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in store_file.MIGRATIONS.glob("*.sql"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "0099_more.sql").write_text("-- one more table\nCREATE TABLE more (id INTEGER);", encoding="utf-8")
    monkeypatch.setattr(store_file, "MIGRATIONS", folder)
    with Store.open(tmp_path / "home") as store:
        assert shortlists.site_ids(store, "kept") == ["a"]
        assert store._root.cursor().execute("SELECT count(*) FROM more").fetchone() == (0,)


def test_a_store_opens_without_the_spatial_extension_which_takes_longer_than_all_the_rest(tmp_path) -> None:
    with Store.open(tmp_path) as store, pytest.raises(duckdb.CatalogException, match="spatial"):
        store.cursor().execute("SELECT ST_Transform(ST_Point(0, 0), 'EPSG:4326', 'EPSG:3857')")


def test_scenarios_come_back_equal(tmp_path) -> None:
    filters = Filters(
        kinds=("mine", "refinery"), countries=("AUS",), min_coverage=0.4, gates_failed=False, text="山 'x'; --"
    )
    saved = [
        from_preset("speed", commodity="dysprosium", filters=filters, order_by="worst"),
        Scenario(weights={"grade": 0.1}),
    ]
    with Store.open(tmp_path) as store:
        for scenario in saved:
            store.save_scenario(scenario.scenario_hash, "名前", scenario.as_dict(), "0123456789ab")
    with Store.open(tmp_path) as store:
        found = {row["scenario_id"]: row for row in store.scenarios()}
    assert {key: from_dict(row["definition"]) for key, row in found.items()} == {s.scenario_hash: s for s in saved}
    assert {row["name"] for row in found.values()} == {"名前"}
    assert all(
        timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(row["created_at"]) < timedelta(minutes=5)
        for row in found.values()
    )


def test_saving_the_same_scenario_again_renames_it(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        for name in ("first", "second"):
            store.save_scenario("abc", name, {"weights": {"grade": 1}}, "v")
        assert [(s["scenario_id"], s["name"]) for s in store.scenarios()] == [("abc", "second")]


def test_adding_twice_and_removing_what_is_not_there_change_nothing(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        for _ in range(2):
            shortlists.add(store, "one", "a")
        shortlists.add(store, "two", "b")
        shortlists.remove(store, "one", "zzz")
        assert (shortlists.site_ids(store, "one"), shortlists.site_ids(store, "two")) == (["a"], ["b"])
        shortlists.remove(store, "one", "a")
        assert (shortlists.site_ids(store, "one"), shortlists.site_ids(store, "two")) == ([], ["b"])


def test_names_are_data_never_statements(tmp_path) -> None:
    hostile = "x'); DROP TABLE shortlist_item; --"
    with Store.open(tmp_path) as store:
        shortlists.add(store, hostile, hostile, note=hostile)
        assert shortlists.site_ids(store, hostile) == [hostile]


def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        with pytest.raises(duckdb.Error, match="no_such_table"):
            write_half(store)
        assert shortlists.site_ids(store, "kept") == []
        shortlists.add(store, "kept", "whole")
        assert shortlists.site_ids(store, "kept") == ["whole"]
        assert store._root.cursor().execute("SELECT subject FROM change").fetchall() == [("kept/whole",)]


@pytest.mark.law
def test_sixteen_threads_read_their_own_rows_while_they_write(tmp_path) -> None:
    rows = share(20)

    def work(number: int) -> list[list[str]]:
        seen = []
        for i in range(rows):
            shortlists.add(store, f"list-{number}", f"site-{number}-{i}")
            seen.append(shortlists.site_ids(store, f"list-{number}"))
        return seen

    with Store.open(tmp_path) as store, ThreadPoolExecutor(16) as pool:
        for number, seen in enumerate(pool.map(work, range(16))):
            assert seen == [[f"site-{number}-{j}" for j in range(i + 1)] for i in range(rows)]
        assert store._root.cursor().execute("SELECT count(*), count(DISTINCT number) FROM change").fetchone() == (
            16 * rows,
            16 * rows,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "FROM read_text('{file}')",
        "COPY (SELECT 1) TO '{file}.csv'",
        "ATTACH '{file}.db'",
        "INSTALL httpfs",
        "SET threads = 1",
    ],
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
        "from data import shortlists\nfrom data.store import Store\nwith Store.open() as s:\n    "
        "shortlists.add(s, 'a', 'b')\nprint(s.path)"
    )
    env = {**os.environ, "OREBRIDGE_HOME": str(tmp_path / "deep" / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(tmp_path / "deep" / "home" / FILE)
    assert (tmp_path / "deep" / "home" / FILE).stat().st_size > 0
    assert {p for p in CHECKOUT.iterdir() if not p.name.startswith(".")} == before


def test_home_without_the_variable_is_the_platform_folder_not_the_checkout(monkeypatch) -> None:
    monkeypatch.delenv("OREBRIDGE_HOME", raising=False)
    assert home().name == "orebridge"
    assert CHECKOUT not in home().parents
    monkeypatch.setenv("OREBRIDGE_HOME", "~/ore")
    assert home() == Path.home() / "ore"


def test_every_change_names_who_made_it_and_milestones_whose_they_are(tmp_path) -> None:
    with Store.open(tmp_path) as store:
        store.save_milestones("s", {"stage": "operating"})
        with store.write("note", "s", actor="ann"):
            pass
        assert store.cursor().execute("SELECT action, actor FROM change ORDER BY number").fetchall() == [
            ("save milestones", current_user()),
            ("note", "ann"),
        ]
        assert store.milestone_owners() == {"s": current_user()}
