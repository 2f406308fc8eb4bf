"""The workspace by command and on its pages: what is written is kept, exported and read back equal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import geopandas as gpd
import openpyxl
import pytest

from data import shortlists
from data.export import WRITERS
from data.shortlist_items import Item, Shortlist
from scoring.criteria.catalogue import load
from scoring.ranking.scenario import from_preset
from tests.app import new_app
from tests.commands import invoked
from tests.ui.screens.test_pages import opened
from ui.screens.shortlist.snapshots import _signed
from ui.text.weight_words import named
from workspace import rankings, session, snapshots
from workspace.rows import listing_of

IDS = ("usa-mountain-pass-ceec", "nam-lofdal-bergville-11c6", "aus-iluka-eneabba-rare-earths-da3b")


pytestmark = pytest.mark.usefixtures("small_app", "own_store")


def run(*words: str, code: int = 0) -> str:
    done = invoked(*words, catch_exceptions=code != 0)
    assert done.exit_code == code, done.output
    return done.output if code == 0 else str(done.exception)


@pytest.fixture
def heavy() -> str:
    run("shortlist", "new", "heavy", "--question", "Which?", "--commodity", "dysprosium", "--preset", "japan_desk")
    run("shortlist", "add", *IDS, "--name", "heavy")
    run(
        "shortlist",
        "note",
        IDS[1],
        "--name",
        "heavy",
        "--note",
        "=1+1",
        "--tags",
        "a, b",
        "--status",
        "under review",
        "--due",
        "2026-12-15",
    )
    return "heavy"


def test_commands_from_new_to_diff(heavy: str, tmp_path: Path) -> None:
    rows = json.loads(run("shortlist", "show", "--name", heavy, "--format", "json"))
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)
    lofdal = next(row for row in rows if row["site_id"] == IDS[1])
    assert (lofdal["note"], lofdal["tags"], lofdal["status"], lofdal["due"]) == (
        "=1+1",
        ["a", "b"],
        "under review",
        "2026-12-15",
    )
    key = run("shortlist", "freeze", "--name", heavy, "--label", "first").split()[1]
    assert "3 sites reproduce the same ranks and scores" in run("shortlist", "verify", key[:6])
    told = json.loads(run("shortlist", "diff", key, "--name", heavy, "--format", "json"))
    assert {move["standing"] for move in told["moves"]} == {"kept"}
    assert all(move["rank_then"] == move["rank_now"] for move in told["moves"])
    file = tmp_path / "heavy.orebridge"
    run("shortlist", "export", str(file), "--name", heavy)
    assert "'heavy' is imported as 'heavy (2)'" in run("shortlist", "import", str(file))
    assert shortlists.snapshots(session.store(), "heavy (2)")[0]["snapshot_id"] == key


def test_undo_redo_rename_duplicate_and_drop_by_command(heavy: str) -> None:
    run("shortlist", "remove", IDS[0], "--name", heavy)
    assert "Undone: remove on 'heavy'" in run("shortlist", "undo")
    assert len(shortlists.site_ids(session.store(), heavy)) == 3
    run("shortlist", "redo")
    run("shortlist", "rename", heavy, "light")
    run("shortlist", "duplicate", "light", "copy")
    run("shortlist", "drop", "light")
    assert [row["name"] for row in json.loads(run("shortlist", "list", "--format", "json"))] == ["copy"]
    assert "There is no shortlist" not in run("shortlist", "show", "--name", "copy")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("shortlist", "show", "--name", "nope"), "No shortlist is called 'nope'"),
        (("shortlist", "note", IDS[0], "--name", "heavy", "--status", "bought"), "no status is called 'bought'"),
        (("shortlist", "add", "atlantis", "--name", "heavy"), "There is no site 'atlantis'"),
        (("shortlist", "verify", "zzz"), "No snapshot begins with 'zzz'"),
        (("shortlist", "export", "x.doc", "--name", "heavy"), "no format ends in '.doc'"),
        (("shortlist", "import", "README.md"), "This is not a workspace file"),
        (("memo", "heavy", "-o", "x.txt"), "a memo can be .pdf, .html, .docx"),
        (("memo", "nope", "-o", "x.pdf"), "No shortlist is called 'nope'"),
        (("compare", IDS[0]), "1 different sites cannot stand side by side"),
        (("shortlist", "new", "x", "--commodity", "unobtainium"), "No commodity is called 'unobtainium'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(heavy: str, words: tuple[str, ...], said: str) -> None:
    assert said in run(*words, code=1)
    assert "\n" not in run(*words, code=1).strip()


def test_compare_says_who_is_ahead(heavy: str) -> None:
    found = json.loads(run("compare", *IDS[:2], "--commodity", "dysprosium", "--format", "json"))
    rail = next(row for row in found["criteria"] if row["criterion"] == "rail_km")
    assert rail["ahead"] == IDS[0]
    assert rail[IDS[1]] > rail[IDS[0]]
    assert set(found["ranks"]["us_desk"]) == set(IDS[:2])


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_shortlist_comes_back_equal_from_every_format(heavy: str, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"list{suffix}"
    run("shortlist", "export", str(file), "--name", heavy)
    held = shortlists.read(session.store(), heavy)
    expected = listing_of(session.facts(), snapshots.scenario_of(held, from_preset()), held).sites
    if suffix == ".xlsx":
        rows = list(openpyxl.load_workbook(file)["Sites"].values)
        found = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        assert openpyxl.load_workbook(file)["Sites"].cell(2, 1).data_type != "f"
    elif suffix == ".parquet":
        with duckdb.connect() as con:
            columns = "rank, site_id, name, score, lon, lat, note, tags, status"
            found = con.execute(f"SELECT {columns} FROM read_parquet(?)", [str(file)]).df().to_dict("records")
    else:
        found = gpd.read_file(file, **({"layer": "sites"} if suffix in (".gpkg", ".kml") else {})).to_dict("records")
    for row, (_place, line) in zip(found, expected.iterrows(), strict=True):
        assert str(row["site_id"]) == line["site_id"]
        assert float(row["score"]) == pytest.approx(line["score"], abs=1e-12)
        assert (float(row["lon"]), float(row["lat"])) == pytest.approx((line["lon"], line["lat"]), abs=1e-9)
        note = str(row["note"] or "")
        assert note in (line["note"], "'" + line["note"], "nan", "None")
        assert str(row["status"]) == line["status"]


def test_compare_page_puts_sites_side_by_side_and_says_what_to_do_without(heavy: str) -> None:
    empty = opened("screens/compare/page.py")
    assert any("Choose 2 to 5 sites" in info.value for info in empty.info)
    test = new_app()
    test.query_params["m"] = "dysprosium"
    test.query_params["ids"] = ",".join(IDS)
    test.run()
    test.switch_page("screens/compare/page.py").run()
    assert not test.exception
    table = next(
        frame for frame in test.dataframe if "Criterion" in frame.value.columns and "Unit" in frame.value.columns
    )
    assert any("★" in str(cell) for cell in table.value["Mountain Pass"])
    shown = list(table.proto.column_order)
    assert shown[:2] == ["Criterion", "Mountain Pass"], "values stand beside the criterion"
    assert shown.index("Unit") == 1 + len(IDS), "and the unit beside the values, in sight"
    assert "Months to product" in [head.value for head in test.subheader]
    assert len([metric for metric in test.metric if metric.label == "Score"]) == 3


@pytest.mark.nightly
@pytest.mark.parametrize(("accuracy", "told"), [("centroid", True), ("exact", False)])
def test_dossier_and_comparison_say_what_starts_from_the_point_of_a_town(accuracy: str, told: bool) -> None:
    asked = "SELECT site_id FROM facts.site WHERE location_accuracy = ? ORDER BY site_id LIMIT 2"
    ids = [site_id for (site_id,) in session.facts().execute(asked, [accuracy]).fetchall()]
    dossier = opened("screens/site/page.py", id=ids[0], m="lithium")
    why = next(frame.value for frame in dossier.dataframe if "Desirability" in frame.value.columns)
    status = why.set_index("Criterion")["Status"]
    assert (status["Main road"] == "Measured from the town") is told
    assert any("within 15 km" in each.value for each in dossier.caption) is told
    compared = opened("screens/compare/page.py", ids=",".join(ids))
    assert any(each.value.startswith("† Distances") for each in compared.caption) is told
    table = next(frame.value for frame in compared.dataframe if "Unit" in frame.value.columns)
    assert table.map(lambda cell: "†" in str(cell)).any(axis=None) == told
    assert not compared.exception


def test_dossier_page_of_an_unknown_site_says_so() -> None:
    test = new_app()
    test.query_params["id"] = "atlantis-0000"
    test.run()
    test.switch_page("screens/site/page.py").run()
    assert not test.exception
    (error,) = (error.value.replace("\\", "") for error in test.error)
    assert error == "There is no site 'atlantis-0000'; write its id or a part of its name."
    search = next(each for each in test.text_input if each.key == "find_site")
    assert search.value == "atlantis-0000"
    search.set_value("Lofdal").run()
    (found,) = (each for each in test.button if (each.key or "").startswith("instead_"))
    found.click().run()
    assert test.subheader[0].value == "Lofdal"


def test_dossier_page_shows_every_part() -> None:
    shortlists.add(session.store(), "default", IDS[1])
    test = new_app()
    test.query_params["id"], test.query_params["m"] = IDS[1], "dysprosium"
    test.run()
    test.switch_page("screens/site/page.py").run()
    assert not test.exception
    heads = [head.value for head in test.subheader]
    assert heads[0] == "Lofdal"
    assert {
        "Why this score",
        "Gates",
        "Timing",
        "Owners",
        "Values by source",
        "Nearby and similar sites",
        "History",
    } <= set(heads)
    assert any(each.value.startswith("The score counts ") for each in test.caption)  # beside the tree of holders
    history = next(frame.value for frame in test.dataframe if "Shortlist" in frame.value.columns)
    assert list(history["Item"]) == ["added"]


def test_shortlist_page_freezes_and_says_what_moved() -> None:
    shortlists.new(session.store(), Shortlist("heavy", items=tuple(Item(site_id) for site_id in IDS)))
    snapshots.keep_scenario(session.store(), "heavy", from_preset(commodity="dysprosium"))
    test = new_app()
    test.query_params["list"] = "heavy"
    test.run()
    test.switch_page("screens/shortlist/page.py").run()
    test.text_input(key="freeze_label").set_value("first").run()
    test.button(key="freeze_button").click().run()
    assert not test.exception
    assert shortlists.snapshots(session.store(), "heavy")[0]["label"] == "first"
    moves = next(frame.value for frame in test.dataframe if "Rank then" in frame.value.columns)
    assert list(moves["Rank then"]) == list(moves["Rank now"])
    test.button(key="undo_button").click().run()
    assert not test.exception


def test_a_decision_takes_one_click_and_leads_on_to_the_next_site() -> None:
    shortlists.new(session.store(), Shortlist("heavy", items=tuple(Item(site_id) for site_id in IDS)))
    test = new_app()
    test.query_params["list"], test.query_params["lang"] = "heavy", "en"
    test.run()
    test.switch_page("screens/shortlist/page.py").run()
    assert any("weights of the sidebar: “Joint”" in each.value for each in test.caption)
    first = next(each for each in test.selectbox if each.label == "Decide on").value
    for decision in ("approved", "declined"):
        next(each for each in test.segmented_control if each.label == "Decision").set_value(decision).run()
        assert not test.exception
    kept = {item.site_id: item.status for item in shortlists.read(session.store(), "heavy").items}
    assert kept[first] == "approved"
    assert sorted(kept.values()) == ["approved", "declined", "proposed"]
    assert kept[next(each for each in test.selectbox if each.label == "Decide on").value] == "proposed"


@pytest.mark.parametrize(("value", "said"), [(28, "▼28"), (-5, "▲5"), (0, "0"), (None, "–")])
def test_a_place_lost_is_told_as_in_the_ranked_list(value: int | None, said: str) -> None:
    assert _signed(value) == said


def test_weights_without_a_name_are_told_pillar_by_pillar() -> None:
    assert named(from_preset()) == f"“{load().presets['balanced'].title}”"
    assert named(replace(from_preset(), weights={"grade": 30.0, "permitting": 70.0})) == (
        "Grade 30, Time to product 70"
    )


def test_an_area_in_the_address_filters_the_list() -> None:
    from scoring.ranking.scenario import Area
    from workspace.area_input import box_area
    from workspace.permalink import packed_area

    area = replace(box_area("box", 112, -45, 155, -10)[0], name="Australia")
    assert isinstance(area, Area)
    test = opened(area=packed_area(area))
    expected, total = (len(rankings.ranking(each)) for each in (from_preset().with_filters(area=area), from_preset()))
    assert any(f"{expected:,} sites, of every stage" in text.value for text in test.caption)
    place = {each.label: each.value for each in test.number_input}
    assert (place["West"], place["East"]) == (112, 155)  # the menu begins with the area in force
    test.button(key="area_remove").click().run()
    assert any(f"{total:,} sites, of every stage" in text.value for text in test.caption)
