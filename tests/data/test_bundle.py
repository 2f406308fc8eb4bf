"""How far the bundle reaches: the targets of the issue, and counts that agree with the tables."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.bundle import report
from data.bundling import published
from data.bundling.published import published_ids
from data.facts import BUNDLE

REACHED = {
    "located": 5000,
    "graded": 3000,
    "processing": 600,
    "owned": 600,
    "curated_plants": 60,
    "ledger_projects": 600,
}


@pytest.fixture(scope="module")
def found(facts):
    return report(facts)


@pytest.mark.parametrize(("key", "target"), REACHED.items())
def test_the_targets_are_reached(found, key, target) -> None:
    assert found[key] >= target


def test_the_bundle_stays_small(found) -> None:
    assert 1 < found["bundle_mb"] <= 30
    assert found["bundle_mb"] == pytest.approx(
        sum(p.stat().st_size for p in BUNDLE.rglob("*") if p.is_file()) / 1e6, abs=0.01
    )


@pytest.mark.parametrize("by", ["by_kind", "by_country", "by_stage"])
def test_each_site_has_one_kind_country_and_stage(found, by) -> None:
    assert sum(found[by].values()) == found["located"]


def test_parts_are_never_more_than_the_whole(found) -> None:
    for key in ("graded", "processing", "processing_only", "owned", "owned_traced", "curated_plants"):
        assert 0 < found[key] <= found["located"]
    assert found["owned_traced"] <= found["owned"]
    assert found["processing_only"] <= found["processing"]
    assert max(found["by_commodity"].values()) <= found["located"]


def test_the_well_known_is_there(found) -> None:
    assert {"mine", "refinery", "separation", "derivative", "recycling"} == set(found["by_kind"])
    assert {"rare earths", "lithium", "copper", "nickel", "gallium", "germanium", "graphite"} <= set(
        found["by_commodity"]
    )
    assert {"AUS", "USA", "JPN", "CHN", "CHL", "NAM"} <= set(found["by_country"])


def test_what_was_left_out_is_counted_by_reason(found) -> None:
    assert len(found["left_out"]) >= 5
    assert all(rows > 0 for rows in found["left_out"].values())


@pytest.mark.parametrize(
    ("name", "iso3", "lon", "lat"),
    [
        ("Mountain Pass", "USA", -115.53, 35.48),
        ("M% Weld", "AUS", 122.55, -28.86),
        ("Lofdal%", "NAM", 14.75, -20.3),
        ("Escondida", "CHL", -69.07, -24.27),
        ("Greenbushes%", "AUS", 116.06, -33.86),
    ],
)
def test_famous_mines_lie_where_they_are(facts, name, iso3, lon, lat) -> None:
    rows = (
        facts.cursor()
        .execute("SELECT lon, lat FROM facts.site WHERE name ILIKE ? AND iso3 = ?", [name, iso3])
        .fetchall()
    )
    assert any(abs(x - lon) < 0.2 and abs(y - lat) < 0.2 for x, y in rows), rows


@pytest.mark.parametrize(
    ("commodity", "leader", "share"),
    [
        ("gallium", "CHN", 99),
        ("graphite", "CHN", 79.9),
        ("tungsten", "CHN", 78.7),
        ("cobalt", "COD", 73.1),
        ("nickel", "IDN", 66.9),
        ("rare earths", "CHN", 69.4),
    ],
)
def test_leading_producers_are_those_of_the_mineral_commodity_summaries(facts, commodity, leader, share) -> None:
    """USGS MCS 2026, production of 2025 (estimated): the share of all rows of the table, since totals are rounded."""
    row = facts.cursor().execute(
        "SELECT leading_country_iso3, leading_share_pct FROM facts.commodity WHERE commodity_id = ?", [commodity]
    )
    found_leader, found_share = row.fetchone()
    assert found_leader == leader
    assert found_share == pytest.approx(share, abs=0.05)


def test_covered_nations_fail_by_jurisdiction_and_no_other_country_does(facts) -> None:
    rows = facts.cursor().execute("SELECT iso3 FROM facts.country WHERE covered ORDER BY 1").fetchall()
    assert [r[0] for r in rows] == ["CHN", "IRN", "PRK", "RUS"]
    failed = facts.cursor().execute(
        "SELECT DISTINCT s.iso3 FROM facts.gate AS g JOIN facts.site AS s USING (site_id) WHERE g.gate "
        "= 'covered_nation' AND g.evidence = 'jurisdiction'"
    )
    assert {r[0] for r in failed.fetchall()} <= {"CHN", "IRN", "PRK", "RUS"}


def test_every_id_of_the_bundle_is_published(facts) -> None:
    """A later build finds a site under the id that lists and addresses of today hold."""
    ids = {site_id for (site_id,) in facts.execute("SELECT site_id FROM facts.site").fetchall()}
    assert ids <= published_ids()


def test_publishing_adds_and_forgets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "CURATED", tmp_path)
    (tmp_path / published.PUBLISHED).write_text("site_id\naus-b\n", encoding="utf-8")
    published_ids.cache_clear()
    for found in (["aus-a"], ["aus-c", "aus-a"]):
        pq.write_table(pa.table({"site_id": found}), tmp_path / "site.parquet")
        published.publish(tmp_path)
    assert published_ids() == {"aus-a", "aus-b", "aus-c"}
    published_ids.cache_clear()
