"""A user's file is written whole or not at all, never over another unless that is said, never through a link."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.files import PREFIX, Target, TargetError

ROOT = Path(__file__).resolve().parents[2]


def test_a_file_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with Target(path).check().writing() as made:
        made.write_text("whole", encoding="utf-8")
        assert not path.exists()
        assert made.suffix == ".csv"
    assert path.read_text(encoding="utf-8") == "whole"
    assert [each.name for each in tmp_path.iterdir()] == ["list.csv"]


def write_and_fail(target: Target, error: BaseException) -> None:
    with target.writing() as made:
        made.write_text("half", encoding="utf-8")
        raise error


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        write_and_fail(Target(path, overwrite=True), ZeroDivisionError())
    with pytest.raises(TargetError, match=r"No space left.*free space"):
        write_and_fail(Target(path, overwrite=True), OSError(28, "No space left on device"))
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["list.csv"]


def test_a_file_that_is_there_is_replaced_only_when_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(TargetError, match="exists already; add --overwrite"):
        Target(path).check()
    with Target(path, overwrite=True).check().writing() as made:
        made.write_text("new", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "new"


def test_what_comes_in_the_meantime_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with pytest.raises(TargetError, match="exists already"), Target(path).check().writing() as made:
        [each.write_text(text, encoding="utf-8") for each, text in ((made, "ours"), (path, "theirs"))]
    assert path.read_text(encoding="utf-8") == "theirs"


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_link_is_never_followed_or_replaced(tmp_path: Path, overwrite: bool) -> None:
    end = tmp_path / "secret"
    end.write_text("secret", encoding="utf-8")
    for name, goal in (("to_file", end), ("to_nothing", tmp_path / "nothing"), ("ring", tmp_path / "ring")):
        (tmp_path / name).symlink_to(goal)
        with pytest.raises(TargetError, match="is a link; name the file that it leads to"):
            Target(tmp_path / name, overwrite).check()
    assert end.read_text(encoding="utf-8") == "secret"
    assert not (tmp_path / "nothing").exists()


def test_folders_devices_and_names_too_long_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="is a folder; name a file in it"):
        Target(tmp_path, overwrite=True).check()
    with pytest.raises(TargetError, match="device or a pipe"):
        Target(Path(os.devnull), overwrite=True).check()
    with pytest.raises(TargetError, match="longer than 255 bytes"):
        Target(tmp_path / ("山" * 90 + ".csv")).check()
    with pytest.raises(TargetError, match="nowhere does not exist; make it first"):
        Target(tmp_path / "nowhere" / "x.csv").check()


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_told_before_the_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(TargetError, match="Permission denied"):
        Target(tmp_path / "x.csv").check()


def test_a_folder_that_cannot_be_written_is_told_before_the_work() -> None:
    with pytest.raises(TargetError, match="cannot be written"):
        Target(Path("/proc/self/x.csv")).check()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_process_that_is_killed_leaves_no_half_file(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from data.files import Target\n"
        "with Target(Path(sys.argv[1]), overwrite=True).writing() as made:\n made.write_text('half'); "
        "print('writing', flush=True); time.sleep(60)"
    )
    path = tmp_path / "list.csv"
    path.write_text("old", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    time.sleep(0.1)
    assert path.read_text(encoding="utf-8") == "old"
    assert all(each.name.startswith(PREFIX) for each in tmp_path.iterdir() if each != path)
