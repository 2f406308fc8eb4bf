"""Puts the small bundle in the place of the whole one for all that runs in this process: pages, commands and the API.

Both stay open, so that a worker reads each once; what was answered from one is forgotten before the other is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar
from unittest import mock

import duckdb

from data import facts
from data.bounded_cache import BoundedCache
from tests.commands import let_go
from ui.cli import bundle, opening, ranking
from workspace import published, session
from workspace.ranking_cache import RankingCache

Opener = Callable[[], duckdb.DuckDBPyConnection]
#: Who opens the bundle, each once per process.
OPENERS: tuple[Opener, ...] = (
    session._facts,
    published._facts,
    opening.open_all_facts,
    opening.open_ranking_facts,
)
#: Each name of an opener: its module, the name, and what opens the whole bundle.
NAMES: tuple[tuple[ModuleType, str, Opener], ...] = tuple(
    (module, name, opener)
    for module in (session, published, opening, ranking, bundle)
    for opener in OPENERS
    for name, value in vars(module).items()
    if value is opener
)
#: Floors that hold answers of the bundle in this process; those below are given what they answer from.
FLOORS = ("workspace.", "ui.")
#: Texts do not depend on the facts, and take long to read.
TEXTS = "ui.text."


class _Now:
    """Which small bundle is in use, None for the whole one; which layers stand beside the API's facts of the others."""

    folder: Path | None = None
    beside: ClassVar[dict[Path | None, tuple[str, ...]]] = {}


@cache
def _small(opener: Opener, folder: Path) -> Opener:
    """Return what opens the small bundle as `opener` opens the whole one."""

    def opened() -> duckdb.DuckDBPyConnection:
        with mock.patch.object(facts.open_facts, "__defaults__", (folder, facts.TABLES)):
            made: duckdb.DuckDBPyConnection = vars(opener)["__wrapped__"]()
            return made

    return cache(opened)


def caches() -> Iterator[Any]:
    """Yield the caches of answers of this process."""
    openers = {id(vars(module)[name]) for module, name, _opener in NAMES}
    for name, module in list(sys.modules.items()):
        if name.startswith(FLOORS) and not name.startswith(TEXTS):
            for value in list(vars(module).values()):
                if isinstance(value, RankingCache):
                    yield from (kept for kept in vars(value).values() if isinstance(kept, BoundedCache))
                elif isinstance(value, BoundedCache | _lru_cache_wrapper) and id(value) not in openers:
                    yield value


@contextmanager
def on_bundle(folder: Path | None) -> Iterator[None]:
    """Let all in this process answer from the small bundle in `folder`, None: from the whole one, for a block."""
    before = _Now.folder
    _use(folder)
    try:
        yield
    finally:
        _use(before)


def _use(folder: Path | None) -> None:
    let_go()
    for module, name, opener in NAMES:
        setattr(module, name, opener if folder is None else _small(opener, folder))
    for kept in caches():
        (kept.clear if isinstance(kept, BoundedCache) else kept.cache_clear)()
    _Now.beside[_Now.folder] = published._Attached.key
    published._Attached.key = _Now.beside.get(folder, ())
    _Now.folder = folder
