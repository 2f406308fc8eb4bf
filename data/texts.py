"""Text from outside made plain on the way in.

It then holds no control character that steers a terminal, breaks a file format or reverses the reading direction.
"""

from __future__ import annotations

import re
from typing import Any

#: Sequences that steer a terminal, whole: control sequences, strings such as titles and links, two-character escapes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ "
    r"-/]*[@-~]|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[ "
    r"-/]*[0-~]?"
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
#: Control characters, marks that turn the direction round (bidi), byte order mark, annotations, tags, halves of pairs
#: (surrogates), and code points that are no characters. Joiners (U+200C, U+200D) stay: Persian and Indic scripts need
#: them.
_NO_CHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    f"\ud800-\udfff\U000e0000-\U000e007f{_NO_CHARACTERS}]"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b]")
#: What `prose` may change, in the spelling of RE2: control characters but tab and line feed, marks, no characters. For
#: Arrow's kernels.
ODD = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\x{ad}\x{61c}\x{180e}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{fff9}-\x{fffb}"
    r"\x{fdd0}-\x{fdef}\x{fffe}\x{ffff}\x{e0000}-\x{e007f}]"
)
#: What would steer a terminal or is no character; the line feed stays.
_STEERING = re.compile("[\x00-\x09\x0b-\x1f]|" + _REMOVED.pattern)
_SPACES = re.compile(r"\s+")


def prose(text: str) -> str:
    r"""Return a text of several lines, plain: line ends are ``\n``, and no character is left that XML cannot hold.

    Parameters
    ----------
    text : str
        Text of unknown origin.

    Examples
    --------
    >>> prose("soft\vbreak, \x1b[31mred\x1b[0m, \u202egpj.exe")
    'soft\nbreak, red, gpj.exe'
    """
    return _REMOVED.sub("", _ESCAPES.sub("", _LINE_ENDS.sub("\n", text)))


def line(text: str) -> str:
    r"""Return a text as one plain line: names, owners, tags, file names, titles of columns.

    Parameters
    ----------
    text : str
        Text of unknown origin.

    Examples
    --------
    >>> line(" Mount\tWeld\x00 \n")
    'Mount Weld'
    """
    return _SPACES.sub(" ", _REMOVED.sub("", _CONTROLS.sub(" ", _ESCAPES.sub("", text)))).strip()


def visible(text: str) -> str:
    r"""Return a text in which what would steer a terminal is written out: for sentences that show what was given.

    Parameters
    ----------
    text : str
        Text of unknown origin.

    Examples
    --------
    >>> visible("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _STEERING.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def plain(value: Any) -> Any:
    """Return the same value with every text in it plain (`prose`), keys too.

    Dictionaries, lists and tuples to any depth.

    Parameters
    ----------
    value : Any
        Anything that JSON holds.
    """
    if isinstance(value, str):
        return prose(value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain(item) for item in value)
    return value


def is_plain_line(text: str) -> bool:
    """Tell whether a text is one line that `prose` leaves as it is.

    Parameters
    ----------
    text : str
        Text of unknown origin.
    """
    return prose(text) == text and "\n" not in text and "\t" not in text
