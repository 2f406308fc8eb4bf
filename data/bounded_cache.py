"""A cache with a limit on entries and on bytes, in which concurrent requests compute a value once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """A bounded cache: least recently used values are dropped first; concurrent requests for a key compute it once.

    Parameters
    ----------
    entries : int
        How many values are kept at the most.
    most_bytes : int
        How much they may hold together; the newest stays in any case.
    size_of : callable
        Returns the bytes of a value, about.

    Examples
    --------
    >>> squares = BoundedCache(2, 100, lambda value: 1)
    >>> [squares.get(n, lambda n=n: n * n) for n in (1, 2, 3, 2)], len(squares)
    ([1, 4, 9, 4], 2)
    """

    def __init__(self, entries: int, most_bytes: int, size_of: Callable[[V], int]) -> None:
        self._entries, self._most_bytes, self._size_of = entries, most_bytes, size_of
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._coming: dict[K, Future[V]] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def bytes(self) -> int:
        """Approximate size of all values in bytes."""
        return self._bytes

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of a key; call `make` unless it is cached or another thread is computing it.

        Parameters
        ----------
        key : K
            What is asked for.
        make : Callable[[], V]
            Computes the value if it is not there.

        Raises
        ------
        Exception
            What `make` raises, in every thread that waited for it; nothing is kept then.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
            coming = self._coming.get(key)
            if coming is None:
                mine: Future[V] = Future()
                self._coming[key] = mine
        return self._made(key, make, mine) if coming is None else coming.result()

    def _made(self, key: K, make: Callable[[], V], mine: Future[V]) -> V:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._coming[key]
            self._put(key, value)
        mine.set_result(value)
        return value

    def _put(self, key: K, value: V) -> None:
        size = self._size_of(value)
        self._values[key] = (value, size)
        self._bytes += size
        while len(self._values) > 1 and (len(self._values) > self._entries or self._bytes > self._most_bytes):
            _key, (_value, dropped) = self._values.popitem(last=False)
            self._bytes -= dropped

    def clear(self) -> None:
        """Drop all values."""
        with self._lock:
            self._values.clear()
            self._bytes = 0
