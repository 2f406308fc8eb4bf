"""What a person waits for in Chromium: first view, a moved weight, a dossier, a memo; beside plain Streamlit pages.

The app with the whole bundle, an empty Streamlit page with a slider, and one that draws the same sites with
`st.pydeck_chart` and `st.dataframe`, in one run. Run `uv run python -m benchmarks.bench_browser [moves]`; it needs
Chromium. Each figure is the median, with the least and the most. Nothing is sped up as in the tests of the browser: what
moves, glides and fades does so.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks.app_process import ROOT, free_port
from tests.browser.conftest import AT_REST, CHROMIUM, COUNTING, FLAGS, MOST_MS, MOVED, QUIET_MS, serving

MOVES = 7
#: Sites in Namibia, the US and Sweden.
SITES = ("nam-lofdal-bergville-11c6", "usa-mountain-pass-ceec", "swe-vittangi-94ca")
#: Goals in seconds, on two idle cores.
GOALS = {"list after a key": 0.5, "page at rest": 2.0, "first useful view": 5.0, "dossier": 2.0, "memo": 3.0}
#: Text of the cells of the first list of a page, which its canvas holds for readers of the screen.
CELLS = (
    "[...document.querySelectorAll('[data-testid=stDataFrame] canvas [role=gridcell]')].map(e => e.innerText).join()"
)
#: Notes when a key goes down, and when the text of the first list changes after it.
WATCH = f"""
() => {{
  window.pressed = null; window.changed = null;
  const before = {CELLS};
  window.addEventListener("keydown", () => {{ window.pressed = performance.now(); }}, {{ capture: true, once: true }});
  const look = () => {{
    if (window.pressed !== null && {CELLS} !== before) window.changed = performance.now();
    else requestAnimationFrame(look);
  }};
  look();
}}
"""


@contextmanager
def plain(page: str, folder: Path) -> Iterator[str]:
    """Serve a page of `benchmarks.bench_rerun` by `streamlit run` until the block ends."""
    script = folder / f"{page}.py"
    script.write_text(f"from benchmarks import bench_rerun\n\nbench_rerun.{page}()\n")
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    quiet = ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OREBRIDGE_HOME": str(folder)}
    with subprocess.Popen(
        [*command, *quiet], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            base = f"http://localhost:{port}"
            _answered(f"{base}/_stcore/health")
            yield base
        finally:
            process.terminate()
            process.wait(20)


def _answered(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} did not answer within a minute.")


def at_rest(page: Page) -> None:
    """Wait until the page has answered and stands still."""
    page.wait_for_selector("[data-testid=stMainBlockContainer]", timeout=MOST_MS)
    if not page.evaluate(AT_REST, [QUIET_MS, MOST_MS]):
        raise RuntimeError(f"{page.url} does not come to rest.")


def opening(browser: BrowserContext, base: str, useful: str) -> tuple[float, float]:
    """Return the seconds until what is `useful` is there, and until a new page stands still."""
    page = browser.new_page()
    start = time.perf_counter()
    page.goto(base)
    page.locator(useful).first.wait_for(timeout=MOST_MS)
    seen = time.perf_counter() - start
    at_rest(page)
    rest = float(page.evaluate("window.moved")) / 1000
    page.close()
    return seen, rest


def moved(page: Page, key: str) -> tuple[float, float]:
    """Return the seconds from a key on the first slider until the list has changed (NaN: no list), and until rest."""
    listed = page.locator("[data-testid=stDataFrame]").count() > 0
    page.evaluate(WATCH)
    page.locator("[data-testid=stSlider] [role=slider], [data-testid=stSlider] input[type=range]").first.press(key)
    if listed:
        page.wait_for_function("window.changed !== null", timeout=MOST_MS)
    at_rest(page)
    pressed, changed, rest = page.evaluate("[window.pressed, window.changed, window.moved]")
    return (changed - pressed) / 1000 if listed else float("nan"), (rest - pressed) / 1000


def clicked(page: Page, click: Callable[[], object], useful: str) -> float:
    """Return the seconds from a click until what is `useful` is there."""
    start = time.perf_counter()
    click()
    page.locator(useful).first.wait_for(timeout=MOST_MS)
    return time.perf_counter() - start


def dossier(page: Page, base: str, site: str) -> float:
    """Return the seconds from a click on *Dossier* until its last part is there."""
    page.goto(f"{base}/?universe=projects&sel={site}")
    at_rest(page)
    button = page.get_by_role("button", name="Dossier", exact=True)
    button.wait_for(timeout=MOST_MS)
    return clicked(page, button.click, "text=Layers at the site")


def memo(page: Page, base: str) -> list[float]:
    """Return the seconds from a click until a memo of three sites is there: the first, and again."""
    for site in SITES:
        page.goto(f"{base}/?universe=projects&sel={site}")
        at_rest(page)
        page.get_by_role("button", name="Add to shortlist").click()
        page.get_by_role("button", name="Remove from shortlist").wait_for(timeout=MOST_MS)
    page.get_by_role("link", name="Shortlist").click()
    at_rest(page)
    times = []
    for _ in range(3):
        with page.expect_download(timeout=MOST_MS) as waiting:
            start = time.perf_counter()
            page.get_by_role("button", name="Memo PDF").click()
        waiting.value.path()
        times.append(time.perf_counter() - start)
        at_rest(page)
    return times


def say(what: str, seconds: list[float]) -> None:
    """Print a row of the table."""
    known = [each for each in seconds if each == each]
    if known:
        print(f"| {what} | {statistics.median(known):.2f} | {min(known):.2f} to {max(known):.2f} |", flush=True)


def measure(browser: BrowserContext, name: str, base: str, useful: str, moves: int) -> Page:
    """Print how long a page takes to open and to answer a key; return it, open."""
    opened = [opening(browser, base, useful) for _ in range(3)]
    say(f"{name}: first useful view", [each[0] for each in opened])
    say(f"{name}: opened, at rest", [each[1] for each in opened])
    page = browser.new_page()
    page.goto(base)
    page.locator(useful).first.wait_for(timeout=MOST_MS)
    at_rest(page)
    keys = [moved(page, key) for _ in range(moves) for key in ("PageUp", "PageDown")]
    say(f"{name}: list after a key", [each[0] for each in keys])
    say(f"{name}: page at rest after a key", [each[1] for each in keys])
    return page


def main(moves: int = MOVES) -> None:
    """Run and print."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"Before it began, {load:.1f} processes wanted each core. Goals in seconds: {GOALS}.\n")
    print("| what | median s | least to most |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        folder = Path(work)
        browser = playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 1280, "height": 900},
            accept_downloads=True,
        )
        browser.add_init_script(COUNTING)
        browser.add_init_script(MOVED)
        with plain("empty_page", folder) as base:
            measure(browser, "empty page", base, "[data-testid=stSlider]", moves).close()
        with plain("plain_page", folder) as base:
            measure(browser, "plain page", base, "[data-testid=stDataFrame] canvas", moves).close()
        (folder / "home").mkdir()
        with serving(folder / "home") as base:
            page = measure(browser, "Explore", base, "[data-testid=stDataFrame] canvas", moves)
            say("dossier", [dossier(page, base, site) for site in (*SITES, *SITES)])
            say("memo of three sites", memo(page, base))
        browser.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
