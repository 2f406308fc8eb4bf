"""`orebridge chain`: findings of real sites, partners of one, and one sentence for what is not there."""

from __future__ import annotations

import json


def test_json_names_sites_links_and_sources(run) -> None:
    done = run("chain", "--commodity", "Graphite", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (chain,) = found["chains"]
    assert (chain["commodity"], chain["stages"], chain["basis"]) == ("graphite", "all", "graphite as sold")
    assert all(step["url"].startswith("http") for step in chain["steps"])
    stated = [link for link in chain["links"] if link["basis"] == "stated"]
    assert stated
    assert all(link["statement"]["source_id"] for link in stated)
    assert "Impurities are not known" in found["caveats"][0]


def test_the_table_says_what_cannot_be_judged(run) -> None:
    done = run("chain", "--commodity", "fluorspar")
    assert done.returncode == 0
    assert "missing plant" in done.stdout
    assert "not judged" in done.stdout


def test_partners_of_a_site(run) -> None:
    done = run("chain", "--site", "usa-syrah-vidalia-active-anode-2c39", "--format", "json")
    (found,) = json.loads(done.stdout)
    assert found["feeds_it"][0]["site_id"] == "moz-balama-4af4"
    assert "stated" in run("chain", "--site", "usa-syrah-vidalia-active-anode-2c39").stdout


def test_wrong_words_are_one_sentence(run) -> None:
    for words in (("--commodity", "unobtainium"), ("--stages", "soon"), ("--site", "nowhere-at-all")):
        done = run("chain", *words)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1
