"""A cache that is damaged while the assistant runs: found, fetched anew, and nothing else of the home touched."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.answering.answering import CacheAnswers
from data.caches.check import check_cache
from data.names.tokens import name_text
from data.sqlite import connect
from sync.errors import DamagedError
from sync.replica import cache_guard
from sync.replica.agent_home import AgentHome
from sync.replica.cache_guard import CacheGuard
from sync.replica.cache_health import REPAIRS_A_DAY
from sync.replica.follow import Follower
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica
from tests.hubs import PATIENCE_S, RunningHub, enrol, switchboard

QUERY = "塔山"


@dataclass
class Assistant:
    """What the resident process runs, without a screen."""

    home: AgentHome
    told: list[bool] = field(default_factory=list)
    synced: list[str] = field(default_factory=list)
    contact: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.guard = CacheGuard(self.home, self.home.clock(), in_use=lambda: False)
        self.answers = CacheAnswers(self.home, self.home.clock(), suspect=self.guard.suspect)

    def found(self) -> list[str]:
        return [result.id for result in self.answers.answer(QUERY).results]

    @contextmanager
    def running(self) -> Iterator[None]:
        enrolment = self.home.enrolment()
        replica = Replica(self.home, HubClient(enrolment.hub, enrolment.token))

        def changed(mode: str) -> None:
            self.synced.append(mode)
            self.guard.look()

        ends = [
            self.guard.start(self.told.append),
            Follower(replica, lambda report: changed(report.mode), self.contact.append).start(),
        ]
        try:
            yield
        finally:
            for end in ends:
                end()
            self.answers.close()


@pytest.fixture
def agent(hub: RunningHub, tmp_path: Path) -> Assistant:
    return Assistant(AgentHome(enrol(hub, tmp_path / "agent")))


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def cache_of(home: AgentHome) -> Path:
    path = home.current_cache()
    assert path is not None
    return path


def spoil_index(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO name_fts(name_fts) VALUES ('delete-all')")


def rot_a_page_of_the_index(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'name_fts_data'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * int(size))
        file.write(bytes(int(size)))


def cut_off(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def lose_a_name(path: Path) -> None:
    with closing(connect(path)) as connection:
        nid, *name = connection.execute("SELECT nid, text, readings FROM name ORDER BY nid LIMIT 1 OFFSET 9").fetchone()
        removed = (nid, name_text(*name))
        connection.execute("INSERT INTO name_fts(name_fts, rowid, t) VALUES ('delete', ?, ?)", removed)


def spoil_record(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("UPDATE contact SET phone = '000'")


def spoil_pages(path: Path) -> None:
    """Every page but the first is gone, under the eyes of whoever has the file open."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def rest_of(home: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file() and "cache" not in file.parts}


@pytest.mark.parametrize("spoil", [spoil_index, rot_a_page_of_the_index, lose_a_name, spoil_record, cut_off])
def test_damage_is_found_told_and_repaired_and_the_agents_own_state_stays(
    agent: Assistant, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(cache_guard, "_AFTER_CRASH_S", 0.0)
    monkeypatch.setattr(cache_guard, "SHARE", 0.5)
    home = agent.home
    (home.path / "settings.toml").write_text('theme = "dark"\n', "utf-8")
    (home.path / "choices.db").write_bytes(b"what the agent chose")
    right, kept, damaged = agent.found(), rest_of(home.path), cache_of(home)
    spoil(damaged)
    home.health.begin()  # as if the one before had been killed: the cache is checked at once, and thoroughly
    with agent.running():
        wait_until(lambda: agent.told == [True, False])
        assert agent.synced[-1] == "snapshot"
        assert cache_of(home) != damaged
        assert agent.found() == right
    assert rest_of(home.path) == kept
    assert check_cache(cache_of(home), thorough=True) == []
    assert len(home.health.repairs(home.clock().now())) == 1
    assert not home.health.begin(), "it ended in good order"


def test_a_look_up_that_cannot_read_has_the_cache_fetched_anew_at_once(agent: Assistant) -> None:
    right = agent.found()
    with agent.running():
        wait_until(lambda: agent.contact == [True])
        spoil_pages(cache_of(agent.home))
        agent.answers.close()
        with pytest.raises(DamagedError, match="cannot be read"):
            agent.answers.answer(QUERY)
        wait_until(lambda: agent.told == [True, False])
        assert agent.found() == right


def test_without_the_hub_one_clear_line_stands_where_answers_could_mislead(hub: RunningHub, agent: Assistant) -> None:
    hub.process.terminate()
    hub.process.wait(PATIENCE_S)
    spoil_record(cache_of(agent.home))
    path = cache_of(agent.home)
    agent.home.health.note_check(path, agent.home.clock().now(), check_cache(path, thorough=True), thorough=True)
    with agent.running(), pytest.raises(DamagedError) as refused:
        agent.answers.answer(QUERY)
    assert "\n" not in str(refused.value)
    assert "contact" in str(refused.value)
    assert cache_of(agent.home) == path


def test_without_the_hub_a_damaged_index_still_answers_by_what_is_left(hub: RunningHub, agent: Assistant) -> None:
    hub.process.terminate()
    hub.process.wait(PATIENCE_S)
    path = cache_of(agent.home)
    with closing(connect(path)) as connection:
        connection.execute("UPDATE name SET uses = uses + 1")
    agent.home.health.note_check(path, agent.home.clock().now(), check_cache(path, thorough=True), thorough=True)
    with agent.running():
        wait_until(lambda: agent.told == [True])
        assert agent.found()


def test_a_cache_that_is_damaged_again_and_again_is_not_fetched_for_ever(agent: Assistant) -> None:
    home = agent.home
    sync = ("sync", "--once", "--home", str(home.path))
    modes = []
    for _ in range(REPAIRS_A_DAY + 2):
        path = cache_of(home)
        spoil_index(path)
        home.health.note_check(path, home.clock().now(), check_cache(path, thorough=False), thorough=False)
        modes.append(switchboard(*sync)["mode"])
    assert modes == ["snapshot"] * REPAIRS_A_DAY + ["current"] * 2
    assert home.health.finding(cache_of(home)), "what is left is the alarm"


def test_look_ups_go_on_while_the_cache_is_checked(agent: Assistant) -> None:
    slow, beside = threading.Event(), []

    def ask_beside() -> bool:
        if not slow.is_set():
            slow.set()
            beside.append(agent.found())
        return True

    assert check_cache(cache_of(agent.home), thorough=True, go_on=ask_beside) == []
    assert beside == [agent.found()]
