"""A bundle of about a thousand sites, made from the whole one.

For tests of what does not depend on the number of sites.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.facts import HERE, TABLES

WHOLE = HERE / "bundled"
WHOLE_COUNTRIES = ("NAM", "JPN")
SOME_COUNTRIES = ("USA", "AUS", "CAN")
#: What a dysprosium lens lists: all of these sites are there, so that the lens answers as on the whole bundle.
RARE_EARTHS = frozenset({"rare earths", "neodymium", "dysprosium"})
#: Of each of the other countries and kinds, at most this many sites beside these.
MOST = 40


def site_ids() -> list[str]:
    """Return the ids of the sites, in the order of the whole bundle."""
    sites = pq.read_table(WHOLE / "site.parquet", columns=["site_id", "iso3", "kind", "commodities"]).to_pylist()
    seen: dict[tuple[str, str], int] = {}
    chosen = []
    for site in sites:
        group = (site["iso3"], site["kind"])
        seen[group] = seen.get(group, 0) + 1
        some = site["iso3"] in WHOLE_COUNTRIES or (site["iso3"] in SOME_COUNTRIES and seen[group] <= MOST)
        if some or not RARE_EARTHS.isdisjoint(site["commodities"]):
            chosen.append(site["site_id"])
    return chosen


def write(folder: Path, sites: Sequence[str] = ()) -> Path:
    """Write the bundle below `folder` and return it: fact tables of these sites, everything else by link.

    Without `sites`, of the chosen ones.
    """
    folder.mkdir(parents=True)
    kept = sites or site_ids()
    for path in WHOLE.iterdir():
        if path.stem in TABLES and "site_id" in pq.read_schema(path).names:
            table = pq.read_table(path)
            pq.write_table(table.filter(pc.is_in(table["site_id"], value_set=pa.array(kept))), folder / path.name)
        else:
            (folder / path.name).symlink_to(path)
    return folder
