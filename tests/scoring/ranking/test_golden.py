"""Golden ranks and scores of all listed sites under five scenarios: a change of layout changes no number.

`python -m tests.scoring.ranking.test_golden` writes them anew; do that only where the numbers are meant to change, and
say so in CHANGELOG.md.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from data import facts as bundle
from scoring.ranking import pipeline
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import Filters, Scenario, from_preset

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "rankings.parquet"
SCENARIOS = {
    "joint": from_preset(),
    "dysprosium, Japanese desk": from_preset("japan_desk", commodity="dysprosium"),
    "US desk, mines, worst case": from_preset(
        "us_desk", filters=Filters(kinds=("mine",), min_coverage=0.3), order_by="worst"
    ),
    "lithium, TOPSIS": Scenario(
        weights={"grade": 40, "permitting": 30, "infrastructure": 20, "ownership": 10},
        commodity="lithium",
        method="topsis",
    ),
    "gates passed, with the gap": Scenario(
        weights={"grade": 1, "permitting": 1, "infrastructure": 1, "ownership": 1, "gap": 1},
        filters=Filters(gates_failed=False),
        order_by="known",
    ),
}


def ranked(facts: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    """Return scenario, site_id, rank, score and coverage of all listed sites, by id."""
    frame = rank(facts, SCENARIOS[name])[["site_id", "rank", "score", "coverage"]]
    return frame.assign(scenario=name).sort_values("site_id", ignore_index=True)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_ranks_and_scores_as_it_did(facts, name) -> None:
    then = pd.read_parquet(GOLDEN).query("scenario == @name").reset_index(drop=True)
    now = ranked(facts, name)
    assert list(now["site_id"]) == list(then["site_id"])
    assert list(now["rank"]) == list(then["rank"])
    np.testing.assert_allclose(now["score"], then["score"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(now["coverage"], then["coverage"], rtol=0, atol=1e-12)


if __name__ == "__main__":
    con = bundle.open_facts()
    pipeline.prepare(con)
    pd.concat([ranked(con, name) for name in sorted(SCENARIOS)], ignore_index=True).to_parquet(
        GOLDEN, compression="zstd", index=False
    )
