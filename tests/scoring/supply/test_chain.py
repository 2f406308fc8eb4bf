"""Laws of the chain on made sites: balance, order, unknown form and capacity; and what the bundle says of real ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.facts import open_facts
from scoring.supply.chain import Chain, chain_of, chains, partners_of
from scoring.supply.chain_answers import answer, partners
from scoring.supply.chain_flows import middle, needs, placed
from scoring.supply.chain_forms import Step, commodities, contained, forms, forms_in, is_output, steps
from scoring.supply.chain_partners import basis_of, possible_links, stated_links
from scoring.supply.chain_sites import SWITCHES, ChainSite, Output, Statement, inputs, outputs, standing_of
from scoring.supply.concentration import Interval
from scoring.supply.desks import UnknownChoiceError

CONCENTRATE, SPHERICAL, ANODE = "graphite concentrate", "spherical graphite", "anode material"
LINKS = tuple(
    Step("graphite", taken, made, "", "", "https://example.org", "")
    for taken, made in ((CONCENTRATE, SPHERICAL), (SPHERICAL, ANODE), (CONCENTRATE, ANODE))
)


def site(
    name: str, form: str, tonnes: Interval | None = None, takes: tuple[str, ...] = (), **more: object
) -> ChainSite:
    made = ChainSite(
        site_id=name,
        name=name.capitalize(),
        iso3="AUS",
        kind="derivative" if takes else "mine",
        stage="operating",
        commodity="graphite",
        lon=0.0,
        lat=float(len(name)),
        names=(name.capitalize(),),
        standing="allied",
        allied_by="owners",
        project=True,
        gives=(Output(form, "stated" if form else "", tonnes),),
        takes=takes,
        takes_basis="chemistry" if takes else "",
    )
    return replace(made, **more)


amounts = st.none() | st.floats(0, 1e6).flatmap(lambda low: st.floats(low, 2e6).map(lambda high: Interval(low, high)))


@st.composite
def sites(draw: st.DrawFn) -> list[ChainSite]:
    mines = [
        site(f"mine{n}", draw(st.sampled_from([CONCENTRATE, ""])), draw(amounts))
        for n in range(draw(st.integers(0, 4)))
    ]
    pairs = st.sampled_from([(SPHERICAL, CONCENTRATE), (ANODE, SPHERICAL), (ANODE, CONCENTRATE)])
    plants = [
        site(f"plant{n}", made, draw(amounts), (taken,))
        for n, (made, taken) in enumerate(draw(st.lists(pairs, max_size=4)))
    ]
    return mines + plants


@given(sites())
def test_no_site_gives_more_than_it_states_nor_takes_more_than_it_needs(made: list[ChainSite]) -> None:
    chain = chain_of("graphite", made, LINKS)
    for each in made:
        out = sum(flow.tonnes or 0 for flow in chain.flows if flow.link.giver == each.site_id)
        taken = sum(flow.tonnes or 0 for flow in chain.flows if flow.link.taker == each.site_id)
        assert out <= (middle(each.gives[0].tonnes) or 0) * (1 + 1e-9) + 0.01
        assert taken <= (middle(needs(each)) or 0) * (1 + 1e-9) + 0.01


@given(sites(), st.randoms())
def test_the_order_of_sites_changes_nothing(made: list[ChainSite], random: object) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert chain_of("graphite", made, LINKS) == chain_of("graphite", shuffled, LINKS)


@given(sites())
def test_a_site_of_unknown_form_feeds_nothing_and_an_unknown_capacity_is_no_tonne(made: list[ChainSite]) -> None:
    chain = chain_of("graphite", made, LINKS)
    unknown = {each.site_id for each in made if not each.gives[0].form}
    assert not unknown & {flow.link.giver for flow in chain.flows}
    silent = {each.site_id for each in made if each.gives[0].tonnes is None}
    for flow in chain.flows:
        assert (flow.tonnes is None) == bool(silent & {flow.link.giver, flow.link.taker})


@given(sites())
def test_a_wider_switch_never_loses_a_link(made: list[ChainSite]) -> None:
    mixed = [replace(each, stage="planned") if place % 2 else each for place, each in enumerate(made)]
    linked = [
        {
            (flow.link.giver, flow.link.taker, flow.link.form)
            for flow in chain_of("graphite", mixed, LINKS, switch).flows
        }
        for switch in SWITCHES
    ]
    assert all(narrow <= wide for narrow, wide in pairwise(linked))


def test_what_a_source_states_comes_before_what_is_possible() -> None:
    feed = Statement("feed", "Faraway concentrate", "binding", "2026", "x", "")
    far, near = site("faraway", CONCENTRATE, Interval(100, 100)), site("near", CONCENTRATE, Interval(100, 100))
    plant = site("plant", ANODE, Interval(100, 100), (CONCENTRATE,), feeds=(feed,))
    chain = chain_of("graphite", [far, near, plant], LINKS)
    assert [(flow.link.giver, flow.link.basis, flow.tonnes) for flow in partners_of(chain, "plant")] == [
        ("faraway", "stated", 100.0),
        ("near", "possible", 0.0),
    ]


def test_an_orphan_on_each_side_a_missing_plant_and_a_single_point() -> None:
    mine = site("mine", CONCENTRATE, Interval(100, 120))
    alone = chain_of("graphite", [mine, site("covered", ANODE, None, (CONCENTRATE,), standing="covered")], LINKS)
    assert [(each.site_id, each.side, each.reason) for each in alone.orphans] == [("mine", "giver", "not_allied")]
    (missing,) = alone.missing
    assert (missing.form, missing.stranded, missing.givers) == (CONCENTRATE, Interval(100, 120), ("mine",))
    plant = site("plant", ANODE, Interval(50, 50), (CONCENTRATE,))
    both = chain_of("graphite", [mine, plant], LINKS)
    assert both.orphans == ()
    assert both.missing[0].stranded == Interval(50, 70)
    assert [(point.form, point.site_id) for point in both.single_points] == [(ANODE, "plant")]
    only = chain_of("graphite", [plant], LINKS)
    assert [(each.side, each.reason) for each in only.orphans] == [("taker", "unlisted")]


def test_a_plant_that_does_not_state_its_size_leaves_the_least_at_nothing() -> None:
    made = [site("mine", CONCENTRATE, Interval(100, 120)), site("plant", ANODE, None, (CONCENTRATE,))]
    assert chain_of("graphite", made, LINKS).missing[0].stranded == Interval(0, 120)
    unstated = chain_of("graphite", [site("mine", CONCENTRATE, None)], LINKS).missing[0]
    assert unstated.stranded is None


@pytest.mark.parametrize(
    ("commodity", "text", "mine", "found"),
    [
        ("rare earths", "recycled mixed rare earth oxide (rMREO)", False, ("recycled mixed rare earth oxide",)),
        ("rare earths", "mixed rare earth carbonate (MREC)", False, ("mixed rare earth compound",)),
        ("rare earths", "separated light and heavy rare earth oxides", False, ("separated rare earth oxides",)),
        ("rare earths", "alloy for NdFeB magnets", False, ("rare earth metal or alloy",)),
        ("rare earths", "dysprosium oxide contained", True, ()),
        ("graphite", "coated spherical purified graphite", False, ("anode material",)),
        ("graphite", "spherical graphite", False, ("spherical graphite",)),
        ("graphite", "synthetic graphite anode", False, ("synthetic graphite anode",)),
        ("lithium", "mixed hydroxide precipitate", False, ()),
        ("antimony", "separated rare earth oxides; antimony, gallium and germanium", False, ("antimony metal",)),
        ("cobalt", "cobalt in hydroxide", True, ("mixed hydroxide or sulfide",)),
        ("titanium", "rutile", True, ("titanium mineral concentrate",)),
        ("gallium", "lead", False, ()),
    ],
)
def test_words_of_sources_tell_the_form(commodity: str, text: str, mine: bool, found: tuple[str, ...]) -> None:
    assert forms_in(commodity, text, mine=mine) == found


def test_what_is_treated_and_what_is_of_several_sites_is_no_output() -> None:
    assert not is_output("battery feedstock treated", "")
    assert not is_output("NdFeB magnets (company total)", "")
    assert not is_output("", "company total with Fort Worth")
    assert is_output("graphite concentrate", "project")


def test_amounts_are_of_the_basis() -> None:
    thousand = Interval(1000, 1000)
    assert contained("lithium", "lithium carbonate", "LCE", thousand, in_basis=False) == Interval(187.9, 187.9)
    assert (
        contained("rare earths", "rare earth concentrate", "TREO in concentrate", thousand, in_basis=False) == thousand
    )
    assert contained("rare earths", "rare earth concentrate", "monazite", thousand, in_basis=False) is None
    assert contained("lithium", "", "lithium hydroxide", thousand, in_basis=True) == thousand


def claim(attribute: str, text: str, value: float | None = None, element: str = "rare earths", **more: object) -> dict:
    made = {"attribute": attribute, "commodity": "rare earths", "element": element, "value": value, "text": text}
    return {**made, "low": None, "high": None, "scope": "", "as_of": "2026", "source_id": "x", "url": "", **more}


def test_elements_add_up_only_where_the_whole_is_not_stated() -> None:
    parts = [
        claim("planned_output_t_y", "NdPr oxide", 1400.0, "neodymium"),
        claim("planned_output_t_y", "Dy oxide", 200.0, "dysprosium"),
    ]
    (output,) = outputs("rare earths", parts, mine=False, deposit_type="")
    assert (output.form, output.tonnes) == ("separated rare earth oxides", Interval(1600, 1600))
    whole = claim("capacity_t_y", "rare earth oxides", 5000.0)
    (output,) = outputs("rare earths", [*parts, whole], mine=False, deposit_type="")
    assert output.tonnes == Interval(5000, 5000)


def test_a_plant_takes_what_its_feed_is_said_to_be_and_not_what_it_makes_itself() -> None:
    gives = (Output(SPHERICAL, "stated", None), Output(ANODE, "stated", None))
    assert inputs("graphite", gives, (), LINKS) == ((CONCENTRATE,), "chemistry")
    feed = Statement("feed", "Balama flake concentrate", "", "", "x", "")
    assert inputs("graphite", gives[1:], (feed,), LINKS) == ((CONCENTRATE,), "stated")
    assert inputs("graphite", gives, (), LINKS, scrap=True) == ((), "")


def test_whose_a_site_is() -> None:
    assert standing_of("covered", [("us", 100.0)], covered=True) == ("covered", "")
    assert standing_of("neutral", [("japan", 30.0), ("us", 25.0)], covered=False) == ("allied", "owners")
    assert standing_of("partner", [("neutral", 80.0)], covered=False) == ("other", "")
    assert standing_of("partner", [], covered=False) == ("allied", "country")


def test_a_statement_that_has_ended_is_no_link() -> None:
    assert basis_of("Goschen concentrate", "terminated") == ""
    assert basis_of("Tanbreez concentrate (non-binding)", "") == "intended"


@pytest.fixture(scope="module")
def real() -> dict[str, Chain]:
    return {chain.commodity: chain for chain in chains(open_facts())}


def test_every_step_joins_two_known_forms_and_has_a_source() -> None:
    found = steps(open_facts())
    assert len(found) > 40
    for step in found:
        assert {(step.commodity, step.input_form), (step.commodity, step.output_form)} <= set(forms())
        assert step.source_url.startswith("http")
        assert step.evidence
    for commodity in commodities():
        assert any(step.commodity == commodity for step in found)


def test_stated_contracts_of_real_sites_are_found(real: dict[str, Chain]) -> None:
    basis = {(flow.link.giver, flow.link.taker): flow.link.basis for chain in real.values() for flow in chain.flows}
    stated = {pair for pair, how in basis.items() if how == "stated"}
    assert ("moz-balama-4af4", "usa-syrah-vidalia-active-anode-2c39") in stated
    assert basis["aus-donald-a112", "usa-white-mesa-mill-rare-be8f"] == "company"  # "Energy Fuels" takes it
    assert basis["aus-kathleen-valley-8d92", "usa-tesla-lithium-refinery-robstown-5d97"] == "company"  # "Tesla"
    assert ("aus-mt-holland-earl-grey-659e", "aus-covalent-kwinana-lithium-hydroxi-3a24") in stated
    assert ("mwi-songwe-hill-0e45", "pol-mkango-pulawy-rare-earth-e3ec") in stated
    assert ("tza-mahengeb-80d4", "kor-posco-future-m-pohang-d54c") not in stated  # it makes synthetic graphite
    assert not any("china" in each for pair in stated for each in pair)


def test_graphite_of_allied_mines_waits_for_anode_plants(real: dict[str, Chain]) -> None:
    first = real["graphite"].missing[0]
    assert first.form == CONCENTRATE
    assert first.stranded is not None
    assert first.stranded.low > 500_000


def test_every_real_chain_keeps_its_balance(real: dict[str, Chain]) -> None:
    for chain in real.values():
        for each in chain.sites:
            for output in each.gives:
                out = sum(
                    flow.tonnes or 0
                    for flow in chain.flows
                    if (flow.link.giver, flow.link.form) == (each.site_id, output.form)
                )
                assert out <= (middle(output.tonnes) or 0) + 0.1, (each.site_id, output.form)


def test_answers_are_of_plain_values() -> None:
    found = answer(open_facts(), "graphite", "operating")
    (chain,) = found["chains"]
    assert {"sites", "links", "orphans", "missing_plants", "single_points", "steps"} <= set(chain)
    (own,) = partners(open_facts(), "usa-syrah-vidalia-active-anode-2c39")
    assert own["feeds_it"][0]["basis"] == "stated"


def test_unknown_choices_name_what_can_be_taken() -> None:
    with pytest.raises(UnknownChoiceError, match="commodity 'gold' is not there; take one of rare earths"):
        chains(open_facts(), "gold")
    with pytest.raises(UnknownChoiceError, match="stages 'soon' is not there; take one of operating"):
        partners(open_facts(), "moz-balama-4af4", "soon")


def test_links_do_not_depend_on_the_order_of_sites() -> None:
    made = [site("a", CONCENTRATE), site("b", ANODE, None, (CONCENTRATE,)), site("c", CONCENTRATE)]
    assert possible_links(made) == possible_links(made[::-1])
    assert stated_links(made) == ()
    assert [flow.tonnes for flow in placed(possible_links(made), made)] == [None, None]
