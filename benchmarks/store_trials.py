"""Try to lose what the store has acknowledged: kills, full disks and damaged files, counted.

    python benchmarks/store_trials.py           # 200 kills from empty, 100 a schema, 50 full disks, 100 damaged files
    python benchmarks/store_trials.py --small   # a tenth of it

Each trial writes from a process of its own, which acknowledges over a pipe only what has returned; then the store is
opened and read whole. A trial fails if an acknowledged change is missing and nothing says so, if a change is there by
half, or if anything but a `data.store.StoreError` is raised. Full disks want a system where a memory disk can be
mounted (Linux, root); elsewhere they are not run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import duckdb

from data import shortlists, store_file
from data.sql import sql
from data.store import FILE, Store, StoreFullError, StoreUnreadableError

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(
    ["benchmarks.store_trials", "pandas", "pyarrow"]
)  # what DuckDB imports on its first parameter
#: Sites of an older store; a multiple of five would stand for a scenario too.
OLD_NUMBERS = tuple(range(1, 100, 5))
LOGGED = "INSERT INTO change (changed_at, action, subject) VALUES (now(), 'add', $subject)"
LOGGED_BY_NUMBER = (
    "INSERT INTO change (number, changed_at, action, subject) SELECT count(*) + 1, now(), 'add', $subject FROM change"
)
TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"


@dataclass
class Tally:
    """What a series of trials has shown."""

    name: str
    trials: int = 0
    acknowledged: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    reopened_s: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Return one row of the table."""
        times = f"{median(self.reopened_s):.2f} / {max(self.reopened_s):.2f} s" if self.reopened_s else "-"
        what = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        return f"| {self.name} | {self.trials} | {self.acknowledged} | {len(self.failures)} | {what} | {times} |"


def write_on(folder: str, pipe: Connection, start: int) -> None:
    """Body of a writer: opens the store, says so with -1, and acknowledges each change after it has returned."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Store.open(Path(folder)) as store:
        pipe.send(-1)
        for number in range(start, start + 1_000_000):
            shortlists.add(store, "kept", f"site-{number}", note="x" * (200 if number % 7 else 60_00))
            if number % 5 == 0:
                store.save_scenario(f"scenario-{number}", f"name {number}", {"number": number}, "v1")
            pipe.send(number)


def killed_writer(folder: Path, start: int, *, after_s: float, after_messages: int = 0) -> list[int]:
    """Kill a writer `after_s` seconds after its start, or after so many messages (the opening, then each change).

    Returns what it acknowledged.
    """
    receiver, sender = FORK.Pipe(duplex=False)
    child = FORK.Process(target=write_on, args=(str(folder), sender, start))
    child.start()
    sender.close()
    seen: list[int] = []
    for _ in range(after_messages):
        if not receiver.poll(60):
            break
        seen.append(receiver.recv())
    time.sleep(after_s)
    child.kill()
    child.join()
    try:
        while True:
            seen.append(receiver.recv())
    except EOFError:
        receiver.close()
    return [number for number in seen if number >= 0]


def problems(folder: Path, acknowledged: list[int]) -> list[str]:
    """Open the store and return what is wrong with it: what is missing, what is there by half."""
    with Store.open(folder) as store:
        sites = set(shortlists.site_ids(store, "kept"))
        scenarios = {row["scenario_id"] for row in store.scenarios()}
        logged = store.cursor().execute("SELECT action, subject FROM change").fetchall()
        wrong = [f"site-{n} is missing" for n in acknowledged if f"site-{n}" not in sites]
        wrong += [f"scenario-{n} is missing" for n in acknowledged if n % 5 == 0 and f"scenario-{n}" not in scenarios]
        if {f"kept/{site}" for site in sites} != {subject for action, subject in logged if action == "add"}:
            wrong.append("the log does not tell what is there")
        if wrong and store.notices:
            return []
        return wrong


def kills_from_an_empty_folder(trials: int, rng: random.Random) -> Tally:
    """Kill a writer whose store was never closed; a third of the kills meet the opening itself."""
    tally = Tally("kill, from an empty folder")
    for trial in range(trials):
        with tempfile.TemporaryDirectory() as name:
            opening = trial % 3 == 0
            got = killed_writer(
                Path(name), 0, after_s=rng.random() * (0.4 if opening else 0.25), after_messages=0 if opening else 2
            )
            tally.outcomes["with a log left" if store_file.log_of(Path(name) / FILE).exists() else "without a log"] += 1
            check(tally, Path(name), got)
    return tally


def check(tally: Tally, folder: Path, acknowledged: list[int]) -> None:
    """Open, read, and count one trial."""
    tally.trials += 1
    tally.acknowledged += len(acknowledged)
    begun = time.perf_counter()
    try:
        tally.failures += problems(folder, acknowledged)
    except Exception as error:
        tally.failures.append(f"{type(error).__name__}: {error}")
    tally.reopened_s.append(time.perf_counter() - begun)


def old_store(folder: str, pipe: Connection, version: int, clean: bool) -> None:
    """Body of a writer of an older version.

    The schema as that version made it, one shortlist, and an end without closing.
    """
    connection = duckdb.connect(str(Path(folder) / FILE))
    connection.execute(sql("data/store_version.sql"))
    for number, path in store_file.migrations().items():
        if number <= version:
            connection.execute("BEGIN TRANSACTION")
            connection.execute(path.read_text(encoding="utf-8"))
            connection.execute(
                "INSERT INTO schema_version VALUES ($version, $at)", {"version": number, "at": datetime.now(UTC)}
            )
            connection.execute("COMMIT")
    if clean:
        connection.execute("CHECKPOINT")
    if version >= 4:
        connection.execute("INSERT INTO shortlist VALUES ('kept', '', NULL, '{}', '', now())")
    for number in OLD_NUMBERS:
        values = {"site": f"site-{number}"}
        connection.execute(
            "INSERT INTO shortlist_item (shortlist, site_id, note, added_at) VALUES ('kept', $site, '', now())", values
        )
        subject = {"subject": f"kept/site-{number}"}
        connection.execute(LOGGED_BY_NUMBER if version >= 6 else LOGGED, subject)
        pipe.send(number)
    os.kill(os.getpid(), signal.SIGKILL)


def kills_after_migration(trials: int, rng: random.Random, version: int) -> Tally:
    """Leave a store of an older schema with its log, and kill the process that brings it to the newest one."""
    tally = Tally(f"kill, schema {version} brought to the newest")
    for trial in range(trials):
        with tempfile.TemporaryDirectory() as name:
            receiver, sender = FORK.Pipe(duplex=False)
            child = FORK.Process(target=old_store, args=(name, sender, version, trial % 2 == 0))
            child.start()
            sender.close()
            child.join()
            receiver.close()
            got = killed_writer(Path(name), 100, after_s=rng.random() * 0.25, after_messages=3 if trial % 3 == 0 else 0)
            check(tally, Path(name), [*OLD_NUMBERS, *got])
    return tally


@contextmanager
def memory_disk(megabytes: int) -> Iterator[Path]:
    """Mount a memory disk of a size, and take it away again."""
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", name], check=True, capture_output=True
        )
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def fill(folder: Path, leave_bytes: int) -> Path:
    """Fill the disk but for `leave_bytes`."""
    path = folder / "filler"
    with path.open("wb") as file:
        for _ in range(max(0, shutil.disk_usage(folder).free - leave_bytes) // 4096):
            file.write(b"\0" * 4096)
    return path


def full_disk(folder: Path, rng: random.Random, tally: Tally, case: str) -> None:
    """Meet a full disk while writing, while opening, or in a checkpoint.

    Go on in the same process once there is room.
    """
    acknowledged: list[int] = []
    filler = fill(folder, 0) if case == "opening" else None
    if filler is not None:
        try:
            Store.open(folder).close()
            tally.outcomes["opening found room"] += 1
        except StoreFullError:
            tally.outcomes["opening said it"] += 1
        filler.unlink()
    with Store.open(folder) as store:
        for number in range(rng.randrange(1, 40)):
            shortlists.add(store, "kept", f"site-{number}", note=rng.randbytes(4000).hex())
            acknowledged.append(number)
        filler = fill(folder, rng.randrange(0, 120_000))
        try:
            for number in range(1000, 1100):
                shortlists.add(store, "kept", f"site-{number}", note=rng.randbytes(4000).hex())
                acknowledged.append(number)
        except StoreFullError:
            tally.outcomes["writing said it"] += 1
        if case == "checkpoint":
            try:
                with store.faults_named():
                    store.cursor().execute("CHECKPOINT")
            except StoreFullError:
                tally.outcomes["checkpoint said it"] += 1
        shortlists.site_ids(store, "kept") if case != "checkpoint" else None
        filler.unlink()
        shortlists.add(store, "kept", "site-9999", note="after")
        acknowledged.append(9999)
    check(tally, folder, [n for n in acknowledged if n % 5])


def full_disks(trials: int, rng: random.Random) -> Tally:
    """Return what full disks do."""
    tally = Tally("disk full")
    for trial in range(trials):
        with memory_disk(8) as folder:
            try:
                full_disk(folder, rng, tally, ("writing", "checkpoint", "opening")[trial % 3])
            except Exception as error:
                tally.failures.append(f"{type(error).__name__}: {error}")
    return tally


def _flip(path: Path, rng: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path.write_bytes(raw)


def _cut(path: Path, rng: random.Random) -> None:
    os.truncate(path, rng.randrange(path.stat().st_size))


def _noise(path: Path, rng: random.Random) -> None:
    path.write_bytes(rng.randbytes(path.stat().st_size))


def _append(path: Path, rng: random.Random) -> None:
    with path.open("ab") as file:
        file.write(rng.randbytes(rng.randrange(1, 5000)))


DAMAGE: tuple[tuple[str, str, Callable[[Path, random.Random], None]], ...] = (
    ("file, a bit flipped", FILE, _flip),
    ("log, a bit flipped", FILE + ".wal", _flip),
    ("file, cut", FILE, _cut),
    ("log, cut", FILE + ".wal", _cut),
    ("log, noise", FILE + ".wal", _noise),
    ("log, noise behind it", FILE + ".wal", _append),
)


def read_everything(store: Store) -> None:
    """Read every table, so that damage anywhere shows."""
    for (name,) in store.cursor().execute(TABLES).fetchall():
        store.cursor().execute('SELECT count(hash(t)) FROM "' + name + '" t').fetchall()


def damaged(folder: Path, acknowledged: list[int]) -> str:
    """Return what a damaged store says; raise if it says nothing and lacks something."""
    try:
        with Store.open(folder) as store:
            read_everything(store)
            notices = store.notices
            sites = set(shortlists.site_ids(store, "kept"))
    except StoreUnreadableError:
        return "said to be damaged"
    missing = [n for n in acknowledged if f"site-{n}" not in sites]
    if notices:
        return "opened, says that changes may be missing"
    if missing:
        message = f"{len(missing)} changes are missing and nothing says so"
        raise AssertionError(message)
    return "opened whole"


def damaged_files(trials: int, rng: random.Random) -> Tally:
    """Damage copies of one store that a kill left with its log."""
    tally = Tally("damaged")
    with tempfile.TemporaryDirectory() as name:
        whole = Path(name) / "whole"
        with Store.open(whole) as store:
            for number in range(200):
                shortlists.add(store, "kept", f"site-{number}", note="x" * 3000)
        got = [*range(200), *killed_writer(whole, 1000, after_s=0.3, after_messages=6)]
        for trial in range(trials):
            kind, file, harm = DAMAGE[trial % len(DAMAGE)]
            folder = Path(name) / f"trial-{trial}"
            shutil.copytree(whole, folder)
            harm(folder / file, rng)
            tally.trials += 1
            tally.acknowledged += len(got)
            begun = time.perf_counter()
            try:
                tally.outcomes[f"{kind}: {damaged(folder, got)}"] += 1
            except Exception as error:
                tally.failures.append(f"{kind}: {type(error).__name__}: {error}")
            tally.reopened_s.append(time.perf_counter() - begun)
            shutil.rmtree(folder)
    return tally


def can_mount() -> bool:
    """Tell whether a memory disk can be mounted here."""
    try:
        with memory_disk(1):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def main(arguments: list[str] | None = None) -> int:
    """Run all series, print the table, and return 1 if a trial failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a tenth of the trials")
    parser.add_argument("--seed", type=int, default=20251125)
    chosen = parser.parse_args(arguments)
    share, rng = (10 if chosen.small else 1), random.Random(chosen.seed)
    print("| Trial | Trials | Acknowledged | Failed | Outcomes | Reopened, median / max |\n|---|---|---|---|---|---|")
    series: list[Callable[[], Tally]] = [lambda: kills_from_an_empty_folder(200 // share, rng)]
    series += [
        lambda v=version: kills_after_migration(100 // share, rng, v) for version in list(store_file.migrations())[:-1]
    ]  # type: ignore[misc]
    series += [lambda: full_disks(50 // share, rng)] if can_mount() else []
    series += [lambda: damaged_files(100 // share, rng)]
    failures = []
    for run in series:
        tally = run()
        print(tally.line(), flush=True)
        failures += [f"{tally.name}: {each}" for each in tally.failures]
    if not can_mount():
        print("Full disks were not tried: no memory disk can be mounted here.")
    print("\n".join(failures[-20:]))
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
