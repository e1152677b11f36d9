"""Who works for some branches only: what the pages and the API show and refuse them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from data.clock import to_iso
from data.fields import canonical_json
from data.store.schema import PERSON
from sync.device_protocol import PERSON_HEADER
from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

HELD, EVERYWHERE = "maintainer", "duty_officer"
OURS, THEIRS, THEIR_NAME = "2114000004", "2114000003", "王芳"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    made = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    fill(made.store)
    with made.store.write("test", "branches") as writing:
        held = update(PERSON).where(PERSON.c.name.in_([HELD, "agent", "editor"]))
        writing.connection.execute(held.values(branches=canonical_json(["B1"])))
    return made


def client(hub: ComposedHub, role: str) -> TestClient:
    return TestClient(hub.app, cookies={COOKIE: hub.session(role, None)}, follow_redirects=False)


def outage(hub: ComposedHub, *scope: tuple[str, str]) -> str:
    now = hub.store.clock.now()
    items = [{"kind": kind, "id": key} for kind, key in scope]
    times = {"start": to_iso(now), "etr": to_iso(now + timedelta(hours=2))}
    answer = client(hub, EVERYWHERE).post("/outages", json={"kind": "fault", "reason": "倒杆", "scope": items, **times})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_crew_picks_from_the_feeders_of_its_branch(hub: ComposedHub) -> None:
    assert re.findall(r"feeder:\w+", client(hub, HELD).get("/desk/field/new").text) == ["feeder:F1"]
    everywhere = set(re.findall(r"feeder:\w+", client(hub, EVERYWHERE).get("/desk/field/new").text))
    assert everywhere == {"feeder:F1", "feeder:F2", "feeder:F3"}


def test_another_branchs_customer_is_named_nowhere(hub: ComposedHub) -> None:
    key = outage(hub, ("customer", THEIRS), ("customer", OURS))
    ticket = {"kind": "trouble_report", "text": "无电", "place_kind": "customer", "place_id": THEIRS}
    made = client(hub, EVERYWHERE).post("/tickets", json=ticket).json()
    given = {"version": made["version"], "person": "agent"}
    assert client(hub, EVERYWHERE).post(f"/tickets/{made['id']}/work", json=given).status_code == 200
    pages = {
        HELD: ["/outages", "/desk", "/desk/field?everyone=1", f"/desk/outages/{key}"],
        "agent": ["/tickets", f"/tickets/{made['id']}", f"/desk/tickets/{made['id']}"],
    }
    pages[HELD].append(f"/desk/outages/new?item=customer:{THEIRS}")
    for role, paths in pages.items():
        for path in paths:
            told = client(hub, role).get(path)
            assert (told.status_code, THEIR_NAME in told.text) == (200, False), path
    assert "塔山水泥厂" in client(hub, HELD).get("/outages").text
    assert THEIR_NAME in client(hub, EVERYWHERE).get("/outages").text


def test_a_part_that_is_back_names_no_customer_in_what_is_kept(hub: ComposedHub) -> None:
    key = outage(hub, ("feeder", "F2"), ("customer", THEIRS))
    form = {"seen": "1", "part": f"customer:{THEIRS}"}
    assert client(hub, EVERYWHERE).post(f"/desk/outages/{key}/part", data=form).status_code == 303
    (window,) = [one for one in client(hub, EVERYWHERE).get("/outages").json() if one["id"] == key]
    assert window["revisions"][-1]["reason"] == "1 户客户"


def test_the_number_of_those_to_be_told_is_that_of_the_list(hub: ComposedHub) -> None:
    outage(hub, ("feeder", "F1"), ("feeder", "F2"))
    for role in (HELD, EVERYWHERE):
        asking = client(hub, role)
        listed = sum(one["open"] for one in asking.get("/told").json())
        assert asking.get("/told/open").json() == {"open": listed}


def test_a_phone_is_revealed_for_a_telling_only_of_who_is_to_be_told(hub: ComposedHub) -> None:
    key = outage(hub, ("transformer_area", "T3"))
    desk = client(hub, EVERYWHERE)
    assert desk.post(f"/desk/told/{key}/reveal", data={"customer": "2114000001"}).status_code == 404
    shown = desk.post("/desk/told/none/reveal", data={"customer": "2114000001"})
    assert (shown.status_code, "13812345678" in shown.text) == (404, False)
    told = desk.post(f"/desk/told/{key}/reveal", data={"customer": THEIRS})
    assert (told.status_code, 'data-seconds="60"' in told.text) == (200, True)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/desk/outages/preview", {"item": "feeder:F1", "start": "9999-12-31T23:30"}),
        ("/desk/outages/preview", {"item": "feeder:F1", "off_at": "08:00Z", "on_at": "17:00"}),
        ("/desk/records/area/edit/A1", {"seen": '{"none": 1}', "name": "塔山乡"}),
        ("/desk/records/area/edit/A1", {"seen": "[" * 100_000, "name": "塔山乡"}),
        ("/desk/records/area/undo/A1", {"number": "9" * 5_000}),
        ("/desk/suspicions/rules", {"threshold": "viel"}),
    ],
)
def test_what_is_typed_wrongly_is_said_to_be_wrong(hub: ComposedHub, path: str, form: dict[str, Any]) -> None:
    assert client(hub, "supervisor").post(path, data=form).status_code in {200, 404, 409, 422}


def test_days_beyond_the_calendar_are_refused(hub: ComposedHub) -> None:
    for days in ("since=0001-01-01&until=2026-01-01", "since=2026-01-01&until=9999-12-31"):
        assert client(hub, EVERYWHERE).get(f"/desk/catalogue?{days}").status_code == 422


def test_at_a_pc_of_all_branches_a_person_is_told_no_number_of_another_branch(hub: ComposedHub) -> None:
    theirs, number = "2114000009", "13800001111"
    with hub.store.write("test", "a customer of theirs") as writing:
        writing.put("customer", {"id": theirs, "name": "赵六", "feeder": "F2", "phone": number})
    told = {}
    for role in ("agent", EVERYWHERE):
        headers = {"Authorization": f"Bearer {hub.access}", PERSON_HEADER: hub.session(role, hub.pc.id)}
        at_pc = TestClient(hub.app, headers=headers)
        revealed = at_pc.post("/reveal", json={"customer": theirs, "reason": "callback"})
        found = at_pc.post("/customers/by-phone", json={"number": number})
        told[role] = (revealed.status_code, number in revealed.text, found.json()["customers"])
    assert told == {"agent": (404, False, []), EVERYWHERE: (200, True, [theirs])}
