"""Send thousands of broken and hostile uploads through quarantine, sandbox and store; exit 1 if a promise broke.

Run `uv run python -m benchmarks.fuzz_uploads --count 10000 --seed 1 [--seconds 1500] [FOLDER ...]`. Without folders the
seeds are ``tests/golden/uploads``, ``../shared/cases`` where that is, and small files of the other formats, made here.
``--only N --keep FOLDER`` writes mutant N there and reads it alone.
"""

from __future__ import annotations

import argparse
import http.server
import io
import json
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.fuzz_mutants import Mutant, Seed, mutant, seeds_of
from benchmarks.fuzz_seeds import write_seeds
from data import facts, user_features, user_layers
from data.store import Store
from data.user_layers import UserLayer
from geo.errors import OrebridgeError
from layers import export, findings, imports
from layers.contract import SECONDS, Finding
from layers.quarantine import QUARANTINE
from layers.sandbox import GRACE_S, Reader
from workspace.user_layers import UserData

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = [
    ROOT / "tests" / "golden" / "uploads",
    ROOT.parent / "shared" / "cases" / "uploads",
    ROOT.parent / "shared" / "cases" / "badfiles",
]
READERS = 2
#: Every so many imports, the layer is also drawn and exported, as the app would.
DRAWN = 10
#: Every so many mutants, the layer is imported as candidate sites.
SITES_EACH = 7
#: Endings by force, which are no fault of the app, and are counted.
ENDINGS = ("took_too_long", "needed_too_much_memory", "wrote_too_much", "reader_ended")
#: Libraries whose refusals are foreseen and passed on; any other word is the home of an exception that nobody foresaw.
LIBRARIES = ("GDAL", "Parquet")
ORPHANS = {
    "features without a layer": "SELECT count(*) FROM own_feature WHERE "
    "layer_id NOT IN (SELECT layer_id FROM own_layer)",
    "sites without a layer": "SELECT count(*) FROM own_site WHERE layer_id NOT IN (SELECT layer_id FROM own_layer)",
}
FEATURES = "SELECT count(*) FROM own_feature WHERE layer_id = $layer_id"


@dataclass
class Tally:
    """What came of the mutants so far; several threads write to it."""

    statuses: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    endings: dict[str, list[int]] = field(default_factory=dict)
    unforeseen: dict[str, list[int]] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    layers: int = 0
    slowest: float = 0.0
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def broke(self, one: Mutant, what: str) -> None:
        """Note a promise that broke."""
        with self.lock:
            self.violations.append(f"mutant {one.number} ({one.seed}, {one.what}): {what}")


class Canary:
    """A web server on this machine that nothing may ever call."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        hits = self.hits

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                hits.append(str(self.rfile.readline(200)))
                self.close_connection = True

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Run:
    """A store in a folder of its own, and the mutants that go into it."""

    def __init__(self, home: Path, seeds: list[Seed], seed: int) -> None:
        self.home, self.seeds, self.seed = home, seeds, seed
        self.tally, self.canary = Tally(), Canary()
        self.store = Store.open(home)
        self._facts: duckdb.DuckDBPyConnection | None = None
        self._facts_lock = threading.Lock()
        self.own = UserData(self.store, self.facts, in_use=lambda: False)
        self._numbers: Iterator[int] = iter(())
        self._end = 0.0

    def facts(self) -> duckdb.DuckDBPyConnection:
        """Return the facts, loaded when a mutant first asks for them."""
        with self._facts_lock:
            if self._facts is None:
                self._facts = facts.open_facts()
            return self._facts

    def all(self, numbers: Iterator[int], seconds: float) -> float:
        """Read mutants with two readers at a time until they or the time run out; returns the seconds that it took."""
        self._numbers, started = numbers, time.monotonic()
        self._end = started + seconds
        workers = [threading.Thread(target=self._work) for _ in range(READERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.monotonic() - started

    def _work(self) -> None:
        with Reader() as reader:
            while time.monotonic() < self._end:
                with self.tally.lock:
                    number = next(self._numbers, None)
                if number is None:
                    return
                one = mutant(self.seeds, self.seed, number)
                try:
                    self.one(reader, one)
                except Exception as error:  # whatever reaches this line would have reached the user
                    self.tally.broke(one, f"the app raised {type(error).__name__}: {str(error)[:200]}")

    def one(self, reader: Reader, one: Mutant) -> None:
        """Read one mutant, import it if it is fine, and check what is left."""
        files = [
            (name, io.BytesIO(data.replace(b"http://127.0.0.1:8765/", self.canary.url.encode())))
            for name, data in one.files
        ]
        started = time.monotonic()
        try:
            upload = imports.take_in(self.home, files)  # type: ignore[arg-type]  # BytesIO is a BinaryIO
        except imports.UploadError:
            self._count("not taken in", (), 0.0)
            return
        try:
            draft = imports.read(reader, upload, imports.request_for(upload))
            spent = time.monotonic() - started
            if spent > SECONDS + GRACE_S:
                self.tally.broke(one, f"it took {spent:.0f} s")
            status = self._import(one, draft) if draft.status == "ok" else draft.status
            self._count(status, draft.report.findings, spent)
            self._unforeseen(one, draft.report.findings)
        finally:
            imports.discard(upload)
        if upload.folder.exists():
            self.tally.broke(one, "its quarantine folder is still there")

    def _import(self, one: Mutant, draft: imports.Draft) -> str:
        sites = one.number % SITES_EACH == 0
        before = set(self._ids())
        try:
            rows = self.own.add(draft, imports.ImportOptions(role="sites" if sites else "layer"))
        except OrebridgeError as error:
            mine = {imports.layer_id(draft, layer) for layer in draft.ready}
            if left := mine & (set(self._ids()) - before):
                self.tally.broke(one, f"refused, and yet {len(left)} of its layers are in the store")
            return f"refused at import ({type(error).__name__})"
        if {row.layer_id for row in rows} - set(self._ids()):
            self.tally.broke(one, "imported, and yet not all of its layers are in the store")
        for row in rows:
            self._check(one, row)
        if one.number % DRAWN == 0:
            self._use(rows)
        for row in rows:
            user_layers.forget(self.store, row.layer_id)
        with self.tally.lock:
            self.tally.layers += len(rows)
        return "imported"

    def _ids(self) -> list[str]:
        return [row[0] for row in self.store.cursor().execute("SELECT layer_id FROM own_layer").fetchall()]

    def _check(self, one: Mutant, row: UserLayer) -> None:
        """Hold a layer in the store against its row."""
        if row.kind == "raster":
            if not user_layers.raster_path(self.store, row.layer_id).is_file():
                self.tally.broke(one, "the raster of a layer is not there")
            return
        found = self.store.cursor().execute(FEATURES, {"layer_id": row.layer_id}).fetchone()
        if found is None or found[0] != row.features or found[0] == 0:
            self.tally.broke(one, f"a layer of {row.features} features has {found and found[0]} in the store")

    def _use(self, rows: list[UserLayer]) -> None:
        """Draw and export layers as the app does."""
        for row in rows:
            features = user_features.features(self.store, row) if row.kind != "raster" else None
            raster = user_layers.raster_path(self.store, row.layer_id) if row.kind == "raster" else None
            with tempfile.TemporaryDirectory() as folder:
                export.export(row, features, raster, Path(folder) / f"made{export.suffix(row)}")

    def _count(self, status: str, found: tuple[Finding, ...], spent: float) -> None:
        tally = self.tally
        with tally.lock:
            tally.done += 1
            tally.statuses[status] += 1
            tally.slowest = max(tally.slowest, spent)
            tally.codes.update(
                {each.code for each in found if status != "imported" or findings.severity(each) == "error"}
            )

    def _unforeseen(self, one: Mutant, found: tuple[Finding, ...]) -> None:
        """Note endings by force, and errors that no sentence was written for, by the class of the exception."""
        with self.tally.lock:
            for each in found:
                if each.code in ENDINGS:
                    self.tally.endings.setdefault(each.code, []).append(one.number)
                library = str(each.details.get("layer"))
                if each.code == "unreadable" and library not in LIBRARIES:
                    name = f"{library}: {str(each.details.get('reason')).partition(':')[0]}"
                    self.tally.unforeseen.setdefault(name, []).append(one.number)

    def close(self) -> None:
        """Check what is left of everything, and close."""
        nobody = Mutant(-1, "all", "at the end", ())
        quarantine = self.home / QUARANTINE
        if left := list(quarantine.glob("*")):
            self.tally.broke(nobody, f"{len(left)} folders are left in quarantine")
        rasters = {path.name for path in (self.home / user_layers.RASTERS).glob("*")}
        if strange := rasters - {f"{layer_id}.tif" for layer_id in self._ids()}:
            self.tally.broke(nobody, f"{len(strange)} rasters belong to no layer")
        for what, statement in ORPHANS.items():
            row = self.store.cursor().execute(statement).fetchone()
            if row and row[0]:
                self.tally.broke(nobody, f"{row[0]} {what}")
        if self.canary.hits:
            self.tally.broke(nobody, f"{len(self.canary.hits)} calls of the canary: {self.canary.hits[:3]}")
        self.store.close()
        self.canary.close()


@contextmanager
def running(folders: list[Path], seed: int) -> Iterator[Run]:
    """Set a run up in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as work:
        if not folders:
            made = Path(work) / "seeds"
            write_seeds(made)
            folders = [folder for folder in (*FOLDERS, made) if folder.is_dir()]
        run = Run(Path(work) / "home", seeds_of(folders), seed)
        try:
            yield run
        finally:
            run.close()


def table(run: Run, seconds: float) -> str:
    """Return the outcome in words and figures."""
    tally = run.tally
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows: list[tuple[str, object]] = [
        ("mutants read", tally.done),
        ("seeds", len(run.seeds)),
        ("seconds", f"{seconds:.0f}"),
        ("mutants per second", f"{tally.done / max(seconds, 0.001):.1f}"),
        ("slowest, s", f"{tally.slowest:.1f}"),
        ("layers imported", tally.layers),
        ("peak memory of the app, MB", f"{peak:.0f}"),
        ("calls of the canary", len(run.canary.hits)),
        *((f"outcome: {name}", count) for name, count in sorted(tally.statuses.items())),
        *((f"reader ended by force: {name}", _numbers(tally.endings.get(name, []))) for name in ENDINGS),
        *((f"unforeseen: {name}", _numbers(numbers)) for name, numbers in sorted(tally.unforeseen.items())),
        ("exceptions that nobody foresaw", sum(len(numbers) for numbers in tally.unforeseen.values())),
        ("promises broken", len(tally.violations)),
    ]
    lines = [f"{name:<52} {value}" for name, value in rows]
    codes = ", ".join(f"{name} {count}" for name, count in tally.codes.most_common())
    return "\n".join([*lines, f"findings: {codes}", *tally.violations[:50]])


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:6])
    return f"{len(numbers)} (mutants {shown})" if numbers else "0"


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folders", nargs="*", type=Path)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=3600.0)
    options.add_argument("--only", type=int)
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args(arguments)
    with running(chosen.folders, chosen.seed) as run:
        if chosen.only is not None:
            show(run, chosen.only, chosen.keep)
            return
        seconds = run.all(iter(range(chosen.count)), chosen.seconds)
    print(table(run, seconds))
    sys.exit(1 if run.tally.violations or run.tally.unforeseen else 0)


def show(run: Run, number: int, keep: Path | None) -> None:
    """Write one mutant to a folder, read it, and print what was found."""
    one = mutant(run.seeds, run.seed, number)
    if keep is not None:
        shutil.rmtree(keep, ignore_errors=True)
        keep.mkdir(parents=True)
        for name, data in one.files:
            (keep / (Path(name).name or "upload")).write_bytes(data)
    with Reader() as reader:
        upload = imports.take_in(run.home, [(name, io.BytesIO(data)) for name, data in one.files])
        draft = imports.read(reader, upload, imports.request_for(upload))
        imports.discard(upload)
    print(one.seed, one.what, draft.status)
    print(
        json.dumps(
            [{"code": each.code, "details": each.details} for each in draft.report.findings],
            ensure_ascii=False,
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
