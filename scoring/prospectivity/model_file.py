"""The model file of a prospectivity map: area and grid, evidence, known deposits, method, evaluation. Measures nothing.

It is TOML; a key that is not known is refused, so that a typing error never passes for a default.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from geo.cells import H3_RESOLUTIONS
from scoring.criteria.user_criterion import EVIDENCE
from scoring.prospectivity.strict_file import Part, part_from, part_of, read_part

#: Evidence layers of one model.
MOST_EVIDENCE = 40
#: Evidence from the words of a layer, beside the measures of `EVIDENCE`.
WORDS = "words"
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(max_length=500)]


class Grid(Part):
    """Area and cells.

    Attributes
    ----------
    kind : {"h3", "raster"}
    resolution : int
        H3 resolution of the cells; not used by a raster.
    crs, cell_km
        Projected CRS and side of a cell of a raster.
    bbox : (west, south, east, north), optional
        EPSG:4326 degrees; west above east crosses the antimeridian.
    countries : tuple of str
        ISO 3166-1 alpha-3; empty: every country.
    layer : str
        Id or name of a polygon layer that bounds the area; empty: none.
    land : bool
        Whether cells at sea are left out.
    """

    kind: Literal["h3", "raster"] = "h3"
    resolution: Annotated[int, Field(ge=H3_RESOLUTIONS[0], le=H3_RESOLUTIONS[1])] = 5
    crs: Text = ""
    cell_km: Annotated[float, Field(ge=0.01, le=500)] = 10.0
    bbox: tuple[float, float, float, float] | None = None
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], ...] = ()
    layer: Text = ""
    land: bool = True

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.kind == "raster" and not self.crs:
            raise ValueError("a raster grid needs a projected crs")
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90 and west != east):
                raise ValueError("bbox is west, south, east, north in degrees")
        return self


class Where(Part):
    """Which features of a layer count: those whose column has one of these values."""

    column: Text
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class Evidence(Part):
    """One evidence layer of the model.

    Attributes
    ----------
    id : str
        Its short name in tables and files.
    layer : str
        Id of a bundled layer, or id or name of an imported one.
    measure : str
        Of `EVIDENCE`, as criteria use them, or ``words``: whether descriptions of the containing units hold a term.
    column, radius_km, everywhere, reach_km
        As in `UserCriterion`.
    where : Where, optional
    terms : tuple of str
        For ``words``: keys of the dictionary of terms, or words of one's own.
    columns : tuple of str
        For ``words``: columns that describe the units; empty: all columns of text.
    worst, best : float, optional
        Values of membership 0 and 1 for fuzzy overlay and knowledge-driven weights, in the unit of the measure. A value
        of `best` below `worst` means that less is better.
    weight : float
        Of the knowledge-driven model.
    categorical : bool
        The values are classes, not quantities.
    survey_usd_km2 : float, optional
        Price of a survey that measures it, USD for a square kilometre; None: not known.
    title, title_ja, reason, reason_ja, source : str
        Words on it; why it is evidence, and where that is written.
    """

    id: Id
    layer: Text
    measure: Text
    column: Text = ""
    radius_km: Annotated[float, Field(ge=0, le=1000)] = 0.0
    everywhere: bool = False
    reach_km: Annotated[float, Field(ge=0, le=20_040)] = 0.0
    where: Where | None = None
    terms: tuple[Text, ...] = ()
    columns: tuple[Text, ...] = ()
    worst: float | None = None
    best: float | None = None
    weight: Annotated[float, Field(ge=0, le=1000)] = 1.0
    categorical: bool = False
    survey_usd_km2: Annotated[float, Field(gt=0, le=1e7)] | None = None
    title: Text = ""
    title_ja: Text = ""
    reason: Text = ""
    reason_ja: Text = ""
    source: Text = ""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.measure != WORDS and self.measure not in EVIDENCE:
            raise ValueError(f"measure is one of {', '.join((*EVIDENCE, WORDS))}")
        if self.measure == WORDS and not self.terms:
            raise ValueError("words needs terms to look for")
        if (self.worst is None) != (self.best is None) or (self.worst is not None and self.worst == self.best):
            raise ValueError("worst and best are given together and differ")
        return self


class Labels(Part):
    """Which deposits are known.

    Attributes
    ----------
    deposit_types : tuple of str
        Deposit types of the database that count; empty: any.
    commodity : str
        Commodity that a site must list; empty: any.
    layer : str
        Id or name of an imported point layer that is used in place of the database.
    location : {"exact", "approximate"}
        Least accuracy of a place: approximate takes both.
    """

    deposit_types: tuple[Text, ...] = ()
    commodity: Text = ""
    layer: Text = ""
    location: Literal["exact", "approximate"] = "exact"

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not (self.deposit_types or self.commodity or self.layer):
            raise ValueError("name deposit_types, a commodity or a layer of known deposits")
        return self


class Table(Part):
    """A table of cells that was made elsewhere: a row a cell, a column a layer.

    Attributes
    ----------
    file : str
        CSV or Parquet, a path beside the model file.
    cell : str
        Column of H3 indexes, text or numbers, all of one resolution.
    label : str
        Column of known deposits: 1, true or any word; empty, 0 and false say that none is known.
    columns : tuple of str
        Evidence; words become classes.
    """

    file: Annotated[str, Field(min_length=1, max_length=500)]
    cell: Annotated[str, Field(min_length=1, max_length=200)]
    label: Annotated[str, Field(min_length=1, max_length=200)]
    columns: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MOST_EVIDENCE)]


class Method(Part):
    """How evidence becomes a score.

    Attributes
    ----------
    name : str
        Of `scoring.prospectivity.learning.MODELS`.
    gamma : float
        Of the fuzzy gamma operator.
    judgements : tuple of tuples
        Pairwise comparisons of the evidence layers in their order (AHP); empty: the weights as given.
    bags : int
        Models of a bagging ensemble.
    """

    name: Text = "boosting"
    gamma: Annotated[float, Field(ge=0, le=1)] = 0.8
    judgements: tuple[tuple[float, ...], ...] = ()
    bags: Annotated[int, Field(ge=2, le=200)] = 20


class Evaluation(Part):
    """How the map is tested.

    Attributes
    ----------
    block_km : float, optional
        Side of the square blocks that are held out together; None: 200 km, less in a small area, at least five cells.
    folds : int
    provinces : str
        Id or name of a polygon layer whose areas are held out one by one; empty: none.
    provinces_column : str
        Column that names an area.
    """

    block_km: Annotated[float, Field(ge=1, le=5000)] | None = None
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    provinces: Text = ""
    provinces_column: Text = ""


class ModelFile(Part):
    """A whole model.

    Attributes
    ----------
    title, title_ja : str
    system : str
        Mineral system of ``presets.toml`` whose proxies are used; empty: the evidence of the file alone.
    grid, evidence, labels, method, evaluation
    table : Table, optional
        In place of grid, evidence and labels.
    seed : int
        Of every draw.
    """

    title: Annotated[str, Field(min_length=1, max_length=120)]
    title_ja: Annotated[str, Field(max_length=120)] = ""
    system: Text = ""
    grid: Grid = Grid()
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=MOST_EVIDENCE)] = ()
    labels: Labels | None = None
    method: Method = Method()
    evaluation: Evaluation = Evaluation()
    table: Table | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 20251028

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        ids = [each.id for each in self.evidence]
        if len(set(ids)) < len(ids):
            raise ValueError("two evidence layers have the same id")
        rows = self.method.judgements
        if rows and (len(rows) != len(ids) or any(len(row) != len(ids) for row in rows)):
            raise ValueError("judgements has a row and a column for each evidence layer")
        return self

    @property
    def key(self) -> str:
        """Sixteen hex digits of the whole model."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @property
    def grid_key(self) -> str:
        """Sixteen hex digits of what is measured where; method, weights and words do not change it."""
        measured = [
            each.model_dump(
                mode="json",
                exclude={
                    "worst",
                    "best",
                    "weight",
                    "survey_usd_km2",
                    "title",
                    "title_ja",
                    "reason",
                    "reason_ja",
                    "source",
                },
            )
            for each in self.evidence
        ]
        text = json.dumps([self.grid.model_dump(mode="json"), measured], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_model(path: Path) -> ModelFile:
    """Return the model of a file, TOML or the ``model.json`` of an export.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ModelFileError
        If it cannot be read or used: which key, and what is expected.
    """
    return read_part(path, ModelFile)


def model_from(name: str, raw: bytes) -> ModelFile:
    r"""Return the model of a text; see `read_model`.

    Parameters
    ----------
    name : str
        Of the file, for the errors; ``.json`` tells JSON from TOML.
    raw : bytes
        UTF-8.

    Examples
    --------
    >>> raw = b'title = "Copper"\n[labels]\ncommodity = "copper"\n[grid]\nresolution = 4'
    >>> model_from("cu.toml", raw).grid.resolution
    4
    """
    return part_from(name, raw, ModelFile)


def model_of(name: str, values: Mapping[str, Any]) -> ModelFile:
    """Return the model of plain values; see `read_model`.

    Parameters
    ----------
    name : str
        Where they come from, for the errors.
    values : mapping
    """
    return part_of(name, values, ModelFile)
