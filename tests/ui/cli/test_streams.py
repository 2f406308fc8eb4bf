"""What a command writes to any terminal, file or closed pipe.

Machine formats whole and in UTF-8, text for people always readable.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.texts import visible
from tests.sampling import sampled
from ui.cli import start

SCRIPT = Path(sys.executable).with_name("orebridge")
ROOT = Path(__file__).resolve().parents[3]
LAS_BAMBAS = "per-las-bambas-a4c6"
ENVIRONMENTS = {
    "cp932": {"PYTHONIOENCODING": "cp932"},
    "cp1252": {"PYTHONIOENCODING": "cp1252:strict"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "posix": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "utf8": {"PYTHONIOENCODING": "utf-8"},
}


@pytest.fixture
def run(tmp_path: Path):
    def call(*words: str, **environment: str) -> subprocess.CompletedProcess:
        changed = {**os.environ, "OREBRIDGE_HOME": str(tmp_path / "home"), **environment}
        return subprocess.run(
            [SCRIPT, *words], cwd=tmp_path, env=changed, capture_output=True, timeout=240, check=False
        )

    return call


def shell(command: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess:
    changed = {**os.environ, "OREBRIDGE_HOME": str(tmp_path / "home"), "O": str(SCRIPT), **environment}
    return subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=changed, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.nightly
@pytest.mark.parametrize("name", sampled(ENVIRONMENTS, 3))
def test_machine_formats_are_whole_and_utf8_in_every_environment(run, small: Path, name: str) -> None:
    environment = {**ENVIRONMENTS[name], "OREBRIDGE_BUNDLE": str(small)}
    done = run("rank", "--universe", "all", "--top", "400", "--format", "json", **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    rows = json.loads(done.stdout.decode("utf-8"))
    assert len(rows) == 400
    assert any(not row["name"].isascii() for row in rows)
    done = run("rank", "--universe", "all", "--top", "400", "--format", "csv", **environment)
    assert b"\r\n" not in done.stdout
    assert [row["name"] for row in csv.DictReader(io.StringIO(done.stdout.decode("utf-8")))] == [
        row["name"] for row in rows
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    sampled(
        [
            ("cp932", ("rank", "--universe", "all", "--top", "400")),
            ("cp932", ("owners", LAS_BAMBAS)),
            ("posix", ("doctor",)),
            *((name, ("rank", "--universe", "all", "--top", "400")) for name in list(ENVIRONMENTS)[1:]),
        ],
        3,
    ),
    ids=lambda each: each if isinstance(each, str) else each[0],
)
def test_text_for_people_ends_in_no_traceback_and_keeps_the_encoding_of_the_terminal(
    run, small: Path, name: str, words
) -> None:
    bundle = {"OREBRIDGE_BUNDLE": str(small)} if words[0] == "rank" else {}
    done = run(*words, **ENVIRONMENTS[name], **bundle)
    assert (done.returncode, done.stderr) == (0, b"")
    encoding = {"cp932": "cp932", "cp1252": "cp1252"}.get(name, "utf-8")
    text = done.stdout.decode(encoding)
    if words[0] == "rank":
        assert text.count("\n") == 401
        assert ("\\xf8" in text) == (name == "cp932")  # the o with stroke of Herøya, which that encoding lacks


@pytest.mark.nightly
@pytest.mark.skipif(os.name == "nt", reason="the shell's way of closing a stream")
@pytest.mark.parametrize("closed", sampled(["<&- >&- 2>&-", ">&-"], 2))
def test_a_closed_stream_swallows_what_is_printed(tmp_path: Path, small: Path, closed: str) -> None:
    done = shell(
        f'"$O" shortlist new a {closed} && "$O" rank --top 3 --format json {closed} && "$O" shortlist '
        f"list --format json",
        tmp_path,
        OREBRIDGE_BUNDLE=str(small),
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert '"name": "a"' in done.stdout  # and nothing of what was printed went into the store


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_under_the_redirect_is_one_sentence(tmp_path: Path, small: Path) -> None:
    done = shell('"$O" rank --top 3 > /dev/full', tmp_path, OREBRIDGE_BUNDLE=str(small))
    assert done.returncode == 2
    assert done.stderr == "orebridge: standard output: No space left on device.\n"


@pytest.mark.nightly
@pytest.mark.skipif(os.name == "nt", reason="pipes of a POSIX shell")
def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path) -> None:
    done = shell('"$O" rank --top 14000 --format csv | head -1; echo "${PIPESTATUS[0]}"', tmp_path)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


@pytest.mark.nightly
@pytest.mark.parametrize("home", sampled(["~nosuch/x", "none"], 2))
def test_without_a_home_the_bundle_is_ranked_and_what_is_missing_is_said(
    tmp_path: Path, small: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OREBRIDGE_BUNDLE", str(small))
    if home == "none":
        if (
            not shutil.which("unshare")
            or subprocess.run(
                ["unshare", "-U", "--map-user=12345", "true"], capture_output=True, check=False
            ).returncode
        ):
            pytest.skip("a user without a home needs user namespaces")
        command, says = 'unset OREBRIDGE_HOME HOME; unshare -U --map-user=12345 "$O" ', "This environment"
    else:
        command, says = f"export OREBRIDGE_HOME='{home}'; \"$O\" ", "OREBRIDGE_HOME=~nosuch/x"
    done = shell(command + "rank --top 2 --format json", tmp_path)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)) == 2
    assert says in done.stderr
    assert "set OREBRIDGE_HOME to a folder that you can write to" in done.stderr
    assert done.stderr.count("\n") == 1
    done = shell(command + "shortlist list", tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert shell(command + "doctor", tmp_path).returncode == 1
    done = shell(command + "memo default", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert "set OREBRIDGE_HOME to a folder that you can write to" in done.stderr


@pytest.mark.parametrize("word", ["--search", "--commodity"])
def test_bytes_that_are_no_text_are_one_sentence(run, word: str) -> None:
    done = subprocess.run([SCRIPT, "rank", word, b"\xff\xfe"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr == f"orebridge: {word}: '\\udcff\\udcfe' cannot be used; write it as UTF-8 text.\n"


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="Linux shows which libraries a process has loaded")
@pytest.mark.parametrize("seconds", sampled([1.0, 0.0, 4.0], 3))
def test_ctrl_c_at_any_time_is_one_line_and_130(tmp_path: Path, seconds: float) -> None:
    environment = {**os.environ, "OREBRIDGE_HOME": str(tmp_path / "home")}
    words = ["robustness", "--draws", "20000"]
    with subprocess.Popen(
        [SCRIPT, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        maps = Path(f"/proc/{process.pid}/maps")
        while "duckdb" not in maps.read_text(encoding="utf-8", errors="replace"):
            time.sleep(0.02)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (130, "orebridge: interrupted.\n")


def test_until_the_commands_are_loaded_ctrl_c_ends_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr("ui.cli.main.main", lambda: seen.append(signal.getsignal(signal.SIGINT)))
    before = signal.getsignal(signal.SIGINT)
    start.main()
    assert seen == [before]
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_inside_an_import_waits_for_its_end_and_for_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import signal, time\nsignal.raise_signal(signal.SIGINT)\ntime.sleep(0.1)\nloaded = True\n", "utf-8"
    )
    program = (
        "from ui.cli.interrupts import wait_for_imports\nimport time\nwait_for_imports()\n"
        "try:\n    import slow\n    print('loaded', slow.loaded)\n    time.sleep(100)\nexcept "
        "KeyboardInterrupt:\n    print('interrupted')\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("loaded True\ninterrupted\n", "")


def test_what_would_steer_a_terminal_is_written_out() -> None:
    assert visible("a\x1b]0;x\x07\u202eb\x9b\r\nc") == "a\\x1b]0;x\\x07\\u202eb\\x9b\\r\nc"
    assert visible("鉱山 é") == "鉱山 é"
