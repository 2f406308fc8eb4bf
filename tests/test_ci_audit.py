"""The vulnerability check: a finding is named, and what could not be checked is never taken for clean."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def audit():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(*packages: dict) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


CLEAN = {"name": "affine", "version": "3.0.1", "vulns": []}
SKIPPED = {"name": "altair", "skip_reason": "Dependency not found on PyPI and could not be audited: altair (6.3.0)"}
FLAWED = {
    "name": "jinja2",
    "version": "3.1.0",
    "vulns": [{"id": "PYSEC-2024-1", "fix_versions": ["3.1.4"], "aliases": [], "description": "x"}],
}


@pytest.mark.parametrize(
    ("output", "errors", "code", "says"),
    [
        (printed(CLEAN), "", 0, "1 packages were checked; none is known to be vulnerable."),
        (
            printed(CLEAN, FLAWED),
            "Found 1 known vulnerability",
            1,
            "jinja2 3.1.0 is vulnerable: PYSEC-2024-1, mended in 3.1.4.",
        ),
        (printed(SKIPPED), "No known vulnerabilities found", 3, "could not be checked for 1 of 1 packages (altair)"),
        (printed(CLEAN, SKIPPED), "", 3, "This is no clean result"),
        (printed(FLAWED, SKIPPED), "", 1, "could not be checked for 1 of 2 packages"),
        (printed(), "", 3, "could not be checked for 0 of 0 packages"),
        ("", "Traceback\nConnectionError: api.osv.dev\n", 3, "cannot be reached (ConnectionError: api.osv.dev)"),
        ("{}", "", 3, "it printed nothing"),
    ],
)
def test_each_ending_of_pip_audit_has_its_exit_code_and_sentence(audit, output, errors, code, says) -> None:
    found, sentences = audit.verdict(output, errors)
    assert found == code
    assert says in " ".join(sentences)


def test_a_machine_without_uv_could_not_check(audit, monkeypatch, capsys) -> None:
    monkeypatch.setattr(audit, "COMMAND", ("no-such-program",))
    assert audit.main() == 3
    assert "could not be checked" in capsys.readouterr().err


def test_the_run_stops_at_a_finding_and_goes_on_without_the_service() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 .ci/audit.py || [ $? -eq 3 ]" in run
