"""A reader and an address that nobody may call, one for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fuzz_uploads import Canary
from tests.layers.victims import Measured, Victim


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


@pytest.fixture(scope="module")
def reader() -> Iterator[Measured]:
    with Measured() as made:
        yield made


@pytest.fixture
def victim(tmp_path: Path, reader: Measured, canary: Canary) -> Iterator[Victim]:
    made = Victim(tmp_path, reader, canary)
    yield made
    made.store.close()
