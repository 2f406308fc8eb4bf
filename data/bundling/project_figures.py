"""Figures of the ledger that are not the project's as it stands: of a study taken back, of several works, of feed."""

from __future__ import annotations

import re
from collections.abc import Callable

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
    r"|\bfor mine, road and plant\b|\bmine\b[\w ,]* and (refinery|Bécancour)\b",
    re.I,
)
#: Words of a plan in whose place a newer one has come that is told in another measure.
REPLACED = re.compile(r"\bplan replaced\b", re.I)
#: Words of tonnes a year of all works of a company, told of one of them.
OF_COMPANY = re.compile(r"\bcompany total\b|\ball US plants\b", re.I)
#: Words of a plan in tonnes of what goes in.
FED = re.compile(r"\b(scrap|fractions?|waste|batteries|feed|feedstock) (treated|processed)\b", re.I)


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
        the study was taken back, costs that are the sum of several works, tonnes of all works of a company, plans in
        tonnes of what goes in, and plans that a newer one in another measure has replaced.
    """
    stages = rows[(rows["attribute"] == "stage") & (rows["standing"] != "weak")]
    back = [row for _, row in stages.iterrows() if TAKEN_BACK.search(f"{row['scope']}; {row['evidence']}")]
    until = max((stated_day(row["as_of"], row["retrieved"]) for row in back), default="")
    days = pd.Series([stated_day(row["as_of"], row["retrieved"]) for _, row in rows.iterrows()], rows.index)
    old = rows["attribute"].isin(OF_STUDY) & (days < until)
    words = rows["scope"] + "; " + rows["evidence"]
    summed = (rows["attribute"] == "capex") & words.map(_says(SEVERAL_WORKS))
    product = rows["text"] + "; " + rows["scope"]
    of_company = rows["attribute"].isin(["capacity", "planned_output"]) & product.map(_says(OF_COMPANY))
    fed = (rows["attribute"] == "planned_output") & product.map(_says(FED))
    replaced = (rows["attribute"] == "planned_output") & rows["scope"].map(_says(REPLACED))
    told = old | summed | of_company | fed | replaced
    if not told.any():
        return rows
    rows = rows.copy()
    figure = rows["value"].where(rows["value"] != "", rows["low"] + " to " + rows["high"])
    rows.loc[told, "text"] = (figure + " " + rows["unit"] + " " + rows["text"])[told].str.strip()
    rows.loc[old, "scope"] = [", ".join(filter(None, (each, "study taken back"))) for each in rows.loc[old, "scope"]]
    rows.loc[told, ["value", "low", "high", "unit"]] = ""
    return rows


def _says(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda each: bool(pattern.search(each))
