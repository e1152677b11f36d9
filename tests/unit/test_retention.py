"""How long the change log is kept, and that nobody misses what is dropped."""

import threading
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from data.clock import to_iso
from data.store import change_log
from data.store.schema import CHANGE, COMMIT, LOG_LEASE
from data.store.store import Store
from sync.hub.retention import COMMITS_KEPT, DEVICE_LASTS, KEPT_ANYWAY, SNAPSHOT_LASTS, LogRetention
from sync.protocol import Manifest
from tests.stores import SetClock

LONG = timedelta(days=400)
_NUMBERS = count(1)


@pytest.fixture
def retention(store: Store) -> LogRetention:
    return LogRetention(store)


def rename(store: Store, *areas: str) -> int:
    with store.write("test", "rename") as writing:
        for key in areas:
            writing.put("area", {"id": key, "name": f"第{next(_NUMBERS)}区"})
    assert writing.revision
    return writing.revision


def floor(store: Store) -> int:
    with store.read() as connection:
        return change_log.floor(connection)


def entries(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(CHANGE)).scalar_one())


def test_what_was_committed_within_a_day_stays_for_whoever_may_need_it(
    store: Store, clock: SetClock, retention: LogRetention
) -> None:
    clock.pass_time(hours=23)
    rename(store, "A1")
    before = entries(store)
    retention.compact()
    assert (floor(store), entries(store)) == (0, before - 1), "the entry of A1 that a newer one repeats went"


def test_without_leases_all_but_the_last_day_goes(store: Store, clock: SetClock, retention: LogRetention) -> None:
    old = rename(store, "A1")
    clock.at += KEPT_ANYWAY
    new = rename(store, "A2")
    assert retention.compact() > 0
    assert floor(store) == old
    with store.read() as connection:
        assert change_log.head(connection) == new
        assert change_log.touched_since(connection, old, None, 10) == [("area", "A2")]


def test_the_log_is_kept_for_the_device_that_is_furthest_behind_until_it_was_away_too_long(
    store: Store, clock: SetClock, retention: LogRetention
) -> None:
    behind = rename(store, "A1")
    ahead = rename(store, "A2")
    retention.seen("slow", behind)
    retention.seen("quick", ahead)
    retention.flush()
    clock.at += DEVICE_LASTS - timedelta(minutes=1)
    retention.seen("quick", ahead)
    retention.compact()
    assert floor(store) == behind
    clock.pass_time(minutes=2)
    retention.compact()
    assert floor(store) == ahead


def test_a_device_that_is_up_to_date_lets_no_more_go_than_a_day_leaves(store: Store, retention: LogRetention) -> None:
    """Leases are written down a little later than they are taken: one who is behind may not stand there yet."""
    retention.seen("quick", rename(store, "A1"))
    retention.compact()
    assert floor(store) == 0


def test_a_lease_is_over_at_its_very_end(store: Store, clock: SetClock, retention: LogRetention) -> None:
    retention.seen("slow", rename(store, "A1"))
    later = rename(store, "A2")
    retention.flush()
    clock.at += DEVICE_LASTS
    retention.compact()
    assert floor(store) == later


def test_a_snapshot_is_held_no_longer_than_it_should_where_the_clock_was_ahead(
    store: Store, clock: SetClock, retention: LogRetention
) -> None:
    retention.hold("all", 1)
    clock.pass_time(days=-30)
    retention.hold("all", 1)
    with store.read() as connection:
        assert connection.execute(select(LOG_LEASE.c.until)).scalar_one() == to_iso(clock.at + SNAPSHOT_LASTS)


def test_where_a_device_is_now_counts_where_an_earlier_place_could_not_be_written(
    store: Store, clock: SetClock, retention: LogRetention
) -> None:
    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "log_lease" in statement:
            retention.seen("quick", 9)
            raise OperationalError(statement, {}, OSError("the disk is full"))

    clock.pass_time(minutes=1)
    event.listen(store.engine, "before_cursor_execute", fail)
    retention.seen("quick", 5)
    for thread in threading.enumerate():
        if thread.name == "log leases":
            thread.join()
    event.remove(store.engine, "before_cursor_execute", fail)
    retention.flush()
    with store.read() as connection:
        assert connection.execute(select(LOG_LEASE.c.revision)).scalar_one() == 9


def test_where_devices_are_is_written_once_a_minute(store: Store, clock: SetClock, retention: LogRetention) -> None:
    def kept() -> int:
        for thread in threading.enumerate():
            if thread.name == "log leases":
                thread.join()
        with store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(LOG_LEASE)).scalar_one())

    for number in range(5):
        retention.seen(f"d{number}", 1)
    assert kept() == 0
    clock.pass_time(minutes=1)
    retention.seen("d1", 1)
    assert kept() == 5
    clock.pass_time(days=-2)
    retention.seen("d9", 1)
    assert kept() == 6, "a clock that was set back does not keep leases from being written"


def test_a_snapshot_that_is_being_fetched_holds_the_log(store: Store, clock: SetClock, retention: LogRetention) -> None:
    made_at = rename(store, "A1")
    retention.hold("all", made_at)
    clock.at += KEPT_ANYWAY - timedelta(hours=1)
    retention.hold("all", made_at)
    rename(store, "A2")
    clock.pass_time(hours=2)
    retention.compact()
    assert floor(store) == made_at
    clock.at += SNAPSHOT_LASTS
    retention.compact()
    assert floor(store) > made_at


def test_the_log_is_kept_after_a_published_snapshot_which_is_advanced_by_it(
    store: Store, clock: SetClock, retention: LogRetention
) -> None:
    made_at = rename(store, "A1")
    rename(store, "A2")
    clock.at += LONG
    published = Manifest("epoch", "all", made_at, "", "/x", 1, "0" * 64, 1, 1, {})
    retention.compact([published])
    assert floor(store) == made_at
    clock.at += SNAPSHOT_LASTS
    retention.compact()
    assert floor(store) > made_at


def test_commits_are_remembered_for_longer_than_the_log_and_the_last_for_ever(
    store: Store, clock: SetClock, retention: LogRetention
) -> None:
    for _ in range(3):
        last = rename(store, "A1")
        clock.pass_time(hours=1)
    clock.at += COMMITS_KEPT - timedelta(days=1)
    retention.compact()
    with store.read() as connection:
        assert connection.execute(select(func.min(COMMIT.c.revision))).scalar_one() == 1
    clock.at += LONG
    retention.compact()
    with store.read() as connection:
        assert list(connection.execute(select(COMMIT.c.revision)).scalars()) == [last]
        assert change_log.head(connection) == last


def test_of_each_record_the_newest_entry_stays_and_says_the_same(store: Store, retention: LogRetention) -> None:
    revisions = [rename(store, "A1", "A2"), rename(store, "A1"), rename(store, "A2"), rename(store, "A1")]

    def said() -> list[set[tuple[str, str]]]:
        with store.read() as connection:
            return [set(change_log.touched_since(connection, since, None, 1000) or ()) for since in (0, *revisions)]

    before, logged = said(), entries(store)
    retention.compact()
    assert said() == before
    assert entries(store) == logged - 2 - 3, "two of the fixture's, three of ours"
