"""What the readers of the formats hand on: layers as the file has them, and the findings that they gather."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.contract import LEFT_OUT_ROWS, Finding

GeometryArray = NDArray[np.object_]


@dataclass
class RawLayer:
    """A vector layer as the file has it.

    Attributes
    ----------
    name : str
        As the file calls it.
    attributes : DataFrame
        One row a feature, without geometry; column names may repeat.
    geometry : ndarray of shapely geometries or None
        In the CRS of the file, x (east, lon) first; an element None is a feature without a place; None: a table without
        geometry.
    crs : str
        ``EPSG:n`` or WKT; empty: the file does not say.
    crs_reason : str
        Why, in words: "the .prj says so".
    """

    name: str
    attributes: pd.DataFrame
    geometry: GeometryArray | None
    crs: str
    crs_reason: str


@dataclass
class RawRaster:
    """A raster layer that is not read yet.

    Attributes
    ----------
    name : str
        As the file calls it.
    path : str
        What rasterio opens: a path, or the name of a subdataset.
    driver : str
        The one GDAL driver that may open it.
    crs, crs_reason : str
        As for `RawLayer`.
    unit : str
        As the file states it; empty: it does not.
    """

    name: str
    path: str
    driver: str
    crs: str
    crs_reason: str
    unit: str = ""


@dataclass(frozen=True)
class Source:
    """The file that is read.

    Attributes
    ----------
    path : Path
        The file itself, under a name of ours.
    companions : dict of str to Path
        Files beside it by lower-case suffix with its dot: ``.dfn``, ``.dbf``.
    original_name : str
        As the user calls it; never opened.
    """

    path: Path
    companions: Mapping[str, Path]
    original_name: str


class Refused(Exception):  # noqa: N818 - an outcome, not an error
    """The whole file cannot be used; carries the finding that says why.

    Parameters
    ----------
    code : str
        Key of `layers.findings.TEMPLATES`.
    row : int, optional
        First row that is concerned, counted from 1.
    actions : tuple of str
        Cures as ``key=value``.
    **details
        What the sentences name.
    """

    def __init__(self, code: str, row: int | None = None, actions: tuple[str, ...] = (), **details: Any) -> None:
        self.finding = Finding(code, row, "", details, actions)
        super().__init__(code)


@dataclass
class Notes:
    """Gathers the findings of one file in the order in which they were made.

    Attributes
    ----------
    findings : list of Finding
    left_out : list of DataFrame
        Rows of the file that no layer holds: layer, row (counted from 1), and the columns of the file.
    """

    findings: list[Finding] = field(default_factory=list)
    left_out: list[pd.DataFrame] = field(default_factory=list)

    def leave_out(self, layer: str, rows: pd.DataFrame) -> None:
        """Keep rows that cannot be used, so that the user gets them back.

        Their index is the row of the file, from 0.

        Parameters
        ----------
        layer : str
            Name of the layer in the file, for findings.
        rows : pd.DataFrame
            Rows that are left out.
        """
        kept = rows.head(LEFT_OUT_ROWS)
        cells = {str(name): kept.iloc[:, at].astype(str).to_numpy() for at, name in enumerate(kept.columns)}
        place = {"layer": layer, "row": np.asarray(kept.index, dtype=np.int64) + 1}
        self.left_out.append(
            pd.DataFrame({**place, **{f"{name}_2" if name in place else name: cell for name, cell in cells.items()}})
        )

    def add(
        self, code: str, row: int | None = None, layer: str = "", actions: tuple[str, ...] = (), **details: Any
    ) -> None:
        """Keep a finding; arguments as the fields of `Finding`.

        Parameters
        ----------
        code : str
            Code of a coordinate system.
        row : int or None, optional
            Row of the file, from 0; None: the whole.
        layer : str, optional
            Name of the layer in the file, for findings.
        actions : tuple[str, ...], optional
            Cures that the user may choose.
        """
        self.findings.append(Finding(code, row, layer, details, actions))
