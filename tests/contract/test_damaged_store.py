"""A hub whose store rots on its disk: it is found, told, and written no more; what can be read is read."""

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from data.clock import to_iso
from data.sqlite import connect
from switchboard.hub_doctor import examine_hub
from sync.device_protocol import PERSON_HEADER
from sync.hub.asking import COOKIE
from sync.hub.home import HubHome, make_hub_home
from sync.hub.jobs import JOBS
from sync.hub.soundness import StoreDamagedError
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def home(tmp_path: Path) -> HubHome:
    return make_hub_home(tmp_path / "home")


@pytest.fixture
def hub(home: HubHome) -> Iterator[ComposedHub]:
    made = composed_hub(home)
    fill(made.store)
    yield made
    made.store.engine.dispose()


def flip(home: HubHome, table: str) -> None:
    """Writes rubbish over the first page of a table."""
    file = home.path / "store.db"
    with closing(connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with file.open("r+b") as content:
        content.seek((root - 1) * size)
        content.write(bytes([0xA5]) * size)


def rot(hub: ComposedHub, home: HubHome, table: str) -> None:
    """As `flip`, behind a hub that is running and holds nothing of the file in memory."""
    hub.store.engine.dispose()
    flip(home, table)


def client(hub: ComposedHub, role: str) -> TestClient:
    return TestClient(hub.app, cookies={COOKIE: hub.session(role, None)}, raise_server_exceptions=False)


def test_a_sound_store_is_found_sound(hub: ComposedHub, home: HubHome) -> None:
    assert hub.hub.soundness.check()
    assert client(hub, "agent").get("/healthz").json()["status"] == "ok"
    assert next(one for one in examine_hub(home.path) if one.name == "store_file").good


def test_the_check_finds_rot_that_nobody_has_met_and_tells_it_everywhere(
    hub: ComposedHub, home: HubHome, caplog: pytest.LogCaptureFixture
) -> None:
    admin = client(hub, "administrator")
    rot(hub, home, "ticket")
    with caplog.at_level(logging.CRITICAL):
        hub.hub.jobs.watched("check_store", hub.hub.soundness.check)()
    assert "put back the newest copy (switchboard restore)" in caplog.text
    health = admin.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "damaged")
    page = admin.get("/desk/fleet", headers={"Accept": "text/html"}).text
    assert JOBS["check_store"][0] in page
    assert "数据库已损坏" in page
    hub.store.engine.dispose()
    (told,) = [one for one in examine_hub(home.path) if one.name == "store_file"]
    assert not told.good
    assert "switchboard restore" in told.zh


def test_a_request_that_meets_rot_is_told_so_and_nothing_is_written_from_then_on(
    hub: ComposedHub, home: HubHome
) -> None:
    desk = client(hub, "duty_officer")
    rot(hub, home, "outage")
    met = desk.get("/outages")
    assert met.status_code == 507
    assert "put back the newest copy" in met.json()["detail"]
    assert hub.hub.soundness.damage
    notice = {"text": "今晚检修", "urgent": False}
    refused = desk.post("/notices", json=notice)
    assert (refused.status_code, "damaged" in refused.json()["detail"]) == (507, True)
    assert desk.get("/tickets").status_code == 200
    with pytest.raises(StoreDamagedError):
        hub.hub.soundness.check()


def test_what_a_pc_sends_waits_there_and_is_not_refused(hub: ComposedHub, home: HubHome) -> None:
    shift = {"Authorization": f"Bearer {hub.access}", PERSON_HEADER: hub.session("agent", hub.pc.id)}
    rot(hub, home, "change_log")
    pc = TestClient(hub.app, headers=shift, raise_server_exceptions=False)
    with pytest.raises(StoreDamagedError):
        hub.hub.soundness.check()
    body: dict[str, Any] = {"kind": "enquiry", "text": "几点来电"}
    told = {"key": uuid4().hex, "kind": "ticket", "made_at": to_iso(hub.store.clock.now()), "body": body}
    answer = pc.post("/entries", json={"entries": [told]})
    assert answer.status_code == 507
    assert "entries" not in answer.json()
