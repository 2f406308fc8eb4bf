"""Check every pinned package against known vulnerabilities with pip-audit; "could not be checked" is not "clean".

`python .ci/audit.py` ends with 0: all packages were checked and none is known to be vulnerable; 1: one is, each is
named with the version that mends it; 3: some or all could not be checked, because the service or the tool cannot be
reached or does not know them. pip-audit itself ends with 0 and says "No known vulnerabilities found" when it could not
look up a single package.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOOL = "pip-audit==2.10.1"
COMMAND = (
    "uv",
    "tool",
    "run",
    "--from",
    TOOL,
    "pip-audit",
    "--requirement",
    "requirements.txt",
    "--require-hashes",
    "--disable-pip",
    "--format",
    "json",
    "--progress-spinner",
    "off",
)
CLEAN, FINDING, NOT_CHECKED = 0, 1, 3
NAMED = 5


def verdict(output: str, errors: str) -> tuple[int, list[str]]:
    """Return the exit code and the sentences for what pip-audit printed.

    Parameters
    ----------
    output : str
        Its JSON; anything else means that it broke off.
    errors : str
        What it said on standard error.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = next((line for line in reversed(errors.splitlines()) if line.strip()), "it printed nothing")
        return NOT_CHECKED, [
            f"Vulnerabilities could not be checked: the service or the tool cannot be reached ({last.strip()[:200]})."
        ]
    findings = [_finding(package, flaw) for package in packages for flaw in package.get("vulns", ())]
    unchecked = [str(package["name"]) for package in packages if "vulns" not in package]
    if unchecked or not packages:
        findings.append(_unchecked(unchecked, len(packages)))
    if any("vulns" in package and package["vulns"] for package in packages):
        return FINDING, findings
    if findings:
        return NOT_CHECKED, findings
    return CLEAN, [f"{len(packages)} packages were checked; none is known to be vulnerable."]


def _finding(package: dict[str, Any], flaw: dict[str, Any]) -> str:
    mended = ", ".join(flaw.get("fix_versions") or ()) or "no version yet"
    return f"{package['name']} {package['version']} is vulnerable: {flaw['id']}, mended in {mended}."


def _unchecked(names: list[str], packages: int) -> str:
    some = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    return (
        f"Vulnerabilities could not be checked for {len(names)} of {packages} packages ({some or 'none was named'}): "
        "the service does not know them or cannot be reached from here. This is no clean result; check "
        "where it can be reached."
    )


def main() -> int:
    """Run pip-audit, print the sentences and return the exit code."""
    try:
        done = subprocess.run(COMMAND, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        code, sentences = verdict("", f"{type(error).__name__}: uv did not run pip-audit")
    else:
        code, sentences = verdict(done.stdout, done.stderr)
    sys.stderr.write("".join(f"{sentence}\n" for sentence in sentences))
    return code


if __name__ == "__main__":
    sys.exit(main())
