"""Sites are found by what a reader types: names in both scripts, owners, commodities, and what is nearly written so."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.ranking.facets import facets
from scoring.ranking.pipeline import forget_packed, rank
from scoring.ranking.scenario import from_preset
from scoring.search.search import commodities_named, forms, hits, normal, search, sites_named
from scoring.sites.dossier import site_row
from scoring.sites.hidden import hidden_by
from tests.conftest import TinySite

MOUNT_WELD, THACKER_PASS, HISHIKARI = "aus-mount-weld-cf54", "usa-thacker-pass-3cd6", "jpn-hishikari-mine-ff17"
MOUNTAIN_PASS, NIIHAMA = "usa-mountain-pass-ceec", "jpn-sumitomo-metal-mining-niihama-f1d9"


@pytest.mark.parametrize(
    ("text", "site_id", "kind"),
    [
        ("mt weld", MOUNT_WELD, "name"),
        ("Mount Weld", MOUNT_WELD, "name"),
        ("ＭＴ．ＷＥＬＤ", MOUNT_WELD, "name"),
        ("thacker", THACKER_PASS, "name"),
        ("Kings Valley", THACKER_PASS, "alias"),
        ("菱刈", HISHIKARI, "name_ja"),
        ("マウンテンパス", MOUNTAIN_PASS, "name_ja"),
        ("マウンテン・パス", MOUNTAIN_PASS, "name_ja"),
        ("ﾏｳﾝﾃﾝﾊﾟｽ", MOUNTAIN_PASS, "name_ja"),
        ("mountian pass", MOUNTAIN_PASS, "name"),
        ("hishkari", HISHIKARI, "name"),
    ],
)
def test_the_best_match_is_the_site_that_is_meant(facts, text: str, site_id: str, kind: str) -> None:
    best = search(facts, text, 1)[0]
    assert (best.site_id, best.kind) == (site_id, kind)


@pytest.mark.parametrize(
    ("text", "site_id", "label"),
    [
        ("住友", NIIHAMA, "住友金属鉱山"),
        ("住友金属鉱山株式会社", NIIHAMA, "住友金属鉱山"),
        ("ライナス", MOUNT_WELD, "Lynas"),
        ("双日", MOUNT_WELD, "Sojitz"),
        ("lynas", MOUNT_WELD, "Lynas Rare Earths"),
        ("希土", MOUNT_WELD, "rare earths"),
        ("Dy", MOUNT_WELD, "dysprosium"),
        ("ジスプロシウム", MOUNT_WELD, "dysprosium"),
    ],
)
def test_owners_and_commodities_find_their_sites_and_say_what_matched(
    facts, text: str, site_id: str, label: str
) -> None:
    matched = [row["label"] for row in hits(facts, text).to_pylist() if row["site_id"] == site_id]
    assert any(label in each for each in matched)
    assert site_id in sites_named(facts, text)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Dy", "dysprosium"),
        ("dysprosium", "dysprosium"),
        ("希土", "rare earths"),
        ("ジスプロシウム", "dysprosium"),
        ("Cu", "copper"),
        ("銅", "copper"),
    ],
)
def test_commodities_by_symbol_and_by_name_in_both_languages(facts, text: str, first: str) -> None:
    assert commodities_named(facts, text)[0] == first


def test_letters_come_before_words_and_words_before_near_spellings(facts) -> None:
    assert {row["how"] for row in hits(facts, "lynas malaysia").to_pylist()} <= {"whole", "start", "inside"}
    assert {row["how"] for row in hits(facts, "malaysia lynas").to_pylist()} == {"words"}
    assert {row["how"] for row in hits(facts, "lynsa malaysia").to_pylist()} == {"near"}
    assert not hits(facts, "qqqqqqqqqq").num_rows


def test_a_site_is_found_by_each_of_its_own_names(facts) -> None:
    """All names are normalised as they are, in capitals and with accents apart; of every 150th the search is made."""
    sites = facts.cursor().execute("SELECT site_id, unnest(list_prepend(name, aliases)) FROM facts.site ORDER BY 1")
    japanese = facts.cursor().execute("SELECT key, name_ja FROM facts.name_ja WHERE kind = 'site' ORDER BY 1, 2")
    rows = [*sites.fetchall(), *japanese.fetchall()]
    sites_named(facts, "names are put there by a first search")
    names = facts.cursor().execute("SELECT site_id, folded FROM search_name WHERE kind IN ('name', 'alias', 'name_ja')")
    kept = set(names.fetchall()) or pytest.fail("nothing was put into the search")
    for site_id, name in rows:
        for written in (name, name.upper(), unicodedata.normalize("NFD", name)):
            assert not normal(written) or (site_id, normal(written)) in kept
    for site_id, name in rows[::150]:
        if normal(name):
            assert site_id in sites_named(facts, name)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_what_is_normal_stays_as_it_is(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert all(form == form.strip() and "  " not in form for form in forms(text))


def test_the_filter_of_a_list_and_its_counts_follow_the_same_rule(facts) -> None:
    for text in ("mt weld", "住友", "mountian pass", "Dy", " ・ "):
        scenario = from_preset().with_filters(text=text)
        listed = set(rank(facts, scenario)["site_id"])
        assert listed == set(sites_named(facts, text))
        assert facets(facts, scenario)["universes"]["all"] == len(listed)


def test_new_sites_are_found_once_the_facts_have_changed(tiny) -> None:
    con = tiny([TinySite("a")])
    assert not sites_named(con, "qwerty")
    con.execute("UPDATE facts.site SET name = 'Qwerty Ridge' WHERE site_id = 'a'")
    forget_packed(con)
    assert sites_named(con, "qwerty") == ["a"]


def test_a_site_that_a_list_leaves_out_comes_with_each_reason(facts) -> None:
    scenario = from_preset(commodity="dysprosium")
    assert hidden_by(facts, scenario, THACKER_PASS) == ("commodity",)
    assert hidden_by(facts, scenario, MOUNT_WELD) == ()
    narrow = scenario.with_filters(countries=("JPN",), universe="projects", step="recycling")
    assert hidden_by(facts, narrow, "nam-lofdal-bergville-11c6") == ("step", "countries")
    assert hidden_by(facts, from_preset().with_filters(min_coverage=1.0), HISHIKARI) == ("min_coverage",)
    assert hidden_by(facts, from_preset().with_filters(universe="projects"), HISHIKARI) == ("universe",)


def test_a_site_can_be_asked_for_by_any_of_its_names(facts) -> None:
    assert site_row(facts, "mount weld")["site_id"] == MOUNT_WELD
    assert site_row(facts, "菱刈鉱山")["site_id"] == HISHIKARI


def test_japanese_names_are_cited_and_of_something_that_is_there(facts) -> None:
    cursor = facts.cursor()
    rows = cursor.execute("SELECT kind, key, name_ja, source_url FROM facts.name_ja").fetchall()
    known = {
        "site": {row[0] for row in cursor.execute("SELECT site_id FROM facts.site").fetchall()},
        "commodity": {row[0] for row in cursor.execute("SELECT commodity_id FROM facts.commodity").fetchall()},
        "company": {
            row[0]
            for row in cursor.execute(
                "SELECT unnest([owner, company, ultimate_parent]) FROM facts.owner UNION SELECT unnest([held, holder]) "
                "FROM facts.holding"
            ).fetchall()
        },
    }
    assert len(rows) == len({row[:3] for row in rows})
    for kind, key, name, url in rows:
        assert key in known[kind], key
        assert url.startswith("http")
        assert any(not letter.isascii() for letter in name), name
