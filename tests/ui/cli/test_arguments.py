"""Every argument of every command at its ends: numbers, texts and paths, walked from the tree of commands.

Never a traceback.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pytest

from data.facts import open_facts
from scoring.ranking.pipeline import prepare
from tests.commands import command_tree
from tests.sampling import sampled
from ui.cli import main, serving, terminal
from ui.cli.arguments import leaves
from workspace import rankings, reference, session  # noqa: F401 - the first two take hold of `session.facts` here
from workspace.user_layers import UserData

SITE = "usa-mountain-pass-ceec"
#: What a command needs to come to its work, by the name of the argument; a name that is not here gets `SITE`.
USUAL = {
    "name": "default",
    "labels": "data/curated/labels_fast41.csv",
    "folder": "tests/golden/mcda",
    "goalposts": "0,50",
}
NUMBERS = ("-1", "0", "99999999999999999999", "1e308", "1e-320", "nan", "-inf", "x", "")
TEXTS = (
    "\udcff\udcfe",
    "",
    "-",
    "\x1b[2J\u202eX\x00"[:-1],
    "a" * 5000,
    "'; DROP TABLE own_layer; --",
    "{0}%s{x}\\",
    "=,;=-",
    "日本語",
    "1,2,3,4",
    "nan=nan",
)


def tree() -> Iterator[tuple[str, object]]:
    """Yield each command with its words."""
    for name, command in command_tree().commands.items():
        inner = command.commands.items() if hasattr(command, "commands") else [("", command)]
        yield from (((name, more) if more else (name,), each) for more, each in inner)


def kind(param) -> type:
    """Return the type of a parameter, of one item where it takes more."""
    annotation = param.type_descriptor.annotation
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) else annotation


def usual(param, tmp_path: Path) -> list[str]:
    """Return words for a parameter that the command can work with."""
    if param.name in USUAL:
        value = USUAL[param.name]
    elif kind(param) is Path:
        value = str(tmp_path / "new.csv")
    else:
        value = SITE
    return [value] if param.param_type_name == "argument" else [f"{param.opts[0]}={value}"]


def paths(tmp_path: Path) -> list[str]:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "file").write_bytes(b"\x00\xff\x1b noise" * 50)
    (tmp_path / "noise.csv").write_bytes(b"\x00\xff\x1b noise" * 50)
    (tmp_path / "noise.orebridge").write_bytes(b"PK\x03\x04\x00\xff\x1b noise" * 50)
    return [
        str(tmp_path / name)
        for name in (
            "missing",
            "missing.csv",
            "missing/x.csv",
            "folder.csv",
            "folder.pdf",
            "file",
            "file/x.csv",
            "noise.csv",
            "noise.orebridge",
            "n" * 300 + ".csv",
            "\udcff.csv",
        )
    ] + ["", "/proc/new.csv", "/dev/null"]


def hostile(param, tmp_path: Path) -> list[str]:
    """Return what a parameter must stand."""
    if kind(param) in (int, float):
        ends = [str(x) for x in (param.min, param.max) if x is not None]
        return [*ends, *NUMBERS]
    if kind(param) is Path:
        return paths(tmp_path)
    return list(TEXTS) if kind(param) is str else ["x", ""]


CASES = [(words, command, param) for words, command in tree() for param in command.params if kind(param) is not bool]


@pytest.fixture(scope="module")
def few(small: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The bundle with the sites of Australia, the United States and Namibia alone: every command answers at once."""
    con = open_facts(small)
    con.execute(
        "DELETE FROM facts.site WHERE NOT (iso3 = 'NAM' OR list_contains(commodities, 'rare earths') "
        "AND iso3 IN ('AUS', 'USA'))"
    )
    prepare(con)
    yield con
    con.close()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few, capsys):
    """Run a command in this process on a few facts that are open already.

    Return exit code, what it printed, and what it said.
    """
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(session, "facts", lambda: few)
    monkeypatch.setattr(UserData, "state", property(lambda own: -2 - own._state))  # kept for these facts alone
    for opens in ("open_all_facts", "open_ranking_facts"):
        for name, module in list(sys.modules.items()):
            if name.startswith("ui.cli.") and hasattr(module, opens):
                monkeypatch.setattr(module, opens, lambda: few)
    monkeypatch.setattr(main, "serve", serving.try_address)

    def call(*words: str) -> tuple[int, str, str]:
        terminal.settle_streams()
        try:
            code = main._outcome(partial(command_tree(), args=list(words), prog_name="orebridge"))
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    yield call
    session.close()


def test_every_number_has_both_its_ends() -> None:
    open_ended = [
        (words, param.name)
        for words, _command, param in CASES
        if kind(param) in (int, float) and (param.min is None or param.max is None)
    ]
    assert open_ended == []


@pytest.mark.parametrize(
    ("words", "command", "param"),
    sampled(CASES, 8),
    ids=[f"{'-'.join(words)}-{param.name}" for words, _command, param in CASES],
)
def test_no_value_of_an_argument_ends_in_a_traceback(run, tmp_path: Path, words, command, param) -> None:
    needed = [
        each for each in command.params if (each.required or each is param) and each.param_type_name == "argument"
    ]
    options = [
        word
        for each in command.params
        if each.required and each is not param
        for word in usual(each, tmp_path)
        if each not in needed
    ]
    for value in hostile(param, tmp_path):
        arguments = [value if each is param else usual(each, tmp_path)[0] for each in needed]
        code, out, err = run(
            *words, *options, *([] if param in needed else [f"{param.opts[0]}={value}"]), "--", *arguments
        )
        assert code in (0, 1, 2, 3), (value, code, err)
        assert code == 0 or out or err, value
        assert err.count("\n") <= 1, (value, err)
        assert "The database could not go on" not in err, (value, err)
        assert not set(err) & {"\x1b", "\u202e"}, err


def test_the_walk_covers_the_whole_tree() -> None:
    assert len(CASES) > 120
    assert len(list(leaves(command_tree()))) == len(list(tree()))
