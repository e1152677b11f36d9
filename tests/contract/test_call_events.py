"""Call events over HTTP: who sent them stands in the audit trail."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from data.clock import to_iso
from data.store import audit
from data.store.audit_tally import settle_tallies
from data.store.store import Store
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import SetClock

LINES = ["1795320000|1.1|P|NONE|ENTERQUEUE||13812345678|1", "1795320005|1.1|P|NONE|ABANDON|1|1|5"]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    return composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))


def entries(hub: ComposedHub) -> list[tuple[str, str]]:
    with hub.store.read() as connection:
        return [(one.actor, one.about) for one in audit.newest(connection, audit.Wanted(acts=("call_events",)))]


def settle_at(hub: ComposedHub, at: datetime) -> None:
    with Store(hub.store.engine, SetClock(at)).write("hub", "clean up") as writing:
        settle_tallies(writing)


def test_batches_that_add_events_are_one_entry_an_hour_in_the_name_of_who_sent_them(hub: ComposedHub) -> None:
    began = hub.store.clock.now()
    exchange = TestClient(hub.app, headers={"Authorization": f"Bearer {hub.session('importer', None)}"})
    for lines in ([LINES[0], "no event"], [LINES[1]], LINES):
        sent = exchange.post("/calls/events", json={"lines": lines})
        assert sent.status_code == 200
    assert (sent.json()["added"], sent.json()["known"]) == (0, 2)  # nothing was changed: it is not counted
    settle_at(hub, began)
    if hub.store.clock.now().hour == began.hour:
        assert entries(hub) == []
    settle_at(hub, began + timedelta(hours=2))
    told = entries(hub)
    assert {actor for actor, _ in told} == {"person:importer"}
    if hub.store.clock.now().hour == began.hour:
        hour = to_iso(began.replace(minute=0, second=0, microsecond=0))
        assert [about for _, about in told] == [f"2 times in the hour from {hour}: 3 lines, 2 added, 1 rejected"]
    settle_at(hub, began + timedelta(hours=3))
    assert entries(hub) == told


@pytest.mark.parametrize("role", ["agent", "supervisor", "display", "auditor"])
def test_who_may_not_send_them_leaves_nothing(hub: ComposedHub, role: str) -> None:
    client = TestClient(hub.app, headers={"Authorization": f"Bearer {hub.session(role, None)}"})
    before = entries(hub)
    assert client.post("/calls/events", json={"lines": LINES}).status_code == 403
    assert entries(hub) == before
