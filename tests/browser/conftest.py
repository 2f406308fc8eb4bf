"""The real app in a real Chromium: a server on a free port, a page with WebGL, and what it asked for."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from data.facts import open_facts

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-gpu-compositing",  # maps are drawn by software GL, and pages without it: half the work of a page
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
HALO = (213, 43, 133)
#: The map of the sites; its buttons, names and legend lie in it or beside it.
MAP = ".ore-map"
#: One sample a pixel in place of four: nothing here looks at the smoothness of an edge.
ONE_SAMPLE = """
const plainContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return plainContext.call(this, kind, /webgl/.test(kind) ? { ...options, antialias: false } : options);
};
"""
#: Counts what a page has asked for and not got yet: the map fetches its sites after the app has answered.
COUNTING = """
window.unanswered = 0;
const plainFetch = window.fetch;
window.fetch = (...words) => {
  window.unanswered += 1;
  return plainFetch(...words).finally(() => { window.unanswered -= 1; });
};
const plainSend = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (...words) {
  window.unanswered += 1;
  this.addEventListener("loadend", () => { window.unanswered -= 1; });
  return plainSend.apply(this, words);
};
"""
#: Keeps when page or network moved last, or the reader did something: time that a test spends on other waits counts.
MOVED = """
window.moved = performance.now();
const note = () => { window.moved = performance.now(); };
new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
new PerformanceObserver(note).observe({ type: "resource" });
let ticked = performance.now();  // a page that was held up, by its own work or a busy machine, has not been quiet
setInterval(() => { if (performance.now() - ticked > 100) note(); ticked = performance.now(); }, 25);
const deeds = ["pointerdown", "pointermove", "pointerup", "keydown", "input", "change", "wheel", "scroll", "resize"];
for (const deed of [...deeds, "popstate"]) window.addEventListener(deed, note, { capture: true, passive: true });
"""
#: Pages move at once: what glides, fades or shimmers is painted by software, up to 25 times a second. Flights of the
#: map are drawn by its own script and stay.
AT_ONCE = """
const still = new CSSStyleSheet();
still.replaceSync("*, *::before, *::after { animation: none !important; transition: none !important; }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
"""
#: Ends once the app does not run, nothing is awaited, and neither page nor network has moved for a while; two frames
#: before, in which a new size of the window is told, and two after, in which the map draws what has come.
AT_REST = """
async ([quietMs, mostMs]) => {
  const start = performance.now();
  const frames = async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise((done) => requestAnimationFrame(done));
  };
  const busy = () => {
    const app = document.querySelector("[data-testid=stApp]");
    return !app || app.getAttribute("data-test-script-state") !== "notRunning"
      || document.querySelector("[data-testid=stStatusWidget]") || window.unanswered > 0;
  };
  await frames();
  if (busy()) window.moved = performance.now();
  while (performance.now() - window.moved < quietMs && performance.now() - start < mostMs) {
    await new Promise((done) => setTimeout(done, 25));
    if (busy()) window.moved = performance.now();
  }
  await frames();
  return performance.now() - start < mostMs;
}
"""
QUIET_MS, MOST_MS = 400, 90_000


@dataclass
class Seen:
    """A page: the addresses it asked for, the bytes of its websocket frames, the errors that no script caught."""

    page: Page
    base: str
    requests: list[str] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.base}/{query}")
        self.settle()

    def settle(self) -> None:
        """Wait until the app has run and the map has drawn."""
        self.page.wait_for_selector(f"{MAP} canvas", timeout=MOST_MS)
        self.page.wait_for_selector("[data-testid=stVegaLiteChart]:visible", timeout=MOST_MS)
        settled(self.page)

    def map_pixels(self) -> np.ndarray:
        """Return the map as rows x columns x RGB."""
        box = self.page.locator(MAP)
        picture = ROOT / "tests/browser/output/map.png"
        picture.parent.mkdir(exist_ok=True)
        box.screenshot(path=str(picture))
        return np.asarray(Image.open(picture).convert("RGB")).astype(int)

    def heading(self) -> str:
        return self.page.locator("h3").first.inner_text()

    def shows(self, heading: str) -> None:
        """Wait until the card is that of a site."""
        expect(self.page.locator("h3").first).to_have_text(heading, timeout=30_000)


def settled(page: Page) -> None:
    """Wait until the app has answered what was done last and the page stands still."""
    page.wait_for_selector("[data-testid=stMainBlockContainer]", timeout=MOST_MS)
    assert page.evaluate(AT_REST, [QUIET_MS, MOST_MS]), "the page does not come to rest"


def count(pixels: np.ndarray, colour: tuple[int, int, int], tolerance: int = 12) -> int:
    """Return how many pixels are within `tolerance` of a colour."""
    return int((np.abs(pixels - np.array(colour)).max(axis=2) <= tolerance).sum())


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[str]:
    """Run `orebridge app` on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("orebridge")), "app", "--port", str(port)]
    log = (home / "app.log").open("wb")
    environment = {**os.environ, "OREBRIDGE_HOME": str(home), **environment}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT) as process:
        try:
            base = f"http://localhost:{port}"
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{base}/api/health", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                pytest.fail(f"the app did not answer: {(home / 'app.log').read_text()[-2000:]}")
            yield base
        finally:
            process.terminate()
            process.wait(20)
            log.close()


@pytest.fixture(scope="session")
def bundle(small: Path) -> Path:
    """Return a small bundle: software GL draws it many times as fast as the whole."""
    return small


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("home"), OREBRIDGE_BUNDLE=str(bundle)) as base:
        yield base


@pytest.fixture
def served(bundle: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the facts that `server` serves."""
    with open_facts(bundle) as con:
        yield con


@pytest.fixture(scope="package")
def whole_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the whole bundle, for what depends on the number of sites."""
    with serving(tmp_path_factory.mktemp("whole")) as base:
        yield base


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Run a Chromium with a profile on disk, as people do: there it keeps scripts as it has compiled them once."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing; `apt-get install chromium fonts-noto-cjk` brings it.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 1280, "height": 1500},
            locale="en-US",
            accept_downloads=True,
        )
        running.add_init_script(COUNTING)
        running.add_init_script(ONE_SAMPLE)
        running.add_init_script(MOVED)
        running.add_init_script(AT_ONCE)
        running.set_default_timeout(60_000)
        yield running
        running.close()


def watched(browser: BrowserContext, base: str, scheme: Literal["light", "dark"] = "light") -> Seen:
    """Return a new page that notes what it asks for."""
    seen = Seen(browser.new_page(), base)
    seen.page.emulate_media(color_scheme=scheme)
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: seen.frames.append(len(data))))
    return seen


@pytest.fixture
def watch(browser: BrowserContext) -> Iterator[Callable[..., Seen]]:
    """Return a function that opens a page of an app, in a colour scheme, and notes what it asks for.

    The pages close with the test, which fails if a script of theirs left an error uncaught.
    """
    opened: list[Seen] = []

    def open_watched(base: str, scheme: Literal["light", "dark"] = "light") -> Seen:
        opened.append(watched(browser, base, scheme))
        return opened[-1]

    yield open_watched
    for seen in opened:
        leave(seen)
    assert [error for seen in opened for error in seen.errors] == []


@pytest.fixture
def app(watch: Callable[..., Seen], server: str) -> Seen:
    return watch(server)


def leave(seen: Seen) -> None:
    """Close a page and forget what its app has stored in the browser; what was fetched stays fetched."""
    if not seen.page.is_closed():
        to_clear = {
            "origin": seen.base,
            "storageTypes": "cookies,local_storage,indexeddb,cache_storage,service_workers",
        }
        seen.page.context.new_cdp_session(seen.page).send("Storage.clearDataForOrigin", to_clear)
        seen.page.close()


def outside(requests: list[str]) -> list[str]:
    """Return the addresses that are not on this machine."""
    return [url for url in requests if not re.match(r"(https?|wss?)://localhost[:/]|data:|blob:", url)]
