"""Hubs and replicas of different versions: what each is told, and in which shape."""

import gzip
import json
import urllib.error
import urllib.request
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from data.caches import cache
from data.clock import SystemClock
from data.sqlite import connect, is_encrypted, unlock
from data.store import change_log
from sync.errors import TooOldError
from sync.protocol import VERSION, ChangeBatch, Manifest
from sync.replica.agent_home import AgentHome
from sync.replica.cache_key import key_of
from sync.replica.hub_client import HubClient
from tests.earlier_caches import encrypt_as_before
from tests.following import enrolled, rename, replica_of, store_of, where
from tests.hubs import PATIENCE_S, RunningHub


@pytest.fixture
def hub(shared_hub: RunningHub) -> RunningHub:
    """These tests do not mind what the others changed."""
    return shared_hub


@pytest.fixture
def home(hub: RunningHub, tmp_path: Path) -> AgentHome:
    """An agent with a cache."""
    home = enrolled(hub, tmp_path / "agent")
    replica_of(home).sync()
    return home


class Pinned:
    """A replica of version 1, as it was: which headers it sends and what of an answer it reads."""

    def __init__(self, hub: RunningHub, home: AgentHome, **headers: str) -> None:
        self._hub = hub
        bearer = f"Bearer {home.enrolment().token}"
        own = {name.replace("_", "-"): text for name, text in headers.items()}
        self._headers = {"User-Agent": "switchboard-replica/1", "Authorization": bearer, **own}

    def get(self, path: str, **query: object) -> tuple[int, Any, dict[str, str]]:
        request = urllib.request.Request(f"{self._hub.url}{path}?{urlencode(query)}", headers=self._headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, json.load(answer), lower(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error), lower(error.headers)


def lower(headers: Message) -> dict[str, str]:
    return {name.lower(): text for name, text in headers.items()}


def test_a_replica_of_the_version_before_is_answered_in_its_own_shape(hub: RunningHub, home: AgentHome) -> None:
    at = where(home)
    with store_of(hub.home) as store:
        head = rename(store, 1)
        with store.read() as connection:
            sums = change_log.sums(connection, None)
    status, answer, headers = Pinned(hub, home).get("/changes", epoch=at["epoch"], scope="all", since=at["revision"])
    assert status == 200
    assert "content-encoding" not in headers
    assert set(answer) == {"time", "epoch", "scope", "since", "revision", "sums", "changes"}
    assert answer["revision"] == head
    customers = [one for (_, kind), one in sums.items() if kind == "customer"]
    assert answer["sums"]["customer"] == sum(customers[1:], customers[0]).to_json()
    assert len(answer["changes"]) == 20
    for kind, key, doc, readings in answer["changes"]:
        assert (kind, doc["id"], doc["name"][:4], len(readings)) == ("customer", key, "客户1号", 1)


def test_a_replica_that_cannot_read_the_caches_is_told_to_be_updated(hub: RunningHub, home: AgentHome) -> None:
    status, answer, _ = Pinned(hub, home).get("/snapshot")
    assert (status, "update it" in answer["detail"]) == (426, True)


@pytest.mark.parametrize(
    ("said", "status"), [(VERSION - 2, 426), (VERSION - 1, 200), (VERSION, 200), (VERSION + 7, 200)]
)
def test_the_version_before_and_newer_ones_are_served_and_older_ones_told(
    hub: RunningHub, home: AgentHome, said: int, status: int
) -> None:
    at = where(home)
    pinned = Pinned(hub, home, Switchboard_Protocol=str(said), Switchboard_Cache="99")
    found, answer, headers = pinned.get("/changes", epoch=at["epoch"], scope="all", since=at["revision"])
    assert found == status
    if status != 200:
        assert answer["detail"].endswith("update it")
    elif said >= VERSION:
        assert headers["switchboard-protocol"] == str(VERSION)
        assert "global" in answer["sums"]
    if said >= VERSION:
        found, answer, _ = pinned.get("/snapshot")
        assert (found, answer["minimum_client"]) == (200, VERSION)


def test_a_manifest_of_a_newer_hub_is_read_and_caches_that_are_too_new_are_refused(home: AgentHome) -> None:
    client = HubClient.at(home)
    said = {**client.manifest().to_json(), "something": "new"}
    assert Manifest.from_json(said) == client.manifest()

    class Newer(HubClient):
        def manifest(self, damaged: str = "") -> Manifest:
            return Manifest.from_json({**said, "schema": cache.SCHEMA + 1})

    enrolment = home.enrolment()
    before = home.current_cache()
    (home.caches / "current").unlink()
    with pytest.raises(TooOldError, match="update the program"):
        replica_of(home, Newer(enrolment.hub, enrolment.token)).sync()
    assert before is not None
    assert before.exists()


def test_a_cache_of_an_earlier_version_is_replaced_without_a_word_of_damage(home: AgentHome) -> None:
    before = home.current_cache()
    assert before is not None
    assert is_encrypted(before)
    (home.path / "settings.toml").write_text("learn = false\n", encoding="utf-8")
    earlier, key = home.caches / "earlier.db", key_of(before)
    encrypt_as_before(before, earlier, key)
    unlock(earlier, key)
    with closing(connect(earlier)) as connection:
        cache.write_meta(connection, {"schema": str(cache.SCHEMA - 1)})
    home.switch_to(earlier, key)
    again = AgentHome(home.path)
    assert replica_of(again).sync().mode == "snapshot"
    assert again.current_cache() not in (before, earlier, None)
    assert again.health.repairs(SystemClock().now()) == []
    assert again.health.alarm() is None
    assert (home.path / "settings.toml").read_text(encoding="utf-8") == "learn = false\n"
    assert replica_of(again).sync().mode == "current"


def test_many_changes_come_packed_and_small_answers_plain(hub: RunningHub, home: AgentHome) -> None:
    at = where(home)
    with store_of(hub.home) as store:
        rename(store, 2, 1000)
    pinned = Pinned(hub, home, Switchboard_Protocol=str(VERSION), Accept_Encoding="gzip")
    url = f"{hub.url}/changes?{urlencode({'epoch': at['epoch'], 'scope': 'all', 'since': at['revision']})}"
    request = urllib.request.Request(url, headers=pinned._headers)  # noqa: SLF001 - its own
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        packed = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    assert len(ChangeBatch.from_json(json.loads(gzip.decompress(packed))).changes) >= 900
    replica = replica_of(home)
    report = replica.sync()
    assert report.mode == "changes"
    assert report.bytes < len(packed) + 2000
    assert replica.sync().mode == "current"
