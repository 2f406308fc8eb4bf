"""Text of strangers is made plain by one function.

Nothing in it steers a terminal, breaks XML, or turns the reading direction round.
"""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import example, given
from hypothesis import strategies as st

from data.texts import ODD, is_plain_line, line, plain, prose

ANY = st.text() | st.text(
    st.sampled_from(
        "\x00\t\n\v\f\r\x1b[]31;mP\\\\^_\x07\x85\x90\x9b\x9c\x9d\u2028\u202e\u2066\ufeff\ufffe\ud800\udc00a "
    )
)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(ANY)
@example("\x1b]8;;http://evil.example\x07click\x1b]8;;\x07")
@example("\x1b\x1b[[31m")
def test_what_is_left_is_text_for_terminals_xml_and_utf8(text: str) -> None:
    for made in (prose(text), line(text)):
        assert not [c for c in made if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
        assert not set(made) & set(BIDI)
        made.encode()
        fromstring(f"<a>{made.replace('&', '').replace('<', '')}</a>")
    assert not re.search(r"[\n\t]", line(text))


@given(ANY)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    assert prose(prose(text)) == prose(text)
    assert line(line(text)) == line(text)
    assert is_plain_line(line(text))


@given(
    st.text(
        st.characters(
            categories=["L", "N", "P", "S", "M"], exclude_characters="".join(map(chr, range(0xFFF9, 0x10000)))
        )
    )
)
def test_letters_digits_and_signs_of_all_scripts_stay(text: str) -> None:
    assert prose(text) == text


@given(ANY)
def test_arrow_knows_which_texts_are_to_be_made_plain(text: str) -> None:
    known = "".join(c for c in text if not "\ud800" <= c <= "\udfff")
    if prose(known) != known:
        assert pc.match_substring_regex(pa.array([known]), ODD).to_pylist() == [True] or any(
            ord(c) & 0xFFFE == 0xFFFE for c in known
        )


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("soft\vbreak", "soft\nbreak"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[2J\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("重い山\t1", "重い山\t1"),
        ("a\u200cb", "a\u200cb"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("lone \ud800 half", "lone  half"),
    ],
)
def test_examples(given_text: str, expected: str) -> None:
    assert prose(given_text) == expected


def test_values_of_any_depth_are_made_plain_keys_too() -> None:
    assert plain({"a\x00": ["b\x1b[0m", ("c\v", 1, None)]}) == {"a": ["b", ("c\n", 1, None)]}
