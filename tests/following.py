"""Agents that follow a hub in another process: what many tests of that do."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from data.caches import cache
from data.clock import SystemClock
from data.sqlite import connect
from data.store.database import open_database, sqlite_url
from data.store.rows import all_docs
from data.store.store import Store
from sync import auth
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica
from tests.hubs import RunningHub, switchboard
from tests.stores import SetClock

_NUMBERS = count(1)


def add_outage(home: Path) -> Any:
    times = ["--start", "2026-11-22T08:00:00+08:00", "--etr", "2026-11-22T18:00:00+08:00"]
    what = ["--feeder", "F02616", "--kind", "fault", "--reason", "雷击"]
    return switchboard("outage", "add", "--home", str(home), *what, *times)


@contextmanager
def store_of(home: Path, ahead: timedelta = timedelta(0)) -> Iterator[Store]:
    """The hub's store, on a clock that is ahead of everybody's."""
    engine = open_database(sqlite_url(home / "store.db"))
    try:
        yield Store(engine, SetClock(SystemClock().now() + ahead))
    finally:
        engine.dispose()


def rename(store: Store, number: int, how_many: int = 20) -> int:
    with store.read() as connection:
        docs = list(all_docs(connection, "customer"))[:how_many]
    once = next(_NUMBERS)
    with store.write("test", "rename") as writing:
        writing.put_many("customer", ({"id": doc["id"], "name": f"客户{number}号{once}"} for doc in docs))
    assert writing.revision
    return writing.revision


def enrolled(hub: RunningHub, path: Path, url: str = "") -> AgentHome:
    """An agent without a cache yet."""
    with store_of(hub.home) as store:
        code, _ = auth.add_device(store, str(path), (), "test")
    home = AgentHome(path)
    home.save_enrolment(HubClient(url or hub.url).enrol(code))
    return home


def where(home: AgentHome) -> dict[str, str]:
    path = home.current_cache()
    assert path is not None
    with closing(connect(path, read_only=True)) as held:
        return cache.read_meta(held)


def replica_of(home: AgentHome, client: HubClient | None = None) -> Replica:
    return Replica(home, client or HubClient.at(home))
