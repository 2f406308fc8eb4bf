"""Nearest point or line and its geodesic distance in metres; exact at any latitude and across the antimeridian."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.errors import GeometryTypeError, NoTargetsError, Phrase
from geo.measure import WGS84, check_lonlat, distance_m

PIECE_M = 2000.0
"""Lines are cut to pieces of this length, so that a piece is well told by its midpoint."""

POINT_M2 = 1e-12
"""A piece whose length squared is below this is a point: coordinates are no finer than a micrometre."""

BEND_M = 0.1
"""A piece may leave its straight chord by this much; parallels near a pole are cut finer for it."""

FAR_M = 100_000.0
"""Up to here the order of chords is the order of geodesics within 2 cm; beyond it, candidates are measured."""

FAR_SLACK = 1.0 / (1.0 - WGS84.f) ** 2 - 1.0
"""Stretching the ellipsoid to a sphere changes chords and geodesics by at most 1 / (1 - f), so whatever is
nearer by geodesic has a chord of at most (1 + FAR_SLACK) times the shortest one."""

CANDIDATES = 8
CANDIDATES_GROWTH = 4
CELLS_A_CHUNK = 2_000_000
MEAN_DEGREE_M = 111_700.0
"""The longest degree of latitude (at the poles): an upper bound is what cutting needs."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest target of each query point.

    Attributes
    ----------
    index : ndarray of int64
        Position of the target in the input; -1 where the query point is NaN.
    distance_m : ndarray of float64
        Metres on the WGS84 ellipsoid; NaN where the query point is NaN.
    lon, lat : ndarray of float64
        The nearest place on the target, degrees, EPSG:4326; NaN where the query point is NaN.
    """

    index: IntArray
    distance_m: FloatArray
    lon: FloatArray
    lat: FloatArray


class NearestPoints:
    """A search tree over points.

    The tree holds geocentric WGS84 coordinates, where a straight chord grows with the geodesic. Beyond `FAR_M`
    the flattening may swap two near-equal neighbours: there every candidate that could win is measured.

    Parameters
    ----------
    lon, lat : array_like
        Degrees, EPSG:4326. Longitudes past 180 are normalised. Points with NaN are never found.

    Raises
    ------
    NoTargetsError
        If there is no point with coordinates.
    CoordinateRangeError
        If a coordinate is not on Earth.

    Examples
    --------
    Fiji's Suva (178.4 E) is nearer to Apia (171.8 W) than to Honiara (160 E), across the antimeridian.

    >>> ports = NearestPoints([159.95, 188.24], [-9.43, -13.83])
    >>> ports.query([178.44], [-18.14]).index
    array([1])
    """

    def __init__(self, lon: ArrayLike, lat: ArrayLike) -> None:
        self._lon, self._lat = check_lonlat("points to search", lon, lat)
        self._known = np.flatnonzero(~(np.isnan(self._lon) | np.isnan(self._lat)))
        if not self._known.size:
            raise NoTargetsError(Phrase("points"))
        self._tree = cKDTree(ecef_m(self._lon[self._known], self._lat[self._known]))

    def query(self, lon: ArrayLike, lat: ArrayLike) -> Nearest:
        """Find the nearest point of each query point.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326. NaN means an unknown place and gives index -1 and NaN.

        Returns
        -------
        Nearest
            One row for each query point.
        """
        lons, lats = check_lonlat("query points", lon, lat)
        rows = np.flatnonzero(~(np.isnan(lons) | np.isnan(lats)))
        here = ecef_m(lons[rows], lats[rows])
        chord_m, row = self._tree.query(here, k=1, workers=-1)
        nearest = self._known[row]
        for far in _chunks(np.flatnonzero(chord_m > FAR_M), CELLS_A_CHUNK // 256):
            nearest[far] = self._by_geodesic(here[far], chord_m[far], lons[rows[far]], lats[rows[far]])
        return _measured(lons, lats, rows, nearest, self._lon[nearest], self._lat[nearest])

    def _by_geodesic(self, here: FloatArray, chord_m: FloatArray, lon: FloatArray, lat: FloatArray) -> IntArray:
        balls = self._tree.query_ball_point(here, chord_m * (1.0 + FAR_SLACK) + 1.0, workers=-1, return_sorted=True)
        sizes = np.fromiter((len(ball) for ball in balls), dtype=np.int64, count=len(balls))
        candidate = self._known[np.concatenate(balls).astype(np.int64)]
        metres = distance_m(lon.repeat(sizes), lat.repeat(sizes), self._lon[candidate], self._lat[candidate])
        row = np.arange(len(balls)).repeat(sizes)
        order = np.lexsort((candidate, metres, row))
        return candidate[order[np.searchsorted(row[order], np.arange(len(balls)))]]


class NearestLines:
    """A search tree over lines.

    Between two vertices a line is straight in longitude and latitude, as in GeoJSON; a step of more than 180
    degrees is read as the short way over the antimeridian. Lines are cut to pieces of `PIECE_M` and the tree holds
    their midpoints. Candidates are added until the next midpoint is too far for its piece to win, so the answer
    does not rest on a lucky number of neighbours.

    Parameters
    ----------
    lines : sequence of shapely LineString or MultiLineString
        EPSG:4326, lon first. None and empty lines are never found.

    Raises
    ------
    NoTargetsError
        If no line has coordinates.
    GeometryTypeError
        If a geometry is not a line.

    Examples
    --------
    >>> road = shapely.LineString([(179.0, 0.0), (181.0, 0.0)])
    >>> found = NearestLines([road]).query([-179.9], [0.5])
    >>> found.distance_m.round()
    array([55287.])
    """

    def __init__(self, lines: Sequence[Any] | NDArray[np.object_]) -> None:
        self._pieces = _cut(_vertices(np.asarray(lines, dtype=object)))
        self._start = ecef_m(self._pieces.lon, self._pieces.lat)
        self._along = ecef_m(self._pieces.lon + self._pieces.dlon, self._pieces.lat + self._pieces.dlat) - self._start
        squared = np.einsum("ij,ij->i", self._along, self._along)
        self._inverse_squared = np.divide(1.0, squared, out=np.zeros_like(squared), where=squared > POINT_M2)
        self._reach_m = float(np.sqrt(squared.max()) / 2.0 + 2.0 * BEND_M)
        self._tree = cKDTree(self._start + self._along / 2.0)

    def query(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        most_candidates: int | None = None,
        within_m: FloatArray | None = None,
    ) -> Nearest:
        """Find the nearest line of each query point, and the nearest place on it.

        Parameters
        ----------
        lon, lat : array_like
            Degrees, EPSG:4326. NaN means an unknown place and gives index -1 and NaN.
        most_candidates : int, optional
            Give up on a point of which more pieces would have to be looked at: it gets index -1 and NaN, too.
        within_m : array, shape (n,), optional
            Give up on a point that no line can be this near to: it gets index -1 and NaN, too. A line that is farther
            may still be found.

        Returns
        -------
        Nearest
            One row for each query point. The distance is within 0.3 m up to `FAR_M`, and within 1e-5 of itself
            beyond.
        """
        lons, lats = check_lonlat("query points", lon, lat)
        rows = np.flatnonzero(~(np.isnan(lons) | np.isnan(lats)))
        if within_m is not None:
            middle_m, _piece = self._tree.query(ecef_m(lons[rows], lats[rows]), k=1, workers=-1)
            rows = rows[middle_m - self._reach_m <= within_m[rows]]
        piece = np.zeros(rows.size, dtype=np.int64)
        share = np.zeros(rows.size)
        k, open_rows = CANDIDATES, np.arange(rows.size)
        while open_rows.size:
            if most_candidates is not None and k > most_candidates:
                kept = np.setdiff1d(np.arange(rows.size), open_rows)
                rows, piece, share = rows[kept], piece[kept], share[kept]
                break
            k = min(k, self._tree.n)
            left = []
            for chunk in _chunks(open_rows, max(1, CELLS_A_CHUNK // k)):
                piece[chunk], share[chunk], closed = self._best_of(lons[rows[chunk]], lats[rows[chunk]], k)
                left.append(chunk[~closed])
            k, open_rows = k * CANDIDATES_GROWTH, np.concatenate(left)
        line, foot_lon, foot_lat = self._pieces.at(piece, share)
        return _measured(lons, lats, rows, line, foot_lon, foot_lat)

    def _best_of(self, lon: FloatArray, lat: FloatArray, k: int) -> tuple[IntArray, FloatArray, BoolArray]:
        here = ecef_m(lon, lat)
        middle_m, candidate = self._tree.query(here, k=[*range(1, k + 1)], workers=-1)
        share, chord_m = self._foot(here, candidate)
        shortest_m = chord_m.min(axis=1)
        far = shortest_m > FAR_M
        within_m = shortest_m * np.where(far, 1.0 + FAR_SLACK, 1.0)
        closed = (middle_m[:, -1] >= within_m + self._reach_m) | (k == self._tree.n)
        measure = np.flatnonzero(far & closed)
        chord_m[measure] = self._geodesic_m(lon[measure], lat[measure], candidate[measure], share[measure])
        row, best = np.arange(len(here)), chord_m.argmin(axis=1)
        return candidate[row, best], share[row, best], closed

    def _foot(self, here: FloatArray, candidate: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return how far along each candidate the foot lies (0..1), and its chord in metres."""
        to_here = here[:, None, :] - self._start[candidate]
        along = self._along[candidate]
        share = np.clip(np.einsum("ijk,ijk->ij", to_here, along) * self._inverse_squared[candidate], 0.0, 1.0)
        to_here -= share[:, :, None] * along
        return share, np.sqrt(np.einsum("ijk,ijk->ij", to_here, to_here))

    def _geodesic_m(self, lon: FloatArray, lat: FloatArray, candidate: IntArray, share: FloatArray) -> FloatArray:
        _, foot_lon, foot_lat = self._pieces.at(candidate, share)
        return distance_m(lon[:, None], lat[:, None], foot_lon, foot_lat)


def ecef_m(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Turn geographic coordinates on the ellipsoid into geocentric ones (EPSG:4978).

    Parameters
    ----------
    lon, lat : ndarray of float64
        Degrees, EPSG:4326, ellipsoidal height 0.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        Metres from the centre of the Earth.

    References
    ----------
    Hofmann-Wellenhof et al. (2008), GNSS, equation 8.7.

    Examples
    --------
    >>> ecef_m(np.array([0.0, 90.0]), np.array([0.0, 0.0])).round()
    array([[6378137.,       0.,       0.],
           [      0., 6378137.,       0.]])
    """
    lon_rad, lat_rad = np.radians(lon), np.radians(lat)
    prime_vertical_m = WGS84.a / np.sqrt(1.0 - WGS84.es * np.sin(lat_rad) ** 2)
    axis_m = prime_vertical_m * np.cos(lat_rad)
    up_m = prime_vertical_m * (1.0 - WGS84.es) * np.sin(lat_rad)
    return np.column_stack([axis_m * np.cos(lon_rad), axis_m * np.sin(lon_rad), up_m])


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Straight pieces in degrees: where each starts, how far it runs, and the line it belongs to."""

    lon: FloatArray
    lat: FloatArray
    dlon: FloatArray
    dlat: FloatArray
    line: IntArray

    def at(self, piece: IntArray, share: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return the line and the place (lon, lat) at a share 0..1 of each piece."""
        lon = self.lon[piece] + share * self.dlon[piece]
        lat = self.lat[piece] + share * self.dlat[piece]
        return self.line[piece], np.where(np.abs(lon) > 180.0, lon - np.copysign(360.0, lon), lon), lat


def _vertices(lines: NDArray[np.object_]) -> _Pieces:
    """Turn each step between two vertices into a piece; a line with a single place becomes a piece of length 0."""
    kind = shapely.get_type_id(lines)
    wrong = np.flatnonzero(~np.isin(kind, [-1, 1, 2, 5]))
    if wrong.size:
        row = int(wrong[0])
        raise GeometryTypeError(
            Phrase("lines to search"), row, lines[row].geom_type, Phrase("LineString or MultiLineString")
        )
    parts, owner = shapely.get_parts(lines, return_index=True)
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    if not len(vertices):
        raise NoTargetsError(Phrase("lines"))
    lon, lat = check_lonlat("lines to search", vertices[:, 0], vertices[:, 1])
    first = np.flatnonzero(part[1:] == part[:-1])
    turn_deg = lon[first + 1] - lon[first]
    short_way_deg = turn_deg - 360.0 * np.round(turn_deg / 360.0)
    line = np.asarray(owner, dtype=np.int64)[part[first]]
    return _Pieces(lon[first], lat[first], short_way_deg, lat[first + 1] - lat[first], line)


def _cut(steps: _Pieces) -> _Pieces:
    """Cut steps to pieces of at most `PIECE_M` that bend at most `BEND_M` away from their chord."""
    end_lat = steps.lat + steps.dlat
    crosses_equator = steps.lat * end_lat < 0
    lowest = np.radians(np.where(crosses_equator, 0.0, np.minimum(np.abs(steps.lat), np.abs(end_lat))))
    highest = np.radians(np.maximum(np.abs(steps.lat), np.abs(end_lat)))
    east_m = np.abs(steps.dlon) * MEAN_DEGREE_M * np.cos(lowest)
    length_m = np.hypot(east_m, steps.dlat * MEAN_DEGREE_M)
    turning_radius_m = WGS84.a / np.tan(np.clip(highest, 1e-6, np.radians(89.99)))
    count = np.ceil(np.maximum(length_m / PIECE_M, east_m / np.sqrt(8.0 * turning_radius_m * BEND_M)))
    count = np.maximum(count, 1).astype(np.int64)
    step = np.arange(len(count)).repeat(count)
    place = np.arange(len(step)) - (np.cumsum(count) - count).repeat(count)
    dlon, dlat = (steps.dlon / count)[step], (steps.dlat / count)[step]
    return _Pieces(steps.lon[step] + place * dlon, steps.lat[step] + place * dlat, dlon, dlat, steps.line[step])


def _measured(
    lon: FloatArray, lat: FloatArray, rows: IntArray, target: IntArray, foot_lon: FloatArray, foot_lat: FloatArray
) -> Nearest:
    nearest = Nearest(np.full(lon.size, -1), *(np.full(lon.size, np.nan) for _ in range(3)))
    nearest.index[rows] = target
    nearest.distance_m[rows] = distance_m(lon[rows], lat[rows], foot_lon, foot_lat)
    nearest.lon[rows], nearest.lat[rows] = foot_lon, foot_lat
    return nearest


def _chunks(rows: IntArray, size: int) -> Iterator[IntArray]:
    return (rows[start : start + size] for start in range(0, rows.size, size))
