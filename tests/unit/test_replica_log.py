"""Batches that come by themselves: which are taken, and when the log that they fill is written back."""

import dataclasses
import json
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.caches import cache
from data.caches.build import build_cache
from data.caches.check import Damage
from data.clock import to_iso
from data.fields import Json
from data.sqlite import connect
from data.store.store import Store
from sync.errors import DamagedError
from sync.hub.urgent import news_since
from sync.protocol import ChangeBatch, Manifest
from sync.replica.agent_home import AgentHome
from sync.replica.cache_health import REPAIRS_A_DAY
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica, check_snapshot
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


def test_a_batch_is_left_where_the_cache_cannot_be_read(tmp_path: Path, home: AgentHome) -> None:
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        path = cached(store, home)
        batch, whole = next_batch(store, 1), path.read_bytes()
        replica = Replica(home, HubClient("http://127.0.0.1:1"))
        path.write_bytes(b"no cache" * 1000)
        assert replica.take(batch) is None
        path.write_bytes(whole)
        assert replica.take(batch) is not None, "nothing of the unreadable one is held open"
        replica.let_go()


def test_a_snapshot_is_the_one_that_its_manifest_describes_or_refused(tmp_path: Path, home: AgentHome) -> None:
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        path = cached(store, home)
    with closing(connect(path)) as held:
        meta, sums = cache.read_meta(held), cache.read_sums(held)
    made = ("", "/x", 1, "0" * 64, 1, cache.SCHEMA, sums)
    right = Manifest(meta["epoch"], meta["scope"], int(meta["revision"]), *made)
    check_snapshot(path, right)
    others: tuple[dict[str, Any], ...] = (
        {"epoch": "another"},
        {"scope": "another"},
        {"revision": right.revision + 1},
        {"sums": {}},
    )
    for other in others:
        with pytest.raises(DamagedError):
            check_snapshot(path, dataclasses.replace(right, **other))


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
