"""Cited facts beside the chain and the heat map: what is asked of a form, and ranks that others publish."""

from __future__ import annotations

import re

import duckdb

from scoring.supply.chain_answers import partners
from scoring.supply.chain_forms import forms
from scoring.supply.feed_limits import feed_limits, limits_of
from scoring.supply.published_ranks import ranked_commodities, ranks_of

DAY = re.compile(r"20\d\d(-\d\d(-\d\d)?)?")


def test_a_limit_is_of_a_known_form_and_has_a_page_and_a_date() -> None:
    assert feed_limits()
    for limit in feed_limits():
        assert (limit.commodity, limit.form) in forms()
        assert limit.url.startswith("http")
        assert limit.as_of == "" or DAY.fullmatch(limit.as_of)
        assert DAY.fullmatch(limit.retrieved)
        assert all((limit.by, limit.by_ja, limit.says, limit.says_ja))
        assert re.search(r"\d", limit.says)
        figures = [re.findall(r"\d+(?:\.\d+)?", text) for text in (limit.says, limit.says_ja)]
        assert figures[0] == figures[1], "both languages say the same figures"


def test_iron_of_spodumene_as_the_market_prices_it() -> None:
    """Fastmarkets (29 September 2020): Fe2O3 below 1.3 %, to 1.5 % accepted where it can be normalised."""
    (limit,) = limits_of("lithium", "lithium concentrate")
    assert "Fe2O3 < 1.3 % (≤ 1.5 %)" in limit.says


def test_thorium_and_uranium_of_an_ore_by_us_law() -> None:
    """10 CFR 40.4: ores of 0.05 % by weight of uranium and thorium or more are source material."""
    limit = limits_of("rare earths", "rare earth concentrate")[0]
    assert limit.says == "U + Th ≥ 0.05 % by weight"


def test_what_is_asked_stands_with_the_partners_of_a_site(facts: duckdb.DuckDBPyConnection) -> None:
    statement = "SELECT site_id FROM facts.site WHERE name = 'Donald'"
    (site_id,) = facts.cursor().execute(statement).fetchone()
    (found,) = [each for each in partners(facts, site_id) if each["commodity"] == "rare earths"]
    assert {limit["form"] for limit in found["feed_limits"]} == {"rare earth concentrate"}


def test_the_first_ten_of_usgs_by_the_loss_of_a_disruption() -> None:
    """USGS (2025), OFR 2025-1047, as rawmaterials.net of 26 August 2025 tells it; 84 were ranked."""
    ranks = {name: ranks_of(name)[0] for name in ranked_commodities()}
    assert [name for name, _rank in sorted(ranks.items(), key=lambda pair: pair[1].rank)] == [
        "samarium",
        "rhodium",
        "lutetium",
        "terbium",
        "dysprosium",
        "gallium",
        "germanium",
        "gadolinium",
        "tungsten",
        "niobium",
    ]
    assert {(rank.of, rank.doi) for rank in ranks.values()} == {(84, "https://doi.org/10.3133/ofr20251047")}
    assert ranks_of("lithium") == (), "no page that could be read says its rank"
