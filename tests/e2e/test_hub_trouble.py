"""A hub in trouble: its snapshot rots on the disk, its disk is full, a right ends in the middle of a download."""

import hashlib
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from sync.errors import DamagedError
from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.following import enrolled, replica_of
from tests.hubs import PATIENCE_S, RunningHub, enrol, switchboard
from tests.raw_requests import asked, read_until, rest
from tests.recounts import check_cache

LARGE = 64_000_000
"""Bytes: more than the buffers of a line hold."""

STATION = "B21140205"
WINDOW = {
    "kind": "fault",
    "start": "2026-11-22T12:00:00+08:00",
    "etr": "2026-11-22T14:00:00+08:00",
    "reason": "雷击",
    "scope": [{"kind": "feeder", "id": "F02616"}],
}


def published(hub: RunningHub, url: str) -> Path:
    return HubHome(hub.home).snapshots / Path(url).relative_to("/snapshot")


def test_a_snapshot_that_rots_on_the_hubs_disk_is_made_anew_once_an_agent_finds_out(
    shared_hub: RunningHub, tmp_path: Path
) -> None:
    home = enrolled(shared_hub, tmp_path / "agent")
    file = published(shared_hub, HubClient.at(home).manifest().url)
    file.write_bytes(file.read_bytes()[:-1] + b"\xa5")
    until = time.monotonic() + PATIENCE_S
    while home.current_cache() is None:
        assert time.monotonic() < until
        with suppress(DamagedError):  # while the process that made it has not ended, the hub does not look at it
            report = replica_of(home).sync()
    assert (report.mode, report.verified) == ("snapshot", True)
    assert check_cache(home) == report.revision
    manifest = HubClient.at(home).manifest()
    assert hashlib.sha256(published(shared_hub, manifest.url).read_bytes()).hexdigest() == manifest.sha256


@pytest.mark.parametrize("withdrawal", [("revoke",), ("move", "--branch", STATION)])
def test_a_download_ends_with_the_right_to_it(
    shared_hub: RunningHub, tmp_path: Path, withdrawal: tuple[str, ...]
) -> None:
    act, *to = withdrawal
    agent = enrol(shared_hub, tmp_path / "agent", act)
    url = HubClient.at(AgentHome(agent)).manifest().url
    file = published(shared_hub, url)
    large = file.with_name(f"large{file.suffix}")
    with large.open("wb") as content:
        content.truncate(LARGE)
    path = url.replace(file.name, large.name)
    with (
        closing(asked(shared_hub, agent, path, receive_buffer=65536)) as download,
        closing(asked(shared_hub, agent, "/events")) as events,
    ):
        begun = read_until(download, b"\r\n\r\n")
        read_until(events, b"event: change")
        switchboard("agents", act, act, *to, "--home", str(shared_hub.home))
        rest(events)  # until the hub has noticed
        assert len(begun) + len(rest(download)) < LARGE
