"""The user's table of candidate sites as sites and claims in Orebridge's vocabulary and units.

What the table does not state stays unknown.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from data import units
from data.facts import BUNDLE
from data.stages import stage
from data.user_features import Features
from data.user_layers import UserLayer, UserSites
from data.user_words import commodity_of, form_in_words, has_form, named
from data.vocabulary import KINDS, commodity_ids, deposit_type
from geo.errors import OrebridgeError, Phrase
from geo.geometry import PolygonIndex

GRADE = "grade."
#: What a site can be told by -> words of a column's name that suggest it.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "site", "deposit", "project", "mine", "名称", "鉱山", "鉱床"),
    "commodities": ("commodit", "mineral", "element", "metal", "鉱種"),
    "kind": ("kind", "facility", "種別"),
    "stage": ("stage", "status", "phase", "段階"),
    "deposit_type": ("deposit_type", "deptype", "dep_type", "model", "鉱床型"),
    "tonnage": ("tonnage", "ore_mt", "resource_mt", "tonnes", "鉱量"),
    "accuracy": ("accuracy", "精度"),
}
ACCURACIES = ("exact", "approximate", "centroid")
BASIS = {"%": "%", "ppm": "ppm", "g/t": "ppm"}
#: What may stand around an element in the name of a column: CaWO4, Li2CO3, U3O8, CuEq.
FORM = r"(?:ca|fe|na|li)?\d*{symbol}\d*(?:so4|po4|co3|oh|eq|o|f|s|cl)?\d*"
RARE_EARTH_SUMS = r"[tlhm]?re[oe]"
#: Chemical forms that a title names in words, as a sentence says them.
FORMS_IN_WORDS = {
    "hydroxide": Phrase("a hydroxide"),
    "oxide": Phrase("an oxide"),
    "carbonate": Phrase("a carbonate"),
    "sulphate": Phrase("a sulphate"),
    "sulphide": Phrase("a sulphide"),
    "fluoride": Phrase("a fluoride"),
    "chloride": Phrase("a chloride"),
}
#: `countries` writes no ISO code for these; other such areas take the nearest country.
UNCODED = {"KOS": "XKX", "SOL": "SOM", "CYN": "CYP", "IOA": "AUS", "ATC": "AUS"}


class UserSitesError(OrebridgeError):
    """A table that cannot be read as sites."""


@dataclass(frozen=True)
class SiteColumns:
    """Which column says what.

    Attributes
    ----------
    fields : dict
        Field of `FIELDS`, or ``grade.<commodity id>``, -> column name; empty: no column, whatever the names suggest.
    constants : dict
        Field -> value that holds for every row: commodities, kind, stage.
    suggested : bool
        Whether fields that are not said come from the names of the columns.
    """

    fields: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    suggested: bool = False

    def completed(self, layer: UserLayer) -> SiteColumns:
        """Return the columns with what the names of free columns suggest, if that is wanted.

        Parameters
        ----------
        layer : UserLayer
            A layer of the store.
        """
        if not self.suggested:
            return self
        free = {what: name for what, name in suggest(layer).items() if name not in self.fields.values()}
        told = {what: name for what, name in {**free, **self.fields}.items() if name}
        return SiteColumns(told, self.constants)


@dataclass(frozen=True, slots=True)
class GradeBasis:
    """How grades of a commodity are stated: `grade_unit`, `grade_basis` and `symbol` of ``facts.commodity``."""

    unit: str
    chemical: str
    symbol: str


def suggest(layer: UserLayer) -> dict[str, str]:
    """Return the fields that the column names suggest, each column once, for the user to confirm.

    Parameters
    ----------
    layer : UserLayer
        A layer of the store.
    """
    names = {column["name"]: re.sub(r"[\s-]+", "_", column["name"].lower()) for column in layer.columns}
    columns = _called_alike(names)
    for what, words in FIELDS.items():
        if what in columns:
            continue
        similar = _first_near(names, words, columns.values())
        if similar:
            columns[what] = similar
    for column in layer.columns:
        metal = _graded_metal(column)
        if metal and column["name"] not in columns.values():
            columns.setdefault(GRADE + metal, column["name"])
    return columns


def _called_alike(names: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that a column is called exactly like; `names` maps columns to their names in lower case."""
    matches: dict[str, str] = {}
    for what, words in FIELDS.items():
        exact = next((name for name, low in names.items() if low == what or low in words), None)
        if exact:
            matches[what] = exact
    return matches


def _first_near(names: Mapping[str, str], words: Sequence[str], taken: Collection[str]) -> str | None:
    """Return the first column not yet taken whose name holds one of the words."""
    return next((name for name, low in names.items() if name not in taken and any(word in low for word in words)), None)


def _graded_metal(column: Mapping[str, Any]) -> str | None:
    """Return the commodity that a column of numbers with a unit of grades, stated or hinted at, begins with."""
    measured = (column["unit"] or column["suggested_unit"]) if column["type"] == "number" else ""
    return commodity_of(re.split(r"[_ (\[（]", column["name"])[0]) if measured in units.GRADES else None


def prepare(layer: UserLayer, features: Features, mapping: SiteColumns, basis: Mapping[str, GradeBasis]) -> UserSites:
    """Turn the features of a layer into sites and claims.

    Parameters
    ----------
    layer : UserLayer
    features : Features
        Of the layer; a line or an area stands at a point inside it, and its location is then approximate.
    mapping : SiteColumns
    basis : mapping of str to GradeBasis
        By commodity id.

    Returns
    -------
    UserSites
        Rows for the store, and how many features were left out because they name no screened commodity. An empty cell
        gives no claim.

    Raises
    ------
    UserSitesError
        If a field or column is unknown, no commodity is stated, a grade or tonnage has no unit, or a grade is that of
        another chemical form than its commodity is compared by.
    """
    found = sites_of_part(layer, features, mapping, basis)
    if not found.sites:
        raise no_sites(layer)
    return found


def no_sites(layer: UserLayer) -> UserSitesError:
    """Return the error of a table of which no row is a site.

    Parameters
    ----------
    layer : UserLayer
    """
    return UserSitesError(
        "No row of {layer!r} names a screened commodity; map a column to commodities, or state one "
        "({commodities}, ...).",
        layer=layer.name,
        commodities=sorted(commodity_ids())[:8],
    )


def sites_of_part(
    layer: UserLayer, features: Features, mapping: SiteColumns, basis: Mapping[str, GradeBasis], first: int = 0
) -> UserSites:
    """Turn some features of a layer into sites and claims, the same ones as `prepare` makes of all; there may be none.

    Parameters
    ----------
    layer : UserLayer
    features : Features
        Rows of the layer that follow each other.
    mapping : SiteColumns
    basis : mapping of str to GradeBasis
        By commodity id.
    first : int, optional
        Position of the first of them in the layer, from 0: ids of sites rest on it.

    Raises
    ------
    UserSitesError
        If the table cannot be read as sites; see `prepare`.
    """
    _check(layer, mapping)
    for what, name in mapping.fields.items():
        if what.startswith(GRADE):
            _check_form(name, what[len(GRADE) :], basis[what[len(GRADE) :]])
    rows = _Rows(layer, features, mapping)
    points = shapely.point_on_surface(features.geometries)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    countries = _countries()
    place = countries.index.containing(lon, lat)
    nearest = countries.nearest(lon, lat, place)
    exact = shapely.get_type_id(features.geometries) == 0
    sites, claims = [], []
    unknown: Counter[str] = Counter()
    for i in range(len(points)):
        stated = named(rows.text("commodities", i))
        unknown.update(stated.unknown)
        name = rows.text("name", i) or f"{layer.name} {first + i + 1}"
        site = {
            "site_id": _site_id(layer.layer_id, name, first + i),
            "name": name,
            "iso3": countries.iso3[nearest[i]],
            "kind": _kind(rows.text("kind", i)),
            "lon": float(lon[i]),
            "lat": float(lat[i]),
            "location_accuracy": _accuracy(rows.text("accuracy", i), bool(exact[i])),
            "commodities": list(stated.ids or rows.graded_in(i, basis)),
            "deposit_type": deposit_type(rows.text("deposit_type", i)),
            "stage": stage(rows.text("stage", i)),
        }
        if not site["commodities"]:
            continue
        sites.append({"layer_id": layer.layer_id, **site})
        claims += [
            {"layer_id": layer.layer_id, "site_id": site["site_id"], **claim} for claim in rows.claims(i, site, basis)
        ]
    return UserSites(sites, claims, len(points) - len(sites), dict(unknown.most_common()))


def _check(layer: UserLayer, mapping: SiteColumns) -> None:
    known = {column["name"]: column for column in layer.columns}
    for what, name in mapping.fields.items():
        if not _is_field(what):
            raise UserSitesError(
                "No field of a site is called {field!r}; there are {fields} and grade.<commodity>.",
                field=what,
                fields=FIELDS,
            )
        if name not in known:
            raise UserSitesError(
                "{layer!r} has no column {column!r} for {field}; it has {columns}.",
                layer=layer.name,
                column=name,
                field=what,
                columns=list(known) or Phrase("none"),
            )
        _check_unit(what, known[name])
    for what in mapping.constants:
        if what not in ("commodities", "kind", "stage", "deposit_type"):
            raise UserSitesError(
                "{field!r} cannot be stated for all rows; commodities, kind, stage and deposit_type can.", field=what
            )


def _is_field(what: str) -> bool:
    return what in FIELDS or (what.startswith(GRADE) and what[len(GRADE) :] in commodity_ids())


def _check_unit(what: str, column: Mapping[str, Any]) -> None:
    """Refuse a tonnage or grade without a unit."""
    if (what == "tonnage" or what.startswith(GRADE)) and not column["unit"]:
        name, hint = column["name"], column["suggested_unit"] or ("Mt" if what == "tonnage" else "ppm")
        raise UserSitesError(
            "Column {column!r} is mapped to {field} and has no unit; state it, for example --cure "
            "unit.{column}={unit}.",
            column=name,
            field=what,
            unit=hint,
        )
    if what == "tonnage" or what.startswith(GRADE):
        _check_kind(what, column)


def _check_kind(what: str, column: Mapping[str, Any]) -> None:
    """Refuse a tonnage or grade whose unit measures something else."""
    wanted = "t" if what == "tonnage" else "%"
    try:
        units.convert(1.0, column["unit"], wanted)
    except units.UnitError as error:
        raise UserSitesError(
            "Column {column!r} is mapped to {field}, but its unit {unit} measures something else; map another "
            "column, leave it out with --field {field}=, or correct its unit, for example --cure "
            "unit.{column}={example}.",
            column=column["name"],
            field=what,
            unit=column["unit"],
            example=wanted,
        ) from error


def _check_form(column: str, metal: str, basis: GradeBasis) -> None:
    """Refuse a column whose name holds another form of the commodity than its grades are compared by."""
    forms = RARE_EARTH_SUMS if basis.chemical == "TREO" else FORM.format(symbol=basis.symbol.lower())
    same = {"treo", "reo"} if basis.chemical == "TREO" else set(basis.chemical.lower().split())
    words = [word for word in re.split(r"[^A-Za-z0-9]+", column) if basis.symbol and re.fullmatch(forms, word.lower())]
    in_words = form_in_words(column)
    if words and same & {word.lower() for word in words}:
        return
    if not words and not (in_words and not has_form(basis.chemical, in_words)):
        return
    raise UserSitesError(
        "Column {column!r} holds {stated}, but grades of {metal} are compared as {form}; convert "
        "its values to {form}, name it so (for example {formula}_{unit}), and import again.",
        column=column,
        stated=words[0] if words else FORMS_IN_WORDS[in_words],
        metal=metal,
        form=basis.chemical,
        formula=basis.chemical.split()[-1],
        unit=basis.unit,
    )


@dataclass(frozen=True)
class _Rows:
    layer: UserLayer
    features: Features
    mapping: SiteColumns

    def text(self, what: str, row: int) -> str:
        """Return what the table says, as words; empty where it says nothing."""
        name = self.mapping.fields.get(what)
        value: Any = None
        if name in self.features.texts:
            value = self.features.texts[name][row]
        elif name in self.features.numbers and not np.isnan(self.features.numbers[name][row]):
            value = f"{self.features.numbers[name][row]:g}"
        return str(value).strip() if value is not None and str(value).strip() else self.mapping.constants.get(what, "")

    def graded(self) -> tuple[str, ...]:
        """Return the commodities that have a grade column."""
        return tuple(what[len(GRADE) :] for what in self.mapping.fields if what.startswith(GRADE))

    def graded_in(self, row: int, basis: Mapping[str, GradeBasis]) -> list[str]:
        """Return the commodities that the row gives a grade of."""
        return [
            metal for metal in self.graded() if self.number(GRADE + metal, row, BASIS[basis[metal].unit]) is not None
        ]

    def number(self, what: str, row: int, unit: str) -> float | None:
        """Return a number of the table in `unit`; None where the cell is empty or no positive number."""
        name = self.mapping.fields[what]
        values = self.features.numbers.get(name)
        if values is None or not np.isfinite(values[row]) or values[row] <= 0:
            return None
        return float(units.convert(values[row], self.layer.column(name)["unit"], unit))

    def claims(self, row: int, site: Mapping[str, Any], basis: Mapping[str, GradeBasis]) -> Sequence[dict[str, Any]]:
        """Return what the row says of grade, tonnage and stage."""
        empty = {"value": None, "text": "", "commodity": "", "unit": "", "as_of": self.layer.source_date}
        claims = []
        for metal in self.graded():
            unit = basis[metal].unit
            if (grade := self.number(GRADE + metal, row, BASIS[unit])) is not None:
                statement = {"value": grade, "text": basis[metal].chemical, "commodity": metal, "unit": unit}
                claims.append({**empty, "attribute": "grade", **statement})
        if "tonnage" in self.mapping.fields and (ore := self.number("tonnage", row, "Mt")) is not None:
            claims.append({**empty, "attribute": "tonnage_mt", "value": ore, "unit": "Mt"})
        if site["stage"] != "unknown":
            claims.append({**empty, "attribute": "stage", "text": site["stage"]})
        return claims


def _site_id(layer_id: str, name: str, row: int) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "site"
    return f"own-{slug}-{hashlib.sha256(f'{layer_id}/{row}'.encode()).hexdigest()[:6]}"


def _kind(text: str) -> str:
    low = text.lower()
    return next((kind for kind in KINDS if kind in low), "mine")


def _accuracy(text: str, is_point: bool) -> str:
    """Return the accuracy that the table states; words that are not understood make it approximate."""
    if text:
        return text.lower() if text.lower() in ACCURACIES else "approximate"
    return "exact" if is_point else "approximate"


@dataclass(frozen=True)
class _Countries:
    iso3: NDArray[np.object_]
    index: PolygonIndex
    tree: shapely.STRtree

    def nearest(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], place: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Fill places at sea with the nearest country."""
        return np.where(place >= 0, place, self.tree.nearest(shapely.points(lon, lat)))


@cache
def _countries() -> _Countries:
    frame = gpd.read_parquet(BUNDLE / "layers" / "countries.parquet")
    iso3 = [
        code if isinstance(code, str) else UNCODED.get(area)
        for code, area in zip(frame["iso_a3"], frame["adm0_a3"], strict=True)
    ]
    coded = np.array([code is not None for code in iso3])
    shapes = frame.geometry.to_numpy()[coded]
    return _Countries(np.array(iso3, dtype=object)[coded], PolygonIndex(shapes), shapely.STRtree(shapes))
