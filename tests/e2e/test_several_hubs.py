"""Hub processes that share one PostgreSQL database, behind a proxy that knows nothing of them."""

import json
import shutil
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import Connection, select

from data.clock import SystemClock, to_iso
from data.store import change_log
from data.store.database import open_database
from data.store.rows import all_docs
from data.store.schema import LEASE
from data.store.store import Store
from sync.hub.home import SHARED
from sync.replica.agent_home import AgentHome
from sync.replica.download import fetch
from sync.replica.hub_client import HubClient
from tests.balancer import balanced, balanced_by_request
from tests.commands import refusal
from tests.databases import PostgresServer
from tests.hubs import PATIENCE_S, RunningHub, enrol, serving, switchboard
from tests.recounts import check_cache

FEEDER = "F02616"
NOW = datetime.now(UTC)
START, ETR = to_iso(NOW - timedelta(hours=1)), to_iso(NOW + timedelta(hours=2))
WINDOW = {"kind": "fault", "start": START, "etr": ETR, "reason": "雷击", "scope": [{"kind": "feeder", "id": FEEDER}]}
PACE_S, CUT_EVERY_S = 0.06, 0.3
"""The hub refuses who asks much more often."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two hubs on one database: the first has moved its demo store there, the second has joined it."""

    first: RunningHub
    second: RunningHub
    database: str

    def __iter__(self) -> Iterator[RunningHub]:
        return iter((self.first, self.second))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        engine = open_database(self.database)
        with Store(engine, SystemClock()).read() as connection:
            yield connection
        engine.dispose()


@contextmanager
def running_pair(home: Path, database: str, directory: Path) -> Iterator[Pair]:
    with serving(home, "--database", database) as first:
        switchboard("init", "--home", str(directory / "second"), "--join", str(home))
        with serving(directory / "second") as second:
            yield Pair(first, second, database)


@pytest.fixture
def pair(hub_home: Path, postgresql: str, tmp_path: Path) -> Iterator[Pair]:
    """A pair of the test's own."""
    with running_pair(hub_home, postgresql, tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared_pair(
    demo_home: Path, postgresql_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """A pair for tests that kill nobody."""
    directory = tmp_path_factory.mktemp("pair")
    home = Path(shutil.copytree(demo_home, directory / "first"))
    with postgresql_server.database() as database, running_pair(home, database, directory) as running:
        yield running


def port(hub: RunningHub) -> int:
    return urlsplit(hub.url).port or 0


def leader(pair: Pair) -> int:
    """The process that leads, 0 while none does."""
    with pair.reading() as connection:
        holder = connection.execute(select(LEASE.c.holder)).scalar_one_or_none()
    return int(holder.split(":")[1]) if holder else 0


def wait_for_a_leader(pair: Pair, among: set[int]) -> int:
    until = time.monotonic() + PATIENCE_S
    while (found := leader(pair)) not in among:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def messages(hub: RunningHub, agent: Path) -> Iterator[dict[str, Any]]:
    """What the hub says to a listener."""
    token = AgentHome(agent).enrolment().token
    request = urllib.request.Request(f"{hub.url}/events", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        for line in answer:
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


def test_what_is_set_at_one_hub_is_told_at_once_by_the_other_and_nothing_is_missed(
    shared_pair: Pair, tmp_path: Path
) -> None:
    first, second = shared_pair
    told = messages(second, enrol(second, tmp_path / "agent"))
    before = next(told)
    first.post("/outages", WINDOW, first.sign_in("duty"))
    after = next(told)
    assert after["revision"] == before["revision"] + 1
    first.post("/tickets", {"kind": "enquiry", "text": "何时来电"}, first.sign_in("duty"))
    after = next(told)
    assert after["figures"] > before["figures"]
    assert after["revision"] == before["revision"] + 1
    assert switchboard("sync", "--once", "--home", str(tmp_path / "agent"))["revision"] == after["revision"]
    found = switchboard("lookup", "10kV 塔山线", "--home", str(tmp_path / "agent"), "--limit", "1")
    assert found["results"][0]["state"] == "outage"


def test_a_cache_is_fetched_through_a_proxy_that_asks_another_hub_each_time(shared_pair: Pair, tmp_path: Path) -> None:
    first, second = shared_pair
    token = AgentHome(enrol(second, tmp_path / "agent")).enrolment().token
    first.post("/outages", WINDOW, first.sign_in("duty"))
    shutil.rmtree(first.home / "snapshots" / "all")  # it is made anew, at a later revision than the other's
    assert len({HubClient(hub.url, token).manifest().url for hub in shared_pair}) == 2
    packed, target = tmp_path / "packed", tmp_path / "fetched"
    with balanced_by_request([port(hub) for hub in shared_pair]) as url:
        for _ in range(2):  # the manifest comes from either hub once, its file is at the other's first
            client = HubClient(url, token)
            fetch(client, client.manifest(), packed, target)
            packed.unlink(missing_ok=True)
            client.manifest()


def test_revisions_have_no_gaps_whichever_hub_writes(shared_pair: Pair) -> None:
    with shared_pair.reading() as connection:
        before = change_log.head(connection)
    tokens = [hub.sign_in("duty") for hub in shared_pair]
    ids: list[str] = []

    def add(hub: RunningHub, token: str) -> None:
        ids.extend(str(hub.post("/outages", WINDOW, token)["id"]) for _ in range(8))

    threads = [
        threading.Thread(target=add, args=pair) for pair in zip(shared_pair, tokens, strict=True) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 32
    with shared_pair.reading() as connection:
        assert change_log.head(connection) == before + 32


def window_or_status(hub: RunningHub, token: str) -> str | int:
    """The id of a window that was set, or with which status it was not."""
    try:
        return str(hub.post("/outages", WINDOW, token)["id"])
    except HTTPError as refused:
        refused.close()
        return refused.code


def test_no_acknowledged_window_is_lost_while_the_database_cuts_every_line(shared_pair: Pair) -> None:
    hub, acknowledged, busy, done = shared_pair.first, set[str](), 0, threading.Event()
    token = hub.sign_in("duty")

    def cut() -> None:
        own = "datname = current_database() AND pid <> pg_backend_pid()"
        pause_s, before = CUT_EVERY_S, 0
        with closing(psycopg.connect(shared_pair.database, autocommit=True)) as other:
            while not done.wait(pause_s):
                pause_s *= 1 if len(acknowledged) > before else 1.5  # a busy machine takes longer over a window
                before = len(acknowledged)
                other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}")

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        while len(acknowledged) < 10 or not busy:
            time.sleep(PACE_S)
            added = window_or_status(hub, token)
            assert added == 503 or isinstance(added, str)
            acknowledged |= {added} if isinstance(added, str) else set()
            busy += added == 503
    finally:
        done.set()
        cutting.join()
    with shared_pair.reading() as connection:
        kept = {str(doc["id"]) for doc in all_docs(connection, "outage")}
    assert acknowledged <= kept
    assert str(shared_pair.second.post("/outages", WINDOW, token)["id"]) not in kept


def test_behind_a_proxy_an_agent_is_served_and_jobs_are_done_by_whichever_hub_is_left(
    pair: Pair, tmp_path: Path
) -> None:
    hubs = {hub.process.pid: hub for hub in pair}
    words = ["--feeder", FEEDER, "--kind", "fault", "--start", START, "--etr", ETR, "--reason", "雷击"]
    with balanced([port(hub) for hub in pair]) as url:
        agent = enrol(replace(pair.second, url=url), tmp_path / "agent")
        for hub in pair:
            switchboard("outage", "add", "--home", str(hub.home), *words)
            assert switchboard("sync", "--once", "--home", str(agent))["rows"] == 1
        killed = hubs.pop(wait_for_a_leader(pair, set(hubs)))
        killed.process.send_signal(signal.SIGKILL)
        killed.process.wait(PATIENCE_S)
        (left,) = hubs.values()
        switchboard("outage", "add", "--home", str(left.home), *words)
        assert switchboard("sync", "--once", "--home", str(agent))["rows"] == 1
        wait_for_a_leader(pair, {left.process.pid})
    assert check_cache(AgentHome(agent)) is not None
    with serving(killed.home) as again:
        left.process.terminate()
        wait_for_a_leader(pair, {again.process.pid})


def test_a_home_that_cannot_be_joined_is_told_why(hub_home: Path, postgresql: str, tmp_path: Path) -> None:
    second = tmp_path / "second"
    assert "a file" in refusal("init", "--home", str(second), "--join", str(hub_home))
    with serving(hub_home, "--database", postgresql):
        pass
    copied = Path(shutil.copytree(hub_home, tmp_path / "copied"))
    (copied / SHARED[0]).unlink()
    assert SHARED[0] in refusal("init", "--home", str(second), "--join", str(copied))
    (copied / SHARED[0]).write_text("00" * 32)
    assert "not the key" in refusal("init", "--home", str(second), "--join", str(copied))
    assert not second.exists()


def test_a_home_that_names_a_database_in_use_serves_what_is_there(
    hub_home: Path, postgresql: str, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(hub_home, tmp_path / "other"))
    with serving(hub_home, "--database", postgresql) as hub:
        known = hub.post("/outages", WINDOW, hub.sign_in("duty"))["id"]
    with serving(other, "--database", postgresql) as hub:
        assert hub.post("/outages", WINDOW, hub.sign_in("duty"))["id"] != known
