"""Work on one part of a table of candidate sites, for any engine: measured and scored as own sites are in the app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data import user_features
from data.facts import open_facts
from data.sql import records, sql
from data.user_layers import UserLayer, UserSites
from data.user_sites import SiteColumns, sites_of_part
from scoring.prospectivity.grid_store import write_table
from scoring.ranking.pipeline import prepare, terms
from scoring.ranking.scenario import Scenario
from scoring.ranking.scenario_reading import from_dict
from workspace.attach import attach_sites
from workspace.facts import grade_basis

CHECKSUM = "SELECT coalesce(bit_xor(hash(s)), 0)::VARCHAR FROM scored AS s"
#: The order of a list, as `scoring/ranking/ranked.sql` has it.
BEST = "FROM scored ORDER BY gate_failed, round(score, 12) DESC, site_id LIMIT $top"


@dataclass(frozen=True, slots=True)
class PartScores:
    """What is known of a scored part.

    Attributes
    ----------
    file, key : str
        Of the output, and what it was made from; a file with the same key need not be made again.
    sites, left_out : int
        Rows that are sites, and those that name no screened commodity.
    unknown_words : dict of str to int
        Words that name no screened commodity, and in how many rows.
    checksum : str
        XOR of the hashes of the rows: the same however sites are spread over parts.
    best : tuple of dict
        The head of the list: columns of the output without values and desirability.
    """

    file: str
    key: str
    sites: int
    left_out: int
    unknown_words: dict[str, int]
    checksum: str
    best: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types; ``PartScores(**values)`` is the inverse."""
        return asdict(self)


def layer_text(layer: UserLayer) -> str:
    """Return a layer as JSON; `layer_from` is the inverse.

    Parameters
    ----------
    layer : UserLayer
    """
    return json.dumps(asdict(layer), ensure_ascii=False, default=str)


def layer_from(text: str) -> UserLayer:
    """Return the layer that `layer_text` wrote.

    Parameters
    ----------
    text : str
    """
    values = json.loads(text)
    return UserLayer(**{**values, "imported_at": datetime.fromisoformat(values["imported_at"])})


def score_part(
    part: str,
    first: int,
    question: Mapping[str, Any],
    out: str,
    key: str,
    top: int,
    threads: int,  # noqa: ARG001 - the facts take the cores that there are
) -> PartScores:
    """Measure and score a part of a table, write it whole, and return its summary.

    Parameters
    ----------
    part : str
        Parquet file with the columns geometry, numbers and texts of the layer.
    first : int
        Position of its first row in the table, from 0.
    question : mapping
        ``layer`` as `layer_text` writes it; ``fields`` and ``constants`` of `SiteColumns`; ``scenario`` as
        `Scenario.as_dict` writes it.
    out, key : str
        Parquet file that is written, and what is kept of it in the summary.
    top : int
        How many of the best are returned.
    threads : int
        Not read.
    """
    row, asked = layer_from(question["layer"]), from_dict(question["scenario"])
    mapping = SiteColumns(question["fields"], question["constants"])
    with open_facts() as facts:
        prepare(facts)
        own = sites_of_part(
            row, user_features.features_of(pq.read_table(part), row), mapping, grade_basis(facts), first
        )
        scored = _scored(facts, _owned(own, row.imported_by), asked)
    write_table(Path(out), scored)
    with duckdb.connect() as con:
        con.register("scored", scored)
        checksum = con.execute(CHECKSUM).fetchall()[0][0]
        con.register("scored", scored.drop_columns(["values", "desirability"]))
        best = records(con.execute(BEST, {"top": top}))
    return PartScores(out, key, len(own.sites), own.left_out, own.unknown_words, checksum, tuple(best))


def _owned(own: UserSites, owner: str) -> UserSites:
    """Return sites and claims with their owner, as the store gives them."""
    return UserSites([{**row, "owner": owner} for row in own.sites], [{**row, "owner": owner} for row in own.claims])


def _scored(facts: duckdb.DuckDBPyConnection, own: UserSites, scenario: Scenario) -> pa.Table:
    """Return the sites as they are listed, with values and desirability by criterion; see ``screened_sites.sql``."""
    attach_sites(facts, own)
    table = facts.cursor().execute(sql("scoring/ranking/screened_sites.sql"), {"s": terms(facts, scenario)})
    found = table.to_arrow_table()
    names = [criterion.id for criterion in scenario.criteria]
    for name in ("values", "desirability"):
        flat = found[name].combine_chunks().flatten().cast(pa.float64())
        by_criterion = [flat.take(pa.array(range(j, len(flat), len(names)), pa.int64())) for j in range(len(names))]
        found = found.set_column(
            found.schema.get_field_index(name), name, pa.StructArray.from_arrays(by_criterion, names=names)
        )
    return found
