"""Owners of sites: one holder a company."""

from __future__ import annotations

import pandas as pd

from data.bundling.owners import one_holder_each

NAN = float("nan")


def kept(*rows: tuple[str, str, str, float]) -> list[tuple[str, float | None]]:
    table = one_holder_each(pd.DataFrame(rows, columns=["site_id", "owner", "company", "share_pct"]))
    shares = table["share_pct"]
    return list(zip(table["owner"], shares.astype(object).where(shares.notna(), None), strict=True))


def test_two_spellings_of_one_company_at_one_site_are_one_holder() -> None:
    """Serra Verde was held by "Vision Blue" and by "Vision Blue Resources"."""
    blue = "Vision Blue Resources"
    assert kept(("s", "Vision Blue", blue, NAN), ("s", blue, blue, NAN)) == [(blue, None)]
    assert kept(("s", "Vision Blue", blue, 20.0), ("s", blue, blue, NAN)) == [("Vision Blue", 20.0)]
    assert len(kept(("s", "Vision Blue", blue, NAN), ("t", blue, blue, NAN))) == 2


def test_two_different_shares_and_names_that_nobody_traces_stay() -> None:
    assert len(kept(("s", "A", "A Inc.", 30.0), ("s", "A Ltd", "A Inc.", 20.0))) == 2
    assert len(kept(("s", "Family X", "", NAN), ("s", "Family Y", "", NAN))) == 2
