"""Writes ``docs/errors.md``: every error on one page, from the source code.

Run ``python -m ui.text.errors_page`` after a sentence has changed; a test compares the page with the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ui.text.error_sentences import BASE, FLOORS, ROOT, ErrorClass, Sentence, error_classes, sentences

PAGE = ROOT / "docs" / "errors.md"
HEAD = """# Errors

Everything that the product tells its user when something cannot be done is one sentence: what, where, the cure.
Commands print it, the API answers with it, and pages show it in the reader's language.
This page lists each class, when it is raised, and its sentences; a name in braces stands for a value.
In Python every class descends from `geo.errors.OrebridgeError`; its `sentence` holds the template and the values.

[Exit codes](cli.md) and [HTTP statuses](api.md) stand with the commands and the API.

*Written from the code by `python -m ui.text.errors_page`.*
"""
ABOUT = {
    "geo": "Geometry and rasters",
    "data": "Facts, files and the user's store",
    "layers": "Layers and uploads",
    "scoring": "Scoring",
    "workspace": "Workspace",
    "ui": "Commands, API and memo",
}


def page() -> str:
    """Return the page as Markdown."""
    of_class: dict[str, list[str]] = {}
    for sentence in sentences():
        of_class.setdefault(sentence.error, []).append(_shown(sentence))
    parts = [HEAD]
    for floor in FLOORS:
        kinds = [kind for kind in error_classes().values() if kind.path.startswith(f"{floor}/") and kind.name != BASE]
        if kinds:
            parts.append(f"\n## {ABOUT[floor]}\n")
            parts += [line for kind in kinds for line in _entry(kind, of_class.get(kind.name, []))]
    parts.append("\n## Without a class of their own\n\nRaised as `OrebridgeError`.\n\n")
    parts += _list(of_class.get(BASE, []))
    return "".join(parts)


def _entry(kind: ErrorClass, shown: list[str]) -> Iterator[str]:
    module = kind.path.removesuffix(".py").replace("/", ".")
    yield f"\n### {kind.name}\n\n{kind.summary} Of `{module}`.\n\n"
    yield from _list(shown)


def _list(shown: list[str]) -> Iterator[str]:
    yield from (f"- {each}\n" for each in dict.fromkeys(shown))


def _shown(sentence: Sentence) -> str:
    """Return a template as code, its fields without their format."""
    plain = re.sub(r"\{(\w+)(?:![rsa])?(?::[^}]*)?\}", r"{\1}", sentence.template)
    return f"`` {plain} ``" if "`" in plain else f"`{plain}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
