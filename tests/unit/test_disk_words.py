"""A disk that takes nothing more is told by its name, with what to do."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchboard.disk_words import disk_words

FULL = "the database says: database or disk is full; nothing was changed"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("a small disk is a file system of its own, and none can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("said", [FULL, "disk I/O error", "x: No space left on device", "File too large"])
def test_a_disk_without_room_is_named_with_the_room_that_is_left(said: str, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(1000 << 10))
    told = disk_words(said, str(small_disk / "hub"), certain=False)
    assert f"the disk of {small_disk} has 24.6 kB left" in told
    assert told.endswith("make room there and do it again")


def test_a_disk_with_room_is_asked_to_be_looked_at_where_it_is_surely_this_machine_s(tmp_path: Path) -> None:
    home = tmp_path / "hub"
    told = disk_words("disk I/O error", str(home), certain=True)
    assert "left now" in told
    assert "read-only" in told
    assert disk_words("the hub's disk is full", str(home), certain=False) == ""


def test_whatever_else_fails_is_not_put_down_to_a_disk(tmp_path: Path) -> None:
    assert disk_words("the database is locked", str(tmp_path), certain=True) == ""
    assert disk_words("no such table: customer", None, certain=True) == ""
