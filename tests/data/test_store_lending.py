"""One store and two processes: who serves lends it, who asks has it for a while, and both see what the other wrote."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data import store_lending
from data.store import Store, StoreBusyError
from data.store_lending import Lender

ROOT = Path(__file__).resolve().parents[2]
#: A program that lends its store, and for each line on its standard input says which prices it reads.
LENDING = """
import sys
from pathlib import Path
from data.store import Store
from data.store_lending import Lender
folder = Path(sys.argv[1])
store = Store.open(folder)
store.save_prices({"copper": 9000.0})
lender = Lender(folder, store.lend)
lender.start()
print("open", flush=True)
for line in sys.stdin:
    changed = store.changed_elsewhere()
    print(changed, sorted(store.prices()), flush=True)
lender.stop()
store.close()
"""


@contextmanager
def lending(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", LENDING, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "open\n"
        yield program
        program.communicate(timeout=60)


def read_by(program: subprocess.Popen[str]) -> str:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("\n")
    program.stdin.flush()
    return program.stdout.readline().strip()


def test_who_asks_has_the_store_and_who_lends_sees_what_was_written(tmp_path: Path) -> None:
    with lending(tmp_path) as program:
        for metal in ("nickel", "zinc"):
            with Store.open(tmp_path, asks=True) as store:
                assert "copper" in store.prices()
                store.save_prices({metal: 1.0})
            assert read_by(program) == f"True {['copper', 'nickel', 'zinc'][: 2 if metal == 'nickel' else 3]}"
            assert read_by(program).startswith("False ")
        assert not (tmp_path / store_lending.ASKED).exists()


def test_who_does_not_ask_is_told_who_has_it(tmp_path: Path) -> None:
    with lending(tmp_path) as program, pytest.raises(StoreBusyError, match=f"process {program.pid}"):
        Store.open(tmp_path)


def test_nobody_is_asked_where_nobody_lends(tmp_path: Path) -> None:
    assert not store_lending.ask(tmp_path)
    lender = Lender(tmp_path, lambda: True)
    lender.start()
    assert store_lending.ask(tmp_path)
    lender.stop()
    assert not store_lending.ask(tmp_path)


def test_a_store_in_use_is_not_lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_lending, "ANSWER_S", 0.4)
    with Store.open(tmp_path) as store:
        cursor = store.cursor()
        assert not store.lend()
        cursor.close()
        del cursor
        with store.write("save prices", "x"):
            assert not store.lend()
        assert store.lend()
        assert store.lent
        assert store.prices() == {}
        assert not store.lent


def test_a_store_that_does_not_come_back_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_lending, "RETURN_S", 0.3)
    with lending(tmp_path) as program, Store.open(tmp_path, asks=True) as store:
        assert store.lend()
        read_by(program)  # it has taken the file back
        with pytest.raises(StoreBusyError, match=f"process {program.pid}"):
            store.prices()
