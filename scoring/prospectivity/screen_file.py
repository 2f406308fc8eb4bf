"""The file of a screening: which cells, how each evidence counts, which cells are out, how many are wanted."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from scoring.prospectivity.model_file import Text
from scoring.prospectivity.strict_file import Part, read_part

#: Evidence columns that one screening reads: ``e00`` to ``e15``, as the statements are written.
SLOTS = 16
#: Cells of the list at the most.
MOST_TOP = 100_000
Post = Annotated[float, Field(ge=-1e15, le=1e15)] | Annotated[str, Field(pattern=r"^p\d{1,2}(\.\d)?$")]


class ScreenLayer(Part):
    """How one evidence column counts.

    Attributes
    ----------
    column : str
        ``e00`` to ``e15`` of the files, or the id of the layer in a grid that `orebridge prospect` measured.
    weight : float
        Share of the score, 0 or more; divided by the sum over the layers that a cell has.
    worst, best : float or str
        Values of desirability 0 and 1, in the unit of the layer; ``p5`` is its exact 5 % quantile over all cells.
    at_least, at_most : float, optional
        A cell outside is out. A cell without data is neither in nor out by it, unless `required`.
    required : bool
        A cell without data is out.
    """

    column: Text
    weight: Annotated[float, Field(ge=0, le=1000)] = 1.0
    worst: Post = "p5"
    best: Post = "p95"
    at_least: float | None = None
    at_most: float | None = None
    required: bool = False

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.worst == self.best:
            raise ValueError("worst and best differ")
        return self


class ScreenFile(Part):
    """A screening.

    Attributes
    ----------
    title : str
    grid : str
        Folder of a measured grid (``grid.json`` and ``cells/``), or a folder of Parquet files with the columns ``cell``
        and ``e00`` ... in codes that are values; a path beside this file, or ``s3://``.
    layer : tuple of ScreenLayer
    least_known : float
        Share of the weight that a cell must have data for, 0 to 1.
    top : int
        Cells that are listed.
    """

    title: Annotated[str, Field(min_length=1, max_length=120)]
    grid: Annotated[str, Field(min_length=1, max_length=1000)]
    layer: Annotated[tuple[ScreenLayer, ...], Field(min_length=1, max_length=SLOTS)]
    least_known: Annotated[float, Field(ge=0, le=1)] = 0.0
    top: Annotated[int, Field(ge=1, le=MOST_TOP)] = 1000

    @model_validator(mode="after")
    def _weighs(self) -> Self:
        if not sum(each.weight for each in self.layer) > 0:
            raise ValueError("a layer has a weight above 0")
        if len({each.column for each in self.layer}) < len(self.layer):
            raise ValueError("each column stands once")
        return self

    @property
    def key(self) -> str:
        """Sixteen hex digits of how cells are scored; title and length of the list do not change it."""
        text = self.model_dump_json(exclude={"title", "top", "grid"})
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_screen(path: Path) -> ScreenFile:
    """Return the screening of a TOML file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ModelFileError
        If it cannot be read or used: which key, and what is expected.
    """
    return read_part(path, ScreenFile)
