"""Of how many of the first projects two publishers state the stage and name the owner."""

from __future__ import annotations

import duckdb

from data.publishers import ENOUGH, of_site
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import STEPS, opening
from scoring.sites.dossier import rows

#: So many of the list that the app opens with are looked at, by step.
FIRST = {step: 100 if step == "mines" else 25 for step in STEPS}


def two_publishers(facts: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return name of a count -> sites: the first of each step whose stage, and whose main owner, two publishers state.

    Parameters
    ----------
    facts : duckdb.DuckDBPyConnection
        The facts with the relations of `scoring.ranking.pipeline.prepare`; a cursor of it is taken.
    """
    found: dict[str, int] = {}
    for step, first in FIRST.items():
        sites = rank(facts, opening().with_filters(step=step)).head(first)
        said = [
            of_site(
                rows(facts, "claims_of_site", {"site_id": site_id}),
                stage,
                rows(facts, "owners_of_site", {"site_id": site_id}),
            )
            for site_id, stage in zip(sites["site_id"], sites["stage"], strict=True)
        ]
        found[f"stage_two_publishers_first_{first}_{step}"] = sum(each.stage_publishers >= ENOUGH for each in said)
        found[f"owner_two_publishers_first_{first}_{step}"] = sum(each.owner_publishers >= ENOUGH for each in said)
    return found
