"""Do stated ranges hold what they state? Claims of one site by sources that disagree are set against each other.

`python -m benchmarks.calibrate_ranges` prints the figures of `docs/methods/grade.md`. The factors in the statements
were taken from half of the sites, by the sum of the letters of their ids, and are tried on the other half.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from data.facts import open_facts
from geo.arrays import FloatArray
from scoring.criteria.catalogue import load
from scoring.measures.timing import BUNDLE_DAY, stage_age
from scoring.permitting.outlook import look_ahead
from scoring.permitting.product import ProjectTerms, supply
from scoring.ranking.packed import INTERVAL_Z
from scoring.ranking.pipeline import prepare

#: Sources that copy each other agree to this share; such pairs say nothing.
COPY = 1e-3
CLAIMED = """
SELECT g.site_id, g.commodity, g.source_id, g.chosen, g.value AS grade, g.unit, t.value * g.value AS contained
FROM facts.claim AS g
LEFT JOIN facts.claim AS t ON t.site_id = g.site_id AND t.key = g.key AND t.attribute = 'tonnage_mt'
WHERE g.attribute = 'grade' AND g.value > 0
"""
STAGED = """
SELECT c.site_id, c.text, c.as_of, c.source_id, c.chosen, s.iso3, s.kind, k.regulatory_quality
FROM facts.claim AS c JOIN facts.site AS s USING (site_id) JOIN facts.country AS k USING (iso3)
WHERE c.attribute = 'stage' AND c.as_of >= '2021' AND c.method <> 'unconfirmed'
"""


@dataclass(frozen=True, slots=True)
class Held:
    """How often a stated range holds what another source says: pairs, sites, and the share by level."""

    pairs: int
    sites: int
    at_80: float
    at_90: float


def ratios(claims: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the logarithm of what another source says over what is scored, one row a pair that is no copy."""
    scored = claims[claims["chosen"] & (claims[column] > 0)].drop_duplicates(["site_id", "commodity"])
    pairs = claims[~claims["chosen"]].merge(scored, on=["site_id", "commodity", "unit"], suffixes=("_other", ""))
    pairs = pairs[(pairs["source_id_other"] != pairs["source_id"]) & (pairs[f"{column}_other"] > 0)]
    pairs = pairs.assign(ratio=np.log(pairs[f"{column}_other"] / pairs[column]))
    return pairs[pairs["ratio"].abs() > COPY].drop_duplicates(["site_id", "commodity", f"{column}_other"])


def tried(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of the half of the sites from which no factor was taken."""
    return pairs[pairs["site_id"].map(lambda site_id: sum(map(ord, site_id)) % 2) == 1]


def held(pairs: pd.DataFrame, factor: float) -> Held:
    """Return how often a range of one over a factor to the factor, P5 to P95, holds the other source."""
    at_80 = np.log(factor) * INTERVAL_Z["p10_p90"] / INTERVAL_Z["p5_p95"]
    away = pairs["ratio"].abs()
    return Held(
        len(pairs),
        pairs["site_id"].nunique(),
        float((away <= at_80).mean()),
        float((away <= np.log(factor)).mean()),
    )


def factors(facts: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Return the factor of each measured range, read off the measurements themselves."""
    row = facts.execute(
        "SELECT median(high / value) FROM facts.measurement WHERE criterion_id = 'contained_years' AND value > 0"
    ).fetchone()
    return {"contained": float(row[0]) if row else float("nan")}


def months(facts: duckdb.DuckDBPyConnection) -> Held:
    """Return how often P10 to P90 of the months to product hold the expectation under another source's stage."""
    stages = facts.execute(STAGED).df()
    scored = stages[stages["chosen"]].drop_duplicates("site_id")
    pairs = stages[~stages["chosen"]].merge(scored, on="site_id", suffixes=("_other", ""))
    pairs = pairs[(pairs["text_other"] != pairs["text"]) & (pairs["source_id_other"] != pairs["source_id"])]
    horizon = load().of_id("product_months").worst
    inside = []
    for row in pairs.itertuples():
        here, quality = ProjectTerms(str(row.kind), str(row.iso3)), float(str(row.regulatory_quality))
        looks = [
            look_ahead(str(stage), here.iso3, here.kind == "mine", quality, stage_age(str(as_of)))
            for stage, as_of in ((row.text, row.as_of), (row.text_other, row.as_of_other))
        ]
        mine, other = (supply(look, here, BUNDLE_DAY, horizon) if look else None for look in looks)
        if mine and other:
            inside.append(mine.months.p10 <= other.expected <= mine.months.p90)
    share = float(np.mean(inside)) if inside else float("nan")
    return Held(len(inside), pairs["site_id"].nunique(), share, float("nan"))


def grades(facts: duckdb.DuckDBPyConnection, pairs: pd.DataFrame) -> Held:
    """Return how often the range of a grade's percentile holds the percentile that another source's grade has."""
    rows = facts.execute(
        "SELECT site_id, commodity, value, low, high, reference_group FROM facts.measurement "
        "WHERE criterion_id = 'grade_percentile' AND commodity <> ''"
    ).df()
    scored = facts.execute(
        "SELECT c.commodity, s.deposit_type, deposit_form(s.deposit_type) AS form, c.value "
        "FROM facts.claim AS c JOIN facts.site AS s USING (site_id) "
        "WHERE c.attribute = 'grade' AND c.chosen AND s.kind = 'mine'"
    ).df()
    pools: dict[tuple[str, str], FloatArray] = {
        (str(commodity), str(group)): np.sort(each["value"].to_numpy(float))
        for level in ("form", "deposit_type")
        for (commodity, group), each in scored.groupby(["commodity", level])
    }
    pools |= {(str(c), "all types"): np.sort(each["value"].to_numpy(float)) for c, each in scored.groupby("commodity")}
    joined = pairs.merge(rows, on=["site_id", "commodity"])
    at_80, at_90 = [], []
    shrink = INTERVAL_Z["p10_p90"] / INTERVAL_Z["p5_p95"]
    for row in joined.itertuples():
        pool = pools[str(row.commodity), str(row.reference_group)]
        below, upto = (np.searchsorted(pool, row.grade_other, side) for side in ("left", "right"))
        other = 50 * (below + upto) / len(pool)
        low, value, high = float(row.low), float(row.value), float(row.high)
        at_90.append(low - 1e-9 <= other <= high + 1e-9)
        at_80.append(value - shrink * (value - low) - 1e-9 <= other <= value + shrink * (high - value) + 1e-9)
    return Held(len(joined), joined["site_id"].nunique(), float(np.mean(at_80)), float(np.mean(at_90)))


def main() -> None:
    """Print how often each stated range holds what another source says."""
    facts = open_facts()
    prepare(facts)
    claims = facts.execute(CLAIMED).df()
    found = {
        "Grade percentile": grades(facts, tried(ratios(claims, "grade"))),
        "Contained metal": held(tried(ratios(claims, "contained")), factors(facts)["contained"]),
        "Months to product": months(facts),
    }
    print("| Range | Pairs of claims that disagree | Sites | 80 % holds | 90 % holds |\n|---|---|---|---|---|")
    for name, it in found.items():
        at_90 = "" if np.isnan(it.at_90) else f"{it.at_90:.0%}"
        print(f"| {name} | {it.pairs:,} | {it.sites:,} | {it.at_80:.0%} | {at_90} |")


if __name__ == "__main__":
    main()
