"""Coordinate systems that data without one may be in, the most likely first."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from importlib import resources

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.arrays import BoolArray, FloatArray, IntArray
from layers.contract import Candidate
from layers.reading import places

SHOWN, WEIGHED = 8, 16
CERTAIN = 1000.0
#: How far beyond the area of use, in widths of it, data may reach.
MARGIN = 0.6
#: Square degrees of a UTM zone, beside which the area of use of other systems is weighed: the wider, the less a fit
#: says.
UTM_AREA = 500.0
SPOT_DEG = 0.02
NARROW_DEG = 12.0
CODE = re.compile(r"(?<!\d)(\d{4,6})(?!\d)")
ZONE = re.compile(r"(utm|mga|amg|zone|zona|zn|z)[ _-]?(\d{1,2})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """The bundled systems; arrays of one length.

    `area` is west, south, east, north; `bounds` the same in the system itself.
    """

    codes: list[str]
    names: list[str]
    rank: FloatArray
    degrees: BoolArray
    area: FloatArray
    bounds: FloatArray


def _load() -> Table:
    text = resources.files("layers.reading").joinpath("crs_bounds.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    numbers = np.array([[float(value) for value in row[2:]] for row in rows])
    return Table(
        [row[0] for row in rows],
        [row[1] for row in rows],
        numbers[:, 0],
        numbers[:, 1] == 1,
        numbers[:, 2:6],
        numbers[:, 6:10],
    )


TABLE = _load()


@dataclass(frozen=True)
class Guess:
    """A candidate and how likely it is; the scale has no unit."""

    shown: Candidate
    score: float


def candidates(xy: FloatArray, hint: str) -> tuple[Candidate, ...]:
    """Return at most eight systems in which coordinates would lie where the system is used.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
        Coordinates of the data, x first.
    hint : str
        Names of file and layer: an EPSG code or a zone in them goes first.
    """
    if not len(xy):
        return ()
    low, middle, high = np.percentile(xy, [2, 50, 98], axis=0)
    guesses = _varied([*_named(hint), *_fitting(low, high, middle, hint)], WEIGHED)
    placed = [_placed(guess, middle) for guess in guesses]
    return tuple(guess.shown for guess in _varied([guess for guess in placed if guess is not None], SHOWN))


def _named(hint: str) -> list[Guess]:
    found = []
    for digits in CODE.findall(hint):
        try:
            crs = CRS.from_epsg(int(digits))
        except CRSError:
            continue
        if crs.is_projected or crs.is_geographic:
            found.append(Guess(Candidate(f"EPSG:{digits}", crs.name, places.SEA, 0.0, 0.0), CERTAIN))
    return found


def _fitting(low: FloatArray, high: FloatArray, middle: FloatArray, hint: str) -> list[Guess]:
    """Return the systems whose bounds hold the data, with roughly where each would put them and how likely that is."""
    table, size = TABLE, TABLE.bounds[:, 2:] - TABLE.bounds[:, :2]
    inside = np.asarray(((low >= table.bounds[:, :2]) & (high <= table.bounds[:, 2:])).all(axis=1), dtype=bool)
    if (np.abs([low, high]) <= [360.0, 90.0]).all():
        across = table.bounds[:, 0] > table.bounds[:, 2]
        inside |= (
            across
            & (middle[1] >= table.bounds[:, 1])
            & (middle[1] <= table.bounds[:, 3])
            & ((low[0] >= table.bounds[:, 0]) | (high[0] <= table.bounds[:, 2]))
        )
        fits = np.flatnonzero(table.degrees & inside)
        where = np.tile(middle, (len(fits), 1))
    else:
        near = np.asarray(
            ((low >= table.bounds[:, :2] - MARGIN * size) & (high <= table.bounds[:, 2:] + MARGIN * size)).all(axis=1),
            dtype=bool,
        )
        fits = np.flatnonzero(near & ~table.degrees)
        part = _unbent((middle - table.bounds[fits, :2]) / size[fits], table.area[fits])
        where = table.area[fits, :2] + part * np.column_stack(
            [_width(table.area[fits]), table.area[fits, 3] - table.area[fits, 1]]
        )
    where = np.column_stack([np.mod(where[:, 0] + 180.0, 360.0) - 180.0, np.clip(where[:, 1], -90.0, 90.0)])
    countries = places.countries(where[:, 0], where[:, 1])
    score = _likely(fits, inside[fits], where) + _hinted(fits, hint)
    return [
        Guess(Candidate(table.codes[row], table.names[row], country, float(lon), float(lat)), float(points))
        for row, country, (lon, lat), points in zip(fits, countries, where, score, strict=True)
    ]


def _unbent(part: FloatArray, area: FloatArray) -> FloatArray:
    """Turn positions within bounds into positions within the area of use.

    A narrow zone is widest where it is nearest to the equator.
    """
    lat = np.radians(np.clip(area[:, 1] + part[:, 1] * (area[:, 3] - area[:, 1]), -85.0, 85.0))
    widest = np.radians(np.where(area[:, 1] * area[:, 3] < 0, 0.0, np.minimum(np.abs(area[:, 1]), np.abs(area[:, 3]))))
    stretch = np.where(_width(area) <= NARROW_DEG, np.cos(np.minimum(widest, 1.45)) / np.cos(lat), 1.0)
    return np.column_stack([0.5 + (part[:, 0] - 0.5) * stretch, part[:, 1]])


def _likely(fits: IntArray, inside: BoolArray, where: FloatArray) -> FloatArray:
    """Weigh systems: common ones, those used in a small area that holds the data, and where ore is known."""
    area = TABLE.area[fits]
    snug = np.clip(-0.7 * np.log(_width(area) * (area[:, 3] - area[:, 1]) / UTM_AREA), -3.0, 1.0)
    world = np.array([TABLE.names[row].startswith("WGS 84") for row in fits], dtype=float)
    known = np.log1p(places.occurrences(where[:, 0], where[:, 1]))
    score: FloatArray = (
        np.where(TABLE.degrees[fits], 6.0 * world, snug + 0.5 * world)
        + 5.0 * inside
        - 1.5 * TABLE.rank[fits]
        + 0.4 * known
    )
    return score


def _hinted(fits: IntArray, hint: str) -> FloatArray:
    zones = [int(number) for _, number in ZONE.findall(hint)]
    return np.array([8.0 * any(re.search(rf"zone {zone}(?!\d)", TABLE.names[row]) for zone in zones) for row in fits])


def _width(area: FloatArray) -> FloatArray:
    made: FloatArray = np.mod(area[:, 2] - area[:, 0] - 1e-9, 360.0)
    return made


def _placed(guess: Guess, middle: FloatArray) -> Guess | None:
    """Return a guess with its exact place; None where the system cannot hold the data."""
    try:
        lon, lat = Transformer.from_crs(guess.shown.crs, "EPSG:4326", always_xy=True).transform(*middle)
    except (ProjError, CRSError):
        return None
    if not (np.isfinite([lon, lat]).all() and abs(lat) <= 90):
        return None
    lon, lat = round((lon + 180.0) % 360.0 - 180.0, 6), round(lat, 6)
    return Guess(Candidate(guess.shown.crs, guess.shown.name, places.countries([lon], [lat])[0], lon, lat), guess.score)


def _varied(guesses: list[Guess], count: int) -> list[Guess]:
    """Take the best, then the best of what differs from it: a short list should show places, not the datums of one."""
    rest = {guess.shown.crs: guess for guess in reversed(guesses)}
    scores = {
        code: guess.score + 2.5 * (guess.shown.place in places.HOME) - 4.0 * (guess.shown.place == places.SEA)
        for code, guess in rest.items()
    }
    chosen: list[Guess] = []
    while rest and len(chosen) < count:
        best = rest.pop(max(rest, key=lambda code: scores[code]))
        chosen.append(best)
        for code, guess in rest.items():
            same_spot = abs(guess.shown.lon - best.shown.lon) + abs(guess.shown.lat - best.shown.lat) < SPOT_DEG
            scores[code] -= 0.8 * (guess.shown.place == best.shown.place) + 1.5 * same_spot
    return chosen
