"""Every page runs, in both languages, and shows what the floors return."""

from __future__ import annotations

import json
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import opened_at
from tests.sampling import sampled
from ui.text.sync_catalogues import extracted

PAGES = (
    "screens/explore/page.py",
    "screens/layers/page.py",
    "screens/mapping/page.py",
    "screens/shortlist/page.py",
    "screens/compare/page.py",
    "screens/site/page.py",
    "screens/methods/page.py",
    "screens/robustness/page.py",
    "screens/desks/page.py",
    "screens/supply/page.py",
    "screens/portfolio/page.py",
    "screens/backtest/page.py",
    "screens/facts/page.py",
)
#: Every marked text, read once: it takes a second.
marked_texts = cache(extracted)

pytestmark = pytest.mark.usefixtures("small_app", "own_store")


def opened(page: str = "screens/explore/page.py", **address: str) -> AppTest:
    return opened_at(page.split("/")[1], **address)


def map_of(test: AppTest) -> dict:
    """Return what the page tells the map."""
    protos = [each.proto for each in test.get("bidi_component")]
    return next(json.loads(proto.json) for proto in protos if proto.component_name.endswith("orebridge_map"))


def layers_of(test: AppTest) -> dict[str, dict]:
    return {layer["id"]: layer for layer in json.loads(map_of(test)["deck"])["layers"]}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("page", PAGES)
def test_page_runs(page: str, language: str) -> None:
    few = (
        {"m": "dysprosium"} if any(name in page for name in ("robustness", "backtest", "facts")) else {}
    )  # 805 sites instead of 14,436
    assert opened(page, lang=language, **few).main


@pytest.mark.parametrize("page", sampled(PAGES, 2))
def test_weights_and_filters_can_be_changed_on_every_page_that_obeys_them(page: str) -> None:
    test = opened(page, lang="en", m="dysprosium", country="AUS")
    if any(name in page for name in ("methods", "mapping", "supply", "portfolio", "response")):
        assert not test.slider
        return
    assert test.multiselect(key="country").value == ["AUS"]
    test.slider(key="wg").set_value(61).run()
    assert not test.exception
    assert test.session_state["wg"] == 61
    test.button(key="undo").click().run()
    assert test.session_state["wg"] != 61


def test_a_site_that_is_searched_for_elsewhere_opens_its_dossier() -> None:
    test = opened("screens/desks/page.py", lang="en", q="mountain pass")
    test.button(key="found_usa-mountain-pass-ceec").click().run()
    assert not test.exception
    assert test.session_state["site_id"] == "usa-mountain-pass-ceec"


def test_sites_travel_by_address_not_inline() -> None:
    test = opened()
    layers = layers_of(test)
    assert layers["sites"]["data"].startswith("/api/sites/{z}/{x}/{y}.json?k=")
    assert len(json.dumps(map_of(test))) < 40_000
    assert all(isinstance(layer.get("data", ""), str) or name == "halo" for name, layer in layers.items())


def test_first_site_is_selected_and_ringed() -> None:
    test = opened()
    assert len(layers_of(test)["halo"]["data"]) == 1
    assert test.session_state["selected"]


def test_slider_changes_the_scenario_and_the_address_of_the_sites() -> None:
    test = opened()
    before = layers_of(test)["sites"]["data"]
    test.slider(key="wg").set_value(80).run()
    after = layers_of(test)["sites"]["data"]
    assert before != after
    assert test.query_params["wg"] in ("80", ["80"])


def test_preset_sets_the_sliders() -> None:
    test = opened()
    test.selectbox(key="preset").select("speed").run()
    assert test.slider(key="wp").value == 50


def test_layers_and_legend_stand_in_the_address_and_come_from_it() -> None:
    test = opened(universe="all", ly="ports,-lakes,rail:40,nothing", off="recycling,nonsense", cam="37.0,138.0,5")
    layers = layers_of(test)
    assert any(name.startswith("ports-") for name in layers)
    assert not any(name.startswith("lakes-") for name in layers)
    assert next(layer["opacity"] for name, layer in layers.items() if name.startswith("rail-")) == 0.4
    assert 'data-entry="recycling" aria-pressed="false"' in map_of(test)["legend"]
    assert 'data-entry="mine" aria-pressed="true"' in map_of(test)["legend"]
    layers_there, hidden, camera = (
        value if isinstance(value := test.query_params[key], str) else value[0] for key in ("ly", "off", "cam")
    )
    assert set(layers_there.split(",")) == {"ports", "-lakes", "rail:40"}
    assert (hidden, camera) == ("recycling", "37.0,138.0,5")


def test_a_camera_that_is_none_leaves_the_address() -> None:
    assert "cam" not in opened(cam="1,2,<script>").query_params


def test_results_are_offered_where_something_narrows_the_list() -> None:
    assert map_of(opened())["results"] is None
    west, south, east, north = map_of(opened(universe="all", country="JPN"))["results"]
    assert 120 < west < east < 155
    assert 20 < south < north < 46


def test_the_map_opens_between_japan_and_the_us() -> None:
    west, south, east, north = map_of(opened())["home"]
    assert west < 129.5  # Kyushu
    assert -67.0 < east < west  # Maine, over the antimeridian
    assert south < 25
    assert north > 49


def test_the_japanese_map_has_no_english_words() -> None:
    from ui.text.i18n import catalogue

    shown = map_of(opened(universe="all", lang="ja"))
    words = [*shown["words"].values(), *(each["name"] for each in shown["views"])]
    words += [group["title"] for group in shown["layers"]]
    words += [layer["title"] for group in shown["layers"] for layer in group["layers"]]
    assert [word for word in words if word.isascii()] == []
    english = {str(m.id) for m in marked_texts() if m.id and catalogue("ja").gettext(str(m.id)) != str(m.id)}
    import re

    legend = {text.strip() for text in re.split(r"<[^>]*>", shown["legend"]) if text.strip()}
    assert not legend & english


def test_all_weights_zero_is_said_not_raised() -> None:
    test = opened(wg="0", wp="0", wi="0", wo="0")
    assert any("weights are 0" in warning.value for warning in test.warning)
    kept = opened(wg="0", wp="0", wi="0", wo="0", order="worst", step="mines").query_params
    assert (kept["order"], kept["step"]) == ("worst", "mines"), "the other choices hold"


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
    missing = [m.id for m in marked_texts() if m.id and not japanese.get(m.id)]
    assert missing == []


def test_placeholders_survive_translation() -> None:
    import re

    from ui.text.i18n import catalogue

    for message in marked_texts():
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


def test_works_without_a_mine_are_as_many_as_the_table_of_kinds_has() -> None:
    test = opened("screens/methods/page.py", lang="en")
    told = next(each.value for each in test.metric if each.label == "Works without a mine")
    kinds = next(each.value for each in test.dataframe if list(each.value) == ["Kind", "Sites"])
    assert int(told.replace(",", "")) == kinds.loc[kinds["Kind"] != "Mine", "Sites"].sum()


def test_the_hints_of_the_sidebar_say_what_to_do() -> None:
    test = opened(lang="en")
    told = {each.key: each.proto.help for each in (*test.sidebar.slider, *test.sidebar.selectbox, *test.sidebar.toggle)}
    for key, begins in {
        "preset": "Choose one",
        "cov": "Raise it",
        "hide": "Switch it on",
        "order": "Choose how",
    }.items():
        assert told[key].startswith(begins)
    assert "Raise it to favour" in told["wg"]
