"""Figures of the ledger that are not those of the project as it stands: of a study taken back, of several works."""

from __future__ import annotations

import re

import pandas as pd

from data.bundling.curated import stated_day

#: Words of a page that takes back the study made before.
TAKEN_BACK = re.compile(r"\bstud(y|ies)\b[^;]*\bwithdr|\bstud(y|ies)\b[^;]*\bno longer\b", re.I)
#: Attributes that a study states.
OF_STUDY = ("planned_output", "capex", "npv", "mine_life")
#: Words of a capital cost that is the sum of the project and of another works.
SEVERAL_WORKS = re.compile(
    r"\bboth (deposits|projects|mines|works)\b|\bfor both\b|\b(and|with) [\w ]+ together\b|\bprojects together\b"
    r"|\band \w+ plant together\b|\band battery works\b|\bwhole complex\b|\bwith recycled \w+\b"
    r"|\bfor mine, road and plant\b",
    re.I,
)


def figures_that_count(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of a project; figures that are not its own, or hold no longer, are told in words only.

    Parameters
    ----------
    rows : DataFrame
        Claims of one project: attribute, value, low, high, unit, text, scope, evidence, as_of, retrieved, standing
        (text). Units are those of the page.

    Returns
    -------
    DataFrame
        The same rows. Where a figure does not count, value, low, high and unit are empty, and text begins with the
        figure and its unit: outputs, costs and mine lives of before the day on which a page that is not weak says that
        the study was taken back, and costs that are the sum of several works.
    """
    stages = rows[(rows["attribute"] == "stage") & (rows["standing"] != "weak")]
    back = [row for _, row in stages.iterrows() if TAKEN_BACK.search(f"{row['scope']}; {row['evidence']}")]
    until = max((stated_day(row["as_of"], row["retrieved"]) for row in back), default="")
    days = pd.Series([stated_day(row["as_of"], row["retrieved"]) for _, row in rows.iterrows()], rows.index)
    old = rows["attribute"].isin(OF_STUDY) & (days < until)
    words = rows["scope"] + "; " + rows["evidence"]
    summed = (rows["attribute"] == "capex") & words.map(lambda each: bool(SEVERAL_WORKS.search(each)))
    told = old | summed
    if not told.any():
        return rows
    rows = rows.copy()
    figure = rows["value"].where(rows["value"] != "", rows["low"] + " to " + rows["high"])
    rows.loc[told, "text"] = (figure + " " + rows["unit"] + " " + rows["text"])[told].str.strip()
    rows.loc[old, "scope"] = [", ".join(filter(None, (each, "study taken back"))) for each in rows.loc[old, "scope"]]
    rows.loc[told, ["value", "low", "high", "unit"]] = ""
    return rows
