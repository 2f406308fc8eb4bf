"""The reader's process: loads its libraries once, then forks a child a file, shuts the child in, and watches it.

It never opens an uploaded byte itself. One JSON line in (folder, out) starts a job; one JSON line out says how the child ended.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers import restrict
from layers.contract import CANCEL, MEMORY_BYTES, OUTPUT_BYTES, REQUEST, SECONDS, Request, write_report

POLL_S = 0.01
#: How often the disk that a child uses is measured, in polls; the kernel bounds each file, this bounds all of them.
DISK_POLLS = 20
DISK_BYTES = 2 * OUTPUT_BYTES
#: Below which a child finds libraries, projection data and the bundled countries; nothing of any user.
CODE = Path(__file__).resolve().parents[2]
READABLE = [
    Path(sys.prefix), Path(sys.base_prefix), *(CODE / name for name in ("geo", "layers", "data")), Path("/usr"), Path("/lib"),
    Path("/lib64"),
    Path("/etc/ld.so.cache"), Path("/etc/localtime"), Path("/dev/null"), Path("/dev/urandom"), Path("/proc/meminfo"), Path("/proc/cpuinfo"),
]  # fmt: skip


def main() -> None:
    """Serve jobs until the pipe closes."""
    from layers.reading import settle_gdal  # noqa: PLC0415 - the environment must stand before the libraries load

    settle_gdal()
    from layers.reading import read  # noqa: PLC0415

    shut_in = restrict.isolated()
    jobs, answers = os.fdopen(0, "r"), os.fdopen(os.dup(1), "w")
    _say(answers, {"ready": True, "isolated": shut_in})
    for line in jobs:
        job = json.loads(line)
        _say(answers, _watched(Job(Path(job["folder"]), Path(job["out"]), answers.fileno(), shut_in), read.read))


def _say(answers: Any, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read: where it lies, where the answer goes, the pipe that the child must not keep, whether it is shut in."""

    folder: Path
    out: Path
    pipe: int
    shut_in: bool


def _watched(job: Job, read: Any) -> dict[str, Any]:
    """Run one child and end it when it takes too long, too much memory or too much disk, or when the user cancels."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _child(job, read, parent)
    started, peak = time.monotonic(), 0
    ended = ""
    for poll in itertools.count():
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        peak = max(peak, _resident(child))
        spent = time.monotonic() - started
        if spent > SECONDS:
            ended = "time"
        elif peak > MEMORY_BYTES:
            ended = "memory"
        elif (job.folder / CANCEL).exists():
            ended = "cancel"
        elif poll % DISK_POLLS == 0 and _written(job.out) > DISK_BYTES:
            ended = "disk"
        if ended:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            break
        select.select([], [], [], POLL_S)
    code = os.waitstatus_to_exitcode(status)
    if not ended and code == -signal.SIGXCPU:
        ended = "time"
    if not ended and code == -signal.SIGXFSZ:
        ended = "disk"
    return {"ended": ended, "code": code, "seconds": round(time.monotonic() - started, 3), "peak_bytes": peak}


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _written(out: Path) -> int:
    """Return the bytes of a child's files; some may vanish while they are counted."""
    total = 0
    for folder, _, names in os.walk(out):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(folder) / name).lstat().st_size
    return total


def _child(job: Job, read: Any, parent: int) -> None:
    """Give up all rights, read, write the report, end. Never returns."""
    code = 1
    try:
        restrict.end_with_parent(parent)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and a full file would look like a damaged one
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.close(job.pipe)  # no more than the pipe to the app: the libraries hold files of their own open, such as PROJ's database
        request = json.loads((job.folder / REQUEST).read_text(encoding="utf-8"))
        os.chdir(job.out)
        os.environ["TMPDIR"] = os.environ["CPL_TMPDIR"] = str(job.out)
        restrict.limit(SECONDS, MEMORY_BYTES, OUTPUT_BYTES)
        if job.shut_in:
            restrict.restrict([*READABLE, job.folder], [job.out, Path("/dev/null")])
        request |= {"files": tuple(request["files"]), "layers": tuple(request["layers"])}
        write_report(read(job.folder, Request(**request), job.out), job.out)
        code = 0
    except MemoryError:
        code = 3
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
