"""Decide in which coordinate system a layer is, and bring it to EPSG:4326 with the accuracy stated."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from geo.arrays import FloatArray
from layers.contract import Candidate, Finding, Request
from layers.reading.candidates import candidates
from layers.reading.raw import Notes, Refused

LONLAT = "EPSG:4326"
SAMPLE = 2000
CONFIDENCE = 70
#: Accuracies from which the user is told.
COARSE_M = 5.0
#: Which part of the coordinates must contradict a CRS before it is doubted as a whole.
MOST = 0.5
AREA_MARGIN_DEG = 5.0


@dataclass(frozen=True)
class Decision:
    """The CRS of a layer.

    Attributes
    ----------
    crs, reason : str
        ``EPSG:n`` or WKT, and why; empty: the user must say.
    candidates : tuple of Candidate
        What it may be, where it is not known.
    swap : bool
        Whether x and y are to be exchanged.
    """

    crs: str
    reason: str
    candidates: tuple[Candidate, ...] = ()
    swap: bool = False


@dataclass(frozen=True)
class Shift:
    """How coordinates are brought to EPSG:4326: the operation, its name, its accuracy in metres (None: not stated)."""

    transformer: Transformer | None
    words: str
    accuracy_m: float | None = None
    better: str = ""


@dataclass(frozen=True)
class CrsEvidence:
    """What is known of a layer before it is placed.

    Its name, a sample of its coordinates, the CRS of the file and why.
    """

    layer: str
    xy: FloatArray
    crs: str
    reason: str


def decide(given: CrsEvidence, request: Request, notes: Notes) -> Decision:
    """Return the CRS of a layer: the user's, else the file's unless the coordinates contradict it, else a question.

    Parameters
    ----------
    given : CrsEvidence
        What is known of the coordinates.
    request : Request
        What the user said of the upload, and the budgets of the reader.
    notes : Notes
        Gathers the findings of the file.

    Raises
    ------
    Refused
        If the user names a CRS that does not exist, or the file is in one that is no map (geocentric).
    """
    swap = request.cures.get("swap_xy") == "yes"
    xy = given.xy[:, ::-1] if swap else given.xy
    xy = xy[np.isfinite(xy).all(axis=1)]
    stated = request.cures.get(f"crs.{given.layer}") or request.crs or request.cures.get("crs", "")
    if stated:
        return Decision(
            _code(_checked(stated, Refused("crs_unknown", crs=stated))), f"{stated} because you specified it", swap=swap
        )
    hint = f"{request.original_name} {given.layer}"
    crs = _parsed(given.crs)
    if crs is None:
        return _asked("crs_missing", CrsEvidence(given.layer, xy, given.crs, given.reason), hint, notes)
    found = Decision(_code(crs), f"{spoken(_code(crs))} because {_because(given.reason)}", swap=swap)
    if not len(xy):
        return found
    return _contradicted(found, crs, CrsEvidence(given.layer, xy, given.crs, given.reason), hint, notes)


def spoken(crs_text: str) -> str:
    """Return a CRS in a few words: its code, else its name, else its projection.

    Parameters
    ----------
    crs_text : str
        As the file states its coordinate system; empty: not at all.
    """
    if re.match(r"^\w+:\w+$", crs_text):
        return crs_text
    crs = CRS.from_user_input(crs_text)
    if crs.name.lower() not in {"unknown", "unnamed", ""}:
        return f"{crs.name} (no EPSG code)"
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else "geographic"
    return f"a system without a name ({method})"


def _because(reason: str) -> str:
    return reason or "the file says so"


def _checked(text: str, refusal: Refused) -> CRS:
    try:
        return horizontal(CRS.from_user_input(text))
    except CRSError as error:
        raise refusal from error


def _parsed(text: str) -> CRS | None:
    if not text:
        return None
    try:
        crs = horizontal(CRS.from_user_input(text))
    except CRSError:
        return None
    if crs.is_geocentric:
        raise Refused("crs_geocentric")
    return crs if crs.is_projected or crs.is_geographic else None


def horizontal(crs: CRS) -> CRS:
    """Return the map part of a CRS that has heights too.

    Parameters
    ----------
    crs : CRS
        Any CRS; a compound one has its vertical part dropped.
    """
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.to_2d() if len(crs.axis_info) > 2 and not crs.is_geocentric else crs


def _code(crs: CRS) -> str:
    known = crs.to_authority(min_confidence=CONFIDENCE)
    if known and known[0] == "OGC" and known[1] == "CRS84":
        return LONLAT
    return f"{known[0]}:{known[1]}" if known and known[0] in {"EPSG", "ESRI"} else str(crs.to_wkt())


def _contradicted(found: Decision, crs: CRS, given: CrsEvidence, hint: str, notes: Notes) -> Decision:
    """Return the decision, or a question where the coordinates cannot be in that CRS."""
    x, y = np.abs(given.xy[:, 0]), np.abs(given.xy[:, 1])
    degrees = (x <= 360.0) & (y <= 90.0)
    if crs.is_projected:
        if degrees.all() and (given.xy[:, 0].max() <= 180.0) and crs.axis_info[0].unit_conversion_factor > 1e-3:
            return _asked("degrees_under_projected", given, hint, notes, crs=spoken(found.crs))
        return found
    factor = crs.axis_info[0].unit_conversion_factor / (np.pi / 180.0)
    if abs(factor - 1.0) > 1e-6 or degrees.all():
        return found
    if ((y > 90.0) & (x <= 90.0)).mean() > MOST and (y <= 360.0).all():
        notes.add(
            "axes_swapped",
            layer=given.layer,
            actions=("swap_xy=yes",),
            x=float(given.xy[0, 0]),
            y=float(given.xy[0, 1]),
        )
        return Decision("", "", ())
    if (~degrees).mean() > MOST and np.maximum(x, y).max() > 1000.0:
        return _asked("crs_contradicted", given, hint, notes, crs=spoken(found.crs))
    return found


def _asked(code: str, given: CrsEvidence, hint: str, notes: Notes, crs: str = "") -> Decision:
    possible = candidates(given.xy, hint)
    (west, south), (east, north) = (
        (given.xy.min(axis=0), given.xy.max(axis=0)) if len(given.xy) else ((0.0, 0.0), (0.0, 0.0))
    )
    swapped = (
        ("swap_xy=yes",) if 90.0 < max(abs(south), abs(north)) <= 180.0 and max(abs(west), abs(east)) <= 90.0 else ()
    )
    first = f"{possible[0].crs} ({possible[0].name}, {possible[0].place})" if possible else "none of the common ones"
    found = {"x": f"{west:,.10g} to {east:,.10g}", "y": f"{south:,.10g} to {north:,.10g}", "likely": first, "crs": crs}
    actions = (*swapped, *(f"crs={each.crs}" for each in possible))
    notes.findings.append(
        Finding(code, None, given.layer, {name: value for name, value in found.items() if value}, actions)
    )
    return Decision("", "", possible)


def shift(crs_text: str, xy: FloatArray) -> Shift:
    """Return the best operation from a CRS to EPSG:4326 for data at some place.

    Parameters
    ----------
    crs_text : str
        ``EPSG:n`` or WKT.
    xy : ndarray, shape (n, 2)
        A sample of the coordinates, x first.
    """
    crs, target = CRS.from_user_input(crs_text), CRS.from_user_input(LONLAT)
    if crs.equals(target, ignore_axis_order=True):
        return Shift(None, "", 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = Transformer.from_crs(crs, target, always_xy=True)
        group = TransformerGroup(crs, target, always_xy=True, area_of_interest=_area(plain, xy))  # type: ignore[arg-type]
    best = next(iter(group.transformers), plain)
    accuracy = float(best.accuracy) if best.accuracy is not None and best.accuracy >= 0 else None
    better = ""
    if group.unavailable_operations and not group.best_available:
        better = str(group.unavailable_operations[0].name)
    return Shift(best, _words(str(best.description or crs.name)), accuracy, better)


def _words(operation: str) -> str:
    """Return the steps of an operation without those that only turn axes."""
    steps = [step for step in operation.split(" + ") if not step.startswith("axis order change")]
    return " + ".join(steps) or "axes in the order lon, lat"


def _area(plain: Transformer, xy: FloatArray) -> AreaOfInterest | None:
    try:
        lon, lat = plain.transform(xy[:SAMPLE, 0], xy[:SAMPLE, 1])
    except ProjError:
        return None
    known = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    if not known.any():
        return None
    lon, lat = np.asarray(lon)[known], np.asarray(lat)[known]
    return AreaOfInterest(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def outside_area(crs_text: str, lonlat: FloatArray) -> float:
    """Return which part of points lies far outside the area in which a CRS is used.

    Parameters
    ----------
    crs_text : str
        As the file states its coordinate system; empty: not at all.
    lonlat : array of float
        Degrees, EPSG:4326, shape (n, 2).
    """
    area = CRS.from_user_input(crs_text).area_of_use
    if area is None or not len(lonlat):
        return 0.0
    width = (area.east - area.west) % 360.0 or 360.0
    across = np.mod(lonlat[:, 0] - area.west + AREA_MARGIN_DEG, 360.0) <= width + 2 * AREA_MARGIN_DEG
    along = (lonlat[:, 1] >= area.south - AREA_MARGIN_DEG) & (lonlat[:, 1] <= area.north + AREA_MARGIN_DEG)
    return float((~(across & along)).mean())
