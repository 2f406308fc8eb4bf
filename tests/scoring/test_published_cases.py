"""Published numeric cases against our methods, and what the checker says of cases that are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scoring import published_cases
from scoring.errors import MethodError

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "mcda"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "mcda"
PAPERS = sorted(path.stem for path in GOLDEN.glob("*.json"))


def case(name: str) -> dict:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def test_the_golden_cases_are_all_there() -> None:
    assert len(PAPERS) == 26
    if SHARED.is_dir():
        assert {path.stem for path in SHARED.glob("*.json")} <= set(PAPERS)


@pytest.mark.parametrize("paper", PAPERS)
def test_agrees_with(paper: str) -> None:
    found = published_cases.check_file(GOLDEN / f"{paper}.json")
    assert found.agree, found
    assert found.max_abs_diff is not None
    assert found.max_abs_diff <= case(paper)["atol"] + published_cases.ARITHMETIC


def test_an_input_that_a_method_does_not_use_is_refused_and_not_ignored() -> None:
    inputs = case("spotis_dezert_2020_a")["inputs"]
    with pytest.raises(MethodError, match=r"does not use \[?'?target"):
        published_cases.run("SPOTIS", {**inputs, "target": [1.0] * len(inputs["weights"])})
    assert published_cases.run("SPOTIS", {**inputs, "note": "Table 2"})["rank"] is not None


def test_words_for_uniform_weights_are_understood_and_given_weights_are_not_ignored() -> None:
    matrix = case("smaa_two_criteria_exact")["inputs"]["matrix"]
    with pytest.raises(MethodError, match="draws its weights"):
        published_cases.run("SMAA-2", {"matrix": matrix, "weights": [0.9, 0.1]})


def test_preference_functions_are_understood_by_their_spellings_or_refused() -> None:
    inputs = {"matrix": [[1.0], [3.0]], "weights": [1.0], "p": [4.0]}
    spelled = [
        published_cases.run("PROMETHEE II", {**inputs, "preference": name})["net_flow"]
        for name in ("V-shape", "vshape", "v_shape")
    ]
    assert [list(each) for each in spelled] == [pytest.approx([-0.5, 0.5])] * 3
    with pytest.raises(MethodError, match="No preference function is called 'wavy'"):
        published_cases.run("PROMETHEE II", {**inputs, "preference": "wavy"})


def test_ahp_of_wang_and_chin_2011_is_warned_of() -> None:
    found = published_cases.run("AHP eigenvector", case("ahp_wang_chin_2011_inconsistent")["inputs"])
    assert found["warn"]
    assert found["cr"] == pytest.approx(0.22901131, abs=1e-6)
    assert found["lambda_max"] == pytest.approx(7.4198701, abs=1e-6)


def test_ahp_of_papathanasiou_and_ploskas_2018_is_consistent() -> None:
    found = published_cases.run("AHP eigenvector", case("ahp_papathanasiou_ploskas_2018")["inputs"])
    assert not found["warn"]
    assert found["cr"] == pytest.approx(0.01610869, abs=1e-6)


def test_topsis_depends_on_its_normalisation_opricovic_and_tzeng_2004() -> None:
    inputs = case("topsis_opricovic_tzeng_2004")["inputs"]
    by_minmax = published_cases.run("TOPSIS", inputs)["rank"].tolist()
    by_vector = published_cases.run("TOPSIS", {**inputs, "normalisation": "vector"})["rank"].tolist()
    assert by_minmax == [2, 1, 2]
    assert by_vector != by_minmax


def written(folder: Path, **changes: object) -> Path:
    path = folder / "changed.json"
    path.write_text(json.dumps({**case("vikor_tzeng_huang_2011"), **changes}), encoding="utf-8")
    return path


def test_the_name_of_a_case_is_not_looked_at(tmp_path: Path) -> None:
    assert published_cases.check_file(written(tmp_path, name="something else")).agree


def test_a_wrong_expectation_does_not_agree(tmp_path: Path) -> None:
    expected = {"S": [0.6, 0.3, 0.15, 0.66]}
    found = published_cases.check_file(written(tmp_path, expected=expected))
    assert not found.agree
    assert found.max_abs_diff == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"method": "crystal ball"}, "No method of ours is called 'crystal ball'"),
        ({"inputs": {"matrix": [[1, 2]]}}, "KeyError"),
        ({"inputs": {"matrix": [[1, 2]], "weights": [1, 0, 0]}}, "3 weights|Error"),
        ({"expected": {"utility": [1]}}, "not 'utility'"),
    ],
)
def test_a_case_that_cannot_be_run_says_why(tmp_path: Path, changes: dict, problem: str) -> None:
    found = published_cases.check_file(written(tmp_path, **changes))
    assert not found.agree
    assert found.max_abs_diff is None or found.max_abs_diff > 0
    assert any(part in found.problem for part in problem.split("|"))


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"method": "WSM"}'])
def test_a_file_that_is_no_case_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    found = published_cases.check_file(path)
    assert not found.agree
    assert "Not a case" in found.problem


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match="holds no case"):
        published_cases.check_folder(tmp_path)


def test_an_expectation_without_numbers_never_agrees(tmp_path: Path) -> None:
    assert not published_cases.check_file(written(tmp_path, expected={})).agree


def test_differences_are_the_largest_and_shapes_count() -> None:
    assert published_cases.difference([[1.0, 2.0]], np.array([[1.0, 2.25]])) == 0.25
    assert published_cases.difference([1.0], [1.0, 2.0]) == float("inf")
    assert published_cases.difference(1.0, float("nan")) == float("inf")
    assert published_cases.difference(1.0, None) == float("inf")
