"""The drill: a hub is lost and put back from its copy; and copies that are killed or run out of disk on the way."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from sqlalchemy import inspect

from data.clock import SystemClock, to_iso
from data.sqlite import connect
from data.store.database import open_database
from sync.copies.backup import make_backup
from sync.copies.backup_file import open_backup
from sync.copies.restore import restore_backup
from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from tests.commands import DONE, REFUSED, refusal, run
from tests.hubs import COMMAND, PATIENCE_S, RunningHub, serving, switchboard
from tests.odd_servers import line_to
from tests.recounts import check_cache

CHANCE = random.Random(20261122)
KILLS = int(os.environ.get("SWITCHBOARD_KILLS_A_PHASE", "4"))
PACE_S = 0.06
"""Between two windows: the hub refuses who asks much more often."""
NOW = datetime.now(UTC)
WINDOW = {
    "kind": "fault",
    "start": to_iso(NOW - timedelta(hours=1)),
    "etr": to_iso(NOW + timedelta(hours=2)),
    "reason": "雷击",
    "scope": [{"kind": "feeder", "id": "F02616"}],
}


def port(hub: RunningHub) -> int:
    return urlsplit(hub.url).port or 0


def windows_in(agent: Path) -> set[str]:
    path = AgentHome(agent).current_cache()
    assert path is not None
    with closing(connect(path)) as cache:
        return {key for (key,) in cache.execute("SELECT id FROM outage").fetchall()}


class Writer:
    """Sets windows one after the other, as somebody at the desk might; knows which were acknowledged."""

    def __init__(self, hub: RunningHub) -> None:
        self.acknowledged: list[str] = []
        self._hub = hub
        self._token = hub.sign_in("duty")
        self._stop = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def reach(self, count: int) -> None:
        until = time.monotonic() + PATIENCE_S
        while len(self.acknowledged) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.acknowledged) >= count

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(PACE_S):
            self.acknowledged.append(str(self._hub.post("/outages", WINDOW, self._token)["id"]))


@pytest.mark.parametrize("passphrase", ["", "口令"])
def test_a_hub_that_is_lost_comes_back_from_its_copy_and_its_agents_with_it(
    hub_home: Path, tmp_path: Path, passphrase: str
) -> None:
    agent, copy, again = tmp_path / "agent", tmp_path / "copy", tmp_path / "again"
    sync = ["sync", "--once", "--home", str(agent)]
    secret = tmp_path / "secret"
    secret.write_text(passphrase + "\n")
    encrypted = ["--passphrase-file", str(secret)] if passphrase else []
    with serving(hub_home) as hub, line_to(port(hub)) as line:
        code = switchboard("agents", "add", "座席1", "--home", str(hub_home))["code"]
        switchboard("enrol", "--home", str(agent), "--hub", line.url, "--code", code)
        switchboard(*sync)
        token, writer = hub.sign_in("duty"), Writer(hub)
        try:
            writer.reach(5)
            before = set(writer.acknowledged)
            switchboard("backup", str(copy), "--home", str(hub_home), *encrypted)
            writer.reach(len(writer.acknowledged) + 5)
        finally:
            writer.stop()
        newer = switchboard(*sync)
        assert windows_in(agent) == set(writer.acknowledged), "the agent is newer than the copy"
        hub.process.kill()
        hub.process.wait()
        shutil.rmtree(hub_home)

        switchboard("restore", str(copy), "--home", str(again), *encrypted)
        with serving(again) as another:
            line.upstream = port(another)
            report = switchboard(*sync)
            assert (report["mode"], report["verified"]) == ("snapshot", True)
            assert report["revision"] < newer["revision"]
            assert before <= windows_in(agent) < set(writer.acknowledged)
            with pytest.raises(HTTPError) as refused:
                another.post("/outages", WINDOW, token)
            with closing(refused.value) as answer:
                assert answer.code == 401, "who was signed in signs in again"
            added = another.post("/outages", WINDOW, another.sign_in("duty"))["id"]
            assert switchboard(*sync)["mode"] == "changes"
            assert added in windows_in(agent)
            assert check_cache(AgentHome(agent)) is not None
    assert switchboard("audit", "verify", "--thorough", "--home", str(again))["whole"]


def test_a_checkpoint_from_after_the_copy_tells_of_what_was_lost(hub_home: Path, tmp_path: Path) -> None:
    copy, kept = tmp_path / "copy", tmp_path / "kept.json"
    switchboard("backup", str(copy), "--home", str(hub_home))
    switchboard("audit", "checkpoint", "--home", str(hub_home), "--out", str(kept))
    switchboard("restore", str(copy), "--home", str(tmp_path / "again"))
    words = ["audit", "verify", "--home", str(tmp_path / "again"), "--checkpoint", str(kept), "--json"]
    done = run(*words)
    found = json.loads(done.stdout)
    assert done.returncode == REFUSED
    assert "the audit trail is not whole: " in done.stderr
    (finding,) = found["findings"]
    assert finding["number"] <= json.loads(kept.read_text())["number"]
    assert switchboard("audit", "verify", "--home", str(hub_home), "--checkpoint", str(kept))["whole"]


def killed(work: Callable[..., object], *args: object, after_s: float) -> bool:
    """Does it in a process that is killed after so long; whether it was killed before its end."""
    process = multiprocessing.get_context("fork").Process(target=work, args=args)
    process.start()
    process.join(after_s)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def save(home: Path, out: Path) -> None:
    store = HubHome(home).open_store()
    make_backup(home, store, out, "os:root", "1.0")
    store.engine.dispose()


def put_back(copy: Path, home: Path, database: str) -> None:
    restore_backup(copy, home, SystemClock(), "os:root", database)


def test_a_copy_that_is_killed_on_the_way_is_whole_or_not_there(hub_home: Path, tmp_path: Path) -> None:
    out = tmp_path / "copies" / "copy"
    out.parent.mkdir()
    began = time.monotonic()
    save(hub_home, out)
    usual_s, landed, whole = time.monotonic() - began, 0, 0
    while landed < KILLS:
        out.unlink(missing_ok=True)
        landed += killed(save, hub_home, out, after_s=usual_s * CHANCE.uniform(0.1, 1.1))
        if out.exists():
            whole += 1
            with open_backup(out, "") as backup:
                backup.check()
    out.unlink(missing_ok=True)
    save(hub_home, out)
    assert [path.name for path in out.parent.iterdir()] == ["copy"], "what killed ones left is cleared away"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restore_that_is_killed_on_the_way_leaves_a_whole_home_or_none(
    hub_home: Path, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    copy, place = tmp_path / "copy", tmp_path / "homes"
    home = place / "again"
    save(hub_home, copy)
    place.mkdir()
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else None
    usual_s, landed, tries = 0.0, 0, 0
    while landed < KILLS:
        tries += 1
        shutil.rmtree(home, ignore_errors=True)
        if server is None:
            usual_s, hit = one_restore(copy, home, "", usual_s)
        else:
            with server.database() as database:
                usual_s, hit = one_restore(copy, home, database, usual_s)
        landed += hit
    assert tries >= landed
    shutil.rmtree(home, ignore_errors=True)
    put_back(copy, home, "")
    assert [path.name for path in place.iterdir()] == ["again"], "what killed ones left is cleared away"


def one_restore(copy: Path, home: Path, database: str, usual_s: float) -> tuple[float, bool]:
    """How long a restore takes, and whether this one was killed; fails where it left something half-made."""
    began = time.monotonic()
    if not usual_s:
        put_back(copy, home, database)
        return time.monotonic() - began, False
    hit = killed(put_back, copy, home, database, after_s=usual_s * CHANCE.uniform(0.05, 1.05))
    if home.exists():
        store = HubHome(home).open_store()
        with store.read() as connection:
            assert inspect(connection).get_table_names()
        store.engine.dispose()
    elif database:
        # The database is filled in one transaction: it is empty, or the very last step alone was missing.
        engine = open_database(database)
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
        engine.dispose()
        assert not tables or connection_count(database) > 0
    return usual_s, hit


def connection_count(database: str) -> int:
    engine = open_database(database)
    try:
        with engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM customer").scalar_one())
    finally:
        engine.dispose()


@pytest.mark.parametrize("blocks", [1, 100, 500, 1000, 2500, 3700])
def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(
    hub_home: Path, tmp_path: Path, demo_copy: Path, blocks: int
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    for words in (
        ["backup", str(place / "copy"), "--home", str(hub_home)],
        ["restore", str(demo_copy), "--home", str(place / "again")],
    ):
        done = limited(blocks, *words)
        if done.returncode == DONE:
            continue
        assert done.returncode == REFUSED, done.stderr
        lines = done.stderr.splitlines()
        assert len(lines) == 1, done.stderr
        assert lines[0].startswith("switchboard: "), done.stderr
        assert list(place.iterdir()) == [], words
    assert switchboard("backup", str(tmp_path / "copy"), "--home", str(hub_home))["rows"] > 1000


@pytest.fixture(scope="session")
def demo_copy(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the demo home."""
    home = tmp_path_factory.mktemp("saved") / "hub"
    shutil.copytree(demo_home, home)
    save(home, home.parent / "copy")
    return home.parent / "copy"


def limited(blocks: int, *words: str) -> "subprocess.CompletedProcess[str]":
    """A verb that may make no file longer than so many half kilobytes."""
    shell = ["sh", "-c", 'ulimit -f "$1"; shift; exec "$@"', "sh", str(blocks)]
    return subprocess.run([*shell, *COMMAND, *words], check=False, capture_output=True, text=True, timeout=PATIENCE_S)


def test_a_copy_needs_a_new_name_and_a_restore_an_empty_home(hub_home: Path, demo_copy: Path, tmp_path: Path) -> None:
    assert "is there already" in refusal("backup", str(demo_copy), "--home", str(hub_home))
    assert "is not empty" in refusal("restore", str(demo_copy), "--home", str(hub_home))
    assert "is no whole backup" in refusal("restore", __file__, "--home", str(tmp_path / "again"))
    named: dict[str, Any] = switchboard("backup", str(tmp_path), "--home", str(hub_home))
    assert Path(named["file"]).parent == tmp_path
