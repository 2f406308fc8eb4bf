"""The page Mapping: a new study by the form, its answer, a file that cannot be read, areas that become sites."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from scoring.prospectivity.model_file import model_of
from tests.app import new_app, opened_at
from workspace import prospecting, session

pytestmark = pytest.mark.usefixtures("small_app", "own_store")
MODEL = {
    "title": "IOCG of Australia",
    "title_ja": "豪州のIOCG鉱床",
    "system": "iocg",
    "grid": {"resolution": 3, "countries": ["AUS"]},
    "method": {"name": "knowledge"},
}


def opened(**address: str) -> AppTest:
    return opened_at("mapping", **address)


def test_a_first_visit_asks_what_is_looked_for() -> None:
    test = opened(lang="en")
    assert "Mineral system" in [each.label for each in test.selectbox]
    assert any("Not bundled" in each.value for each in test.info)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_study_says_what_it_is_worth(language: str) -> None:
    prospecting.run(model_of("test", MODEL))
    test = opened(lang=language)
    words = " ".join(each.value for each in test.markdown)
    assert ("On ground that was held out" if language == "en" else "学習から除外した地盤") in words
    titles = [tab.label for tab in test.tabs]
    assert titles[0] == ("Tested on held-out ground" if language == "en" else "除外した地盤での検証")
    if language == "ja":
        assert "Tested" not in words


def test_candidate_areas_become_sites_with_a_dossier() -> None:
    folder, _study = prospecting.run(model_of("test", MODEL))
    test = opened(lang="en")
    test.selectbox[-1].set_value("copper").run()
    button = next(each for each in test.button if "candidate sites" in each.label)
    button.click().run()
    assert not test.exception
    assert test.success
    named = session.facts().cursor().execute("SELECT count(*) FROM combined.site WHERE name LIKE 'Area %'").fetchone()
    assert named is not None
    assert named[0] == 10
    prospecting.forget(folder.name)
    assert not list(prospecting.studies())


def test_a_study_is_a_layer_of_the_map() -> None:
    from workspace import reference

    folder, _study = prospecting.run(model_of("test", MODEL))
    ids = [layer.id for layer in reference.map_layers()]
    assert f"study-{folder.name}" in ids
    assert f"study-{folder.name}-faded" in ids


def test_a_layer_that_is_imported_anew_under_its_name_is_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of("test", {**MODEL, "evaluation": {"provinces": "terranes"}})
    versions = []
    for layer_id in ("ul-1", "ul-2"):
        found = type("Found", (), {"layer_id": layer_id})()
        monkeypatch.setattr(session, "own", lambda found=found: type("Own", (), {"find": lambda _self, _n: found})())
        versions.append(prospecting._version(model))
    assert len(set(versions)) == 2


@pytest.mark.parametrize("page", ["screens/explore/page.py", "screens/layers/page.py"])
def test_pages_with_layers_show_the_surface_of_a_study(page: str) -> None:
    prospecting.run(model_of("test", MODEL))
    test = new_app()
    test.query_params["lang"] = "ja"
    test.query_params["m"] = "dysprosium"
    test.run()
    if "explore" not in page:
        test.switch_page(page).run()
    assert not test.exception, test.exception
