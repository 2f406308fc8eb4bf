"""`/api/v1/chain`: the same answer as the command; wrong words are a problem in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.http.server import ROUTES
from workspace import session


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    patched = pytest.MonkeyPatch()
    patched.setenv("OREBRIDGE_HOME", str(tmp_path_factory.mktemp("home")))
    session.close()
    with TestClient(Starlette(routes=ROUTES)) as running:
        yield running
    session.close()
    patched.undo()


def test_a_chain_and_the_partners_of_a_site(client: TestClient) -> None:
    found = client.get("/api/v1/chain", params={"commodity": "tungsten", "stages": "operating"}).json()
    assert [chain["commodity"] for chain in found["chains"]] == ["tungsten"]
    own = client.get("/api/v1/chain", params={"site": "moz-balama-4af4"}).json()
    assert own["partners"][0]["takes_from_it"][0]["basis"] == "stated"


def test_wrong_words_are_a_problem(client: TestClient) -> None:
    answer = client.get("/api/v1/chain", params={"commodity": "gold"})
    assert answer.status_code == 400
    assert "take one of" in answer.json()["detail"]
