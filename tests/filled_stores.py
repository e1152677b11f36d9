"""Stores with the small network of `tests.stores`, copied from one of each sort."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from data.store.store import Store
from tests.databases import PostgresServer
from tests.stores import SetClock, fill, in_file, opened_store


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the small network of `tests.stores`, to copy: making tables takes longer than most tests."""
    directory = tmp_path_factory.mktemp("filled")
    with opened_store(in_file(directory)) as opened:
        fill(opened)
    return directory / "store.db"


@pytest.fixture(scope="session")
def filled_database(postgresql_server: PostgresServer) -> Iterator[str]:
    """The name of a database like `filled_file`, to make others from."""
    with postgresql_server.database() as url:
        with opened_store(url) as opened:
            fill(opened)
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, clock: SetClock, tmp_path: Path) -> Iterator[Store]:
    """A store with the small network of `tests.stores`, in each sort of database."""
    with ExitStack() as opened:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("filled_file"), tmp_path / "store.db")
            url = in_file(tmp_path)
        else:
            template = request.getfixturevalue("filled_database")
            server: PostgresServer = request.getfixturevalue("postgresql_server")
            url = opened.enter_context(server.database(f"TEMPLATE {template} STRATEGY = FILE_COPY"))
        yield opened.enter_context(opened_store(url, clock))
