"""The Explore page opens on projects, kind by kind; all sites are one click away; old addresses list what they did."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from scoring.ranking.scenario import opening
from tests.app import new_app
from tests.sampling import sampled
from ui.screens.explore.list_pages import MOST_PROJECTS, MOST_SITES, SORTS, sorted_by
from workspace import rankings
from workspace.reference import names_ja

pytestmark = pytest.mark.usefixtures("own_store", "small_app")


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
    assert listed(test) == expected["name"].head(MOST_PROJECTS).tolist()
    said = next(each.value for each in test.caption if "joint support" in each.value)
    assert f"**{len(expected)} projects" in said
    assert "universe" not in test.query_params  # what opens so stays bare, and says all of it once something changes
    test.slider(key="wg").set_value(26).run()
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
    assert any("every stage" in each.value for each in test.caption)
    assert any(each.key == "kind" for each in test.multiselect)


@pytest.mark.parametrize("firm", [False, True])
def test_all_sites_stand_on_pages_and_are_sorted_as_a_whole(*, firm: bool) -> None:
    test = opened(universe="all", order="expected", lang="en")
    scenario = opening().with_filters(universe="all")
    ranking = rankings.ranking(scenario)
    assert len(ranking) > 2 * MOST_SITES
    assert listed(test) == ranking["name"].head(MOST_SITES).tolist()
    test.session_state["firm"] = firm
    for by in SORTS:
        test.selectbox(key="list_sort").set_value(by).run()
        assert not test.exception
        whole = sorted_by(by, scenario, ranking)
        assert sorted(whole["site_id"]) == sorted(ranking["site_id"])
        assert listed(test) == whole["name"].head(MOST_SITES).tolist()
    test.selectbox(key="list_sort").set_value("name").run()
    test.get("pagination")[0].set_value(2).run()
    assert not test.exception
    ids = sorted_by("name", scenario, ranking)["site_id"].tolist()[MOST_SITES : 2 * MOST_SITES]
    shown = next(each.value for each in test.dataframe if "Score" in each.value)
    ranks = ranking.set_index("site_id")["rank"]
    assert shown["#"].tolist() == ranks[ids].tolist()
    assert any(each.value.startswith("201 to 400 of") for each in test.caption)


def test_what_is_unknown_is_sorted_last_and_shares_from_the_largest() -> None:
    scenario = opening().with_filters(universe="all")
    ranking = rankings.ranking(scenario)
    ids = sorted_by("us_gap", scenario, ranking)["site_id"].tolist()
    shares = [each.gap_us_pct for each in rankings.candidates(ids)]
    known = [share for share in shares if share is not None]
    assert known == sorted(known, reverse=True)
    assert shares == known + [None] * (len(shares) - len(known))


@pytest.mark.parametrize("step", ["processing", "derivatives", "recycling"])
def test_each_step_ranks_its_own(step: str) -> None:
    test = opened(universe="projects", step=step, lang="en")
    expected = rankings.ranking(
        opening(order_by="shrunk").with_filters(step=step)
    )  # the order of before, as none is named
    assert listed(test) == expected["name"].head(MOST_PROJECTS).tolist()
    now = opened(universe="projects", step=step, order="expected", lang="en")
    assert listed(now) == rankings.ranking(opening().with_filters(step=step))["name"].head(MOST_PROJECTS).tolist()


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


def texts(test: AppTest) -> str:
    return "\n".join(each.value for each in test.caption).replace("\\", "")  # as Markdown shows it


@pytest.mark.usefixtures("whole_app")
@pytest.mark.parametrize(("lang", "strong"), [("en", "strong: "), ("ja", "強み：")])
def test_the_first_three_are_named_with_a_reason_and_open_their_cards(lang: str, strong: str) -> None:
    test = opened(lang=lang)
    expected, japanese = rankings.ranking(opening().with_filters(step="mines")).head(3), names_ja()
    assert [test.button(key=f"first_{place}").label for place in (1, 2, 3)] == [
        f"**{place} · {japanese.get(('site', site_id), name) if lang == 'ja' else name}**"
        for place, (site_id, name) in enumerate(zip(expected["site_id"], expected["name"], strict=True), 1)
    ]
    assert strong in texts(test)
    shown = next(each.value for each in test.dataframe if {"Score", "スコア"} & set(each.value))
    named = {"en": "Site", "ja": "地点"}[lang]
    assert shown[named].head(3).tolist() == [test.button(key=f"first_{n}").label[6:-2] for n in (1, 2, 3)]
    test.button(key="first_3").click().run()
    assert test.session_state["selected"] == [expected["site_id"].iloc[2]]


def test_undo_and_reset_put_weights_and_filters_back() -> None:
    test = opened(lang="en")
    assert test.button(key="undo").disabled
    first = listed(test)
    test.slider(key="wg").set_value(80).run()
    test.multiselect(key="country").set_value(["AUS"]).run()
    assert listed(test) != first
    test.button(key="undo").click().run()
    assert (test.slider(key="wg").value, test.multiselect(key="country").value) == (80, [])
    test.button(key="undo").click().run()
    assert listed(test) == first
    test.slider(key="wp").set_value(0).run()
    test.button(key="reset").click().run()
    assert listed(test) == first


def test_an_empty_list_says_so_and_leads_out() -> None:
    test = opened(lang="en")
    test.slider(key="cov").set_value(100).run()
    test.multiselect(key="stage").set_value(["shelved"]).run()
    assert any("No site passes" in each.value for each in test.warning)
    assert "joint support" not in texts(test)
    test.button(key="clear_filters").click().run()
    assert listed(test) == rankings.ranking(opening().with_filters(step="mines"))["name"].head(MOST_PROJECTS).tolist()


def changes(test: AppTest) -> list[str]:
    return next(each.value for each in test.dataframe if "Δ" in each.value)["Δ"].tolist()


@pytest.mark.usefixtures("whole_app")
def test_a_change_of_rank_is_told_after_a_change_of_weights_alone() -> None:
    test = opened(lang="en")
    assert set(changes(test)) == {""}
    test.slider(key="wg").set_value(70).run()
    moved = changes(test)
    assert any(each.startswith("▲") for each in moved)
    before = rankings.ranking(opening().with_filters(step="mines")).set_index("site_id")["rank"]
    frame = rankings.ranking(test.session_state["past"][-1])
    for site_id, rank, told in list(zip(frame["site_id"], frame["rank"], moved, strict=False))[:20]:
        assert told == (
            "" if before[site_id] == rank else f"{'▲' if before[site_id] > rank else '▼'}{abs(before[site_id] - rank)}"
        )
    test.multiselect(key="country").set_value(["AUS"]).run()
    assert set(changes(test)) == {""}
    test.selectbox(key="m").set_value("lithium").run()
    assert set(changes(test)) == {""}


@pytest.mark.parametrize("lang", sampled(["ja", "en"], 2))
@pytest.mark.parametrize("key", ["wg", "wp", "wi", "wo", "wc", "wj"])
def test_any_weight_at_its_ends_keeps_the_page(key: str, lang: str) -> None:
    test = opened(lang=lang)
    for value in (0, 100):
        test.slider(key=key).set_value(value).run()
        assert not test.exception
        assert test.dataframe


def test_ticked_rows_go_to_the_list_that_is_chosen() -> None:
    from data import shortlists
    from data.shortlist_items import Shortlist
    from workspace import session

    shortlists.new(session.store(), Shortlist("Lithium 2030"))
    shortlists.new(session.store(), Shortlist("Graphite 2030"))
    test = opened(lang="en")
    ids = rankings.ranking(opening().with_filters(step="mines"))["site_id"].head(3).tolist()
    test.session_state["selected"] = ids
    test.run()
    test.selectbox(key="shortlist_for_many").set_value("Graphite 2030")
    test.button(key="add_many").click().run()
    assert not test.exception
    assert shortlists.site_ids(session.store(), "Graphite 2030") == ids
    assert test.session_state["shortlist"] == "Graphite 2030"
