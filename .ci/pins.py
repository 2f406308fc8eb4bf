"""Write or check the pins: every version of the closure by name in pyproject.toml, and its hashes in requirements.txt.

`python .ci/pins.py write` resolves anew; `python .ci/pins.py check` fails if the two differ from what uv resolves under
the pins. No file names a download host: `uv.lock` does, and is not kept.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT, REQUIREMENTS = ROOT / "pyproject.toml", ROOT / "requirements.txt"
BEGIN, END = "# pins: written by .ci/pins.py", "# end of pins"
EXPORT = (
    "uv",
    "export",
    "--quiet",
    "--format",
    "requirements-txt",
    "--no-emit-project",
    "--no-annotate",
    "--no-header",
)


def exported(*options: str) -> list[str]:
    """Return the lines of `uv export`, without anything that names a place to download from."""
    text = subprocess.run([*EXPORT, *options], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [
        line
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith(("-i ", "--index", "--extra-index", "--find-links", "-f "))
    ]


def pins() -> str:
    """Return the block of pyproject.toml that holds every version of the closure."""
    lines = "".join(f'  "{line.strip()}",\n' for line in exported("--no-hashes", "--all-groups", "--all-extras"))
    return f"{BEGIN}\n[tool.uv]\nconstraint-dependencies = [\n{lines}]\n{END}\n"


def without_pins(text: str) -> str:
    """Return pyproject.toml without the block."""
    return re.sub(re.escape(BEGIN) + r".*?" + re.escape(END) + r"\n", "", text, flags=re.DOTALL)


def write() -> None:
    """Resolve without pins and write both files."""
    PROJECT.write_text(without_pins(PROJECT.read_text(encoding="utf-8")), encoding="utf-8")
    subprocess.run(["uv", "lock", "--quiet", "--upgrade"], cwd=ROOT, check=True)
    PROJECT.write_text(PROJECT.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + pins(), encoding="utf-8")
    subprocess.run(["uv", "lock", "--quiet"], cwd=ROOT, check=True)
    REQUIREMENTS.write_text("\n".join(exported("--no-default-groups")) + "\n", encoding="utf-8")


def check() -> int:
    """Return 1 and say what differs if the files are not what uv resolves now."""
    subprocess.run(["uv", "lock", "--quiet"], cwd=ROOT, check=True)
    wrong = []
    if pins() not in PROJECT.read_text(encoding="utf-8"):
        wrong.append("pyproject.toml")
    if REQUIREMENTS.read_text(encoding="utf-8") != "\n".join(exported("--no-default-groups")) + "\n":
        wrong.append("requirements.txt")
    if wrong:
        sys.stderr.write(f"Pins differ in {' and '.join(wrong)}; run `python .ci/pins.py write` and commit.\n")
    return int(bool(wrong))


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] == ["check"]:
        sys.exit(check())
    else:
        sys.exit("usage: python .ci/pins.py write|check")
