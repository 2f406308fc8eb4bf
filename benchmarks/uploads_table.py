"""Write `docs/uploads.md`: what becomes of every sample file, read the real way.

Run `uv run python -m benchmarks.uploads_table`. The sample files lie beside the repository, in ``../shared/cases``.
"""

from __future__ import annotations

import html
import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from layers import findings, imports
from layers.contract import Finding, LayerReport
from layers.sandbox import Reader

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT.parent / "shared" / "cases"
PAGE = ROOT / "docs" / "uploads.md"
GROUPS = (
    ("Real files", "uploads", "From public repositories; each is read without a word from the user."),
    (
        "Awkward files",
        "badfiles/awkward",
        "Honest files as people make them; each is placed, or refused with the cause and the cure.",
    ),
    ("Hostile files", "badfiles/malicious", "Made to read other files, call addresses, or exhaust the machine."),
)
NOT_DATA = ("index.csv", "SOURCE.md", "README.md")
#: Files that are uploaded together with the one that carries the data.
COMPANIONS = {".dat": ".dfn", ".gml": ".gfs"}
SHOWN_LAYERS, SHOWN_CHARACTERS = 4, 260
HEAD = """# Uploads

What becomes of every file of the collections of samples: read in the sandbox, as an upload is, without cures or a
stated coordinate system. *ok* is imported; *needs input* waits for an answer, mostly the coordinate system; *refused*
says why and what helps. Bounds are west, south, east, north in degrees (EPSG:4326). Notes that only inform are left
out.

Made by `python -m benchmarks.uploads_table`. A run of `python -m benchmarks.fuzz_uploads` reads thousands of
broken variants of the same files.
"""


def cases(folder: Path) -> list[tuple[Path, ...]]:
    """Return the uploads of a folder, each with its companions, in the order of their names."""
    paths = [path for path in sorted(folder.glob("*")) if path.is_file() and path.name not in NOT_DATA]
    beside = {main.with_suffix(COMPANIONS[main.suffix]) for main in paths if main.suffix in COMPANIONS}
    return [
        (path, *(each for each in beside if each != path and each.stem == path.stem))
        for path in paths
        if path not in beside
    ]


def text(value: str, most: int = SHOWN_CHARACTERS) -> str:
    """Return a text of a file as one cell of a Markdown table, which takes no HTML, links or marks from it."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    line = line if len(line) <= most else line[: most - 3] + "..."
    marked = re.sub(r"[\\`*_{}\[\]#!]", r"\\\g<0>", line)
    return html.escape(marked, quote=False).replace("|", "&#124;")


def where(layer: LayerReport) -> str:
    """Return kind, size, place and reason of a layer in words."""
    system = layer.crs if len(layer.crs) < 20 else "its own CRS"
    what = (
        f"{layer.kind.removeprefix('vector-') or 'not placed'}, {layer.features:,} "
        f"{'cells' if layer.kind == 'raster' else 'features'}"
    )
    box = "" if layer.bounds is None else " at " + ", ".join(f"{x:.4g}" for x in layer.bounds)
    return text(f"{layer.name}: {what}{', ' + system if system else ''}{box}")


def words(found: tuple[Finding, ...]) -> str:
    """Return what was found, the gravest first, without what only informs."""
    order = {"error": 0, "ask": 1, "warning": 2}
    told = [each for each in found if findings.severity(each) in order]
    told.sort(key=lambda each: order[findings.severity(each)])
    sentences = dict.fromkeys(f"{findings.message(each)} {findings.cure(each)}".strip() for each in told)
    return "<br>".join(text(each) for each in sentences) or "-"


def row(reader: Reader, home: Path, paths: tuple[Path, ...]) -> str:
    """Read a file and return its row."""
    with ExitStack() as stack:
        upload = imports.take_in(home, [(path.name, stack.enter_context(path.open("rb"))) for path in paths])
    try:
        draft = imports.read(reader, upload, imports.request_for(upload))
    finally:
        imports.discard(upload)
    layers = draft.report.layers
    more = [f"{len(layers) - SHOWN_LAYERS} more layers"] if len(layers) > SHOWN_LAYERS else []
    lies = "<br>".join([*(where(layer) for layer in layers[:SHOWN_LAYERS]), *more]) or "-"
    return f"| {text(paths[0].name)} | {draft.status.replace('_', ' ')} | {lies} | {words(draft.report.findings)} |"


def page(folder: Path) -> str:
    """Return the page for the collections below a folder."""
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as home, Reader() as reader:
        for title, name, sentence in GROUPS:
            rows = [row(reader, Path(home), paths) for paths in cases(folder / name)]
            counts = ", ".join(
                f"{sum(f'| {status} |' in each for each in rows)} {status}"
                for status in ("ok", "needs input", "refused")
            )
            table = ["| File | Result | Layers | What is said |", "|---|---|---|---|", *rows]
            parts.append(f"## {title}\n\n{sentence} {len(rows)} files: {counts}.\n\n" + "\n".join(table) + "\n")
    return "\n".join(parts)


def main() -> None:
    if not CASES.is_dir():
        sys.exit("The sample files are not beside the repository (../shared/cases); the page stays as it is.")
    PAGE.write_text(page(CASES), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")


if __name__ == "__main__":
    main()
