"""Import workspace files and texts built to break into a fresh store; show, print and export whatever gets in.

    python -m benchmarks.hostile_files [--small] [--memo]

Law: a file is refused in one sentence and leaves nothing, or it is kept whole and everything that lists can do works on
it. Prints a row a file, and counts tracebacks, half imports and the longest time. --small takes every fifth file;
--memo writes PDF beside DOCX and HTML.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import gzip
import hashlib
import json
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from data import shortlist_file, shortlists
from data.export import WRITERS, write
from data.facts import open_facts
from data.files import Target
from data.sources import load_sources
from data.store import Store
from geo.errors import OrebridgeError
from scoring.errors import ScenarioError
from scoring.ranking.pipeline import prepare
from scoring.ranking.scenario import from_preset
from scoring.snapshots import snapshot as frozen
from ui.memo import content
from ui.memo.files import write as memo_bytes
from workspace import snapshots as workspace_snapshots
from workspace.rows import listing_of, rows_of
from workspace.shortlist_import import take_in

SITE = "usa-mountain-pass-ceec"
TEXTS = {
    "controls": "".join(map(chr, range(32))),
    "escape": "\x1b]0;title\x07\x1b[2J\x1b[31mred",
    "c1": "\x9b31m\x85\x90q",
    "nul": "a\0b",
    "bidi": "\u202egpj.exe\u2066x\u2069",
    "surrogate": "a\ud800b",
    "no character": "\ufffe\uffff\ufdd0\U0001ffff",
    "bom": "\ufeff=1+1",
    "formula": '=HYPERLINK("http://evil.example")',
    "wide formula": "＝1+1",
    "line feed": "\n=1+1",
    "carriage return": "x\r=1+1",
    "vertical tab": "soft\vbreak\fpage",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown": "![x](http://evil.example/x.png)",
    "jinja": "{{ 7*7 }}{% for x in y %}",
    "typst": '#read("/etc/passwd") $x$ *b* @ref <l>',
    "xml": "]]> & \" ' <![CDATA[",
    "backslashes": "\\'\\\"\\n\\u0000",
    "long": "山" * 20_000,
    "too long": "x" * 20_001,
    "one word": "x" * 20_000,
    "combining": "e" + "\u0301" * 5_000,
    "emoji": "👨‍👩‍👧" * 500,
    "arabic": "مشروع \u200c المعادن",
    "format": "%s%n{0}{__class__}",
    "sql": "'; DROP TABLE shortlist; --",
    "path": "../../../etc/passwd",
}
SCENARIOS: list[Any] = [
    {},
    {"evil": 1},
    [],
    "x",
    5,
    True,
    {"weights": {}},
    {"weights": [1]},
    {"weights": {"grade": "1"}},
    {"weights": {"grade": 1e308}},
    {"weights": {"grade": -1}},
    {"weights": {"nosuch": 1}},
    {"weights": {"grade": 0}},
    {"weights": {"grade": True}},
    {"weights": {"grade": 1}, "filters": {"text": 5}},
    {"weights": {"grade": 1}, "filters": {"kinds": "mine"}},
    {"weights": {"grade": 1}, "filters": {"kinds": [1]}},
    {"weights": {"grade": 1}, "filters": {"min_coverage": "x"}},
    {"weights": {"grade": 1}, "filters": {"min_coverage": 2}},
    {"weights": {"grade": 1}, "filters": {"area": 3}},
    {"weights": {"grade": 1}, "filters": {"area": {"name": "a", "polygons": [[[[0, 0], [1, 1]]]]}}},
    {
        "weights": {"grade": 1},
        "filters": {"area": {"name": "a", "polygons": [[[[999, 0], [1, 1e300], [2, 2], [999, 0]]]]}},
    },
    {"weights": {"grade": 1}, "filters": {"nosuch": 1}},
    {"weights": {"grade": 1}, "filters": []},
    {"weights": {"grade": 1}, "commodity": []},
    {"weights": {"grade": 1}, "commodity": "unobtainium"},
    {"weights": {"grade": 1}, "method": "nosuch"},
    {"weights": {"grade": 1}, "method": ["x"]},
    {"weights": {"grade": 1}, "order_by": "x"},
    {"weights": {"grade": 1}, "seed": "x"},
    {"weights": {"grade": 1}, "seed": 1 << 70},
    {"weights": {"grade": 1}, "evidence": [{"layer_id": "l1"}]},
    {"weights": {"grade": 1}, "evidence": "x"},
    {"weights": {"grade": 1}, "filters": {"text": "\x1b[31m'; --"}},
    {"weights": {"grade": 1}, "filters": {"countries": ["ZZZ", "x" * 999]}},
    {"weights": {"grade": 50, "permitting": 1}, "method": "topsis"},
]


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file with its name in the table; ``good`` ones must come in, ``None``: may come in or not."""

    name: str
    raw: Callable[[], bytes]
    good: bool | None = None


def packed(lists: Any, snapshots: Any = (), **more: Any) -> bytes:
    """Return a workspace file with these values."""
    values = {
        "orebridge_workspace": 1,
        "written_at": "2026-01-01",
        "shortlists": lists,
        "snapshots": list(snapshots),
        **more,
    }
    return gzip.compress(json.dumps(values, allow_nan=True).encode("utf-8", "surrogatepass"), 1)


def one(**item: Any) -> list[dict[str, Any]]:
    """Return two lists, of which the second holds the item, so that half an import would show."""
    return [{"name": "first"}, {"name": "second", "items": [{"site_id": SITE, **item}]}]


def snapshot(text: bytes, **changes: Any) -> bytes:
    """Return a file with a snapshot of this content under its right name."""
    payload = base64.b64encode(zlib.compress(text)).decode()
    kept = {
        "snapshot_id": hashlib.sha256(text).hexdigest()[:12],
        "shortlist": "first",
        "label": "",
        "frozen_at": "2026-01-01T00:00:00Z",
        "data_version": "v",
        "scenario_hash": "h",
        "payload": payload,
    }
    return packed(one(), [{**kept, **changes}])


def files(real: dict[str, Any]) -> Iterator[Hostile]:
    """Yield the files; `real` is a snapshot of ours as plain values, to be changed."""
    yield Hostile("good: empty lists", lambda: packed(one()), good=True)
    yield Hostile(
        "good: 2,000 sites",
        lambda: packed([{"name": "many", "items": [{"site_id": f"site-{i}"} for i in range(2000)]}]),
        good=True,
    )
    for name, raw in _bytes().items():
        yield Hostile(name, raw, good=False)
    for name, text in TEXTS.items():
        yield Hostile(f"note: {name}", lambda text=text: packed(one(note=text)))
        yield Hostile(
            f"tag, owner, question, name: {name}",
            lambda text=text: packed(
                [
                    {"name": "first"},
                    {
                        "name": text,
                        "question": text,
                        "data_version": text[:100],
                        "items": [{"site_id": SITE, "owner": text[:120], "tags": [text[:60]]}],
                    },
                ]
            ),
        )
        yield Hostile(
            f"site id, layer: {name}",
            lambda text=text: packed(
                [{"name": "first"}, {"name": "l", "layers": {text[:99]: [True, 0.5]}, "items": [{"site_id": text}]}]
            ),
        )
    for place, scenario in enumerate(SCENARIOS):
        yield Hostile(
            f"scenario {place}: {json.dumps(scenario)[:40]}",
            lambda scenario=scenario: packed(
                [{"name": "first"}, {"name": "second", "scenario": scenario, "items": [{"site_id": SITE}]}]
            ),
        )
    for name, values in _items().items():
        yield Hostile(f"item: {name}", lambda values=values: packed(one(**values)), good=False)
    for name, lists in _lists().items():
        yield Hostile(f"lists: {name}", lambda lists=lists: packed(lists), good=False)
    for name, change in _snapshots(real).items():
        yield Hostile(
            f"snapshot: {name}", lambda change=change: snapshot(json.dumps(change).encode()), good=name == "ours"
        )
    for field, value in (
        ("shortlist", "other"),
        ("frozen_at", "9999-12-31T23:59:59-23:59"),
        ("frozen_at", 1e300),
        ("snapshot_id", "../x"),
        ("label", "x" * 99_999),
        ("payload", "%%%"),
    ):
        yield Hostile(
            f"snapshot's {field}",
            lambda field=field, value=value: snapshot(json.dumps(real).encode(), **{field: value}),
            good=False,
        )
    yield Hostile("snapshot: bomb", lambda: snapshot(b" " * 300_000_000), good=False)
    yield Hostile("snapshot: 30 million lists", lambda: snapshot(b"[" + b"[]," * 30_000_000 + b"[]]"), good=False)


def _bytes() -> dict[str, Callable[[], bytes]]:
    return {
        "nothing": lambda: b"",
        "zip": lambda: b"PK\3\4",
        "text": lambda: b"hello",
        "half a file": lambda: packed(one())[:-9],
        "JSON without gzip": lambda: b'{"orebridge_workspace": 1}',
        "a list": lambda: gzip.compress(b"[1]"),
        "null": lambda: gzip.compress(b"null"),
        "100,000 brackets": lambda: gzip.compress(b"[" * 100_000),
        "60 MB of []": lambda: gzip.compress(b"[" + b"[]," * 20_000_000 + b"[]]", 1),
        "60 MB of {}": lambda: gzip.compress(
            b'{"orebridge_workspace":1,"shortlists":[' + b"{}," * 20_000_000 + b"{}]}", 1
        ),
        "400 MB of spaces": lambda: gzip.compress(b" " * 400_000_000, 1),
        "bad UTF-8": lambda: gzip.compress(b'{"orebridge_workspace": "\xff"}'),
        "lone surrogate": lambda: gzip.compress(b'{"orebridge_workspace": "\\ud800"}'),
        "NaN": lambda: gzip.compress(b'{"orebridge_workspace": NaN}'),
        "format 9": lambda: packed([], orebridge_workspace=9),
        "format true": lambda: packed([], orebridge_workspace=True),
        "format of 5,000 digits": lambda: gzip.compress(b'{"orebridge_workspace": ' + b"9" * 5000 + b"}"),
        "two gzip members": lambda: packed(one()) + gzip.compress(b"x"),
    }


def _items() -> dict[str, dict[str, Any]]:
    return {
        "no date of addition": {"added_at": "not a date"},
        "year 1": {"added_at": "0001-01-01T00:00:00+14:00"},
        "year 9999": {"added_at": "9999-12-31T23:59:59-14:00"},
        "due in year 1": {"due": "0001-01-01"},
        "due is a week": {"due": "2026-W01-1"},
        "due is text": {"due": "soon"},
        "status": {"status": "sold"},
        "status null": {"status": None},
        "no id": {"site_id": ""},
        "id of blanks": {"site_id": "  "},
        "id is a number": {"site_id": 5},
        "long id": {"site_id": "x" * 201},
        "tags text": {"tags": "abc"},
        "100 tags": {"tags": ["t"] * 100},
        "empty tag": {"tags": [""]},
        "long owner": {"owner": "x" * 121},
        "note a list": {"note": ["x"]},
    }


def _lists() -> dict[str, Any]:
    item = {"site_id": SITE}
    return {
        "not a list": {"name": "x"},
        "numbers": [1, 2],
        "no name": [{}],
        "empty name": [{"name": "first"}, {"name": ""}],
        "name of two lines": [{"name": "first"}, {"name": "a" * 121}],
        "two of one name": [{"name": "first"}, {"name": "first"}],
        "a site twice": [{"name": "first"}, {"name": "x", "items": [item, item]}],
        "2,000 lists": [{"name": str(i)} for i in range(2000)],
        "60,000 sites": [{"name": "x", "items": [{"site_id": str(i)} for i in range(60_000)]}],
        "opacity nan": [{"name": "first"}, {"name": "x", "layers": {"rail": [True, float("nan")]}}],
        "opacity 9": [{"name": "first"}, {"name": "x", "layers": {"rail": [True, 9]}}],
        "layers a list": [{"name": "first"}, {"name": "x", "layers": []}],
        "items null": [{"name": "first"}, {"name": "x", "items": None}],
    }


def _snapshots(real: dict[str, Any]) -> dict[str, Any]:
    basis = real["basis"]
    return {
        "ours": real,
        "empty": {},
        "a list": [1],
        "format 9": {**real, "format": 9},
        "head a list": {**real, "head": []},
        "head without label": {**real, "head": {"name": "x"}},
        "results text": {**real, "results": "x"},
        "results of text": {**real, "results": {SITE: {**next(iter(real["results"].values())), "score": "x"}}},
        "method unknown": {**real, "scenario": {**real["scenario"], "method": 5}},
        "order unknown": {**real, "scenario": {**real["scenario"], "order_by": "x"}},
        "weight 1e308": {**real, "criteria": [{**each, "weight": 1e308} for each in real["criteria"]]},
        "criteria text": {**real, "criteria": ["x"]},
        "sites without id": {**real, "sites": [{"name": "x"}]},
        "items numbers": {**real, "items": [1]},
        "no sites in basis": {**real, "basis": {**basis, "site_ids": []}},
        "vectors too short": {**real, "basis": {**basis, "u": basis["m"][:8]}},
        "a million criteria": {**real, "basis": {**basis, "criteria": ["x"] * 1_000_000, "axes": ["x"] * 1_000_000}},
        "20 billion cells": {
            **real,
            "basis": {
                **basis,
                "site_ids": [str(i) for i in range(100_000)],
                "criteria": ["x"] * 499,
                "axes": ["x"] * 499,
            },
        },
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file.

    Ended is ``kept``, ``refused``, ``HALF``, ``TRACEBACK``, or ``WRONG`` where a good one was refused or a bad one
    kept.
    """

    ended: str
    import_s: float
    use_s: float
    words: str


def _once(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that computes each answer once.

    Draws and maps take seconds, and no text of a list reaches them.
    """
    kept: dict[str, Any] = {}

    def answer(*arguments: Any) -> Any:
        key = repr(arguments[-1] if isinstance(arguments[0], duckdb.DuckDBPyConnection) else arguments)
        if key not in kept:
            kept[key] = compute(*arguments)
        return kept[key]

    return answer


class Trial:
    """One process's facts, and a fresh store a file."""

    def __init__(self, formats: tuple[str, ...]) -> None:
        self._facts: duckdb.DuckDBPyConnection = open_facts()
        prepare(self._facts)
        self._formats, self._sources, self._scenario = formats, load_sources(), from_preset()
        for name in ("rank_stability", "overview", "locator", "rank_ranges"):
            setattr(content, name, _once(getattr(content, name)))

    def real_snapshot(self) -> dict[str, Any]:
        """Return a snapshot of ours as plain values."""
        made = frozen.freeze(self._facts, self._scenario, [{"site_id": SITE}], "first")
        return dict(json.loads(zlib.decompress(frozen.to_bytes(made))))

    def run(self, hostile: Hostile) -> Outcome:
        """Import one file, use what it brought, and say how it ended."""
        raw = hostile.raw()
        with TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
            started = time.monotonic()
            try:
                taken = take_in(store, self._facts, raw)
            except OrebridgeError as error:
                lasted, left = time.monotonic() - started, len(shortlists.shortlists(store))
                return Outcome("HALF" if left else "WRONG" if hostile.good else "refused", lasted, 0.0, str(error))
            except Exception:
                return Outcome("TRACEBACK", time.monotonic() - started, 0.0, traceback.format_exc().splitlines()[-1])
            lasted = time.monotonic() - started
            try:
                for name in taken.names.values():
                    self._use(store, name, Path(folder))
            except Exception:
                return Outcome("TRACEBACK", lasted, time.monotonic() - started - lasted, traceback.format_exc()[-300:])
            ended = "WRONG" if hostile.good is False else "kept"
            return Outcome(
                ended,
                lasted,
                time.monotonic() - started - lasted,
                f"{len(taken.names)} lists, {taken.snapshots} snapshots",
            )

    def _use(self, store: Store, name: str, folder: Path) -> None:
        """Do with a list what the commands do: show, memo, export, workspace, snapshots."""
        held = shortlists.read(store, name)
        if not held.items:
            return
        scenario = workspace_snapshots.scenario_of(held, self._scenario)
        rows_of(self._facts, scenario, held)
        with contextlib.suppress(ScenarioError):  # a scenario that lists none of the sites: a sentence, and no memo
            found = content.ground(self._facts, scenario, held, self._sources, {})
            for suffix in self._formats:
                memo_bytes(content.memos(self._facts, found, "both"), suffix)
        made = listing_of(self._facts, scenario, held, self._sources)
        for suffix in WRITERS:
            write(made, Target(folder / f"x{suffix}", overwrite=True))
        again = shortlist_file.parse(shortlist_file.write(store, [name]))
        if replace(again.shortlists[0], items=()) != replace(held, items=()):
            raise ValueError(name)
        for row in shortlists.snapshots(store, name):
            workspace_snapshots.opened(store, row["snapshot_id"])


def main(arguments: list[str]) -> int:
    """Run, print, and return 1 if the law was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="every fifth file")
    parser.add_argument("--memo", action="store_true", help="memos as PDF too")
    chosen = parser.parse_args(arguments)
    trial = Trial((".docx", ".html", ".pdf") if chosen.memo else (".docx", ".html"))
    tried = list(files(trial.real_snapshot()))
    tried = tried[::5] if chosen.small else tried
    outcomes = []
    for hostile in tried:
        outcomes.append(trial.run(hostile))
        last = outcomes[-1]
        row = f"{last.ended:<9} {last.import_s:6.2f} s {last.use_s:6.2f} s  {hostile.name[:60]:<60} {last.words[:200]}"
        sys.stdout.write(row.encode("ascii", "backslashreplace").decode() + "\n")
        sys.stdout.flush()
    counts = {
        ended: sum(each.ended == ended for each in outcomes)
        for ended in ("kept", "refused", "TRACEBACK", "HALF", "WRONG")
    }
    worst = max(each.import_s for each in outcomes)
    sys.stdout.write(
        f"{len(outcomes)} files: "
        + ", ".join(f"{n} {ended}" for ended, n in counts.items())
        + f"; longest import {worst:.2f} s\n"
    )
    return int(counts["TRACEBACK"] + counts["HALF"] + counts["WRONG"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
