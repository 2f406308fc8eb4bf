"""The user's table of sites becomes sites and claims in our words and units; what it does not say stays unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from data.user_features import Features
from data.user_layers import UserLayer, UserSites
from data.user_sites import GradeBasis, SiteColumns, UserSitesError, prepare, suggest
from tests.data.test_user_layers import layer

BASIS = {
    "nickel": GradeBasis("%", "Ni", "Ni"),
    "lithium": GradeBasis("%", "Li", "Li"),
    "niobium": GradeBasis("%", "Nb2O5", "Nb"),
    "tantalum": GradeBasis("ppm", "Ta2O5", "Ta"),
    "silver": GradeBasis("g/t", "Ag", "Ag"),
    "rare earths": GradeBasis("%", "TREO", "REE"),
    "graphite": GradeBasis("%", "graphitic C", "C"),
    "fluorspar": GradeBasis("%", "CaF2", "F"),
    "tungsten": GradeBasis("%", "W", "W"),
    "metallurgical coal": GradeBasis("%", "coal", ""),
}
LAPLAND = ((26.9, 67.7), (26.4, 67.5), (27.1, 67.3))


def table(
    units: dict[str, str] | None = None, points: Any = LAPLAND, **columns: list[Any]
) -> tuple[UserLayer, Features]:
    """Return a layer of points with these columns: a list of words, or of numbers (NaN: empty)."""
    words = {name for name, values in columns.items() if any(isinstance(v, str) for v in values)}
    told = [
        {"name": n, "type": "text" if n in words else "number", "unit": (units or {}).get(n, ""), "suggested_unit": "%"}
        for n in columns
    ]
    numbers = {n: np.array(v, dtype=np.float64) for n, v in columns.items() if n not in words}
    texts = {n: np.array(v, dtype=object) for n, v in columns.items() if n in words}
    row = replace(layer(role="sites", columns=told), features=len(points))
    shapes = points if isinstance(points, np.ndarray) else shapely.points(np.asarray(points))
    return row, Features(np.asarray(shapes, dtype=object), numbers, texts)


def made(
    units: dict[str, str] | None = None,
    *,
    constants: dict[str, str] | None = None,
    points: Any = LAPLAND,
    **columns: Any,
) -> UserSites:
    """Prepare the sites of a table by the columns that its names suggest."""
    row, features = table(units, points, **columns)
    return prepare(row, features, SiteColumns(suggest(row), constants or {}), BASIS)


def claimed(sites: UserSites, attribute: str) -> list[float]:
    return [claim["value"] for claim in sites.claims if claim["attribute"] == attribute]


def test_a_table_of_sites_is_told_by_its_column_names() -> None:
    row, _ = table(
        name=["A"],
        Deposit_Type=["VMS"],
        Mineral=["Ni"],
        Ni_pct=[1.0],
        Nb2O5_pct=[1.0],
        tonnage_mt=[1.0],
        status=["mine"],
    )
    assert suggest(row) == {
        "name": "name",
        "commodities": "Mineral",
        "stage": "status",
        "deposit_type": "Deposit_Type",
        "tonnage": "tonnage_mt",
        "grade.nickel": "Ni_pct",
        "grade.niobium": "Nb2O5_pct",
    }


def test_a_site_has_country_stage_and_claims() -> None:
    found = made(
        {"Ni_pct": "%", "tonnage_mt": "Mt"},
        name=["A", "B", "C"],
        Ni_pct=[0.9, np.nan, 0.4],
        tonnage_mt=[120.0, 4.0, np.nan],
        stage=["feasibility", "resource", "?"],
        commodity=["Ni", "nickel", "Ni;Cu"],
    )
    assert [site["iso3"] for site in found.sites] == ["FIN"] * 3
    assert [site["stage"] for site in found.sites] == ["feasibility", "resource", "unknown"]
    assert [site["commodities"] for site in found.sites] == [["nickel"], ["nickel"], ["nickel", "copper"]]
    assert {site["location_accuracy"] for site in found.sites} == {"exact"}
    assert all(site["site_id"].startswith("own-") for site in found.sites)
    assert len({site["site_id"] for site in found.sites}) == 3
    assert claimed(found, "grade") == [0.9, 0.4]
    assert claimed(found, "tonnage_mt") == [120.0, 4.0]
    assert len(claimed(found, "stage")) == 2


@pytest.mark.parametrize(
    ("unit", "megatonnes"), [("t", 2e-6), ("kt", 2e-3), ("Mt", 2.0), ("ton (short)", 1.81436948e-6), ("kg", 2e-9)]
)
def test_tonnage_is_converted_to_million_tonnes(unit: str, megatonnes: float) -> None:
    found = made({"tonnage": unit}, constants={"commodities": "nickel"}, tonnage=[2.0, 2.0, 2.0])
    assert claimed(found, "tonnage_mt") == pytest.approx([megatonnes] * 3)


@pytest.mark.parametrize(
    ("column", "unit", "value"),
    [
        ("Ni", "%", 2.5),
        ("Ni", "ppm", 2.5e-4),
        ("Ag", "g/t", 2.5),
        ("Ag", "oz/ton", 85.714),
        ("Ta2O5", "%", 25_000.0),
        ("Ag", "ppb", 0.0025),
    ],
)
def test_grades_are_converted_to_the_unit_of_their_commodity(column: str, unit: str, value: float) -> None:
    assert claimed(made({column: unit}, **{column: [2.5] * 3}), "grade") == pytest.approx([value] * 3, rel=1e-4)


def test_a_unit_of_another_kind_is_refused() -> None:
    row, features = table({"Ni": "mg/L"}, Ni=[2.5] * 3)
    with pytest.raises(UserSitesError, match=r"'Ni' is mapped to grade\.nickel, but its unit mg/L measures"):
        prepare(row, features, SiteColumns({"grade.nickel": "Ni"}, {"commodities": "nickel"}), BASIS)


@pytest.mark.parametrize(("column", "metal"), [("Ni_pct", "grade.nickel"), ("tonnage", "tonnage")])
def test_a_number_without_unit_is_refused_with_its_cure(column: str, metal: str) -> None:
    with pytest.raises(
        UserSitesError, match=rf"mapped to {metal} and has no unit; state it, for example --cure unit.{column}="
    ):
        made(constants={"commodities": "nickel"}, **{column: [1.0] * 3})


@pytest.mark.parametrize(
    ("metal", "column", "held"),
    [
        ("lithium", "Li2O_pct", "Li2O"),
        ("lithium", "li2co3 (%)", "li2co3"),
        ("niobium", "Nb_ppm", "Nb"),
        ("tantalum", "Ta [ppm]", "Ta"),
        ("tungsten", "WO3_%", "WO3"),
        ("tungsten", "CaWO4", "CaWO4"),
        ("rare earths", "TREE_ppm", "TREE"),
        ("fluorspar", "F_pct", "F"),
        ("nickel", "NiEq_pct", "NiEq"),
        ("nickel", "NiS pct", "NiS"),
    ],
)
def test_a_grade_of_another_chemical_form_is_refused_with_both_forms_and_the_cure(
    metal: str, column: str, held: str
) -> None:
    row, features = table({column: "%"}, **{column: [1.0] * 3})
    basis = BASIS[metal].chemical
    with pytest.raises(
        UserSitesError,
        match=rf"holds {held}, but grades of {metal} are compared as {basis}; convert its values to {basis}",
    ):
        prepare(row, features, SiteColumns({f"grade.{metal}": column}), BASIS)


@pytest.mark.parametrize(
    ("metal", "column"),
    [
        ("lithium", "Li_pct"),
        ("lithium", "LI %"),
        ("lithium", "grade"),
        ("niobium", "nb2o5_pct"),
        ("rare earths", "TREO_pct"),
        ("graphite", "C_pct"),
        ("fluorspar", "CaF2"),
        ("nickel", "nickel_grade"),
        ("metallurgical coal", "coal"),
        ("tungsten", "W in ore"),
        ("niobium", "Nb2O5 (Nb)"),
    ],
)
def test_a_grade_of_the_same_form_or_of_none_is_taken(metal: str, column: str) -> None:
    row, features = table({column: "%"}, **{column: [1.0] * 3})
    assert len(prepare(row, features, SiteColumns({f"grade.{metal}": column}), BASIS).claims) == 3


def test_an_oxide_is_suggested_so_that_it_is_refused_and_not_overlooked() -> None:
    with pytest.raises(UserSitesError, match="'Li2O_pct' holds Li2O, but grades of lithium are compared as Li"):
        made({"Li2O_pct": "%"}, commodity=["Li", "Li", "Li"], Li2O_pct=[1.0, 1.1, 1.2])


def test_rows_without_a_screened_commodity_are_left_out_and_counted() -> None:
    found = made(name=["A", "B", "C"], commodity=["nickel", "sand", ""])
    assert ([site["name"] for site in found.sites], found.left_out) == (["A"], 2)


def test_a_row_without_a_grade_is_not_taken_for_that_metal() -> None:
    found = made({"Ni_pct": "%", "Ag": "g/t"}, Ni_pct=[1.0, np.nan, np.nan], Ag=[np.nan, 5.0, np.nan])
    assert [site["commodities"] for site in found.sites] == [["nickel"], ["silver"]]
    assert found.left_out == 1


def test_zero_and_negative_grades_are_no_claims() -> None:
    assert claimed(made({"Ni": "%"}, constants={"commodities": "nickel"}, Ni=[0.0, -9.0, 1.0]), "grade") == [1.0]


def test_a_table_without_any_commodity_is_refused_with_the_choice() -> None:
    with pytest.raises(UserSitesError, match="map a column to commodities, or state one"):
        made(name=["A", "B", "C"])


def test_accuracy_is_as_stated_and_never_better_than_understood() -> None:
    found = made(constants={"commodities": "nickel"}, accuracy=["centroid", "about 3 km", ""])
    assert [site["location_accuracy"] for site in found.sites] == ["centroid", "approximate", "exact"]


def test_an_area_stands_at_a_point_inside_it_that_is_approximate() -> None:
    ring = shapely.box(26, 67, 27, 68) - shapely.box(26.1, 67.1, 26.9, 67.9)
    found = made(constants={"commodities": "nickel"}, points=np.array([ring], dtype=object), name=["A"])
    (site,) = found.sites
    assert shapely.contains_xy(ring, site["lon"], site["lat"])
    assert site["location_accuracy"] == "approximate"


def test_a_place_at_sea_or_without_a_code_of_its_own_has_a_country() -> None:
    found = made(
        constants={"commodities": "nickel"},
        points=((4.9, 53.2), (44.5, 9.8), (20.9, 42.6)),
        name=["sea", "Hargeisa", "Pristina"],
    )
    assert [site["iso3"] for site in found.sites] == ["NLD", "SOM", "XKX"]


def test_names_that_are_missing_or_repeated_still_give_sites_of_their_own() -> None:
    found = made(constants={"commodities": "nickel"}, name=["A", "A", ""])
    assert [site["name"] for site in found.sites] == ["A", "A", "Till 3"]
    assert len({site["site_id"] for site in found.sites}) == 3


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (SiteColumns({"colour": "a"}), "No field of a site is called 'colour'"),
        (SiteColumns({"grade.gold dust": "a"}), "No field of a site is called 'grade.gold dust'"),
        (SiteColumns({"name": "b"}), "has no column 'b' for name; it has a"),
        (SiteColumns({}, {"tonnage": "5"}), "'tonnage' cannot be stated for all rows"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(mapping: SiteColumns, says: str) -> None:
    row, features = table(a=["x", "y", "z"])
    with pytest.raises(UserSitesError, match=says):
        prepare(row, features, mapping, BASIS)


def test_names_are_data_whatever_they_hold() -> None:
    name = "<script>alert(1)</script>'; DROP TABLE own_site; --"
    found = made(constants={"commodities": "nickel"}, name=[name, "鉱山", "=1+1"])
    assert [site["name"] for site in found.sites] == [name, "鉱山", "=1+1"]
    assert all(set(site["site_id"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for site in found.sites)


def test_what_is_said_stays_and_the_names_of_free_columns_fill_the_rest() -> None:
    row, _ = table(name=["A"], label=["B"], status=["mine"])
    assert SiteColumns({"name": "label"}, suggested=True).completed(row).fields == {"name": "label", "stage": "status"}
    assert SiteColumns({"name": "label"}).completed(row).fields == {"name": "label"}
    assert SiteColumns({"kind": "name"}, suggested=True).completed(row).fields == {"kind": "name", "stage": "status"}
