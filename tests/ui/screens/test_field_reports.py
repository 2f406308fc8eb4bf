"""What came in from the field about pages; `docs/field_reports.md` lists the reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app import new_app
from tests.commands import Commands

pytestmark = pytest.mark.usefixtures("small_app")

FIELD = Path(__file__).resolve().parents[2] / "golden" / "field"


@pytest.mark.usefixtures("own_store")
@pytest.mark.parametrize(
    ("address", "counted"),
    [({}, True), ({"m": "lithium", "wg": "30", "wp": "25", "wi": "25", "wo": "20", "lang": "en"}, False)],
)
def test_a_link_without_own_criteria_counts_none(run: Commands, address: dict[str, str], *, counted: bool) -> None:
    run("layers", "add", FIELD / "031b_units_row.csv")
    done = run(
        "criteria", "add", "--layer", "031b_units_row", "--measure", "mean_within", "--column", "Au",
        "--radius", "500", "--goalposts", "0,10", "--format", "json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    app = new_app()
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert bool(app.session_state["evidence"]) == counted
