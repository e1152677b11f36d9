"""Demo homes, made once and copied, and hubs in processes of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubs import RunningHub, make_demo_hub, serving


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home to copy: nobody serves or changes it."""
    return make_demo_hub(tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture
def hub_home(demo_home: Path, tmp_path: Path) -> Path:
    """A demo home of the test's own."""
    return Path(shutil.copytree(demo_home, tmp_path / "hub"))


@pytest.fixture
def hub(hub_home: Path) -> Iterator[RunningHub]:
    """A hub of the test's own."""
    with serving(hub_home) as running:
        yield running


@pytest.fixture(scope="module")
def shared_hub(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub for tests that leave it as they found it, or do not mind each other."""
    home = Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("shared") / "hub"))
    with serving(home) as running:
        yield running
