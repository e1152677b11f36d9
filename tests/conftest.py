"""What many tests ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from tests.stores import SetClock, fill, opened_store

pytest_plugins = ["tests.databases"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """A store with the small network of `tests.stores`."""
    with opened_store(tmp_path, clock) as opened:
        fill(opened)
        yield opened
