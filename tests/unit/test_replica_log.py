"""The write-ahead log of an agent's cache: written back when nobody waits, and not within a commit."""

import json
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from data.caches import cache
from data.caches.build import build_cache
from data.clock import to_iso
from data.fields import Json
from data.sqlite import connect
from data.store.store import Store
from sync.hub.urgent import news_since
from sync.protocol import ChangeBatch
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica
from tests.stores import NOON, fill, in_file, opened_store

BATCHES = 50


@pytest.fixture
def home(tmp_path: Path) -> AgentHome:
    return AgentHome(tmp_path / "agent")


def next_batch(store: Store, number: int) -> ChangeBatch:
    window: dict[str, Json] = {
        "id": f"O{number}",
        "kind": "fault",
        "start": to_iso(NOON),
        "etr": to_iso(NOON + timedelta(hours=1)),
        "reason": "雷击",
        "scope": [{"kind": "feeder", "id": "F1"}],
        "revisions": [{"at": to_iso(NOON), "etr": to_iso(NOON + timedelta(hours=1))}],
    }
    with store.write("test", "outage") as writing:
        writing.put("outage", window)
    assert writing.revision
    return ChangeBatch.from_json(json.loads(news_since(store, writing.revision - 1).batch))


def revision_without_log(path: Path) -> str:
    """Where the file itself is, whatever its log holds."""
    alone = path.with_name("alone")
    shutil.copyfile(path, alone)
    with closing(connect(alone)) as held:
        return cache.read_meta(held)["revision"]


def test_the_log_is_written_back_after_many_batches_and_not_within_one(tmp_path: Path, home: AgentHome) -> None:
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        path = home.caches / "one.db"
        with store.read() as connection:
            began = build_cache(connection, path, "all", None)
        home.switch_to(path)
        replica = Replica(home, HubClient("http://127.0.0.1:1"))
        for number in range(BATCHES):
            assert revision_without_log(path) == str(began)
            replica.write_back()
            assert replica.take(next_batch(store, number)) is not None
        assert revision_without_log(path) == str(began)
        replica.write_back()
        assert revision_without_log(path) == str(began + BATCHES)
        assert replica.take(next_batch(store, BATCHES)) is not None
        replica.write_back()
        assert revision_without_log(path) == str(began + BATCHES)
        replica.let_go()
        with closing(connect(path)) as held:
            assert cache.read_meta(held)["revision"] == str(began + BATCHES + 1)
