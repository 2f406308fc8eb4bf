"""Screening of candidate sites by the million: a table is cut into parts that any engine measures and scores.

Sites are read, measured and scored by the functions of the app; a site is compared with the bundle alone, so that how
the table is cut changes nothing. A manifest says which part was made from what: after a stop, the same call makes only
what is missing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from data import user_features
from data.facts import data_version, open_facts
from data.sources import file_sha256
from data.user_layers import UserLayer
from data.user_sites import SiteColumns, no_sites, sites_of_part
from geo.errors import OrebridgeError
from layers import imports
from layers.imports import ImportOptions
from layers.sandbox import Reader
from scoring.prospectivity.grid_store import UNFINISHED, Watch, write_table, write_whole
from scoring.prospectivity.screen import MANIFEST, SCREEN, Engine
from scoring.ranking.scenario import Scenario
from workspace import site_screen_work as work
from workspace.facts import grade_basis
from workspace.measured_sites import program_key
from workspace.site_screen_file import SitesFile
from workspace.site_screen_work import PartScores

PARTS, SCORES, TABLE = "parts", "scores", "table.json"
#: Rows of a part. Each part takes about ten seconds of a processor besides: trees of lines, the rows of the bundle.
PART_ROWS = 50_000


class SiteScreenError(OrebridgeError):
    """A table of sites that cannot be screened: not there, or of several layers."""


@dataclass(frozen=True, slots=True)
class ScreenedSites:
    """What a screening of sites says.

    Attributes
    ----------
    title : str
    rows, sites, left_out : int
        Rows of the table, those that are sites, and those that name no screened commodity.
    unknown_words : dict of str to int
        Words that name no screened commodity, the commonest first, and in how many rows.
    checksum : str
        The same for the same sites, values and scores, however the table is cut.
    best : tuple of dict
        The head of the list, with rank.
    criteria : tuple of str
        Ids, the fields of ``values`` and ``desirability`` in the files.
    files, made : int
        Parts, and those that this run made; the others were there.
    scenario_hash, data_version : str
    """

    title: str
    rows: int
    sites: int
    left_out: int
    unknown_words: dict[str, int]
    checksum: str
    best: tuple[dict[str, Any], ...]
    criteria: tuple[str, ...]
    files: int
    made: int
    scenario_hash: str
    data_version: str


def screen_sites(
    asked: SitesFile,
    beside: Path,
    folder: Path,
    engine: Engine,
    watch: Watch = lambda _share: None,
    part_rows: int = PART_ROWS,
) -> ScreenedSites:
    """Screen a table of sites.

    Parameters
    ----------
    asked : SitesFile
    beside : Path
        Folder of its file: a relative path of the table starts there.
    folder : Path
        Of the results: ``parts``, ``scores``, ``manifest.jsonl`` and ``screen.json``.
    engine : Engine
    watch : callable
        Called with the share of the work that is done, 0..1; what it raises stops the work and loses no finished part.
    part_rows : int
        Rows of a part.

    Raises
    ------
    OrebridgeError
        If the table cannot be read as sites, or the scenario cannot be scored.
    """
    scenario = asked.scenario
    for name in (PARTS, SCORES):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for path in (folder / name).glob(f"{UNFINISHED}*"):
            path.unlink(missing_ok=True)
    layer, parts = _table(asked, beside / asked.sites, folder, part_rows)
    watch(0.1)
    mapping = asked.columns.completed(layer)
    _check(layer, mapping)
    key = [work.layer_text(replace(layer, imported_at=layer.imported_at.min)), asdict(mapping), scenario.as_dict()]
    base = json.dumps([key, program_key(), data_version()], sort_keys=True)
    calls = [
        {
            "part": str(folder / PARTS / part["file"]),
            "first": part["first"],
            "question": {"layer": work.layer_text(layer), **asdict(mapping), "scenario": scenario.as_dict()},
            "out": str(folder / SCORES / part["file"]),
            "key": hashlib.sha256(f"{base}{part}".encode()).hexdigest()[:24],
            "top": asked.top,
        }
        for part in parts
    ]
    made, done = _run(calls, folder, engine, asked.top, lambda share: watch(0.1 + 0.9 * share))
    merged = _merged(asked, scenario, layer, done, made)
    _keep(folder, merged)
    watch(1.0)
    return merged


def _table(asked: SitesFile, path: Path, folder: Path, part_rows: int) -> tuple[UserLayer, list[dict[str, Any]]]:
    """Return the layer of a table and its parts: those that are there, or as the sandboxed reader makes them."""
    if not path.is_file():
        raise SiteScreenError("{path} is no file; name the table of sites.", path=path)
    reading = [asked.layer, asked.crs, sorted(asked.cure.items()), asked.source_date, part_rows, program_key()]
    key = hashlib.sha256(json.dumps([file_sha256(path), path.name, reading]).encode()).hexdigest()[:24]
    stored = folder / TABLE
    if stored.exists():
        values = json.loads(stored.read_text(encoding="utf-8"))
        if values["key"] == key and all((folder / PARTS / part["file"]).exists() for part in values["parts"]):
            return work.layer_from(values["layer"]), values["parts"]
        stored.unlink()
    layer, features = _read(asked, path)
    for old in (folder / PARTS).glob("*.parquet"):
        old.unlink()
    parts = []
    for number, first in enumerate(range(0, len(features), part_rows)):
        rows = features.slice(first, part_rows)
        write_table(folder / PARTS / f"{number:05d}.parquet", rows)
        parts.append({"file": f"{number:05d}.parquet", "first": first, "rows": len(rows)})
    text = json.dumps({"key": key, "layer": work.layer_text(layer), "parts": parts}, ensure_ascii=False)
    write_whole(stored, lambda other: other.write_text(text, encoding="utf-8"))
    return layer, parts


def _read(asked: SitesFile, path: Path) -> tuple[UserLayer, pa.Table]:
    """Read a table as an import does, in the sandbox."""
    with TemporaryDirectory() as home, path.open("rb") as stream, Reader() as reader:
        upload = imports.take_in(Path(home), [(path.name, stream)])
        try:
            wanted = (asked.layer,) if asked.layer else ()
            draft = imports.read(reader, upload, imports.request_for(upload, wanted, asked.crs, dict(asked.cure)))
            found = imports.new_layers(draft, ImportOptions(role="sites", source_date=asked.source_date), wanted)
        finally:
            imports.discard(upload)
    if len(found) != 1 or found[0].features is None:
        raise SiteScreenError(
            "{file} holds {layers}; sites come from one layer of points, lines or areas: name it as `layer`.",
            file=path.name,
            layers=[new.row.name for new in found],
        )
    return found[0].row, found[0].features


def _check(layer: UserLayer, mapping: SiteColumns) -> None:
    """Raise, before any engine begins, where the columns do not tell of sites."""
    none = user_features.features_of(pa.table({name: [] for name in ("geometry", "numbers", "texts")}), layer)
    with open_facts(tables=("commodity",)) as facts:
        sites_of_part(layer, none, mapping, grade_basis(facts))


def _run(
    calls: Sequence[Mapping[str, Any]], folder: Path, engine: Engine, top: int, watch: Watch
) -> tuple[int, list[PartScores]]:
    """Make the parts that are missing; return how many that were, and the summaries of all."""
    known = _manifest(folder, top)
    ready = {call["key"] for call in calls if call["key"] in known and Path(call["out"]).exists()}
    done = [known[call["key"]] for call in calls if call["key"] in ready]
    missing = [call for call in calls if call["key"] not in ready]
    lines = "".join(_line(top, each) for each in done)
    write_whole(folder / MANIFEST, lambda path: path.write_text(lines, encoding="utf-8"))
    with (
        (folder / MANIFEST).open("a", encoding="utf-8") as manifest,
        closing(engine.map(work.score_part, missing)) as results,
    ):
        for result in results:
            if isinstance(result, PartScores):
                done.append(result)
                manifest.write(_line(top, result))
                manifest.flush()
                watch(len(done) / len(calls))
    named = {Path(call["out"]).name for call in calls}
    for path in (folder / SCORES).glob("*.parquet"):
        if path.name not in named:
            path.unlink(missing_ok=True)
    return len(missing), done


def _line(top: int, made: PartScores) -> str:
    return json.dumps({"top": top, **made.as_dict()}, ensure_ascii=False) + "\n"


def _manifest(folder: Path, top: int) -> dict[str, PartScores]:
    """Return what earlier runs made, by key; a line that was cut short is left out."""
    known: dict[str, PartScores] = {}
    path = folder / MANIFEST
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            values = json.loads(line)
            if values.pop("top") >= top:
                known[values["key"]] = PartScores(**values)
        except (ValueError, KeyError, TypeError):
            continue
    return known


def _merged(
    asked: SitesFile, scenario: Scenario, layer: UserLayer, parts: Sequence[PartScores], made: int
) -> ScreenedSites:
    sites, left_out = sum(part.sites for part in parts), sum(part.left_out for part in parts)
    if not sites:
        raise no_sites(layer)
    words = sum((Counter(part.unknown_words) for part in parts), Counter[str]())
    checksum = 0
    for part in parts:
        checksum ^= int(part.checksum)
    every = [row for part in parts for row in part.best]
    every.sort(key=lambda row: (row["gate_failed"], -round(row["score"], 12), row["site_id"].encode()))
    best = tuple({"rank": rank, **row} for rank, row in enumerate(every[: asked.top], 1))
    return ScreenedSites(
        asked.title or layer.name,
        layer.features,
        sites,
        left_out,
        dict(words.most_common(1000)),
        f"{checksum:016x}",
        best,
        tuple(criterion.id for criterion in scenario.criteria),
        len(parts),
        made,
        scenario.scenario_hash,
        data_version(),
    )


def _keep(folder: Path, screened: ScreenedSites) -> None:
    text = json.dumps(asdict(screened), ensure_ascii=False, indent=1)
    write_whole(folder / SCREEN, lambda path: path.write_text(text, encoding="utf-8"))
