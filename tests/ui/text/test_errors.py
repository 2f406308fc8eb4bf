"""Errors carry templates with fields, and every one of them has its sentence in Japanese."""

from __future__ import annotations

import ast
import copy
import inspect
import pickle
import string
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from geo.errors import OrebridgeError, Phrase
from scoring.errors import ScenarioError
from ui.text.error_sentences import BASE, ErrorClass, Sentence, error_classes, modules, sentences
from ui.text.errors_page import PAGE, page
from ui.text.i18n import catalogue, speaking
from ui.text.problems import problem, reason, translated

ROOT = Path(__file__).resolve().parents[3]
#: Templates that stand in a table of their own, which the catalogues read too.
FROM_A_TABLE = {"layers/findings.py", "geo/errors.py"}
SAMPLES: dict[str, Any] = {
    "str": "x",
    "int": 7,
    "float": 1.5,
    "Path": Path("x.y"),
    "list[str]": ["a", "b"],
    "tuple[str, ...]": ("a", "b"),
    "object": "x",
    "inspect._empty": "x",
}
ON_SCREEN = [sentence for sentence in sentences() if sentence.template and sentence.screen]


def fields(template: str) -> set[tuple[str, str, str]]:
    """Return name, format and conversion of each field."""
    parts = string.Formatter().parse(template)
    return {(name, spec or "", conversion or "") for _text, name, spec, conversion in parts if name}


def filled(sentence: Sentence) -> OrebridgeError:
    """Return an error of that template, with a value of the right kind for each field."""
    return OrebridgeError(
        sentence.template, **{name: 7 if spec else "x" for name, spec, _conversion in fields(sentence.template)}
    )


def example(kind: ErrorClass) -> OrebridgeError:
    """Return an error of a class, from what its constructor takes."""
    made = getattr(import_module(kind.path.removesuffix(".py").replace("/", ".")), kind.name)
    if not made.__init__ or made.__init__ is OrebridgeError.__init__:
        own = [sentence for sentence in sentences() if sentence.error == kind.name]
        if not own:
            return made("Nothing works.")
        longest = max(own, key=lambda sentence: len(sentence.template))
        return made(longest.template, **filled(longest).sentence.fields)
    parameters = list(inspect.signature(made.__init__).parameters.values())[1:]
    return made(*(SAMPLES[str(each.annotation)] for each in parameters))


CLASSES = [kind for kind in error_classes().values() if kind.name != BASE]
EXAMPLES = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)


def test_every_raise_passes_a_literal_template() -> None:
    assert [s for s in sentences() if not s.template and s.path not in FROM_A_TABLE] == []


def test_no_field_of_an_error_hides_a_sentence() -> None:
    kinds = error_classes()
    hidden = [
        f"{path}:{raised.lineno}"
        for path, tree in modules().items()
        for raised in ast.walk(tree)
        if isinstance(raised, ast.Raise)
        and isinstance(raised.exc, ast.Call)
        and (kind := kinds.get(ast.unparse(raised.exc.func).rpartition(".")[2]))
        and kind.fills
        for argument in raised.exc.args
        if isinstance(argument, ast.JoinedStr)
        or (isinstance(argument, ast.Constant) and " " in str(argument.value) and argument.value != "low, high")
    ]
    assert hidden == []


def test_two_classes_never_share_a_name() -> None:
    named = [node.name for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    errors = [name for name in named if name in error_classes()]
    assert sorted(errors) == sorted(set(errors))


@pytest.mark.parametrize("sentence", ON_SCREEN, ids=lambda s: f"{s.path}:{s.line}")
def test_each_template_has_a_japanese_sentence_with_the_same_fields(sentence: Sentence) -> None:
    japanese = catalogue("ja").gettext(sentence.template)
    assert fields(japanese) == fields(sentence.template)
    error = filled(sentence)
    with speaking("en"):
        assert reason(error) == str(error)
    with speaking("ja"):
        assert reason(error) == japanese.format(**error.sentence.fields)
    if sentence.template.endswith("."):
        assert japanese.endswith("。")


@EXAMPLES
def test_no_error_of_a_page_is_said_in_english_to_a_japanese_reader(kind: ErrorClass) -> None:
    error = example(kind)
    with speaking("en"):
        assert reason(error) == str(error)
    if any(sentence.screen for sentence in sentences() if sentence.error == kind.name):
        with speaking("ja"):
            assert not reason(error).isascii()


@EXAMPLES
def test_an_error_crosses_processes_and_is_copied(kind: ErrorClass) -> None:
    error = example(kind)
    unpickled = pickle.loads(pickle.dumps(error))  # noqa: S301 - bytes of our own
    for again in (unpickled, copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.sentence.template == error.sentence.template
        assert again.sentence.fields == error.sentence.fields
        assert vars(again).keys() == vars(error).keys()


def test_phrases_lists_and_errors_within_an_error_are_translated_too() -> None:
    inner = ScenarioError("The scenario names no weights.")
    error = OrebridgeError(
        "The scenario of {shortlist!r} in the file cannot be scored ({reason}); nothing was imported.",
        shortlist="east",
        reason=inner,
    )
    assert str(error) == (
        "The scenario of 'east' in the file cannot be scored (The scenario names no weights); nothing was imported."
    )
    with speaking("ja"):
        assert reason(error) == (
            "ファイル内の 'east' のシナリオではスコアを計算できません（シナリオに重みがありません）。"
            "何も取り込んでいません。"
        )
        assert translated(Phrase("{fields} missing", fields=["a", Phrase("none")])) == "a、なし がありません"


def test_fields_are_data_and_never_a_template() -> None:
    assert str(OrebridgeError("No preset is called {preset!r}.", preset="{0.__class__}")) == (
        "No preset is called '{0.__class__}'."
    )


def test_an_error_of_a_library_is_kept_as_text() -> None:
    error = OrebridgeError("{path}: {reason}.", path=Path("a"), reason=OSError("no room"))
    assert error.sentence.fields == {"path": Path("a"), "reason": "no room"}


def test_no_page_shows_the_english_sentence_of_an_error() -> None:
    shown = [
        f"{path.relative_to(ROOT)}:{number}"
        for room in ("screens", "panels", "map", "memo")
        for path in sorted((ROOT / "ui" / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "str(error)" in line or "{error}" in line
    ]
    assert shown == []


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "ui" / "screens").rglob("*.py")) + sorted((ROOT / "ui" / "panels").rglob("*.py")),
    ids=lambda p: p.name,
)
def test_no_message_of_a_page_is_written_in_english_alone(path: Path) -> None:
    boxes = {"st.error", "st.warning", "st.info", "st.success", "st.caption", "st.toast"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in boxes and node.args:
            first = node.args[0]
            parts = first.values if isinstance(first, ast.JoinedStr) else [first]
            literal = " ".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            assert not any(word.isalpha() and len(word) > 2 for word in literal.split()), node.lineno


def test_the_page_of_errors_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m ui.text.errors_page"


def test_a_page_names_commodities_and_desks_as_readers_do_and_a_command_by_id() -> None:
    error = OrebridgeError(
        "The gap of {commodities} is not known for {desk}.", commodities=("dysprosium",), desk="japan"
    )
    assert problem(error) == "The gap of Dysprosium is not known for Japan\\."
    assert reason(error) == "The gap of dysprosium is not known for japan."
    with speaking("ja"):
        assert "ジスプロシウム" in problem(error)
        assert "日本" in problem(error)
