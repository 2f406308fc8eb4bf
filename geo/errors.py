"""The error tree of the whole product: one base, one class a cause.

An error is a sentence in English with named fields, so that a screen can say it in the reader's language.
Holds no translations.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self


class Phrase(str):
    """Words that a screen can translate: a string, equal to its English text, that knows its template and fields.

    For a whole sentence, and for a field that is words itself ("another process").

    Parameters
    ----------
    template : str
        English text with ``{name}`` where a field stands. It is the key of the translation catalogues.
    **fields : object
        What the names stand for. A collection is written with commas.

    Attributes
    ----------
    template : str
    fields : dict of str to object
        As given, but a collection is a tuple of text, and an error is its sentence.

    Examples
    --------
    >>> Phrase("{count} of {names}", count=2, names=["Nd", "Dy"])
    '2 of Nd, Dy'
    """

    template: str
    fields: dict[str, Any]

    def __new__(cls, template: str, /, **fields: object) -> Self:
        """Fill the template."""
        kept = {name: _kept(value) for name, value in fields.items()}
        phrase = super().__new__(cls, template.format(**{name: _written(value) for name, value in kept.items()}))
        phrase.template, phrase.fields = template, kept
        return phrase

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.fields


def phrase_again(template: str, fields: dict[str, Any]) -> Phrase:
    """Return a phrase that was written down as its template and fields.

    Parameters
    ----------
    template : str
    fields : dict
        JSON types: a phrase among them came back as plain text, and is not translated.
    """
    return Phrase(template, **{name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()})


class Clause(Phrase):
    """The sentence of an error that another error quotes: it loses its full stop there."""


def _kept(value: object) -> object:
    if isinstance(value, OrebridgeError):
        return Clause(value.sentence.template, **value.sentence.fields)
    if isinstance(value, BaseException):  # of a library: it may not pickle, and its text is all that is said of it
        return str(value)
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return tuple(item if isinstance(item, str) else str(item) for item in value)
    return value


def _written(value: object) -> object:
    if isinstance(value, Clause):
        return value.removesuffix(".")
    return ", ".join(value) if isinstance(value, tuple) else value


class OrebridgeError(Exception):
    """Anything the product says to its user in one sentence: what, where, the cure.

    Parameters
    ----------
    template : str
        The sentence in English, a literal, with ``{name}`` where a field stands.
    **fields : object
        What the names stand for, as in `Phrase`.

    Attributes
    ----------
    sentence : Phrase
        Template and fields, for the translation. ``str(error)`` is the same in English.

    Examples
    --------
    >>> str(OrebridgeError("No preset is called {preset!r}; choose {presets}.", preset="eu", presets=("us", "jp")))
    "No preset is called 'eu'; choose us, jp."
    """

    def __init__(self, template: str, /, **fields: object) -> None:
        self.sentence = Phrase(template, **fields)
        super().__init__(str(self.sentence))

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[OrebridgeError], args: tuple[Any, ...]) -> OrebridgeError:
    """Make an error without its constructor, which takes other arguments; for pickle and copy."""
    return kind.__new__(kind, *args)


class MissingCrsError(OrebridgeError):
    """A geometry came without a coordinate reference system where one is needed.

    Parameters
    ----------
    where : str
        What was being read or measured.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__("{where} has no coordinate reference system; state one (for example EPSG:4326).", where=where)


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
            "{where}: lon {lon}, lat {lat} is not on Earth; expected degrees, lon first, lat within -90..90.",
            where=where,
            lon=lon,
            lat=lat,
        )


class NoTargetsError(OrebridgeError):
    """A nearest-neighbour search has no targets.

    Parameters
    ----------
    what : str
        The kind of target that is missing, in the plural.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__("There are no {what} to search; give at least one with coordinates.", what=what)


class GeometryTypeError(OrebridgeError):
    """A geometry of a type that the operation cannot use.

    Parameters
    ----------
    where : str
        Which input holds it.
    row : int
        Its position, counted from 0.
    geometry_type, expected : str
        The kind that was given and the kinds that are allowed.
    """

    def __init__(self, where: str, row: int, geometry_type: str, expected: str) -> None:
        self.where, self.row, self.geometry_type, self.expected = where, row, geometry_type, expected
        super().__init__(
            "{where}, row {row}: found {geometry_type}, expected {expected}.",
            where=where,
            row=row,
            geometry_type=geometry_type,
            expected=expected,
        )


class RasterError(OrebridgeError):
    """A raster cannot be read or drawn."""
