"""Commands on facts: stale, template, add, list, remove, undo, letter; what goes in counts in the next command."""

from __future__ import annotations

import json

import pytest

from data.fact_rows import COLUMNS

pytestmark = pytest.mark.usefixtures("small_app")

SITE = "usa-mountain-pass-ceec"
HEADER = ",".join(COLUMNS)
ROW = f"{SITE},stage,,,,,,exploration,,2026-03,Report,https://example.org,"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    return path


def stage_of(run) -> str:
    rows = json.loads(run("rank", "--search", "Mountain Pass", "--format", "json").stdout)
    return next(row["stage"] for row in rows if row["site_id"] == SITE)


def test_add_counts_in_the_next_command_and_undo_takes_it_back(run, table) -> None:
    before = stage_of(run)
    added = run("facts", "add", table)
    assert added.returncode == 0, added.stderr
    assert "1 facts stored" in added.stdout
    assert stage_of(run) == "exploration" != before
    listed = json.loads(run("facts", "list", "--format", "json").stdout)
    assert [fact["text"] for fact in listed] == ["exploration"]
    claims = json.loads(run("site", SITE, "--format", "json").stdout)["claims"]
    assert [c["source_id"][:9] for c in claims if c["attribute"] == "stage" and c["chosen"]] == ["own:fact:"]
    assert run("facts", "remove", listed[0]["fact_id"]).returncode == 0
    assert stage_of(run) == before
    assert "removal of 1" in run("facts", "undo").stdout
    assert stage_of(run) == "exploration"
    assert "addition of 1" in run("facts", "undo").stdout
    assert stage_of(run) == before
    assert "nothing to undo" in run("facts", "undo").stdout


def test_bad_rows_are_all_told_and_nothing_is_written(run, table) -> None:
    table.write_text("\n".join([HEADER, ROW, ROW.replace("exploration", "?"), ROW.replace("2026-03", "2030")]))
    refused = run("facts", "add", table)
    assert refused.returncode == 2
    assert "row 3, text:" in refused.stderr
    assert "row 4, as_of:" in refused.stderr
    assert "2 of 3 rows" in refused.stderr
    assert json.loads(run("facts", "list", "--format", "json").stdout) == []
    dry = run("facts", "add", table, "--dry-run", "--format", "json")
    assert dry.returncode == 2
    assert [problem["row"] for problem in json.loads(dry.stdout)["problems"]] == [3, 4]
    kept = run("facts", "add", table, "--skip-bad")
    assert kept.returncode == 0
    assert len(json.loads(run("facts", "list", "--format", "json").stdout)) == 1


def test_sender_and_date_of_the_options_stand_for_rows_without(run, table) -> None:
    table.write_text(f"{HEADER}\n{SITE},stage,,,,,,exploration,,,,,\n")
    assert run("facts", "add", table).returncode == 2
    assert run("facts", "add", table, "--sender", "Example Mining", "--dated", "2026-10-01").returncode == 0
    (fact,) = json.loads(run("facts", "list", SITE, "--format", "json").stdout)
    assert (fact["source_title"], fact["as_of"], fact["source_url"]) == (
        "Example Mining",
        "2026-10-01",
        "document: facts.csv",
    )


def test_stale_lists_by_effect(run) -> None:
    rows = json.loads(run("facts", "stale", "--commodity", "gallium", "--format", "json", "--top", "40").stdout)
    effects = [row["effect"] for row in rows]
    assert effects == sorted(effects, reverse=True)
    assert rows[0]["reason"] in ("unknown", "undated", "old", "closing")
    owners = json.loads(
        run(
            "facts", "stale", "--commodity", "gallium", "--attribute", "owner", "--within", "20", "--format", "json"
        ).stdout
    )
    assert {row["attribute"] for row in owners} == {"owner"}
    assert all(row["best_rank"] <= 20 and set(row["gates"]) <= {"covered_nation", "covered_any"} for row in owners)
    site = json.loads(run("facts", "stale", "--site", SITE, "--format", "json").stdout)
    assert "capex" in {row["attribute"] for row in site}
    assert run("facts", "stale", "--attribute", "colour").returncode == 2


def test_a_fact_of_one_s_own_is_not_stale_any_more(run, table) -> None:
    table.write_text(f"{HEADER}\n{SITE},capex,,345,USD M,,,,,2026-03,Report,https://example.org,\n")
    assert run("facts", "add", table).returncode == 0
    site = json.loads(run("facts", "stale", "--site", SITE, "--format", "json").stdout)
    assert "capex" not in {row["attribute"] for row in site}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_template_is_written_in_both_languages(run, tmp_path, lang: str) -> None:
    path = tmp_path / "t.csv"
    assert run("facts", "template", "--lang", lang, "--site", SITE, "-o", path).returncode == 0
    text = path.read_text(encoding="utf-8-sig")
    assert text.startswith("site_id / サイトID" if lang == "ja" else "site_id,")
    assert f"{SITE},stage" in text
    assert "capacity_t_y" not in text
    assert run("facts", "template", "-o", path).returncode == 2, "an existing file is not replaced"
    assert run("facts", "template", "--lang", "fr").returncode == 2


def test_letter_is_written_and_comes_back(run, tmp_path) -> None:
    for suffix in (".docx", ".xlsx"):
        made = run(
            "facts", "letter", SITE, "nam-lofdal-bergville-11c6", "-o", tmp_path / f"l{suffix}", "--from", "METI"
        )
        assert made.returncode == 0, made.stderr
        assert "questions on 2 sites" in made.stdout
    assert run("facts", "add", tmp_path / "l.xlsx").returncode == 2
    assert run("facts", "letter", SITE, "-o", tmp_path / "l.pdf").returncode == 2
    assert run("facts", "letter", SITE, "-o", tmp_path / "m.docx", "--due", "soon").returncode == 2
    assert run("facts", "letter", "no-such-site", "-o", tmp_path / "m.docx").returncode == 2


def test_missing_files_are_one_sentence(run, tmp_path) -> None:
    missing = run("facts", "add", tmp_path / "none.csv")
    assert missing.returncode == 2
    assert "cannot be read" in missing.stderr
