"""However a reader ends, the app gets a report or a refusal in words, and goes on."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layers import imports, sandbox
from layers.contract import CANCEL, REPORT, REQUEST, LayerReport, Report, ReportError, Request, write_report
from layers.findings import message, status
from layers.reading import __main__ as watcher
from layers.restrict import GuardState
from layers.sandbox import NotIsolatedError, Reader, ReaderStartError

POINTS = b"id,lon,lat\n1,139.7,35.6\n2,139.8,35.7\n"
Stub = Callable[[Path, Request, Path], Report]


# the watcher: one child, with a stub in place of the reader


class Watched:
    """Folders of a job, and the watcher with small limits."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "in", folder / "out"
        for each in (self.folder, self.out):
            each.mkdir()
        (self.folder / REQUEST).write_text(
            '{"files": ["upload.csv"], "original_name": "x.csv", "layers": []}', encoding="utf-8"
        )

    def run(self, read: Stub) -> dict[str, Any]:
        """Run a stub in a child that is shut in; returns how it ended."""
        pipe = os.dup(1)
        try:
            return watcher._watched(watcher.Job(self.folder, self.out, pipe, watcher.restrict.guard_state()), read)
        finally:
            os.close(pipe)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    allow_memory(monkeypatch, watcher.MEMORY_BYTES)
    return Watched(tmp_path)


def allow_memory(monkeypatch: pytest.MonkeyPatch, more_bytes: int) -> None:
    """Let a child have so much more than the process of the tests holds, which it inherits."""
    inherited = watcher._resident(os.getpid())
    monkeypatch.setattr(watcher, "MEMORY_BYTES", inherited + more_bytes)


def test_a_child_that_reads_leaves_its_report(job: Watched) -> None:
    ended = job.run(lambda _folder, request, _out: Report(format=request.original_name))
    assert (ended["ended"], ended["code"]) == ("", 0)
    assert json.loads((job.out / REPORT).read_text())["format"] == "x.csv"
    assert 0 < ended["seconds"] < 10


def test_a_child_that_never_ends_is_ended(job: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "SECONDS", 0.5)

    def loop(*_: object) -> Report:
        while True:
            pass

    ended = job.run(loop)
    assert ended["ended"] == "time"
    assert 0.5 <= ended["seconds"] < 5


def test_a_child_that_sleeps_is_ended(job: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "SECONDS", 0.3)
    assert job.run(lambda *_: time.sleep(60))["ended"] == "time"  # type: ignore[arg-type, return-value]


def test_a_child_that_asks_for_too_much_memory_ends_with_a_code(job: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    allow_memory(monkeypatch, 300_000_000)
    ended = job.run(lambda *_: bytearray(watcher.MEMORY_BYTES + 2_000_000_000))  # type: ignore[arg-type, return-value]
    assert ended["code"] == 3 or ended["ended"] == "memory"


def test_a_child_that_fills_its_memory_is_ended(job: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    allow_memory(monkeypatch, 100_000_000)

    def fill(*_: object) -> Report:
        kept = []
        with contextlib.suppress(MemoryError):
            while True:
                kept.append(b"x" * 1_000_000)
        time.sleep(20)
        return Report(format=str(len(kept)))

    ended = job.run(fill)
    assert ended["ended"] == "memory"
    assert ended["peak_bytes"] > watcher.MEMORY_BYTES


def test_a_child_that_writes_one_large_file_is_ended(job: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "OUTPUT_BYTES", 1_000_000)
    ended = job.run(lambda _folder, _request, out: (out / "big").write_bytes(bytes(5_000_000)))  # type: ignore[arg-type, return-value]
    assert ended["ended"] == "disk"
    assert (job.out / "big").stat().st_size <= 1_000_000


def test_a_child_that_writes_many_files_is_ended(job: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "DISK_BYTES", 3_000_000)

    def write(folder: Path, request: Request, out: Path) -> Report:
        for number in range(5):
            (out / str(number)).write_bytes(bytes(1_000_000))
        time.sleep(30)
        return Report()

    assert job.run(write)["ended"] == "disk"


def test_a_child_that_breaks_off_is_noticed(job: Watched) -> None:
    def crash(*_: object) -> Report:
        faulthandler.disable()
        os.abort()

    assert job.run(crash)["code"] == -signal.SIGABRT
    assert job.run(lambda *_: 1 / 0)["code"] == 1  # type: ignore[arg-type, return-value]
    assert not (job.out / REPORT).exists()


def test_a_job_is_cancelled_by_a_file(job: Watched) -> None:
    threading.Timer(0.3, (job.folder / CANCEL).touch).start()
    started = time.monotonic()
    assert job.run(lambda *_: time.sleep(60))["ended"] == "cancel"  # type: ignore[arg-type, return-value]
    assert time.monotonic() - started < 5


@pytest.mark.skipif(not watcher.restrict.guard_state().whole, reason="this kernel cannot shut a process in")
def test_the_child_of_the_watcher_is_shut_in(job: Watched) -> None:
    def look(folder: Path, request: Request, out: Path) -> Report:
        seen = []
        for path in ("/etc/passwd", str(Path.home()), str(folder.parent)):
            try:
                Path(path).stat()
                open(path).close() if Path(path).is_file() else os.listdir(path)  # noqa: PTH123, PTH208
                seen.append(path)
            except OSError:
                continue
        return Report(format=" ".join(seen))

    assert job.run(look)["code"] == 0
    assert json.loads((job.out / REPORT).read_text())["format"] == ""


def test_the_child_keeps_neither_the_pipe_nor_the_terminal(job: Watched) -> None:
    def look(folder: Path, request: Request, out: Path) -> Report:
        return Report(
            format=" ".join(str(os.fstat(stream).st_rdev == Path(os.devnull).stat().st_rdev) for stream in (0, 1, 2))
        )

    assert job.run(look)["code"] == 0
    assert json.loads((job.out / REPORT).read_text())["format"] == "True True True"


# the app's side, with a reader process that says what a test wants

FAKE = """
import json, os, sys, time
from pathlib import Path
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    folder, out = Path(job["folder"]), Path(job["out"])
    answer = {"ended": "", "code": 0, "seconds": 1.0, "peak_bytes": 5_000_000}
    exec((Path.cwd() / "act.py").read_text())
    print(json.dumps(answer), flush=True)
"""


class Faked:
    """A reader whose process does what `act` says (Python, with folder, out and answer in reach)."""

    def __init__(self, folder: Path) -> None:
        self.code, self.folder, self.out = folder / "code", folder / "in", folder / "out"
        for each in (self.code / "layers" / "reading", self.folder, self.out):
            each.mkdir(parents=True)
        (self.code / "layers" / "__init__.py").touch()
        (self.code / "layers" / "reading" / "__init__.py").touch()
        (self.code / "layers" / "reading" / "__main__.py").write_text(FAKE, encoding="utf-8")
        self.reader = Reader()

    def read(self, act: str, progress: Callable[[str], None] | None = None) -> Report:
        """Let the process act, and read its answer."""
        (self.code / "act.py").write_text(act, encoding="utf-8")
        return self.reader.read(self.folder, self.out, Request(("upload.csv",), "x.csv"), progress)

    def reports(self, values: object) -> Report:
        """Let the process leave a report."""
        text = values if isinstance(values, str) else json.dumps(values)
        return self.read(f"(out / 'report.json').write_text({text!r}, encoding='utf-8')")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faked]:
    monkeypatch.setattr(sandbox, "CODE", tmp_path / "code")
    monkeypatch.setattr(sandbox, "guard_state", lambda: GuardState(True, True, True))
    made = Faked(tmp_path)
    yield made
    made.reader.close()


GOOD: dict[str, Any] = {"format": "csv", "layers": [], "findings": []}


def layer(**changes: object) -> dict[str, Any]:
    base = {
        "name": "x",
        "kind": "vector-point",
        "features": 1,
        "crs": "EPSG:4326",
        "crs_reason": "",
        "crs_accuracy_m": None,
        "bounds": [1.0, 2.0, 3.0, 4.0],
        "source_bounds": None,
        "columns": [],
        "candidates": [],
        "file": "a.arrow",
        "transformations": [],
        "unit": "",
        "bands": 0,
        "quantiles": [],
        "preview": [],
    }
    return {**GOOD, "layers": [{**base, **changes}]}


def finding(**changes: object) -> dict[str, Any]:
    return {
        **GOOD,
        "findings": [{"code": "file_empty", "row": None, "layer": "", "details": {}, "actions": [], **changes}],
    }


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"ended": "time"}, "took_too_long"),
        ({"ended": "memory"}, "needed_too_much_memory"),
        ({"ended": "disk"}, "wrote_too_much"),
        ({"ended": "cancel"}, "cancelled"),
        ({"code": -6}, "reader_ended"),
        ({"code": 3}, "needed_too_much_memory"),
        ({}, "reader_ended"),
    ],
)
def test_every_ending_is_a_finding_with_its_cure(fake: Faked, answer: dict[str, Any], code: str) -> None:
    report = fake.read(f"answer |= {answer!r}")
    assert [each.code for each in report.findings] == [code]
    assert status(report) == "refused"
    assert "{" not in message(report.findings[0])


def test_a_good_report_comes_through(fake: Faked) -> None:
    assert fake.reports(layer()).layers[0].bounds == (1.0, 2.0, 3.0, 4.0)
    assert fake.reports(finding()).findings[0].code == "file_empty"


@pytest.mark.parametrize(
    "values",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        "[" * 100_000,
        '{"layers": 3, "findings": [], "format": ""}',
        {**GOOD, "layers": [{}]},
        finding(code="no_such_code"),
        finding(code=3),
        finding(row="2"),
        finding(row=-1),
        finding(layer=None),
        finding(details={"a": ["b"]}),
        finding(details=[]),
        finding(actions=[1]),
        finding(surplus=1),
        layer(kind="program"),
        layer(kind=""),
        layer(features="9"),
        layer(features=-1),
        layer(features=True),
        layer(bounds=[1, 2, 3]),
        layer(bounds=[1, 2, 3, float("nan")]),
        layer(bounds="abcd"),
        layer(name=None),
        layer(file=7),
        layer(transformations=[1]),
        layer(quantiles=["a"]),
        layer(preview=[[1, 2]]),
        layer(crs_accuracy_m="x"),
        layer(columns=[{"name": "a", "type": "program"}]),
        layer(columns=[{"name": 1, "type": "text"}]),
        layer(columns=[{"type": "text"}]),
        layer(candidates=[{"crs": "EPSG:1", "name": "", "place": "", "lon": "x", "lat": 0}]),
        layer(surplus=1),
    ],
)
def test_a_report_that_breaks_the_contract_is_refused(fake: Faked, values: object) -> None:
    with pytest.raises(ReportError, match="nothing was imported"):
        fake.reports(values)


def test_a_report_of_bytes_is_refused(fake: Faked) -> None:
    with pytest.raises(ReportError):
        fake.read("(out / 'report.json').write_bytes(bytes(range(256)))")


def test_a_report_that_is_a_link_is_not_followed(fake: Faked, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(json.dumps(GOOD))
    report = fake.read(f"(out / 'report.json').symlink_to({str(tmp_path / 'elsewhere')!r})")
    assert [each.code for each in report.findings] == ["reader_ended"]


def test_a_report_without_end_is_not_loaded(fake: Faked) -> None:
    report = fake.read(f"(out / 'report.json').write_bytes(b' ' * {sandbox.REPORT_BYTES + 1})")
    assert [each.code for each in report.findings] == ["reader_ended"]


def test_a_process_that_dies_is_started_again(fake: Faked) -> None:
    assert [each.code for each in fake.read("os._exit(1)").findings] == ["reader_ended"]
    assert fake.reports(GOOD).format == "csv"


def test_a_process_that_answers_nonsense_is_started_again(fake: Faked) -> None:
    assert [each.code for each in fake.read("print('nonsense', flush=True); time.sleep(9)").findings] == [
        "reader_ended"
    ]
    assert fake.reports(GOOD).format == "csv"


def test_a_process_that_hangs_is_ended_and_started_again(fake: Faked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)
    monkeypatch.setattr(sandbox, "GRACE_S", 0.2)
    assert [each.code for each in fake.read("time.sleep(60)").findings] == ["took_too_long"]
    assert fake.reports(GOOD).format == "csv"


def test_progress_is_told(fake: Faked) -> None:
    told: list[str] = []
    fake.read("(out / 'progress').write_text('reading 1/2'); time.sleep(0.3)", told.append)
    assert told == ["reading 1/2"]


def test_who_leaves_ends_the_job_and_the_next_one_gets_its_own_answer(fake: Faked) -> None:
    def leave(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fake.read(
            "(out / 'progress').write_text('x')\nwhile not (folder / 'cancel').exists(): "
            "time.sleep(0.01)\nanswer['ended'] = 'cancel'",
            leave,
        )
    assert fake.reports(finding()).findings[0].code == "file_empty"


def test_who_leaves_a_process_that_hangs_gets_a_new_one(fake: Faked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "GRACE_S", 0.2)

    def leave(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fake.read("(out / 'progress').write_text('x'); time.sleep(60)", leave)
    assert fake.reports(GOOD).format == "csv"


def test_two_jobs_at_a_time_get_their_own_answers(fake: Faked, tmp_path: Path) -> None:
    (fake.code / "act.py").write_text(
        "time.sleep(0.05); (out / "
        "'report.json').write_text(json.dumps({'format': out.name, 'layers': [], 'findings': []}))",
        encoding="utf-8",
    )
    outs = [tmp_path / f"out{number}" for number in range(6)]
    found: dict[str, str] = {}

    def read(out: Path) -> None:
        out.mkdir()
        found[out.name] = fake.reader.read(fake.folder, out, Request(("upload.csv",), "x")).format

    threads = [threading.Thread(target=read, args=(out,)) for out in outs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {out.name: out.name for out in outs}


@pytest.mark.parametrize(
    "state", [GuardState(False, True, True), GuardState(True, False, True), GuardState(True, True, False)]
)
def test_where_something_does_not_hold_uploads_are_refused_unless_the_deployer_allows_it(
    fake: Faked, monkeypatch: pytest.MonkeyPatch, state: GuardState
) -> None:
    monkeypatch.setattr(sandbox, "guard_state", lambda: replace(state, reason="This is Plan 9."))
    with pytest.raises(
        NotIsolatedError,
        match=r"This is Plan 9\. Uploads are refused here, whatever the file.*OREBRIDGE_UNGUARDED_UPLOADS=allow",
    ):
        fake.reports(GOOD)
    assert not (fake.out / REPORT).exists()
    monkeypatch.setattr(sandbox, "guard_state", lambda: replace(state, allowed_unguarded=True))
    assert [each.code for each in fake.reports(GOOD).findings] == ["not_isolated"]


def test_a_child_that_the_system_does_not_let_shut_itself_in_is_no_fault_of_the_file(fake: Faked) -> None:
    with pytest.raises(NotIsolatedError, match="The system refused to shut the reader"):
        fake.read("answer |= {'code': 4}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the watcher forks here to be tried")
def test_without_a_fork_the_child_is_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no fork: the same watcher starts the same child by a command."""
    upload = tmp_path / "in"
    upload.mkdir()
    (tmp_path / "out").mkdir()
    (upload / "upload.csv").write_bytes(POINTS)
    values = {"files": ["upload.csv"], "original_name": "x.csv", "layers": [], "crs": "EPSG:4326", "cures": {}}
    (upload / REQUEST).write_text(json.dumps(values), encoding="utf-8")
    monkeypatch.delattr(os, "fork")
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    ended = watcher._watched(watcher.Job(upload, tmp_path / "out", None, GuardState(False, False, False)), None)
    assert (ended["ended"], ended["code"]) == ("", 0)
    assert json.loads((tmp_path / "out" / REPORT).read_text())["layers"][0]["features"] == 2


def test_a_process_that_does_not_start_is_named(fake: Faked) -> None:
    (fake.code / "layers" / "reading" / "__main__.py").write_text("raise SystemExit(1)", encoding="utf-8")
    with pytest.raises(ReaderStartError, match="orebridge doctor"):
        fake.reports(GOOD)


def test_no_secret_of_the_app_reaches_the_process(fake: Faked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    fake.read(
        "(out / 'report.json').write_text(json.dumps({'format': ' '.join(os.environ), 'layers': [], 'findings': []}))"
    )
    named = json.loads((fake.out / REPORT).read_text())["format"].split()
    assert "AWS_SECRET_ACCESS_KEY" not in named
    assert "HOME" not in named


# both sides, with the real process


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as made:
        yield made


def read(reader: Reader, home: Path, data: bytes = POINTS, name: str = "points.csv") -> imports.Draft:
    upload = imports.take_in(home, [(name, io.BytesIO(data))])
    return imports.read(reader, upload, imports.request_for(upload))


def test_the_real_process_reads(reader: Reader, tmp_path: Path) -> None:
    draft = read(reader, tmp_path)
    assert draft.status == "ok"
    assert draft.ready[0].features == 2


@pytest.mark.parametrize("when", [signal.SIGKILL, signal.SIGSEGV])
def test_the_real_process_is_started_again_when_it_dies(reader: Reader, tmp_path: Path, when: signal.Signals) -> None:
    read(reader, tmp_path)
    assert reader._process is not None
    before = reader._process.pid
    os.kill(before, when)
    reader._process.wait(5)
    assert read(reader, tmp_path).status == "ok"
    assert reader._process.pid != before


def test_the_real_process_keeps_no_open_files_from_job_to_job(reader: Reader, tmp_path: Path) -> None:
    read(reader, tmp_path)
    assert reader._process is not None
    folder = Path(f"/proc/{reader._process.pid}/fd")
    if not folder.is_dir():
        pytest.skip("no /proc")
    before = len(list(folder.iterdir()))
    for _ in range(5):
        read(reader, tmp_path)
    assert len(list(folder.iterdir())) == before


def test_a_report_of_the_reader_keeps_its_own_contract(tmp_path: Path) -> None:
    write_report(Report("csv", (LayerReport("x", "vector-point", 1, bounds=(1.0, 2.0, 3.0, 4.0)),)), tmp_path)
    assert sandbox.checked_report(tmp_path / REPORT).layers[0].name == "x"
