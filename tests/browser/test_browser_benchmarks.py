"""Benchmarks that drive a browser, at small size: what a slider move sends, and how long a person waits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT


def printed(module: str, bundle: Path) -> str:
    """Return what a benchmark prints, in a process of its own: one thread drives one Playwright."""
    words = [sys.executable, "-m", module, "1"]
    environment = {**os.environ, "OREBRIDGE_BUNDLE": str(bundle)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.nightly
def test_a_slider_move_sends_less_than_inline_rows(bundle: Path) -> None:
    said = printed("benchmarks.bench_payload", bundle)
    sites, sent_kb = re.match(r"(\d+) sites: a slider move sends ([\d.]+) kB; inline", said).groups()
    assert int(sites) > 500
    assert 0 < float(sent_kb) < 100


@pytest.mark.nightly
def test_what_a_person_waits_for_is_measured_beside_plain_pages(bundle: Path) -> None:
    said = printed("benchmarks.bench_browser", bundle)
    seconds = dict(re.findall(r"^\| ([\w:, ]+) \| ([\d.]+) \|", said, re.M))
    assert {"empty page: first useful view", "plain page: list after a key", "Explore: list after a key"} <= set(
        seconds
    )
    assert {"dossier", "memo of three sites"} <= set(seconds)
    assert all(float(each) < 120 for each in seconds.values())
