"""Following a hub over compaction, restores and other hubs; what is the agent's own stays."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from queue import Queue
from threading import Event
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, update

from data.clock import CorrectedClock, SystemClock
from data.sqlite import connect
from data.store import change_log
from data.store.rows import all_docs
from data.store.schema import BUCKET, CHANGE, META
from sync.errors import DamagedError, RefusedError
from sync.hub.retention import LogRetention
from sync.protocol import ChangeBatch, Manifest, Told
from sync.replica import hub_client
from sync.replica.agent_home import AgentHome
from sync.replica.follow import Follower
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica, SyncReport
from tests.following import add_outage, enrolled, rename, replica_of, store_of, where
from tests.hubs import PATIENCE_S, RunningHub, serving
from tests.odd_servers import line_to
from tests.recounts import check_cache
from tests.stores import SetClock


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


# --- the log is compacted -------------------------------------------------------------------------------------------


def test_a_log_that_is_compacted_under_a_download_still_leads_on_from_it(hub: RunningHub, tmp_path: Path) -> None:
    with line_to(urlsplit(hub.url).port or 0) as line, store_of(hub.home, timedelta(hours=20)) as store:
        done: list[int] = []

        def compact(_passed: int, block: bytes) -> bytes:
            if not done:
                for number in range(3):
                    rename(store, number)
                done.append(LogRetention(store).compact())
            return block

        line.on_file = compact
        home = enrolled(hub, tmp_path / "agent", line.url)
        report = replica_of(home).sync()
        assert done[0] >= 40, "what newer entries repeat went"
        with store.read() as connection:
            assert report.revision == change_log.head(connection)
    assert check_cache(home) == report.revision


def test_where_the_log_was_cut_off_under_a_download_another_snapshot_is_fetched(
    hub: RunningHub, tmp_path: Path
) -> None:
    with line_to(urlsplit(hub.url).port or 0) as line, store_of(hub.home) as store:
        done: list[int] = []

        def cut(_passed: int, block: bytes) -> bytes:
            if not done:
                done.append(rename(store, 1))
                with store.write("test", "cut") as writing:
                    change_log.raise_floor(writing.connection, done[0])
                    writing.connection.execute(delete(CHANGE))
            return block

        line.on_file = cut
        home = enrolled(hub, tmp_path / "agent", line.url)
        report = replica_of(home).sync()
    assert (report.mode, report.revision) == ("snapshot", done[0])
    assert check_cache(home) == done[0]


# --- the agent's own ------------------------------------------------------------------------------------------------


def test_what_is_the_agents_own_survives_every_resync(hub: RunningHub, home: AgentHome) -> None:
    own = {
        "settings.toml": "hotkey = 'ctrl+space'\n",
        "history.db": "was looked up",
        "choices.db": "was chosen",
        "outbox.db": "not sent yet",
    }
    for name, text in own.items():
        (home.path / name).write_text(text, "utf-8")
    enrolled = (home.path / "agent.json").read_bytes()
    replica = replica_of(home)
    with store_of(hub.home) as store:
        rename(store, 1)
    assert replica.sync().mode == "changes"
    path = home.current_cache()
    assert path is not None
    with closing(connect(path)) as held:
        held.execute("UPDATE customer SET address = 'x' WHERE rid < 40")
    with store_of(hub.home) as store:
        rename(store, 2, 60)
    assert replica.sync().mode == "changes"
    assert home.current_cache() == path, "mended where it is"
    (home.caches / "current").unlink()
    assert replica.sync().mode == "snapshot"
    assert check_cache(home)
    for name, text in own.items():
        assert (home.path / name).read_text("utf-8") == text
    assert (home.path / "agent.json").read_bytes() == enrolled


def test_records_that_were_damaged_on_disk_are_fetched_again_alone(hub: RunningHub, home: AgentHome) -> None:
    replica, path = replica_of(home), home.current_cache()
    assert path is not None
    with closing(connect(path)) as held:
        keys = [key for (key,) in held.execute("SELECT id FROM customer ORDER BY id LIMIT 1").fetchall()]
        held.execute("UPDATE customer SET address = '错' WHERE id = ?", keys)
    with store_of(hub.home) as store, store.write("test", "touch") as writing:
        writing.put("customer", {"id": keys[0], "name": "改名"})
    report = replica.sync()
    assert report.mode == "changes"
    assert home.current_cache() == path
    assert report.bytes < path.stat().st_size / 50
    assert check_cache(home) == report.revision


def test_a_hub_that_contradicts_itself_is_an_alarm_that_ends_when_it_agrees(hub: RunningHub, home: AgentHome) -> None:
    replica = replica_of(home)

    def wrong(by: int) -> None:
        with store_of(hub.home) as store, store.write("test", "damage") as writing:
            writing.connection.execute(update(BUCKET).where(BUCKET.c.kind == "area").values(rows=BUCKET.c.rows + by))

    wrong(1)
    for _ in range(2):
        with pytest.raises(DamagedError, match="global/area, and was fetched again"):
            replica.sync()
    assert home.health.alarm() is not None
    assert check_cache(home), "what was there is still there"
    wrong(-1)
    assert replica.sync().mode == "current"
    assert home.health.alarm() is None


# --- other histories ------------------------------------------------------------------------------------------------


def test_a_hub_that_was_put_back_from_an_older_copy_is_followed_from_there(hub_home: Path, tmp_path: Path) -> None:
    with serving(hub_home) as hub, line_to(urlsplit(hub.url).port or 0) as line:
        home = enrolled(hub, tmp_path / "agent", line.url)
        replica_of(home).sync()
        with store_of(hub_home) as store, store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(hub_home / "store.db", tmp_path / "copy.db")
        with store_of(hub_home) as store:
            for number in range(3):
                rename(store, number)
        assert replica_of(home).sync().mode == "changes"
        ahead = int(where(home)["revision"])
        hub.process.kill()
        hub.process.wait()
        for name in ("store.db-wal", "store.db-shm"):
            (hub_home / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "copy.db", hub_home / "store.db")
        with serving(hub_home) as older:
            line.upstream = urlsplit(older.url).port or 0
            report = replica_of(home).sync()
            assert (report.mode, report.revision) == ("snapshot", ahead - 3)
            with store_of(hub_home) as store:
                for number in range(3):
                    rename(store, 10 + number)
            assert replica_of(home).sync().revision == ahead
    assert check_cache(home) == ahead


def test_two_histories_that_meet_at_a_number_are_told_apart_by_their_sums(hub: RunningHub, home: AgentHome) -> None:
    """The hub lost two commits and made two others: the number is the same, what is held is not."""
    with store_of(hub.home) as store:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        with store.read() as connection:
            docs = list(all_docs(connection, "customer"))[:2]
        rename(store, 1, 2)
        replica_of(home).sync()
        with store.write("test", "another history") as writing:
            writing.put_many("customer", docs)
        with store.engine.begin() as connection:
            for table in ("commit_log", "change_log"):
                connection.exec_driver_sql(f"DELETE FROM {table} WHERE revision = (SELECT max(revision) FROM {table})")
    report = replica_of(home).sync()
    assert report.mode == "changes"
    assert check_cache(home) == report.revision


def test_an_agent_that_meets_another_hub_takes_its_cache_or_nothing(
    hub: RunningHub, home: AgentHome, tmp_path: Path
) -> None:
    other_home = Path(shutil.copytree(hub.home, tmp_path / "other", ignore=shutil.ignore_patterns("*.lock")))
    before = home.current_cache()
    with serving(other_home) as other, line_to(urlsplit(other.url).port or 0) as line:
        enrolment = home.enrolment()
        stranger = HubClient(line.url, "of no device here")
        with pytest.raises(RefusedError):
            replica_of(home, stranger).sync()
        assert home.current_cache() == before
        with store_of(other_home) as store, store.write("test", "restored") as writing:
            writing.connection.execute(update(META).where(META.c.key == "epoch").values(value="another"))
        replica = replica_of(home, HubClient(line.url, enrolment.token))
        assert replica.sync().mode == "snapshot"
        assert where(home)["epoch"] == "another"
        assert replica_of(home).sync().mode == "snapshot", "and back again"
    assert check_cache(home)


# --- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=1), timedelta(days=400)])
def test_a_pc_whose_clock_is_off_goes_by_the_hubs(hub: RunningHub, home: AgentHome, off: timedelta) -> None:
    own = SetClock(SystemClock().now() + off)
    replica = Replica(home, HubClient.at(home), CorrectedClock(own, timedelta(0)))
    with store_of(hub.home) as store:
        rename(store, 1)
    assert replica.sync().mode == "changes"
    confirmed = home.confirmed_at()
    assert confirmed is not None
    assert abs(confirmed - SystemClock().now()) < timedelta(seconds=PATIENCE_S)
    own.at += timedelta(hours=9)  # the laptop slept, and nobody told its clock's corrector
    assert replica.sync().mode == "current"
    confirmed = home.confirmed_at()
    assert confirmed is not None
    assert abs(confirmed - SystemClock().now()) < timedelta(seconds=PATIENCE_S)


# --- live -----------------------------------------------------------------------------------------------------------


class Counting(HubClient):
    """Counts how often changes were asked for, and tells when it is told of some."""

    asked = 0

    def __init__(self, hub: str, token: str) -> None:
        super().__init__(hub, token)
        self.listening = Event()

    def events(self, heard: int | None = None) -> Iterator[Told]:
        for told in super().events(heard):
            self.listening.set()
            yield told

    def changes(self, epoch: str, scope: str, since: int) -> ChangeBatch:
        self.asked += 1
        return super().changes(epoch, scope, since)


def test_an_outage_is_in_the_cache_without_a_second_request(hub: RunningHub, home: AgentHome) -> None:
    enrolment = home.enrolment()
    client, reports = Counting(enrolment.hub, enrolment.token), Queue[SyncReport]()
    contact = Event()
    stop = Follower(Replica(home, client), reports.put, lambda _there: contact.set()).start()
    try:
        assert contact.wait(PATIENCE_S)
        while not client.listening.wait(PATIENCE_S):
            pytest.fail("it never listened")
        asked = client.asked
        added = add_outage(hub.home)
        report = reports.get(timeout=PATIENCE_S)
        assert (report.mode, report.rows, report.verified) == ("changes", 1, True)
        assert client.asked == asked, "the batch came with the news"
        with store_of(hub.home) as store:
            rename(store, 3)
        assert reports.get(timeout=PATIENCE_S).rows == 20
        assert client.asked == asked + 1, "names can wait for a second request"
    finally:
        stop()
    path = home.current_cache()
    assert path is not None
    with closing(connect(path)) as held:
        assert held.execute("SELECT 1 FROM outage WHERE id = ?", (added["id"],)).fetchone()
    assert check_cache(home) == report.revision + 1


def test_a_line_that_fell_silent_while_a_laptop_slept_is_given_up_and_what_was_missed_is_fetched(
    hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody tells a PC that the other end is gone: only that the hub speaks no more."""
    reports, contacts = Queue[SyncReport](), Queue[bool]()
    with line_to(urlsplit(hub.url).port or 0) as line:
        home = enrolled(hub, tmp_path / "laptop", line.url)
        replica_of(home).sync()
        stop = Follower(replica_of(home), reports.put, contacts.put).start()
        try:
            assert contacts.get(timeout=PATIENCE_S)
            add_outage(hub.home)
            assert reports.get(timeout=PATIENCE_S).rows == 1, "it listens"
        finally:
            stop()
        monkeypatch.setattr(hub_client, "PING_S", 0.2)
        stop = Follower(replica_of(home), reports.put, contacts.put).start()
        try:
            assert contacts.get(timeout=PATIENCE_S)
            line.fall_silent()
            add_outage(hub.home)
            report = reports.get(timeout=PATIENCE_S)
        finally:
            stop()
    assert (report.mode, report.rows) == ("changes", 1)
    assert check_cache(home) == report.revision


def test_a_batch_that_does_not_follow_or_add_up_is_left(hub: RunningHub, home: AgentHome) -> None:
    client, since = HubClient.at(home), int(where(home)["revision"])
    add_outage(hub.home)
    batch = next(one.batch for one in client.events(since) if one.batch)
    replica = replica_of(home, client)
    assert replica.take(replace(batch, epoch="another")) is None
    assert replica.take(replace(batch, since=since + 1)) is None
    assert replica.take(replace(batch, changes=())) is None
    assert check_cache(home) == since
    assert replica.take(batch) is not None
    assert check_cache(home) == since + 1


def test_whoever_comes_back_is_told_what_cannot_wait_since_it_left(hub: RunningHub, home: AgentHome) -> None:
    client, since = HubClient.at(home), int(where(home)["revision"])
    add_outage(hub.home)
    news = next(one for one in client.events(since) if one.revision > since)
    assert news.batch is not None
    assert (news.batch.since, news.epoch) == (since, where(home)["epoch"])
    assert next(client.events(since - 1)).batch is None
    assert next(client.events()).batch is None


def test_a_cache_is_fetched_though_its_file_is_always_asked_of_another_hub(hub: RunningHub, home: AgentHome) -> None:
    class ElsewhereDescribed(HubClient):
        """Told of a snapshot by a hub that never gets to be asked for it."""

        def manifest(self, damaged: str = "") -> Manifest:
            real = super().manifest(damaged)
            return replace(real, url=f"/snapshot/{real.scope}/there.snapshot", sha256="0" * 64, etag='"there"')

    enrolment = home.enrolment()
    (home.caches / "current").unlink()
    report = replica_of(home, ElsewhereDescribed(enrolment.hub, enrolment.token)).sync()
    assert (report.mode, report.verified) == ("snapshot", True)
    assert check_cache(home) == report.revision
