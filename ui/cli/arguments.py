"""What holds for every argument of every command: text is UTF-8, numbers are finite.

Applied to the whole tree of commands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from geo.errors import OrebridgeError, Phrase

#: The most lines, sites or places that a command is asked for: more than any list has.
MOST_ROWS = 1_000_000
#: Seeds of random draws: what fits into 32 bits, and into every format that a scenario is written in.
MOST_SEED = 2**32 - 1


class ArgumentError(OrebridgeError):
    """A command-line argument that is not valid text or not a finite number."""

    def __init__(self, option: str, value: object, cure: str) -> None:
        self.option, self.value = option, value
        super().__init__(
            "{option}: {value} cannot be used; {cure}.", option=option, value=ascii(value)[:200], cure=cure
        )


def guarded(command: Any) -> Any:
    """Return a tree of commands in which every argument is checked before its command runs.

    Parameters
    ----------
    command : a command of Typer, or a group of them
        Options that are added later are covered by themselves.
    """
    for leaf in leaves(command):
        names = {
            param.name: param.opts[0] if param.opts[0].startswith("-") else param.name.upper() for param in leaf.params
        }
        leaf.callback = partial(_checked, leaf.callback, names)
    return command


def leaves(command: Any) -> Iterator[Any]:
    """Yield the commands of a tree that do something."""
    if hasattr(command, "commands"):
        for member in command.commands.values():
            yield from leaves(member)
    else:
        yield command


def _checked(callback: Callable[..., Any], names: dict[str, str], **values: Any) -> Any:
    for name, value in values.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            check_argument(names.get(name, name), item)
    return callback(**values)


def check_argument(option: str, value: object) -> None:
    """Refuse text that is not UTF-8 and numbers that are not finite; paths may hold any bytes, as file names may.

    Raises
    ------
    ArgumentError
        Which option, and what it was given.

    Examples
    --------
    >>> check_argument("--search", "Kvanefjeld")
    >>> check_argument("--within", float("nan"))
    Traceback (most recent call last):
    ui.cli.arguments.ArgumentError: --within: nan cannot be used; write a finite number.
    """
    if isinstance(value, str) and not _is_unicode(value):
        raise ArgumentError(option, value, Phrase("write it as UTF-8 text"))
    if isinstance(value, float) and not math.isfinite(value):
        raise ArgumentError(option, value, Phrase("write a finite number"))


def _is_unicode(text: str) -> bool:
    """Tell whether a text has no halves of characters: Python keeps bytes that are not UTF-8 as such."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
