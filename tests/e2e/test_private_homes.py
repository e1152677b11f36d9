"""Nobody else on the machine reads what a hub and a PC keep, though their directory be open to all."""

import sys
from pathlib import Path

import pytest

from tests.hubs import RunningHub, enrol

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there, rights are inherited from the directory")


def test_every_file_of_a_home_is_its_owners_alone(hub: RunningHub, tmp_path: Path) -> None:
    pc = tmp_path / "pc"
    enrol(hub, pc)
    kept = [file for home in (hub.home, pc) for file in home.rglob("*") if file.is_file()]

    assert {"store.db", "master.db", "hub.lock"} <= {file.name for file in kept}
    assert [file for file in kept if file.stat().st_mode & 0o077] == []
