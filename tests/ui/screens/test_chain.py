"""The tab Chain of the page Supply, and the partners of a site in its dossier: every commodity and switch draws."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from scoring.supply.chain_forms import commodities, depths, forms
from scoring.supply.chain_sites import SWITCHES
from tests.app import opened_at
from tests.sampling import part, sampled
from ui.screens.supply.chain_picture import BAR, HEIGHT, _bands, _columns, _placed, _scale
from ui.text import chain_words
from workspace import chain

pytestmark = pytest.mark.usefixtures("own_store", "small_app")


def opened(**address: str) -> AppTest:
    test = opened_at("supply", **address)
    test.button_group(key="supply_view").set_value("chain").run()
    assert not test.exception, test.exception
    return test


@pytest.mark.law
def test_every_commodity_draws() -> None:
    test = opened(lang="en")
    for commodity in part(commodities()):
        test.selectbox(key="chain_commodity").set_value(commodity).run()
        assert not test.exception, (commodity, test.exception)


def test_the_tab_draws_in_japanese() -> None:
    test = opened(lang="ja", m="tungsten")
    assert any("APT" in each.value for each in test.markdown)


def test_the_chain_of_the_commodity_of_interest_stands_open_and_every_switch_draws() -> None:
    test = opened(lang="en", m="dysprosium")
    assert test.selectbox(key="chain_commodity").value == "rare earths"
    for switch in SWITCHES:
        test.button_group(key="chain_switch").set_value(switch).run()
        assert not test.exception, (switch, test.exception)


@pytest.mark.usefixtures("whole_app")
def test_a_missing_plant_is_told_with_its_tonnes_and_a_site_opens_its_dossier() -> None:
    test = opened(lang="en", m="graphite")
    assert any("that no allied plant is there to take" in each.value for each in test.markdown)
    button = next(each for each in test.button if str(each.key).startswith("chain_missing_"))
    button.click().run()
    assert not test.exception, test.exception
    assert any("Feed and partners" in each.value for each in test.subheader)


@pytest.mark.parametrize("commodity", sampled(commodities(), 4))
def test_bars_and_bands_stay_in_the_picture(commodity: str) -> None:
    found = chain.chain(commodity, "all")
    columns, left_out = _columns(found, depths(chain.steps(commodity)))
    scale = _scale(columns)
    placed = _placed(columns, scale)
    assert left_out >= 0
    for where in placed.values():
        assert 0 <= where.top < where.bottom <= HEIGHT + 20
    bands = _bands(found, placed, scale)
    if len(bands):
        assert bands["at"].min() >= BAR
        assert bands["at"].max() <= len(columns) - 1


def test_words_are_complete() -> None:
    assert set(chain_words.SWITCHES) == set(SWITCHES)
    assert chain_words.tonnes(None) == "? t/y"
    for (commodity, form), known in forms().items():
        assert chain_words.form(commodity, form) == form
        assert known.title_ja
