"""Runs commands for tests: inside the test's process on facts that are opened once, or as the installed program."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import typer.testing

from layers.sandbox import Reader
from scoring.ranking.pipeline import forget_packed
from ui.cli import main, opening, ranking, terminal
from workspace import left_out, session

SCRIPT = Path(sys.executable).with_name("orebridge")
#: A program that holds a store open until its standard input ends.
HOLD = (
    "import sys;from pathlib import Path;from data.store import Store;"
    "held=Store.open(Path(sys.argv[1]));print('open',flush=True);sys.stdin.read()"
)
ROOT = Path(__file__).resolve().parents[1]
#: Tables beside the facts that hold what is the user's own.
BESIDE = ("site", "claim", "fact", "holder", "measurement", "gate", "replaced", "measured_criterion", "beyond")
_CLOSE = session.close
# A test's process has its facts open, or in their place a small bundle: nothing opens them in a thread beside it.
for module in (opening, ranking):
    vars(module)["open_ahead"] = lambda _opener: None
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Commands:
    """Runs commands in this process as the program would: its words, folder and home in; its answer and exit code out.

    What a process starts without is let go of after each command: the store, what stands beside the facts, what was
    said. The facts and the reader of uploads stay.
    """

    home: Path
    folder: Path

    def __call__(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        arguments = [str(word) for word in words]
        let_go()  # of what a test before left open in this process
        with mock.patch.dict(os.environ, {"OREBRIDGE_HOME": str(self.home), **environment}), chdir(self.folder):
            with streams() as (out, err), mock.patch.object(session, "close", close_store), kept_reader():
                terminal.settle_streams()
                try:
                    code = main._outcome(partial(command_tree(), args=arguments, prog_name="orebridge"))
                except SystemExit as end:
                    code = int(end.code or 0)
                finally:
                    let_go()
            return subprocess.CompletedProcess(arguments, code, out.getvalue().decode(), err.getvalue().decode())


@dataclass(frozen=True)
class Program:
    """Runs the installed program, a process each time."""

    home: Path
    folder: Path

    def __call__(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        changed = {**os.environ, "OREBRIDGE_HOME": str(self.home), **environment}
        return subprocess.run(
            [SCRIPT, *words], cwd=self.folder, env=changed, capture_output=True, text=True, timeout=240, check=False
        )


@contextmanager
def streams() -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Put standard output and error into memory, as UTF-8."""
    made = io.BytesIO(), io.BytesIO()
    texts = [io.TextIOWrapper(each, encoding="utf-8") for each in made]
    with mock.patch.object(sys, "stdout", texts[0]), mock.patch.object(sys, "stderr", texts[1]):
        yield made
        for each in texts:
            each.flush()
    for each in texts:
        each.detach()


def close_store() -> None:
    """Let go of the store as `session.close` does, and keep the reader of uploads, which takes a second to start."""
    with mock.patch.object(Reader, "close"):
        _CLOSE()


def kept_reader() -> AbstractContextManager[Any]:
    """Let a command that is done with the reader of uploads leave it running for the next one."""
    return mock.patch.object(Reader, "__exit__", return_value=None)


def let_go() -> None:
    """Bring what all sessions share to where a new process begins; the facts and the reader of uploads stay open."""
    touched = bool(session._own.cache_info().currsize) and session._own().touched
    close_store()
    if session._open():
        facts = session.facts()
        held = [table for table in BESIDE if facts.execute(f"SELECT 1 FROM user_data.{table} LIMIT 1").fetchone()]
        for table in held:
            facts.execute(f"DELETE FROM user_data.{table}")
        if held or touched:
            forget_packed(facts)
    forget_notices()


def forget_notices() -> None:
    """Let what was said be said again: a process says it once."""
    left_out._problems.clear()
    left_out._notices.clear()


@cache
def command_tree() -> Any:
    """Return all commands, made once."""
    return main.command_tree()


@cache
def _unguarded() -> Any:
    return typer.main.get_command(main.app)


def invoked(*words: str, catch_exceptions: bool = True) -> Any:
    """Run a command as Typer's runner does, with what it raised in its answer; the commands are made once."""
    with mock.patch.object(typer.testing, "_get_command", return_value=_unguarded()):
        return typer.testing.CliRunner().invoke(main.app, words, catch_exceptions=catch_exceptions)


@contextmanager
def holding(home: Path) -> Iterator[int]:
    """Let another process hold the store of `home` until the block ends; yields its number."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder.pid
        holder.communicate(timeout=60)  # its standard input ends, and it lets go of the store
