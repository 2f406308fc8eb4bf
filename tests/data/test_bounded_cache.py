"""Kept values are bounded, computed once however many ask, and an error is everybody's but nobody's forever."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.bounded import TooMuchError, depth_of, inflated, parsed, unpacked
from data.bounded_cache import BoundedCache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50)), max_size=60))
def test_entries_and_bytes_are_bounded_and_values_are_those_of_their_keys(asked: list[tuple[int, int]]) -> None:
    kept: BoundedCache[tuple[int, int], int] = BoundedCache(4, 100, lambda value: value)
    for key in asked:
        assert kept.get(key, lambda key=key: key[1]) == key[1]
        assert len(kept) <= 4
        assert kept.bytes <= 100


def test_the_same_key_is_computed_once_by_many_and_others_go_on() -> None:
    kept: BoundedCache[str, int] = BoundedCache(4, 100, lambda _value: 1)
    calls: list[str] = []
    started = threading.Event()

    def slow() -> int:
        calls.append("slow")
        started.set()
        time.sleep(0.3)
        return 7

    threads = [threading.Thread(target=lambda: kept.get("a", slow)) for _ in range(5)]
    for thread in threads:
        thread.start()
    started.wait()
    before = time.monotonic()
    assert kept.get("b", lambda: 1) == 1
    assert time.monotonic() - before < 0.2
    for thread in threads:
        thread.join()
    assert calls == ["slow"]


def test_an_error_is_raised_and_not_kept() -> None:
    kept: BoundedCache[str, int] = BoundedCache(4, 100, lambda _value: 1)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 3) == 3
    kept.clear()
    assert (len(kept), kept.bytes) == (0, 0)


def test_what_comes_packed_is_bounded_before_and_after() -> None:
    import base64
    import zlib

    def packed(text: str) -> str:
        return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")

    assert unpacked(packed('["[[[[[[[[[[",[1]]'), 100, 3) == ["[[[[[[[[[[", [1]]
    for text, says in (
        (packed("[" * 5_000), "more than 100 bytes"),
        (packed("[[[[1]]]]"), "nested deeper"),
        ("a" * 101, "100 are the most"),
        ("zzz", "not packed by us"),
        (packed("[1]")[:-4], "cut short|not packed"),
        (packed("{"), "not JSON"),
    ):
        with pytest.raises(TooMuchError, match=says):
            unpacked(text, 100, 3)
    with pytest.raises(TooMuchError, match="5 are the most"):
        parsed("[1, 2, 3]", 5, 3)
    with pytest.raises(TooMuchError, match="unpacks to more"):
        inflated(zlib.compress(b"0" * 50_000_000), 1000)
    assert depth_of('{"a":"]]]","b":[{"c":[]}]}') == 4
