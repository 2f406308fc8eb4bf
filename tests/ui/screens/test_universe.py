"""The Explore page opens on projects, kind by kind; all sites are one click away; old addresses list what they did."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from scoring.ranking.scenario import opening
from tests.app import new_app
from workspace import rankings

pytestmark = pytest.mark.usefixtures("own_store")


def opened(**address: str) -> AppTest:
    test = new_app()
    for key, value in address.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


def listed(test: AppTest) -> list[str]:
    """Return the names in the ranked list on the page, by rank."""
    frame = next(each.value for each in test.dataframe if "Score" in each.value)
    return frame["Site"].tolist()


def test_a_bare_address_opens_on_mines_among_the_projects_and_says_what_they_are() -> None:
    test = opened(lang="en")
    expected = rankings.ranking(opening().with_filters(step="mines"))
    assert listed(test) == expected["name"].head(200).tolist()
    said = next(each.value for each in test.markdown if "joint support" in each.value)
    assert f"**{len(expected)} projects" in said
    assert test.query_params["universe"] in ("projects", ["projects"])
    assert test.query_params["step"] in ("mines", ["mines"])
    again = opened(**{key: value[0] if isinstance(value, list) else value for key, value in test.query_params.items()})
    assert listed(again) == listed(test)


def test_an_address_of_before_lists_all_sites() -> None:
    test = opened(m="dysprosium", wg="30", wp="25", wi="25", wo="20")
    assert test.session_state["universe"] == "all"
    assert len(rankings.ranking(opening(commodity="dysprosium").with_filters(universe="all"))) > len(
        rankings.ranking(opening(commodity="dysprosium"))
    )
    assert (test.session_state["wc"], test.session_state["wj"]) == (0, 0)


def test_all_sites_are_one_click_away_and_projects_one_back() -> None:
    test = opened(lang="en")
    test.session_state["universe"] = "all"
    test.session_state["step"] = None
    test.run()
    assert not test.exception
    assert any("every stage" in each.value for each in test.markdown)
    assert any(each.key == "kind" for each in test.multiselect)


@pytest.mark.parametrize("step", ["processing", "derivatives", "recycling"])
def test_each_step_ranks_its_own(step: str) -> None:
    test = opened(universe="projects", step=step, lang="en")
    expected = rankings.ranking(
        opening(order_by="shrunk").with_filters(step=step)
    )  # the order of before, as none is named
    assert listed(test) == expected["name"].head(200).tolist()
    now = opened(universe="projects", step=step, order="expected", lang="en")
    assert listed(now) == rankings.ranking(opening().with_filters(step=step))["name"].head(200).tolist()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_side_by_side_says_what_does_not_count(language: str) -> None:
    test = opened(universe="projects", step="side-by-side", lang=language)
    word = {"en": "do not count here", "ja": "ここでは数えません"}[language]
    assert any(word in each.value for each in test.caption)
    assert set(rankings.ranking(opening(shared_only=True))["kind"].head(50)) > {"mine"}


def test_an_empty_step_leads_to_those_that_hold_something() -> None:
    test = opened(universe="projects", step="derivatives", m="tin")
    assert any("No site passes" in each.value for each in test.warning)
    test.button(key="open_mines").click().run()
    assert not test.exception
    assert listed(test)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_support_tab_judges_by_published_rules(language: str) -> None:
    test = new_app()
    test.query_params["sel"], test.query_params["lang"] = "nam-lofdal-bergville-11c6", language
    test.session_state[f"evidence_tab_{language}"] = {"en": "Support", "ja": "支援"}[language]
    test.run()
    assert not test.exception, test.exception
    labels = [each.label for each in test.expander]
    assert sum("JOGMEC" in label for label in labels) >= 2
    assert any(each.value.startswith(("**Next:** Finance", "**次の課題：** 資金調達")) for each in test.markdown)
