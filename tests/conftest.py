"""What many tests ask for."""

import os

import pytest
from hypothesis import settings

from tests.stores import SetClock, in_file

# A loaded machine is no fault of the code: nothing is timed. Who has more time than the run of every day asks for more.
EXAMPLES = int(os.environ.get("SWITCHBOARD_EXAMPLES", "50"))
settings.register_profile("every day", deadline=None, max_examples=EXAMPLES)
settings.load_profile("every day")

pytest_plugins = ["tests.browser", "tests.databases", "tests.mariadb", "tests.filled_stores"]


_LONGEST_FILES_FIRST = ("ui", "e2e", "simulation", "contract", "property")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with the rooms whose files take long: what two processes have left at the end is short then."""

    def place(item: pytest.Item) -> int:
        room = item.nodeid.split("/")[1]
        return _LONGEST_FILES_FIRST.index(room) if room in _LONGEST_FILES_FIRST else len(_LONGEST_FILES_FIRST)

    items.sort(key=place)


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
