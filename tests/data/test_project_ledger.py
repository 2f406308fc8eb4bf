"""The ledger of living projects: every row names a project, an attribute, a date and an address."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlparse

import pandas as pd
import pytest

from data.vocabulary import KINDS

FOLDER = Path(__file__).resolve().parents[2] / "data" / "curated" / "projects"
ATTRIBUTES = {
    "stage",
    "operator",
    "owner",
    "parent",
    "tonnage_mt",
    "grade",
    "contained",
    "planned_output",
    "capacity",
    "feed",
    "offtake",
    "capex",
    "study",
    "npv",
    "mine_life",
    "first_production",
    "permit",
    "funding",
    "funding_state",
    "shelved_reason",
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


@pytest.fixture(scope="module")
def projects() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "projects.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "claims.csv", dtype=str, keep_default_na=False)


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
    assert claims["as_of"].str.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?").all()
    assert claims["as_of"].max() <= claims["retrieved"].max()
    assert all(urlparse(address).netloc for address in claims["source_url"])
    assert (claims["evidence"] != "").all()
    assert not claims["evidence"].map(lambda text: bool(re.search(r"[\x00-\x1f]", text))).any()
    assert not claims.duplicated(
        ["project_id", "attribute", "commodity", "value", "text", "scope", "as_of", "source_url"]
    ).any()


def test_numbers_have_units_and_stages_are_of_the_list(claims: pd.DataFrame) -> None:
    assert set(claims.loc[claims["attribute"] == "stage", "text"]) <= STAGES
    numbers = claims[claims["attribute"].isin(NUMBERS)]
    assert ((numbers["value"] != "") | (numbers["low"] != "")).all()
    assert (claims.loc[claims["value"] != "", "unit"] != "").all()
    shares = pd.to_numeric(claims.loc[(claims["attribute"] == "owner") & (claims["value"] != ""), "value"])
    assert shares.between(0, 100).all()
