"""The benchmark of what a slider move sends, at small size: it runs, and sends less than the rows would be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT


@pytest.mark.nightly
def test_a_slider_move_sends_less_than_inline_rows(bundle: Path) -> None:
    """In a process of its own: one thread drives one Playwright."""
    words = [sys.executable, "-m", "benchmarks.bench_payload", "1"]
    environment = {**os.environ, "OREBRIDGE_BUNDLE": str(bundle)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    sites, sent_kb = re.match(r"(\d+) sites: a slider move sends ([\d.]+) kB; inline", done.stdout).groups()
    assert int(sites) > 500
    assert 0 < float(sent_kb) < 100
