"""Call events over HTTP: who sent them stands in the audit trail."""

import pytest
from fastapi.testclient import TestClient

from data.store import audit
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub

LINES = ["1795320000|1.1|P|NONE|ENTERQUEUE||13812345678|1", "1795320005|1.1|P|NONE|ABANDON|1|1|5"]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    return composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))


def entries(hub: ComposedHub) -> list[tuple[str, str]]:
    with hub.store.read() as connection:
        return [(one.actor, one.about) for one in audit.newest(connection, audit.Wanted(acts=("call_events",)))]


def test_a_batch_that_adds_events_is_one_entry_in_the_name_of_who_sent_it(hub: ComposedHub) -> None:
    exchange = TestClient(hub.app, headers={"Authorization": f"Bearer {hub.session('importer', None)}"})
    sent = exchange.post("/calls/events", json={"lines": [*LINES, "no event"]})
    assert (sent.status_code, sent.json()["added"]) == (200, 2)
    assert entries(hub) == [("person:importer", "3 lines, 2 added, 1 rejected")]
    again = exchange.post("/calls/events", json={"lines": LINES})
    assert (again.json()["added"], again.json()["known"]) == (0, 2)
    assert len(entries(hub)) == 1  # nothing was changed


@pytest.mark.parametrize("role", ["agent", "supervisor", "display", "auditor"])
def test_who_may_not_send_them_leaves_nothing(hub: ComposedHub, role: str) -> None:
    client = TestClient(hub.app, headers={"Authorization": f"Bearer {hub.session(role, None)}"})
    before = entries(hub)
    assert client.post("/calls/events", json={"lines": LINES}).status_code == 403
    assert entries(hub) == before
