"""Facts in the store come and go in batches, each of which is undone as if it had never been."""

from __future__ import annotations

import pytest

from data import user_facts
from data.store import Store
from data.user_facts import FactError, UserFact

SOURCE = {"as_of": "2026", "source_title": "Report", "source_url": "https://example.org"}


def stage(text: str, site: str = "s-1") -> UserFact:
    return UserFact(site, "stage", text=text, **SOURCE)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path) as opened:
        yield opened


def texts(store: Store) -> list[str]:
    return [fact.text for fact in user_facts.stored_facts(store)]


def test_a_fact_is_kept_whole_and_counts_as_the_user_s(store) -> None:
    fact = UserFact("s-1", "grade", "copper", 1.2, "%", 1.0, 1.4, "Cu", "", "2026-03", "R", "doi:10.1/x", "p. 3")
    assert user_facts.add(store, [fact], "mine.csv") == 0
    (kept,) = user_facts.stored_facts(store)
    assert {name: getattr(kept, name) for name in UserFact.__dataclass_fields__} == {
        name: getattr(fact, name) for name in UserFact.__dataclass_fields__
    }
    assert kept.owner == store.user
    assert kept.fact_id.startswith("f")
    assert store.has_own()


def test_a_later_fact_of_the_same_subject_replaces_the_earlier_and_undo_brings_it_back(store) -> None:
    user_facts.add(store, [stage("resource"), stage("closed", "s-2")])
    assert user_facts.add(store, [stage("operating")]) == 1
    assert texts(store) == ["operating", "closed"]
    batch = user_facts.undo(store)
    assert batch is not None
    assert (batch.action, batch.facts) == ("add", 1)
    assert texts(store) == ["resource", "closed"]


def test_removal_is_undone_and_then_the_addition(store) -> None:
    user_facts.add(store, [stage("resource")])
    (kept,) = user_facts.stored_facts(store)
    user_facts.remove(store, [kept.fact_id])
    assert texts(store) == []
    assert not store.has_own()
    assert user_facts.undo(store).action == "remove"
    assert user_facts.stored_facts(store) == (kept,)
    assert user_facts.undo(store).action == "add"
    assert user_facts.undo(store) is None


def test_owners_of_one_batch_stand_together(store) -> None:
    owners = [UserFact("s-1", "owner", value=share, text=name, **SOURCE) for name, share in (("A", 60.0), ("B", 40.0))]
    user_facts.add(store, owners)
    assert texts(store) == ["A", "B"]
    user_facts.add(store, [UserFact("s-1", "owner", value=100.0, text="C", **SOURCE)])
    assert texts(store) == ["C"]


def test_removing_what_is_not_there_is_refused_and_nothing_changes(store) -> None:
    user_facts.add(store, [stage("resource")])
    with pytest.raises(FactError, match="no fact 'f000'"):
        user_facts.remove(store, ["f000"])
    assert texts(store) == ["resource"]
