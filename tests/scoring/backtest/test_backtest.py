"""AUC and its kin against brute force and published values; labels read, matched and sorted; blind mode.

What is said when little can be.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.vocabulary import CURATED
from scoring.backtest import ranking_skill
from scoring.backtest.backtest import Settings, as_json, backtest
from scoring.backtest.blind import RESTS_ON, blinded, selected, selection_lists
from scoring.backtest.labelled_sites import sort_labels
from scoring.backtest.labels import (
    MOST_BYTES,
    Label,
    Match,
    Vocabulary,
    is_later,
    match_labels,
    read_labels,
    site_records,
    vocabulary,
)
from scoring.criteria.catalogue import load
from scoring.errors import (
    LabelFileError,
    ScenarioError,
)
from scoring.ranking.pipeline import rank
from scoring.ranking.scenario import from_preset
from tests.conftest import TinySite

EXAMPLE = CURATED / "labels_fast41.csv"
HEADER = "name,lon,lat,country,commodity,date\n"
QUICK = Settings(draws=100, repeats=50)


@st.composite
def cases(draw: st.DrawFn, strata: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = draw(st.integers(2, 25))
    score = np.array(draw(st.lists(st.integers(0, 6), min_size=size, max_size=size)), dtype=float)
    positive = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    stratum = np.array(draw(st.lists(st.integers(0, strata - 1), min_size=size, max_size=size)))
    return score, positive, stratum


def by_pairs(score: np.ndarray, positive: np.ndarray, stratum: np.ndarray) -> float:
    """Return the stratified AUC by looking at every pair."""
    pairs = [
        (score[i] > score[j]) + (score[i] == score[j]) / 2
        for i, j in itertools.product(np.flatnonzero(positive), np.flatnonzero(~positive))
        if stratum[i] == stratum[j]
    ]
    return float(np.mean(pairs)) if pairs else float("nan")


@given(cases())
def test_auc_counts_pairs(case) -> None:
    score, positive, stratum = case
    one = np.zeros(len(score), dtype=int)
    assert ranking_skill.auc(score, positive) == pytest.approx(by_pairs(score, positive, one), nan_ok=True)
    assert ranking_skill.stratified_auc(score, positive, stratum) == pytest.approx(
        by_pairs(score, positive, stratum), nan_ok=True
    )
    assert ranking_skill.stratified_auc(score, positive, one) == pytest.approx(
        ranking_skill.auc(score, positive), nan_ok=True
    )


@given(cases(), st.randoms(use_true_random=False))
def test_auc_does_not_see_scale_or_order(case, random) -> None:
    score, positive, stratum = case
    order = list(range(len(score)))
    random.shuffle(order)
    expected = ranking_skill.stratified_auc(score, positive, stratum)
    assert ranking_skill.stratified_auc(np.exp(score) - 3, positive, stratum) == pytest.approx(expected, nan_ok=True)
    assert ranking_skill.stratified_auc(score[order], positive[order], stratum[order]) == pytest.approx(
        expected, nan_ok=True
    )
    assert ranking_skill.stratified_auc(-score, positive, stratum) == pytest.approx(1 - expected, nan_ok=True)


@given(cases())
def test_hits_are_the_mean_over_orders_of_the_tied(case) -> None:
    score, positive, _ = case
    first = np.arange(len(score) + 1, dtype=float)
    rng = np.random.default_rng(1)
    found = ranking_skill.hits(score, positive, first)
    drawn = [
        np.concatenate(([0], np.cumsum(positive[np.lexsort((rng.random(len(score)), -score))]))) for _ in range(400)
    ]
    assert found == pytest.approx(np.mean(drawn, axis=0), abs=0.35)
    assert found[-1] == positive.sum()
    assert (np.diff(found) >= -1e-12).all()


def test_hanley_mcneil_1982_ct_images() -> None:
    """Table I of Hanley and McNeil (1982).

    Area 0.893, standard error 0.032 by their formula with Q1 and Q2 from the data.
    """
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    rating = np.repeat([1.0, 2, 3, 4, 5, 1, 2, 3, 4, 5], normal + abnormal)
    positive = np.repeat([False, True], [58, 51])
    assert ranking_skill.auc(rating, positive) == pytest.approx(0.893, abs=5e-4)
    draws = ranking_skill.bootstrap_auc(rating, positive, np.zeros(109, dtype=int), 4000, np.random.default_rng(7))
    assert draws.std() == pytest.approx(0.032, abs=0.003)
    assert draws.mean() == pytest.approx(0.893, abs=0.005)


def test_a_perfect_order_is_one_and_a_reversed_one_is_nought() -> None:
    score, positive = np.arange(200.0), np.arange(200) >= 180
    assert ranking_skill.auc(score, positive) == 1
    assert ranking_skill.auc(-score, positive) == 0
    assert ranking_skill.capture(score, positive, np.array([0.05, 0.1, 1.0])).tolist() == [0.5, 1.0, 1.0]


def test_shuffled_labels_find_nothing_even_where_strata_differ() -> None:
    rng = np.random.default_rng(3)
    stratum = np.repeat([0, 1, 2], [300, 500, 200])
    score = rng.random(1000) + stratum
    positive = rng.random(1000) < np.array([0.01, 0.02, 0.3])[stratum]
    inside, plain = ranking_skill.shuffled(score, positive, stratum, 300, rng)
    assert inside.mean() == pytest.approx(0.5, abs=0.01)
    assert plain.mean() > 0.75, "what the mix of strata alone earns"
    labels = positive.copy()
    for code in range(3):
        labels[stratum == code] = rng.permutation(labels[stratum == code])
    assert inside.min() <= ranking_skill.stratified_auc(score, labels, stratum) <= inside.max()


def test_the_interval_of_strata_with_one_label_each_is_not_a_point() -> None:
    rng = np.random.default_rng(5)
    stratum = np.repeat(np.arange(8), 30)
    positive = np.arange(240) % 30 == 0
    score = rng.random(240)
    low, high = ranking_skill.interval(ranking_skill.bootstrap_auc(score, positive, stratum, 1000, rng))
    assert high - low > 0.25
    assert low <= ranking_skill.stratified_auc(score, positive, stratum) <= high


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Two normals one standard deviation apart have the AUC Phi(1/sqrt 2) = 0.7602."""
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(150):
        score = np.concatenate((rng.normal(1, 1, 25), rng.normal(0, 1, 200)))
        positive = np.arange(225) < 25
        low, high = ranking_skill.interval(
            ranking_skill.bootstrap_auc(score, positive, np.zeros(225, dtype=int), 200, rng)
        )
        covered += low <= 0.7602 <= high
    assert 0.85 <= covered / 150 <= 0.99


KNOWN = Vocabulary({"namibia": "NAM", "na": "NAM", "nam": "NAM", "japan": "JPN"}, {"リチウム": "lithium"})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            (HEADER + "Lofdal,14.75,-20.3,NA,rare earths,2025\n").encode("utf-8-sig"),
            ("Lofdal", 14.75, "NAM", ("rare earths",), "2025"),
        ),
        ((HEADER + "東山,,,Japan,リチウム,\n").encode("cp932"), ("東山", None, "JPN", ("lithium",), "")),
        (
            (HEADER + "Lofdal,0,0,NAM,Dy; Tb,2025-08\n").encode("utf-16"),
            ("Lofdal", None, "NAM", ("dysprosium", "terbium"), "2025-08"),
        ),
        (
            b'Project;Longitude;Latitude;Country;Minerals;extra\nA;14,75;-20;Namibia;"Ni, Co";x\n',
            ("A", None, "NAM", ("nickel", "cobalt"), ""),
        ),
        (b"NAME\tLat\tLON\tother\nA\t-20.5\t14.5\n", ("A", 14.5, "", (), "")),
        ((HEADER + '"A, ""the"" mine",200,95,Nowhere,gold,soon\n').encode(), ('A, "the" mine', None, "", (), "")),
    ],
    ids=["bom", "cp932", "utf-16", "semicolons", "tabs and a short row", "off the Earth"],
)
def test_labels_of_many_kinds_are_read(content: bytes, expected: tuple) -> None:
    label = read_labels(content, "x.csv", KNOWN)[0]
    assert (label.name, label.lon, label.iso3, label.commodities, label.date) == expected


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "x.csv is empty; write a header"),
        (b"\n \n", "x.csv is empty"),
        (HEADER.encode(), "has a header and no rows"),
        (b"lon,lat\n1,2\n", r"no column name \(its header says: lon, lat\)"),
        (b"name,commodity\nA,copper\n", r"no column country \(or lon and lat\)"),
        ((HEADER + 'A,"1,2\n').encode(), "no CSV at line"),
        (b"name,country\n\x00\x01\x02\xff\n", "is no text file"),
        (b"PK\x03\x04\x00\x00", "is no text file"),
        (b"x" * (MOST_BYTES + 1), "has 5.0 MB; give 5 MB at the most"),
        ((HEADER + "a,1,2,USA,copper,\n" * 20_001).encode(), "has 20,001 rows"),
    ],
)
def test_a_file_that_is_no_list_of_labels_is_told_so(content: bytes, match: str) -> None:
    with pytest.raises(LabelFileError, match=match):
        read_labels(content, "x.csv", KNOWN)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes) -> None:
    try:
        read_labels(b"name,country\n" + content, "x.csv", KNOWN)
    except LabelFileError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    ("date", "until", "later"),
    [
        ("2025-10-01", "2025-10-01", False),
        ("2025-10-02", "2025-10-01", True),
        ("2025", "2025-10-01", False),
        ("2026", "2025-10-01", True),
        ("2025-11", "2025", False),
        ("", "2025", False),
        ("2025", "", False),
    ],
)
def test_a_label_is_later_only_where_its_date_says_so(date: str, until: str, later: bool) -> None:
    assert is_later(date, until) is later


@pytest.mark.parametrize("country", ["Namibia", "NA", "NAM", "namibia", " Na "])
def test_countries_come_as_name_or_code(facts, country: str) -> None:
    label = read_labels((HEADER + f"Lofdal-Bergville,,,{country},rare earths,\n").encode(), "x", vocabulary(facts))[0]
    assert label.iso3 == "NAM"
    assert match_labels([label], site_records(facts))[0].site_id.startswith("nam-lofdal")


def found_for(facts, *rows: str) -> list[Match]:
    content = "name,lon,lat,country,commodity,date,aliases\n" + "\n".join(rows) + "\n"
    return match_labels(read_labels(content.encode(), "x", vocabulary(facts)), site_records(facts))


def test_a_match_needs_name_country_commodity_and_distance(facts) -> None:
    right, no_place, elsewhere, other_metal, far, bare = found_for(
        facts,
        "Mountain Pass,-115.53,35.48,USA,neodymium,",
        "Mountain Pass,,,United States,rare earths,",
        "Mountain Pass,-115.53,35.48,AUS,neodymium,",
        "Mountain Pass,-115.53,35.48,USA,tin,",
        "Mountain Pass,-105,40,USA,rare earths,",
        "Mountain Pass,,,USA,,",
    )
    assert right.site_id == no_place.site_id == "usa-mountain-pass-ceec"
    assert right.distance_km is not None
    assert right.distance_km < 5
    assert no_place.distance_km is None
    assert [each.reason for each in (elsewhere, other_metal, far, bare)] == ["nobody_near"] * 3 + ["no_commodity"]


def test_a_commodity_that_is_not_stated_is_not_contradicted_near_by(facts) -> None:
    assert found_for(facts, "Mountain Pass,-115.53,35.48,USA,,")[0].site_id == "usa-mountain-pass-ceec"
    assert found_for(facts, "Mountain Pass,,,,rare earths,")[0].reason == "no_place"
    assert found_for(facts, ",-115.53,35.48,USA,rare earths,")[0].reason == "no_name"


def test_plants_match_without_saying_that_they_are_plants(facts) -> None:
    name, iso3, commodity, lon, lat = (
        facts.cursor()
        .execute(
            "SELECT name, iso3, commodities[1], lon, lat FROM facts.site WHERE kind = 'separation' "
            "ORDER BY site_id LIMIT 1"
        )
        .fetchone()
    )
    assert found_for(facts, f'"{name}",{lon},{lat},{iso3},{commodity},')[0].site_id


def test_an_alias_is_asked_where_the_name_finds_nobody(facts) -> None:
    row = "A company's new name,-115.53,35.48,USA,rare earths,,Mountain Pass"
    assert found_for(facts, row)[0].site_id == "usa-mountain-pass-ceec"


def test_every_site_of_a_sample_finds_itself(facts) -> None:
    sites = site_records(facts)[::140]
    labels = [Label(i, s.name, (), s.lon, s.lat, s.iso3, s.commodities) for i, s in enumerate(sites)]
    matches = match_labels(labels, site_records(facts))
    same = sum(match.site_id == site.native_id for match, site in zip(matches, sites, strict=True))
    assert same / len(sites) > 0.95


def test_a_site_counts_once_and_later_labels_stand_apart() -> None:
    def match(row: int, site_id: str, date: str = "", commodity: str = "copper") -> Match:
        return Match(
            Label(row, f"L{row}", date=date, commodities=(commodity,)), site_id, "" if site_id else "nobody_near"
        )

    every = [
        match(2, "a"),
        match(3, "a", "2025"),
        match(4, "b", "2026"),
        match(5, ""),
        match(6, "gone"),
        match(7, "c", "", "tin"),
    ]
    found = sort_labels(every, ["a", "b", "c"], ["copper"], "2025-10-01")
    assert list(found.matched) == ["a"]
    assert (found.doubled, found.undated) == (1, 1)
    assert [m.site_id for m in found.later] == ["b"]
    assert [m.site_id for m in found.other_commodity] == ["c"]
    assert [reason for _, reason in found.unmatched] == ["nobody_near", "filtered"]


def labels_for(names: list[str]) -> list[Label]:
    return [Label(i + 2, name, (), 0.5, 0.5, "AUS", ("copper",)) for i, name in enumerate(names)]


@pytest.fixture
def hundred(tiny):
    """Sites whose grade falls with their number, all at one place; nothing else is known."""
    facts = tiny(
        [
            TinySite(f"Q{chr(97 + i // 26)}{chr(97 + i % 26)}xyzw{i}", {"grade_percentile": (100.0 - i,) * 3})
            for i in range(100)
        ]
    )
    facts.execute("UPDATE facts.site SET lon = 0.5, lat = 0.5")
    facts.execute("INSERT INTO facts.country VALUES ('AUS', 'AU', 'Australia', 1.5, 1.6, 3.7, 'partner', false, 3)")
    return facts


def names_of(facts, places: list[int]) -> list[str]:
    return [rank(facts, from_preset()).iloc[i]["name"] for i in places]


def test_known_answers_on_a_hundred_sites(hundred) -> None:
    places = [0, 1, 2, 3, 9, 10, 59, 99]
    found = backtest(hundred, from_preset(), labels_for(names_of(hundred, places)), QUICK)
    expected = np.mean([(99 - p) - sum(q > p for q in places) for p in places]) / 92
    assert found.auc == pytest.approx(expected, abs=1e-4)
    assert found.auc_stratified == found.auc, "one commodity, one stratum"
    assert found.lift_10pct == pytest.approx((5 / 8) / 0.1, abs=1e-4)
    assert found.precision_at == {10: 0.5, 25: 0.24, 50: 0.12, 100: 0.08, 200: None}
    assert found.matched == 8
    assert found.baselines["random"] == 0.5
    assert found.baselines["commodity_risk_only"] == 0.5
    assert found.baselines["grade_only"] == found.auc
    assert found.negative_control == pytest.approx(0.5, abs=0.1)
    assert [row["rank"] for row in found.misses] == [100, 60, 11, 10, 4]
    assert found.misses[0]["cost_most"] == "grade_percentile"
    assert [row["lower_half"] for row in found.misses] == [True, True, False, False, False]
    assert found.auc_ci is not None
    assert found.auc_ci[0] <= found.auc <= found.auc_ci[1]


def test_the_same_seed_gives_the_same_answer_and_label_order_none_other(hundred) -> None:
    labels = labels_for(names_of(hundred, [0, 4, 9, 30, 60, 80]))
    one, two = (backtest(hundred, from_preset(), each, QUICK) for each in (labels, labels[::-1]))
    assert (one.auc, one.auc_ci, one.negative_control, one.capture_curve) == (
        two.auc,
        two.auc_ci,
        two.negative_control,
        two.capture_curve,
    )
    other = backtest(hundred, from_preset(seed=1), labels, QUICK)
    assert other.auc == one.auc
    assert other.auc_ci != one.auc_ci


@pytest.mark.parametrize(("count", "code"), [(0, "no_match"), (4, "too_few"), (100, "one_class")])
def test_too_little_gives_no_figure_and_says_why(hundred, count: int, code: str) -> None:
    found = backtest(hundred, from_preset(), labels_for(names_of(hundred, list(range(count))) or ["Elsewhere"]), QUICK)
    assert (found.auc, found.auc_ci, found.auc_stratified, found.lift_10pct, found.negative_control) == (None,) * 5
    assert set(found.baselines.values()) == {None}
    assert code in dict(found.notes)
    assert json.loads(json.dumps(as_json(found), allow_nan=False))


def test_a_gate_that_fails_is_what_a_miss_is_put_down_to(hundred) -> None:
    name = names_of(hundred, [0])[0]
    hundred.execute(
        "INSERT INTO facts.gate SELECT site_id, 'legal', 'fail', 'embargo', '' FROM facts.site WHERE name = $n",
        {"n": name},
    )
    found = backtest(hundred, from_preset(), labels_for([name, *names_of(hundred, [0, 1, 2, 3])]), QUICK)
    assert found.misses[0]["name"] == name
    assert found.misses[0]["gate_failed"]
    assert found.misses[0]["rank"] == 100


def test_no_site_to_test_on_is_said(hundred) -> None:
    with pytest.raises(ScenarioError, match="so there is nothing to test"):
        backtest(hundred, from_preset().with_filters(text="no such name"), labels_for(["A"]))


def list_site(facts, site_id: str, source_ids: list[str], location: str = "s") -> None:
    facts.execute(
        "UPDATE facts.site SET source_ids = $s, location_source_id = $l WHERE site_id = $i",
        {"s": source_ids, "l": location, "i": site_id},
    )


def claim(facts, site_id: str, attribute: str, source_id: str, url: str = "", chosen: bool = True) -> None:
    facts.execute(
        "INSERT INTO facts.claim VALUES (?, ?, 'k', ?, 1, '', '', '', NULL, NULL, '', '', 'reported', ?, '', ?)",
        [site_id, source_id, attribute, url, chosen],
    )


def test_blind_mode_makes_unknown_what_rests_on_a_list(tiny) -> None:
    values = {
        "product_months": (10.0, 5.0, 20.0),
        "allied_share": (100.0,) * 3,
        "port_km": (5.0,) * 3,
        "grade_percentile": (50.0,) * 3,
    }
    facts = tiny(
        [
            TinySite(each, values, gates={"covered_nation": "pass"})
            for each in ("stage", "cited", "moved", "gone", "added", "free", "old")
        ]
    )
    claim(facts, "stage", "stage", "orebridge_fast41")
    claim(facts, "cited", "owner", "orebridge_site_facts", "https://www.permits.performance.gov/permitting-project/x")
    list_site(facts, "moved", ["usgs_ree", "orebridge_fast41"], "orebridge_fast41")
    list_site(facts, "gone", ["orebridge_fast41"], "orebridge_fast41")
    list_site(facts, "added", ["orebridge_fast41", "orebridge_site_facts"], "orebridge_fast41")
    claim(facts, "free", "stage", "usgs_ree", "https://mrdata.usgs.gov/")
    claim(facts, "old", "stage", "orebridge_fast41", chosen=False)
    with blinded(facts) as (copy, dropped):
        left = dict(
            copy.execute(
                "SELECT site_id, list(criterion_id ORDER BY criterion_id) FROM facts.measurement GROUP BY 1"
            ).fetchall()
        )
        gates = dict(copy.execute("SELECT site_id, verdict FROM facts.gate").fetchall())
        sites = {row[0] for row in copy.execute("SELECT site_id FROM facts.site").fetchall()}
    whole = sorted(values)
    assert left["stage"] == [each for each in whole if each != "product_months"]
    assert left["cited"] == [each for each in whole if each != "allied_share"]
    assert left["moved"] == [each for each in whole if each != "port_km"]
    assert left["free"] == left["old"] == whole
    assert (gates["cited"], gates["free"]) == ("unknown", "pass")
    assert sites == {"stage", "cited", "moved", "free", "old"}
    assert dropped.sites == {"gone": "gone", "added": "added"}
    assert dropped.values == {"product_months": 1, "allied_share": 1, "port_km": 1}
    assert facts.execute("SELECT count(*) FROM facts.measurement").fetchone() == (7 * 4,), "the facts themselves stay"


def test_nothing_that_blind_mode_ranks_by_rests_on_a_list(facts) -> None:
    with blinded(facts) as (copy, dropped):
        sources = [each.source_id for each in selection_lists() if each.source_id]
        rows = copy.execute(
            "SELECT count(*) FROM facts.measurement JOIN facts.site USING (site_id) WHERE list_contains($s, source_id)",
            {"s": sources},
        )
        assert rows.fetchone() == (0,)
        alone = facts.cursor().execute(
            "SELECT site_id FROM facts.site WHERE len(list_filter(source_ids, lambda x: NOT list_contains($s, x))) = 0",
            {"s": [*sources, "orebridge_site_facts"]},
        )
        assert set(dropped.sites) == {row[0] for row in alone.fetchall()}
        assert len(dropped.sites) > 100
        listed = {site_id for site_id, what, _ in selected(facts) if what == "stage"} - set(dropped.sites)
        assert listed
        months = copy.execute(
            "SELECT count(*) FROM facts.measurement WHERE criterion_id = 'product_months' AND "
            "list_contains($i, site_id)",
            {"i": sorted(listed)},
        )
        assert months.fetchone() == (0,)


def test_every_measure_says_what_it_rests_on() -> None:
    assert {c.measure for c in load().criteria} - {"claim_number"} - set(RESTS_ON) == set()


@pytest.mark.parametrize("blind", [False, True])
def test_fast41_example(facts, blind: bool) -> None:
    labels = read_labels(EXAMPLE.read_bytes(), "x", vocabulary(facts))
    found = backtest(facts, from_preset(), labels, Settings(blind=blind, draws=100, repeats=50))
    assert len(labels) == found.counts["labels"] == 32
    assert found.matched == (17 if blind else 23)
    assert found.matched + len(found.unmatched) == 32
    assert found.auc is not None
    assert found.auc_stratified is not None
    notes = dict(found.notes)
    assert "one_country" in notes
    assert "beaten" not in notes  # what is read first is within the country, and so is what does better
    assert ("beaten_country" in notes) is (max(found.baselines_country.values()) > found.auc_country)
    assert ("leak" in notes) is not blind
    assert found.negative_control == pytest.approx(0.5, abs=0.06)
    assert {row["reason"] for row in found.unmatched} <= {"no_commodity", "nobody_named", "nobody_near", "only_listed"}
    assert (found.blind is None) is not blind
    later = backtest(facts, from_preset(), labels, Settings(blind=blind, until="2025-10-01", draws=10, repeats=5))
    assert later.counts["later"] == 2


def test_commodity_keeps_to_its_sites_and_labels(facts) -> None:
    labels = read_labels(EXAMPLE.read_bytes(), "x", vocabulary(facts))
    found = backtest(facts, from_preset(commodity="lithium"), labels, QUICK)
    assert found.counts["other_commodity"] > 10
    assert found.sites < 1000
    assert {row["name"] for row in found.matches} >= {"Silver Peak Lithium Mine", "Angel Island Project"}


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [(None, "few"), ([0.51, 0.7], "better"), ([0.3, 0.49], "worse"), ([0.4, 0.6], "open"), ([0.5, 0.7], "open")],
)
def test_a_verdict_needs_the_whole_interval(facts, interval: list[float] | None, verdict: str) -> None:
    found = backtest(facts, from_preset(), read_labels(EXAMPLE.read_bytes(), "x", vocabulary(facts)), QUICK)
    apart = {"a": {"difference": 0.2, "ci": [0.1, 0.3]}, "b": {"difference": -0.2, "ci": [-0.3, -0.1]}}
    told = replace(
        found,
        headline="auc_country",
        auc_country_ci=interval,
        differences={**apart, "c": {"difference": 0.1, "ci": [-0.1, 0.3]}, "d": {"difference": 0.1, "ci": None}},
    )
    assert told.verdict == verdict
    assert (told.told_apart(better=True), told.told_apart(better=False)) == (("a",), ("b",))
