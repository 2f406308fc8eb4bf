"""Helps the tests of uploads.

Puts files into a job's folder, reads them as the worker does, and opens what comes out.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.contract import VECTOR_SCHEMA, Report, Request, report_from, write_report
from layers.reading.read import read

PARTS = (".dfn", ".gfs")


class Job:
    """A folder with an upload, and one for the answer."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "job", folder / "out"
        self.folder.mkdir(parents=True)
        self.out.mkdir()

    def read(self, *paths: Path, name: str = "", **request: Any) -> Report:
        """Read files as one upload; the report goes through its JSON, as it does on its way to the app."""
        for path in paths:
            shutil.copyfile(path, self.folder / f"upload{path.suffix}")
        files = tuple(f"upload{path.suffix}" for path in paths)
        write_report(read(self.folder, Request(files, name or paths[0].name, **request), self.out), self.out)
        assert not (self.out / "unpacked").exists()
        return report_from(json.loads((self.out / "report.json").read_text(encoding="utf-8")))

    def table(self, report: Report, layer: int = 0) -> pa.Table:
        """Return a written layer, checked against the contract."""
        with pa.memory_map(str(self.out / report.layers[layer].file)) as source:
            table = pa.ipc.open_file(source).read_all()
        assert table.schema.equals(VECTOR_SCHEMA)
        table.validate(full=True)
        return table

    def shapes(self, report: Report, layer: int = 0) -> np.ndarray[Any, Any]:
        """Return the geometry of a written layer; always valid and on Earth."""
        shapes = shapely.from_wkb(self.table(report, layer)["geometry"].to_numpy(zero_copy_only=False))
        assert shapely.is_valid(shapes).all()
        assert not shapely.has_z(shapes).any()
        west, south, east, north = shapely.total_bounds(shapes)
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
        return shapes


def codes(report: Report) -> set[str]:
    """Return the codes of the findings."""
    return {finding.code for finding in report.findings}


def zipped(target: Path, *files: Path, folder: str = "") -> Path:
    """Pack files into a zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
                archive.write(each, f"{folder}{each.relative_to(path.parent)}")
    return target
