"""Files of settings that are read strictly: a key that is not known is refused, and one sentence says which and why."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from geo.errors import Phrase
from scoring.prospectivity.errors import ModelFileError

#: Bytes of a file of settings.
MOST_BYTES = 200_000


class Part(BaseModel):
    """A part of a file of settings: immutable, every key known."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


P = TypeVar("P", bound=Part)


def read_part(path: Path, kind: type[P]) -> P:
    """Return what a file says.

    Parameters
    ----------
    path : Path
        TOML, or JSON if its name says so.
    kind : type
        What is expected.

    Raises
    ------
    ModelFileError
        If it cannot be read or used: which key, and what is expected.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ModelFileError("{path}: {problem}.", path=path, problem=error.strerror or error) from error
    return part_from(path.name, raw, kind)


def part_from(name: str, raw: bytes, kind: type[P]) -> P:
    """Return what a text says; see `read_part`.

    Parameters
    ----------
    name : str
        Of the file, for the errors.
    raw : bytes
        UTF-8.
    kind : type
    """
    if len(raw) > MOST_BYTES:
        raise ModelFileError(
            "{file} is larger than {most:,} bytes; a file of settings is not.", file=name, most=MOST_BYTES
        )
    try:
        text = raw.decode("utf-8-sig")
        values = json.loads(text) if name.lower().endswith(".json") else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ModelFileError("{file} is not UTF-8 text; save it as UTF-8.", file=name) from error
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise ModelFileError("{file} cannot be read: {problem}.", file=name, problem=error) from error
    return part_of(name, values, kind)


def part_of(name: str, values: Mapping[str, Any], kind: type[P]) -> P:
    """Return what plain values say; see `read_part`.

    Parameters
    ----------
    name : str
        Where they come from, for the errors.
    values : mapping
    kind : type
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ModelFileError(
            "{file}, {key}: {problem}.", file=name, key=_key(error, name), problem=_problem(error)
        ) from error


def _key(error: ValidationError, name: str) -> str:
    """Return where the first problem is, as TOML writes it: ``evidence[2].measure``."""
    text = ""
    for step in error.errors()[0]["loc"]:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or name


def _problem(error: ValidationError) -> Phrase | str:
    """Return what is wrong in words."""
    first = error.errors()[0]
    limits = {key: value for key, value in (first.get("ctx") or {}).items() if key in ("ge", "le", "expected")}
    if first["type"] == "extra_forbidden":
        return Phrase("this key is not known; check its spelling")
    if first["type"] == "missing":
        return Phrase("this key is missing")
    if first["type"] in ("greater_than_equal", "less_than_equal"):
        bound = limits.get("ge", limits.get("le"))
        side = Phrase("at least") if "ge" in limits else Phrase("at most")
        return Phrase("{value!r} is out of range; give {side} {bound}", value=first["input"], side=side, bound=bound)
    if first["type"] == "literal_error":
        return Phrase("{value!r} is no choice; give {expected}", value=first["input"], expected=limits.get("expected"))
    return str(first["msg"]).removeprefix("Value error, ")
