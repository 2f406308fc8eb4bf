"""The register of sources: complete, licensed, and able to tell a wrong file."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from data.sources import Source, SourceFile, SourceRegisterError, file_sha256, load_sources, parse_sources, verify

CHECKOUT = Path(__file__).resolve().parents[2]
RAW = Path(os.environ.get("OREBRIDGE_RAW", CHECKOUT.parent / "shared" / "data"))

SITES = [
    "usgs_carbonatite",
    "usgs_laterite",
    "usgs_porcu",
    "usgs_sedcu",
    "usgs_sir20105090z",
    "usgs_vms",
    "usgs_sedznpb",
    "usgs_sedexmvt",
    "usgs_podchrome",
    "usgs_ree",
    "usgs_ofr20051294",
    "usgs_nicrpge",
    "usgs_phosphate",
    "usgs_potash",
    "usgs_sedau",
    "usgs_mrds",
    "usgs_usmin_li",
    "busch_lithium",
    "minmod",
    "fineprint",
    "icmm",
    "usgs_mcs",
    "usgs_mcs_2026",
    "policy_tables",
    "us_japan_docs",
]
LAYERS = [
    "natural_earth",
    "world_port_index",
    "searoute",
    "un_locode",
    "wri_power_plants",
    "ga_electricity",
    "airports",
    "pb2002",
    "ga_provinces",
    "etopo1",
    "eigen6c4",
    "wgi",
    "lpi",
    "country_codes",
    "osm_scgraph",
    "gem_faults",
    "ne_roads_na",
]
OWN = [
    "orebridge_plants",
    "orebridge_ports",
    "orebridge_projects",
    "orebridge_frameworks",
    "orebridge_covered",
    "orebridge_permitting",
    "orebridge_offtake",
    "orebridge_fast41",
    "orebridge_companies",
    "orebridge_haulage",
    "orebridge_japan_consumption",
    "orebridge_trade_codes",
    "orebridge_legal",
    "orebridge_site_facts",
]

ENTRY = {
    "title": "Wells",
    "publisher": "A survey",
    "url": "https://example.org/wells",
    "licence": "CC0-1.0",
    "licence_tier": "A",
    "attribution": "A survey",
    "citation": "A survey (2020), Wells.",
    "retrieved": date(2026, 11, 22),
    "as_of": "2020",
}


def make_source(content: bytes, path: Path) -> Source:
    path.write_bytes(content)
    file = {"path": path.name, "bytes": len(content), "sha256": file_sha256(path)}
    return parse_sources({"wells": {**ENTRY, "files": [file]}})["wells"]


def test_every_source_that_the_product_names_is_registered() -> None:
    assert set(SITES + LAYERS + OWN) <= set(load_sources())


@pytest.mark.parametrize("source", load_sources().values(), ids=lambda source: source.id)
def test_each_source_is_citable(source: Source) -> None:
    assert source.url.startswith(("https://", "http://pid.geoscience.gov.au/"))
    assert all([source.title, source.publisher, source.licence, source.attribution, source.citation, source.as_of])
    assert all(len(file.sha256) == 64 and file.size_bytes > 0 for file in source.files)
    assert all(file.path.startswith(("layers/", "sites/", "markets/")) for file in source.files)


def test_only_our_own_tables_and_unicode_come_without_files() -> None:
    bare = {source.id for source in load_sources().values() if not source.files}
    assert bare == {*OWN, "unicode_cldr", "imf_portwatch"}


def test_share_alike_and_uncleared_sources_are_told_apart() -> None:
    tiers = {source.id: source.licence_tier for source in load_sources().values()}
    assert {key for key, tier in tiers.items() if tier == "B"} == {"osm_scgraph", "gem_faults"}
    uncleared = [source for source in load_sources().values() if source.licence_tier == "C"]
    assert uncleared
    assert all(source.import_recipe and not source.bundled for source in uncleared)


def test_no_file_belongs_to_two_sources() -> None:
    paths = [file.path for source in load_sources().values() for file in source.files]
    assert len(paths) == len(set(paths))


def test_a_good_folder_has_no_problems(tmp_path: Path) -> None:
    source = make_source(b"lon,lat\n1,2\n", tmp_path / "wells.csv")
    assert verify(tmp_path, [source]) == []


def test_a_missing_a_shortened_and_a_changed_file_are_each_told(tmp_path: Path) -> None:
    path = tmp_path / "wells.csv"
    source = make_source(b"lon,lat\n1,2\n", path)
    path.write_bytes(b"lon,lat\n1,3\n")
    (changed,) = verify(tmp_path, [source])
    assert (changed.problem, changed.path) == ("hash", "wells.csv")
    assert changed.message.startswith("wells: wells.csv has SHA-256 ")
    path.write_bytes(b"lon")
    (shortened,) = verify(tmp_path, [source])
    assert shortened.problem == "size"
    assert "has 3 bytes, expected 12; get it from https://example.org/wells." in shortened.message
    path.unlink()
    (missing,) = verify(tmp_path, [source])
    assert missing.message == "wells: wells.csv is missing; get it from https://example.org/wells."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"licence_tier": "D"}, r"\[wells\]: licence_tier 'D'; expected one of A, B, C"),
        ({"licence_tier": "C"}, r"no import_recipe; expected one for each source of tier C"),
        ({"colour": "blue"}, r"unexpected keyword argument 'colour'"),
    ],
)
def test_a_wrong_entry_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(SourceRegisterError, match=message):
        parse_sources({"wells": {**ENTRY, **change}})


def test_an_entry_without_its_title_is_refused() -> None:
    with pytest.raises(SourceRegisterError, match=r"missing 1 required .* 'title'"):
        parse_sources({"wells": {key: value for key, value in ENTRY.items() if key != "title"}})


def test_a_source_file_is_a_value() -> None:
    assert SourceFile("a", "b", 1) == SourceFile("a", "b", 1)


@pytest.mark.skipif(not RAW.is_dir(), reason="the raw folder is not here")
def test_the_raw_folder_is_the_registered_one() -> None:
    assert verify(RAW) == []
