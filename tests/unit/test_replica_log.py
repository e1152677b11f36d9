"""Batches that come by themselves: which are taken, and when the log that they fill is written back."""

import dataclasses
import json
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from data.caches import cache
from data.caches.build import build_cache
from data.caches.check import Damage
from data.clock import to_iso
from data.fields import Json
from data.sqlite import connect
from data.store.store import Store
from sync.hub.urgent import news_since
from sync.protocol import ChangeBatch
from sync.replica.agent_home import AgentHome
from sync.replica.cache_health import REPAIRS_A_DAY
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


def cached(store: Store, home: AgentHome) -> Path:
    """The cache of the store as it is, in its place."""
    path = home.caches / "one.db"
    with store.read() as connection:
        build_cache(connection, path, "all", None)
    home.switch_to(path)
    return path


def test_a_batch_is_left_while_the_cache_is_to_be_replaced_or_mended(tmp_path: Path, home: AgentHome) -> None:
    """Whoever follows then asks the hub, which is how the cache becomes whole again."""
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        replica = Replica(home, HubClient("http://127.0.0.1:1"))
        assert replica.take(next_batch(store, 0)) is None, "there is no cache"
        path, now, health = cached(store, home), replica.clock.now(), home.health
        damage = Damage("records", "a record differs")
        health.note_check(path, now, [damage], thorough=True)
        batch = next_batch(store, 1)
        assert replica.take(batch) is None, "it is damaged"
        for _ in range(REPAIRS_A_DAY):
            health.note_repair(now)
        health.note_alarm("it differs", now)
        assert replica.take(batch) is None, "it differs from the hub"
        health.end_alarm()
        assert replica.take(dataclasses.replace(batch, epoch="another")) is None, "it is of another history"
        assert replica.take(batch) is not None, "replaced often enough today, it is followed as it is"
        replica.let_go()


def test_the_log_is_written_back_after_many_batches_and_not_within_one(tmp_path: Path, home: AgentHome) -> None:
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        path = cached(store, home)
        began = int(revision_without_log(path))
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
