"""Instruments of the US-Japan Framework that may fit a site, by stated rules; for discussion, not part of any score."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scoring.records import Dossier, failed_gates

FILE = Path(__file__).with_name("instruments.toml")
LONG_MONTHS = 12.0
WORLD_MEAN_WGI = 0.0


@dataclass(frozen=True, slots=True)
class Instrument:
    """A rule.

    Attributes
    ----------
    id, title, title_ja : str
    paragraph : str
        Of section I of the Framework.
    why, why_ja : str
        What speaks for it where the rule holds.
    stages, kinds : tuple of str
        Empty: any.
    needs : str
        Key of `NEEDS`, or empty.
    amount : str
        What a portfolio gives of it at most: ``capital`` or ``output``; empty: nothing.
    """

    id: str
    title: str
    title_ja: str
    paragraph: str
    why: str
    why_ja: str
    stages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    needs: str = ""
    amount: str = ""


def _no_offtake(site: Dossier, _months: float | None) -> bool:
    return not any(claim["attribute"] == "offtake" for claim in site["claims"])


def _weak_law(site: Dossier, _months: float | None) -> bool:
    return site["rule_of_law"] is not None and site["rule_of_law"] < WORLD_MEAN_WGI


def _long_permits(_site: Dossier, months: float | None) -> bool:
    return months is not None and months >= LONG_MONTHS


#: What a rule looks at besides stage and kind -> whether it holds of a dossier and its median months to ready-to-build
#: (None: unknown).
NEEDS: dict[str, Callable[[Dossier, float | None], bool]] = {
    "no_offtake": _no_offtake,
    "weak_law": _weak_law,
    "long_permits": _long_permits,
}


@cache
def instruments() -> tuple[Instrument, ...]:
    """Return the rules of `instruments.toml`, in its order."""
    blocks: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_instrument(key, block) for key, block in blocks.items())


def _instrument(key: str, block: dict[str, Any]) -> Instrument:
    lists = {name: tuple(block.get(name, ())) for name in ("stages", "kinds")}
    return Instrument(id=key, **{**block, **lists})


def fitting(site: Dossier, months: float | None) -> list[Instrument]:
    """Return the instruments whose rule holds of a site; none where it fails a gate.

    Parameters
    ----------
    site : Dossier
    months : float or None
        Median months to ready-to-build; None: unknown.
    """
    if failed_gates(site["gates"]):
        return []
    return [instrument for instrument in instruments() if _holds(instrument, site, months)]


def _holds(rule: Instrument, site: Dossier, months: float | None) -> bool:
    at_stage = not rule.stages or site["stage"] in rule.stages
    of_kind = not rule.kinds or site["kind"] in rule.kinds
    return at_stage and of_kind and (not rule.needs or NEEDS[rule.needs](site, months))
