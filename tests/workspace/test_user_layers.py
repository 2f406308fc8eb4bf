"""The user's layers for the whole process: store, facts and map say the same after every change."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.user_layers import UserLayerError
from data.user_sites import SiteColumns, UserSitesError
from layers import imports
from layers.imports import Draft, ImportOptions
from layers.reports import provenance
from scoring.errors import EvidenceError
from scoring.ranking.scenario import from_preset
from tests.app import opened_at
from tests.commands import close_store
from ui.text.layer_words import PROVENANCE
from workspace import rankings, reference, session, user_criteria
from workspace.permalink import packed_evidence, permalink, unpacked_evidence
from workspace.rank_changes import rank_changes
from workspace.user_layers import prepared

pytestmark = pytest.mark.usefixtures("small_app")

SITES = (
    b"name,lat,lon,Ni_pct,commodity\nKevitsa East,67.69,26.96,0.9,nickel\nSakatti "
    b"Two,67.55,26.45,1.9,nickel\nPit,61,25,,gravel\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    close_store()
    yield tmp_path / "home"
    if session.stored_layers():
        for layer in session.stored_layers():
            session.own().remove(layer.layer_id)
        session.own().attach()
    close_store()


def read(home: Path, name: str = "sites.csv", content: bytes = SITES, **cures: str) -> Draft:
    upload = imports.take_in(home, [(name, io.BytesIO(content))])
    return imports.read(session.reader(), upload, imports.request_for(upload, cures={"unit.Ni_pct": "%", **cures}))


def scores() -> dict[str, float]:
    rows = rankings.ranking(from_preset(evidence=session.stored_criteria()))
    return dict(zip(rows["site_id"], rows["score"], strict=True))


def test_a_layer_is_on_the_map_at_once_and_off_it_when_removed(home: Path) -> None:
    (added,) = session.own().add(read(home), ImportOptions("Till"))
    shown = reference.map_layer(added.layer_id)
    assert (shown.title, shown.group, added.layer_id in {layer.id for layer in reference.map_layers()}) == (
        "Till",
        "own",
        True,
    )
    assert added.style["scheme"] != ""
    assert reference.source(f"own:{added.layer_id}").title == "Till"
    session.own().remove("Till")
    assert added.layer_id not in {layer.id for layer in reference.map_layers()}
    assert [layer.name for layer in session.own().removed()] == ["Till"]
    session.own().forget(added.layer_id)
    assert session.own().removed() == []


def test_own_sites_are_ranked_at_once_and_gone_when_removed(home: Path) -> None:
    before = scores()
    session.own().add(read(home), ImportOptions("Ours", role="sites"))
    assert len([site for site in scores() if site.startswith("own-")]) == 2
    session.own().remove("Ours")
    assert scores() == before
    session.own().restore("Ours")
    assert len(scores()) == len(before) + 2


def test_the_same_file_with_other_columns_is_scored_anew(home: Path) -> None:
    draft = read(home)
    session.own().add(draft, ImportOptions("Ours", role="sites"))
    first = session.own().revision
    plain = SiteColumns({"name": "name"}, {"commodities": "cobalt"})
    session.own().add(draft, ImportOptions("Ours", role="sites"), columns=plain)
    assert session.own().revision != first
    rows = rankings.ranking(from_preset())
    own = rows[rows["site_id"].str.startswith("own-")]
    assert {tuple(each) for each in own["commodities"]} == {("cobalt",)}
    assert len(own) == 3


def test_rows_left_out_are_counted_and_told(home: Path) -> None:
    (made,) = prepared(read(home), ImportOptions("Ours", role="sites"), session.facts)
    assert (len(made.sites.sites), made.sites.left_out) == (2, 1)
    assert made.row.transformations[-1] == "1 of 3 rows name no screened commodity and are no sites"
    assert session.own().layers == ()
    (added,) = session.own().add(read(home), ImportOptions("Ours", role="sites"))
    page = [each.value for each in opened_at("layers", lang="en").text]
    assert (session.own().count_sites(added.layer_id), added.features) == (2, 3)
    assert "2 of 3 features are sites, ranked with all others and marked as user sites." in page
    assert set(provenance(added)) <= set(PROVENANCE)
    assert any(each.startswith("The others name no screened commodity") for each in page)


def test_a_refused_import_leaves_nothing(home: Path) -> None:
    with pytest.raises(UserSitesError, match="No row"):
        session.own().add(read(home), ImportOptions("Ours", role="sites"), columns=SiteColumns({"name": "name"}))
    assert session.own().layers == ()


def test_without_own_sites_rankings_depend_on_no_revision(home: Path) -> None:
    assert session.revision() == ""
    session.own().add(read(home), ImportOptions("Till"))
    assert session.revision() == ""


@pytest.mark.usefixtures("whole_app")
def test_a_criterion_counts_at_once_and_its_removal_brings_the_old_scores_back(home: Path) -> None:
    before = scores()
    (added,) = session.own().add(read(home), ImportOptions("Till"))
    own = user_criteria.made(added, "distance_km", worst=50.0, best=0.0, weight=30.0)
    assert own.title == "Till: distance_km"
    told = user_criteria.add(own)
    assert told["known_sites"] == user_criteria.values(own)["value"].notna().sum() > 0
    assert scores() != before
    assert user_criteria.remove(own.id) == "Till: distance_km"
    assert scores() == before


@pytest.mark.usefixtures("whole_app")
def test_what_adding_a_criterion_would_move_is_what_it_moves_and_nothing_is_stored_before(home: Path) -> None:
    (added,) = session.own().add(read(home), ImportOptions("Till"))
    own = user_criteria.made(added, "distance_km", worst=50.0, best=0.0, weight=300.0)
    bare, before, state = from_preset(), scores(), session.state()
    changes = rank_changes(own, user_criteria.values(own), bare)
    assert session.stored_criteria() == ()
    assert (scores(), session.state()) == (before, state)  # lists that were ranked before stay as they are
    user_criteria.add(own)
    ranks = [
        dict(zip(frame["site_id"], frame["rank"], strict=True))
        for frame in (rankings.ranking(bare), rankings.ranking(from_preset(evidence=(own,))))
    ]
    moved = {(each.site_id, each.before, each.after) for each in changes}
    assert moved
    assert moved == {(site, rank, ranks[1][site]) for site, rank in ranks[0].items() if ranks[1][site] != rank}
    widths = [abs(each.after - each.before) for each in changes]
    assert widths == sorted(widths, reverse=True)


def test_a_criterion_takes_the_unit_of_its_column_and_refuses_words(home: Path) -> None:
    (added,) = session.own().add(read(home), ImportOptions("Till"))
    assert user_criteria.made(added, "nearest_value", column="Ni_pct", worst=0.0, best=2.0, weight=1.0).unit == "%"
    with pytest.raises(UserLayerError, match="holds words; nearest_value needs numbers"):
        user_criteria.made(added, "nearest_value", column="name", worst=0.0, best=2.0, weight=1.0)
    with pytest.raises(EvidenceError, match="inside does not suit 'Till', a vector-point"):
        user_criteria.made(added, "inside", worst=0.0, best=1.0, weight=1.0)


def test_editing_keeps_the_data_and_changes_what_is_shown(home: Path) -> None:
    (added,) = session.own().add(read(home), ImportOptions("Till"))
    session.own().edit(added.layer_id, name="Till 2024", licence="CC0")
    assert session.own().find("Till 2024").licence == "CC0"
    assert reference.map_layer(added.layer_id).title == "Till 2024"


def test_an_address_carries_own_criteria_and_rubbish_in_it_is_nothing(home: Path) -> None:
    (added,) = session.own().add(read(home), ImportOptions("Till"))
    scenario = from_preset(evidence=(user_criteria.made(added, "distance_km", worst=50.0, best=0.0, weight=30.0),))
    assert unpacked_evidence(packed_evidence(scenario)) == scenario.evidence
    assert "&ev=" in permalink(scenario)
    for rubbish in ("", "!!!", "AAAA", packed_evidence(scenario)[:-6], "e" * 5000):
        assert unpacked_evidence(rubbish) == ()
