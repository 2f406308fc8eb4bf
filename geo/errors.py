"""The error tree of the whole product: one base, one class a cause. Holds no text for screens."""

from __future__ import annotations


class OrebridgeError(Exception):
    """Anything the product says to its user in one sentence: what, where, the cure."""


class MissingCrsError(OrebridgeError):
    """A geometry came without a coordinate reference system where one is needed.

    Parameters
    ----------
    where : str
        What was being read or measured.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(f"{where} has no coordinate reference system; state one (for example EPSG:4326).")


class CoordinateRangeError(OrebridgeError):
    """A longitude or latitude lies outside the range of degrees.

    Parameters
    ----------
    where : str
        Which input holds the value.
    lon, lat : float
        The offending pair in degrees.
    """

    def __init__(self, where: str, lon: float, lat: float) -> None:
        self.where, self.lon, self.lat = where, lon, lat
        super().__init__(
            f"{where}: lon {lon}, lat {lat} is not on Earth; expected degrees, lon first, lat within -90..90."
        )


class NoTargetsError(OrebridgeError):
    """A nearest-neighbour search was asked for among nothing.

    Parameters
    ----------
    what : str
        The kind of target that is missing, in the plural.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"There are no {what} to search; give at least one with coordinates.")


class GeometryTypeError(OrebridgeError):
    """A geometry is of a kind that the operation cannot use.

    Parameters
    ----------
    where : str
        Which input holds it.
    row : int
        Its position, counted from 0.
    found, expected : str
        The kind that was given and the kinds that are allowed.
    """

    def __init__(self, where: str, row: int, found: str, expected: str) -> None:
        self.where, self.row, self.found, self.expected = where, row, found, expected
        super().__init__(f"{where}, row {row}: found {found}, expected {expected}.")


class RasterError(OrebridgeError):
    """A raster cannot be read or drawn.

    Parameters
    ----------
    where : str
        Which raster.
    found, cure : str
        What is wrong and what helps.
    """

    def __init__(self, where: str, found: str, cure: str) -> None:
        self.where, self.found, self.cure = where, found, cure
        super().__init__(f"{where} {found}; {cure}.")
