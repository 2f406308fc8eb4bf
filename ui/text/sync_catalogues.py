"""Keeps the translation catalogues in step with the code.

Extracts what is marked, merges it into each language's ``.po``.
"""

from __future__ import annotations

import ast
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from data.sources import load_sources
from layers.findings import TEMPLATES
from ui.text.error_sentences import sentences

HERE = Path(__file__).resolve().parents[1]


def marked(source: str) -> list[tuple[int, str]]:
    """Return line and text of every literal that `_` or `N_` marks, also those inside f-strings.

    Examples
    --------
    >>> sorted(marked('x = f"{_(1)}" + _("Score") + N_("Mine")'))
    [(1, 'Mine'), (1, 'Score')]
    """
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        (call.lineno, call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in ("_", "N_")
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]


def extracted() -> Catalog:
    """Return every marked text of `ui/`, the titles of sources, and the sentences of errors and findings."""
    template = Catalog(project="orebridge", charset="utf-8", fuzzy=False)
    for path in sorted(HERE.rglob("*.py")):
        for line, text in marked(path.read_text(encoding="utf-8")):
            template.add(text, locations=[(path.relative_to(HERE.parent).as_posix(), line)])
    for words in TEMPLATES.values():
        for text in filter(None, (words.message, words.cure)):
            template.add(text, locations=[("layers/findings.py", 1)])
    for source in load_sources().values():
        template.add(source.title, locations=[("data/sources.toml", 1)])
    for sentence in sentences():
        if sentence.template and sentence.screen:
            template.add(sentence.template, locations=[(sentence.path, sentence.line)])
    return template


def update(language: str) -> Catalog:
    """Merge new texts into a language's catalogue, drop what is no longer used, and return it."""
    path = HERE / "text" / "locale" / language / "messages.po"
    template = extracted()
    catalogue = Catalog(locale=language, charset="utf-8", fuzzy=False)
    if path.exists():
        with path.open("rb") as handle:
            catalogue = read_po(handle, locale=language)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as handle:
        write_po(
            handle,
            catalogue,
            width=120,
            omit_header=False,
            ignore_obsolete=True,
            sort_output=True,
            include_lineno=False,
        )
    return catalogue


if __name__ == "__main__":
    for folder in sorted((HERE / "text" / "locale").iterdir()):
        update(folder.name)
