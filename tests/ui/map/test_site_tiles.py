"""The sites of the map: every one that the legend shows is drawn or counted, and the best twenty are always drawn."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from scoring.ranking.scenario import Filters, from_preset, opening
from ui.map import legend, markers, site_tiles, tooltip
from ui.map.addresses import MapFeed
from ui.text.i18n import speaking
from workspace import rankings

pytestmark = pytest.mark.usefixtures("own_store")
SCENARIOS = (opening(), from_preset(commodity="dysprosium", filters=Filters(countries=("AUS", "FJI", "NZL"))))


def feed_of(scenario=SCENARIOS[0], hidden: frozenset[str] = frozenset(), language: str = "en") -> MapFeed:
    return MapFeed(scenario, False, False, 0, hidden, language)


def features(feed: MapFeed, zoom: int) -> list[dict]:
    tiles = site_tiles.tiles(feed, zoom).of_tile
    return [
        each for column, row in tiles for each in json.loads(site_tiles.tile_json(feed, zoom, column, row))["features"]
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("zoom", [0, 1, 4, 9, 14])
def test_every_site_is_drawn_or_counted_and_the_first_twenty_are_drawn(scenario, zoom: int) -> None:
    ranking = rankings.ranking(scenario)
    shown = [each["properties"] for each in features(feed_of(scenario), zoom)]
    ids = [each["id"] for each in shown]
    assert len(ids) == len(set(ids))
    assert len(ids) + sum(int(each["m"].lstrip("+").replace(",", "") or 0) for each in shown) == len(ranking)
    assert set(ranking["site_id"].head(site_tiles.NAMED)) <= set(ids)


def test_a_tile_holds_what_lies_in_it_and_draws_the_best_last() -> None:
    listed = json.loads(site_tiles.tile_json(feed_of(), 1, 0, 0))["features"]
    assert listed
    assert all(-180 <= each["geometry"]["coordinates"][0] <= 0 <= each["geometry"]["coordinates"][1] for each in listed)
    ranks = [each["properties"]["r"] for each in listed]
    assert ranks == sorted(ranks, reverse=True)
    assert {each["properties"]["i"] for each in listed} <= set(markers.mapping())


@pytest.mark.parametrize("entry", ["failed", "rough", "unclear", "score2", "mine"])
def test_the_legend_takes_off_what_it_says_and_nothing_else(entry: str) -> None:
    scenario = replace(opening(), filters=Filters(countries=("JPN", "CHN", "CAN")))
    every, left = feed_of(scenario), feed_of(scenario, frozenset([entry]))
    of = site_tiles.entries(rankings.VIEW.ranked(scenario))[entry]
    assert 0 < of.sum() < len(of)
    assert site_tiles.shown(left).place.tolist() == np.flatnonzero(~of).tolist()
    assert len(site_tiles.shown(every).place) == len(of)
    with speaking("en"):
        words = legend.site_legend(left)
        assert f'data-entry="{entry}" aria-pressed="false"' in words
        assert f"{int(of.sum()):,} of {len(of):,} sites are hidden by the legend" in words
        assert "are hidden by the legend" not in legend.site_legend(every)


def test_the_legend_lists_only_what_the_list_has() -> None:
    scenario = opening().with_filters(step="mines")
    with speaking("en"):
        words = legend.site_legend(feed_of(scenario))
    assert 'data-entry="mine"' in words
    assert 'data-entry="refinery"' not in words
    assert "output, % of world production" not in words


def test_size_grows_with_contained_metal_and_unknown_is_least() -> None:
    sizes = markers.pixels(np.array([np.nan, 0.0, 0.4, 1.0])).tolist()
    assert sizes[0] == sizes[1] == markers.SMALLEST_PX
    assert sizes == sorted(sizes)
    assert sizes[-1] == markers.LARGEST_PX
    amounts = rankings.VIEW.amounts(opening())
    assert len(amounts) == len(rankings.ranking(opening()))
    assert np.isfinite(amounts).any()


def test_the_tooltip_says_metal_stage_country_owner_and_reason_in_the_readers_language() -> None:
    scenario = from_preset()
    site_id = "usa-mountain-pass-ceec"
    english, japanese = (tooltip.tooltip(feed_of(scenario, language=language), site_id, 3) for language in ("en", "ja"))
    assert english[0].startswith("Rare earths")
    assert "Mine" in english[0]
    assert "United States" in english[0]
    assert any(line.startswith("Owner: ") for line in english)
    assert any(line.startswith(("Strong: ", "Weak: ")) for line in english)
    assert japanese[0].endswith("米国")
    assert any(line.startswith("所有者：") for line in japanese)
    assert len(english) == len(japanese)


def test_names_under_a_mark_are_those_that_it_stands_for() -> None:
    feed = feed_of()
    thin = site_tiles.tiles(feed, 0).thin
    busiest = int(thin.drawn[int(np.argmax(thin.more))])
    names, count = site_tiles.beneath(feed, site_tiles.shown(feed).value("site_id", busiest), 0, 4)
    assert count == int(thin.more.max())
    assert len(names) == min(4, count)
    assert site_tiles.beneath(feed, "nowhere", 0, 4) == ([], 0)


def test_every_legend_entry_has_a_place_in_the_address() -> None:
    assert len(set(site_tiles.ENTRIES)) == len(site_tiles.ENTRIES)
    assert set(site_tiles.entries(rankings.VIEW.ranked(opening()))) == set(site_tiles.ENTRIES)
