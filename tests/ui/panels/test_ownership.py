"""The tree of owners on the card and on the command line: every part said, nothing that a name could break."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from geo.errors import OrebridgeError
from scoring.ownership.covered_nation import Node, ownership
from scoring.ownership.graph import BLOCS
from tests.app import new_app
from tests.commands import invoked
from ui.panels import ownership as tree

ESCONDIDA, LAS_BAMBAS, LOFDAL = "chl-escondida-2b1c", "per-las-bambas-a4c6", "nam-lofdal-bergville-11c6"
CINOVEC = "cze-cinovec-0e45"  # its holder is stated lately, the holders of that holder long ago


pytestmark = pytest.mark.usefixtures("own_store")


def test_the_drawing_has_a_box_a_holder_and_an_arrow_a_holding(facts) -> None:
    nodes = ownership(facts, LAS_BAMBAS).nodes
    drawn = tree.dot(nodes)
    assert drawn.count("label=") == 2 * len(nodes) - 1
    assert drawn.count(" -> ") == len(nodes) - 1
    assert '"  62.5 %"' in drawn
    assert "MMG Limited" in drawn
    assert "16.25 % of the site" in drawn
    assert "Not stated" in drawn
    assert "As of 2018 (older than 5 years)" in drawn


def test_a_share_that_no_source_states_is_dashed_and_never_a_number(facts) -> None:
    drawn = tree.dot(ownership(facts, LAS_BAMBAS).nodes)
    assert drawn.count("not stated") == drawn.count("style=dashed") == 2
    assert "100 %" not in drawn


@pytest.mark.parametrize("name", ['Say "hi"', "back\\", '"]; evil [label="', "a\nb", "<b>bold</b>"])
def test_a_name_cannot_leave_its_label(name: str) -> None:
    root = Node(("site",), "holder", 100, 100, 100, "us", "", "", "", "", False, False)
    holder = replace(root, path=("site", name), basis="stated", ends=True)
    drawn = tree.dot((root, holder)).splitlines()
    assert sum(line.startswith("n1 ") for line in drawn) == 2
    box = next(line for line in drawn if line.startswith("n1 [label"))
    assert re.fullmatch(r'n1 \[label="(?:[^"\\]|\\.)*", fillcolor="#[0-9A-F]{6}", fontcolor="#[0-9A-F]{6}"\];', box)


def test_every_bloc_has_a_colour_of_its_own() -> None:
    assert set(tree.COLOURS) == set(BLOCS)
    assert len({fill for fill, _ink in tree.COLOURS.values()}) == len(BLOCS)


@pytest.mark.parametrize("fill", tree.COLOURS.values())
def test_words_on_a_colour_have_the_contrast_that_wcag_asks(fill: tuple[str, str]) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 for text."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted(map(luminance, fill), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_small_holders_that_are_not_drawn_leave_no_gap(facts, monkeypatch) -> None:
    monkeypatch.setattr(tree, "MOST_NODES", 3)
    drawn = tree._drawn(ownership(facts, ESCONDIDA).nodes)
    paths = {node.path for node in drawn}
    assert len(drawn) <= 3
    assert all(len(path) == 1 or path[:-1] in paths for path in paths)


@pytest.mark.parametrize(("site", "language"), [(ESCONDIDA, "en"), (LOFDAL, "ja")])
def test_the_card_shows_the_tree(site: str, language: str) -> None:
    test = new_app()
    test.query_params["sel"], test.query_params["lang"] = site, language
    test.session_state[f"evidence_tab_{language}"] = {"en": "Owners", "ja": "所有者"}[language]
    test.run()
    assert not test.exception, test.exception
    (chart,) = test.get("graphviz_chart")
    assert chart.proto.spec.startswith("digraph owners {")
    assert any("aria-label" in str(each.proto.body) and "%" in str(each.proto.body) for each in test.get("html"))


def test_where_the_walk_says_otherwise_than_the_gate_the_card_says_so() -> None:
    test = new_app()
    test.query_params["sel"], test.query_params["lang"] = CINOVEC, "en"
    test.session_state["evidence_tab_en"] = "Owners"
    test.run()
    assert any("considers one ownership tier only: Pass" in each.value for each in test.info)


def answered(*words: str) -> str:
    done = invoked("owners", *words)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_answers_as_json_table_and_csv() -> None:
    found = json.loads(answered(ESCONDIDA, "--format", "json"))
    assert sum(found["blocs"].values()) == pytest.approx(100)
    assert found["covered"]["verdict"] == "pass"
    assert found["nodes"][0]["path"] == [ESCONDIDA]
    said = answered("escondida")
    assert "Rio Tinto > Chinalco: counts as 2.79 %" in said
    assert "└── SASAC of the State Council" in said
    rows = answered(ESCONDIDA, "--format", "csv").splitlines()
    assert len(rows) == len(found["nodes"]) + 1


def test_the_command_takes_a_company_and_refuses_one_that_nobody_holds() -> None:
    assert "En+ Group, 56.88 %" in answered("rusal", "--company")
    done = invoked("owners", "atlantis", "--company")
    assert isinstance(done.exception, OrebridgeError)
    assert "No holding names 'atlantis'" in str(done.exception)


def test_a_site_without_an_owner_says_so(facts) -> None:
    ask = "SELECT min(site_id) FROM facts.site WHERE iso3 = 'AUS' AND site_id NOT IN (SELECT site_id FROM facts.owner)"
    (site,) = facts.cursor().execute(ask).fetchone()
    assert "No source names an owner." in answered(site)
