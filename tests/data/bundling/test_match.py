"""Matching against 605 pairs that were judged by hand, and the rules that judge names."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data.bundling.bearers import Bearers
from data.bundling.commodity_backing import commodities, graded
from data.bundling.icmm import group_names
from data.bundling.match import SaidApart, cluster
from data.bundling.names import name_similarity, telling_words
from data.bundling.other_names import tie
from data.bundling.records import Claim, Record
from data.bundling.same_site import compare
from data.bundling.unlocated import attaches, witnessed

PAIRS = Path(__file__).resolve().parents[2] / "golden" / "match_pairs.csv"


def record(row: dict[str, str], side: str) -> Record:
    source_id, native_id = row[f"key_{side}"].split(":", 1)

    def parts(field: str) -> tuple[str, ...]:
        return tuple(p for p in row[f"{field}_{side}"].split("; ") if p)

    return Record(
        source_id,
        native_id,
        row[f"name_{side}"],
        row[f"iso3_{side}"],
        float(row[f"lon_{side}"]) if row[f"lon_{side}"] else None,
        float(row[f"lat_{side}"]) if row[f"lat_{side}"] else None,
        row[f"kind_{side}"],
        parts("commodities"),
        "",
        accuracy=row[f"accuracy_{side}"],
        aliases=parts("aliases"),
        deposit_type=row[f"deposit_{side}"],
        neighbours=parts("neighbours"),
    )


def ours(row: dict[str, str]) -> bool:
    a, b = record(row, "a"), record(row, "b")
    lone = row["lone_name"] == "yes"
    if a.lon is None or b.lon is None:
        return attaches(a, b, lone_name=lone) if a.lon is None else attaches(b, a, lone_name=lone)
    return compare(a, b, lone_name=lone).same


@pytest.mark.parametrize(("held_out", "least"), [("no", (0.97, 0.93)), ("yes", (0.96, 0.83))])
def test_precision_and_recall_on_hand_judged_pairs(held_out: str, least: tuple[float, float]) -> None:
    with PAIRS.open(encoding="utf-8", newline="") as handle:
        judged = [row for row in csv.DictReader(handle) if row["same"] != "unsure" and row["held_out"] == held_out]
    assert len(judged) >= 250
    assert sum(row["first_2000"] == "yes" for row in judged) >= len(judged) / 2
    said = [(ours(row), row["same"] == "yes") for row in judged]
    hits = sum(found and truth for found, truth in said)
    precision, recall = hits / sum(found for found, _ in said), hits / sum(truth for _, truth in said)
    figures = f"{len(judged)} pairs, held out {held_out}: precision {precision:.3f}, recall {recall:.3f}"
    print(figures)  # noqa: T201 - the figures are the point of the test
    assert precision >= least[0]
    assert recall >= least[1]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Red Hill", "Red Hill North"),
        ("Area 4", "Area 5"),
        ("Selebi", "Phikwe"),
        ("Mutoshi", "Mutoshi Northwest"),
        ("", "x"),
    ],
)
def test_neighbours_are_told_apart(a: str, b: str) -> None:
    assert name_similarity(a, b) < 60


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Mount Weld mine", "Mount Weld"),
        ("Zinkgruvan", "ZINKGRUVAN (mine)"),
        ("São João", "Sao Joao"),
        ("Zhirekenskoe", "Zhireken"),
        ("Tishinskoe", "Tishinsky GOK"),
        ("M'Passa", "M’Passa"),
        ("Lion's Head", "Lions Head"),
        ("O.K.", "OK"),
        ("Kachi Lithium Brine Project", "Kachi"),
        ("Mariana lithium chloride project", "Mariana"),
    ],
)
def test_spellings_of_one_name_agree(a: str, b: str) -> None:
    assert name_similarity(a, b) >= 95


@pytest.mark.parametrize("word", ["cathode", "anode", "precursor"])
def test_the_plant_of_another_product_beside_a_refinery_is_another_works(word: str) -> None:
    """Sumitomo's cathode plant stands beside its nickel refinery at Niihama."""
    assert telling_words(f"Niihama {word} plant") != telling_words("Niihama nickel refinery")


def site(source: str, name: str, lon: float | None, lat: float | None, **more) -> Record:
    options = {"kind": "mine", "commodities": ("copper",), "iso3": "CHL", **more}
    return Record(
        source,
        f"{name}{lon}",
        name,
        options.pop("iso3"),
        lon,
        lat,
        options.pop("kind"),
        options.pop("commodities"),
        "",
        **options,
    )


def test_country_commodity_and_kind_must_agree() -> None:
    here = site("a", "Escondida", -69.07, -24.27)
    assert compare(here, site("b", "Escondida", -69.08, -24.26)).same
    assert not compare(here, site("b", "Escondida", -69.08, -24.26, iso3="ARG")).same
    assert not compare(here, site("b", "Escondida", -69.08, -24.26, commodities=("lithium",))).same
    assert not compare(here, site("b", "Escondida", -69.08, -24.26, kind="refinery")).same


def test_a_record_without_place_joins_the_one_of_its_name_or_nobody() -> None:
    records = [
        site("a", "Escondida", -69.07, -24.27),
        site("b", "Zaldivar", -69.0, -24.2),
        site("c", "Escondida", None, None),
    ]
    assert [0, 2] in cluster(records)
    twins = [
        site("a", "Esperanza", -69.0, -24.0),
        site("b", "Esperanza", -70.0, -30.0),
        site("c", "Esperanza", None, None),
    ]
    assert [2] in cluster(twins)


def test_what_a_person_said_is_joined() -> None:
    records = [
        site("a", "Lofdal-Bergville", 14.7, -20.3),
        site("c", "Lofdal", None, None, same_as=("a:Lofdal-Bergville14.7",)),
    ]
    assert cluster(records) == [[0, 1]]


def test_a_listing_repeats_a_mine_only_under_its_name() -> None:
    stobie = site("usgs_vms", "Stobie", -81.0, 46.54)
    assert compare(stobie, site("usgs_vms", "Stobie mine", -81.0, 46.55)).same
    assert not compare(stobie, site("usgs_vms", "Frood-Stobie", -81.0, 46.54)).same
    asikoy = site("usgs_vms", "Kure (Asikoy)", 33.69, 41.81)
    assert not compare(asikoy, site("usgs_vms", "Kure (Bakibaba)", 33.70, 41.80)).same


def test_one_mine_listed_for_phosphate_and_for_rare_earths_is_one() -> None:
    ree = site("usgs_ree", "Caldwell Canyon", -111.367, 42.733, commodities=("rare earths",))
    assert compare(
        ree, site("fast41", "Caldwell Canyon Mine Project", -111.373, 42.728, commodities=("phosphate",))
    ).same
    assert not compare(ree, site("fast41", "Caldwell Canyon", -111.0, 42.9, commodities=("phosphate",))).same


def test_one_name_at_one_point_is_one_mine_whatever_its_sources_list() -> None:
    """A list of gallium has Greens Creek for gallium, lists of silver for silver and zinc: it stood twice."""
    here = site("usgs_ofr20051294", "Greens Creek", -134.62, 58.08, commodities=("silver", "zinc"), iso3="USA")
    gallium = {"commodities": ("gallium",), "iso3": "USA"}
    assert compare(here, site("minmod", "Greens Creek", -134.63, 58.08, **gallium)).same
    assert not compare(here, site("minmod", "Greens Creek", -134.66, 58.08, **gallium)).same  # 2 km
    assert not compare(here, site("minmod", "Greens Creek North", -134.62, 58.08, **gallium)).same
    called = site("icmm", "Hawk Inlet", -134.62, 58.08, aliases=("Greens Creek",), **gallium)
    assert not compare(here, called).same  # an alias is the name of a district as often


def test_a_union_repeats_a_plain_name_farther_off_than_one_with_brackets() -> None:
    options = {"iso3": "CAN", "commodities": ("nickel",)}
    thompson = site("usgs_nicrpge", "Thompson Mine", -97.86, 55.76, **options)
    assert compare(thompson, site("usgs_nicrpge", "Thompson", -97.82, 55.61, **options)).same  # 17 km
    raglan = site("usgs_nicrpge", "Raglan (Zones 5-8)", -73.57, 61.69, **options)
    assert not compare(raglan, site("usgs_nicrpge", "Raglan (Donaldson)", -73.28, 61.67, **options)).same
    pit = site("usgs_nicrpge", "Clarabelle No. 2 Open Pit", -81.05, 46.5, **options)
    assert compare(pit, site("usgs_nicrpge", "Clarabelle", -81.05, 46.5, **options)).same
    assert not compare(pit, site("usgs_nicrpge", "Clarabelle No. 1", -81.05, 46.5, **options)).same


def test_a_neighbour_that_a_source_joined_to_another_is_found_by_either_name() -> None:
    lump = site("icmm", "Glencore INO", 10.0, 48.0, neighbours=("Onaping/Craig", "Fraser"))
    assert compare(site("a", "Onaping", 10.04, 48.0), lump).same
    assert not compare(site("a", "Onaping", 10.2, 48.0), lump).same


def test_names_in_brackets_joined_names_and_neighbours_serve_near_by() -> None:
    assert compare(site("a", "Spar Lake (Troy mine)", 10.0, 48.0), site("b", "Troy", 10.13, 48.0)).same
    assert not compare(site("a", "Spar Lake (Troy mine)", 10.0, 48.0), site("b", "Troy", 10.25, 48.0)).same
    assert compare(site("a", "Guri Kuq/Prrenjas", 20.5, 41.0), site("b", "Guri Kuq", 20.6, 41.0)).same
    lump = site("b", "Altai", 83.0, 50.0, neighbours=("Grekhov",))
    assert compare(site("a", "Grekhov", 83.02, 50.0), lump).same
    assert not compare(site("a", "Grekhov", 83.2, 50.0), lump).same


def test_a_lone_name_is_one_mine_however_far_its_second_point_lies() -> None:
    kemi = [site("a", "Kemi", 24.7, 65.8), site("b", "Kemi Mine", 26.3, 64.5)]
    assert cluster(kemi) == [[0, 1]]
    assert cluster([*kemi, site("c", "Kemi", -60.0, 40.0, iso3="CAN")]) == [[0], [1], [2]]
    listed = [site("usgs_vms", "Algares", -8.16, 37.87), site("usgs_vms", "Algares", -7.72, 38.27)]
    assert Bearers(listed).far_pairs() == set()


def test_a_record_without_place_needs_a_second_witness() -> None:
    pit = site("nicrpge", "Liberty Pit", -114.99, 39.25, commodities=("copper", "molybdenum"))
    hall = site("minmod", "Liberty (Hall-Tonopah)", None, None, commodities=("copper", "molybdenum"))
    assert not attaches(hall, pit)
    salobo = site("minmod", "Salobo", None, None)
    assert not witnessed(salobo, site("icmm", "Salobo", -50.5, -5.8))
    assert witnessed(salobo, site("icmm", "Salobo", -50.5, -5.8), lone_name=True)
    thor = site("minmod", "Thor", None, None, commodities=("lead", "zinc"))
    assert not attaches(
        thor, site("usgs_ree", "Thor Lake (Blachford Lake)", -112.7, 62.1, commodities=("zinc", "lead"))
    )


def test_one_of_a_joined_name_of_two_words_is_a_witness() -> None:
    kennedy = site("icmm", "Kennedy's Vale", 30.1, -24.8, iso3="ZAF", commodities=("palladium",))
    joined = site("minmod", "Spitzkop-Kennedy's Vale", None, None, iso3="ZAF", commodities=("platinum",))
    assert witnessed(joined, kennedy)
    assert not witnessed(joined, site("icmm", "Spitzkop", 30.1, -24.8, iso3="ZAF", commodities=("palladium",)))


def test_a_listing_put_together_of_several_may_hold_two_names_that_another_joins() -> None:
    options = {"iso3": "ZAF", "commodities": ("gold",)}
    pair = [
        site("usgs_nicrpge", "Witwatersrand Nigel", 28.50, -26.50, **options),
        site("usgs_nicrpge", "Wit Nigel", 28.52, -26.51, **options),
    ]
    assert cluster(pair) == [[0], [1]]
    assert cluster([*pair, site("icmm", "Witwatersrand Nigel;Wit Nigel", 28.51, -26.505, **options)]) == [[0, 1, 2]]


def test_a_record_without_place_tells_that_two_located_ones_are_one() -> None:
    metals = {"commodities": ("zinc", "lead"), "iso3": "CAN"}
    midway, silvertip = (
        site("a", "Midway", -130.342, 59.927, **metals),
        site("b", "Silvertip", -130.337, 59.928, **metals),
    )
    told = site("minmod", "Silvertip (Midway)", None, None, **metals)
    assert cluster([midway, silvertip]) == [[0], [1]]
    assert cluster([midway, silvertip, told]) == [[0, 1, 2]]
    far = site("a", "Midway", -130.342, 59.7, **metals)
    assert len(cluster([far, silvertip, told])) == 2


def test_a_union_may_repeat_a_mine_far_off_that_it_names_twice_on_the_spot() -> None:
    options = {"iso3": "USA", "commodities": ("nickel",)}
    riddle = site("minmod", "Riddle (Nickel Mountain)", -123.437, 42.966, **options)
    listed = [
        site("usgs_nicrpge", "Riddle Mine", -123.44, 42.96, **options),
        site("usgs_nicrpge", "Nickel Mountain", -123.43, 42.95, **options),
        site("usgs_nicrpge", "Riddle Mine", -120.54, 43.93, **options),
    ]
    assert cluster([riddle, *listed]) == [[0, 1, 2, 3]]
    assert cluster(listed) == [[0, 2], [1]]


def test_icmm_group_names_that_lump_neighbours_are_no_aliases() -> None:
    assert group_names("Mountain Pass", "Blue Moon; Wilshire; G. A. Fayle; Unknown; Desert Antimony")[0] == ()
    assert group_names("Asarel Medet", "Chelopech; Assarel; Asarel Medet")[1] == ()


def test_a_commodity_that_only_lists_state_needs_a_grade() -> None:
    group = [site("usgs_porcu", "Butte", 0.0, 0.0), site("icmm", "Butte", 0.0, 0.0, commodities=("copper", "tungsten"))]
    assert commodities(group, {}) == ["copper"]
    assert commodities(group, graded([Claim(group[1].key, "grade", 0.1, commodity="tungsten")])) == [
        "copper",
        "tungsten",
    ]
    assert commodities(group[1:], {}) == ["copper", "tungsten"]


def test_machine_read_records_join_no_two_sites_and_keep_none_apart() -> None:
    pair = [
        site("umn", "Gibellini vanadium", -116.096, 39.209, commodities=("vanadium",)),
        site("pp1802", "Gibellini", -116.09, 39.208, commodities=("vanadium",)),
    ]
    reports = [
        site("report", "Gibellini vanadium", -116.1, 39.5, commodities=("vanadium",), machine_read=True),
        site("report", "Gibellini", -116.18, 39.53, commodities=("vanadium",), machine_read=True),
    ]
    assert cluster([*pair, *reports]) == [[0, 1, 2, 3]]
    apart = [site("a", "Escondida", -69.07, -24.27), site("a", "Escondida", -69.07, -23.85)]
    between = site("report", "Escondida", -69.07, -24.1, machine_read=True)
    assert cluster([*apart, between]) == [[0, 2], [1]]


def test_old_and_new_names_are_tied_by_the_curated_table() -> None:
    old = Record("usgs_porcu", "185", "Mansa  Mina", "CHL", -68.9125, -22.3806, "mine", ("copper",), "")
    new = Record("fineprint", "Ministro Hales", "Ministro Hales", "CHL", -68.9104, -22.3819, "mine", ("copper",), "")
    assert cluster([old, new]) == [[0], [1]]
    assert cluster(tie([old, new])) == [[0, 1]]
    assert tie([old]) == [old]


def plant(key: str, name: str, *commodities: str, **more: object) -> Record:
    source_id, native_id = key.split(":")
    return Record(source_id, native_id, name, "AUS", 115.77, -32.2, "refinery", commodities, "", **more)


def test_what_a_ledger_says_is_another_place_is_kept_apart() -> None:
    """At Kwinana an alumina, a nickel and a cobalt refinery stand within 5 km; the names without metals are one."""
    ledger = {"knows_its_own": True}
    records = [
        plant(
            "orebridge_projects:nickel",
            "Kwinana nickel refinery",
            "nickel",
            same_as=("icmm:1",),
            apart_from=("icmm:2",),
            **ledger,
        ),
        plant("orebridge_projects:cobalt", "Kwinana cobalt refinery", "cobalt", "nickel", **ledger),
        plant("icmm:1", "Kwinana refinery", "nickel", "aluminum"),
        plant("icmm:2", "Kwinana alumina refinery", "aluminum"),
    ]
    assert [[records[i].native_id for i in group] for group in cluster(records)] == [["nickel", "1"], ["cobalt"], ["2"]]
    apart = SaidApart(records)
    assert apart.keeps([0], [3])
    assert apart.keeps([2], [3])
    assert apart.keeps([2], [1])
    assert not apart.keeps([0], [2])


def test_a_record_of_one_project_is_given_to_no_other() -> None:
    """St George's Araxá lies in the town of CBMM's mine: neither a record without a point nor a report joins them."""
    ledger = {"knows_its_own": True, "commodities": ("niobium", "rare earths"), "iso3": "BRA"}
    mine = site("orebridge_projects", "Araxá", -46.94, -19.65, **ledger)
    for place, more in ((None, {}), (-46.93, {"machine_read": True})):
        other = site("list", "Araxá", place, place and -19.66, **{**ledger, "knows_its_own": False}, **more)
        project = site("orebridge_projects", "St George Araxá", None, None, same_as=(other.key,), **ledger)
        assert [0] in cluster([mine, other, project])
        assert [0] not in cluster([mine, other])
