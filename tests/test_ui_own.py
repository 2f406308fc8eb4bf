"""The user's layers for the whole process: store, facts and map say the same after every change."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.own_layers import OwnLayerError
from layers import imports
from layers.imports import About, Draft
from scoring.evidence import EvidenceError
from scoring.own_sites import OwnSitesError, SiteColumns
from scoring.scenario import from_preset
from ui import cache, criteria
from ui.own import prepared
from ui.permalink import packed_evidence, permalink, unpacked_evidence

SITES = b"name,lat,lon,Ni_pct,commodity\nKevitsa East,67.69,26.96,0.9,nickel\nSakatti Two,67.55,26.45,1.9,nickel\nPit,61,25,,gravel\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OREBRIDGE_HOME", str(tmp_path / "home"))
    cache.close()
    yield tmp_path / "home"
    if cache.own_layers():
        for layer in cache.own_layers():
            cache.own().remove(layer.layer_id)
        cache.own().attach()
    cache.close()


def read(home: Path, name: str = "sites.csv", content: bytes = SITES, **cures: str) -> Draft:
    upload = imports.take_in(home, [(name, io.BytesIO(content))])
    return imports.read(cache.reader(), upload, imports.request_for(upload, cures={"unit.Ni_pct": "%", **cures}))


def scores() -> dict[str, float]:
    rows = cache.ranking(from_preset(evidence=cache.own_criteria()))
    return dict(zip(rows["site_id"], rows["score"], strict=True))


def test_a_layer_is_on_the_map_at_once_and_off_it_when_removed(home: Path) -> None:
    (added,) = cache.own().add(read(home), About("Till"))
    shown = cache.map_layer(added.layer_id)
    assert (shown.title, shown.group, added.layer_id in {layer.id for layer in cache.map_layers()}) == ("Till", "own", True)
    assert added.style["scheme"] != ""
    assert cache.source(f"own:{added.layer_id}").title == "Till"
    cache.own().remove("Till")
    assert added.layer_id not in {layer.id for layer in cache.map_layers()}
    assert [layer.name for layer in cache.own().removed()] == ["Till"]
    cache.own().forget(added.layer_id)
    assert cache.own().removed() == []


def test_own_sites_are_ranked_at_once_and_gone_when_removed(home: Path) -> None:
    before = scores()
    cache.own().add(read(home), About("Ours", role="sites"))
    assert len([site for site in scores() if site.startswith("own-")]) == 2
    cache.own().remove("Ours")
    assert scores() == before
    cache.own().restore("Ours")
    assert len(scores()) == len(before) + 2


def test_the_same_file_with_other_columns_is_scored_anew(home: Path) -> None:
    draft = read(home)
    cache.own().add(draft, About("Ours", role="sites"))
    first = cache.own().revision
    plain = SiteColumns({"name": "name"}, {"commodities": "cobalt"})
    cache.own().add(draft, About("Ours", role="sites"), columns=plain)
    assert cache.own().revision != first
    rows = cache.ranking(from_preset())
    own = rows[rows["site_id"].str.startswith("own-")]
    assert {tuple(each) for each in own["commodities"]} == {("cobalt",)}
    assert len(own) == 3


def test_rows_left_out_are_counted_and_told(home: Path) -> None:
    (made,) = prepared(read(home), About("Ours", role="sites"), cache.facts)
    assert (len(made.sites.sites), made.sites.left_out) == (2, 1)
    assert made.row.transformations[-1] == "1 of 3 rows name no screened commodity and are no sites"
    assert cache.own().layers == ()


def test_a_refused_import_leaves_nothing(home: Path) -> None:
    with pytest.raises(OwnSitesError, match="No row"):
        cache.own().add(read(home), About("Ours", role="sites"), columns=SiteColumns({"name": "name"}))
    assert cache.own().layers == ()


def test_without_own_sites_rankings_depend_on_no_revision(home: Path) -> None:
    assert cache.revision() == ""
    cache.own().add(read(home), About("Till"))
    assert cache.revision() == ""


def test_a_criterion_counts_at_once_and_its_removal_brings_the_old_scores_back(home: Path) -> None:
    before = scores()
    (added,) = cache.own().add(read(home), About("Till"))
    own = criteria.made(added, "distance_km", worst=50.0, best=0.0, weight=30.0)
    assert own.title == "Till: distance_km"
    told = criteria.add(own)
    assert told["known_sites"] == criteria.values(own)["value"].notna().sum() > 0
    assert scores() != before
    assert criteria.remove(own.id) == "Till: distance_km"
    assert scores() == before


def test_a_criterion_takes_the_unit_of_its_column_and_refuses_words(home: Path) -> None:
    (added,) = cache.own().add(read(home), About("Till"))
    assert criteria.made(added, "nearest_value", column="Ni_pct", worst=0.0, best=2.0, weight=1.0).unit == "%"
    with pytest.raises(OwnLayerError, match="holds words; nearest_value needs numbers"):
        criteria.made(added, "nearest_value", column="name", worst=0.0, best=2.0, weight=1.0)
    with pytest.raises(EvidenceError, match="inside does not suit 'Till', a vector-point"):
        criteria.made(added, "inside", worst=0.0, best=1.0, weight=1.0)


def test_editing_keeps_the_data_and_changes_what_is_shown(home: Path) -> None:
    (added,) = cache.own().add(read(home), About("Till"))
    cache.own().edit(added.layer_id, name="Till 2024", licence="CC0")
    assert cache.own().find("Till 2024").licence == "CC0"
    assert cache.map_layer(added.layer_id).title == "Till 2024"


def test_an_address_carries_own_criteria_and_rubbish_in_it_is_nothing(home: Path) -> None:
    (added,) = cache.own().add(read(home), About("Till"))
    scenario = from_preset(evidence=(criteria.made(added, "distance_km", worst=50.0, best=0.0, weight=30.0),))
    assert unpacked_evidence(packed_evidence(scenario)) == scenario.evidence
    assert "&ev=" in permalink(scenario)
    for rubbish in ("", "!!!", "AAAA", packed_evidence(scenario)[:-6], "e" * 5000):
        assert unpacked_evidence(rubbish) == ()
