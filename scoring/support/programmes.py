"""Support programmes of the US and Japan, judged rule by rule on what is known of a site. No score rests on it.

A programme is excluded where a published rule is known to fail; what no source of ours says stays to be asked. Rules
are rows of ``data/curated/support_programmes.csv``, each with the page that states it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pandas as pd

from data.bundling.owners import companies
from data.vocabulary import CURATED, commodity_ids, fold, us_critical_minerals
from scoring.ownership.covered_nation import FRESH_FROM
from scoring.records import Dossier, Verdict

FILE = CURATED / "support_programmes.csv"
#: Shares of a site add up to the whole within rounding.
WHOLE_PCT = 99.0
#: Letters that the name of a buyer needs, to be looked for in a text.
NAME_LETTERS = 5
#: What a partner or a contract would change: such a rule excludes nobody, it says what is needed.
CAN_CHANGE = ("japanese_owner", "us_owner", "offtake_japan", "offtake_us")
#: What a company is by law, at the end of its name.
LEGAL_FORM = re.compile(r"( (corporation|corp|company|co|ltd|limited|inc|llc|plc|kk|group|holdings|international))+$")


@dataclass(frozen=True, slots=True)
class Rule:
    """One published rule of a programme.

    Attributes
    ----------
    id, text, text_ja : str
    test : str
        Key of `TESTS`, or ``other``: it cannot be told from facts of ours.
    argument : tuple of str
        What the test compares with; of ``other``: what one must ask.
    alternative : str
        Rules of a programme with the same letter are alternatives: one of them is enough; empty: the rule stands alone.
    source_url, as_of : str
        Page that states it, and its date; empty date: the page has none.
    """

    id: str
    text: str
    text_ja: str
    test: str
    argument: tuple[str, ...]
    alternative: str
    source_url: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Programme:
    """A support programme: who gives what, and its rules."""

    id: str
    title: str
    title_ja: str
    agency: str
    country: str
    what: str
    what_ja: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A programme with the verdict on each of its rules, in their order."""

    programme: Programme
    verdicts: tuple[Verdict, ...]

    @property
    def standing(self) -> Literal["excluded", "open", "met"]:
        """Excluded by a rule that fails and that no deal can change, met by all, else open: some are to be asked."""
        rules: list[tuple[Rule, Verdict]] = [
            (rule, "unknown" if verdict == "fail" and rule.test in CAN_CHANGE else verdict)
            for rule, verdict in zip(self.programme.rules, self.verdicts, strict=True)
        ]
        groups = {rule.alternative for rule, _ in rules if rule.alternative}
        decided = [verdict for rule, verdict in rules if not rule.alternative]
        decided += [_any([verdict for rule, verdict in rules if rule.alternative == group]) for group in groups]
        if "fail" in decided:
            return "excluded"
        return "met" if all(verdict == "pass" for verdict in decided) else "open"

    @property
    def met(self) -> int:
        """How many rules are known to be met."""
        return self.verdicts.count("pass")


def _any(verdicts: list[Verdict]) -> Verdict:
    if "pass" in verdicts:
        return "pass"
    return "fail" if all(verdict == "fail" for verdict in verdicts) else "unknown"


def _known(holds: bool) -> Verdict:
    return "pass" if holds else "fail"


def _country_in(site: Dossier, argument: tuple[str, ...]) -> Verdict:
    return _known(site["iso3"] in argument)


def _country_not_in(site: Dossier, argument: tuple[str, ...]) -> Verdict:
    return _known(site["iso3"] not in argument)


def _kind_in(site: Dossier, argument: tuple[str, ...]) -> Verdict:
    return _known(site["kind"] in argument)


def _stage_in(site: Dossier, argument: tuple[str, ...]) -> Verdict:
    return "unknown" if site["stage"] == "unknown" else _known(site["stage"] in argument)


def _commodity_in(site: Dossier, argument: tuple[str, ...]) -> Verdict:
    return _known(bool(set(site["commodities"]) & set(argument)))


def _owner_of(iso3: str) -> Callable[[Dossier, tuple[str, ...]], Verdict]:
    def judge(site: Dossier, _argument: tuple[str, ...]) -> Verdict:
        fresh = [owner for owner in site["owners"] if owner["as_of"] >= FRESH_FROM]
        if any(owner["parent_iso3"] == iso3 for owner in fresh):
            return "pass"
        traced = all(owner["parent_iso3"] for owner in fresh)
        return "fail" if traced and sum(owner["share_pct"] or 0 for owner in fresh) >= WHOLE_PCT else "unknown"

    return judge


def _offtake_of(iso3: str) -> Callable[[Dossier, tuple[str, ...]], Verdict]:
    def judge(site: Dossier, _argument: tuple[str, ...]) -> Verdict:
        said = [f" {fold(claim['text'])} " for claim in site["claims"] if claim["attribute"] == "offtake"]
        return "pass" if any(name in text for text in said for name in _companies_of(iso3)) else "unknown"

    return judge


def _no_covered_owner(site: Dossier, _argument: tuple[str, ...]) -> Verdict:
    return next((gate["verdict"] for gate in site["gates"] if gate["gate"] == "covered_any"), "unknown")


#: Test of a rule -> its verdict on a site.
TESTS: Mapping[str, Callable[[Dossier, tuple[str, ...]], Verdict]] = {
    "country_in": _country_in,
    "country_not_in": _country_not_in,
    "kind_in": _kind_in,
    "stage_in": _stage_in,
    "commodity_in": _commodity_in,
    "commodity_us_list": _commodity_in,
    "japanese_owner": _owner_of("JPN"),
    "us_owner": _owner_of("USA"),
    "offtake_japan": _offtake_of("JPN"),
    "offtake_us": _offtake_of("USA"),
    "no_covered_owner": _no_covered_owner,
}


@cache
def programmes() -> tuple[Programme, ...]:
    """Return the programmes of `support_programmes.csv`, in its order."""
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    return tuple(_programme(rows) for _, rows in table.groupby("programme_id", sort=False))


def _programme(rows: pd.DataFrame) -> Programme:
    first = rows.iloc[0]
    rules = tuple(_rule(row) for _, row in rows.iterrows())
    return Programme(
        id=first["programme_id"],
        title=first["programme"],
        title_ja=first["programme_ja"],
        agency=first["agency"],
        country=first["country"],
        what=first["what"],
        what_ja=first["what_ja"],
        rules=rules,
    )


def _rule(row: pd.Series) -> Rule:
    argument = (row["argument"],) if row["test"] == "other" else tuple(shlex.split(row["argument"]))
    if row["test"] == "commodity_us_list":
        argument = us_critical_minerals()
    return Rule(
        row["rule_id"],
        row["rule"],
        row["rule_ja"],
        row["test"],
        argument,
        row["alternative"],
        row["source_url"],
        row["as_of"],
    )


@cache
def _companies_of(iso3: str) -> tuple[str, ...]:
    """Return the folded names of companies of a country without their legal form, each between blanks."""
    table = companies()
    of_country = table[table["parent_country_iso3"] == iso3]
    buyers = pd.read_csv(CURATED / "offtake.csv", dtype=str, keep_default_na=False)
    written = [*of_country.index, *of_country["company"]]
    written += [
        part
        for name in buyers.loc[buyers["buyer_country_iso3"] == iso3, "buyer"]
        for part in re.split(r"[/(),;]", name)
    ]
    metals = {fold(name) for name in commodity_ids()}  # "indium" of a buyer is the metal, not the Indium Corporation
    names = {LEGAL_FORM.sub("", fold(name)).strip() for name in written} - metals
    return tuple(sorted(f" {name} " for name in names if len(name) >= NAME_LETTERS))


def judged(site: Dossier, programme_id: str = "") -> tuple[Judged, ...]:
    """Return each programme with the verdicts on a site, those that are not excluded first.

    Parameters
    ----------
    site : Dossier
        All that is known of the site.
    programme_id : str, optional
        That programme alone; empty: all.
    """
    found = [
        Judged(each, tuple(TESTS[r.test](site, r.argument) if r.test in TESTS else "unknown" for r in each.rules))
        for each in programmes()
        if programme_id in ("", each.id)
    ]
    order = {"met": 0, "open": 1, "excluded": 2}
    return tuple(sorted(found, key=lambda each: (order[each.standing], -each.met)))
