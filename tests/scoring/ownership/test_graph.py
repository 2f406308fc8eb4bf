"""The ownership graph against brute force.

Every path enumerated, the series of powers truncated, the SQL that defines it.
"""

from __future__ import annotations

from fractions import Fraction

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import facts as bundle
from data.bundling.holdings import COLUMNS, holdings, key
from data.bundling.owners import companies
from data.sql import sql
from scoring.errors import UnknownCompanyError
from scoring.ownership.covered_nation import company, ownership, read_graph
from scoring.ownership.graph import BLOCS, Edge, Graph, attributable, covered_interval, graph_of
from tests.conftest import ONE_THREAD
from tests.sampling import law

NAMES = [f"n{i}" for i in range(7)]
SEATS = ["us", "japan", "partner", "neutral", "covered"]


@st.composite
def worlds(draw, cyclic: bool = False, most: int = 100, unstated: bool = True) -> tuple[list[Edge], dict[str, str]]:
    """Draw holdings with whole percents, at most `most` % of one entity, and the seats of some of them.

    N0 is the root.
    """
    edges = []
    for i, held in enumerate(NAMES):
        left = most
        others = [n for n in NAMES if n != held] if cyclic else NAMES[i + 1 :]
        for holder in draw(st.lists(st.sampled_from(others), unique=True, max_size=3)) if others else []:
            share = draw(st.integers(0, left))
            left -= share
            edges.append(
                Edge(
                    held,
                    holder,
                    None if unstated and share == 0 else share / 100,
                    as_of=draw(st.sampled_from(["2015", "2024"])),
                )
            )
    seats = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(SEATS)))
    if not any(edge.held == "n0" for edge in edges):
        edges.append(Edge("n0", "n1", 1.0))
    return edges, seats


def by_paths(edges: list[Edge], seats: dict[str, str], root: str) -> dict[str, Fraction]:
    """Return bloc -> share by walking every path to its end, in exact fractions. Ends only without cycles."""
    found = dict.fromkeys(BLOCS, Fraction(0))

    def walk(name: str, share: Fraction) -> None:
        held = [(edge.holder, edge.share) for edge in edges if edge.held == name]
        rest = 1 - sum(exact(s) for _, s in held if s is not None)
        found["unknown" if any(s is None for _, s in held) else seats.get(name, "unknown")] += share * rest
        for holder, stated in held:
            if stated:
                walk(holder, share * exact(stated))

    walk(root, Fraction(1))
    return found


def exact(share: float) -> Fraction:
    return Fraction(round(share * 100), 100)


def by_rule(edges: list[Edge], seats: dict[str, str], name: str) -> tuple[Fraction, Fraction]:
    """Return what covered holders have by 89 FR 37079, known and possible, from the top down.

    Ends only without cycles.
    """
    if seats.get(name) == "covered":
        return Fraction(1), Fraction(1)
    held = [(edge.share, by_rule(edges, seats, edge.holder)) for edge in edges if edge.held == name]
    stated = [(whole(exact(share)), low, high) for share, (low, high) in held if share is not None]
    rest = 1 - sum(exact(share) for share, _ in held if share is not None)
    through = (
        max((high for share, (_, high) in held if share is None), default=Fraction(0)) if name in seats else Fraction(1)
    )
    return whole(sum((s * low for s, low, _ in stated), Fraction(0))), whole(
        sum((s * high for s, _, high in stated), rest * through)
    )


def whole(share: Fraction) -> Fraction:
    return Fraction(1) if 2 * share >= 1 else share


def in_sql(edges: list[Edge], seats: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """Return the real schema with these holdings, and the tables that the walk reads."""
    con = duckdb.connect(config=ONE_THREAD)
    bundle.settle(con)
    con.execute(sql("data/schema.sql"))
    con.executemany(
        "INSERT INTO facts.country VALUES (?, '', '', NULL, NULL, NULL, ?, ?, 0)",
        [(bloc, bloc, bloc == "covered") for bloc in SEATS],
    )
    rows = [
        (e.held, e.holder, None if e.share is None else 100 * e.share, "equity", "", e.as_of, "https://x")
        for e in edges
    ]
    rows += [(name, name, None, "seat", bloc, "2024", "https://y") for name, bloc in seats.items()]
    con.executemany("INSERT INTO facts.holding VALUES (?, ?, ?, ?, ?, ?, ?, '', '')", rows)
    return con


def ruled(edges: list[Edge], seats: dict[str, str], root: str) -> tuple[float, float]:
    """Return the interval of the rule as the SQL defines it."""
    con = in_sql(edges, seats)
    read_graph(con)
    return con.execute(
        sql("scoring/ownership/holdings_covered.sql"), {"root": root, "steps": 12, "fresh": ""}
    ).fetchone()


def walked(con: duckdb.DuckDBPyConnection, depth: int = 99, least: float = 0.0) -> dict[str, float]:
    rows = con.execute(
        sql("scoring/ownership/holdings_walk.sql"), {"root": "n0", "depth": depth, "least": least, "fresh": "2021"}
    ).fetchall()
    found = dict.fromkeys(BLOCS, 0.0)
    for _path, _kind, _share, total, _counted, bloc, *_, ends in rows:
        found[bloc] += total if ends else 0
    return found


@given(worlds())
def test_without_cycles_the_system_is_the_sum_over_every_path(world) -> None:
    expected = by_paths(*world, "n0")
    found = attributable(graph_of(*world), "n0")
    assert found == pytest.approx({bloc: float(share) for bloc, share in expected.items()}, abs=1e-9)


@given(worlds(cyclic=True, most=95))
def test_brioschi_1989_with_cycles_the_system_is_the_limit_of_the_series_of_paths(world) -> None:
    """(I - A)^-1 = I + A + A^2 + ...: with at most 95 % held, 600 terms leave less than 1e-12."""
    graph = graph_of(*world)
    names = sorted(graph.entities)
    direct = np.zeros((len(names), len(names)))
    for edge in graph.edges:
        direct[names.index(edge.holder), names.index(edge.held)] += edge.share or 0
    flow = np.zeros(len(names))
    flow[names.index("n0")] = 1
    found = dict.fromkeys(BLOCS, 0.0)
    for _ in range(600):
        for name, share in zip(names, flow, strict=True):
            found[graph.entities[name].rest_bloc] += share * graph.entities[name].rest
        flow = direct @ flow
    assert attributable(graph, "n0") == pytest.approx(found, abs=1e-9)


@given(worlds(cyclic=True))
def test_the_blocs_sum_to_the_whole_and_none_is_negative(world) -> None:
    found = attributable(graph_of(*world), "n0")
    assert sum(found.values()) == pytest.approx(1, abs=1e-9)
    assert min(found.values()) >= -1e-12


@given(worlds(cyclic=True), st.randoms())
def test_the_order_of_holdings_is_irrelevant(world, random) -> None:
    edges, seats = world
    mixed = list(edges)
    random.shuffle(mixed)
    one, other = graph_of(edges, seats), graph_of(mixed, seats)
    assert attributable(one, "n0") == pytest.approx(attributable(other, "n0"), abs=1e-9)
    assert covered_interval(one, "n0") == pytest.approx(covered_interval(other, "n0"), abs=1e-9)


@law(30)
@given(worlds())
def test_without_cycles_the_sql_walk_and_the_system_agree(world) -> None:
    con = in_sql(*world)
    graph = read_graph(con)
    assert walked(con) == pytest.approx(attributable(graph, "n0"), abs=1e-9)
    assert attributable(graph, "n0") == pytest.approx(attributable(graph_of(*world), "n0"), abs=1e-9)


@law(30)
@given(worlds(cyclic=True), st.integers(1, 9), st.sampled_from([0.0, 0.01, 0.2]))
def test_what_the_sql_walk_cuts_is_unknown_and_nothing_else_grows(world, depth, least) -> None:
    """Cycles end: a path stops at a holder that it has passed.

    No bloc gets more than its exact share, the sum stays whole.
    """
    con = in_sql(*world)
    exactly, found = attributable(read_graph(con), "n0"), walked(con, depth, least)
    assert sum(found.values()) == pytest.approx(1, abs=1e-9)
    assert all(found[bloc] <= exactly[bloc] + 1e-9 for bloc in BLOCS if bloc != "unknown")


@law(20)
@given(worlds(cyclic=True))
def test_no_path_of_the_sql_walk_passes_a_holder_twice(world) -> None:
    con = in_sql(*world)
    read_graph(con)
    rows = con.execute(
        sql("scoring/ownership/holdings_walk.sql"), {"root": "n0", "depth": 99, "least": 0.0, "fresh": "2021"}
    ).fetchall()
    for path, kind, *_ in rows:
        passed = path[:-1] if kind in ("cut", "unstated") else path
        assert len(set(passed)) == len(passed)


@given(worlds())
def test_the_rule_is_that_of_every_chain_from_the_top_down(world) -> None:
    expected = tuple(float(share) for share in by_rule(*world, "n0"))
    assert covered_interval(graph_of(*world), "n0") == pytest.approx(expected, abs=1e-6)


@law(30)
@given(worlds(), st.sampled_from(["", "2021"]))
def test_the_rule_in_sql_and_in_numpy_agree(world, fresh) -> None:
    con = in_sql(*world)
    read_graph(con)
    found = con.execute(
        sql("scoring/ownership/holdings_covered.sql"), {"root": "n0", "steps": 8, "fresh": fresh}
    ).fetchone()
    assert found == pytest.approx(covered_interval(graph_of(*world), "n0", fresh), abs=1e-6)


@law(20)
@given(worlds(cyclic=True))
def test_with_cycles_the_sql_errs_outward(world) -> None:
    con = in_sql(*world)
    read_graph(con)
    known, possible = con.execute(
        sql("scoring/ownership/holdings_covered.sql"), {"root": "n0", "steps": 12, "fresh": ""}
    ).fetchone()
    low, high = covered_interval(graph_of(*world), "n0")
    assert known <= low + 1e-6
    assert possible >= high - 1e-6


@given(worlds(cyclic=True))
def test_known_is_within_possible_and_never_less_than_the_economic_share(world) -> None:
    graph = graph_of(*world)
    low, high = covered_interval(graph, "n0")
    economic = attributable(graph, "n0")
    assert 0 <= low <= high + 1e-9 <= 1 + 2e-9
    assert low >= economic["covered"] - 1e-6
    assert high >= economic["covered"] - 1e-6


@given(worlds(cyclic=True), st.sampled_from(NAMES))
def test_one_more_covered_seat_never_lowers_either_end(world, name) -> None:
    edges, seats = world
    before, after = (covered_interval(graph_of(edges, s), "n0") for s in (seats, {**seats, name: "covered"}))
    assert after[0] >= before[0] - 1e-6
    assert after[1] >= before[1] - 1e-6


@given(worlds(), st.sampled_from(NAMES), st.integers(1, 100), st.sampled_from(SEATS))
def test_a_holder_that_becomes_known_only_narrows_what_is_unknown(world, held, share, bloc) -> None:
    edges, seats = world
    seats = {name: seat for name, seat in seats.items() if name != held}
    room = 100 - sum(round(100 * (edge.share or 0)) for edge in edges if edge.held == held)
    more = [*edges, Edge(held, "newly known", min(share, room) / 100)]
    before, after = graph_of(edges, seats), graph_of(more, {**seats, "newly known": bloc})
    old, new = attributable(before, "n0"), attributable(after, "n0")
    assert new["unknown"] <= old["unknown"] + 1e-9
    assert all(new[b] >= old[b] - 1e-9 for b in BLOCS if b != "unknown")
    was, now = covered_interval(before, "n0"), covered_interval(after, "n0")
    assert now[0] >= was[0] - 1e-6
    assert now[1] <= was[1] + 1e-6


@given(worlds(cyclic=True))
def test_old_statements_widen_the_interval_upward_alone(world) -> None:
    graph = graph_of(*world)
    (low, high), (aged_low, aged_high) = covered_interval(graph, "n0"), covered_interval(graph, "n0", "2021")
    assert aged_low == low
    assert aged_high >= high - 1e-9


def test_companies_that_hold_each_other_entirely_are_unknown() -> None:
    graph = graph_of([Edge("site", "A", 1.0), Edge("A", "B", 1.0), Edge("B", "A", 1.0)], {"A": "us"})
    assert attributable(graph, "site")["unknown"] == 1
    assert covered_interval(graph, "site") == (0.0, 1.0)


def test_brioschi_1989_cross_holding_by_hand() -> None:
    """A and B hold 20 % and 30 % of each other; Mori has 80 % of A, Han 70 % of B: x_A = 1 / (1 - 0.06)."""
    edges = [Edge("A", "B", 0.2), Edge("B", "A", 0.3), Edge("A", "Mori", 0.8), Edge("B", "Han", 0.7)]
    found = attributable(graph_of(edges, {"Mori": "japan", "Han": "covered"}), "A")
    assert found["japan"] == pytest.approx(0.8 / 0.94)
    assert found["covered"] == pytest.approx(0.2 * 0.7 / 0.94)


@pytest.mark.parametrize(
    ("chain", "counts"),
    [
        ([1.00], 1.0),
        ([0.25], 0.25),
        ([0.249], 0.249),
        (
            [0.50, 0.25],
            0.25,
        ),  # a parent of half or more and its subsidiary are one: what the subsidiary holds, the parent holds
        ([0.25, 0.50], 0.25),
        ([0.49, 0.50], 0.49),
        ([0.25, 0.40], 0.10),  # below half the shares multiply
        ([0.49, 0.49], 0.2401),
        ([0.60, 0.60, 0.30], 0.30),
        ([0.60, 0.40, 0.60], 0.40),
        ([0.40, 0.40, 0.40], 0.064),
    ],
)
def test_89_fr_37079_tiers(chain, counts) -> None:
    """From the covered government down: each tier's share of the next; the site is the last."""
    tiers = ["government", *(f"tier {i}" for i in range(1, len(chain))), "site"]
    edges = [Edge(held, holder, share) for holder, held, share in zip(tiers, tiers[1:], chain, strict=False)]
    others = [Edge(edge.held, f"others of {edge.held}", round(1 - edge.share, 9)) for edge in edges if edge.share < 1]
    seats = {"government": "covered"} | {edge.holder: "us" for edge in others}
    expected = 1.0 if counts >= 0.5 else counts
    assert covered_interval(graph_of(edges + others, seats), "site") == pytest.approx((expected, expected))
    assert ruled(edges + others, seats, "site") == pytest.approx((expected, expected))


@pytest.mark.parametrize(
    ("edges", "counts"),
    [
        ([("site", "X", 0.13), ("site", "Y", 0.12), ("site", "Z", 0.75)], 0.25),
        ([("site", "X", 0.13), ("site", "Y", 0.11), ("site", "Z", 0.76)], 0.24),
        (
            [("site", "V", 0.3), ("site", "Z", 0.7), ("V", "X", 0.25), ("V", "Y", 0.25), ("V", "Z", 0.5)],
            0.3,
        ),  # half of V together
        ([("site", "V", 0.3), ("site", "Z", 0.7), ("V", "X", 0.25), ("V", "Y", 0.24), ("V", "Z", 0.51)], 0.147),
    ],
)
def test_89_fr_37079_covered_holders_cumulate(edges, counts) -> None:
    stated, seats = [Edge(*edge) for edge in edges], {"X": "covered", "Y": "covered", "Z": "us"}
    assert covered_interval(graph_of(stated, seats), "site") == pytest.approx((counts, counts))
    assert ruled(stated, seats, "site") == pytest.approx((counts, counts))


def test_a_holder_without_a_stated_share_leaves_the_rest_open_only_as_far_as_it_can_be_covered() -> None:
    edges = [Edge("site", "listed", 1.0), Edge("listed", "Mori", None)]
    ally = graph_of(edges, {"listed": "partner", "Mori": "japan"})
    assert attributable(ally, "site")["unknown"] == 1
    assert covered_interval(ally, "site") == (0.0, 0.0)
    assert covered_interval(graph_of(edges, {"listed": "partner", "Mori": "covered"}), "site") == (0.0, 1.0)


def test_stated_shares_that_contradict_each_other_are_not_stated() -> None:
    con = in_sql([Edge("n0", "n1", 0.7), Edge("n0", "n2", 0.7)], {"n1": "us", "n2": "us"})
    assert [edge.share for edge in read_graph(con).edges] == [None, None]
    rounded = in_sql([Edge("n0", "n1", 0.505), Edge("n0", "n2", 0.5)], {"n1": "us", "n2": "us"})
    assert sum(edge.share for edge in read_graph(rounded).edges) == pytest.approx(1)


def test_of_two_statements_of_a_pair_the_newer_counts_and_options_do_not() -> None:
    con = in_sql([Edge("n0", "n1", 0.2, as_of="2020"), Edge("n0", "n1", 0.3, as_of="2024")], {"n1": "us"})
    con.execute("INSERT INTO facts.holding VALUES ('n0', 'n2', 40, 'option', 'us', '2025', '', '', '')")
    assert [(edge.holder, edge.share) for edge in read_graph(con).edges] == [("n1", 0.3)]


def test_a_parent_without_a_share_takes_what_the_others_leave_and_is_told_apart() -> None:
    con = in_sql([Edge("n0", "n1", 0.3)], {"n1": "us"})
    con.execute("INSERT INTO facts.holding VALUES ('n0', 'n2', NULL, 'parent', 'japan', '2024', '', '', '')")
    found = ownership(con, "n0")
    assert found.blocs["japan"] == 70
    assert found.assumed_pct == 70
    assert {node.path[-1]: node.basis for node in found.nodes} == {"n0": "", "n1": "stated", "n2": "parent"}


@pytest.fixture(scope="module")
def graph(facts) -> Graph:
    return read_graph(facts.cursor())


def test_every_site_of_the_bundle_is_held_to_the_whole(facts, graph) -> None:
    sites = [row[0] for row in facts.cursor().execute("SELECT DISTINCT site_id FROM facts.owner").fetchall()]
    assert len(sites) > 900
    for site in sites:
        assert sum(attributable(graph, site).values()) == pytest.approx(1, abs=1e-9), site


@pytest.mark.nightly
def test_what_fails_one_tier_up_fails_along_the_whole_chain(facts) -> None:
    """More tiers can only find more covered holders."""
    ask = "SELECT g.site_id FROM facts.gate AS g WHERE gate = 'covered_nation' AND evidence = 'covered_share'"
    for (site,) in facts.cursor().execute(ask).fetchall():
        assert ownership(facts, site).covered.verdict == "fail", site


def test_igo_2021_greenbushes(facts) -> None:
    """IGO, Lithium Holdco joint venture, 2021: Albemarle 49 %, Tianqi 51 % of 51 %, IGO 49 % of 51 %."""
    found = ownership(facts, "aus-greenbushes-21c5")
    assert found.blocs == {"us": 49.0, "japan": 0.0, "partner": 24.99, "neutral": 0.0, "covered": 26.01, "unknown": 0.0}
    assert (found.covered.verdict, found.covered.evidence) == ("fail", "covered_share")
    assert [node.path[-1] for node in found.covered.paths] == ["Tianqi Lithium Corporation"]
    venture = ownership(facts, company(facts, "Talison"))
    assert venture.blocs == found.blocs
    assert venture.covered.known_pct == 100  # 51 % of 51 %: each counts as the whole


def test_two_tiers_of_escondida(facts) -> None:
    """Chinalco has 9.3 % of Rio Tinto (2009), which has 30 % of the mine; SASAC has all of Chinalco."""
    found = ownership(facts, "chl-escondida-2b1c")
    assert found.covered.known_pct == 2.79
    assert [node.path[1:] for node in found.covered.paths] == [("Rio Tinto", "Chinalco")]
    assert found.covered.paths[0].stale
    assert sum(found.blocs.values()) == pytest.approx(100)
    assert sum(node.total_pct for node in found.nodes if node.ends) == pytest.approx(100)
    assert found.as_dict()["nodes"][0]["path"] == ("chl-escondida-2b1c",)


def test_a_site_without_an_owner_is_unknown_unless_it_lies_in_a_covered_nation(facts) -> None:
    ask = """SELECT min(site_id) FROM facts.site JOIN facts.country AS c USING (iso3)
             WHERE c.covered = $covered AND site_id NOT IN (SELECT site_id FROM facts.owner)"""
    for covered, verdict in ((True, "fail"), (False, "unknown")):
        found = ownership(facts, facts.cursor().execute(ask, {"covered": covered}).fetchone()[0])
        assert (found.blocs["unknown"], found.covered.verdict, found.nodes) == (100, verdict, ())


def test_a_company_is_found_by_a_part_of_its_name_or_is_refused_with_the_nearest(facts) -> None:
    assert company(facts, "rio tinto") == "Rio Tinto"
    with pytest.raises(UnknownCompanyError, match="did you mean"):
        company(facts, "Sumitomo")
    with pytest.raises(UnknownCompanyError, match="No holding names 'Atlantis'"):
        company(facts, "Atlantis")


def test_every_edge_of_the_bundle_is_cited_and_has_one_name_a_company(facts) -> None:
    rows = facts.cursor().execute("FROM facts.holding").df()
    assert tuple(rows.columns) == COLUMNS
    assert rows["source_url"].str.startswith("http").all()
    assert rows["share_pct"].dropna().between(0, 100).all()
    assert set(rows["share_kind"]) == {"equity", "votes", "option", "parent", "seat", "name"}
    spelt = rows[rows["share_kind"] == "name"]
    assert spelt["held"].is_unique
    assert not set(spelt["held"]) & set(rows.loc[rows["share_kind"] != "name", ["held", "holder"]].to_numpy().ravel())
    assert not set(spelt["held"]) & set(spelt["holder"])


def test_the_bundle_is_what_the_curated_tables_say(facts) -> None:
    built = holdings(companies().reset_index())
    assert len(built) == facts.cursor().execute("SELECT count(*) FROM facts.holding").fetchone()[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rio Tinto", "Rio Tinto Group"),
        ("Société Le Nickel (SLN)", "Societe le Nickel"),
        ("Vale S.A.", "Vale SA"),
        ("IGO", "IGO Limited"),
    ],
)
def test_spellings_of_one_company_have_one_key(one, other) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sumitomo Corporation", "Sumitomo Metal Mining Co., Ltd."),
        ("Lithium Americas", "Lithium Argentina"),
        ("Antam", "Antamina"),
    ],
)
def test_different_companies_have_different_keys(one, other) -> None:
    assert key(one) != key(other)
