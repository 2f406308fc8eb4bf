"""Files that commands write and read, as the real program does it.

Whole or not at all, checked before the work, never over another unasked.
"""

from __future__ import annotations

import sys
from pathlib import Path

import docx
import pytest

pytestmark = pytest.mark.usefixtures("small_app")

SCRIPT = Path(sys.executable).with_name("orebridge")
SITE = "usa-mountain-pass-ceec"


def test_a_note_for_a_site_that_is_listed_is_kept_and_one_too_long_is_refused(run) -> None:
    assert run("shortlist", "add", SITE).returncode == 0
    assert "with the note" in run("shortlist", "add", SITE, "--note", "seen").stdout
    assert "seen" in run("shortlist", "show").stdout
    refused = run("shortlist", "add", SITE, "--note", "x" * 20_001)
    assert (refused.returncode, "a note takes 20000 characters" in refused.stderr) == (2, True)
    assert "seen" in run("shortlist", "show").stdout


def test_the_name_of_a_shortlist_is_never_taken_as_a_site(run) -> None:
    run("shortlist", "new", "desk")
    refused = run("shortlist", "add", "desk", SITE)
    assert refused.returncode == 2
    assert "'desk' is a shortlist" in refused.stderr
    assert "SITE --name 'desk'" in refused.stderr
    assert SITE not in run("shortlist", "show", "--name", "desk").stdout
    assert "taken as a part of its name" in run("shortlist", "add", "Lofdal", "--name", "desk").stdout
    assert "taken as" not in run("shortlist", "add", SITE, "--name", "desk").stdout


def test_a_site_that_is_not_listed_cannot_be_taken_off(run) -> None:
    run("shortlist", "add", SITE)
    refused = run("shortlist", "remove", SITE, "nosuch")
    assert (refused.returncode, "'nosuch' is not on the shortlist 'default'" in refused.stderr) == (2, True)
    assert SITE in run("shortlist", "show").stdout
    assert run("milestones", "remove", SITE).returncode == 2


def test_a_note_as_word_pastes_it_goes_into_a_memo_and_steers_no_terminal(run, tmp_path: Path) -> None:
    run("shortlist", "new", "default", "--commodity", "rare earths")  # a memo of 805 sites, not of all
    run("shortlist", "add", SITE, "--note", "soft\vbreak \x1b[31mred\x1b]0;title\x07")
    assert "\x1b" not in run("shortlist", "show").stdout
    done = run("memo", "default", "-o", "memo.docx")
    assert done.returncode == 0, done.stderr
    assert "red" in "".join(each.text for each in docx.Document(str(tmp_path / "memo.docx")).paragraphs)
    again = run("memo", "default", "-o", "memo.docx")
    assert (again.returncode, "exists already; add --overwrite" in again.stderr) == (2, True)


@pytest.mark.parametrize("words", [("export", "--country", "NAM"), ("shortlist", "export")])
def test_an_export_replaces_nothing_unasked_and_follows_no_link(run, tmp_path: Path, words: tuple[str, ...]) -> None:
    run("shortlist", "add", SITE)
    (tmp_path / "x.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "x.csv")
    for name, says in (
        ("x.csv", "exists already; add --overwrite"),
        ("link.csv", "is a link"),
        ("nowhere/x.csv", "make it first"),
    ):
        refused = run(*words, name)
        assert (refused.returncode, says in refused.stderr) == (2, True), refused
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == "mine"
    assert run(*words, "x.csv", "--overwrite").returncode == 0
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").startswith("rank,")


def test_a_workspace_goes_out_and_comes_in_by_the_commands(run) -> None:
    run("shortlist", "new", "heavy", "--commodity", "dysprosium")
    run("shortlist", "add", SITE, "--name", "heavy")
    assert run("shortlist", "export", "heavy.orebridge", "--name", "heavy").returncode == 0
    assert "'heavy' is imported as 'heavy (2)'" in run("shortlist", "import", "heavy.orebridge").stdout
    for wrong in ("nosuch.orebridge", "home"):
        refused = run("shortlist", "import", wrong)
        assert (refused.returncode, "orebridge shortlist export FILE.orebridge" in refused.stderr) == (2, True)
