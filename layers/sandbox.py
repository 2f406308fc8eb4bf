"""The app's side of reading uploads: one reader process, started when first needed, that opens what the app never opens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, Self, cast

from geo.errors import OrebridgeError
from layers.contract import CANCEL, PROGRESS, REPORT, REQUEST, SECONDS, Finding, Report, ReportError, Request, report_from
from layers.findings import TEMPLATES

CODE = Path(__file__).resolve().parents[1]
START_S = 60.0
GRACE_S = 5.0
REPORT_BYTES = 20_000_000
#: How a child ended -> code of the finding.
ENDINGS = {"time": "took_too_long", "memory": "needed_too_much_memory", "disk": "wrote_too_much", "cancel": "cancelled"}
Progress = Callable[[str], None]


class ReaderStartError(OrebridgeError):
    """The reader's process does not start."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The reader of uploads does not start ({reason}); run `orebridge doctor`.")


class NotIsolatedError(OrebridgeError):
    """A shared deployment on a machine that cannot shut a reader in."""

    def __init__(self) -> None:
        super().__init__(
            "This machine cannot shut the reader of uploads in (Linux 5.13 or later with Landlock is needed), and OREBRIDGE_SHARED is set: "
            "uploads are refused. Run Orebridge on such a kernel, or for yourself alone without OREBRIDGE_SHARED."
        )


class Reader:
    """One reader process and the pipe to it. Jobs wait for one another; the process is started again if it dies.

    Examples
    --------
    >>> reader = Reader()
    >>> reader.close()  # never started: nothing to close
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._one_at_a_time = threading.Lock()
        self.isolated = False

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
            If ``OREBRIDGE_SHARED`` is set and the machine cannot isolate.
        ReportError
            If the child's report breaks the contract.
        """
        (folder / REQUEST).write_text(json.dumps(asdict(request)), encoding="utf-8")
        with self._one_at_a_time:
            ended = self._job(folder, out, progress)
        if ended["ended"] or ended["code"] != 0 or not plain_file(out / REPORT):
            seconds, megabytes = f"{ended['seconds']:.0f}", f"{ended['peak_bytes'] / 1e6:.0f}"
            code = ENDINGS.get(ended["ended"]) or ("needed_too_much_memory" if ended["code"] == 3 else "reader_ended")  # 3: MemoryError
            return Report(findings=(Finding(code, details={"seconds": seconds, "megabytes": megabytes}),))
        if (out / REPORT).stat().st_size > REPORT_BYTES:
            return Report(findings=(Finding("reader_ended", details={"seconds": "0", "megabytes": "0"}),))
        report = report_from(json.loads((out / REPORT).read_text(encoding="utf-8")))
        if unknown := {finding.code for finding in report.findings} - set(TEMPLATES):
            raise ReportError(f"The reader's report names findings that do not exist ({len(unknown)}); nothing was imported.")
        return report if self.isolated else replace(report, findings=(*report.findings, Finding("not_isolated")))

    def _job(self, folder: Path, out: Path, progress: Progress | None) -> dict[str, Any]:
        process = self._started()
        answer: dict[str, Any] = {}
        listener = threading.Thread(target=lambda: answer.update(_line(process)), daemon=True)
        pipe = cast("IO[str]", process.stdin)
        pipe.write(json.dumps({"folder": str(folder), "out": str(out)}) + "\n")
        pipe.flush()
        listener.start()
        end, said = time.monotonic() + SECONDS + GRACE_S, ""
        try:
            while listener.is_alive() and time.monotonic() < end:
                listener.join(0.05)
                if progress and (text := _said(out)) != said:
                    said = text
                    progress(text)
        except BaseException:  # the caller has left: end the child, and take its answer so that the next job gets its own
            (folder / CANCEL).touch()
            listener.join(GRACE_S)
            raise
        if not answer:
            self.close()
            return {"ended": "" if process.poll() is not None else "time", "code": 1, "seconds": SECONDS, "peak_bytes": 0}
        return answer

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        environment = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_IO_THREADS"), "1")
        process = subprocess.Popen(
            [sys.executable, "-m", "layers.reading"], cwd=CODE, env={**environment, **threads, "PYTHONUTF8": "1"}, text=True,
            encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._process = process
        ready: dict[str, Any] = {}
        listener = threading.Thread(target=lambda: ready.update(_line(process)), daemon=True)
        listener.start()
        listener.join(START_S)
        if not ready.get("ready"):
            self.close()
            raise ReaderStartError("no answer" if listener.is_alive() else "it ended at once")
        self.isolated = bool(ready["isolated"])
        if not self.isolated and os.environ.get("OREBRIDGE_SHARED"):
            self.close()
            raise NotIsolatedError
        return process


def plain_file(path: Path) -> bool:
    """Tell whether a file of the reader's is a file and no link out of its folder."""
    return path.is_file() and not path.is_symlink()


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    text = cast("IO[str]", process.stdout).readline()
    try:
        return dict(json.loads(text)) if text else {}
    except ValueError:
        return {}


def _said(out: Path) -> str:
    try:
        return (out / PROGRESS).read_text(encoding="utf-8")[:200]
    except OSError:
        return ""
