"""When the cache is checked, what is made of what is found, and how little of the machine it takes."""

import shutil
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from data.caches import cache
from data.caches.check import CheckStoppedError, Damage
from data.caches.recount import recount
from data.sqlite import connect
from sync.pacing import Pace
from sync.replica.agent_home import AgentHome
from sync.replica.cache_guard import CacheGuard
from sync.replica.cache_health import REPAIRS_A_DAY
from tests.caches import cache_of
from tests.stores import NETWORK, NOON, SetClock

INDEX = Damage("names", "name_fts: gone")
RECORD = Damage("records", "customer: 1 record too few")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "cache.db"
    with closing(cache_of(path, NETWORK)) as connection:
        cache.write_sums(connection, recount(connection))
        cache.write_meta(connection, {"schema": str(cache.SCHEMA), "epoch": "e", "revision": "1", "scope": "all"})
    return path


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> AgentHome:
    home = AgentHome(tmp_path / "agent")
    put(home, whole, "first.db")
    return home


def put(home: AgentHome, whole: Path, name: str) -> Path:
    path = Path(shutil.copy(whole, home.caches / name))
    home.switch_to(path)
    return path


def current(home: AgentHome) -> Path:
    path = home.current_cache()
    assert path is not None
    return path


def guard_of(home: AgentHome, clock: SetClock) -> CacheGuard:
    return CacheGuard(home, clock, in_use=lambda: False)


def turns(guard: CacheGuard) -> int:
    """How many checks are due one after the other."""
    number = 0
    while guard.turn():
        number += 1
        assert number < 5
    return number


def lose_a_customer(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("DELETE FROM customer WHERE rid = 1")


def test_a_start_has_a_quick_check_and_a_cache_that_never_had_one_a_thorough_one(home: AgentHome) -> None:
    clock = SetClock()
    assert turns(guard_of(home, clock)) == 2
    assert home.health.checked_at(current(home)) == NOON
    assert turns(guard_of(home, clock)) == 1, "the thorough one was just done"


def test_a_thorough_check_is_due_every_day(home: AgentHome) -> None:
    clock = SetClock()
    guard = guard_of(home, clock)
    turns(guard)
    clock.pass_time(hours=23)
    assert turns(guard) == 0
    clock.pass_time(hours=1)
    assert turns(guard) == 1
    assert home.health.checked_at(current(home)) == clock.now()


def test_a_clock_that_was_set_back_does_not_put_checks_off(home: AgentHome) -> None:
    clock = SetClock()
    guard = guard_of(home, clock)
    turns(guard)
    clock.pass_time(days=-400)
    assert turns(guard) == 1


def test_a_suspicion_is_looked_into_at_once_and_to_the_end(home: AgentHome) -> None:
    guard = guard_of(home, SetClock())
    turns(guard)
    guard.suspect()
    assert turns(guard) == 2, "hurried, and thorough as that found nothing"
    assert turns(guard) == 0


def test_damage_is_noted_and_logged_once(home: AgentHome, caplog: pytest.LogCaptureFixture) -> None:
    lose_a_customer(current(home))
    guard = guard_of(home, SetClock())
    assert turns(guard) == 1
    assert guard_of(home, SetClock()).turn() is False, "what is known is not looked for again"
    for _ in range(3):
        guard.turn()
    found = home.health.finding(current(home))
    assert found is not None
    assert found.misleads
    lines = [record.getMessage() for record in caplog.records if record.name == "sync.replica.cache_guard"]
    assert len(lines) == 2, "once by each guard"
    assert all("first.db is damaged: records: customer" in line for line in lines)


def test_a_fresh_cache_ends_the_alarm(home: AgentHome, whole: Path) -> None:
    lose_a_customer(current(home))
    guard = guard_of(home, SetClock())
    turns(guard)
    put(home, whole, "second.db")
    assert home.health.finding(current(home)) is None
    assert turns(guard) == 1, "nobody knows yet whether the new one is whole"
    assert home.health.finding(current(home)) is None


def test_a_home_without_a_cache_has_nothing_to_check(tmp_path: Path) -> None:
    home = AgentHome(tmp_path / "agent")
    assert guard_of(home, SetClock()).turn() is False
    assert home.health.begin() is False
    assert not home.path.exists()


def test_whoever_was_killed_left_a_mark(home: AgentHome) -> None:
    assert home.health.begin() is False
    assert home.health.begin() is True
    home.health.end()
    assert home.health.begin() is False


def test_a_finding_belongs_to_one_file_and_is_taken_back_by_a_thorough_check_alone(home: AgentHome) -> None:
    path, health = current(home), home.health
    health.note_check(path, NOON, [INDEX], thorough=False)
    found = health.finding(path)
    assert found is not None
    assert (found.damages, found.at, found.misleads) == ((INDEX,), NOON, False)
    assert health.finding(path.with_name("another.db")) is None
    health.note_check(path, NOON, [], thorough=False)
    assert health.finding(path) == found
    health.note_check(path, NOON, [], thorough=True)
    assert health.finding(path) is None


def test_one_part_that_misleads_is_enough(home: AgentHome) -> None:
    home.health.note_check(current(home), NOON, [INDEX, RECORD], thorough=False)
    found = home.health.finding(current(home))
    assert found is not None
    assert found.misleads


def test_notes_that_cannot_be_read_are_none(home: AgentHome) -> None:
    for name in ("damage", "checked", "repairs"):
        for content in ("", "[1]", "{", '{"cache": "first.db"}', '"x"'):
            (home.caches / name).write_text(content, "utf-8")
            assert home.health.finding(current(home)) is None
            assert home.health.checked_at(current(home)) is None
            assert home.health.repairs(NOON) == []


def test_repairs_are_limited_by_the_day(home: AgentHome) -> None:
    for number in range(REPAIRS_A_DAY):
        assert home.health.may_repair(NOON)
        home.health.note_repair(NOON + timedelta(hours=number))
    assert not home.health.may_repair(NOON + timedelta(hours=5))
    assert home.health.may_repair(NOON + timedelta(days=1, minutes=1))


def spend(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


class Stop(threading.Event):
    """Does not wait, but remembers for how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return self.is_set()


def paced(stop: Stop, gives_way: Callable[[], bool] = lambda: False, *, worth_while: bool = True) -> Pace:
    return Pace(0.05, stop, gives_way, lambda: worth_while)


def test_a_twentieth_of_a_processor_is_nineteen_parts_of_rest() -> None:
    stop = Stop()
    pace = paced(stop)
    spend(0.01)
    assert pace()
    (rest,) = stop.waited
    assert rest >= 0.01 * 19 - 1e-6
    assert pace()
    assert len(stop.waited) == 1, "nothing was spent since"


def test_work_rests_as_long_as_somebody_is_at_the_popup() -> None:
    stop, busy = Stop(), iter([True, True, False])
    pace = paced(stop, lambda: next(busy))
    spend(0.01)
    assert pace()
    assert len(stop.waited) == 3


def test_work_that_is_stopped_or_not_worth_while_ends() -> None:
    stop = Stop()
    done_with = paced(stop, worth_while=False)
    spend(0.01)
    assert not done_with()
    pace = paced(stop)
    stop.set()
    spend(0.01)
    assert not pace()


def test_a_check_lets_go_of_a_cache_that_another_has_taken_the_place_of(home: AgentHome, whole: Path) -> None:
    guard = CacheGuard(home, SetClock(), in_use=lambda: put(home, whole, "second.db") is None)
    guard._unchecked = False  # noqa: SLF001 - a thorough check, which is long enough to be overtaken
    with pytest.raises(CheckStoppedError):
        guard.turn()
    assert home.health.checked_at(current(home)) is None
