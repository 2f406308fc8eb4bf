"""Build the bundled map layers from the raw folder: zstd GeoParquet and COG, EPSG:4326, the same bytes each time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.shutil
import shapely
from babel import Locale
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from data.bundling.layer_recipes import RASTERS, VECTORS, RasterRecipe, VectorRecipe
from data.sources import Source, load_sources
from geo.crs import LONLAT, to_lonlat
from geo.geometry import normalise_geometry_lon, repair, round_degrees
from geo.measure import check_lonlat

ReportRow = dict[str, Any]

FEET_TO_METRES = 0.3048
ZSTD_LEVEL = 19
ROW_GROUP = 65_536

COUNTRY_NAMES_OF_THE_PORT_INDEX: Mapping[str, str] = {
    "Burma": "MMR",
    "Congo (Brazzaville)": "COG",
    "Congo (Kinshasa)": "COD",
    "Cote D'Ivoire": "CIV",
    "Curacao": "CUW",
    "Falkland Islands (Islas Malvinas)": "FLK",
    "Gibraltar": "GIB",
    "Johnson Atoll": "USA",
    "Macau": "MAC",
    "Midway Islands": "USA",
    "Reunion": "FRA",
    "Saint Helena, Ascension, and Tristan da Cunha": "SHN",
    "Saint Vincent and the Grenadines (Windward Islands)": "VCT",
    "Sao Tome and Principe": "STP",
    "South Georgia and South Sandwich Islands": "SGS",
    "Svalbard": "NOR",
    "The Bahamas": "BHS",
    "Wake Island": "USA",
    "Wallis and Futuna": "WLF",
}

CODES_OF_NATURAL_EARTH: Mapping[str, str] = {
    "BES": "NLD",
    "CXR": "IOA",
    "GLP": "FRA",
    "GUF": "FRA",
    "MTQ": "FRA",
    "REU": "FRA",
    "SJM": "NOR",
    "ALA": "ALD",
    "ESH": "SAH",
    "PSE": "PSX",
    "SSD": "SDS",
}

ISO_A3_LEFT_OUT: Mapping[str, str] = {"FRA": "FRA", "NOR": "NOR"}
ISO_A2_LEFT_OUT: Mapping[str, str] = {"FRA": "FR", "NOR": "NO", "KOS": "XK"}

SHARE_ALIKE_NOTICE = """# Share-alike data

The files in this folder are databases under share-alike licences. They stand apart from the rest of Orebridge, which
only reads them. Whoever passes them on, or a database made from them, does so under the same licence and with the
attribution below. The folder can be deleted: the product then says "unknown" where it would have used them.

| file | source | attribution | licence | what was changed |
|---|---|---|---|---|
"""

WHAT_WAS_CHANGED = "columns chosen and renamed, coordinates rounded, rows sorted"


def build_layers(raw: Path, out: Path) -> list[ReportRow]:
    """Build all bundled layers, their LAYERS.md and the notice of the share-alike folder.

    Parameters
    ----------
    raw : Path
        The raw folder, with `layers/` and `sites/` in it.
    out : Path
        The bundle folder; `layers/` and `share_alike/` are written below it.

    Returns
    -------
    list of dict
        One row for each file: layer, file, rows, repaired, bytes, source, licence, tier.

    References
    ----------
    GeoParquet 1.1, https://geoparquet.org/releases/v1.1.0/
    """
    sources = load_sources()
    for folder in ("layers", "share_alike"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    rows = [_build_vector(recipe, raw, out, sources) for recipe in VECTORS]
    rows += [_build_raster(recipe, raw, out, sources) for recipe in RASTERS]
    (out / "LAYERS.md").write_text(layers_markdown(rows, out), encoding="utf-8")
    (out / "share_alike" / "NOTICE.md").write_text(share_alike_notice(rows, sources), encoding="utf-8")
    return rows


def read_vector(recipe: VectorRecipe, raw: Path) -> tuple[gpd.GeoDataFrame, int]:
    """Read one raw layer and make it fit for the bundle.

    Parameters
    ----------
    recipe : VectorRecipe
        What to read.
    raw : Path
        The raw folder.

    Returns
    -------
    layer : GeoDataFrame
        EPSG:4326, valid, rounded, without empty geometries, in a fixed order.
    repaired_count : int
        How many raw geometries were invalid.
    """
    frame = _read_raw(raw / recipe.raw).reset_index(drop=True)
    columns = {name: frame[raw_name] for name, raw_name in recipe.columns.items()}
    layer = gpd.GeoDataFrame(columns, geometry=frame.geometry.array, crs=LONLAT)
    layer = TIDY.get(recipe.name, _as_it_is)(_clean_cells(layer, recipe), raw)
    repaired = repair(normalise_geometry_lon(layer.geometry.to_numpy()))
    layer = layer.set_geometry(gpd.GeoSeries(_rounded(repaired.geometries, recipe), crs=LONLAT))
    layer = layer[~(layer.geometry.isna() | layer.geometry.is_empty)]
    attributes = [name for name in layer.columns if name != "geometry"]
    return _in_map_order(layer[[*attributes, "geometry"]]), repaired.repaired_count


def layers_markdown(rows: list[ReportRow], out: Path) -> str:
    """Describe each bundled layer: rows, columns with units, source and licence.

    Parameters
    ----------
    rows : list of dict
        What `build_layers` reports.
    out : Path
        The bundle folder, from which the columns are read.

    Returns
    -------
    str
        Markdown, the text of `LAYERS.md`.
    """
    total_mb = sum(row["bytes"] for row in rows) / 1e6
    lines = [
        "# Bundled map layers",
        "",
        f"Written by `data/bundling/layers.py`; {len(rows)} files, {total_mb:.1f} MB. Vectors are GeoParquet (zstd),",
        "rasters COG; all in EPSG:4326, lon first. NULL means unknown. Hashes and citations: `data/sources.toml`.",
        "",
        "| file | rows | kB | source | licence | repaired geometries |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        kilobytes = f"{row['bytes'] / 1000:.0f}"
        cells = [f"`{row['file']}`", row["rows"], kilobytes, row["source"], row["licence"], row["repaired"]]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", "## Columns", ""]
    lines += [_describe_vector(recipe, out) for recipe in VECTORS]
    lines += [f"- `layers/{recipe.name}.tif`: {recipe.meaning}" for recipe in RASTERS]
    return "\n".join(lines) + "\n"


def share_alike_notice(rows: list[ReportRow], sources: Mapping[str, Source]) -> str:
    """Write the notice that the share-alike folder carries.

    Parameters
    ----------
    rows : list of dict
        What `build_layers` reports.
    sources : mapping of str to Source
        All sources by id.

    Returns
    -------
    str
        Markdown, the text of `share_alike/NOTICE.md`.
    """
    lines = []
    for row in rows:
        if row["tier"] == "B":
            source = sources[row["source"]]
            name = Path(row["file"]).name
            lines.append(
                f"| `{name}` | {source.title} | {source.attribution} | {source.licence} | {WHAT_WAS_CHANGED} |"
            )
    return SHARE_ALIKE_NOTICE + "\n".join(lines) + "\n"


def _describe_vector(recipe: VectorRecipe, out: Path) -> str:
    schema = gpd.read_parquet(out / recipe.folder / f"{recipe.name}.parquet").drop(columns="geometry").dtypes
    names = [f"{name} ({recipe.meanings[name]})" if name in recipe.meanings else name for name in schema.index]
    return f"- `{recipe.folder}/{recipe.name}.parquet` ({recipe.shape}): {'; '.join(names) or 'geometry only'}"


def _build_vector(recipe: VectorRecipe, raw: Path, out: Path, sources: Mapping[str, Source]) -> ReportRow:
    layer, repaired_count = read_vector(recipe, raw)
    target = out / recipe.folder / f"{recipe.name}.parquet"
    layer.to_parquet(
        target,
        index=False,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        row_group_size=ROW_GROUP,
        schema_version="1.1.0",
    )
    return _report(recipe, target, out, sources) | {"rows": len(layer), "repaired": repaired_count}


def _build_raster(recipe: RasterRecipe, raw: Path, out: Path, sources: Mapping[str, Source]) -> ReportRow:
    target = out / "layers" / f"{recipe.name}.tif"
    cells, profile = _read_cells(raw / recipe.raw)
    shape = f"{profile['width']} x {profile['height']} x {profile['count']}"
    if profile["crs"] is None:
        whole_globe = Affine(360.0 / profile["width"], 0.0, -180.0, 0.0, -180.0 / profile["height"], 90.0)
        profile |= {"crs": LONLAT, "transform": whole_globe}
    if profile["dtype"] == "float32":
        cells = cells.round(1)
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", **profile) as plain:
            plain.write(cells)
        with memory.open() as plain:
            rasterio.shutil.copy(
                plain, target, driver="COG", compress="DEFLATE", level=9, predictor="YES", blocksize=512
            )
    return _report(recipe, target, out, sources) | {"rows": shape, "repaired": 0}


def _read_cells(path: Path) -> tuple[Any, dict[str, Any]]:
    """Read a raster; a picture without georeference comes without a warning, for its place is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path) as given:
            names = ("width", "height", "count", "dtype", "nodata", "crs", "transform")
            return given.read(), {name: given.profile.get(name) for name in names}


def _report(recipe: VectorRecipe | RasterRecipe, target: Path, out: Path, sources: Mapping[str, Source]) -> ReportRow:
    source = sources[recipe.source]
    return {
        "layer": recipe.name,
        "file": target.relative_to(out).as_posix(),
        "bytes": target.stat().st_size,
        "source": source.id,
        "licence": source.licence,
        "tier": source.licence_tier,
    }


def _read_raw(path: Path) -> gpd.GeoDataFrame:
    if path.suffix == ".parquet":
        return to_lonlat(gpd.read_parquet(path), path.name)
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    lon, lat = check_lonlat(path.name, table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=LONLAT)


def _clean_cells(layer: gpd.GeoDataFrame, recipe: VectorRecipe) -> gpd.GeoDataFrame:
    """Turn blank text and the zeros that mean "not given" into NULL; whole numbers become integers."""
    for name in recipe.columns:
        column = layer[name]
        if not pd.api.types.is_numeric_dtype(column):
            text = column.astype("string").str.strip()
            layer[name] = text.mask(text == "").astype("object").where(text.notna(), None)
            continue
        number = column.astype("float64")
        layer[name] = number.mask(number == 0) if name in recipe.zero_is_unknown else number
        if (number.dropna() % 1 == 0).all():
            layer[name] = layer[name].astype("Int32")
    return layer


def _rounded(geometries: Any, recipe: VectorRecipe) -> Any:
    """Round lines by vertex, so that no vertex is dropped but a doubled one; the rest by topology.

    A line that is shorter than the grid becomes empty.
    """
    if recipe.shape != "line":
        return round_degrees(geometries, recipe.grid_deg)
    decimals = round(-np.log10(recipe.grid_deg))
    rounded = shapely.transform(geometries, lambda lonlat: lonlat.round(decimals))
    return repair(shapely.remove_repeated_points(rounded)).geometries


def _in_map_order(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort along a Hilbert curve: neighbours share a row group, and the order does not rest on the raw file."""
    place = layer.geometry.hilbert_distance(total_bounds=(-180.0, -90.0, 180.0, 90.0))
    return layer.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def _as_it_is(layer: gpd.GeoDataFrame, _: Path) -> gpd.GeoDataFrame:
    return layer


def _tidy_countries(layer: gpd.GeoDataFrame, _: Path) -> gpd.GeoDataFrame:
    iso_a3 = layer["adm0_a3"].map(ISO_A3_LEFT_OUT).fillna(layer["iso_a3"].mask(layer["iso_a3"] == "-99"))
    iso_a2 = layer["adm0_a3"].map(ISO_A2_LEFT_OUT).fillna(layer["iso_a2"].mask(layer["iso_a2"] == "-99"))
    japanese = iso_a2.map(dict(Locale("ja").territories), na_action="ignore")
    return layer.assign(iso_a3=iso_a3, iso_a2=iso_a2, name_ja=japanese)


def _tidy_ports(layer: gpd.GeoDataFrame, raw: Path) -> gpd.GeoDataFrame:
    code = layer["country_en"].map(country_codes_by_name(raw))
    return layer.assign(
        wpi_no=layer["wpi_no"].map("{:g}".format),
        unlocode=layer["unlocode"].str.replace(" ", "", regex=False),
        adm0_a3=code.map(CODES_OF_NATURAL_EARTH).fillna(code),
        depth_m=layer[["channel_depth_m", "cargo_pier_depth_m"]].min(axis=1),
    )


def country_codes_by_name(raw: Path) -> dict[str, str]:
    """Return names of countries -> code, as Unicode, Natural Earth and the port index spell them; the later ones win.

    Parameters
    ----------
    raw : Path
        The raw folder.

    Returns
    -------
    dict of str to str
        ISO 3166-1 alpha-3; the code of Natural Earth where that names the country.
    """
    codes = pd.read_csv(raw / COUNTRY_CODES, keep_default_na=False)
    countries = gpd.read_parquet(raw / NATURAL_EARTH_COUNTRIES)
    by_name = dict(zip(codes["CLDR display name"], codes["ISO3166-1-Alpha-3"], strict=True))
    for spelling in ("name", "name_long"):
        by_name |= dict(zip(countries[spelling], countries["adm0_a3"], strict=True))
    return by_name | dict(COUNTRY_NAMES_OF_THE_PORT_INDEX)


def _tidy_airports(layer: gpd.GeoDataFrame, _: Path) -> gpd.GeoDataFrame:
    return layer.assign(elevation_m=(layer["elevation_m"] * FEET_TO_METRES).round())


def _tidy_places(layer: gpd.GeoDataFrame, _: Path) -> gpd.GeoDataFrame:
    return layer.assign(population=layer["population"].mask(layer["population"] <= 0))


def _tidy_faults(layer: gpd.GeoDataFrame, _: Path) -> gpd.GeoDataFrame:
    unified = (
        layer["slip_type"]
        .str.lower()
        .str.replace(r"[\s-]+", "-", regex=True)
        .str.replace("strike-slip", "strike slip", regex=False)
    )
    return layer.assign(slip_type=unified)


NATURAL_EARTH_COUNTRIES = "layers/natural-earth/ne_50m_admin_0_countries.parquet"
COUNTRY_CODES = "layers/country-codes/country-codes.csv"

TIDY: Mapping[str, Callable[[gpd.GeoDataFrame, Path], gpd.GeoDataFrame]] = {
    "countries": _tidy_countries,
    "ports": _tidy_ports,
    "airports": _tidy_airports,
    "places": _tidy_places,
    "active_faults": _tidy_faults,
}
