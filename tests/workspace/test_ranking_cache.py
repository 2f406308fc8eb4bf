"""What the cache of rankings keeps while a reader turns pages."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb
import pytest

from workspace import ranking_cache
from workspace.ranking_cache import RankingCache


def test_a_list_of_all_sites_stays_beside_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted by months, all sites were asked for again at each touch of the page, 3.5 s: the page drove them out."""
    asked: list[int] = []

    def counted(_facts: duckdb.DuckDBPyConnection, site_ids: list[str], _commodity: str) -> list[SimpleNamespace]:
        asked.append(len(site_ids))
        return [SimpleNamespace(site_id=each) for each in site_ids]

    monkeypatch.setattr(ranking_cache, "candidates", counted)
    cache = RankingCache(duckdb.connect, lambda: 0)
    everything = [f"s{n}" for n in range(15_000)]
    for _rerun in range(3):
        cache.candidates(everything[:3], "")
        cache.candidates(everything, "")
        cache.candidates(everything[200:400], "")
    assert asked == [3, 15_000, 200]
