"""The ledger of living projects: every row names a project, an attribute, a date and an address."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlparse

import pandas as pd
import pytest

from data.bundling.project_figures import figures_that_count
from data.bundling.project_stages import stages_of, study_of_a_former_owner
from data.vocabulary import KINDS

FOLDER = Path(__file__).resolve().parents[2] / "data" / "curated" / "projects"
ATTRIBUTES = {
    "expansion",
    "scale",
    "stage",
    "operator",
    "owner",
    "parent",
    "tonnage_mt",
    "grade",
    "contained",
    "planned_output",
    "product",
    "capacity",
    "feed",
    "offtake",
    "capex",
    "study",
    "npv",
    "mine_life",
    "first_production",
    "permit",
    "prc_customers",
    "prc_technology",
    "funding",
    "funding_state",
    "shelved_reason",
    "process_recovery",
    "list",
    "identity",
}
STAGES = {
    "exploration",
    "resource",
    "prefeasibility",
    "feasibility",
    "permitted",
    "construction",
    "commissioning",
    "operating",
    "planned",
    "care and maintenance",
    "suspended",
    "shelved",
    "cancelled",
    "closed",
}
NUMBERS = ["tonnage_mt", "grade", "contained", "planned_output", "capacity", "capex", "npv", "mine_life"]

VERDICTS = {"same", "part", "new"}
#: A source id, a colon, and the source's own number or name.
RECORD_KEY = r"[a-z][a-z0-9_]*:\S.*"
#: Regions whose towns have namesakes elsewhere -> west, south, east, north in degrees.
REGIONS = {
    "Queensland": (137.9, -29.2, 153.6, -9.0),
    "Texas": (-106.7, 25.8, -93.4, 36.6),
    "Georgia": (-85.7, 30.3, -80.8, 35.1),
    "Indiana": (-88.2, 37.7, -84.7, 41.8),
    "Montana": (-116.1, 44.3, -104.0, 49.1),
    "Tennessee": (-90.4, 34.9, -81.6, 36.7),
    "Ohio": (-84.9, 38.3, -80.5, 42.0),
    "Louisiana": (-94.1, 28.9, -88.8, 33.1),
    "Virginia": (-83.7, 36.5, -75.2, 39.5),
    "New Brunswick": (-69.1, 44.5, -63.7, 48.1),
    "Cornwall": (-6.4, 49.8, -4.1, 51.0),
    "Castilla y León": (-7.1, 40.0, -1.7, 43.3),
}


@pytest.fixture(scope="module")
def projects() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "projects.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "claims.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def ties() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "sites.csv", dtype=str, keep_default_na=False)


def test_projects_are_named_once_and_lie_on_earth(projects: pd.DataFrame) -> None:
    assert projects["project_id"].is_unique
    assert projects["project_id"].str.fullmatch(r"[a-z]{3}-[a-z0-9-]+").all()
    assert set(projects["kind"]) <= set(KINDS)
    located = projects[projects["lon"] != ""]
    assert located["lon"].astype(float).abs().le(180).all()
    assert located["lat"].astype(float).abs().le(90).all()
    assert located["location_source_url"].str.startswith("http").all()
    assert set(located["location_accuracy"]) <= {"exact", "approximate", "centroid"}


def test_every_claim_says_who_and_when(projects: pd.DataFrame, claims: pd.DataFrame) -> None:
    assert set(claims["project_id"]) <= set(projects["project_id"])
    assert set(claims["attribute"]) <= ATTRIBUTES
    assert set(claims["standing"]) == {"ordinary", "weak"}
    assert set(claims.loc[claims["attribute"] == "product", "text"]) <= {"product", "no product"}
    assert claims["as_of"].str.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?").all()
    assert claims["as_of"].max() <= claims["retrieved"].max()
    assert all(urlparse(address).netloc for address in claims["source_url"])
    assert (claims["evidence"] != "").all()
    assert not claims["evidence"].map(lambda text: bool(re.search(r"[\x00-\x1f]", text))).any()
    assert not claims.duplicated(
        ["project_id", "attribute", "commodity", "value", "text", "scope", "as_of", "source_url"]
    ).any()


#: Words that tell what somebody does or is to do; a name has none of them.
SENTENCE = re.compile(
    r"^\W|,\s*$|\b(acquired|bought|sold|to be|will|is|was|merger|pending|subsidiary of|right to|owner and|controlled by"
    r"|(largest|cornerstone) \w+)\b",
    re.I,
)


@pytest.mark.parametrize(
    "told", [", acquired by Energy Fuels", "Teck Resources (merger pending)", "sold on 1 June 2013"]
)
def test_a_sentence_is_no_name(told: str) -> None:
    assert SENTENCE.search(told)


def test_owners_parents_and_operators_are_names(claims: pd.DataFrame) -> None:
    """What becomes of a holder stands in scope and evidence: a sentence traces to no company."""
    named = claims.loc[claims["attribute"].isin(["owner", "parent", "operator"]), "text"]
    assert [name for name in named if SENTENCE.search(name)] == []


def test_an_address_that_ends_in_the_number_of_its_page_is_whole(claims: pd.DataFrame) -> None:
    """126 statements of a trade paper were weak because their address was thought to be cut."""
    paper = claims[claims["source_url"].str.startswith("https://secure.northernminer.com/")]
    assert paper["source_url"].str.contains(r"/(?:news/[^/]+/|\?p=)\d{10}$").all()
    assert set(paper["standing"]) == {"ordinary"}


def test_numbers_have_units_and_stages_are_of_the_list(claims: pd.DataFrame) -> None:
    assert set(claims.loc[claims["attribute"] == "stage", "text"]) <= STAGES
    numbers = claims[claims["attribute"].isin(NUMBERS)]
    assert ((numbers["value"] != "") | (numbers["low"] != "")).all()
    assert (claims.loc[claims["value"] != "", "unit"] != "").all()
    shares = pd.to_numeric(claims.loc[(claims["attribute"] == "owner") & (claims["value"] != ""), "value"])
    assert shares.between(0, 100).all()


def test_every_project_is_tied_to_records_or_is_new(projects: pd.DataFrame, ties: pd.DataFrame) -> None:
    assert set(ties["verdict"]) == VERDICTS
    decided = ties[ties["verdict"] != "part"].groupby("project_id")["verdict"].nunique()
    assert set(decided.index) == set(projects["project_id"])
    assert decided.eq(1).all()
    assert not ties.duplicated(["project_id", "record_key"]).any()
    assert (ties["why"] != "").all()


def test_ties_name_a_record_unless_there_is_none(ties: pd.DataFrame) -> None:
    assert (ties["record_key"] == "").eq(ties["verdict"] == "new").all()
    assert ties.loc[ties["verdict"] != "new", "record_key"].str.fullmatch(RECORD_KEY).all()
    assert set(ties["point"]) <= {"", "wrong"}


def test_no_record_is_two_projects_but_of_one_works(projects: pd.DataFrame, ties: pd.DataFrame) -> None:
    one_with = dict(ties.loc[ties["one_with"] != "", ["project_id", "one_with"]].to_numpy())
    assert set(one_with.values()) <= set(projects["project_id"]) - set(one_with)
    same = ties[ties["verdict"] == "same"]
    works = same["project_id"].replace(one_with)
    assert works.groupby(same["record_key"]).nunique().eq(1).all()


@pytest.mark.parametrize("region", REGIONS)
def test_a_town_point_lies_in_the_region_of_the_project(projects: pd.DataFrame, region: str) -> None:
    west, south, east, north = REGIONS[region]
    named = projects["region"].str.split(r",| \(", regex=True).str[0]
    there = projects[(named == region) & (projects["lon"] != "")].astype({"lon": float, "lat": float})
    assert not there.empty
    assert there["lon"].between(west, east).all()
    assert there["lat"].between(south, north).all()


#: A note on a town that says how far from it, and where to, the project lies.
FROM_TOWN = re.compile(
    r"^town point (?:of )?(?P<town>\w[^(,;]*?) \(.*?(?P<far>\d+(?:\.\d+)?) ?(?P<unit>km|miles) "
    r"(?:by road )?(?:north|south|east|west|[NSEW]{1,3}\b)[\w -]*? of (?:the (?:town|city)|(?P=town))"
)


def test_a_project_that_lies_far_from_its_town_is_not_placed_in_it(projects: pd.DataFrame) -> None:
    """Goschen, 35 km south of Swan Hill, stood in Swan Hill, and was said to lie within 15 km of that point."""
    said = projects["location_note"].str.extract(FROM_TOWN).dropna()
    km = said["far"].astype(float) * said["unit"].map({"km": 1.0, "miles": 1.609})
    assert list(projects.loc[km[km > 15].index, "project_id"]) == []


#: A note on a town that says how far from it, and not where to, the project lies.
SOMEWHERE_FROM_TOWN = re.compile(
    r"^town point (?:of )?(?P<town>\w[^(,;]*?) \(.*?(?P<far>\d+(?:\.\d+)?) ?(?P<unit>km|miles) from (?P=town)"
)
#: Project that no page says the direction of: the town stands for it, too near by what its page says.
DIRECTION_UNKNOWN = ["bra-pch-appia"]


def test_a_distance_without_a_direction_is_looked_up(projects: pd.DataFrame, ties: pd.DataFrame) -> None:
    """Makuutu, "40 km from Jinja", stood in Jinja; where a record is tied, its own point is taken."""
    new = projects[projects["project_id"].isin(ties.loc[ties["verdict"] == "new", "project_id"])]
    said = new["location_note"].str.extract(SOMEWHERE_FROM_TOWN).dropna()
    km = said["far"].astype(float) * said["unit"].map({"km": 1.0, "miles": 1.609})
    assert list(new.loc[km[km > 15].index, "project_id"]) == DIRECTION_UNKNOWN


#: A note on a town of a project of which the page names no more than the province or county.
SOMEWHERE_IN_PROVINCE = re.compile(r"^town point .*?source: [\w ,]*\b(?:province|shire|emirate|county)\b", re.I)
#: Project of which no page says more than the shire: its town stands for it.
PROVINCE_ALONE = ["aus-copi"]


def test_a_province_without_a_town_is_looked_up(projects: pd.DataFrame, ties: pd.DataFrame) -> None:
    """Monte Muambe, "Tete province", stood in the city of Tete, 60 km off; Eagle, "White Pine County", 121 km off."""
    new = projects[projects["project_id"].isin(ties.loc[ties["verdict"] == "new", "project_id"])]
    mines = new[new["kind"] == "mine"]
    assert list(mines.loc[mines["location_note"].str.contains(SOMEWHERE_IN_PROVINCE), "project_id"]) == PROVINCE_ALONE


@pytest.mark.parametrize(
    ("project", "longitude", "latitude"),
    [
        ("aus-goschen", 143.55, -35.65),
        ("aus-esmeralda", 142.23, -18.83),
        ("usa-tamarack", -93.21, 46.72),
        ("aus-broken-hill-cobalt", 141.26, -32.12),
        ("aus-julia-creek-vecco", 141.74, -20.03),
        ("uga-makuutu", 33.56, 0.44),
        ("aus-tabba-tabba", 118.95, -20.63),
        ("usa-roca-honda", -107.58, 35.37),
        ("aus-donald", 142.75, -36.45),
        ("can-sirmac", -75.45, 50.73),
        ("aus-barrambie", 119.32, -27.33),
        ("fin-suhanko", 25.69, 66.10),
        ("nam-lithium-ridge", 15.10, -21.44),
        ("zwe-sabi-star", 32.10, -18.97),
        ("bra-ema", -59.89, -7.47),
        ("can-yellowknife-lithium", -113.58, 62.46),
        ("uga-orom-cross", 33.44, 3.48),
        ("moz-monte-muambe", 34.08, -16.32),
        ("mwi-kanyika", 33.67, -12.70),
        ("aus-springdale", 120.45, -33.95),
        ("zaf-steelpoortdrift", 30.00, -24.92),
        ("aus-northern-silica", 145.25, -14.99),
        ("aus-splinter-rock", 123.03, -32.90),
        ("bra-maracas-menchen", -40.69, -13.69),
        ("usa-eagle-tungstonia", -114.16, 39.66),
        ("bra-araguaia-nickel", -49.27, -7.90),
        ("aus-deep-leads", 146.59, -41.44),
    ],
)
def test_a_point_is_reckoned_by_the_distance_that_the_page_states(
    projects: pd.DataFrame, project: str, longitude: float, latitude: float
) -> None:
    row = projects.set_index("project_id").loc[project]
    assert float(row["lon"]) == pytest.approx(longitude, abs=0.01)
    assert float(row["lat"]) == pytest.approx(latitude, abs=0.01)


#: Project -> stage that its newest page says, where an older one was taken before.
NEWEST = {
    "can-ecopro-becancour": "suspended",
    "zaf-platreef": "operating",
    "srb-jadar": "shelved",
    "vnm-sgi-magnets": "operating",
    "aus-tech-townsville": "shelved",
    "deu-zinnwald": "prefeasibility",
    "deu-basf-schwarzheide-cam": "operating",
    "jpn-daido-nakatsugawa": "operating",
    "zwe-sandawana": "operating",
    "bra-rocha-da-rocha": "resource",
    "aus-balranald": "operating",
    "usa-ima": "exploration",
}


@pytest.mark.parametrize("project", NEWEST)
def test_the_newest_page_says_the_stage(claims: pd.DataFrame, project: str) -> None:
    """Works that were halted, never built or begun stood at what pages of before said."""
    stages = claims[(claims["project_id"] == project) & (claims["attribute"] == "stage")]
    sure = stages[(stages["standing"] != "weak") & (stages["as_of"] != stages["retrieved"])]
    assert sure.sort_values("as_of", kind="stable")["text"].iloc[-1] == NEWEST[project]


def test_a_project_with_an_assessment_that_is_out_is_past_its_resource(claims: pd.DataFrame) -> None:
    """Tamarack stood at "resource": figures of its preliminary assessment were stated, the assessment was not."""
    rows = claims[claims["project_id"] == "usa-tamarack"]
    newest = rows[rows["attribute"] == "stage"].sort_values("as_of", kind="stable").index[-1]
    assert stages_of(rows)[newest] == "prefeasibility"


def test_permits_of_a_mine_that_waits_for_a_choice_of_feed_are_held(claims: pd.DataFrame) -> None:
    """Whabouchi, partly built, stood at feasibility while its owner compares it with Galaxy."""
    rows = claims[claims["project_id"] == "can-whabouchi"]
    sure = rows[(rows["attribute"] == "stage") & (rows["standing"] != "weak")]
    assert stages_of(rows)[sure.sort_values("as_of", kind="stable").index[-1]] == "permitted"


def test_a_page_on_the_resource_does_not_take_back_the_study_of_the_former_owner(claims: pd.DataFrame) -> None:
    """Burra stood at "resource": the definitive study that Platina made in 2018 had not been read."""
    rows = claims[claims["project_id"] == "aus-burra"]
    newest = rows[rows["attribute"] == "stage"].sort_values("as_of", kind="stable").index[-1]
    assert stages_of(rows)[newest] == "feasibility"
    assert study_of_a_former_owner(rows) == "study of a former owner, 2018"


def test_ore_that_a_plant_is_to_treat_is_no_output(claims: pd.DataFrame) -> None:
    """Sandawana: 600,000 t/y are ore for the concentrator, and stood as concentrate; an older plan made 500,000."""
    rows = figures_that_count(claims[claims["project_id"] == "zwe-sandawana"])
    assert set(rows.loc[rows["attribute"] == "planned_output", "value"]) == {""}


@pytest.mark.parametrize(("project", "cost"), [("can-nico", "347"), ("pol-polvolt", "800")])
def test_a_cost_is_that_of_the_project_alone(claims: pd.DataFrame, project: str, cost: str) -> None:
    """NICO: CAD 770 M with its refinery in Alberta; Polvolt: USD 1,000 M with the works that runs beside it."""
    rows = figures_that_count(claims[claims["project_id"] == project])
    costs = rows[(rows["attribute"] == "capex") & (rows["value"] != "")]
    assert list(costs["value"]) == [cost]


def test_a_share_that_its_own_page_contradicts_is_weak(claims: pd.DataFrame) -> None:
    """Steelpoortdrift: the page says that Math-Pin sells all that it held, and that it will own 13.51 %."""
    owners = claims[(claims["project_id"] == "zaf-steelpoortdrift") & (claims["attribute"] == "owner")]
    assert set(owners.loc[owners["text"] == "Math-Pin", "standing"]) == {"weak"}


@pytest.mark.parametrize("project", ["zaf-platreef", "mar-cobco-jorf-lasfar", "fra-neomat-dunkirk"])
def test_holders_of_a_venture_make_up_the_whole(claims: pd.DataFrame, project: str) -> None:
    owners = claims[(claims["project_id"] == project) & (claims["attribute"] == "owner") & (claims["value"] != "")]
    newest = owners[owners["standing"] != "weak"].sort_values("as_of").drop_duplicates("text", keep="last")
    assert newest["value"].astype(float).sum() == pytest.approx(100)


@pytest.mark.parametrize("project", ["usa-red-dog", "aus-lynas-kalgoorlie", "fin-kokkola-jervois-cobalt"])
def test_an_idea_without_money_or_decision_is_no_expansion(claims: pd.DataFrame, project: str) -> None:
    """Exploration beside a mine, a look at other power and a study that went elsewhere enlarge no works."""
    assert "expansion" not in set(claims.loc[claims["project_id"] == project, "attribute"])


#: List of selected projects -> projects of which no claim said before that they stand on it.
SELECTED = {
    "eu-crma-2025": {"fra-emili", "fra-caremag-lacq", "fra-orano-dunkirk-recycling", "fra-viridian-lauterbourg"},
    "fast41": {"usa-nikolai", "usa-dewey-burdock", "usa-copper-creek", "usa-grants-precision-isr"},
    "exim": {"usa-amaero-cleveland", "usa-6k-additive-burgettstown"},
    "exim-loi": {
        "bwa-selebi",
        "bwa-selkirk",
        "chl-la-cobaltera",
        "kaz-drozhilovskoye",
        "bra-bandeira",
        "aus-uley-2",
        "usa-copperwood",
    },
    "dpa3": {"usa-noveon-san-marcos", "usa-thompson-falls"},
    "dfc": {"rwa-nyakabingo", "ago-longonjo"},
    "aus-efa": {"aus-donald", "aus-dubbo", "aus-nolans", "bra-caldeira", "bra-colossus"},
    "canada-edc-loi": {"bra-colossus", "can-crawford", "can-matawinie", "can-seymour", "can-vianode-st-thomas"},
    "canada-growth-fund": {"can-becancour-nmg", "can-thompson-nickel"},
    "nexi": {"mdg-ambatovy", "phl-coral-bay", "phl-taganito-hpal"},
    "korea-kexim": {"aus-nolans"},
    "germany-rohstofffonds": {"deu-vulcan-lionheart", "aus-nolans"},
    "doe-48c": {"usa-vidalia-syrah"},
    "france-2030": {"fra-viridian-lauterbourg"},
    "jbic": {"arg-rincon", "phl-taganito-hpal"},
    "japan-meti-battery": {
        "jpn-mitsubishi-chemical-sakaide-anode",
        "jpn-nichia-tokushima-cathode",
        "jpn-mitsui-kinzoku-ageo",
    },
    "canada-cmif": {"can-pak", "can-clearwater-lithium", "can-wicheeda", "can-moblan"},
    "us-australia-framework-2025": {"aus-tronox-kwinana-ree"},
    "dod-dla": {"usa-gam-boyertown", "usa-beulah-talon", "usa-thompson-falls"},
    "doe-award": {"usa-koura-st-gabriel"},
}


@pytest.mark.parametrize("selection", SELECTED)
def test_projects_of_a_list_say_that_they_stand_on_it(claims: pd.DataFrame, selection: str) -> None:
    listed = claims[(claims["attribute"] == "list") & (claims["text"] == selection)]
    assert set(listed["project_id"]) >= SELECTED[selection]


def test_the_cathode_plant_of_niihama_is_not_its_nickel_refinery(ties: pd.DataFrame) -> None:
    cathode = ties[ties["project_id"] == "jpn-smm-besshi-cathode"].set_index("record_key")["verdict"]
    assert cathode["orebridge_plants:PLANT-smm-niihama-nickel"] == "part"


#: Words of a sale that is not in force: it ended, or may come to nothing.
NOT_IN_FORCE = re.compile(
    r"\b(ended|terminated|cancell?ed|mou|memorandum|letter of intent|non-binding|options?)\b", re.I
)


def test_a_buyer_of_the_prc_answers_the_question_on_customers(claims: pd.DataFrame) -> None:
    """Balama, Chilalo and Manna named a Chinese buyer, and their gate `prc_customers` said that no source does."""
    buyers = pd.read_csv(FOLDER.parent / "buyers.csv", dtype=str, keep_default_na=False)
    seats = dict(zip(buyers["buyer"].map(_plain), buyers["country_iso3"], strict=True))
    sure = claims[claims["standing"] != "weak"]
    sales = sure[(sure["attribute"] == "offtake") & (sure["as_of"] >= "2021")]
    sold = {
        row["project_id"]
        for _, row in sales.iterrows()
        if not NOT_IN_FORCE.search(f"{row['text']} {row['scope']}") and _seat(row["text"], seats) == "CHN"
    }
    assert {"moz-balama", "tza-chilalo", "aus-manna", "kor-umicore-cheonan", "aus-yangibana"} <= sold
    assert sold <= set(sure.loc[sure["attribute"] == "prc_customers", "project_id"])


def _plain(name: str) -> str:
    """Return a buyer's name in small letters without punctuation, as `measure_offtake_destination.sql` reads it."""
    return re.sub(r"[^\w ]", "", name.lower())


def _seat(text: str, seats: dict[str, str]) -> str:
    """Return the country of the longest buyer's name that a sale begins with; empty where no buyer is known."""
    names = [name for name in seats if _plain(text).startswith(name)]
    return seats[max(names, key=len)] if names else ""


def test_exports_to_china_of_the_malaysian_clay_mine_are_told_by_a_sure_page(claims: pd.DataFrame) -> None:
    told = claims[(claims["project_id"] == "mys-mcre-kenering") & (claims["attribute"] == "prc_customers")]
    assert "sells to unnamed buyers in China" in set(told.loc[told["standing"] == "ordinary", "text"])
