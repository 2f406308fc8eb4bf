"""The pages and commands that judge the ranking: what they show is what the floors return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoring.defaults import DEFAULT_PRESET
from scoring.ranking.scenario import from_preset
from tests.ui.cli.test_main import answered
from tests.ui.screens.test_pages import opened
from ui.map import markers
from ui.panels.charts import class_labels
from workspace import rankings, session

pytestmark = pytest.mark.usefixtures("small_app", "own_store")
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "mcda"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_robustness_page_runs(language) -> None:
    test = opened("screens/robustness/page.py", lang=language, m="dysprosium")
    assert len(test.tabs) == 4
    assert len(test.dataframe) >= 2
    assert not any("None" in str(value) for frame in test.dataframe for value in frame.value.head(3).to_numpy().ravel())


def test_the_robustness_page_follows_the_filters_of_the_explore_page() -> None:
    test = opened("screens/robustness/page.py", country="NAM")
    listed = rankings.ranking(from_preset().with_filters(countries=("NAM",)))
    assert any(f"{len(listed)} sites" in each.value for each in test.caption)


def test_every_method_of_the_address_is_used_and_a_wrong_one_is_passed_over() -> None:
    by_vikor = opened(method="vikor")
    assert by_vikor.session_state["method"] == "vikor"
    assert by_vikor.session_state["selected"] == [
        str(rankings.ranking(from_preset(DEFAULT_PRESET, method="vikor")).iloc[0]["site_id"])
    ]
    assert any("VIKOR" in each.value for each in by_vikor.caption)
    assert opened(method="magic").session_state["method"] == "weighted_sum"


def test_firm_places_are_shown_in_table_card_and_map() -> None:
    test = opened()
    test.toggle(key="firm").set_value(True).run()
    assert not test.exception
    columns = [c for f in test.dataframe for c in f.value.columns]
    assert "P(top 20)" in columns
    assert "Rank range" in columns
    assert any("of 1,000 draws" in each.value for each in test.caption)


def test_less_sure_sites_are_fainter_on_the_map() -> None:
    scenario = from_preset()
    ranking, firm = rankings.ranking(scenario), rankings.rank_stability(scenario).table["in_top_k"].to_numpy()
    rows = {row["id"]: row for row in json.loads(markers.rows_json(rankings.VIEW.ranked(scenario), False, firm))}
    plain = {row["id"]: row for row in json.loads(markers.rows_json(rankings.VIEW.ranked(scenario), False))}
    sure = str(ranking["site_id"].iloc[firm.argmax()])
    unsure = str(ranking["site_id"].iloc[-1])
    assert rows[sure]["c"][3] > rows[unsure]["c"][3] >= markers.FAINTEST
    assert rows[sure]["c"][:3] == plain[sure]["c"]
    assert rows[sure]["t"].endswith("%")


def test_rank_classes_are_in_words() -> None:
    assert class_labels((1, 2, 4, 11), 8) == ["1", "2–3", "4–8"], "no class ends beyond the number of sites"


def test_methods_check_answers_in_json_and_by_its_exit_code(run, tmp_path) -> None:
    rows = answered(run("methods", "check", str(GOLDEN), "--format", "json"))
    assert len(rows) == 26
    assert all(row["agree"] is True and set(row) >= {"case", "method", "agree", "max_abs_diff"} for row in rows)
    case = json.loads((GOLDEN / "owa_yager_1988.json").read_text(encoding="utf-8"))
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "x.json").write_text(json.dumps({**case, "expected": {"score": 0.5}}), encoding="utf-8")
    done = run("methods", "check", str(tmp_path / "cases"), "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["agree"] is False
    missing = run("methods", "check", str(tmp_path / "nowhere"))
    assert missing.returncode == 2
    assert "holds no case" in missing.stderr


def test_desks_and_robustness_and_unknowns_answer_in_json(run) -> None:
    desks = answered(run("desks", "--commodity", "neodymium", "--rule", "nash", "--top", "5", "--format", "json"))
    assert desks["rule"] == "nash"
    assert [row["joint_rank"] for row in desks["sites"]] == sorted(row["joint_rank"] for row in desks["sites"])
    firm = answered(run("robustness", "--commodity", "neodymium", "--draws", "50", "--top", "5", "--format", "json"))
    assert all(0 <= row["in_top_k"] <= 1 and row["rank_low"] <= row["rank_high"] for row in firm)
    again = answered(run("robustness", "--commodity", "neodymium", "--draws", "50", "--top", "5", "--format", "json"))
    assert firm == again
    learn = answered(run("unknowns", "--commodity", "neodymium", "--top", "5", "--format", "json"))
    assert all(0 < row["changes"] <= 1 and row["open"] in ("unknown", "range") for row in learn)


def test_sensitivity_names_ranges_and_needs(run) -> None:
    found = answered(
        run("sensitivity", "lofdal-bergville", "--commodity", "dysprosium", "--top-k", "1", "--format", "json")
    )
    assert {each["group"] for each in found["stability"]} == {
        "grade",
        "permitting",
        "infrastructure",
        "ownership",
        "gap",
        "gap_japan",
    }
    assert found["tornado"][0]["high"] > found["tornado"][0]["low"]
    other = run("sensitivity", "usa-mountain-pass-ceec", "--commodity", "lithium")
    assert other.returncode == 2
    assert "not listed under lithium" in other.stderr


def test_milestones_are_kept_shown_and_dropped(run) -> None:
    kept = answered(run("milestones", "set", "Round Top", "--started", "2025-01-15", "--format", "json"))
    assert kept[0]["p50"] < 69
    months = next(
        line
        for line in answered(run("site", "Round Top", "--format", "json"))["lines"]
        if line["criterion"] == "permitting_months"
    )
    assert months["source_id"] == "own:milestones"
    assert months["value"] == pytest.approx(kept[0]["p50"], abs=0.5)
    assert run("milestones", "remove", "Round Top").returncode == 0
    assert answered(run("milestones", "list", "--format", "json")) == []
    wrong = run("milestones", "set", "Round Top", "--started", "soon")
    assert wrong.returncode == 2
    assert "is not a date" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_rank_takes_a_method(run) -> None:
    rows = answered(run("rank", "--method", "topsis", "--top", "3", "--format", "json"))
    assert [row["rank"] for row in rows] == [1, 2, 3]
    refused = run("rank", "--method", "magic")
    assert refused.returncode == 2
    assert "No method is called 'magic'" in refused.stderr


def test_a_site_whose_permits_the_user_knows_moves_in_the_list() -> None:
    scenario = from_preset("speed")
    plain = rankings.ranking(scenario).set_index("site_id")
    session.own().tell("usa-round-top-d3a9", {"granted": "2026-01-01"})
    told = rankings.ranking(scenario).set_index("site_id")
    assert told.loc["usa-round-top-d3a9", "rank"] < plain.loc["usa-round-top-d3a9", "rank"]
    session.own().untell("usa-round-top-d3a9")
    back = rankings.ranking(scenario).set_index("site_id")
    assert back.loc["usa-round-top-d3a9", "score"] == plain.loc["usa-round-top-d3a9", "score"]
