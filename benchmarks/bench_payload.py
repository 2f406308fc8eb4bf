"""What a slider move sends to the browser with 100,000 sites: bytes of the websocket beside inline rows.

Run `uv run python -m benchmarks.bench_payload [sites]`; it needs Chromium.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
from playwright.sync_api import sync_playwright

from data.facts import BUNDLE
from tests.browser.conftest import CHROMIUM, FLAGS, serving, watched

COPIES = """
COPY (
    SELECT s.* REPLACE (s.site_id || CASE WHEN n = 0 THEN '' ELSE '-copy' || n END AS site_id)
    FROM read_parquet($source) AS s CROSS JOIN range($times) AS r (n)
) TO '{target}' (FORMAT parquet)
"""


def inflated(folder: Path, sites: int) -> int:
    """Write a bundle whose sites, measurements and gates are repeated until there are `sites`.

    Return how many there are.
    """
    shutil.copytree(BUNDLE, folder, dirs_exist_ok=True)
    con = duckdb.connect()
    row = con.execute("SELECT count(*) FROM read_parquet($f)", {"f": str(BUNDLE / "site.parquet")}).fetchone()
    times = -(-sites // int(row[0] if row else 1))
    for name in ("site", "measurement", "gate"):
        statement = COPIES.replace("{target}", str(folder / f"{name}.parquet"))
        con.execute(statement, {"source": str(BUNDLE / f"{name}.parquet"), "times": times})
    return times * int(row[0] if row else 0)


def main(wanted: int = 100_000) -> None:
    """Open the app on the inflated bundle, move a slider, count the bytes."""
    with tempfile.TemporaryDirectory() as work:
        home, bundle = Path(work) / "home", Path(work) / "bundle"
        home.mkdir()
        sites = inflated(bundle, wanted)
        with serving(home, OREBRIDGE_BUNDLE=str(bundle)) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            seen = watched(browser, base)
            seen.open()
            before = len(seen.frames)
            slider = seen.page.locator("[data-testid=stSlider] input[type=range]").nth(1)
            slider.focus()
            slider.press("ArrowRight")
            seen.page.wait_for_url("**wp=26**")
            seen.settle()
            sent = sum(seen.frames[before:])
            browser.close()
    row = {
        "id": "usa-mountain-pass-ceec",
        "n": "Mountain Pass",
        "p": [-115.532, 35.479],
        "i": "mine",
        "c": [91, 42, 31],
        "s": "0.94",
        "r": 1,
    }
    inline = sites * len(json.dumps(row))
    print(
        f"{sites} sites: a slider move sends {sent / 1000:.1f} kB; inline rows would be "
        f"{inline / 1e6:.1f} MB ({inline / sent:.0f} x)"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
