"""One hub for all tests of the pages of windows: each looks at windows of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubs import RunningHub, serving


@pytest.fixture(scope="session")
def desk_hub(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A demo hub that stays for the whole session."""
    home = Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("desk") / "hub"))
    with serving(home) as running:
        yield running
