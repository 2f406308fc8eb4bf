"""What sites put out by their sources, in tonnes that a gap counts."""

from __future__ import annotations

import duckdb
import pandas as pd

from data.sql import Record, records, sql
from scoring.measures.product_forms import output_range, stated_form

#: A derivative or recycled product whose words name no form is no metal: its metal lies within this factor either way.
UNKNOWN_FORM = 3.0
#: Columns of ``stated_output``, with their types.
COLUMNS = {
    "site_id": "string",
    "commodity": "string",
    "origin": "string",
    "tonnes": "float64",
    "low": "float64",
    "high": "float64",
    "stands": "bool",
    "status": "string",
    "source_id": "string",
    "as_of": "string",
}


def make_stated_output(facts: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``stated_tonnes`` and ``stated_output``; the second is in t/y of the grade basis.

    ``stated_output`` has a row a site, commodity and origin (planned or capacity): the tonnes that a source states,
    times what a tonne of that product holds. What does not stand yet has the range that outputs at its stage have
    (`product_forms.output_range`); that it may come to nothing is for the chance of product to tell. Tonnes of a
    product whose words are not known, or that are no output of the metal, have no row.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the schema ``combined``.
    """
    facts.execute(sql("scoring/measures/stated_tonnes.sql"))
    rows = records(facts.execute("FROM stated_tonnes ORDER BY site_id, commodity, origin"))
    found = [output for row in rows if (output := _output(row))]
    facts.register("stated_output_frame", pd.DataFrame(found, columns=[*COLUMNS]).astype(COLUMNS))
    facts.execute("CREATE OR REPLACE TEMP TABLE stated_output AS FROM stated_output_frame")
    facts.unregister("stated_output_frame")


def _output(row: Record) -> tuple[object, ...] | None:
    form = stated_form(row)
    if form is None or form.level is None:
        return None
    other_product = row["kind"] in ("derivative", "recycling")
    width = UNKNOWN_FORM if other_product and form.plain else 1.0
    least, most = (1.0, 1.0) if row["stands"] else output_range(str(row["stage"] or ""))
    low = (row["tonnes"] * least if row["low"] is None else row["low"]) * form.low / width
    high = (row["tonnes"] * most if row["high"] is None else row["high"]) * form.high * width
    tonnes = row["tonnes"] * (form.low + form.high) / 2
    status = "measured" if row["stands"] and not other_product else "modelled"
    named = (row["site_id"], row["commodity"], row["origin"], tonnes)
    return (*named, min(low, tonnes), max(high, tonnes), row["stands"], status, row["source_id"], row["as_of"])
