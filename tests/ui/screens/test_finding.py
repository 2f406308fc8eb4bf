"""Search on the Explore page, in both languages: suggestions, free text as a filter, sites that the list leaves out."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import new_app

pytestmark = pytest.mark.usefixtures("own_store", "small_app")
MOUNT_WELD, THACKER_PASS, HISHIKARI = "aus-mount-weld-cf54", "usa-thacker-pass-3cd6", "jpn-hishikari-mine-ff17"


def opened(**address: str) -> AppTest:
    test = new_app()
    for key, value in address.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


def typed(test: AppTest, text: str) -> AppTest:
    test.text_input(key="q").set_value(text).run()
    assert not test.exception, test.exception
    return test


def suggested(test: AppTest) -> dict[str, str]:
    """Return key -> label of what is suggested."""
    return {each.key: each.label for each in test.sidebar.button if str(each.key).startswith("found_")}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_is_typed_is_suggested_and_filters_the_list_and_stands_in_the_address(lang: str) -> None:
    test = opened(lang=lang)
    for text, site_id in (("mt weld", MOUNT_WELD), ("マウントウェルド", MOUNT_WELD), ("菱刈", HISHIKARI)):
        assert f"found_{site_id}" in suggested(typed(test, text))
        assert test.query_params["q"] in (text, [text])
    assert "住友金属鉱山" in " ".join(suggested(typed(test, "住友")).values())
    assert not suggested(typed(test, "qqqqqqqqqq"))
    assert len(test.sidebar.caption)
    typed(test, "")
    assert not suggested(test)
    assert "q" not in test.query_params


def test_a_symbol_offers_its_commodity() -> None:
    test = typed(opened(lang="en"), "Dy")
    test.button(key="found_commodity").click().run()
    assert not test.exception
    assert (test.session_state["m"], test.session_state["q"]) == ("dysprosium", "")


@pytest.mark.usefixtures("whole_app")
@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "Thacker Pass has no dysprosium"), ("ja", "タッカー・パス鉱山 にジスプロシウムはありません")],
)
def test_a_site_without_the_commodity_is_shown_with_the_reason_and_a_way_on(lang: str, said: str) -> None:
    test = typed(opened(lang=lang, m="dysprosium"), "thacker")
    assert any(said in each.value for each in test.info)
    test.button(key=f"found_{THACKER_PASS}").click().run()
    assert not test.exception
    assert test.session_state["selected"] == [THACKER_PASS]
    assert "Thacker Pass" in [each.value for each in test.subheader]
    assert any(said in each.value for each in test.info)
    test.button(key=f"lift_{THACKER_PASS}").click().run()
    assert not test.exception
    assert (test.session_state["m"], test.session_state["selected"]) == ("", [THACKER_PASS])
    assert not any(said in each.value for each in test.info)


def test_a_site_that_is_no_project_leads_to_the_list_of_all_sites() -> None:
    test = typed(opened(lang="ja"), "菱刈")
    test.button(key=f"open_{HISHIKARI}").click().run()
    assert not test.exception
    assert any("菱刈鉱山" in each.value for each in test.text)
    test.button(key=f"lift_{HISHIKARI}").click().run()
    assert not test.exception
    assert (test.session_state["universe"], test.session_state["selected"]) == ("all", [HISHIKARI])


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_commodities_are_found_by_symbol_and_name_in_both_languages(lang: str) -> None:
    labels = opened(lang=lang).selectbox(key="m").options
    for text in ("dy", "dysprosium", "ジスプロシウム", "希土"):
        assert any(text in label.lower() and "ジスプロシウム" in label for label in labels), text
