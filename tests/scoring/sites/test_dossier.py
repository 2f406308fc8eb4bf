"""One site in full: found by id or name, standing as in the list, explained under the lens that it is judged by."""

from __future__ import annotations

import math

import pytest

from scoring.errors import UnknownSiteError
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import from_preset
from scoring.sites.dossier import dossier, site_row


def test_a_site_stands_as_in_the_whole_list_whatever_the_filters(facts) -> None:
    ranking = rank(facts, from_preset("speed"))
    expected = ranking.iloc[41]
    found = dossier(
        facts, from_preset("speed").with_filters(kinds=("recycling",), countries=("JPN",)), expected["site_id"]
    )
    assert (found["rank"], found["score"], found["coverage"]) == (
        expected["rank"],
        expected["score"],
        expected["coverage"],
    )
    assert math.fsum(x["contribution"] for x in found["lines"]) == pytest.approx(found["score"], abs=1e-9)


@pytest.mark.parametrize("lens", ["", "neodymium", "lithium", "gallium"])
def test_lines_add_up_and_unknown_ones_give_nothing_under_any_lens(facts, lens) -> None:
    """Also for a lens that the site does not have: Mountain Pass holds no lithium."""
    found = dossier(facts, from_preset(commodity=lens), "usa-mountain-pass-ceec")
    assert math.fsum(x["contribution"] for x in found["lines"]) == pytest.approx(found["score"], abs=1e-9)
    assert all(x["contribution"] == 0 for x in found["lines"] if x["status"] == "unknown")
    assert all((x["value"] is None) == (x["status"] == "unknown") for x in found["lines"])


def test_claims_that_were_not_chosen_stay_visible(facts) -> None:
    found = dossier(facts, from_preset(), "usa-mountain-pass-ceec")
    grades = [c for c in found["claims"] if c["attribute"] == "grade" and c["commodity"] == "rare earths"]
    assert sum(c["chosen"] for c in grades) == 1
    assert len(grades) > 1
    assert all(c["source_id"] for c in found["claims"])
    assert (found["iso2"], found["bloc"]) == ("US", "us")
    assert {g["gate"] for g in found["gates"]} >= {"covered_nation", "protected_land", "legal"}


def test_permitting_durations_of_the_host_are_named_for_the_kind_of_site(facts) -> None:
    found = dossier(facts, from_preset(), "usa-mountain-pass-ceec")["pathways"]
    assert {"mean", "range_low", "range_high"} <= {p["statistic"] for p in found}
    assert all(p["pathway"] and p["source_url"].startswith("https://") and float(p["months"]) for p in found)
    assert {p["applies_to_kind"] for p in found} <= {"mine", "any"}
    plant = facts.execute(
        "SELECT min(site_id) FROM combined.site WHERE iso3 = 'EST' AND kind IN ('separation', 'refinery')"
    ).fetchone()
    assert plant
    caps = dossier(facts, from_preset(), plant[0])["pathways"]
    assert {(p["region"], p["applies_to_kind"]) for p in caps} == {("European Union", "processing")}


def test_frameworks_of_the_host_are_named(facts) -> None:
    australian = rank(facts, from_preset().with_filters(countries=("AUS",)))["site_id"].iloc[0]
    found = dossier(facts, from_preset(), australian)
    assert len(found["frameworks"]) >= 1
    assert all(f["title"] and f["source_url"] for f in found["frameworks"])


def test_a_part_of_a_name_that_only_one_site_has_is_enough(facts) -> None:
    assert site_row(facts, "lofdal-bergville")["iso3"] == "NAM"


def test_many_names_are_offered_and_none_is_guessed(facts) -> None:
    with pytest.raises(UnknownSiteError, match=r"There is no site 'mountain'; did you mean .*-") as caught:
        site_row(facts, "mountain")
    assert 2 <= len(caught.value.suggestions) <= 5
    with pytest.raises(UnknownSiteError, match="There is no site 'atlantis-0000'; write its id or a part of its name"):
        site_row(facts, "atlantis-0000")
