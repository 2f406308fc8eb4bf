"""Which country a coordinate lies in, by the Natural Earth 1:50m polygons."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

FILE = "layers/natural-earth/ne_50m_admin_0_countries.parquet"
#: Natural Earth adm0_a3 -> ISO 3166-1 alpha-3 where the two differ (iso_a3 itself is -99 for France and Norway).
ADM0_TO_ISO3 = {
    "SDS": "SSD",
    "KOS": "XKX",
    "SAH": "ESH",
    "PSX": "PSE",
    "SOL": "SOM",
    "CYN": "CYP",
    "KAS": "IND",
    "ALD": "ALA",
    "KAB": "KAZ",
}
#: How far off the coast of the simplified polygons a point may lie, in degrees (about 30 km).
COAST_SLACK_DEG = 0.3


class CountryPolygons:
    """Point-in-country lookup, EPSG:4326."""

    def __init__(self, raw: Path) -> None:
        table = gpd.read_parquet(raw / FILE)
        self._iso3 = np.array([ADM0_TO_ISO3.get(code, code) for code in table["adm0_a3"]])
        self._shapes = shapely.make_valid(table.geometry.to_numpy())
        self._tree = shapely.STRtree(self._shapes)

    def iso3(self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.str_]:
        """Return the alpha-3 code of each point; the nearest country within 0.3 degrees at sea; empty beyond.

        Parameters
        ----------
        lon, lat : npt.NDArray[np.float64]
            Degrees, EPSG:4326, shape (n,); NaN: unknown.
        """
        points = shapely.points(lon, lat)
        found = np.full(len(points), "", dtype="<U3")
        inside = self._tree.query(points, predicate="intersects")
        found[inside[0]] = self._iso3[inside[1]]
        at_sea = np.flatnonzero(found == "")
        near, _ = self._tree.query_nearest(
            points[at_sea], max_distance=COAST_SLACK_DEG, return_distance=True, all_matches=False
        )
        found[at_sea[near[0]]] = self._iso3[near[1]]
        return found

    def near(self, iso3: str, lon: float, lat: float, degrees: float) -> bool:
        """Tell whether a point lies in a country or within so many degrees of it; false for a country without polygons.

        Parameters
        ----------
        iso3 : str
            Country, ISO 3166-1 alpha-3.
        lon, lat : float
            Degrees, EPSG:4326.
        degrees : float
            How far off the polygons it may lie.
        """
        of_country = self._iso3 == iso3
        point = shapely.Point(lon, lat)
        return bool(of_country.any() and shapely.dwithin(self._shapes[of_country], point, degrees).any())
