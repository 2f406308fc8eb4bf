"""The app's side of reading uploads.

One isolated reader process, started when first needed, opens the files that the app itself never opens.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, Self, cast, get_args

from data.texts import plain
from geo.errors import OrebridgeError, Phrase
from layers.contract import (
    CANCEL,
    OUT_OF_MEMORY,
    PROGRESS,
    REFUSED_BY_MACHINE,
    REPORT,
    REQUEST,
    SECONDS,
    Column,
    Finding,
    Kind,
    LayerReport,
    Report,
    ReportError,
    Request,
    report_from,
)
from layers.findings import TEMPLATES
from layers.restrict import ALLOW_UNGUARDED, GuardState, guard_state

CODE = Path(__file__).resolve().parents[1]
START_S = 60.0
GRACE_S = 5.0
REPORT_BYTES = 20_000_000
KINDS = frozenset(get_args(Kind))
#: How a child ended -> code of the finding.
ENDINGS = {"time": "took_too_long", "memory": "needed_too_much_memory", "disk": "wrote_too_much", "cancel": "cancelled"}
Progress = Callable[[str], None]


class ReaderStartError(OrebridgeError):
    """The process that reads uploads does not start."""

    def __init__(self, reason: str) -> None:
        super().__init__("The reader of uploads does not start ({reason}); run `orebridge doctor`.", reason=reason)


class NotIsolatedError(OrebridgeError):
    """The machine cannot isolate the reader of uploads, and the deployer has not allowed uploads regardless."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            "{reason} Uploads are refused here, whatever the file. Run Orebridge where the reader can be "
            "shut in (`orebridge doctor` says what is missing), or set {setting}=allow if you trust every file that "
            "is brought.",
            reason=reason,
            setting=ALLOW_UNGUARDED,
        )


class Reader:
    """One reader process and the pipe to it. Jobs run one after the other; a process that died is restarted.

    Examples
    --------
    >>> reader = Reader()
    >>> reader.close()  # never started: nothing to close
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._one_at_a_time = threading.Lock()
        self._guard = GuardState(False, False, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process = None

    def read(self, folder: Path, out: Path, request: Request, progress: Progress | None = None) -> Report:
        """Read the files of a quarantine folder in a child that is shut in.

        Parameters
        ----------
        folder : Path
            Holds ``request.files``; a file ``cancel`` that appears in it ends the job.
        out : Path
            Empty folder for the clean files and the report.
        request : Request
        progress : callable, optional
            Called with what the reader says it does.

        Returns
        -------
        Report
            Whatever happens to the child, a report: an ending by force is a finding.

        Raises
        ------
        ReaderStartError
            If the process does not start.
        NotIsolatedError
            If the machine cannot shut the reader in, and the deployer has not allowed that.
        ReportError
            If the child's report breaks the contract.
        """
        (folder / REQUEST).write_text(json.dumps(asdict(request)), encoding="utf-8")
        with self._one_at_a_time:
            ended = self._job(folder, out, progress)
        if ended["code"] == REFUSED_BY_MACHINE:
            raise NotIsolatedError(
                Phrase(
                    "The system refused to shut the reader of uploads in, although it had let it when that was tried."
                )
            )
        if ended["ended"] or ended["code"] != 0 or not plain_file(out / REPORT):
            seconds, megabytes = f"{ended['seconds']:.0f}", f"{ended['peak_bytes'] / 1e6:.0f}"
            code = ENDINGS.get(ended["ended"]) or (
                "needed_too_much_memory" if ended["code"] == OUT_OF_MEMORY else "reader_ended"
            )
            return Report(findings=(Finding(code, details={"seconds": seconds, "megabytes": megabytes}),))
        if (out / REPORT).stat().st_size > REPORT_BYTES:
            return Report(findings=(Finding("reader_ended", details={"seconds": "0", "megabytes": "0"}),))
        report = checked_report(out / REPORT)
        return report if self._guard.whole else replace(report, findings=(*report.findings, Finding("not_isolated")))

    def _job(self, folder: Path, out: Path, progress: Progress | None) -> dict[str, Any]:
        process = self._started()
        answer: dict[str, Any] = {}
        listener = threading.Thread(target=lambda: answer.update(_line(process)), daemon=True)
        pipe = cast(IO[str], process.stdin)
        pipe.write(json.dumps({"folder": str(folder), "out": str(out)}) + "\n")
        pipe.flush()
        listener.start()
        end, shown = time.monotonic() + SECONDS + GRACE_S, ""
        try:
            while listener.is_alive() and time.monotonic() < end:
                listener.join(0.05)
                if progress and (text := _said(out)) != shown:
                    shown = text
                    progress(text)
        except BaseException:
            # the caller has left: end the child, and take its answer so that the next job gets its own
            (folder / CANCEL).touch()
            listener.join(GRACE_S)
            if not answer:
                self.close()
            raise
        if not answer:
            ended = "" if process.poll() is not None or not listener.is_alive() else "time"
            self.close()
            return {"ended": ended, "code": 1, "seconds": SECONDS, "peak_bytes": 0}
        return answer

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._guard = guard_state()
        if not self._guard.uploads:
            raise NotIsolatedError(self._guard.reason)
        environment = {
            name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ
        }
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_IO_THREADS"), "1")
        process = subprocess.Popen(  # noqa: S603 - our own program, without a shell
            [sys.executable, "-m", "layers.reading", json.dumps(asdict(self._guard))],
            cwd=CODE,
            text=True,
            env={**environment, **threads, "PYTHONUTF8": "1"},
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._process = process
        ready: dict[str, Any] = {}
        listener = threading.Thread(target=lambda: ready.update(_line(process)), daemon=True)
        listener.start()
        listener.join(START_S)
        if not ready.get("ready"):
            self.close()
            raise ReaderStartError(Phrase("no answer") if listener.is_alive() else Phrase("it ended at once"))
        return process


def plain_file(path: Path) -> bool:
    """Return whether a file from the reader is a regular file and not a symbolic link.

    Parameters
    ----------
    path : Path
        A file that the worker wrote.
    """
    return path.is_file() and not path.is_symlink()


def checked_report(file: Path) -> Report:
    """Load a child's report, which may be anything once a file has taken the child over.

    Parameters
    ----------
    file : Path
        A file that the worker wrote.

    Raises
    ------
    ReportError
        If it is no JSON, or does not keep the contract: fields, their types, kinds, codes, bounds.
    """
    try:
        report = report_from(plain(json.loads(file.read_text(encoding="utf-8"))))
    except (ValueError, RecursionError, IndexError) as error:
        raise ReportError(
            "The reader's report cannot be used ({reason}); nothing was imported.", reason=type(error).__name__
        ) from error
    broken = [what for what, kept in _promises(report) if not kept]
    if broken:
        raise ReportError(
            "The reader's report does not keep the contract ({broken}); nothing was imported.", broken=broken[0]
        )
    return report


def _promises(report: Report) -> Iterator[tuple[str, bool]]:
    """Yield each clause of the contract for a report, and whether it holds."""
    for finding in report.findings:
        yield from _promises_of_finding(finding)
    for layer in report.layers:
        yield from _promises_of_layer(layer)
        for column in layer.columns:
            yield from _promises_of_column(column)
        for candidate in layer.candidates:
            yield "texts of a candidate", _all_texts(candidate.crs, candidate.name, candidate.place)
            yield "place of a candidate", _number(candidate.lon) and _number(candidate.lat)


def _promises_of_finding(finding: Finding) -> Iterator[tuple[str, bool]]:
    yield "texts of a finding", _all_texts(finding.code, finding.layer, *finding.actions)
    yield "a finding that does not exist", finding.code in TEMPLATES
    yield "row of a finding", finding.row is None or _count(finding.row)
    details = finding.details
    plain_details = isinstance(details, dict) and all(
        isinstance(value, (str, int, float)) for value in details.values()
    )
    yield "details of a finding", plain_details


def _promises_of_layer(layer: LayerReport) -> Iterator[tuple[str, bool]]:
    texts = (layer.name, layer.kind, layer.crs, layer.crs_reason, layer.file, layer.unit, *layer.transformations)
    yield "texts of a layer", _all_texts(*texts)
    yield "kind of a layer", layer.kind in KINDS or not (layer.kind or layer.file)
    yield "counts of a layer", _count(layer.features) and _count(layer.bands)
    yield "bounds of a layer", all(box is None or len(box) == 4 for box in (layer.bounds, layer.source_bounds))
    yield "place of a layer", layer.bounds is None or all(math.isfinite(x) for x in layer.bounds)
    yield "accuracy of a layer", layer.crs_accuracy_m is None or _number(layer.crs_accuracy_m)
    yield "quantiles of a layer", all(_number(x) for x in layer.quantiles)
    yield "preview of a layer", all(len(point) == 4 for point in layer.preview)


def _promises_of_column(column: Column) -> Iterator[tuple[str, bool]]:
    yield "texts of a column", _all_texts(column.name, column.unit, column.suggested_unit)
    yield "type of a column", column.type in ("number", "text")
    yield (
        "numbers of a column",
        _count(column.known) and all(x is None or _number(x) for x in (column.low, column.high)),
    )


def _all_texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    text = cast(IO[str], process.stdout).readline()
    try:
        return dict(json.loads(text)) if text else {}
    except ValueError:
        return {}


def _said(out: Path) -> str:
    try:
        return (out / PROGRESS).read_text(encoding="utf-8")[:200]
    except OSError:
        return ""
