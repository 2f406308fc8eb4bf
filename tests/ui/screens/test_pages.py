"""Every page runs, in both languages, and shows what the floors return."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import new_app
from ui.text.sync_catalogues import extracted

PAGES = (
    "screens/explore/page.py",
    "screens/layers/page.py",
    "screens/shortlist/page.py",
    "screens/compare/page.py",
    "screens/site/page.py",
    "screens/methods/page.py",
    "screens/robustness/page.py",
    "screens/backtest/page.py",
    "screens/facts/page.py",
)


pytestmark = pytest.mark.usefixtures("own_store")


def opened(page: str = "screens/explore/page.py", **address: str) -> AppTest:
    test = new_app()
    for key, value in address.items():
        test.query_params[key] = value
    test.run()
    if page != "screens/explore/page.py":
        test.switch_page(page).run()
    assert not test.exception, test.exception
    return test


def layers_of(test: AppTest) -> dict[str, dict]:
    return {layer["id"]: layer for layer in json.loads(test.get("deck_gl_json_chart")[0].proto.json)["layers"]}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("page", PAGES)
def test_page_runs(page: str, language: str) -> None:
    few = (
        {"m": "dysprosium"} if any(name in page for name in ("robustness", "backtest", "facts")) else {}
    )  # 805 sites instead of 14,436
    assert opened(page, lang=language, **few).main


def test_sites_travel_by_address_not_inline() -> None:
    test = opened()
    layers = layers_of(test)
    sites = next(layer for name, layer in layers.items() if name.startswith("sites-"))
    assert sites["data"].startswith("/api/sites.json?k=")
    assert len(test.get("deck_gl_json_chart")[0].proto.json) < 20_000
    assert all(isinstance(layer.get("data", ""), str) or name == "halo" for name, layer in layers.items())


def test_first_site_is_selected_and_ringed() -> None:
    test = opened()
    assert len(layers_of(test)["halo"]["data"]) == 1
    assert test.session_state["selected"]


def test_slider_changes_the_scenario_and_the_address_of_the_sites() -> None:
    test = opened()
    before = next(x["data"] for n, x in layers_of(test).items() if n.startswith("sites-"))
    test.slider(key="wg").set_value(80).run()
    after = next(x["data"] for n, x in layers_of(test).items() if n.startswith("sites-"))
    assert before != after
    assert test.query_params["wg"] in ("80", ["80"])


def test_preset_sets_the_sliders() -> None:
    test = opened()
    test.selectbox(key="preset").select("speed").run()
    assert test.slider(key="wp").value == 50


def test_click_on_the_map_selects_the_site() -> None:
    test = opened()
    test.session_state["map"] = {
        "selection": {"indices": {"sites-0": [1]}, "objects": {"sites-0": [{"id": "usa-mountain-pass-ceec"}]}}
    }
    test.run()
    assert not test.exception


def test_all_weights_zero_is_said_not_raised() -> None:
    test = opened(wg="0", wp="0", wi="0", wo="0")
    assert any("weights are 0" in warning.value for warning in test.warning)


def test_no_match_says_what_to_do() -> None:
    test = opened(q="zzzz no such place")
    assert any("No site passes" in warning.value for warning in test.warning)


def test_unknown_site_in_address_falls_back_to_the_first() -> None:
    assert opened(sel="nowhere-1").session_state["selected"] != ["nowhere-1"]


def test_shortlist_page_lists_what_was_added() -> None:
    test = opened()
    test.button(key="shortlist_button").click().run()
    test.switch_page("screens/shortlist/page.py").run()
    assert not test.exception
    assert any("On the shortlist: 1" in m.value for m in test.markdown)


def test_japanese_catalogue_is_complete() -> None:
    from ui.text.i18n import catalogue

    japanese = catalogue("ja")._catalog  # type: ignore[attr-defined]
    missing = [m.id for m in extracted() if m.id and not japanese.get(m.id)]
    assert missing == []


def test_placeholders_survive_translation() -> None:
    import re

    from ui.text.i18n import catalogue

    for message in extracted():
        if message.id:
            names = set(re.findall(r"{(\w+)}", str(message.id)))
            assert names == set(re.findall(r"{(\w+)}", catalogue("ja").gettext(str(message.id)))), message.id


def test_every_unit_of_the_criteria_has_its_words() -> None:
    from scoring.criteria.catalogue import load
    from ui.text import vocabulary

    assert [c.unit for c in load().criteria if c.unit not in vocabulary.UNITS] == []


def test_a_pillar_at_weight_0_counts_once_it_is_raised_and_the_address_says_so() -> None:
    test = opened()
    assert test.session_state["preset"] == "joint"
    before = test.session_state["selected"]
    assert "wf" not in test.query_params
    test.slider(key="wf").set_value(100).run()
    assert not test.exception
    assert test.query_params["wf"] in ("100", ["100"])
    assert test.session_state["preset"] is None
    raised = opened(wf="100", wg="0", wp="0", wi="0", wo="0")
    assert raised.session_state["selected"] != before
