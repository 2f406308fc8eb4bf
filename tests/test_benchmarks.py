"""Each benchmark at small size: it runs, says which peers are missing, and its answers agree. Times nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import (
    backtest_report,
    bench_evidence,
    bench_methods,
    bench_nearest,
    bench_portfolio,
    bench_rank,
    bench_rerun,
    bench_response,
    bench_screen,
    bench_surface,
    bench_weighted_sum,
    calibrate_ranges,
    fuzz_uploads,
    hide_and_recover,
    hostile_files,
    hostile_requests,
    load_api,
    prospect_conus,
    prospect_gawler,
    store_trials,
    uploads_table,
)
from layers import restrict
from layers.sandbox import Reader
from tests.sampling import sampled

HERE = Path(__file__).resolve().parent
UPLOADS = HERE / "golden" / "uploads"
#: Parts of the others, or tried where their subject is: the page of the payload in tests/browser, the lithium model in
#: tests/test_busch_lithium.py.
ELSEWHERE = {"app_process", "fuzz_mutants", "fuzz_seeds", "bench_browser", "bench_payload", "busch_lithium"}
shut_in = pytest.mark.skipif(not restrict.guard_state().whole, reason="this kernel cannot shut a reader in")


def numbers(pattern: str, text: str) -> list[float]:
    """Return what a pattern finds, as numbers; something must be found."""
    found = [float(each) for each in re.findall(pattern, text)]
    assert found, text
    return found


def test_each_benchmark_is_tried() -> None:
    tried = set(re.findall(r"^    (\w+),$", Path(__file__).read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {path.stem for path in (HERE.parent / "benchmarks").glob("*.py")} <= tried | ELSEWHERE


def test_a_reweighting_orders_as_numpy_does(capsys: pytest.CaptureFixture[str]) -> None:
    bench_rank.main(300)
    assert numbers(r"(\S+) x ours", capsys.readouterr().out)[0] == 1.0


@pytest.mark.nightly
def test_a_rerun_is_timed_beside_plain_pages(capsys: pytest.CaptureFixture[str], monkeypatch, own_store) -> None:
    monkeypatch.setattr(bench_rerun, "SECONDS_BETWEEN_MOVES", 0.0)
    bench_rerun.main(3, 2)
    out = capsys.readouterr().out
    assert len(numbers(r"rerun (\d+) ms, slider moved", out)) == 3
    assert len(numbers(r"3 visitors, moves [a-z ]+: re-ranking P50 (\d+) ms", out)) == 2


def test_methods_and_smaa_agree_with_the_plain_way(capsys: pytest.CaptureFixture[str]) -> None:
    bench_methods.main(["--sites", "600"])
    out = capsys.readouterr().out
    assert "peers not installed: " in out
    assert max(numbers(r"largest difference of P\(top 100\) on \d+ draws: (\S+)", out)) < 0.05
    assert out.count("ours ") == 9


@pytest.mark.nightly
def test_a_response_balances_as_the_plain_loop_does(capsys: pytest.CaptureFixture[str]) -> None:
    bench_response.main(50)
    out = capsys.readouterr().out
    assert numbers(r"largest difference: (\S+)", out)[0] < 1e-9
    assert numbers(r"every stage: (\S+) s", out)[0] < 30


def test_a_portfolio_is_the_same_however_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    bench_portfolio.main(120, 12, 10)
    out = capsys.readouterr().out
    assert "120 projects, 12 cells: exact in" in out
    assert max(numbers(r"differ by \S+ points on average, (\S+) at most", out)) < 2
    assert out.count("the same share") + out.count("PuLP is not installed") == 1


@pytest.mark.nightly
@pytest.mark.parametrize(("study", "models"), sampled([(prospect_conus, 7), (prospect_gawler, 4)], 2))
def test_models_of_prospectivity_are_told_on_blocks_beside_the_split_that_leaks(
    study, models: int, capsys: pytest.CaptureFixture[str]
) -> None:
    study.main()
    out = capsys.readouterr().out
    assert "made-up cells: no folder was given" in out
    assert len(re.findall(r"^\| [A-Z][a-z-]+ .* \(\S+ to \S+\) \|", out, flags=re.MULTILINE)) == models
    assert "random: leaks" in out
    assert len(re.findall(r"^\| \w+ \| \d+ \| \S+ \| \S+ \| \S+ \|", out, flags=re.MULTILINE)) == {7: 3, 4: 0}[models]


@pytest.mark.nightly
def test_hidden_values_are_recovered_within_their_range(capsys: pytest.CaptureFixture[str]) -> None:
    hide_and_recover.main(2)
    out = capsys.readouterr().out
    projects = out.split("mines among projects")[0]
    errors = numbers(r"\| [+-]\S+ \| (\S+) \|", projects)
    assert len(errors) == 4
    assert errors[0] == min(errors)


def test_stated_ranges_hold_what_another_source_says(capsys: pytest.CaptureFixture[str]) -> None:
    calibrate_ranges.main()
    out = capsys.readouterr().out
    for name in ("Grade percentile", "Contained metal"):
        at_80, at_90 = (float(each) for each in re.findall(rf"{name} \|.*\| (\d+)% \| (\d+)% \|", out)[0])
        assert at_80 == pytest.approx(80, abs=8), name
        assert at_90 == pytest.approx(90, abs=4), name


def test_nearest_places_are_those_of_brute_force(capsys: pytest.CaptureFixture[str]) -> None:
    bench_nearest.main(60)
    out = capsys.readouterr().out
    assert numbers(r"at most (\S+) m off", out)[0] < 0.5
    assert numbers(r"ours farther by more than 1 m: (\S+)%", out) == [0.0, 0.0]


def test_evidence_is_measured_beside_geopandas(capsys: pytest.CaptureFixture[str]) -> None:
    bench_evidence.main(3_000, 300, 100)
    out = capsys.readouterr().out
    assert re.findall(r"^  (\w+): ours", out, flags=re.MULTILINE) == [
        *("distance_km", "density", "mean_within"),
        *("distance_km", "density", "mean_within", "inside"),
    ]
    assert numbers(r"another neighbour that is farther at (\S+)%", out)
    assert out.rstrip().endswith("peer off by over 1 % at 0.0% of the sites")  # inside: no projection, no doubt


@pytest.mark.nightly
@pytest.mark.usefixtures("plain_main")
def test_a_screening_is_measured_beside_rasters(
    capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench_screen, "FILE_CELLS", 20_000)
    bench_screen.compare(tmp_path, 90_000)
    out = capsys.readouterr().out
    assert "best 1000 those of rasterio: True" in out
    assert len(re.findall(r"^\| \D.* \| \S+ \| \S+ \|", out, flags=re.MULTILINE)) >= 3
    assert out.count("equal") == out.count("equal: True") + out.count("equal on Dask: True") == 3
    bench_screen.growth(tmp_path, (4,))
    assert "On paper, 1e+10 cells" in capsys.readouterr().out


def test_a_weighted_sum_is_measured_beside_rasters(
    capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench_screen, "FILE_CELLS", 20_000)
    bench_weighted_sum.compare(tmp_path, 90_000)
    out = capsys.readouterr().out
    assert "same best 1000: True" in out
    assert len(re.findall(r"^\| \D.* \| \S+ \| \S+ \|", out, flags=re.MULTILINE)) >= 3


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of affine, as rio-tiler calls it
def test_a_surface_of_many_cells_is_drawn_at_each_zoom(capsys: pytest.CaptureFixture[str]) -> None:
    bench_surface.main(0.05)
    out = capsys.readouterr().out
    assert "50,000 cells: surfaces written" in out
    assert "14 pictures of 1200 x 800" in out


@pytest.mark.nightly
def test_clients_at_once_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    load_api.main(["--small"])
    out = capsys.readouterr().out
    rows = re.findall(r"^(re-ranking|map feed) +(\d+) +\d+ .* (\d+)$", out, flags=re.MULTILINE)
    assert [row[:2] for row in rows] == [(name, n) for name in ("re-ranking", "map feed") for n in ("1", "5")]
    assert {row[2] for row in rows} == {"0"}


@pytest.mark.nightly
def test_hostile_requests_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        hostile_requests.main(["--small"])
    out = capsys.readouterr().out
    assert end.value.code == 0, out
    assert " 0 answered by 500 or not at all" in out


@pytest.mark.nightly
def test_hostile_shortlist_files_are_kept_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert hostile_files.main(["--small"]) == 0, capsys.readouterr().out


@pytest.mark.nightly
@pytest.mark.usefixtures("made_stores", "plain_main")
def test_no_trial_of_the_store_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert store_trials.main(["--small"]) == 0, capsys.readouterr().out


@pytest.mark.nightly
@shut_in
def test_broken_uploads_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        fuzz_uploads.main([str(UPLOADS), "--count", "6", "--seconds", "60"])
    out = capsys.readouterr().out
    assert end.value.code == 0, out
    assert numbers(r"promises broken +(\d+)", out) == [0]


@shut_in
def test_a_row_of_the_page_of_uploads_says_what_was_found(tmp_path: Path) -> None:
    sample = UPLOADS / "readable" / "usgs_lithium_points.csv"
    with Reader() as reader:
        row = uploads_table.row(reader, tmp_path, (sample,))
    assert row.startswith(r"| usgs\_lithium\_points.csv | ok |") or row.startswith("| usgs_lithium_points.csv | ok |")
    assert "point, 61 features" in row


@pytest.mark.nightly
def test_the_public_backtest_is_written_from_the_answer_of_the_command() -> None:
    blind = backtest_report.answer("--blind")
    assert backtest_report.figure(blind).count("<polyline") == 1 + len(blind["capture_baselines"])
    assert f"scenario `{blind['scenario_hash']}`" in backtest_report.page(blind, blind, blind)
