"""`/api/v1/supply`: the same cells as the command, with their sources; wrong words are a problem in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.http.server import ROUTES
from workspace import session

pytestmark = pytest.mark.usefixtures("small_app")


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


HEAD = "commodity,stage,figure,country,value,unit\n"


def test_figures_of_ones_own_win_and_are_marked(client: TestClient) -> None:
    own = HEAD + "gallium,refined,import_share,CHN,30,%\ngallium,refined,import_share,JPN,70,%\n"
    asked = {"commodity": "gallium", "stage": "refined", "against": "2024"}
    (before,) = client.get("/api/v1/supply", params=asked).json()["cells"]
    found = client.get("/api/v1/supply", params={**asked, "own": own}).json()
    (cell,) = found["cells"]
    assert before["own"] == []
    assert [(each["figure"], each["country"], each["value"]["low"]) for each in cell["own"]] == [
        ("import_share", "CHN", 30),
        ("import_share", "JPN", 70),
    ]
    assert cell != {**before, "own": cell["own"]}, "they change what is told"
    assert found["changes"]
    assert client.get("/api/v1/supply", params=asked).json()["cells"] == [before], "nothing stays"


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (HEAD + "gallium,refined,import_share,CHN,30,t\n", "own, line 2: unit 't' does not fit import_share; write %"),
        (HEAD + "gallium,refined,import_share,XXX,30,%\n", "write an ISO 3166-1 alpha-3 code such as CHN"),
        (HEAD + "gallium,refined,import_share,Kazakstan,30,%\n", "write an ISO 3166-1 alpha-3 code such as KAZ"),
        ("gallium,refined\n", "own, line 1: the column commodity is missing; the first line names commodity"),
        (HEAD, "own, line 1: it has no rows"),
        ("", "own, line 1"),
        (HEAD + "x" * 10_000, "own has 10042 characters; 10000 are the most"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence_with_the_cure(client: TestClient, own: str, says: str) -> None:
    answer = client.get("/api/v1/supply", params={"own": own})
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_the_document_describes_the_table(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]["/supply"]["get"]["parameters"]
    (own,) = [each for each in described if each["name"] == "own"]
    assert own["schema"]["maxLength"] == 10_000
    example = own["schema"]["examples"][0]
    assert client.get("/api/v1/supply", params={"commodity": "gallium", "own": example}).status_code == 200
