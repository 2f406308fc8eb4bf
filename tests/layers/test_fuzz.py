"""Broken variants of survey files on their way to the store, and the page that reports on the samples."""

from __future__ import annotations

import http.client
import re
import urllib.request
from pathlib import Path

import pytest

from benchmarks import uploads_table
from benchmarks.fuzz_mutants import mutant, seeds_of
from benchmarks.fuzz_uploads import FOLDERS, Canary, running
from layers import restrict
from layers.contract import Finding

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "uploads"
PAGE = uploads_table.PAGE.read_text(encoding="utf-8")


def test_the_canary_hears_a_call() -> None:
    canary = Canary()
    with pytest.raises(http.client.HTTPException):
        urllib.request.urlopen(canary.url + "x", timeout=5)
    canary.close()
    assert canary.hits == [str(b"GET /x HTTP/1.1\r\n")]


def test_a_mutant_is_the_same_each_time() -> None:
    seeds = seeds_of([GOLDEN])
    assert [mutant(seeds, 7, number) for number in range(40)] == [mutant(seeds, 7, number) for number in range(40)]
    assert len({mutant(seeds, 7, number).files for number in range(40)}) > 30


@pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a reader in")
@pytest.mark.parametrize("count", [30, pytest.param(150, marks=pytest.mark.nightly)])
def test_broken_uploads_break_no_promise(count: int) -> None:
    with running([GOLDEN], seed=3) as run:
        run.all(iter(range(count)), seconds=120)
    assert run.tally.violations == []
    assert run.tally.done == count
    assert run.canary.hits == []


def test_the_page_names_every_sample() -> None:
    if not FOLDERS[1].is_dir():
        pytest.skip("the samples are not beside the repository")
    names = [
        paths[0].name
        for _, name, _ in uploads_table.GROUPS
        for paths in uploads_table.cases(uploads_table.CASES / name)
    ]
    rows = re.findall(r"^\| (.+?) \| (?:ok|needs input|refused) \|", PAGE, flags=re.MULTILINE)
    assert rows == [uploads_table.text(name) for name in names]


def test_the_page_carries_no_path_and_no_html_of_a_file() -> None:
    assert re.findall(r"/tmp[a-z0-9_]{8}\b|quarantine|upload\.", PAGE) == []  # noqa: S108
    assert str(uploads_table.ROOT) not in PAGE
    assert set(re.findall(r"<[^>]*>", PAGE)) <= {"<br>"}


def test_a_text_of_a_file_is_one_inert_cell() -> None:
    assert uploads_table.text("a|b\n<img src=x>[c](d) `e`") == r"a&#124;b &lt;img src=x&gt;\[c\](d) \`e\`"
    assert uploads_table.words((Finding("file_empty"), Finding("file_empty"))).startswith(
        "The file is empty (0 bytes). Export it again"
    )
