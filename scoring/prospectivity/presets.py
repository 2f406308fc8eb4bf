"""Mineral systems: which deposits count and which mappable proxies speak for them, each with where it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scoring.prospectivity.errors import ModelFileError
from scoring.prospectivity.model_file import Evidence, Labels, ModelFile, model_of

PRESETS_FILE = Path(__file__).with_name("presets.toml")


@dataclass(frozen=True, slots=True)
class System:
    """A mineral system.

    Attributes
    ----------
    id, title, title_ja, source : str
    labels : Labels
        Deposits of the database that count.
    proxies : tuple of Evidence
        Evidence that can be measured with the bundled layers.
    wanted : tuple of Evidence
        Evidence that needs a layer which is not bundled; its ``layer`` is empty.
    """

    id: str
    title: str
    title_ja: str
    source: str
    labels: Labels
    proxies: tuple[Evidence, ...]
    wanted: tuple[Evidence, ...]


@cache
def systems() -> Mapping[str, System]:
    """Return the mineral systems by id, in the order of the file."""
    blocks = tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))["system"]
    made = {}
    for name, block in blocks.items():
        proxies = [Evidence.model_validate({"source": block["source"], **proxy}) for proxy in block["proxy"]]
        made[name] = System(
            name,
            block["title"],
            block["title_ja"],
            block["source"],
            Labels(deposit_types=tuple(block["deposit_types"])),
            tuple(proxy for proxy in proxies if proxy.layer),
            tuple(proxy for proxy in proxies if not proxy.layer),
        )
    return made


def system_of(name: str) -> System:
    """Return a mineral system.

    Parameters
    ----------
    name : str

    Raises
    ------
    ModelFileError
        If there is none of that name.
    """
    if name not in systems():
        raise ModelFileError(
            "No mineral system is called {system!r}; choose {systems}.", system=name, systems=list(systems())
        )
    return systems()[name]


def completed(model: ModelFile, source: str = "model") -> ModelFile:
    """Return a model with the proxies and labels of its mineral system; what the file says itself stays.

    A proxy is left out where the file has evidence of the same id.

    Parameters
    ----------
    model : ModelFile
    source : str
        Name of the file, for the errors.

    Raises
    ------
    ModelFileError
        If there is no such system, or the model has no evidence or no labels in the end.

    Examples
    --------
    >>> made = completed(ModelFile(title="Copper", system="porphyry_copper"))
    >>> [each.id for each in made.evidence], made.labels.deposit_types
    (['subduction', 'faults', 'relief', 'gravity'], ('porphyry',))
    """
    values = model.model_dump()
    if model.system:
        system = system_of(model.system)
        own = {each.id for each in model.evidence}
        added = [proxy.model_dump() for proxy in system.proxies if proxy.id not in own]
        values["evidence"] = [*values["evidence"], *added]
        values["labels"] = values["labels"] or system.labels.model_dump()
    if not values["evidence"]:
        raise ModelFileError("{file} names no evidence; add [[evidence]] blocks or a mineral system.", file=source)
    if not values["labels"]:
        raise ModelFileError("{file} names no known deposits; add [labels] or a mineral system.", file=source)
    return model_of(source, values)
