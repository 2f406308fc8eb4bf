"""A letter as a file, by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data.files import Target
from geo.errors import OrebridgeError
from ui.letter.content import Asking, LetterText, letter_text
from ui.letter.docx import letter_docx
from ui.letter.xlsx import letter_xlsx
from workspace.facts import Letter

#: File ending -> writer.
FORMATS: dict[str, Callable[[LetterText], bytes]] = {".docx": letter_docx, ".xlsx": letter_xlsx}
MIME = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class LetterFormatError(OrebridgeError):
    """The suffix of the file name is not that of a letter format."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "{file}: a letter can be {formats}; end the file name in one of them.", file=name, formats=FORMATS
        )


def check(target: Target) -> Target:
    """Check before any work that a letter can be written there, and return the target.

    Raises
    ------
    LetterFormatError
        If there is no such format.
    TargetError
        If the file cannot be written.
    """
    _writer(target.path.name)
    return target.check()


def write(letter: Letter, asking: Asking, suffix: str) -> bytes:
    """Return a letter in the format of a file ending.

    Raises
    ------
    LetterFormatError
        If there is no such format.
    """
    return _writer(f"letter{suffix}")(letter_text(letter, asking))


def _writer(name: str) -> Callable[[LetterText], bytes]:
    suffix = Path(name).suffix.lower()
    if suffix not in FORMATS:
        raise LetterFormatError(name)
    return FORMATS[suffix]
