"""What many tests ask for."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from data.store.store import Store
from tests.stores import SetClock, fill, in_file, opened_store

settings.register_profile("untimed", deadline=None)  # a loaded machine is no fault of the code
settings.load_profile("untimed")

pytest_plugins = ["tests.browser", "tests.databases", "tests.mariadb"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each sort in which a hub may keep its store."""
    return (
        in_file(request.getfixturevalue("tmp_path"))
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgresql"))
    )


@pytest.fixture
def store(database: str, clock: SetClock) -> Iterator[Store]:
    """A store with the small network of `tests.stores`."""
    with opened_store(database, clock) as opened:
        fill(opened)
        yield opened
