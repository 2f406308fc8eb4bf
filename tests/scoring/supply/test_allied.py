"""Allied sites of a cell by the switch of stages: what counts, what is added, and what stays unknown."""

from __future__ import annotations

import duckdb
import pytest

from scoring.supply.allied import AlliedFacts, allied_facts, with_allied
from scoring.supply.chain_sites import SWITCHES
from scoring.supply.concentration import Interval
from scoring.supply.desks import UnknownChoiceError
from scoring.supply.leaders import Concentration
from scoring.supply.markets import Place
from scoring.supply.response_sites import OutputRow, SiteOutput
from scoring.supply.vulnerability import Cell, vulnerability

Ends = tuple[float, float]
WORLD = Concentration(
    source_id="usgs_mcs_2026",
    vintage="2026",
    year=2025,
    basis="Li",
    unit="t",
    total=Interval(1000, 1000),
    leading_country="AUS",
    leading_share_pct=Interval(50, 50),
    leads_for_sure=True,
    covered_share_pct=Interval(0, 0),
    hhi=None,
    not_counted=(),
)
LITHIUM = Cell(Place("lithium", "mine"), "us", "2026", WORLD)


def output(stage: str, made: Ends | None, added: Ends | None) -> SiteOutput:
    row: OutputRow = {
        "site_id": f"{stage}-{made}-{added}",
        "name": stage,
        "iso3": "AUS",
        "kind": "mine",
        "stage": stage,
        "bloc": "partner",
        "owners": "pass",
        "allied": True,
        "value": 1.0,
        "low": None,
        "high": None,
        "planned": made is None,
        "product": "",
        "by_weight": False,
        "source_id": "",
        "url": "",
        "as_of": "",
        "attribute": "capacity_t_y",
        "commodity": "lithium",
    }
    return SiteOutput(row, made, added, ())


def known(*outputs: SiteOutput, silent: tuple[str, ...] = ()) -> AlliedFacts:
    at = ("lithium", "mine")
    stages = [*(site.row["stage"] for site in outputs), *silent]
    return AlliedFacts({at: stages}, {at: outputs}, {"lithium": frozenset({"Li"})})


SITES = known(
    output("operating", (100, 120), (0, 30)),
    output("construction", None, (50, 60)),
    output("feasibility", None, (200, 200)),
    output("exploration", None, (400, 500)),
    silent=("operating", "suspended"),
)


@pytest.mark.parametrize(
    ("switch", "listed", "stating", "tonnes"),
    [
        ("operating", 2, 1, Interval(100, 120)),
        ("construction", 3, 2, Interval(150, 210)),
        ("feasibility", 4, 3, Interval(350, 410)),
        ("all", 6, 4, Interval(750, 910)),
    ],
)
def test_the_switch_says_which_sites_count(switch: str, listed: int, stating: int, tonnes: Interval) -> None:
    (cell,) = with_allied([LITHIUM], SITES, switch)
    assert cell.allied is not None
    assert (cell.allied.listed, cell.allied.stating, cell.allied.tonnes) == (listed, stating, tonnes)
    assert cell.allied.share_pct == Interval(tonnes.low / 10, tonnes.high / 10)


def test_sites_that_state_nothing_are_listed_and_no_tonne_is_made_up() -> None:
    (cell,) = with_allied([LITHIUM], known(silent=("operating",)))
    assert cell.allied is not None
    assert (cell.allied.listed, cell.allied.stating, cell.allied.tonnes, cell.allied.share_pct) == (1, 0, None, None)


def test_another_basis_of_world_supply_leaves_the_share_unknown() -> None:
    other = AlliedFacts(SITES.stages, SITES.outputs, {"lithium": frozenset({"Li2CO3"})})
    (cell,) = with_allied([LITHIUM], other)
    assert cell.allied is not None
    assert cell.allied.tonnes is not None
    assert cell.allied.share_pct is None


def test_a_wider_switch_never_lists_or_states_less(facts: duckdb.DuckDBPyConnection) -> None:
    cells, every = vulnerability(facts, "us"), allied_facts(facts)
    narrow = with_allied(cells, every, "operating")
    for switch in list(SWITCHES)[1:]:
        wide = with_allied(cells, every, switch)
        for before, after in zip(narrow, wide, strict=True):
            if before.allied is None or after.allied is None:
                assert before.place.form
                continue
            assert after.allied.listed >= before.allied.listed
            assert after.allied.stating >= before.allied.stating
            if before.allied.tonnes:
                assert after.allied.tonnes is not None
                assert after.allied.tonnes.low >= before.allied.tonnes.low - 1e-6
                assert after.allied.tonnes.high >= before.allied.tonnes.high - 1e-6
        narrow = wide
    assert sum(cell.allied is not None and cell.allied.share_pct is not None for cell in narrow) >= 15


def test_a_switch_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownChoiceError, match="stages 'soon' is not there; take one of operating, construction"):
        with_allied([LITHIUM], SITES, "soon")
