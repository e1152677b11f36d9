"""Tickets, call-backs and crossing windows of other branches, by every way in: the API, the pages, the PCs' outbox."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from data.clock import to_iso
from data.fields import canonical_json
from data.masking import HIDDEN, LEAST, STANDARD
from data.store.schema import PERSON
from sync.auth.devices import set_reader
from sync.device_protocol import PERSON_HEADER
from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

OURS, THEIRS = ("feeder", "F1"), ("feeder", "F2")
PHONE = "13800000000"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    made = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    fill(made.store)
    with made.store.write("test", "branches") as writing:
        held = update(PERSON).where(PERSON.c.name.in_(["agent", "maintainer"]))
        writing.connection.execute(held.values(branches=canonical_json(["B1"])))
    return made


def client(hub: ComposedHub, role: str) -> TestClient:
    return TestClient(hub.app, cookies={COOKIE: hub.session(role, None)}, follow_redirects=False)


def at_pc(hub: ComposedHub, role: str = "agent") -> TestClient:
    headers = {"Authorization": f"Bearer {hub.access}", PERSON_HEADER: hub.session(role, hub.pc.id)}
    return TestClient(hub.app, headers=headers)


def enter(hub: ComposedHub, kind: str, body: dict[str, Any]) -> str:
    told = {"key": uuid4().hex, "kind": kind, "made_at": to_iso(hub.store.clock.now()), "body": body}
    (answer,) = at_pc(hub).post("/entries", json={"entries": [told]}).json()["entries"]
    return str(answer["status"])


def outage(hub: ComposedHub, *scope: tuple[str, str]) -> str:
    now = hub.store.clock.now()
    items = [{"kind": kind, "id": key} for kind, key in scope]
    times = {"start": to_iso(now), "etr": to_iso(now + 2 * HOUR)}
    answer = client(hub, "supervisor").post(
        "/outages", json={"kind": "fault", "reason": "倒杆", "scope": items, **times}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def ticket(hub: ComposedHub, place: tuple[str, str], role: str = "supervisor") -> Any:
    body = {"kind": "trouble_report", "text": "无电", "place_kind": place[0], "place_id": place[1]}
    return client(hub, role).post("/tickets", json=body)


@pytest.mark.parametrize(("place", "may"), [(OURS, True), (THEIRS, False)])
def test_a_ticket_is_made_for_ones_own_branch_alone_by_every_way(
    hub: ComposedHub,
    place: tuple[str, str],
    may: bool,  # noqa: FBT001 - a case of the table
) -> None:
    assert ticket(hub, place, "agent").status_code == (201 if may else 403)
    form = {"kind": "trouble_report", "place_kind": place[0], "q": place[1], "text": "无电"}
    answer = client(hub, "agent").post("/desk/tickets", data=form)
    assert (answer.status_code, "不归本单位供电" in answer.text) == ((303, False) if may else (403, True))
    body = {"kind": "trouble_report", "text": "无电", "place_kind": place[0], "place_id": place[1]}
    assert enter(hub, "ticket", body) == ("applied" if may else "refused")


def test_another_branchs_ticket_is_neither_listed_nor_read_nor_worked_on(hub: ComposedHub) -> None:
    made = ticket(hub, THEIRS).json()
    asking, number = client(hub, "agent"), made["number"]
    assert number not in asking.get("/tickets?state=all").text + asking.get("/desk/tickets?state=all").text
    work = {"version": made["version"], "state": "working"}
    assert [
        asking.get(f"/tickets/{number}").status_code,
        asking.post(f"/tickets/{number}/work", json=work).status_code,
        asking.get(f"/desk/tickets/{number}").status_code,
        asking.post(f"/desk/tickets/{number}", data=work).status_code,
    ] == [403] * 4
    assert number in client(hub, "supervisor").get("/tickets?state=all&limit=500").text


def test_who_hands_a_ticket_over_is_led_back_to_the_list(hub: ComposedHub) -> None:
    placeless = {"kind": "enquiry", "text": "电价"}
    made = client(hub, "supervisor").post("/tickets", json=placeless).json()
    form = {"version": made["version"], "branch": "B2", "was_branch": "", "state": "open"}
    handed = client(hub, "agent").post(f"/desk/tickets/{made['number']}", data=form)
    assert (handed.status_code, handed.headers["location"]) == (303, "/desk/tickets")


@pytest.mark.parametrize(("place", "may"), [(OURS, True), (THEIRS, False)])
def test_a_call_back_is_entered_for_ones_own_branch_alone_by_every_way(
    hub: ComposedHub,
    place: tuple[str, str],
    may: bool,  # noqa: FBT001 - a case of the table
) -> None:
    told = {"phone": PHONE, "name": f"先生{place[1]}", "place_kind": place[0], "place_id": place[1]}
    assert client(hub, "agent").post("/call-backs", json=told).status_code == (201 if may else 403)
    form = {"phone": PHONE, "place_kind": place[0], "place": place[1]}
    assert client(hub, "agent").post("/desk/call-backs", data=form).status_code == (303 if may else 403)
    assert enter(hub, "call_back", told) == ("applied" if may else "refused")


def test_another_branchs_call_back_is_neither_listed_nor_taken(hub: ComposedHub) -> None:
    told = {"phone": PHONE, "name": "高桥先生", "place_kind": "transformer_area", "place_id": "T3"}
    key = client(hub, "supervisor").post("/call-backs", json=told).json()["id"]
    asking = client(hub, "agent")
    assert "高桥先生" not in asking.get("/call-backs").text + asking.get("/desk/call-backs?show=all").text
    tried = {"result": "done"}
    assert [
        asking.post(f"/call-backs/{key}/claim").status_code,
        asking.post(f"/call-backs/{key}/release").status_code,
        asking.post(f"/call-backs/{key}/tries", json=tried).status_code,
        asking.post(f"/desk/call-backs/{key}/claim").status_code,
        asking.post(f"/desk/call-backs/{key}/release").status_code,
        asking.post(f"/desk/call-backs/{key}/try", data=tried).status_code,
    ] == [403] * 6
    assert "高桥先生" in client(hub, "supervisor").get("/desk/call-backs?show=all").text


def test_the_numbers_on_the_desk_are_those_of_ones_own_lists(hub: ComposedHub) -> None:
    for role in ("agent", "supervisor"):
        asking = client(hub, role)
        listed = asking.get("/tickets?limit=500").json()
        assert listed["counts"]["pending"] == len(listed["tickets"])
        due = [one for one in asking.get("/call-backs").json() if one["status"] == "due"]
        assert asking.get("/call-backs/due").json() == {"due": len(due)}


def test_a_crew_restores_its_part_of_a_window_that_crosses_branches_on_the_page(hub: ComposedHub) -> None:
    key, crew = outage(hub, OURS, THEIRS), client(hub, "maintainer")
    shown = crew.get(f"/desk/outages/{key}?act=part").text
    assert 'value="transformer_area:T1"' in shown
    assert 'value="transformer_area:T3"' not in shown
    assert acts_on(shown, key) == {"restore", "part"}
    assert crew.post(f"/desk/outages/{key}/restore", data={"seen": "1"}).status_code == 303
    assert acts_on(crew.get(f"/desk/outages/{key}").text, key) == set()
    (window,) = [one for one in crew.get("/outages").json() if one["id"] == key]
    assert (window["restoration"], window["revisions"][-1]["change"]) == ("partial", "partial_restoration")
    assert client(hub, "supervisor").post(f"/outages/{key}/restore", json={}).json()["restoration"] == "full"


def test_a_window_elsewhere_is_read_only_on_its_page_and_not_among_those_in_the_field(hub: ComposedHub) -> None:
    key, crew = outage(hub, THEIRS), client(hub, "maintainer")
    assert acts_on(crew.get(f"/desk/outages/{key}").text, key) == set()
    assert key not in crew.get("/desk/field?everyone=1").text
    assert key in client(hub, "supervisor").get("/desk/field?everyone=1").text


def acts_on(page: str, key: str) -> set[str]:
    """The acts that a window's page has forms for."""
    return set(re.findall(f'action="/desk/outages/{key}/([a-z]+)"', page))


def test_a_pc_of_the_least_class_is_told_no_names_in_lists(hub: ComposedHub) -> None:
    customer = "2114000004"
    key = outage(hub, OURS)
    made = ticket(hub, ("customer", customer)).json()
    told = {"customer": customer, "result": "told", "whom": "值班长"}
    assert client(hub, "supervisor").post(f"/outages/{key}/told", json=told).status_code == 201
    asked = {"phone": PHONE, "name": "塔山先生", "customer": customer}
    assert client(hub, "supervisor").post("/call-backs", json=asked).status_code == 201
    paths = [f"/outages/{key}/told", "/told", "/call-backs", f"/tickets/{made['id']}", "/tickets"]
    names = ("塔山水泥厂", "值班长", "塔山先生", "138****0000")
    for reader in (LEAST, STANDARD):
        set_reader(hub.store, hub.pc.name, reader, "test")
        asking = at_pc(hub, "duty_officer")
        text = "".join(asking.get(path).text for path in paths)
        assert [name in text for name in names] == [reader == STANDARD] * 4
        assert (f'"{HIDDEN}"' in text) == (reader == LEAST)


def test_lists_are_read_in_parts(hub: ComposedHub) -> None:
    desk = client(hub, "supervisor")
    for number in range(3):
        outage(hub, OURS)
        desk.post("/call-backs", json={"phone": f"1390000000{number}", "customer": "2114000005"})
    key = outage(hub, OURS, THEIRS)
    for path in ("/told", "/call-backs", "/suspicions?settled=true", "/suspicions"):
        joint = "&" if "?" in path else "?"
        whole = desk.get(path).json()
        parts = [desk.get(f"{path}{joint}after={after}&limit=2").json() for after in range(0, len(whole) + 2, 2)]
        assert [one for part in parts for one in part] == whole
        assert all(len(part) <= 2 for part in parts)
    whole = desk.get(f"/outages/{key}/told").json()
    second = desk.get(f"/outages/{key}/told?after=1&limit=1").json()
    assert (second["total"], second["customers"]) == (len(whole["customers"]), whole["customers"][1:2])
    for path in ("/told", "/call-backs", "/suspicions"):
        assert desk.get(f"{path}?limit=501").status_code == desk.get(f"{path}?after=-1").status_code == 422
