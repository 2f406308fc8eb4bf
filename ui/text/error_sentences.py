"""The sentences of the product's errors, read from its source code.

For the translation catalogues and for ``docs/errors.md``. No module is imported for it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("geo", "data", "layers", "scoring", "workspace", "ui")
#: Rooms without sentences of their own: the build of the bundle, and the reader, whose findings have a table.
APART = ("data/bundling", "layers/reading")
#: Commands speak English: an error that is raised here alone needs no translation.
COMMANDS = "ui/cli"
BASE = "OrebridgeError"
PHRASE = "Phrase"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template in the source code.

    Attributes
    ----------
    template : str
        English, with ``{name}`` for a field. Empty where the code passes something else than a literal.
    error : str
        Class of the error; ``Phrase`` for words that stand in a field.
    path : str
        File, from the root of the project.
    line : int
    """

    template: str
    error: str
    path: str
    line: int

    @property
    def screen(self) -> bool:
        """Whether a page may show it, so that it needs a translation."""
        return not self.path.startswith(COMMANDS)


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """A class of errors.

    Attributes
    ----------
    name, path, summary : str
        The first line of its docstring is the summary.
    line : int
    bases : tuple of str
    fills : bool
        It has a constructor of its own, which passes the template up; a raise gives the fields alone.
    """

    name: str
    path: str
    line: int
    summary: str
    bases: tuple[str, ...]
    fills: bool


@cache
def modules() -> Mapping[str, ast.Module]:
    """Return the parsed files of all floors by path, in order, without the rooms that stand apart."""
    paths = (path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py")))
    named = {path.relative_to(ROOT).as_posix(): path for path in paths}
    return {
        name: ast.parse(path.read_text(encoding="utf-8"))
        for name, path in named.items()
        if not name.startswith(APART) and "node_modules" not in PurePosixPath(name).parts
    }


@cache
def error_classes() -> Mapping[str, ErrorClass]:
    """Return the classes that descend from `OrebridgeError`, and itself, by name."""
    classes = {
        node.name: _class(path, node)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    errors = {BASE}
    while more := {name for name, kind in classes.items() if name not in errors and errors & set(kind.bases)}:
        errors |= more
    return {name: kind for name, kind in classes.items() if name in errors}


@cache
def sentences() -> tuple[Sentence, ...]:
    """Return each template that an error or a `Phrase` is given, in the order of the code."""
    return tuple(sentence for path, tree in modules().items() for sentence in _sentences(path, tree))


def _class(path: str, node: ast.ClassDef) -> ErrorClass:
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return ErrorClass(
        node.name,
        path,
        node.lineno,
        (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " "),
        tuple(_last(base) for base in node.bases),
        "__init__" in methods and node.name != BASE,
    )


def _sentences(path: str, tree: ast.Module) -> Iterator[Sentence]:
    errors = error_classes()
    if path == errors[BASE].path:  # where the base and the phrase themselves are defined
        tree = ast.Module([node for node in tree.body if getattr(node, "name", "") not in (BASE, PHRASE, "_kept")], [])
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in errors and errors[node.name].fills:
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                    yield Sentence(_literal(call), node.name, path, call.lineno)
        if isinstance(node, ast.Call):
            name = _last(node.func)
            if name == PHRASE or (name in errors and not errors[name].fills):
                yield Sentence(_literal(node), name, path, node.lineno)


def _literal(call: ast.Call) -> str:
    first = call.args[0] if len(call.args) == 1 else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _last(node: ast.expr) -> str:
    """Return the last name of ``a.b.C``."""
    return ast.unparse(node).rpartition(".")[2]
