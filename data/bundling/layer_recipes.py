"""The table of map layers to build: which raw file, which columns under which name and unit. Computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Folder = Literal["layers", "share_alike"]
Shape = Literal["point", "line", "polygon"]

FINE_DEG = 1e-4
"""About 11 m: the rounding of bundled coordinates."""

SCREENING_DEG = 1e-3
"""About 110 m: for lines that their source has simplified to a kilometre already."""


@dataclass(frozen=True, slots=True)
class VectorRecipe:
    """How one vector layer is cut from its raw file.

    Attributes
    ----------
    name : str
        Name of the bundled file, without suffix.
    source : str
        Source id in `data/sources.toml`.
    raw : str
        Path below the raw folder: GeoParquet, or CSV with the columns lon and lat.
    shape : {'point', 'line', 'polygon'}
        What the geometries are.
    columns : mapping of str to str
        Bundled column to raw column, in the order of the bundle.
    meanings : mapping of str to str
        Bundled column to its meaning with its unit, for columns that do not explain themselves.
    zero_is_unknown : tuple of str
        Bundled columns in which the raw 0 means "not given" and becomes NULL.
    folder : {'layers', 'share_alike'}
        Tier A or tier B.
    grid_deg : float
        Coordinates are rounded to this many degrees.
    """

    name: str
    source: str
    raw: str
    shape: Shape
    columns: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    zero_is_unknown: tuple[str, ...] = ()
    folder: Folder = "layers"
    grid_deg: float = FINE_DEG


@dataclass(frozen=True, slots=True)
class RasterRecipe:
    """How one raster layer is copied to a COG.

    Attributes
    ----------
    name, source, raw : str
        As in `VectorRecipe`; the raw file is a GeoTIFF, or a PNG that spans the globe in EPSG:4326.
    meaning : str
        What a cell holds, with its unit.
    """

    name: str
    source: str
    raw: str
    meaning: str


NATURAL_EARTH = "layers/natural-earth/"

VECTORS: tuple[VectorRecipe, ...] = (
    VectorRecipe("land", "natural_earth", NATURAL_EARTH + "ne_50m_land.parquet", "polygon", {"min_zoom": "min_zoom"}),
    VectorRecipe(
        "countries",
        "natural_earth",
        NATURAL_EARTH + "ne_50m_admin_0_countries.parquet",
        "polygon",
        {
            "adm0_a3": "adm0_a3",
            "iso_a3": "iso_a3_eh",
            "iso_a2": "iso_a2",
            "name_en": "name_long",
            "sovereign_en": "sovereignt",
            "continent": "continent",
        },
        {
            "adm0_a3": "Natural Earth code, never NULL: the key to join on",
            "iso_a3": "ISO 3166-1 alpha-3 with France and Norway filled in; NULL where ISO has no code",
            "iso_a2": "ISO 3166-1 alpha-2 (XK for Kosovo); NULL where ISO has no code; Namibia is the text NA",
            "name_ja": "Japanese name of iso_a2 in Unicode CLDR; NULL where iso_a2 is",
        },
    ),
    VectorRecipe(
        "boundaries",
        "natural_earth",
        NATURAL_EARTH + "ne_50m_admin_0_boundary_lines_land.parquet",
        "line",
        {"kind": "featurecla", "min_zoom": "min_zoom"},
    ),
    VectorRecipe(
        "states",
        "natural_earth",
        NATURAL_EARTH + "ne_50m_admin_1_states_provinces.parquet",
        "polygon",
        {"name": "name", "adm0_a3": "adm0_a3", "iso_3166_2": "iso_3166_2", "kind": "type_en"},
    ),
    VectorRecipe(
        "lakes",
        "natural_earth",
        NATURAL_EARTH + "ne_50m_lakes.parquet",
        "polygon",
        {"name": "name", "kind": "featurecla"},
    ),
    VectorRecipe(
        "rivers",
        "natural_earth",
        NATURAL_EARTH + "ne_50m_rivers_lake_centerlines.parquet",
        "line",
        {"name": "name_en", "scalerank": "scalerank"},
        {"scalerank": "1 = largest rivers, 6 = smallest kept"},
    ),
    VectorRecipe(
        "places",
        "natural_earth",
        NATURAL_EARTH + "ne_10m_populated_places_simple.parquet",
        "point",
        {
            "name": "name",
            "adm0_a3": "adm0_a3",
            "adm1_name": "adm1name",
            "kind": "featurecla",
            "population": "pop_max",
            "min_zoom": "min_zoom",
        },
        {"population": "people in the urban area, upper estimate; NULL where the source has none"},
    ),
    VectorRecipe(
        "urban_areas",
        "natural_earth",
        NATURAL_EARTH + "ne_50m_urban_areas.parquet",
        "polygon",
        {"area_km2": "area_sqkm", "min_zoom": "min_zoom"},
    ),
    VectorRecipe(
        "parks_us",
        "natural_earth",
        NATURAL_EARTH + "ne_10m_parks_and_protected_lands_area.parquet",
        "polygon",
        {"unit_code": "unit_code", "name": "unit_name", "kind": "unit_type"},
        {"unit_code": "US National Park Service unit; no other protected land is in this layer"},
    ),
    VectorRecipe(
        "rail_north_america",
        "natural_earth",
        NATURAL_EARTH + "ne_10m_railroads_north_america.parquet",
        "line",
        {"country_a3": "sov_a3"},
        grid_deg=SCREENING_DEG,
    ),
    VectorRecipe(
        "roads_north_america",
        "ne_roads_na",
        "layers/ne-roads-north-america/ne_roads_usa_can.parquet",
        "line",
        {"road_id": "id"},
        grid_deg=SCREENING_DEG,
    ),
    VectorRecipe(
        "ports",
        "world_port_index",
        "layers/world-port-index/wpi_ports.parquet",
        "point",
        {
            "wpi_no": "wpi_no",
            "name": "name",
            "unlocode": "unlocode",
            "country_en": "country",
            "harbor_size": "harbor_size",
            "harbor_type": "harbor_type",
            "channel_depth_m": "channel_depth_m",
            "cargo_pier_depth_m": "cargo_pier_depth_m",
            "anchorage_depth_m": "anchorage_depth_m",
            "max_vessel_draft_m": "max_vessel_draft_m",
            "solid_bulk": "fac_solid_bulk",
            "container": "fac_container",
            "railway": "railway",
        },
        {
            "wpi_no": "number in the index, as text",
            "unlocode": "UN/LOCODE without blanks; NULL = none",
            "country_en": "country as the World Port Index names it",
            "adm0_a3": "Natural Earth code of the country, ISO alpha-3 where it has none (GIB, TUV); NULL = not given",
            "channel_depth_m": "metres; NULL = not given (0 in the source)",
            "cargo_pier_depth_m": "metres; NULL = not given (0 in the source)",
            "anchorage_depth_m": "metres; NULL = not given (0 in the source)",
            "max_vessel_draft_m": "metres; NULL = not given (0 in the source)",
            "depth_m": "metres; channel and cargo pier, the shallower of those given; NULL = neither given",
            "solid_bulk": "Yes | No; NULL = unknown",
            "container": "Yes | No; NULL = unknown",
            "railway": "size of the railway at the port; NULL = unknown",
        },
        ("channel_depth_m", "cargo_pier_depth_m", "anchorage_depth_m", "max_vessel_draft_m"),
    ),
    VectorRecipe(
        "power_plants",
        "wri_power_plants",
        "layers/wri-power-plants/power_plants_gppd_rebuilt.parquet",
        "point",
        {
            "plant_id": "gppd_idnr",
            "name": "name",
            "country_a3": "country",
            "capacity_mw": "capacity_mw",
            "fuel": "primary_fuel",
        },
        {"country_a3": "ISO 3166-1 alpha-3", "capacity_mw": "megawatts, electric"},
    ),
    VectorRecipe(
        "substations_au",
        "ga_electricity",
        "layers/australia-electricity/ga_transmission_substations.parquet",
        "point",
        {"name": "name", "kind": "class", "status": "operationalstatus", "voltage_kv": "voltage", "state": "state"},
        {"voltage_kv": "kilovolts; NULL = not given"},
        ("voltage_kv",),
    ),
    VectorRecipe(
        "power_stations_au",
        "ga_electricity",
        "layers/australia-electricity/ga_major_power_stations.parquet",
        "point",
        {
            "name": "name",
            "kind": "class",
            "status": "operationalstatus",
            "owner": "owner",
            "fuel": "primaryfueltype",
            "capacity_mw": "generationmw",
            "state": "state",
        },
        {"capacity_mw": "megawatts, electric; NULL = not given"},
        ("capacity_mw",),
    ),
    VectorRecipe(
        "airports",
        "airports",
        "layers/airports/airportsdata_iata.parquet",
        "point",
        {"iata": "iata", "name": "name", "city": "city", "country_a2": "country", "elevation_m": "elevation_ft"},
        {"country_a2": "ISO 3166-1 alpha-2; Namibia is the text NA", "elevation_m": "metres above sea level"},
    ),
    VectorRecipe(
        "provinces_au",
        "ga_provinces",
        "layers/ga-geological-provinces/australian_geological_provinces_2018.parquet",
        "polygon",
        {
            "name": "NAME",
            "kind": "TYPE",
            "rank": "RANK",
            "oldest_age": "OLDNAMEAGE",
            "youngest_age": "YNGNAMEAGE",
            "oldest_ma": "OLDNUMAGE",
            "youngest_ma": "YNGNUMAGE",
        },
        {
            "oldest_ma": "million years; NULL = not given (0 in the source)",
            "youngest_ma": "million years; NULL = not given or recent (0 in the source): read youngest_age",
        },
        ("oldest_ma", "youngest_ma"),
    ),
    VectorRecipe(
        "plate_boundaries",
        "pb2002",
        "layers/pb2002-plates/pb2002_boundaries.parquet",
        "line",
        {"name": "Name", "plate_a": "PlateA", "plate_b": "PlateB", "kind": "Type"},
        {"kind": "subduction, or NULL for every other kind"},
    ),
    VectorRecipe(
        "occurrences",
        "usgs_mrds",
        "sites/usgs_mrds_subset/mrds_subset_with_coords.csv",
        "point",
        {"dep_id": "dep_id", "name": "name", "commodities": "commodities", "mrds_deposit_type": "mrds_deposit_type"},
        {"dep_id": "MRDS record", "commodities": "separated by semicolons; NULL = not given"},
    ),
    VectorRecipe(
        "roads",
        "osm_scgraph",
        "layers/osm-scgraph/world_highways_simpl.parquet",
        "line",
        {},
        folder="share_alike",
        grid_deg=SCREENING_DEG,
    ),
    VectorRecipe(
        "rail",
        "osm_scgraph",
        "layers/osm-scgraph/world_railways_simpl.parquet",
        "line",
        {},
        folder="share_alike",
        grid_deg=SCREENING_DEG,
    ),
    VectorRecipe(
        "active_faults",
        "gem_faults",
        "layers/gem-active-faults/gem_active_faults_2021geom.parquet",
        "line",
        {"name": "name", "slip_type": "slip_type", "catalog": "catalog_name"},
        {
            "slip_type": "as its catalogue writes it; NULL for most traces",
            "catalog": "regional catalogue",
        },
        folder="share_alike",
        grid_deg=SCREENING_DEG,
    ),
)

RASTERS: tuple[RasterRecipe, ...] = (
    RasterRecipe("relief", "etopo1", "layers/topography-etopo1/etopo1_relief_12arcmin.tif", "height in metres, int16"),
    RasterRecipe(
        "gravity",
        "eigen6c4",
        "layers/gravity-eigen6c4/gravity_disturbance_h10km_30arcmin.tif",
        "gravity disturbance at 10 km height in mGal, float32 rounded to 0.1",
    ),
    RasterRecipe(
        "basemap", "natural_earth", "layers/basemap-raster/ne1_50m_downsampled_720x360.png", "red, green, blue, uint8"
    ),
)
