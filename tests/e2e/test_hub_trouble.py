"""A hub in trouble: its snapshot rots on the disk, its disk is full, a right ends in the middle of a download."""

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError

import pytest
from sqlalchemy import select

from data.clock import SystemClock
from data.store.schema import TICKET
from sync.errors import DamagedError
from sync.hub.home import HubHome
from sync.outbox.entering import Entering, author_at
from sync.outbox.sending import OutboxSender
from sync.outbox.waiting import Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.following import enrolled, replica_of, store_of
from tests.hubs import PATIENCE_S, RunningHub, enrol, switchboard
from tests.raw_requests import asked, read_until, rest
from tests.recounts import check_cache, check_store

if sys.platform == "linux":
    import resource

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


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit makes the files of another process fail")
def test_a_hub_whose_disk_is_full_says_so_answers_what_it_can_and_loses_nothing(
    shared_hub: RunningHub, tmp_path: Path
) -> None:
    agent = AgentHome(enrol(shared_hub, tmp_path / "agent", "full"))
    client = HubClient.at(agent)
    agent.files.begin_shift(client.begin_shift("duty", "demo"))
    clock, outbox = SystemClock(), Outbox(agent.path)
    sender = OutboxSender(outbox, client, clock, lambda: author_at(agent, clock.now()))
    token = shared_hub.sign_in("duty")
    with full_disk(shared_hub):
        key = Entering(agent, outbox, clock).ticket("enquiry", "几点来电").key
        assert not sender.send()
        assert [(kept.entry.key, "its disk is full" in kept.detail) for kept in outbox.entries()] == [(key, True)]
        for path, body in (("/outages", WINDOW), ("/session", {"name": "admin", "password": "demo"})):
            with pytest.raises(HTTPError) as refused:
                shared_hub.post(path, body, token)
            with closing(refused.value) as answer:
                told = json.load(answer)
            assert (answer.code, "its disk is full" in told["detail"]) == (507, True)
        assert switchboard("sync", "--once", "--home", str(agent.path))["mode"] == "current"
    assert sender.send()
    assert outbox.entries() == []
    assert shared_hub.post("/outages", WINDOW, token)["id"]
    with store_of(shared_hub.home) as store, store.read() as connection:
        check_store(connection)
        texts = connection.execute(select(TICKET.c.text)).scalars()
        assert list(texts).count("几点来电") == 1
    assert switchboard("audit", "verify", "--home", str(shared_hub.home))["whole"]


@contextmanager
def full_disk(hub: RunningHub) -> Iterator[None]:
    """Lets the hub's files grow no more; every write of its database lies beyond that."""
    pid, endless = hub.process.pid, resource.RLIM_INFINITY
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, endless))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (endless, endless))
