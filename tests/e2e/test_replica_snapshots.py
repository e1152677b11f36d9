"""A snapshot that takes the place of a cache: what else is in that home, and who else is at it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.errors import SnapshotNeededError
from sync.protocol import ChangeBatch
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.following import add_outage, enrolled, replica_of, where
from tests.hubs import RunningHub


class Behind(HubClient):
    """A hub whose log does not reach back to this cache, once; something happens just before it says so."""

    def __init__(self, home: AgentHome, meanwhile: Callable[[], object] = lambda: None) -> None:
        known = home.enrolment()
        super().__init__(known.hub, known.token)
        self._meanwhile: Callable[[], object] | None = meanwhile

    def changes(self, epoch: str, scope: str, since: int) -> ChangeBatch:
        if self._meanwhile is None:
            return super().changes(epoch, scope, since)
        meanwhile, self._meanwhile = self._meanwhile, None
        meanwhile()
        raise SnapshotNeededError("the log does not reach back")


@pytest.fixture
def home(shared_hub: RunningHub, tmp_path: Path) -> AgentHome:
    home = enrolled(shared_hub, tmp_path / "agent")
    replica_of(home).sync()
    return home


def test_what_broken_downloads_of_other_snapshots_left_is_removed(home: AgentHome) -> None:
    (home.caches / f"{'0' * 64}.part").write_bytes(b"half")
    assert replica_of(home, Behind(home)).sync().mode == "snapshot"
    assert not [*home.caches.glob("*.part")]


def test_of_two_that_find_the_cache_too_old_one_fetches_the_snapshot_and_both_go_on(home: AgentHome) -> None:
    other = replica_of(home, Behind(home))
    fetched = []
    report = replica_of(home, Behind(home, lambda: fetched.append(other.sync()))).sync()
    assert fetched[0].bytes > 10 * report.bytes
    assert (report.verified, report.revision) == (True, fetched[0].revision)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which files are open")
def test_the_cache_that_was_replaced_is_held_open_no_more(shared_hub: RunningHub, home: AgentHome) -> None:
    replica, since = replica_of(home, Behind(home)), int(where(home)["revision"])
    before = home.current_cache()
    add_outage(shared_hub.home)
    batch = next(one.batch for one in HubClient.at(home).events(since) if one.batch)
    assert replica.take(batch) is not None
    assert replica.sync().mode == "snapshot"
    opened = [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    assert not [one for one in opened if str(before) in one], "its room on the disk is free"
    replica.let_go()
