"""Limits on text from outside: its length before and after unpacking, and how deeply its JSON is nested."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import Any

from geo.errors import OrebridgeError

#: Strings of JSON, in which brackets mean nothing.
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
BRACKETS = re.compile(r"[\[\]{}]")


class TooMuchError(OrebridgeError):
    """A packed or JSON text that is too long, too deeply nested, or not written by Orebridge."""


def depth_of(text: str) -> int:
    """Return the nesting depth of the brackets in a JSON text.

    Parameters
    ----------
    text : str
        Text of unknown origin.

    Examples
    --------
    >>> depth_of('[{"a": "[[[["}, [1]]')
    2
    """
    depth = deepest = 0
    for bracket in BRACKETS.finditer(STRINGS.sub("", text)):
        depth += 1 if bracket.group() in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def parsed(text: str, most_characters: int, most_depth: int) -> Any:
    """Parse a JSON text of limited length and depth.

    Parameters
    ----------
    text : str
        Text of unknown origin.
    most_characters : int
        The most characters.
    most_depth : int
        The deepest nesting of the JSON.

    Raises
    ------
    TooMuchError
        If it is too long or too deep, or no JSON.
    """
    if len(text) > most_characters:
        raise TooMuchError(
            "The text has {count} characters; {most} are the most.", count=len(text), most=most_characters
        )
    if depth_of(text) > most_depth:
        raise TooMuchError("The text is nested deeper than {most} levels.", most=most_depth)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TooMuchError("The text is not JSON as we write it.") from error


def inflated(packed: bytes, most_bytes: int) -> bytes:
    """Unpack zlib data up to a limit.

    Parameters
    ----------
    packed : bytes
        Deflated bytes of unknown origin.
    most_bytes : int
        The most bytes after unpacking.

    Raises
    ------
    TooMuchError
        If it is longer, cut short, or not packed by zlib.
    """
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, most_bytes)
    except zlib.error as error:
        raise TooMuchError("The text was not packed by us, or part of it is missing.") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise TooMuchError("The text is cut short, or unpacks to more than {most} bytes.", most=most_bytes)
    return raw


def unpacked(text: str, most_bytes: int, most_depth: int) -> Any:
    """Parse the JSON of a text that was packed by zlib and base64 for a URL.

    Parameters
    ----------
    text : str
        Text of unknown origin.
    most_bytes : int
        The most bytes after unpacking.
    most_depth : int
        The deepest nesting of the JSON.

    Raises
    ------
    TooMuchError
        If it is longer than `most_bytes` before or after unpacking, too deep, or was not packed so.
    """
    if len(text) > most_bytes:
        raise TooMuchError("The text has {count} characters; {most} are the most.", count=len(text), most=most_bytes)
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        raw = inflated(packed, most_bytes).decode()
    except (binascii.Error, ValueError) as error:
        raise TooMuchError("The text was not packed by us, or part of it is missing.") from error
    return parsed(raw, most_bytes, most_depth)
