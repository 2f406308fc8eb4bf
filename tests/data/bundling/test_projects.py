"""The ledger of living projects on rows made by hand: what becomes a claim, and what is not scored."""

from __future__ import annotations

import pandas as pd
import pytest

from data.bundling import curated, projects, resource_classes
from data.bundling.project_figures import figures_that_count
from data.bundling.records import Claim, Record

RECORD = Record("orebridge_projects", "p", "P", "USA", None, None, "mine", ("lithium",), "")
ROW = {
    "project_id": "p",
    "attribute": "stage",
    "commodity": "",
    "value": "",
    "low": "",
    "high": "",
    "unit": "",
    "text": "",
    "scope": "",
    "as_of": "2025",
    "source_url": "https://example.org/a",
    "evidence": "e",
    "standing": "ordinary",
    "retrieved": "2026-11-26",
}


def claims(*rows: dict[str, str]) -> list[Claim]:
    return list(projects._claims(RECORD, pd.DataFrame([{**ROW, **row} for row in rows])))


def test_a_stage_keeps_its_words_and_a_weak_source_is_marked() -> None:
    rows = {"text": "commissioning", "scope": "cold tests"}, {"text": "operating", "standing": "weak"}
    stated, weak = claims(*rows)
    assert (stated.text, stated.detail, stated.method) == ("construction", "commissioning, cold tests", "reported")
    assert (weak.text, weak.method) == ("operating", "unconfirmed")


def test_two_hosts_that_say_the_same_in_one_year_confirm_each_other() -> None:
    weak = {**ROW, "standing": "weak", "text": "construction"}
    rows = [weak, {**weak, "as_of": "2025-10", "source_url": "https://other.example/b"}, {**weak, "text": "permitted"}]
    assert list(projects.confirmed(pd.DataFrame(rows))["standing"]) == ["ordinary", "ordinary", "weak"]


def test_the_same_number_in_another_unit_confirms_nothing() -> None:
    """A weak page gave the Canadian dollars of Shaakichiuwaanaan as US dollars; the release seemed to agree."""
    cost = {**ROW, "attribute": "capex", "value": "1978", "unit": "CAD M"}
    rows = [cost, {**cost, "unit": "USD M", "source_url": "https://other.example/b", "standing": "weak"}]
    assert list(projects.confirmed(pd.DataFrame(rows))["standing"]) == ["ordinary", "weak"]


def test_a_works_in_ramp_up_operates() -> None:
    """Neo Magnequench opened at Narva in September 2025 and ramps up: it makes magnets."""
    (found,) = claims({"text": "commissioning", "scope": "commercial ramp-up 2026"})
    assert found.text == "operating"


@pytest.mark.parametrize(
    ("value", "scope", "attribute"),
    [
        ("7.5", "may rise to 25", "owner"),  # Mitsubishi at PAK
        ("40", "earned; to 50 %", "owner"),  # JOGMEC at Lofdal
        ("51", "rises to 70 after PFS", "owner"),  # Altona at Monte Muambe
        ("92.5", "option to 92.5", "owner_pending"),  # Tanbreez: the larger share is the one that is not held
        ("38", "share agreed, rises to 43 in 2027", "owner_pending"),  # Kipushi
        ("", "option to 75 %", "owner_pending"),
    ],
)
def test_a_right_to_more_leaves_the_share_that_is_held(value: str, scope: str, attribute: str) -> None:
    (found,) = claims({"attribute": "owner", "text": "Holder", "value": value, "unit": "%", "scope": scope})
    assert (found.attribute, found.value) == (attribute, float(value) if attribute == "owner" else None)


@pytest.mark.parametrize("scope", ["option to 25 %", "to be acquired in 2027", "planned, non-binding", "MoU"])
def test_a_holding_that_is_not_held_as_yet_is_no_owner(scope: str) -> None:
    (found,) = claims({"attribute": "owner", "text": "A", "value": "25", "unit": "%", "scope": scope})
    assert (found.attribute, found.value) == ("owner_pending", None)


@pytest.mark.parametrize(
    ("evidence", "attribute", "share"),
    [
        ("SQM Australia earning in to 30 per cent", "owner_pending", None),
        ("can earn up to 49 %", "owner_pending", None),
        ("holder with Energy Fuels earning in", "owner", 30.0),
        ("loan converted to about 3.2 %; can earn 49 %", "owner", 30.0),
    ],
)
def test_a_share_that_is_being_earned_is_no_holding_as_yet(evidence: str, attribute: str, share: float | None) -> None:
    """SQM pays for drilling at Lithium Ridge and gets its 30 % after that."""
    (found,) = claims({"attribute": "owner", "text": "A", "value": "30", "unit": "%", "evidence": evidence})
    assert (found.attribute, found.value) == (attribute, share)


def test_a_holder_that_another_is_to_buy_holds_until_then() -> None:
    """Energy Fuels agreed to buy ASM, which holds Dubbo and the Korean metals plant."""
    scope = "to be acquired by Energy Fuels, closing expected June 2026"
    (found,) = claims({"attribute": "owner", "text": "ASM", "scope": scope})
    assert found.attribute == "owner"


@pytest.mark.parametrize(("evidence", "share"), [("company plant", None), ("wholly owned", 100.0)])
def test_the_whole_is_a_share_only_where_the_page_says_so(evidence: str, share: float | None) -> None:
    (found,) = claims({"attribute": "owner", "text": "A", "value": "100", "unit": "%", "evidence": evidence})
    assert found.value == share


def test_owners_joined_in_one_cell_are_parted() -> None:
    found = claims({"attribute": "owner", "text": "Rio Tinto / BHP"})
    assert [(each.attribute, each.text) for each in found] == [("owner", "Rio Tinto"), ("owner", "BHP")]


def test_planned_output_is_never_a_capacity() -> None:
    row = {"commodity": "gallium", "value": "40", "unit": "t/y", "text": "gallium metal"}
    planned, standing = claims({"attribute": "planned_output", **row}, {"attribute": "capacity", **row})
    assert (planned.attribute, planned.value) == ("planned_output_t_y", 40.0)
    assert (standing.attribute, standing.value) == ("capacity_t_y", 40.0)


def test_a_plan_stated_as_a_range_has_its_middle() -> None:
    """Steenkampskraal aims at 8,000 to 10,000 t/y of oxides; before, its whole ore stood in for the plan."""
    row = {"commodity": "rare earths", "low": "8000", "high": "10000", "unit": "t/y", "text": "TREO in concentrate"}
    (found,) = claims({"attribute": "planned_output", **row})
    assert (found.attribute, found.value, found.low, found.high) == ("planned_output_t_y", 9000, 8000, 10000)


@pytest.mark.parametrize("attribute", ["planned_output", "capacity"])
@pytest.mark.parametrize(
    "words", ["cathode active material, all metals together", "recovered materials, all", "copper equivalent metals"]
)
def test_a_sum_of_several_metals_is_told_in_words_and_counts_for_none(attribute: str, words: str) -> None:
    """Ultium's 30,000 t/y of cathode material (electrive.com, 2025-10-17) counted as nickel."""
    (found,) = claims({"attribute": attribute, "commodity": "nickel", "value": "30000", "unit": "t/y", "text": words})
    assert (found.value, found.text) == (None, f"30000 t/y {words}")


def resource(*rows: tuple[str, str, str, str, str]) -> list[tuple[str, float | None, str]]:
    found = claims(
        *(
            {
                "attribute": a,
                "value": v,
                "unit": u,
                "text": t,
                "scope": s,
                "commodity": "lithium" if a == "grade" else "",
            }
            for a, v, u, t, s in rows
        )
    )
    return [(each.attribute, each.value and round(each.value, 4), each.scope) for each in found]


def test_tonnage_and_grade_of_one_statement_meet_by_class_in_our_unit() -> None:
    found = resource(
        ("tonnage_mt", "20", "Mt", "JORC", "indicated"),
        ("tonnage_mt", "30", "Mt", "JORC", "inferred"),
        ("grade", "1.5", "%", "Li2O", "indicated"),
        ("grade", "1.0", "%", "Li2O", "inferred"),
    )
    assert found == [
        ("tonnage_mt", 50.0, "inferred+indicated"),
        ("grade", round(1.2 * 0.4645, 4), "inferred+indicated"),
    ]


def test_a_reserve_lies_inside_the_resource_and_samples_are_none() -> None:
    found = resource(
        ("tonnage_mt", "100", "Mt", "", "total resource"),
        ("tonnage_mt", "60", "Mt", "", "ore reserve"),
        ("grade", "1.0", "%", "Li2O", "total resource"),
        ("grade", "4.0", "%", "Li2O", "surface samples, maximum"),
    )
    assert [value for _, value, _ in found] == [100.0, round(0.4645, 4)]


def test_a_grade_alone_or_of_a_target_makes_no_resource() -> None:
    assert resource(("grade", "1.0", "%", "Li2O", "total resource")) == []
    assert resource(("tonnage_mt", "9", "Mt", "", "exploration target"), ("grade", "1", "%", "Li", "target")) == []


def test_classes_overlap_or_add_up() -> None:
    rows = pd.DataFrame(
        {"category": ["Indicated+Inferred+Measured", "Measured", "Probable"], "ore_mt": [9.0, 2.0, 5.0]}
    )
    basis = resource_classes.one_basis(rows)
    assert list(basis["ore_mt"]) == [9.0, 2.0]
    assert float(resource_classes.summed(basis)["ore_mt"].sum()) == 9.0


def test_a_compound_counts_by_its_metal_and_other_salts_do_not_count() -> None:
    """Naraha makes 10,000 t of lithium hydroxide a year, which hold 1,654 t of lithium: 0.9 % of the world, not 5.6."""
    stands = {"text": "operating"}
    row = {
        "attribute": "capacity",
        "commodity": "lithium",
        "value": "10000",
        "unit": "t/y",
        "text": "lithium hydroxide",
    }
    nickel = {**row, "commodity": "nickel", "value": "900", "text": "mixed hydroxide precipitate (nickel and cobalt)"}
    _stage, hydroxide, precipitate = claims(stands, row, nickel)
    assert (hydroxide.attribute, hydroxide.value, hydroxide.method) == ("capacity_t_y", 1654.0, "reported")
    assert precipitate.attribute == "capacity_other_t_y"


@pytest.mark.parametrize(
    ("stage", "scope", "method"),
    [
        ("operating", "nameplate", "reported"),
        ("operating", "planned", "estimated"),
        ("construction", "full", "estimated"),
        ("planned", "", "estimated"),
    ],
)
def test_the_capacity_of_works_that_do_not_stand_is_an_estimate(stage: str, scope: str, method: str) -> None:
    row = {
        "attribute": "capacity",
        "commodity": "graphite",
        "value": "150000",
        "unit": "t/y",
        "text": "synthetic graphite",
    }
    _stage, found = claims({"text": stage}, {**row, "scope": scope})
    assert found.method == method


def test_a_works_that_runs_is_not_built_anew_by_a_page_that_speaks_of_commissioning() -> None:
    """Covalent Kwinana made its first hydroxide in July 2025; a page of October 2025 still has it in commissioning."""
    found = claims(
        {"text": "operating", "as_of": "2025-07"},
        {"text": "commissioning", "as_of": "2025-10"},
        {"text": "commissioning", "as_of": "2025-03"},
    )
    assert [each.text for each in found] == ["operating", "operating", "construction"]


@pytest.mark.parametrize(
    "said",
    [
        {"scope": "pilot refinery"},
        {"evidence": "Demonstration plant complete"},
        {"evidence": "graphite concentrate production started at the demonstration plant"},  # Kilbourne
    ],
)
def test_a_pilot_that_runs_leaves_the_works_to_be_decided_on(said: dict[str, str]) -> None:
    """Westwin opened a pilot at Lawton; its refinery is planned."""
    (found,) = claims({"text": "operating", **said})
    assert found.text == "feasibility"


@pytest.mark.parametrize(
    ("said", "attribute"),
    [
        ({"evidence": "30-year exploitation licence granted"}, "permit"),
        ({"evidence": "described as shovel-ready", "scope": "state permits to follow"}, "permit"),
        ({"evidence": "named among projects that have completed federal permitting"}, "permit"),
        ({"evidence": "all permits held; waits on investment decision"}, "stage"),
    ],
)
def test_one_permit_of_several_is_a_permit_and_no_stage(said: dict[str, str], attribute: str) -> None:
    """Amitsoq has a licence to mine and no approved impact assessment; Grassy Mountain has the federal part alone."""
    (found,) = claims({"text": "permitted", **said})
    assert found.attribute == attribute


@pytest.mark.parametrize(
    ("text", "said", "stage"),
    [
        ("feasibility", "DFS due first half of 2026", "prefeasibility"),
        ("feasibility", "permitting and feasibility under way", "prefeasibility"),
        ("feasibility", "preparatory work for a definitive feasibility study begun", "prefeasibility"),
        ("feasibility", "money is to pay feasibility, development and building", "prefeasibility"),
        ("feasibility", "joint venture to oversee construction once feasibility studies conclude", "prefeasibility"),
        ("prefeasibility", "results feed the prefeasibility study due later in 2025", "resource"),
        ("prefeasibility", "optimised PFS done, DFS due fourth quarter of 2025", "prefeasibility"),
        ("feasibility", "feasibility study completed; ESIA to follow", "feasibility"),
        ("feasibility", "updated feasibility study under way", "feasibility"),
        ("feasibility", "Feasibility study of May 2024; concession applied for, licence awaited", "feasibility"),
        ("feasibility", "final investment decision expected after the study", "feasibility"),
        ("prefeasibility", "prefeasibility study to be done by end of 2026", "resource"),  # Sakatti
        ("feasibility", "feasibility study being completed by the new joint venture", "prefeasibility"),  # North Katpar
        ("feasibility", "study being finished, works hoped for in 2025", "prefeasibility"),  # Guemassa
        ("feasibility", "definitive feasibility phase runs to early 2027", "prefeasibility"),  # EMILI
        ("feasibility", "partners fund DFS of AUD 98.5m", "prefeasibility"),  # Kalgoorlie
        ("feasibility", "bankable study about 70 percent done", "prefeasibility"),  # Ema
        ("feasibility", "definitive study being finished", "prefeasibility"),  # Orom-Cross
        ("feasibility", "DFS on track for mid-2026", "prefeasibility"),  # Sarytogan
        ("feasibility", "DFS by Fluor commenced", "prefeasibility"),  # Thunder Bay
        ("feasibility", "grant for feasibility studies", "prefeasibility"),  # Speewah
        ("prefeasibility", "prefeasibility study given to Hatch", "resource"),  # Carina
        ("prefeasibility", "rehabilitation and drilling; economic study within six months", "resource"),  # Ima
        ("prefeasibility", "scoping study done; PFS started; FID 2027", "prefeasibility"),  # Mt Mulgine
        ("prefeasibility", "economic study finished; prefeasibility study to be done jointly", "prefeasibility"),
        ("feasibility", "study done; sales contracts and debt being closed", "feasibility"),
        ("feasibility", "DFS financial model being updated", "feasibility"),
        ("feasibility", "updated feasibility study to be prepared", "feasibility"),  # Bunyu
        ("feasibility", "funds go to front-end engineering design and value engineering", "feasibility"),  # Songwe Hill
    ],
)
def test_a_study_that_is_being_made_is_not_one_that_is_done(text: str, said: str, stage: str) -> None:
    """Halleck Creek stood at its prefeasibility study, and First Phosphate at a study that had just been paid for."""
    (found,) = claims({"text": text, "evidence": said})
    assert found.text == stage
    assert ("study under way" in found.detail) == (stage != text)


def test_of_one_page_the_study_under_way_is_what_the_project_has_still_to_make() -> None:
    """Ma'aden and MP: one page has the plant as planned and its bankable study as still to be prepared."""
    page = {"source_url": "https://example.org/a", "as_of": "2025-11-20"}
    found = claims(
        {**page, "text": "planned", "evidence": "term sheet signed, plant to be built"},
        {**page, "text": "feasibility", "evidence": "bankable study to be made"},
        {**page, "text": "planned", "as_of": "2026-01"},
        {**page, "text": "operating", "scope": "first phase"},
    )
    assert [each.text for each in found] == ["prefeasibility", "prefeasibility", "planned", "operating"]


def test_a_trial_works_leaves_the_works_at_what_its_newest_study_says() -> None:
    """Kilbourne feeds a demonstration plant; of its mine there is an economic assessment."""
    found = claims(
        {"text": "prefeasibility", "evidence": "PEA released, feasibility to follow", "as_of": "2025-12-12"},
        {"text": "operating", "evidence": "concentrate production started at the demonstration plant"},
    )
    assert [each.text for each in found] == ["prefeasibility", "prefeasibility"]


@pytest.mark.parametrize(
    ("study", "resource", "stage"),
    [
        ({"as_of": "2024"}, {"as_of": "2025-08-24"}, "feasibility"),  # Colina: study of 2024, new resource in 2025
        ({"as_of": "2024"}, {"scope": "prefeasibility study under way to end of 2026"}, "resource"),  # Sakatti
        ({"as_of": "2024"}, {"scope": "scoping study withdrawn, under review"}, "resource"),  # Julia Creek
        ({"as_of": "2018-05"}, {"as_of": "2024-09-06"}, "resource"),  # Tom: the study is too old
        ({"as_of": "2025"}, {"as_of": "2024"}, "resource"),
        ({"as_of": "2024", "evidence": "definitive study in progress"}, {}, "prefeasibility"),
        ({"as_of": "2024", "standing": "weak"}, {}, "resource"),
    ],
)
def test_a_page_on_the_resource_does_not_take_back_a_study(
    study: dict[str, str], resource: dict[str, str], stage: str
) -> None:
    """The newer page on Colina speaks of tonnes; its feasibility study of 2024 stands."""
    newer = {"text": "resource", "as_of": "2025-09", "evidence": "new estimate of the resource", **resource}
    assert claims({"text": "feasibility", **study}, newer)[-1].text == stage


SCOPED = {"attribute": "study", "text": "scoping study", "as_of": "2025-03-14", "evidence": "March 2025"}


@pytest.mark.parametrize(
    ("study", "newer", "stage"),
    [
        (
            SCOPED,
            {"scope": "metallurgy and study work", "evidence": "resource of 320 Mt"},
            "prefeasibility",
        ),  # Stanmore
        (SCOPED, {"text": "prefeasibility", "evidence": "PFS due late 2025"}, "prefeasibility"),  # Halleck Creek
        ({**SCOPED, "text": "PEA"}, {"text": "exploration", "evidence": "drilling proposed"}, "prefeasibility"),
        (SCOPED, {"evidence": "scoping study no longer to be relied on"}, "resource"),  # Julia Creek
        ({**SCOPED, "as_of": "2010"}, {}, "resource"),  # Storuman
        ({**SCOPED, "text": "PEA update under way", "evidence": ""}, {}, "resource"),  # Ashram
        ({**SCOPED, "standing": "weak"}, {}, "resource"),
        ({**SCOPED, "text": "initial assessment with economic analysis"}, {}, "prefeasibility"),  # Coosa
        ({**SCOPED, "text": "initial assessment"}, {}, "resource"),  # of the resource alone
        (None, {"evidence": "scoping study done, prefeasibility study begun"}, "prefeasibility"),  # Leliyn
        (None, {"evidence": "scoping study largely complete"}, "resource"),  # Mt Thirsty
        (None, {"evidence": "resource update ahead of a PEA"}, "resource"),  # Borralha
    ],
)
def test_a_scoping_study_that_is_out_is_of_the_stage_prefeasibility(
    study: dict[str, str] | None, newer: dict[str, str], stage: str
) -> None:
    """North Stanmore stood at its resource a year after its scoping study, since newer pages speak of the next one."""
    row = {"text": "resource", "as_of": "2026", "evidence": "resource", **newer}
    assert claims(*filter(None, [study]), row)[-1].text == stage


HELD = {"attribute": "permit", "text": "mineral lease and environmental programme", "scope": "held", "as_of": "2022-11"}
PERMITTED = {"text": "permitted", "scope": "mine and concentrator", "as_of": "2022"}


@pytest.mark.parametrize(
    ("others", "stage"),
    [
        ([HELD, PERMITTED], "permitted"),  # Siviour: lease and programme of 2022, a study of the anode works in 2025
        ([PERMITTED], "feasibility"),  # no permit is named
        ([HELD], "feasibility"),  # one permit of unknown weight
        ([HELD, PERMITTED, {**HELD, "scope": "pending", "as_of": "2025-08-19"}], "feasibility"),  # Chvaletice
        ([HELD, {**PERMITTED, "evidence": "two state permits in hand, rest to follow"}], "feasibility"),  # Titan
        ([HELD, PERMITTED, {"text": "prefeasibility", "as_of": "2025-08"}], "feasibility"),  # Tanbreez
        ([HELD, {**PERMITTED, "standing": "weak"}], "feasibility"),
    ],
)
def test_a_permit_held_does_not_lapse_by_a_page_on_a_study(others: list[dict[str, str]], stage: str) -> None:
    newest = {
        "text": "feasibility",
        "evidence": "definitive feasibility study of the anode project",
        "as_of": "2025-09",
    }
    assert claims(*others, newest)[-1].text == stage


@pytest.mark.parametrize(
    ("others", "said", "stage"),
    [
        ([HELD, PERMITTED], "infrastructure for the project is to be built", "permitted"),  # Rose, the works at Luleå
        ([HELD, PERMITTED], "building permit still to come; licence pending", "planned"),
        ([PERMITTED], "to be built", "planned"),
        ([HELD, {**PERMITTED, "as_of": "2026-01"}], "to be built", "planned"),
    ],
)
def test_a_permit_held_does_not_lapse_by_a_page_that_calls_the_works_planned(
    others: list[dict[str, str]], said: str, stage: str
) -> None:
    newest = {"text": "planned", "evidence": said, "as_of": "2025-09"}
    assert claims(*others, newest)[-1].text == stage


@pytest.mark.parametrize(
    ("said", "attribute"),
    [
        ("ground broken, early works, decision outstanding", "early_works"),
        ("Ground broken on 9 October 2025, early works begun; full finance still open", "early_works"),
        ("site preparation underway", "early_works"),
        ("Investment decision taken, early works done; production targeted Q4 2026", "stage"),
    ],
)
def test_early_works_before_the_decision_are_no_construction(said: str, attribute: str) -> None:
    """Mahenge broke ground in October 2025 without an investment decision."""
    (found,) = claims({"text": "construction", "evidence": said})
    assert found.attribute == attribute


@pytest.mark.parametrize(
    ("attribute", "evidence"),
    [
        ("owner", "plans to take 62 percent, terms under negotiation"),  # Bunyu: a term sheet with a fund
        ("owner", "to keep 38 percent"),
        ("owner", "buying from Neo Performance Materials"),  # Sarfartoq
        ("owner", "agrees $300mn deal to acquire Australian Strategic Materials"),  # Dubbo
        ("owner", "70% of joint venture to be formed after investment decision"),
        ("parent", "scheme deed signed to buy all of ASM"),
    ],
)
def test_a_deal_that_is_not_closed_is_no_holding_where_the_page_alone_says_so(attribute: str, evidence: str) -> None:
    (found,) = claims({"attribute": attribute, "text": "A", "value": "62", "unit": "%", "evidence": evidence})
    assert (found.attribute, found.value) == ("owner_pending", None)


def test_a_parent_whose_purchase_is_agreed_is_none_as_yet() -> None:
    """Eldorado agreed to buy Foran (McIlvenna Bay); Angola's fund is a holder of Pensana whose part may rise."""
    eldorado, fund = claims(
        {"attribute": "parent", "text": "Eldorado Gold", "scope": "CAN; purchase of Foran agreed"},
        {"attribute": "parent", "text": "FSDEA", "scope": "AGO; of Pensana, may rise to 37"},
    )
    assert (eldorado.attribute, fund.attribute) == ("owner_pending", "parent")


@pytest.mark.parametrize(
    "evidence",
    ["Eldorado completed the purchase", "owner to be taken over by Energy Fuels", "acquired all rights in August 2023"],
)
def test_who_holds_today_is_an_owner_though_a_deal_is_spoken_of(evidence: str) -> None:
    (found,) = claims({"attribute": "owner", "text": "A", "evidence": evidence})
    assert found.attribute == "owner"


def test_a_metal_of_the_deposit_that_is_in_no_plan_is_no_product() -> None:
    """Dubbo's first phase makes rare-earth oxides; zirconium and niobium are in the ore. The newest page decides."""
    stated = pd.DataFrame(
        [
            {**ROW, "attribute": "product", "commodity": "zirconium", "text": "product", "as_of": "2023"},
            {**ROW, "attribute": "product", "commodity": "zirconium", "text": "no product", "as_of": "2025-07"},
            {**ROW, "attribute": "product", "commodity": "yttrium", "text": "product"},
            {**ROW, "attribute": "product", "commodity": "terbium", "text": "no product", "standing": "weak"},
        ]
    )
    listed = ("rare earths", "zirconium", "terbium")
    assert projects.products(listed, stated) == ("rare earths", "terbium", "yttrium")
    kept = claims(*stated.to_dict("records"))
    assert [(claim.attribute, claim.text) for claim in kept[:2]] == [
        ("product", "zirconium"),
        ("no_product", "zirconium"),
    ]


def test_the_study_of_a_former_owner_is_told_as_one() -> None:
    study = {"attribute": "study", "text": "DFS", "scope": "2014, former owner", "as_of": "2026-02"}
    stage, _ = claims({"text": "feasibility", "as_of": "2026-02"}, study)
    assert (stage.text, stage.detail) == ("feasibility", "feasibility, study of a former owner, 2014")
    own, *_ = claims({"text": "feasibility"}, study, {"attribute": "study", "text": "DFS", "as_of": "2026-05"})
    assert own.detail == "feasibility"


def test_a_capacity_of_dysprosium_and_terbium_counts_its_part_of_dysprosium() -> None:
    """Caremag: 600 t/y of the two; 67 to 87 % of it is dysprosium."""
    row = {"attribute": "capacity", "commodity": "dysprosium", "value": "600", "unit": "t/y"}
    (both,) = claims({**row, "text": "Dy and Tb oxides together", "scope": "planned"})
    assert (both.value, both.low, both.high) == pytest.approx((462, 402, 522))
    (alone,) = claims({**row, "text": "dysprosium oxide"})
    assert (alone.value, alone.low) == (600, None)


def test_a_capacity_that_sums_two_products_is_of_neither() -> None:
    """Caremag: 1,400 t of four oxides stood as dysprosium."""
    both = "oxides, planned (600 t Dy and Tb oxides + 800 t Nd and Pr oxides)"
    assert curated.capacity_attribute(both) == "capacity_other_t_y"
    assert curated.capacity_attribute("graphite anode (8,000 phase 1 + 10,000 phase 2)") == "capacity_t_y"


def test_a_capacity_of_all_rare_earths_is_of_no_single_one() -> None:
    """17,500 t of oxides at Eneabba stood as neodymium, 107,000 t at Baotou as cerium, because they are named first."""
    made = {c.key: c for c in curated.extract_plants().claims if c.attribute.startswith("capacity")}
    for plant, commodity in (
        ("iluka-eneabba", "rare earths"),
        ("ucore-louisiana-smc", "rare earths"),
        ("baotou-huamei-green-smelting", "rare earths"),
        ("pulawy-mkango", "neodymium"),
    ):
        assert made[f"orebridge_plants:PLANT-{plant}"].commodity == commodity
    assert made["orebridge_plants:PLANT-reelement-noblesville"].attribute == "capacity_other_t_y"


COST = {"attribute": "capex", "value": "1100", "unit": "USD M"}


def figures(*rows: dict[str, str]) -> list[Claim]:
    return list(projects._claims(RECORD, figures_that_count(pd.DataFrame([{**ROW, **row} for row in rows]))))


def test_a_study_that_was_taken_back_leaves_its_figures_in_words() -> None:
    """Julia Creek planned 10,571 t/y of V2O5 until tests took back its study; the figures went on to count."""
    plan = {"attribute": "planned_output", "commodity": "vanadium", "value": "10571", "unit": "t/y", "text": "V2O5"}
    back = {"text": "resource", "scope": "scoping study withdrawn, under review", "as_of": "2025-09"}
    output, cost, _, new = figures(
        {**plan, "as_of": "2024"}, {**COST, "as_of": "2024"}, back, {**COST, "as_of": "2026"}
    )
    assert (output.attribute, output.text, output.value) == ("planned_output", "10571 t/y V2O5", None)
    assert (cost.text, cost.value, cost.scope) == ("1100 USD M", None, "study taken back")
    assert new.value == 1100
    weak, *_ = figures({**plan, "as_of": "2024"}, {**back, "standing": "weak"})
    assert weak.value == 10571


@pytest.mark.parametrize(
    "said",
    [
        {"scope": "total, both deposits"},  # Northern Katpar and Upper Kairakty
        {"evidence": "USD 3.3bn for both"},  # Round Top and Stillwater
        {"scope": "total, Round Top and Stillwater together"},
        {"scope": "mine and plant together"},
        {"scope": "refinery and battery works"},  # Vardhaan
        {"evidence": "Whole complex: copper rod, magnet wire, magnets"},  # LS Cable
        {"evidence": "Total for mine, road and plant"},
        {"scope": "mine and refinery"},  # NICO, whose refinery is a project of its own
        {"scope": "mine, concentrator and refinery"},  # Mt Holland and Kwinana
        {"scope": "total, with the first works together"},  # Polvolt
        {"scope": "initial, mine and Bécancour"},  # Matawinie
    ],
)
def test_a_cost_of_several_works_is_told_in_words(said: dict[str, str]) -> None:
    (found,) = figures({**COST, **said})
    assert (found.value, found.unit, found.text) == (None, "", "1100 USD M")


@pytest.mark.parametrize(
    "scope",
    ["total", "both phases", "whole campus", "initial, with contingency", "three plants", "mine and concentrator"],
)
def test_a_cost_of_the_project_itself_counts(scope: str) -> None:
    (found,) = figures({**COST, "scope": scope})
    assert (found.value, found.unit) == (1100, "USD M")


@pytest.mark.parametrize(
    "said",
    [
        {"text": "NdFeB magnets, company total"},  # MP Materials 10X and Fort Worth
        {"attribute": "capacity", "text": "NdFeB magnets", "scope": "company total with Fort Worth"},
        {"text": "magnets, all US plants"},
        {"commodity": "copper", "text": "electronic scrap fractions treated"},  # CirCular, Huelva
        {"text": "battery feed treated"},
    ],
)
def test_tonnes_of_a_whole_company_or_of_feed_are_told_in_words(said: dict[str, str]) -> None:
    plan = {"attribute": "planned_output", "commodity": "neodymium", "value": "10000", "unit": "t/y"}
    (found,) = figures({**plan, **said})
    assert (found.value, found.text) == (None, f"10000 t/y {said['text']}")


def test_a_plan_that_a_newer_one_replaced_is_told_in_words() -> None:
    """Sandawana: 500,000 t/y of concentrate, until a concentrator for 600,000 t/y of ore was planned."""
    plan = {"attribute": "planned_output", "commodity": "lithium", "value": "500000", "unit": "t/y", "text": "SC6"}
    old, new = figures({**plan, "scope": "first phase, plan replaced"}, plan)
    assert (old.value, old.text) == (None, "500000 t/y SC6")
    assert new.value is not None


def test_a_capacity_in_tonnes_of_feed_stays_a_number() -> None:
    row = {"attribute": "capacity", "commodity": "copper", "value": "60000", "unit": "t/y", "text": "e-scrap processed"}
    (found,) = figures({**row, "scope": "planned"})
    assert (found.attribute, found.value) == ("capacity_other_t_y", 60000)
