"""Measurements from the point of a town are told from those of the site."""

from __future__ import annotations

from scoring.criteria.catalogue import load
from scoring.measures.registry import MEASURES
from scoring.ranking.scenario import OWN_PILLAR, from_preset
from scoring.sites.dossier import dossier
from scoring.sites.location import FROM_PLACE, from_town


def test_measures_from_the_place_are_measures_and_every_criterion_in_km_is_one() -> None:
    assert set(MEASURES) >= FROM_PLACE
    known = [c for c in load().criteria if c.measure != "not_covered"]
    assert {c.id for c in known if c.unit == "km"} <= {c.id for c in known if c.measure in FROM_PLACE}


def test_only_what_starts_from_the_place_of_a_town_is_told_so(facts) -> None:
    site_id = facts.execute("SELECT site_id FROM facts.site WHERE location_accuracy = 'centroid'").fetchone()[0]
    town = dossier(facts, from_preset(), site_id)
    assert from_town(town, "road_km", "infrastructure")
    assert from_town(town, "of-a-user", OWN_PILLAR)
    assert not from_town(town, "grade_percentile", "grade")
    assert not from_town({**town, "location_accuracy": "exact"}, "road_km", "infrastructure")
