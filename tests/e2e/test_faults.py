"""Kills at random moments, damaged downloads, guest networks: what is there stays whole and the next try ends well."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest

from data.caches import cache
from data.caches.recount import recount
from data.clock import SystemClock
from data.sqlite import connect
from data.store import change_log
from data.store.database import open_database, sqlite_url
from data.store.rows import all_docs
from data.store.set_hash import Sums, same_sums
from data.store.store import Store
from sync.replica.agent_home import AgentHome
from tests.commands import DONE, refusal, run
from tests.hubs import COMMAND, RunningHub, serving, switchboard
from tests.odd_servers import PORTAL, Line, answering, line_to
from tests.recounts import check_cache, check_store
from tests.servers import LineBrokenError

CHANCE = random.Random(20261122)


@contextmanager
def store_of(home: Path) -> Iterator[Store]:
    engine = open_database(sqlite_url(home / "store.db"))
    try:
        yield Store(engine, SystemClock())
    finally:
        engine.dispose()


def port(hub: RunningHub) -> int:
    return urlsplit(hub.url).port or 0


def enrolled(hub: RunningHub, url: str, home: Path) -> AgentHome:
    code = switchboard("agents", "add", home.name, "--home", str(hub.home))["code"]
    switchboard("enrol", "--home", str(home), "--hub", url, "--code", code)
    return AgentHome(home)


class Killer:
    """Runs verbs and kills them at random moments of the time that the last one that got through took."""

    def __init__(self, words: list[str]) -> None:
        self.killed = 0
        began = time.monotonic()
        assert run(*words).returncode == DONE
        self._usual_s = time.monotonic() - began

    def run(self, words: list[str]) -> None:
        began = time.monotonic()
        with subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(self._usual_s * CHANCE.uniform(0.3, 1))
                self._usual_s = time.monotonic() - began
            except subprocess.TimeoutExpired:
                process.kill()
            self.killed += process.wait() == -signal.SIGKILL


def rename_customers(store: Store, number: int) -> tuple[int, Sums]:
    """The revision and sums after 300 customers got other names."""
    with store.read() as connection:
        docs = list(all_docs(connection, "customer"))[:300]
    with store.write("test", "rename") as writing:
        writing.put_many("customer", ({"id": doc["id"], "name": f"客户{number}号"} for doc in docs))
    with store.read() as connection:
        return change_log.head(connection), change_log.sums(connection, None)


def test_a_sync_killed_at_any_moment_leaves_a_whole_cache_of_some_revision(hub: RunningHub, tmp_path: Path) -> None:
    home = enrolled(hub, hub.url, tmp_path / "agent")
    sync = ["sync", "--once", "--home", str(home.path)]
    switchboard(*sync)
    with store_of(hub.home) as store:
        history = dict([rename_customers(store, 0)])
        killer = Killer(sync)
        for number in range(1, 16):
            history.update([rename_customers(store, number)])
            if number % 3 == 0:
                (home.caches / "current").unlink(missing_ok=True)
            killer.run(sync)
            revision = check_cache(home)
            if revision in history:
                path = home.current_cache()
                assert path is not None
                with closing(connect(path)) as held:
                    assert same_sums(recount(held), history[revision])
    assert killer.killed
    report = switchboard(*sync)
    assert (report["verified"], report["revision"]) == (True, max(history))
    assert check_cache(home) == max(history)
    (home.caches / "current").unlink()
    assert switchboard(*sync)["mode"] == "snapshot"
    assert len(list(home.caches.glob("*.db"))) == 1, "what killed runs left is cleared away"


def test_an_import_killed_at_any_moment_is_stored_whole_or_not_at_all(hub_home: Path, tmp_path: Path) -> None:
    with store_of(hub_home) as store:
        with store.read() as connection:
            ids = [str(doc["id"]) for doc in all_docs(connection, "customer")]

        def words(number: int) -> list[str]:
            file = tmp_path / f"{number}.csv"
            file.write_text("id,name\n" + "".join(f"{key},第{number}次\n" for key in ids), encoding="utf-8")
            return ["import", "customers", str(file), "--home", str(hub_home)]

        killer = Killer(words(0))
        for number in range(1, 11):
            with store.read() as connection:
                before = change_log.head(connection)
            killer.run(words(number))
            with store.read() as connection:
                check_store(connection)
                moved = change_log.head(connection) - before
                names = {doc["name"] for doc in all_docs(connection, "customer")}
            assert len(names) == 1
            assert moved == int(names == {f"第{number}次"})
        assert killer.killed
        assert run(*words(11)).returncode == DONE
        with store.read() as connection:
            assert {doc["name"] for doc in all_docs(connection, "customer")} == {"第11次"}


def test_a_download_that_a_killed_hub_broke_off_goes_on_at_the_next_hub(hub_home: Path, tmp_path: Path) -> None:
    with serving(hub_home) as hub, line_to(port(hub)) as line:
        home = enrolled(hub, line.url, tmp_path / "agent")

        def kill_half_way(passed: int, block: bytes) -> bytes:
            if passed > 100_000:
                hub.process.kill()
                raise LineBrokenError
            return block

        line.on_file = kill_half_way
        said = refusal("sync", "--once", "--home", str(home.path))
        assert "broke off" in said or "cannot be reached" in said
        assert home.current_cache() is None
        (part,) = home.caches.glob("*.part")
        have = part.stat().st_size
        assert have > 50_000
        line.on_file = lambda _passed, block: block
        with serving(hub_home) as another:
            line.upstream = port(another)
            report = switchboard("sync", "--once", "--home", str(home.path))
            size = json.loads((hub_home / "snapshots" / "all" / "manifest.json").read_text())["size"]
    assert report["mode"] == "snapshot"
    assert report["bytes"] < size - have + 20_000, "only what was missing was fetched"
    assert check_cache(home) == report["revision"]
    assert list(home.caches.glob("*.part")) == []


@pytest.fixture(scope="module")
def line(shared_hub: RunningHub) -> Iterator[Line]:
    with line_to(port(shared_hub)) as line:
        yield line


def test_a_snapshot_that_was_changed_on_its_way_is_refused_and_fetched_again(
    shared_hub: RunningHub, line: Line, tmp_path: Path
) -> None:
    home = enrolled(shared_hub, line.url, tmp_path / "flipped")

    def flip(passed: int, block: bytes) -> bytes:
        if passed <= 60_000 < passed + len(block):
            at = 60_000 - passed
            return block[:at] + bytes([block[at] ^ 1]) + block[at + 1 :]
        return block

    line.on_file = flip
    assert "was damaged on its way" in refusal("sync", "--once", "--home", str(home.path))
    assert home.current_cache() is None
    line.on_file = lambda _passed, block: block
    report = switchboard("sync", "--once", "--home", str(home.path))
    assert check_cache(home) == report["revision"]


def test_a_line_that_breaks_at_every_step_still_brings_the_snapshot_in_the_end(
    shared_hub: RunningHub, line: Line, tmp_path: Path
) -> None:
    home = enrolled(shared_hub, line.url, tmp_path / "broken")

    def cut(passed: int, block: bytes) -> bytes:
        if passed > 250_000:
            raise LineBrokenError
        return block

    line.on_file = cut
    for _ in range(20):
        done = run("sync", "--once", "--home", str(home.path))
        if done.returncode == DONE:
            break
        assert len(done.stderr.splitlines()) == 1
        assert home.current_cache() is None
    line.on_file = lambda _passed, block: block
    assert check_cache(home) is not None


def test_a_guest_networks_page_leaves_the_cache_as_it_is(shared_hub: RunningHub, line: Line, tmp_path: Path) -> None:
    home = enrolled(shared_hub, line.url, tmp_path / "guest")
    switchboard("sync", "--once", "--home", str(home.path))
    before = home.current_cache()
    with answering(200, PORTAL, Content_Type="text/html") as portal:
        line.upstream = urlsplit(portal).port or 0
        assert "is this the hub?" in refusal("sync", "--once", "--home", str(home.path))
    with answering(302, b"", Location="http://portal.invalid/") as portal:
        line.upstream = urlsplit(portal).port or 0
        assert "refused (302)" in refusal("sync", "--once", "--home", str(home.path))
    line.upstream = port(shared_hub)
    assert home.current_cache() == before
    assert check_cache(home) is not None
    assert run("lookup", "塔山", "--home", str(home.path)).returncode == DONE
    assert switchboard("sync", "--once", "--home", str(home.path))["mode"] == "current"


def test_a_cache_file_that_is_damaged_is_replaced(shared_hub: RunningHub, tmp_path: Path) -> None:
    home = enrolled(shared_hub, shared_hub.url, tmp_path / "damaged")
    for damage in (b"", b"no database at all" * 1000):
        switchboard("sync", "--once", "--home", str(home.path))
        path = home.current_cache()
        assert path is not None
        path.write_bytes(damage)
        assert switchboard("sync", "--once", "--home", str(home.path))["mode"] == "snapshot"
        assert check_cache(home) is not None


def test_a_part_that_differs_from_the_hub_is_fetched_again_once_a_day_and_then_an_alarm(
    shared_hub: RunningHub, tmp_path: Path
) -> None:
    home = enrolled(shared_hub, shared_hub.url, tmp_path / "differs")
    first = switchboard("sync", "--once", "--home", str(home.path))

    def tamper() -> None:
        path = home.current_cache()
        assert path is not None
        with closing(connect(path)) as held:
            sums = cache.read_sums(held)
            held.execute("BEGIN")
            cache.write_sums(held, {**sums, ("global", "feeder"): sums["global", "area"]})
            held.execute("COMMIT")

    tamper()
    path = home.current_cache()
    report = switchboard("sync", "--once", "--home", str(home.path))
    assert report["mode"] == "changes"
    assert report["bytes"] < first["bytes"] / 20, "not the whole cache"
    assert home.current_cache() == path
    assert check_cache(home) == report["revision"]
    tamper()
    assert "differs from the hub in global/feeder, and was fetched again" in refusal(
        "sync", "--once", "--home", str(home.path)
    )


def test_no_outage_that_the_hub_acknowledged_is_lost_when_it_is_killed(hub_home: Path) -> None:
    acknowledged: list[str] = []
    with serving(hub_home) as hub:
        token = hub.sign_in("duty")
        window = {
            "kind": "fault",
            "start": "2026-11-22T12:00:00+08:00",
            "etr": "2026-11-22T14:00:00+08:00",
            "reason": "雷击",
            "scope": [{"kind": "feeder", "id": "F02616"}],
        }

        def keep_adding() -> None:
            while True:
                try:
                    acknowledged.append(str(hub.post("/outages", window, token)["id"]))
                except (URLError, OSError):
                    return

        adding = Thread(target=keep_adding)
        adding.start()
        while len(acknowledged) < 20 and adding.is_alive():
            adding.join(0.01)
        hub.process.kill()
        adding.join()
    with store_of(hub_home) as store, store.read() as connection:
        check_store(connection)
        stored = [str(doc["id"]) for doc in all_docs(connection, "outage")]
    assert len(acknowledged) >= 20
    assert set(acknowledged) <= set(stored)
    assert len(stored) <= len(acknowledged) + 1
    assert len(set(stored)) == len(stored)
