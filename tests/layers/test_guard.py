"""What keeps the reader of uploads in is measured, and told of the machine.

On Linux, in containers that refuse it, on Windows and macOS.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layers import restrict
from tests.sampling import sampled

ROOT = Path(__file__).resolve().parents[2]
STATE = (
    "import json; from dataclasses import asdict; from layers import restrict; "
    "print(json.dumps(asdict(restrict.guard_state())))"
)
ON_LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() != "x86_64",
    reason="the stand-in for a container is written for Linux on x86_64",
)
LANDLOCK, PRCTL, SECCOMP_OF_PRCTL = 444, 157, 22


def refusing(number: int, first_argument: int | None = None, error: int = 1) -> Callable[[], None]:
    """Return what makes a process one of a container that refuses a call (EPERM), as its profile of seccomp would."""

    def install() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        code = [(0x20, 0, 0, 0)]
        if first_argument is None:
            code += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | error)]
        else:
            code += [
                (0x15, 0, 3, number),
                (0x20, 0, 0, 16),
                (0x15, 0, 1, first_argument),
                (0x06, 0, 0, 0x00050000 | error),
            ]
        code += [(0x06, 0, 0, 0x7FFF0000)]
        program = b"".join(struct.pack("HBBI", *step) for step in code)
        steps = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(steps))
        assert libc.prctl(38, 1, 0, 0, 0) == 0
        assert libc.prctl(22, 2, header, 0, 0) == 0

    return install


def state_within(install: Callable[[], None] | None = None, before: str = "", **environment: str) -> dict[str, Any]:
    """Return the state of the guard as a process tells it that runs in such a container, or after `before`."""
    ended = subprocess.run(
        [sys.executable, "-c", before + STATE],
        cwd=ROOT,
        preexec_fn=install,
        capture_output=True,
        check=True,
        text=True,
        env=environment,
    )
    return dict(json.loads(ended.stdout))


@pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a process in")
def test_on_this_machine_all_of_it_holds() -> None:
    state = restrict.guard_state()
    assert (state.filesystem, state.network, state.memory, state.time, state.reason) == (True, True, True, True, "")
    assert state.uploads


@ON_LINUX
def test_a_container_that_refuses_landlock_is_named() -> None:
    state = state_within(refusing(LANDLOCK))
    assert (state["filesystem"], state["network"]) == (False, True)
    assert "files (Landlock" in state["reason"]
    assert "Operation not permitted" in state["reason"]


@ON_LINUX
def test_a_container_that_refuses_seccomp_is_named() -> None:
    state = state_within(refusing(PRCTL, SECCOMP_OF_PRCTL))
    assert (state["filesystem"], state["network"]) == (True, False)
    assert "seccomp" in state["reason"]


@pytest.mark.parametrize("word", ["1", "allow", "YES"])
def test_the_deployer_allows_it_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(restrict.ALLOW_UNGUARDED, word)
    assert restrict.guard_state().allowed_unguarded
    assert restrict.GuardState(False, False, False, allowed_unguarded=True).uploads


@pytest.mark.parametrize("word", ["", "0", "no"])
def test_other_words_allow_nothing(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(restrict.ALLOW_UNGUARDED, word)
    assert not restrict.guard_state().allowed_unguarded
    assert not restrict.GuardState(True, False, True).uploads


#: The libraries of others are loaded as on this system, then ours anew as on the other.
LOADED = (
    "import sys, os, platform, layers.imports, layers.sandbox, layers.reading.__main__\n"
    "[sys.modules.pop(name) for name in list(sys.modules) if name.split('.')[0] in ('layers', 'data', 'geo')]\n"
)
WINDOWS = (
    LOADED + "sys.modules['resource'] = None; sys.modules['msvcrt'] = type(sys)('msvcrt'); sys.platform = "
    "'win32'; platform.system = lambda: 'Windows'\ndel os.fork\n"
)
MACOS = LOADED + "sys.platform = 'darwin'; platform.system = lambda: 'Darwin'\n"


@pytest.mark.parametrize(("before", "name"), [(WINDOWS, "Windows"), (MACOS, "Darwin")])
def test_on_another_system_the_modules_load_and_say_so(before: str, name: str) -> None:
    """The trial is a process of its own, which the pretence does not reach.

    What it would answer there is put in its place.
    """
    code = before + (
        "import subprocess\n"
        "from layers import restrict, imports, sandbox\n"
        "from layers.reading import __main__\n"
        "tried = restrict.json.dumps(dict(restrict.trial(), memory=False))\n"
        "restrict.subprocess.run = lambda *_, **__: subprocess.CompletedProcess([], 0, tried.encode())\n"
    )
    state = state_within(before=code)
    assert (state["filesystem"], state["network"], state["memory"], state["time"]) == (False, False, False, True)
    assert state["reason"] == f"Orebridge can shut the reader of uploads in on Linux only; this is {name}."


def test_without_the_programs_of_unix_limits_are_passed_over() -> None:
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            WINDOWS + "from layers import restrict; restrict.limit(1, 1, 1); "
            "restrict.end_with_parent(os.getppid()); print('fine')",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "fine\n"


@pytest.mark.nightly
@ON_LINUX
@pytest.mark.parametrize("install", sampled([refusing(LANDLOCK), refusing(PRCTL, SECCOMP_OF_PRCTL)], 2))
def test_in_such_a_container_an_upload_is_refused_in_a_sentence_about_the_machine(
    tmp_path: Path, install: Callable[[], None]
) -> None:
    """The real command, the real reader: exit 2, nothing imported, and no word of a damaged file."""
    (tmp_path / "points.csv").write_text("id,lon,lat\n1,139.7,35.6\n", encoding="utf-8")
    environment = {**os.environ, "OREBRIDGE_HOME": str(tmp_path / "home")}
    command = [
        sys.executable,
        "-c",
        "from ui.cli.main import main; main()",
        "layers",
        "add",
        str(tmp_path / "points.csv"),
        "--crs",
        "EPSG:4326",
        "--format",
        "json",
    ]
    refused = subprocess.run(
        command, cwd=ROOT, preexec_fn=install, capture_output=True, text=True, env=environment, check=False
    )
    found = json.loads(refused.stdout)
    assert (refused.returncode, found["status"]) == (2, "refused")
    assert "This machine cannot keep the reader of uploads from" in refused.stdout
    assert "damaged" not in refused.stdout
    allowed = subprocess.run(
        command,
        cwd=ROOT,
        preexec_fn=install,
        capture_output=True,
        text=True,
        check=False,
        env={**environment, restrict.ALLOW_UNGUARDED: "allow"},
    )
    assert allowed.returncode == 0
    assert "not_isolated" in allowed.stdout
