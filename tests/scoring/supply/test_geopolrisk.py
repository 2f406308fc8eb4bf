"""GeoPolRisk against its published cases (Koyamparambath et al., doi 10.21105/joss.09600)."""

from pathlib import Path

import pandas as pd
import pytest

from scoring.supply.concentration import Interval, Producer, Supply, hhi
from scoring.supply.geopolrisk import COPPER_MIDPOINT, Import, characterisation_factor, import_risk, score

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "geopolrisk"
EXPECTED = pd.read_csv(GOLDEN / "expected.csv").set_index("Raw Material")
PRODUCTION = pd.read_csv(GOLDEN / "production_2018_2022.csv").query("data_source != 'DELETE'")
TRADE = pd.read_csv(GOLDEN / "trade_usa_2022.csv")


def test_the_unit_case_of_the_paper() -> None:
    """HHI 0.3, numerator 1000, trade 2000, production 500, price 50."""
    risk = import_risk([Import("CHN", 2000, 0.5)], Interval(500, 500))
    assert risk is not None
    of_case = score(Interval(0.3, 0.3), risk)
    assert (of_case.low, of_case.high) == pytest.approx((0.12, 0.12))
    assert characterisation_factor(of_case.low, 50) == pytest.approx(14.655, abs=5e-4)


@pytest.mark.parametrize(
    ("material", "published"), [("Graphite", 0.2749741326), ("Manganese", 0.1109559078), ("Nickel", 0.0003230433)]
)
def test_the_published_cases_of_the_united_states_2022(material: str, published: float) -> None:
    expected = EXPECTED.loc[material]
    amounts = PRODUCTION[PRODUCTION["commodity"] == material].set_index("Country_ISO")["2022"]
    world = Supply(tuple(Producer(area, tonnes, tonnes) for area, tonnes in amounts.items()))
    rows = TRADE[TRADE["rawMaterial"] == material]
    flows = [
        Import(str(code), tonnes, instability)
        for code, tonnes, instability in zip(
            rows["Exporting Country"], rows["Quantity (mTonnes)"], rows["WGI"], strict=True
        )
    ]
    domestic = float(expected["Domestic Production"])
    concentration = hhi(world)
    risk = import_risk(flows, Interval(domestic, domestic))
    assert concentration is not None
    assert risk is not None
    assert concentration.low == pytest.approx(expected["HHI"], rel=1e-12)
    assert risk.low == risk.high == pytest.approx(expected["Import Risk (WTA)"], rel=1e-12)
    assert score(concentration, risk).low == pytest.approx(published, abs=5e-11)
    assert score(concentration, risk).low == pytest.approx(expected["GeoPolRisk Score"], rel=1e-12)
    factor = characterisation_factor(score(concentration, risk).low, expected["Price"])
    assert factor == pytest.approx(expected["CF"], rel=1e-8)
    assert expected["Midpoint"] / expected["CF"] == pytest.approx(COPPER_MIDPOINT, rel=1e-9)


def test_an_exporter_without_an_estimate_leaves_the_risk_open() -> None:
    risk = import_risk([Import("AUS", 50, 0.2), Import("other", 50, None)], Interval(0, 100))
    assert risk is not None
    assert (risk.low, risk.high) == pytest.approx((10 / 200, 60 / 100))


def test_nothing_imported_and_nothing_made_has_no_risk() -> None:
    assert import_risk([], Interval(0, 0)) is None
