"""`/api/v1/supply`: the same cells as the command, with their sources; wrong words are a problem in one sentence."""

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


def test_a_cell_with_its_figures_and_sources(client: TestClient) -> None:
    answer = client.get("/api/v1/supply", params={"commodity": "gallium", "stage": "refined", "against": "2024"})
    assert answer.status_code == 200
    found = answer.json()
    (cell,) = found["cells"]
    assert cell["supply"]["leading_country"] == "CHN"
    assert {source["id"] for source in found["sources"]} == set(cell["source_ids"])
    assert found["facts"]
    assert found["changes"][0]["older"]["vintage"] == "2024"
    assert "CC-BY-4.0" in " ".join(found["orebridge"]["licences"])


def test_all_cells_of_a_desk(client: TestClient) -> None:
    found = client.get("/api/v1/supply", params={"desk": "partners"}).json()
    assert len(found["cells"]) > 100
    assert "facts" not in found


@pytest.mark.parametrize(
    ("parameters", "says"),
    [({"commodity": "unobtainium"}, "is not there; take one of"), ({"desk": "eu"}, "desk"), ({"desks": "us"}, "desks")],
)
def test_wrong_words_are_a_problem(client: TestClient, parameters: dict[str, str], says: str) -> None:
    answer = client.get("/api/v1/supply", params=parameters)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]
