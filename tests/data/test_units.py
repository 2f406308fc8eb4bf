import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import units

GROUPED = [(group, a, b) for group, members in units.CHOICES for a in members for b in members]


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1, "oz/ton", "g/t", 34.285714),
        (1, "oz/t", "g/t", 31.1034768),
        (1, "%", "ppm", 1e4),
        (1, "g/t", "ppb", 1e3),
        (1, "kg/t", "%", 0.1),
        (1, "lb/ton", "kg/t", 0.5),
        (1, "mi", "km", 1.609344),
        (3937, "ftUS", "m", 1200),
        (1, "ft", "m", 0.3048),
        (1, "acre", "ha", 0.40468564),
        (1, "Mlb", "t", 453.59237),
        (1, "ton (short)", "kg", 907.18474),
        (1, "Moz", "t", 31.1034768),
        (1, "S/m", "mS/m", 1e3),
        (1, "mGal", "µm/s²", 10),
        (32, "°F", "°C", 0),
        (1, "g/cm³", "kg/m³", 1000),
        (1, "g/L", "mg/L", 1000),
        (1, "nT", "fT", 1e6),
    ],
)
def test_known_conversions(value, unit, to, expected):
    assert units.convert(value, unit, to) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(st.sampled_from(GROUPED), st.floats(-1e12, 1e12))
def test_there_and_back_gives_the_number_again(pair, value):
    _, unit, to = pair
    try:
        there = units.convert([value], unit, to)
    except units.UnitError:
        return
    np.testing.assert_allclose(units.convert(there, to, unit), [value], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize(
    ("unit", "to"), [("mg/L", "ppm"), ("count", "ppm"), ("m", "ha"), ("10⁻⁵ SI", "%"), ("nT", "mGal"), ("t", "m")]
)
def test_different_things_are_not_converted(unit, to):
    with pytest.raises(units.UnitError, match="same group"):
        units.convert(1, unit, to)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("PPM", "ppm"),
        ("wt%", "%"),
        ("pct", "%"),
        ("gpt", "g/t"),
        ("mg/kg", "ppm"),
        ("opt", "oz/ton"),
        ("Metres", "m"),
        ("us survey feet", "ftUS"),
        ("gamma", "nT"),
        ("mS/m", "mS/m"),
    ],
)
def test_spellings_have_one_symbol(text, symbol):
    assert units.parse(text) == symbol


def test_every_choice_is_its_own_spelling():
    assert all(units.parse(symbol) == symbol for _, members in units.CHOICES for symbol in members)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("ppt", "pg/g"),
        ("mt", "Mt"),
        ("ppmm", "ppm"),
        ("", "choose one"),
        ("x" * 10_000, "choose one"),
        ("__import__('os')", "is not known"),
    ],
)
def test_an_unknown_unit_names_what_is_near(text, cure):
    with pytest.raises(units.UnitError, match=cure):
        units.parse(text)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("Cu_ppm", "ppm"),
        ("Au (g/t)", "g/t"),
        ("Li2O %", "%"),
        ("Fe_pct", "%"),
        ("depth_m", "m"),
        ("MaxDepth (m)", "m"),
        ("TMI_nT", "nT"),
        ("au_ppb", "ppb"),
        ("Au oz/ton", "oz/ton"),
        ("Au_g_t", "g/t"),
        ("CuPPM", "ppm"),
        ("ppm_Cu", "ppm"),
        ("%Cu", "%"),
        ("Cu (ppm) ICP", "ppm"),
        ("Li mg/L", "mg/L"),
        ("Name", ""),
        ("rad_K", ""),
        ("Type_a", ""),
        ("m", ""),
        ("Number", ""),
        ("Sample_No", ""),
        ("Latitude", ""),
        ("", ""),
    ],
)
def test_a_name_hints_at_its_unit(name, symbol):
    assert units.suggest(name) == symbol


def test_unknown_values_stay_unknown():
    assert np.isnan(units.convert([np.nan], "%", "ppm"))[0]
