"""`orebridge supply`: what it names in JSON, what is unknown, two vintages, and one sentence for what is not there."""

from __future__ import annotations

import csv
import io
import json

import pytest

from data.sources import load_sources
from scoring.supply.desks import DESKS

pytestmark = pytest.mark.usefixtures("small_app")


def answered(done) -> list[dict]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_json_names_commodity_stage_countries_shares_vintages_and_sources(run) -> None:
    (cell,) = answered(run("supply", "--commodity", "Gallium", "--format", "json"))
    assert (cell["commodity"], cell["stage"], cell["desk"], cell["vintage"]) == ("gallium", "refined", "us", "2026")
    supply = cell["supply"]
    assert (supply["leading_country"], supply["vintage"], supply["year"]) == ("CHN", "2026", 2025)
    assert round(supply["leading_share_pct"]["low"], 1) == round(supply["leading_share_pct"]["high"], 1) == 99.0
    assert supply["hhi"]["low"] <= supply["hhi"]["high"] <= 1
    assert cell["net_import_reliance_pct"] == {"low": 100.0, "high": 100.0}
    assert cell["reliance"]["status"] == "printed"
    assert cell["geopolrisk"] is None
    assert set(cell["source_ids"]) <= set(load_sources())
    assert {each["source_id"] for each in cell["published"]} == {"eu_crm_2023"}
    assert [(rank["rank"], rank["of"]) for rank in cell["published_ranks"]] == [(6, 84)]


@pytest.mark.parametrize("desk", DESKS)
def test_every_desk_answers_with_registered_sources_and_ordered_ends(run, desk: str) -> None:
    cells = answered(run("supply", "--desk", desk, "--format", "json"))
    assert len(cells) > 100
    assert {source for cell in cells for source in cell["source_ids"]} <= set(load_sources())
    for cell in cells:
        for ends in (cell["net_import_reliance_pct"], cell["geopolrisk"], (cell["supply"] or {}).get("hhi")):
            assert ends is None or 0 <= ends["low"] <= ends["high"] <= 100


def test_japan_relies_on_others_for_all_its_graphite_as_modelled(run) -> None:
    (mine, _refined) = answered(run("supply", "--commodity", "graphite", "--desk", "japan", "--format", "json"))
    assert mine["reliance"]["status"] == "modelled"
    assert mine["net_import_reliance_pct"] == {"low": 100.0, "high": 100.0}
    assert (mine["trade"]["year"], mine["trade"]["hs92"]) == (2024, ["250410", "250490"])
    assert mine["trade"]["origins"][0]["country"] == "CHN"


def test_two_vintages_stand_side_by_side(run) -> None:
    changes = answered(run("supply", "--commodity", "nickel", "--against", "2024", "--format", "json"))
    mine = next(change for change in changes if change["stage"] == "mine")
    assert round(mine["older"]["supply"]["leading_share_pct"]["low"]) == 50
    assert round(mine["newer"]["supply"]["leading_share_pct"]["low"], 1) == 66.9
    assert not mine["new_leader"]
    table = run("supply", "--commodity", "nickel", "--against", "2024").stdout
    assert "-> 66.9" in table


def test_csv_has_one_row_a_cell_with_ends_as_numbers(run) -> None:
    done = run("supply", "--commodity", "tungsten", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["stage"] for row in rows] == ["mine", "refined"]
    assert (rows[1]["net_import_reliance_low"], rows[1]["net_import_reliance_high"]) == ("50.0", "100.0")
    assert rows[1]["reliance_printed"] == ">50"


def test_the_table_marks_what_is_not_printed_and_what_is_not_known(run) -> None:
    out = run("supply", "--commodity", "gallium", "--desk", "japan").stdout
    assert "58 (stated)" in out
    assert "?" in out


def test_the_switch_of_stages_counts_fewer_allied_sites(run) -> None:
    listed = []
    for stages in ("operating", "all"):
        asked = ("supply", "--commodity", "lithium", "--stage", "mine", "--stages", stages, "--format", "json")
        (cell,) = answered(run(*asked))
        assert cell["allied_sites"]["stages"] == stages
        listed.append(cell["allied_sites"]["listed"])
    assert 0 < listed[0] < listed[1]
    table = run("supply", "--commodity", "lithium", "--stages", "operating").stdout
    assert f"({listed[0]})" in table


def test_every_printed_figure_of_a_cell_is_listed(run) -> None:
    facts = answered(run("supply", "--commodity", "gallium", "--stage", "refined", "--facts", "--format", "json"))
    assert {"900,000", "100"} <= {fact["printed"] for fact in facts}
    assert {fact["vintage"] for fact in facts} >= {"2023", "2024", "2025", "2026"}
    assert all(fact["source_id"] in load_sources() for fact in facts)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--commodity", "unobtainium"), "commodity 'unobtainium' is not there; take one of aluminum, antimony"),
        (("--stage", "smelter"), "stage 'smelter' is not there; take one of mine, intermediate"),
        (("--commodity", "gallium", "--stage", "mine"), "No publication counts gallium at the stage mine"),
        (("--desk", "eu"), "desk 'eu' is not there; take one of us, japan, joint, partners"),
        (("--vintage", "1999"), "vintage '1999' is not there; take one of 2026, 2025, 2024, 2023"),
        (("--stages", "soon"), "stages 'soon' is not there; take one of operating, construction, feasibility, all"),
        (("--against", "1999"), "vintage '1999' is not there"),
        (("--facts",), "give --commodity and --stage"),
    ],
)
def test_what_is_not_there_is_one_sentence_with_the_cure(run, words: tuple[str, ...], says: str) -> None:
    done = run("supply", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
