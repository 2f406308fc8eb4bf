"""What memos say of fifty sites, beside the tables that the sentences rest on, read without the memo's own code."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from data.shortlist_items import Item, Shortlist
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import STEPS, opening
from scoring.sites.dossier import ASKED_ONLY
from tests.sampling import sampled
from ui.memo.content import MOST_SITES, SitePage, ground, memos
from workspace import reference, session

pytestmark = pytest.mark.usefixtures("small_app")

#: Of each step the first and others further down, so that works, studies and stopped mines are among them.
OF_EACH_STEP = {"mines": 26, "processing": 10, "derivatives": 7, "recycling": 7}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    patched = pytest.MonkeyPatch()
    patched.setenv("OREBRIDGE_HOME", str(tmp_path_factory.mktemp("home")))
    session.close()
    yield session.facts()
    session.close()
    patched.undo()


@pytest.fixture(scope="module", params=sampled([4, 1], 2))
def pages(facts: duckdb.DuckDBPyConnection, request: pytest.FixtureRequest) -> dict[str, SitePage]:
    """Return site id -> page of the English memo, of a fourth of fifty projects, or of all of them."""
    of_each = {step: math.ceil(count / request.param) for step, count in OF_EACH_STEP.items()}
    chosen: list[str] = []
    for step in STEPS:
        ids = rank(facts, opening().with_filters(step=step))["site_id"].tolist()
        spread = max(len(ids) // of_each[step], 1)
        chosen += ids[::spread][: of_each[step]]
    found: dict[str, SitePage] = {}
    for first in range(0, len(chosen), MOST_SITES):
        held = Shortlist("Fifty", items=tuple(Item(site_id) for site_id in chosen[first : first + MOST_SITES]))
        basis = ground(facts, opening(), held, reference.sources(), {})
        (english,) = memos(facts, basis, "en")
        found |= {site["site_id"]: page for site, page in zip(basis.sites, english.sites, strict=True)}
    assert len(found) == sum(of_each.values()) == {4: 14, 1: 50}[request.param]
    return found


def said(page: SitePage, label: str) -> str:
    return dict(page.paragraphs)[label]


def rows(facts: duckdb.DuckDBPyConnection, statement: str, site_id: str) -> list[tuple[Any, ...]]:
    return facts.execute(statement, {"site_id": site_id}).fetchall()


def test_a_memo_names_all_owners_and_says_that_there_are_none_only_where_there_are(facts, pages) -> None:
    for site_id, page in pages.items():
        owners = rows(facts, "SELECT owner FROM combined.owner WHERE site_id = $site_id", site_id)
        text = said(page, "Ownership")
        assert ("No source names an owner" in text) == (not owners), site_id
        for (owner,) in owners:
            assert owner in text, (site_id, owner)


def test_a_memo_names_buyers_once_and_never_denies_one(facts, pages) -> None:
    taken = "SELECT DISTINCT text FROM combined.claim WHERE site_id = $site_id AND attribute = 'offtake'"
    told = 0
    for site_id, page in pages.items():
        buyers = [text for (text,) in rows(facts, taken, site_id)]
        text = said(page, "Timing and offtake")
        assert ("Published offtake" in text) == bool(buyers), site_id
        if buyers:
            told += 1
            named = re.sub(r" \((?:\d{4}[-\d]*|–)\)", "", text.split("Published offtake: ")[1].rstrip(".")).split("; ")
            assert len({name.casefold() for name in named}) == len(named) <= 3, site_id
    assert told > 0.2 * len(pages)


def test_a_memo_says_of_the_stage_what_the_newest_source_says(facts, pages) -> None:
    for site_id, page in pages.items():
        ((stage,),) = rows(facts, "SELECT stage FROM combined.site WHERE site_id = $site_id", site_id)
        assert f"· {stage.capitalize()} ·" in page.facts, (site_id, page.facts)
        if "lists it as operating" in said(page, "Timing and offtake"):
            assert stage == "operating"


def test_months_and_chance_are_those_that_the_score_counts(facts, pages) -> None:
    counted = "SELECT value FROM combined.measurement WHERE site_id = $site_id AND criterion_id = "
    told = 0
    for site_id, page in pages.items():
        text = said(page, "Timing and offtake")
        if match := re.search(r"chance (\d+) %\. The score counts (\d+) months", text):
            told += 1
            ((months,),) = rows(facts, counted + "'product_months'", site_id)
            ((chance,),) = rows(facts, counted + "'product_chance'", site_id)
            assert abs(int(match[1]) - chance) <= 0.5 + 1e-9, site_id
            assert abs(int(match[2]) - months) <= 2, site_id  # measured when the bundle was made, told as of today
    assert told > 0.6 * len(pages)


def test_money_is_what_the_newest_source_says(facts, pages) -> None:
    states = "SELECT max_by(text, as_of) FROM combined.claim WHERE site_id = $site_id AND attribute = 'funding_state'"
    for site_id, page in pages.items():
        ((state,),) = rows(facts, states, site_id)
        text = said(page, "Money and what comes next")
        for word in ("Seeking", "Partly", "Funded"):
            if f"funding: {word}" in text:
                assert state == word.lower(), site_id


def test_why_is_said_in_sentences_with_the_gap_and_the_source_of_each_value(facts, pages) -> None:
    closes = re.compile(r"could replace (\d+) %")
    told = 0
    for site_id, page in pages.items():
        text = dict(page.paragraphs).get("Why", "")
        assert not text or (text.endswith(".") and "Most of its score" not in text), site_id
        assert text.count("It scores highest on ") <= 1, site_id
        if closes.search(text):
            told += 1
            assert text.startswith(f"{page.title} could replace"), (site_id, text)
    assert told > len(pages) / 3


def test_every_failed_gate_is_a_risk_and_every_unknown_one_is_told(facts, pages) -> None:
    verdicts = "SELECT gate, verdict FROM combined.gate WHERE site_id = $site_id"
    for site_id, page in pages.items():
        found = dict(rows(facts, verdicts, site_id))
        failed = {gate for gate, verdict in found.items() if verdict == "fail"} - {"covered_any", *ASKED_ONLY}
        assert ("fails a gate" in said(page, "Risks")) == bool(failed), site_id
        assert ("gates undetermined" in said(page, "Unknown")) == ("unknown" in found.values()), site_id
