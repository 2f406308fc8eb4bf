"""Who publishes what, and how many publishers agree."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from data.publishers import COMPANY, domain, of_site, publisher
from data.vocabulary import CURATED


def claim(attribute: str, text: str, as_of: str, url: str, method: str = "reported") -> dict[str, Any]:
    return {
        "attribute": attribute,
        "text": text,
        "as_of": as_of,
        "url": url,
        "method": method,
        "source_id": "orebridge_projects",
    }


OWNER = {"owner": "Iluka Resources", "company": "Iluka Resources Limited", "ultimate_parent": "", "share_pct": 100.0}


def test_a_company_and_its_wire_are_one_publisher() -> None:
    claims = [
        claim("owner", "Iluka", "2025-01", "https://iluka.com/communities/wimmera/"),
        claim("owner", "Iluka Resources Ltd.", "2025-02", "https://www.prnewswire.com/x"),
    ]
    said = of_site(claims, "feasibility", [OWNER])
    assert [each.publisher for each in said.owners["Iluka Resources"]] == [COMPANY]
    assert said.owner_publishers == 1
    further = claim("owner", "Iluka Resources", "2024", "https://miningdataonline.com/property/1411/x.aspx")
    assert of_site([*claims, further], "feasibility", [OWNER]).owner_publishers == 2


def test_papers_of_one_house_are_one_publisher() -> None:
    claims = [
        claim("stage", "operating", "2025-01", "https://www.mining.com/a"),
        claim("stage", "operating", "2025-02", "https://secure.northernminer.com/b"),
        claim("stage", "construction", "2025-03", "https://www.bestmag.co.uk/c"),
    ]
    said = of_site(claims, "operating", [])
    assert said.stage_publishers == 1
    assert [(each.said, each.agrees) for each in said.stage] == [("construction", False), ("operating", True)]


@pytest.mark.parametrize(
    ("as_of", "url", "method"),
    [
        ("2019", "https://www.bestmag.co.uk/c", "reported"),
        ("", "https://www.bestmag.co.uk/c", "reported"),
        ("2025", "https://www.ainvest.com/c", "reported"),
        ("2025", "https://www.bestmag.co.uk/c", "unconfirmed"),
    ],
)
def test_old_undated_and_weak_pages_count_for_nothing(as_of: str, url: str, method: str) -> None:
    assert of_site([claim("stage", "operating", as_of, url, method)], "operating", []).stage == ()


def test_the_last_word_of_a_publisher_counts() -> None:
    claims = [
        claim("stage", "operating", "2026-01", "https://www.bestmag.co.uk/new"),
        claim("stage", "construction", "2024-01", "https://www.bestmag.co.uk/old"),
    ]
    assert of_site(claims, "operating", []).stage_publishers == 1
    assert of_site(claims, "construction", []).stage_publishers == 0


def test_the_main_owner_is_the_largest_and_whoever_has_no_stated_share() -> None:
    owners = [
        {"owner": "A One", "company": "", "ultimate_parent": "", "share_pct": 70.0},
        {"owner": "B Two", "company": "", "ultimate_parent": "", "share_pct": 30.0},
        {"owner": "C Three", "company": "", "ultimate_parent": "", "share_pct": None},
    ]
    assert of_site([], "unknown", owners).main == ("A One", "C Three")


def test_the_table_of_publishers_is_in_order() -> None:
    with (CURATED / "publishers.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    hosts = [row["host"] for row in rows]
    assert len(hosts) == len(set(hosts))
    assert all(row["why"] for row in rows)
    assert all(publisher(f"https://{row['host']}/x", "orebridge_projects") == row["publisher"] for row in rows)
    assert domain("https://secure.northernminer.com/x") in hosts
