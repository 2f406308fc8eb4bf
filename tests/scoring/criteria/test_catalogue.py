"""The criteria file: complete, in a fixed order, refusing what contradicts itself."""

from __future__ import annotations

import pytest

from scoring.criteria import catalogue
from scoring.criteria.catalogue import FILE, load
from scoring.defaults import DEFAULT_PRESET
from scoring.errors import CriteriaError
from scoring.measures.registry import MEASURES

ORDER = [
    "grade_percentile",
    "contained_years",
    "output_share",
    "feed_secured",
    "recovery",
    "permitting_months",
    "haul_cost",
    "port_km",
    "rail_km",
    "road_km",
    "power_km",
    "town_km",
    "sea_km",
    "allied_share",
    "host_alignment",
]


def loaded(tmp_path, monkeypatch, old: str, new: str) -> catalogue.Catalogue:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "criteria.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(catalogue, "FILE", tmp_path / "criteria.toml")
    return load.__wrapped__()


def test_criteria_are_only_ever_appended() -> None:
    assert [c.id for c in load().criteria][: len(ORDER)] == ORDER


@pytest.mark.parametrize("target", ["ore", "plant"])
@pytest.mark.parametrize("pillar", list(load().pillars))
def test_shares_of_a_pillar_are_the_whole(pillar: str, target: str) -> None:
    assert sum(c.share for c in load().of_pillar(pillar) if c.applies_to in (target, "all")) == pytest.approx(1)


@pytest.mark.parametrize("criterion", load().criteria, ids=lambda c: c.id)
def test_each_criterion_says_what_it_is(criterion) -> None:
    for words in (criterion.title, criterion.title_ja, criterion.unit, criterion.formula, criterion.reference):
        assert words.strip()
    assert criterion.measure in MEASURES
    assert criterion.pillar in load().pillars
    assert criterion.value in ("linear", "log")


@pytest.mark.parametrize("preset", load().presets.values(), ids=lambda p: p.id)
def test_each_preset_is_named_dated_and_weighs_known_pillars(preset) -> None:
    assert preset.title
    assert preset.title_ja
    assert preset.why
    assert preset.as_of.startswith("20")
    assert set(preset.weights) <= {p.id for p in load().pillars.values() if not p.optional}
    assert {"grade", "permitting", "infrastructure", "ownership"} <= set(preset.weights)
    assert sum(preset.weights.values()) == 100


def test_joint_is_the_default_weights_of_the_pillars_and_four_pillars_those_of_before() -> None:
    presets = load().presets
    assert presets[DEFAULT_PRESET].weights == {
        p.id: p.default_weight for p in load().pillars.values() if not p.optional
    }
    assert presets["balanced"].weights == {"grade": 30, "permitting": 25, "infrastructure": 25, "ownership": 20}
    assert {
        name for name in ("us_desk", "japan_desk") for pillar in presets[name].weights if pillar.startswith("gap")
    } == {
        "us_desk",
        "japan_desk",
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("goalposts = [0, 100]", "goalposts = [100, 100]", "grade_percentile: the two goalposts are equal"),
        ("goalposts = [0.001, 10]", "goalposts = [0, 10]", "contained_years: a log value needs goalposts above 0"),
        ("share = 0.55", "share = 0.5", "pillar grade: shares for ore sites sum to 0.95, not 1"),
    ],
)
def test_contradictions_are_refused_with_their_place(tmp_path, monkeypatch, old, new, says) -> None:
    with pytest.raises(CriteriaError, match=says):
        loaded(tmp_path, monkeypatch, old, new)


def test_the_file_as_it_is_loads_alike_from_any_place(tmp_path, monkeypatch) -> None:
    assert loaded(tmp_path, monkeypatch, "share = 0.55", "share = 0.55") == load()
