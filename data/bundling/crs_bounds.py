"""Write the table of coordinate systems that survey data may be in: area of use and coordinates there.

`layers/reading/crs_bounds.csv` is made from the EPSG registry inside PROJ:

    python -m data.bundling.crs_bounds layers/reading/crs_bounds.csv
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfUse
from pyproj.database import CRSInfo, query_crs_info
from pyproj.enums import PJType

#: Patterns of names in the registry, and how common the systems are in survey data (1 most).
FAMILIES: tuple[tuple[int, str], ...] = (
    (
        1,
        r"WGS 84$|WGS 84 / Pseudo-Mercator|GDA94$|GDA2020$|NAD83$|NAD27$|ETRS89$|SIRGAS "
        r"2000$|JGD2011$|JGD2000$|Tokyo$|ED50$|SAD69$|PSAD56$|KKJ$|AGD66$|AGD84$|CGCS2000$",
    ),
    (
        2,
        r"WGS 84 / UTM zone \d+[NS]$|GDA94 / MGA zone|GDA2020 / MGA zone|NAD83 / UTM zone \d+N$|ETRS89 "
        r"/ UTM zone \d+N$|SIRGAS 2000 / UTM",
    ),
    (
        1,
        r"ETRS89 / TM35FIN\(E,N\)|OSGB36 / British|RGF93 v1 / Lambert-93|SWEREF99 TM|NZGD2000 / New "
        r"Zealand Trans|Israel 1993|Amersfoort / RD New",
    ),
    (
        1,
        r"ETRS89-extended / LAEA|GDA94 / Australian Albers|NAD83 / (Conus|Alaska|California) "
        r"Albers|CH1903\+ / LV95|IRENET95 / Irish|ETRS89 / Poland CS92",
    ),
    (
        1,
        r"WGS 84 / (Antarctic Polar Stereographic|NSIDC Sea Ice Polar Stereographic North$|Arctic "
        r"Polar Stereographic)|NAD83 / BC Albers",
    ),
    (
        2,
        r"JGD2011 / Japan Plane|ETRS89 / TM35FIN\(E,N\)|ETRS89-extended / LAEA|OSGB36 / British|RGF93 "
        r"v1 / Lambert-93|SWEREF99 TM|NZGD2000 / New Zealand Trans",
    ),
    (
        2,
        r"GDA94 / Australian Albers|NAD83 / Conus Albers|NAD83 / Alaska Albers|NAD83 / California "
        r"Albers|NAD83 / BC Albers|NAD83 / Canada Atlas Lambert",
    ),
    (
        2,
        r"WGS 84 / Antarctic Polar Stereographic|WGS 84 / NSIDC Sea Ice Polar Stereographic North$|WGS "
        r"84 / Arctic Polar Stereographic|WGS 84 / World Mercator",
    ),
    (
        3,
        r"NAD27 / UTM zone|NAD83\(CSRS\) / UTM zone|AGD66 / AMG zone|AGD84 / AMG zone|ED50 / UTM "
        r"zone|PSAD56 / UTM zone|SAD69 / UTM zone|SAD69\(96\) / UTM",
    ),
    (
        3,
        r"JGD2000 / (Japan Plane|UTM)|JGD2011 / UTM|KKJ / Finland|ETRS89 / ETRS-GK\d+FIN|ETRS89 / "
        r"GK\d+FIN|Arc 1960 / UTM|Arc 1950 / UTM",
    ),
    (
        3,
        r"Hartebeesthoek94 / Lo|Korea 2000 / |Irish|IRENET95|NZGD49 / New Zealand Map|RT90 "
        r"2.5|Amersfoort / RD New|BD72|ETRS89 / Belgian|CH1903|DHDN / 3-deg",
    ),
    (
        3,
        r"MGI / Austria|ETRS89 / Poland|S-JTSK|HD72 / EOV|Pulkovo 1942\(58\) / Stereo70|ETRS89 / "
        r"Portugal|Monte Mario / Italy|GGRS87|Israel 1993|ETRS89 / LCC|TUREF / TM",
    ),
    (
        4,
        r"CGCS2000 / (3-degree )?Gauss-Kruger (CM|zone)|Beijing 1954 / Gauss-Kruger (CM|zone)|Xian "
        r"1980 / Gauss-Kruger (CM|zone)|Pulkovo 1942 / Gauss-Kruger zone",
    ),
    (
        3,
        r"Mexico ITRF2008 / LCC|POSGAR 2007 / Argentina|POSGAR 94 / Argentina|PSAD56 / "
        r"Peru|MAGNA-SIRGAS|SIRGAS-Chile 2002 / UTM|Kertau|GDM2000|Indian 1975 / UTM",
    ),
    (
        3,
        r"NAD83 / (Ontario|Quebec|MTM|Statistics|Alberta)|NAD83\(CSRS\) / (MTM|BC "
        r"Albers|Alberta|Canada Atlas|Statistics)|ATS77|Fiji 19\d\d / |WGS 84 / EPSG|RGNC|PNG94 / PNGMG",
    ),
    (
        3,
        r"Minna / (UTM|Nigeria)|Accra / |Clarke 1866|Batavia / UTM|DGN95 / UTM|ID74 / UTM|Luzon 1911 / "
        r"|PRS92 / |Adindan / UTM|Ain el Abd / UTM|Nahrwan 1967 / UTM|Cape / Lo|Schwarzeck / Lo|Tete / "
        r"UTM|Pulkovo 1995",
    ),
    (4, r"NAD83 / (?!UTM)|NAD27 / (?!UTM|MTM|BLM)|Tokyo / (Japan Plane|UTM)"),
    (5, r"NAD83\(2011\) / |NAD83\(HARN\) / "),
)
STEPS = 15


def rank(name: str) -> int:
    """Return how common a system is (1 most), 0 for one that is left out.

    Parameters
    ----------
    name : str
        Name of the system in the EPSG dataset.
    """
    return next((order for order, pattern in FAMILIES if re.match(pattern, name)), 0)


def projected_bounds(code: str, area: AreaOfUse) -> tuple[float, float, float, float] | None:
    """Return xmin, ymin, xmax, ymax that an area of use has in a system; None where it cannot be computed.

    Parameters
    ----------
    code : str
        EPSG code.
    area : AreaOfUse
        Area of use: west, south, east, north in degrees.
    """
    east = area.east if area.east >= area.west else area.east + 360.0
    lon, lat = np.meshgrid(np.linspace(area.west, east, STEPS), np.linspace(area.south, area.north, STEPS))
    x, y = Transformer.from_crs(CRS(code).geodetic_crs or code, code, always_xy=True).transform(
        lon.ravel(), lat.ravel()
    )
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < STEPS:
        return None
    return float(x[known].min()), float(y[known].min()), float(x[known].max()), float(y[known].max())


def rows() -> list[list[str]]:
    """Return the table: code, name, rank, degrees (1 geographic), area of use, bounds in the system."""
    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS]
    made = [_row(info) for info in query_crs_info(auth_name="EPSG", pj_types=kinds)]
    return sorted((row for row in made if row is not None), key=lambda row: int(row[0].removeprefix("EPSG:")))


def _row(info: CRSInfo) -> list[str] | None:
    """Return the row of a system; None for one that is left out, or has no bounds."""
    order, geographic = rank(info.name), info.type == PJType.GEOGRAPHIC_2D_CRS
    if not order or info.area_of_use is None or (order > 1 and geographic):
        return None
    area, code = info.area_of_use, f"EPSG:{info.code}"
    bounds = area.bounds if geographic else projected_bounds(code, area)
    if bounds is None:
        return None
    span = [f"{x:.2f}" if geographic else f"{x:.0f}" for x in bounds]
    return [code, info.name, str(order), str(int(geographic)), *(f"{x:.2f}" for x in area.bounds), *span]


def main(target: Path) -> None:
    """Write the table.

    Parameters
    ----------
    target : Path
        The CSV file.
    """
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["crs", "name", "rank", "degrees", "west", "south", "east", "north", "xmin", "ymin", "xmax", "ymax"]
        )
        writer.writerows(rows())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
