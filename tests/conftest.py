"""What many tests ask for."""

import pytest
from hypothesis import settings

from tests.stores import SetClock, in_file

settings.register_profile("untimed", deadline=None)  # a loaded machine is no fault of the code
settings.load_profile("untimed")

pytest_plugins = ["tests.browser", "tests.databases", "tests.mariadb", "tests.filled_stores"]


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
