"""How the hub's own jobs fare is noted, shown on the page of PCs, and told by `doctor`."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from data.clock import to_iso
from data.store.database import is_postgresql
from data.store.store import Store
from switchboard.hub_doctor import examine_hub
from sync.errors import EndedError
from sync.hub.asking import COOKIE
from sync.hub.home import HubHome, make_hub_home
from sync.hub.jobs import JobNow, Jobs
from sync.hub.keeping import Keeping
from sync.keeper import Keeper
from sync.language import LANGUAGE_COOKIE
from tests.askers import composed_hub
from tests.stores import NOON, SetClock

FULL = OSError(28, "No space left on device", "/far")


def failing(error: Exception) -> bool:
    raise error


def now(jobs: Jobs, store: Store, keeping: Keeping, name: str = "back_up") -> JobNow:
    with store.read() as connection:
        return next(job for job in jobs.now(connection, keeping) if job.name == name)


@pytest.fixture
def keeping(tmp_path: Path) -> Keeping:
    return Keeping(backups=tmp_path / "copies")


def test_a_job_that_fails_is_shown_with_when_it_was_last_done_until_it_is_done_again(
    store: Store, clock: SetClock, keeping: Keeping
) -> None:
    jobs = Jobs(store)
    assert now(jobs, store, keeping).state == "waiting"
    jobs.watched("back_up", lambda: True)()
    assert (now(jobs, store, keeping).state, now(jobs, store, keeping).report.good_at) == ("good", to_iso(NOON))
    for _ in range(2):
        clock.pass_time(hours=1)
        jobs.watched("back_up", lambda: failing(FULL))()
    failed = now(Jobs(store), store, keeping)
    assert failed.state == "failed"
    assert failed.report.good_at == to_iso(NOON)
    assert failed.report.failed_since == to_iso(NOON + timedelta(hours=1))
    assert failed.report.failed_at == to_iso(NOON + timedelta(hours=2))
    assert "No space left" in failed.report.why
    jobs.watched("back_up", lambda: False)()
    assert now(jobs, store, keeping).state == "failed", "nothing was done"
    jobs.watched("back_up", lambda: True)()
    assert now(jobs, store, keeping).state == "good"


def test_a_job_that_nobody_did_for_too_long_is_overdue_and_one_that_is_not_set_up_is_off(
    store: Store, clock: SetClock, keeping: Keeping
) -> None:
    jobs = Jobs(store)
    jobs.note_done("back_up")
    clock.pass_time(hours=36)
    assert now(jobs, store, keeping).state == "good"
    clock.pass_time(seconds=1)
    assert now(jobs, store, keeping).state == "late"
    with store.read() as connection:
        assert [job.name for job in jobs.now(connection, keeping) if job.troubles] == ["back_up"]
    assert now(jobs, store, replace(keeping, backups=None)).state == "off"


def test_a_store_that_a_server_keeps_has_no_check_of_a_file(store: Store, keeping: Keeping) -> None:
    with store.read() as connection:
        names = {job.name for job in Jobs(store).now(connection, keeping)}
    assert ("check_store" in names) == (not is_postgresql(store.engine))


def test_the_end_of_the_hub_is_no_failure_and_what_nobody_expects_is_one_without_its_words(
    store: Store, keeping: Keeping
) -> None:
    jobs = Jobs(store)
    jobs.watched("back_up", lambda: failing(EndedError("ending")))()
    assert now(jobs, store, keeping).state == "waiting"
    jobs.watched("back_up", lambda: failing(ValueError("王芳 13812345678")))()
    assert now(jobs, store, keeping).report.why == "ValueError: see the hub's log"


def test_what_the_store_does_not_take_is_told_from_memory(store: Store, keeping: Keeping) -> None:
    def full(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            raise OperationalError(statement, {}, Exception("database or disk is full"))

    jobs = Jobs(store)
    jobs.note_done("back_up")
    event.listen(store.engine, "before_cursor_execute", full)
    jobs.note_failed("back_up", "disk is full")
    assert now(jobs, store, keeping).state == "failed"
    event.remove(store.engine, "before_cursor_execute", full)
    jobs.note_done("back_up")
    assert now(jobs, store, keeping).state == "good"


@pytest.fixture
def home(tmp_path: Path) -> HubHome:
    made = make_hub_home(tmp_path / "hub")
    settings = made.path / "hub.toml"
    settings.write_text(settings.read_text() + f'[backup]\ndirectory = "{tmp_path}/copies"\nhour = 0\n')
    return HubHome(made.path)


def test_a_backup_that_finds_no_room_is_told_on_the_page_and_by_doctor_until_the_next_good_one(
    home: HubHome, tmp_path: Path
) -> None:
    place = tmp_path / "copies"
    place.write_text("a file where the directory should be")
    hub = composed_hub(home)
    keeper = Keeper(home, hub.store, "1.0", hub.hub.jobs)
    back_up = hub.hub.jobs.watched("back_up", keeper.back_up)
    back_up()
    pages = {
        lang: TestClient(hub.app, cookies={COOKIE: hub.session("administrator", None), LANGUAGE_COOKIE: lang})
        for lang in ("zh", "en")
    }
    assert "同名文件已存在" in pages["zh"].get("/desk/fleet").text
    english = pages["en"].get("/desk/fleet").text
    assert "File exists" in english
    assert "失败" not in english
    told = {check.name: check for check in examine_hub(home.path)}
    assert not told["back_up"].good
    assert "失败" in told["back_up"].zh
    assert told["store"].good
    place.unlink()
    back_up()
    assert all(check.good for check in examine_hub(home.path))
    assert "同名文件已存在" not in pages["zh"].get("/desk/fleet").text
    hub.store.engine.dispose()


def test_a_hubs_home_without_its_store_is_told_so(home: HubHome) -> None:
    (home.path / "store.db").unlink()
    assert [check.name for check in examine_hub(home.path) if not check.good] == ["store"]
