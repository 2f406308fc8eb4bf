"""A user's fact of a site is scored in place of what the sources say, at once; without it everything is as before."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from data.fact_attributes import fact_attributes
from data.store import StoreBusyError
from data.user_facts import UserFact
from scoring.ranking.scenario import from_preset
from scoring.sites.dossier import dossier
from tests.sampling import law
from workspace import reference, session

SITE, PLANT = "usa-mountain-pass-ceec", "jpn-kosaka-smelting-refining-dowa-ab15"
SOURCE = {"as_of": "2026-06", "source_title": "Letter of the operator", "source_url": "document: letter 7"}
RELATIONS = ("site", "claim", "owner", "gate", "measurement", "tonnage")

pytestmark = pytest.mark.usefixtures("small_app", "own_store")


def state(con: duckdb.DuckDBPyConnection, relation: str) -> pa.Table:
    read = "FROM query_table($name) ORDER BY ALL"
    return con.cursor().execute(read, {"name": f"combined.{relation}"}).to_arrow_table()


def everything() -> dict[str, pa.Table]:
    return {relation: state(session.facts(), relation) for relation in RELATIONS}


def fact(attribute: str, site: str = SITE, **values) -> UserFact:
    return UserFact(site, attribute, **{**SOURCE, **values})


def card(site: str = SITE):
    return dossier(session.facts(), from_preset(), site)


def line(criterion: str, site: str = SITE):
    return next(line for line in card(site)["lines"] if line["criterion"] == criterion)


def test_stage_owner_grade_and_tonnage_are_scored_at_once_and_undone_exactly() -> None:
    own = session.own()
    before = everything()
    months = line("product_months")["value"]
    own.state_facts(
        [
            fact("stage", text="exploration"),
            fact("owner", text="Nobody Has Heard Of It GmbH", value=100.0, unit="%", country="CHN"),
            fact("grade", commodity="rare earths", value=1.0, unit="%"),
            fact("tonnage_mt", value=500.0, unit="Mt"),
        ]
    )
    after = card()
    assert after["stage"] == "exploration"
    assert line("product_months")["value"] > months
    assert line("contained_years")["value"] == pytest.approx(500e6 * 0.01 / 390_000)
    assert line("grade_percentile")["source_id"].startswith("own:fact:")
    assert line("allied_share")["value"] == 0
    assert next(gate for gate in after["gates"] if gate["gate"] == "covered_nation")["verdict"] == "fail"
    assert [owner["owner"] for owner in after["owners"]] == ["Nobody Has Heard Of It GmbH"]
    chosen = {
        claim["attribute"] for claim in after["claims"] if claim["chosen"] and claim["source_id"].startswith("own:")
    }
    assert chosen == {"stage", "owner", "grade", "tonnage_mt"}
    others = [claim for claim in after["claims"] if claim["attribute"] == "stage" and not claim["chosen"]]
    assert others, "what the sources say stays to be seen"
    assert reference.source(line("grade_percentile")["source_id"]).title == "Letter of the operator"
    own.undo_facts()
    assert everything() == before


def test_only_the_site_of_the_fact_changes() -> None:
    before = everything()
    session.own().state_facts([fact("grade", commodity="rare earths", value=25.0, unit="%")])
    after = everything()
    for relation in ("site", "claim", "owner", "gate", "measurement"):
        others = [tables[relation].filter(pc.field("site_id") != SITE) for tables in (before, after)]
        assert others[0] == others[1], relation
    assert before != after


def test_a_grade_keeps_the_tonnage_of_the_record_that_it_replaces_and_a_tonnage_the_grade() -> None:
    years = line("contained_years")["value"]
    claims = {
        claim["attribute"]: claim
        for claim in card()["claims"]
        if claim["chosen"] and claim["commodity"] in ("", "rare earths")
    }
    session.own().state_facts([fact("grade", commodity="rare earths", value=2 * claims["grade"]["value"], unit="%")])
    assert line("contained_years")["value"] == pytest.approx(2 * years)
    session.own().undo_facts()
    session.own().state_facts([fact("tonnage_mt", value=3 * claims["tonnage_mt"]["value"], unit="Mt")])
    assert line("contained_years")["value"] == pytest.approx(3 * years)
    assert line("contained_years")["source_id"].startswith("own:fact:")


def test_a_fact_that_no_score_rests_on_is_shown_and_changes_no_measurement() -> None:
    before = everything()
    session.own().state_facts([fact("capex", value=300.0, unit="USD M"), fact("offtake", text="half is free")])
    after = everything()
    for relation in ("measurement", "gate", "owner", "site"):
        assert after[relation] == before[relation]
    assert {claim["attribute"] for claim in card()["claims"]} >= {"capex", "offtake"}
    session.own().undo_facts()
    assert everything() == before


def test_capacity_and_feed_of_a_plant_are_scored() -> None:
    session.own().state_facts(
        [
            fact("capacity_t_y", PLANT, commodity="gallium", value=10.0, unit="t/y"),
            fact("feed_secured_pct", PLANT, value=80.0, unit="%"),
        ]
    )
    assert line("output_share", PLANT)["value"] > 0
    assert line("feed_secured", PLANT)["value"] == 80


def test_milestones_count_above_a_stage_and_the_stage_when_they_go() -> None:
    own = session.own()
    untouched = line("product_months")["value"]
    own.state_facts([fact("stage", text="exploration")])
    stated = line("product_months")["value"]
    own.tell(SITE, {"stage": "feasibility"})
    assert line("product_months")["value"] not in (stated, untouched)
    own.untell(SITE)
    assert line("product_months")["value"] == stated
    own.undo_facts()
    assert line("product_months")["value"] == untouched


def test_the_revision_of_rankings_changes_with_facts() -> None:
    own = session.own()
    first = own.revision
    own.state_facts([fact("stage", text="exploration")])
    second = own.revision
    own.undo_facts()
    assert first == own.revision != second


def test_the_state_is_0_until_something_stands_beside_the_facts_and_no_other_comes_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = session.own()
    assert session.state() == own.state == 0  # what was ranked with another empty store holds here too
    own.state_facts([fact("stage", text="exploration")])
    stated = own.state
    own.undo_facts()
    assert len({0, stated, own.state}) == 3

    def busy() -> None:
        raise StoreBusyError(own._store.path, "another process")

    monkeypatch.setattr(session, "own", busy)
    assert session.state() == -1


def test_facts_stand_again_in_the_next_process() -> None:
    session.own().state_facts([fact("stage", text="exploration")])
    session.close()
    assert session.own().facts_stated
    assert card()["stage"] == "exploration"


def test_a_fact_of_a_site_that_is_gone_is_passed_over() -> None:
    before = everything()
    session.own().state_facts([fact("stage", "xxx-no-such-site-0000", text="closed")])
    assert everything() == before


NUMBERS = {"grade": ("rare earths", "%"), "tonnage_mt": ("", "Mt"), "capex": ("", "USD M")}


@pytest.mark.nightly
@given(
    st.lists(
        st.one_of(
            st.builds(lambda word: fact("stage", text=word), st.sampled_from(fact_attributes()["stage"].words)),
            st.builds(
                lambda name, value: fact(name, commodity=NUMBERS[name][0], value=value, unit=NUMBERS[name][1]),
                st.sampled_from(sorted(NUMBERS)),
                st.floats(0.01, 90),
            ),
            st.builds(
                lambda share, country: fact("owner", text=f"Holder {country}", value=share, unit="%", country=country),
                st.floats(1, 100),
                st.sampled_from(["USA", "JPN", "CHN", "CHL", ""]),
            ),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one.attribute,
    )
)
@law(6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_stated_undo_brings_the_old_values_back(stated: list[UserFact]) -> None:
    before = everything()
    session.own().state_facts(stated)
    assert everything() != before
    session.own().undo_facts()
    assert everything() == before
