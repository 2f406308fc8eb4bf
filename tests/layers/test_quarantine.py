"""Quarantine holds what somebody is at work on, and nothing else, also while the app runs on."""

from __future__ import annotations

import gc
import io
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from layers import imports, quarantine
from layers.quarantine import QUARANTINE, Lease

ROOT = Path(__file__).resolve().parents[2]
#: Takes an upload in, and waits.
HOLDER = (
    "import io, sys, time; from pathlib import Path; from layers import imports\n"
    "upload = imports.take_in(Path(sys.argv[1]), [('a.csv', io.BytesIO(b'lon,lat'))]); print('held', "
    "flush=True); time.sleep(120)"
)


def taken(home: Path) -> imports.Upload:
    return imports.take_in(home, [("a.csv", io.BytesIO(b"lon,lat"))])


def folders(home: Path) -> list[Path]:
    return list((home / QUARANTINE).iterdir())


def test_what_is_held_stays_and_what_is_forgotten_goes(tmp_path: Path) -> None:
    """A browser session that ends forgets its uploads; nobody presses a button."""
    first, second = taken(tmp_path), taken(tmp_path)
    quarantine.sweep(tmp_path)
    assert sorted(folders(tmp_path)) == sorted([first.folder, second.folder])
    del second
    gc.collect()
    assert folders(tmp_path) == [first.folder]
    imports.discard(first)
    imports.discard(first)
    assert folders(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_what_a_killed_process_left_goes_with_the_next_upload_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (theirs,) = folders(tmp_path)
        ours = taken(tmp_path)
        assert theirs.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert theirs.exists()
    third = taken(tmp_path)
    assert sorted(folders(tmp_path)) == sorted([ours.folder, third.folder])


def test_a_folder_without_a_lease_goes_when_it_is_not_just_being_made(tmp_path: Path) -> None:
    (tmp_path / QUARANTINE / "new").mkdir(parents=True)
    old = tmp_path / QUARANTINE / "old"
    old.mkdir()
    os.utime(old, (1, 1))
    quarantine.sweep(tmp_path)
    assert [folder.name for folder in folders(tmp_path)] == ["new"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_nobody_else_reads_what_waits_there(tmp_path: Path) -> None:
    held = taken(tmp_path)
    for path in [tmp_path / QUARANTINE, *(tmp_path / QUARANTINE).rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert quarantine.waiting_bytes(tmp_path) == 7
    imports.discard(held)


def test_a_lease_that_is_let_go_twice_is_fine(tmp_path: Path) -> None:
    lease = Lease(tmp_path)
    lease.end()
    lease.end()
    assert not lease.folder.exists()


@pytest.mark.parametrize("ended", [True, False])
def test_a_sweep_between_the_making_of_a_folder_and_its_lease_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    """A sweep that found the lease before it was taken removes that folder; the upload gets another one."""
    real, swept = quarantine._lock, []

    def late(lock) -> None:
        if not swept:
            swept.append(True)
            if not ended:
                raise BlockingIOError
            monkeypatch.setattr(quarantine, "_lock", real)
            quarantine.sweep(tmp_path)
        real(lock)

    monkeypatch.setattr(quarantine, "_lock", late)
    lease = Lease(tmp_path)
    assert swept
    assert (lease.folder / quarantine.LEASE).exists()
    quarantine.sweep(tmp_path)
    assert [lease.folder] == list((tmp_path / QUARANTINE).iterdir())
