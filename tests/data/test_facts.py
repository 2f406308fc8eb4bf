"""The bundle in memory: complete, immutable from outside, versioned."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pandas as pd
import pytest

from data import facts as module
from data.facts import BUNDLE, LEAST_THREADS, TABLES, BundleMissingError, data_version, open_facts
from data.sql import sql


@pytest.fixture
def secret(tmp_path):
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "secret.parquet")
    return tmp_path / "secret"


@pytest.mark.parametrize(
    "statement",
    [
        "FROM read_text('{secret}.txt')",
        "FROM read_blob('{secret}.txt')",
        "FROM '{secret}.parquet'",
        "FROM read_parquet('{secret}.parquet')",
        "FROM glob('{secret}*')",
        "COPY (SELECT 1) TO '{secret}.csv'",
        "COPY facts.site FROM '{secret}.txt'",
        "EXPORT DATABASE '{secret}'",
        "ATTACH '{secret}.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_no_statement_reaches_a_file_or_the_network(facts, secret, statement) -> None:
    before = sorted(p.name for p in secret.parent.iterdir())
    with pytest.raises(duckdb.Error, match="disabled"):
        facts.cursor().execute(statement.format(secret=secret))
    assert sorted(p.name for p in secret.parent.iterdir()) == before


@pytest.mark.parametrize(
    "setting",
    ["enable_external_access = true", "lock_configuration = false", "python_enable_replacements = true", "threads = 1"],
)
def test_the_configuration_is_frozen_for_every_cursor(facts, setting) -> None:
    for scope in ("SET", "SET GLOBAL"):
        with pytest.raises(duckdb.Error, match="locked"):
            facts.cursor().execute(f"{scope} {setting}")


def test_a_machine_of_one_core_has_two_threads_and_judges_the_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one thread the statement of the gates never ended, and with it the import of one's own sites."""
    monkeypatch.setattr(module.os, "cpu_count", lambda: 1)
    with open_facts() as con:
        assert con.execute("SELECT current_setting('threads')").fetchone() == (LEAST_THREADS,)
        con.execute("CREATE TEMP TABLE inside_park (site_id VARCHAR, target VARCHAR)")
        sites = con.execute("SELECT count(*) FROM facts.site").fetchone()[0]
        assert len(con.execute(sql("scoring/measures/gates.sql")).fetchall()) == 4 * sites


def test_names_of_python_variables_are_never_read_as_tables(facts) -> None:
    my_frame = pd.DataFrame({"a": [1]})
    assert len(my_frame) == 1
    with pytest.raises(duckdb.CatalogException, match="my_frame does not exist"):
        facts.cursor().execute("FROM my_frame")


def test_a_cursor_each_gives_sixteen_threads_their_own_rows(facts) -> None:
    def ask(number: int) -> list[int]:
        return [
            facts.cursor().execute("SELECT $n::INTEGER FROM range(50)", {"n": number}).fetchall()[-1][0]
            for _ in range(20)
        ]

    with ThreadPoolExecutor(16) as pool:
        for number, answers in enumerate(pool.map(ask, range(16))):
            assert answers == [number] * 20


def test_every_table_of_the_bundle_is_filled(facts) -> None:
    counts = {name: facts.table(f"facts.{name}").count("*").fetchone()[0] for name in TABLES}
    assert min(counts.values()) >= 1, counts
    assert counts["site"] >= 5000


def test_tables_that_are_not_asked_for_stay_empty() -> None:
    with open_facts(tables=("commodity",)) as con:
        assert con.execute("SELECT count(*) FROM facts.commodity").fetchone()[0] >= 50
        assert con.execute("SELECT count(*) FROM facts.site").fetchone() == (0,)


def test_a_missing_file_is_named_with_what_to_do(tmp_path) -> None:
    with pytest.raises(
        BundleMissingError, match=r"site\.parquet is missing; restore data/bundled .* `orebridge data build"
    ):
        open_facts(tmp_path)


def test_the_data_version_is_that_of_the_content(tmp_path) -> None:
    assert len(data_version()) == 12
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in TABLES:
        shutil.copy(BUNDLE / f"{name}.parquet", copy)
    assert data_version(copy) == data_version()
    other = tmp_path / "other"
    shutil.copytree(copy, other)
    pd.DataFrame({"reason": ["x"], "rows": [1]}).to_parquet(other / "left_out.parquet")
    assert data_version(other) != data_version()
    (other / "gate.parquet").unlink()
    data_version.cache_clear()
    with pytest.raises(BundleMissingError, match="gate"):
        data_version(other)


def test_the_extension_comes_from_the_wheel_and_longitude_comes_first() -> None:
    with duckdb.connect() as con:
        module.settle(con)
        module.load_spatial(con)
        module.lock(con)
        x, y = (
            con.cursor()
            .execute(
                "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_Point(139.65, 35.43), "
                "'EPSG:4326', 'EPSG:3857') AS p)"
            )
            .fetchone()
        )
    assert x == pytest.approx(15_545_767, abs=100)
    assert y == pytest.approx(4_222_000, rel=0.01)


def test_ranges_of_measurements_hold_their_values(facts) -> None:
    wrong = (
        facts.cursor()
        .execute("SELECT count(*) FROM facts.measurement WHERE NOT (low <= value AND value <= high)")
        .fetchone()
    )
    assert wrong == (0,)


def test_sites_lie_on_earth_in_a_known_country_with_known_commodities(facts) -> None:
    ask = facts.cursor().execute
    assert ask(
        "SELECT count(*) FROM facts.site WHERE abs(lon) > 180 OR abs(lat) > 90 OR (lon = 0 AND lat = 0)"
    ).fetchone() == (0,)
    assert ask("SELECT count(*) FROM facts.site WHERE iso3 NOT IN (SELECT iso3 FROM facts.country)").fetchone() == (0,)
    unknown = ask(
        "SELECT c FROM (SELECT unnest(commodities) AS c FROM facts.site) WHERE c NOT IN (SELECT "
        "commodity_id FROM facts.commodity)"
    )
    assert unknown.fetchall() == []
    assert ask("SELECT count(*) FROM facts.site WHERE len(commodities) = 0").fetchone() == (0,)


def test_each_fact_belongs_to_a_site_and_names_a_registered_source(facts) -> None:
    from data.sources import load_sources

    ask = facts.cursor().execute
    for orphan in (
        "SELECT count(*) FROM facts.claim WHERE site_id NOT IN (SELECT site_id FROM facts.site)",
        "SELECT count(*) FROM facts.owner WHERE site_id NOT IN (SELECT site_id FROM facts.site)",
        "SELECT count(*) FROM facts.measurement WHERE site_id NOT IN (SELECT site_id FROM facts.site)",
        "SELECT count(*) FROM facts.gate WHERE site_id NOT IN (SELECT site_id FROM facts.site)",
    ):
        assert ask(orphan).fetchone() == (0,), orphan
    used = {
        r[0]
        for r in ask(
            "SELECT DISTINCT unnest(source_ids) FROM facts.site UNION SELECT DISTINCT source_id FROM facts.claim"
        ).fetchall()
    }
    assert used <= set(load_sources())


def test_machine_read_claims_are_kept_but_never_scored(facts) -> None:
    kept, scored = (
        facts.cursor()
        .execute("SELECT count(*), count(*) FILTER (chosen) FROM facts.claim WHERE method = 'machine-read'")
        .fetchone()
    )
    assert kept > 0
    assert scored == 0


def test_a_single_value_is_chosen_for_a_site_and_attribute(facts) -> None:
    doubled = facts.cursor().execute(
        "SELECT site_id, attribute, commodity FROM facts.claim WHERE chosen AND attribute <> 'owner' "
        "GROUP BY ALL HAVING count(*) > 1"
    )
    assert doubled.fetchall() == []
