"""Server time of a rerun of Explore beside an empty Streamlit page and one that draws the same sites plainly.

Also how long a re-ranking takes while many visitors move sliders at once. Run
`uv run python -m benchmarks.bench_rerun [visitors] [moves]`. `--profile` prints where a slider move spends its time.
Nothing is drawn: what the browser adds is in `tests/browser`.
"""

from __future__ import annotations

import cProfile
import itertools
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import cast

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from scoring.ranking.scenario import opening
from tests.app import new_app
from workspace import rankings

WARM, REPEATS = 2, 8
SLIDER = "wg"
SECONDS_BETWEEN_MOVES = 5.0
Script = Callable[..., object]


def empty_page() -> None:
    """Show a slider and nothing else."""
    import streamlit as st

    st.slider("weight", 0, 100, 25, key="wg")


def plain_page() -> None:
    """Show the opening list and its sites as `st.dataframe` and `st.pydeck_chart`, ranked anew at each slider move."""
    from dataclasses import replace

    import pydeck as pdk
    import streamlit as st

    from scoring.ranking.scenario import opening
    from workspace import rankings

    weight = st.slider("weight", 0, 100, 25, key="wg")
    scenario = opening()
    ranked = rankings.ranking(replace(scenario, weights={**scenario.weights, "grade": weight / 100}))
    columns = ranked[["lon", "lat", "score", "name"]]
    st.pydeck_chart(pdk.Deck([pdk.Layer("ScatterplotLayer", columns, get_position=["lon", "lat"])], map_provider=None))
    st.dataframe(ranked[["name", "score", *ranked.columns.difference(["name", "score", "commodities"])]])


def server_times(page: AppTest) -> tuple[list[float], list[float]]:
    """Return wall times in seconds of reruns without a change, and of slider moves to values not seen before."""
    page.run()
    same, moved = [], []
    for turn in range(WARM + REPEATS):
        same.append(_timed(page.run))
        moved.append(_timed(page.slider(key=SLIDER).set_value(30 + turn).run))
    if page.exception:
        raise SystemExit(f"the page failed: {page.exception[0].value}")
    return same[WARM:], moved[WARM:]


def _timed(call: Callable[..., object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def rerank(weight: float) -> None:
    """Answer what the list of Explore asks when a weight changes."""
    start = opening()
    scenario = replace(start, weights={**start.weights, "grade": weight})
    ids = rankings.ranking(scenario)["site_id"].tolist()
    rankings.candidates(ids, scenario.commodity)
    rankings.facet_counts(scenario)
    rankings.standings(scenario, len(ids))
    rankings.dossier(scenario, ids[0])


def visitors(many: int, moves: int) -> tuple[list[float], list[float]]:
    """Return seconds of each re-ranking: with moves at random times, about five seconds apart, and all at once.

    Parameters
    ----------
    many : int
        Visitors, a thread each.
    moves : int
        Slider moves a visitor.
    """
    weights = (0.1 + turn / 10_000 for turn in itertools.count())
    rerank(next(weights))

    def moving(first_pause: float, pause: float) -> list[float]:
        time.sleep(first_pause)
        seconds = []
        for _ in range(moves):
            seconds.append(_timed(lambda: rerank(next(weights))))
            time.sleep(pause)
        return seconds

    with ThreadPoolExecutor(many) as pool:
        first = [SECONDS_BETWEEN_MOVES * turn / many for turn in range(many)]
        spread = list(itertools.chain(*pool.map(moving, first, itertools.repeat(SECONDS_BETWEEN_MOVES))))
        at_once = list(itertools.chain(*pool.map(moving, itertools.repeat(0.0, many), itertools.repeat(0.0))))
    return spread, at_once


def profiled() -> str:
    """Return where one slider move of Explore spends its time on the server."""
    page, profile, run_script = new_app(), cProfile.Profile(), ScriptRunner._run_script
    page.run()
    page.slider(key=SLIDER).set_value(31).run()

    def watched(runner: ScriptRunner, *data: object) -> None:
        profile.enable()
        try:
            cast("Script", run_script)(runner, *data)
        finally:
            profile.disable()

    ScriptRunner._run_script = watched  # type: ignore[method-assign]
    try:
        page.slider(key=SLIDER).set_value(32).run()
    finally:
        ScriptRunner._run_script = run_script  # type: ignore[method-assign]
    pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
    return ""


def main(many: int = 50, moves: int = 4) -> None:
    """Time the three pages and the visitors, print medians and ratios."""
    pages = {
        "empty page": AppTest.from_function(empty_page, default_timeout=60),
        "plain list and st.pydeck_chart": AppTest.from_function(plain_page, default_timeout=60),
        "Explore": new_app(),
    }
    times = {name: [statistics.median(each) for each in server_times(page)] for name, page in pages.items()}
    for name, (same, moved) in times.items():
        print(f"{name}: rerun {1000 * same:.0f} ms, slider moved {1000 * moved:.0f} ms")
    plain, ours = times["plain list and st.pydeck_chart"][1], times["Explore"][1]
    print(f"Explore after a slider move: {ours / plain:.1f} x the plain page")
    for name, seconds in zip(("five seconds apart", "all at once"), visitors(many, moves), strict=True):
        p50, p95 = (statistics.quantiles(seconds, n=100)[place - 1] for place in (50, 95))
        print(f"{many} visitors, moves {name}: re-ranking P50 {1000 * p50:.0f} ms, P95 {1000 * p95:.0f} ms")


if __name__ == "__main__":
    os.environ["OREBRIDGE_HOME"] = tempfile.mkdtemp(prefix="orebridge-bench-")
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    print(profiled()) if "--profile" in sys.argv else main(*numbers)
