"""Hub homes whose store is in a file, and in PostgreSQL."""

import shutil
from pathlib import Path

import pytest

from sync.hub.home import HubHome
from tests.hubs import make_demo_hub


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home to copy."""
    return make_demo_hub(tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, demo_home: Path, tmp_path: Path) -> HubHome:
    """A demo home of the test's own, on each sort of database."""
    copied = HubHome(Path(shutil.copytree(demo_home, tmp_path / "hub")))
    return copied if request.param == "sqlite" else copied.use_database(request.getfixturevalue("postgresql"))
