"""What the API can be asked: parameters with their schema, and reading them from a request. Answers nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.errors import OrebridgeError, Phrase
from workspace import published
from workspace.ranking_cache import RankingCache

Where = Literal["query", "path"]
#: A JSON object: an answer, or a schema of one.
JsonObject = dict[str, Any]
MOST_TEXT = 200
#: Characters of a table in an address, which is itself limited.
MOST_TABLE_TEXT = 10_000


class BadRequestError(OrebridgeError):
    """A request parameter that cannot be read."""


class NotFoundError(OrebridgeError):
    """No resource has that name."""


class NotOpenError(OrebridgeError):
    """User data that the deployer has not opened to the API."""


class NotAcceptableError(OrebridgeError):
    """None of the requested formats is available."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an endpoint.

    Attributes
    ----------
    name, about : str
    schema : dict
        JSON Schema: type string, integer, number, boolean or array of these, with enum, minimum, maximum, default.
    where : {"query", "path"}
    """

    name: str
    about: str
    schema: JsonObject
    where: Where = "query"

    @property
    def required(self) -> bool:
        """Whether it must be given: parts of the path are."""
        return self.where == "path"


def table_parameter(name: str, about: str, example: str) -> Parameter:
    """Return the parameter of a table of the user's own: the text of the CSV file that the command takes.

    Parameters
    ----------
    name : str
    about : str
        What the table holds.
    example : str
        Its first line and a row.
    """
    told = f"{about} The text of a CSV with its first line, URL-encoded; it counts for this answer and is not stored."
    return Parameter(name, told, {"type": "string", "maxLength": MOST_TABLE_TEXT, "examples": [example]})


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request, read.

    Attributes
    ----------
    base : str
        Address of the API as the client sees it, without a slash at the end.
    values : dict
        Parameter -> value; those that were not given have their default, or are missing.
    query : tuple of (str, str)
        The query as it came, for links.
    accept : str
        The Accept header.
    view : View
        What the answer is read from.
    """

    base: str
    values: Mapping[str, Any]
    query: tuple[tuple[str, str], ...] = ()
    accept: str = "*/*"
    path: str = ""
    view: RankingCache = field(default_factory=published.view)

    def table(self, name: str) -> tuple[str, bytes] | None:
        """Return the name and the content of a table of the user's own; None where none was given.

        Parameters
        ----------
        name : str
            Of a `table_parameter`.
        """
        text = self.values.get(name)
        return (name, str(text).encode()) if text is not None else None


#: How a media type ends -> what `f` calls it; GeoJSON is JSON too.
_FORMAT_NAMES = (("geo+json", "geojson"), ("json", "json"), ("version=3.1", "json"), ("html", "html"))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the API.

    Attributes
    ----------
    path : str
        With ``{name}`` for parts.
    id, title, about : str
    answer : callable
        Takes `ParsedRequest`, returns `ui.http.answering.Answer`.
    parameters : tuple of Parameter
        One that chooses the format, ``f``, is added where there is none: every address takes it.
    formats : tuple of str
        Media types, the default first.
    schema : dict
        JSON Schema of the JSON answer.
    """

    path: str
    id: str
    title: str
    about: str
    answer: Callable[[ParsedRequest], Any]
    parameters: tuple[Parameter, ...] = ()
    formats: tuple[str, ...] = ("application/json",)
    schema: JsonObject = field(default_factory=lambda: {"type": "object"})

    def __post_init__(self) -> None:
        """Let the address take ``f`` even where it has one format: clients of OGC APIs send it everywhere."""
        if not any(parameter.name == "f" for parameter in self.parameters):
            names = [name for ending, name in _FORMAT_NAMES for media in self.formats if media.endswith(ending)]
            known = {"type": "string", "enum": list(dict.fromkeys(names))}
            object.__setattr__(self, "parameters", (*self.parameters, Parameter("f", "Response format.", known)))


def read(parameters: Sequence[Parameter], path: Mapping[str, str], query: Sequence[tuple[str, str]]) -> JsonObject:
    """Return the values of a request by parameter.

    Raises
    ------
    BadRequestError
        If a parameter is not one, stands twice, or has a value that its schema does not allow.
    """
    _check_names(parameters, query)
    values: JsonObject = {}
    for parameter in parameters:
        texts = (
            [path[parameter.name]]
            if parameter.where == "path"
            else [value for name, value in query if name == parameter.name]
        )
        if texts:
            values[parameter.name] = _value_of(parameter, texts)
        elif "default" in parameter.schema:
            values[parameter.name] = parameter.schema["default"]
    return values


def _check_names(parameters: Sequence[Parameter], query: Sequence[tuple[str, str]]) -> None:
    """Raise where a query names what the address does not take."""
    known = [parameter.name for parameter in parameters if parameter.where == "query"]
    for name, _value in query:
        if name not in known:
            raise BadRequestError(
                "There is no parameter {parameter!r}; this address takes: {known}.",
                parameter=name[:60],
                known=known or Phrase("none"),
            )


def _value_of(parameter: Parameter, texts: list[str]) -> Any:
    schema = parameter.schema
    if schema["type"] == "array":
        parts = [part.strip() for text in texts for part in text.split(",")]
        low, high = schema.get("minItems", 0), schema.get("maxItems", 100)
        if not low <= len(parts) <= high:
            raise BadRequestError(
                "{parameter} takes {low} to {high} values, separated by commas; {count} were given.",
                parameter=parameter.name,
                low=low,
                high=high,
                count=len(parts),
            )
        return [_single(parameter.name, schema["items"], part) for part in parts]
    if len(texts) > 1:
        raise BadRequestError(
            "{parameter} stands {count} times; give it once.", parameter=parameter.name, count=len(texts)
        )
    return _single(parameter.name, schema, texts[0])


def _single(name: str, schema: Mapping[str, Any], text: str) -> Any:
    """Return one value in the type of its schema."""
    value = _READERS[schema["type"]](name, text)
    if "enum" in schema and value not in schema["enum"]:
        raise BadRequestError(
            "{parameter}: {text!r} is not one of {choices}.", parameter=name, text=text[:60], choices=schema["enum"]
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        if not low <= value <= high:
            raise BadRequestError(
                "{parameter}: {text} is not between {low} and {high}.",
                parameter=name,
                text=text[:60],
                low=low,
                high=high,
            )
    if isinstance(value, str) and len(value) > schema.get("maxLength", MOST_TEXT):
        raise BadRequestError(
            "{parameter} has {count} characters; {most} are the most.",
            parameter=name,
            count=len(value),
            most=schema.get("maxLength", MOST_TEXT),
        )
    return value


def _integer(name: str, text: str) -> int:
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 16):
        raise BadRequestError("{parameter}: {text!r} is no whole number.", parameter=name, text=text[:60])
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise BadRequestError("{parameter}: {text!r} is no number.", parameter=name, text=text[:60]) from error
    if not math.isfinite(value):
        raise BadRequestError("{parameter}: {text!r} is no finite number.", parameter=name, text=text[:60])
    return value


def _boolean(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise BadRequestError("{parameter}: {text!r} is neither true nor false.", parameter=name, text=text[:60])
    return text == "true"


def _string(name: str, text: str) -> str:
    if "\0" in text:
        raise BadRequestError("{parameter} holds a character that no name has.", parameter=name)
    return text


_READERS: dict[str, Callable[[str, str], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
}
