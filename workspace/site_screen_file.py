"""The file of a screening of candidate sites: which table, what its columns mean, how sites are ranked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from data.user_sites import SiteColumns
from scoring.aggregation.methods import METHODS
from scoring.defaults import DEFAULT_METHOD, DEFAULT_PRESET, OPENING_ORDER
from scoring.prospectivity.screen_file import MOST_TOP
from scoring.prospectivity.strict_file import Part, part_of, read_part
from scoring.ranking.scenario import Filters, Scenario, from_preset

Text = Annotated[str, Field(max_length=1000)]


class SitesFile(Part):
    """A screening of candidate sites.

    Attributes
    ----------
    title : str
        Empty: the name of the table.
    sites : str
        The table, a path beside this file: any file that an import of sites takes.
    layer, crs, cure
        As in an import: the layer of the file, its coordinate system, and answers to findings.
    source_date : str
        Of the table, as in an import.
    field : dict of str to str
        Field of a site, or ``grade.<commodity>``, to column; what is not said comes from the names of the columns.
    state : dict of str to str
        Field of a site to a value for all rows.
    preset, weights, commodity, order_by, method
        As in `orebridge rank`; weights stand in place of those of the preset.
    top : int
        Sites that are listed.
    """

    title: Annotated[str, Field(max_length=120)] = ""
    sites: Annotated[str, Field(min_length=1, max_length=1000)]
    layer: Text = ""
    crs: Text = ""
    cure: dict[str, Text] = Field(default_factory=dict)
    source_date: Text = ""
    field: dict[str, Text] = Field(default_factory=dict)
    state: dict[str, Text] = Field(default_factory=dict)
    preset: Text = DEFAULT_PRESET
    weights: dict[str, float] = Field(default_factory=dict)
    commodity: Text = ""
    order_by: Text = OPENING_ORDER
    method: Text = DEFAULT_METHOD
    top: Annotated[int, Field(ge=1, le=MOST_TOP)] = 1000

    @model_validator(mode="after")
    def _independent(self) -> Self:
        alone = [method.id for method in METHODS.values() if method.independent]
        if self.method not in alone:
            raise ValueError(f"{self.method!r} compares sites with each other or is no method; give one of {alone}")
        return self

    @property
    def columns(self) -> SiteColumns:
        """What the columns of the table mean."""
        return SiteColumns(dict(self.field), dict(self.state), suggested=True)

    @property
    def scenario(self) -> Scenario:
        """How sites are ranked: every site counts, a candidate or not.

        Raises
        ------
        ScenarioError
            If preset, weights or order are none.
        """
        changes = {"weights": self.weights} if self.weights else {}
        settled = {"commodity": self.commodity.strip().lower(), "order_by": self.order_by, "method": self.method}
        plain = from_preset(self.preset, filters=Filters(universe="all"), **settled)
        return Scenario(**{**{name: getattr(plain, name) for name in ("weights", "filters")}, **settled, **changes})


def names_sites(path: Path) -> bool:
    """Tell whether a file asks for a screening of sites: a table, or TOML with the key ``sites``.

    Parameters
    ----------
    path : Path
    """
    if path.suffix.lower() != ".toml":
        return path.suffix.lower() != ".json"
    try:
        return "sites" in tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return False


def read_sites_file(path: Path) -> SitesFile:
    """Return the screening that a TOML file states, or that of a table with nothing else stated.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ModelFileError
        If it cannot be read or used: which key, and what is expected.
    """
    return (
        read_part(path, SitesFile)
        if path.suffix.lower() == ".toml"
        else part_of(path.name, {"sites": path.name}, SitesFile)
    )
