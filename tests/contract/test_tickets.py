"""Tickets over HTTP, from PCs and from the command line: one set of rules."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from data.clock import to_iso
from data.store import change_log
from data.store.schema import PERSON
from switchboard.cli import main
from sync.auth.devices import Device
from sync.device_protocol import PERSON_HEADER
from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub, enrolled
from tests.stores import fill


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub") / "home"


@pytest.fixture(scope="module")
def hub(home: Path) -> ComposedHub:
    hub = composed_hub(make_hub_home(home))
    fill(hub.store)
    return hub


class Desk:
    """A person's program at the hub."""

    def __init__(self, hub: ComposedHub, role: str) -> None:
        self.client = TestClient(hub.app, cookies={COOKIE: hub.session(role, None)})

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str, **asked: str) -> Any:
        answer = self.client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ticket(self, kind: str = "trouble_report", **more: Any) -> Any:
        return self.post("/tickets", {"kind": kind, "text": "无电", **more}, 201)


@pytest.fixture
def desk(hub: ComposedHub) -> Desk:
    return Desk(hub, "duty_officer")


def test_a_ticket_is_made_read_worked_on_and_found_in_the_list(desk: Desk) -> None:
    made = desk.ticket(place_kind="customer", place_id="2114000003", business="trouble_report.01.01")
    assert made == desk.get(f"/tickets/{made['number']}")
    assert (made["place"]["name"], made["business"]["path"]) == ("王芳", "报修 > 无电 > 单户")
    worked = desk.post(f"/tickets/{made['number']}/work", {"version": 1, "state": "working", "text": "已派人"})
    assert (worked["state"], worked["version"], worked["history"][-1]["by"]) == ("working", 2, "duty_officer")
    listed = desk.get("/tickets", state="working")
    assert [one["id"] for one in listed["tickets"]] == [made["id"]]
    assert listed["counts"]["working"] == 1


def test_the_second_of_two_officers_gets_both_versions_and_nothing_is_lost(hub: ComposedHub, desk: Desk) -> None:
    other = Desk(hub, "agent")
    key = desk.ticket("complaint")["number"]
    desk.post(f"/tickets/{key}/work", {"version": 1, "state": "working", "person": "duty_officer"})
    refused = other.post(f"/tickets/{key}/work", {"version": 1, "state": "waiting", "text": "等回电"}, 409)
    assert refused["ours"] == {"version": 1, "state": "waiting", "text": "等回电"}
    assert (refused["theirs"]["state"], refused["theirs"]["person"]) == ("working", "duty_officer")
    again = {**refused["ours"], "version": refused["theirs"]["version"]}
    assert other.post(f"/tickets/{key}/work", again)["state"] == "waiting"


def test_of_many_who_take_one_ticket_at_once_one_gets_it(hub: ComposedHub, desk: Desk) -> None:
    key = desk.ticket("enquiry")["number"]
    people = ["agent", "duty_officer", "supervisor", "administrator"]
    programs = [Desk(hub, role) for role in people]

    def take(one: int) -> int:
        body = {"version": 1, "state": "working", "person": people[one]}
        return programs[one].client.post(f"/tickets/{key}/work", json=body).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(take, range(len(people))))
    assert sorted(answers) == [200, 409, 409, 409]
    assert desk.get(f"/tickets/{key}")["person"] == people[answers.index(200)]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/tickets", {"kind": "poem", "text": "x"}, 422),
        ("/tickets", {"kind": "enquiry", "text": ""}, 422),
        ("/tickets", {"kind": "enquiry", "text": "x", "place_kind": "area"}, 422),
        ("/tickets", {"kind": "enquiry", "text": "x", "place_kind": "area", "place_id": "?"}, 404),
        ("/tickets", {"kind": "enquiry", "text": "x", "business": "trouble_report.01"}, 422),
        ("/tickets/GD1/work", {"text": "x"}, 404),
        ("/catalogue", {"parent": "enquiry", "name": "x"}, 403),
    ],
)
def test_what_does_not_fit_is_a_problem_with_one_clear_line(
    desk: Desk, path: str, body: dict[str, Any], status: int
) -> None:
    told = desk.post(path, body, status)
    assert told["detail"]
    assert "\n" not in told["detail"]


def at_pc(hub: ComposedHub, device: Device, access: str) -> TestClient:
    headers = {"Authorization": f"Bearer {access}", PERSON_HEADER: hub.session("agent", device.id)}
    return TestClient(hub.app, headers=headers)


def test_reports_of_two_pcs_that_both_send_twice_make_two_tickets_of_which_one_leads(
    hub: ComposedHub, desk: Desk
) -> None:
    device, tokens = enrolled(hub.store, "又一台")
    pcs = [at_pc(hub, hub.pc, hub.access), at_pc(hub, device, tokens.access)]
    body = {"kind": "trouble_report", "text": "没电", "place_kind": "transformer_area", "place_id": "T2"}
    old, new = body, {**body, "business": "trouble_report.01.03"}  # a PC of an older release knows no catalogue
    made_at = to_iso(hub.store.clock.now())
    entries = [{"key": uuid4().hex, "kind": "ticket", "made_at": made_at, "body": one} for one in (old, new)]

    def send(one: int) -> Any:
        return pcs[one % 2].post("/entries", json={"entries": [entries[one % 2]]}).json()["entries"][0]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert {(one["status"], one["record"]) for one in answers} == {("applied", one["key"]) for one in entries}
    found = {one["id"]: one for one in desk.get("/tickets", text="没电")["tickets"]}
    assert set(found) == {one["key"] for one in entries}
    assert sum(one["lead"] is not None for one in found.values()) == 1
    assert found[str(entries[1]["key"])]["business"]["code"] == "trouble_report.01.03"


def test_the_catalogue_is_the_supervisors_to_change_and_travels_to_pcs(hub: ComposedHub, desk: Desk) -> None:
    supervisor = Desk(hub, "supervisor")
    added = supervisor.post("/catalogue", {"parent": "enquiry", "name": "充电桩", "due_hours": 12}, 201)
    assert added["path"] == "咨询 > 充电桩"
    renamed = supervisor.post(f"/catalogue/{added['code']}", {"name": "充电桩报装"})
    assert (renamed["name"], renamed["due_hours"]) == ("充电桩报装", 12)
    assert supervisor.post(f"/catalogue/{added['code']}", {"retired": True})["retired"]
    assert added["code"] in [one["code"] for one in desk.get("/catalogue") if one["retired"]]
    with hub.store.read() as connection:
        touched = change_log.touched_since(connection, 0, None, 1000)
    assert ("business", added["code"]) in (touched or [])
    used = desk.get("/catalogue/uses", since="2020-01-01T00:00:00Z", until="2099-01-01T00:00:00Z")
    assert {one["code"]: one["total"] for one in used}["complaint"] == 1


def test_verbs_do_the_same_straight_on_the_store(
    hub: ComposedHub, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str, status: int = 0) -> Any:
        assert main([*words, "--home", str(home), "--json"]) == status
        printed = capsys.readouterr()
        return json.loads(printed.out) if status == 0 else printed.err

    place = ("--feeder", "F3", "--kind", "trouble_report", "--text", "缺相")
    first, second = run("tickets", "add", *place), run("tickets", "add", *place, "--business", "trouble_report.02.03")
    assert second["lead"]["number"] == first["number"]
    free = run("tickets", "link", second["number"], "--to", "")
    assert free["lead"] is None
    assert run("tickets", "link", second["number"], "--to", first["number"])["lead"]["id"] == first["id"]
    with hub.store.write("test", "person") as writing:
        row = {"name": "zhao", "role": "agent", "password_hash": "none"}
        writing.connection.execute(PERSON.insert().values(row))
    taken = run("tickets", "work", first["number"], "--state", "working", "--person", "zhao", "--branch", "B2")
    assert (taken["state"], taken["person"], taken["branch"]["name"]) == ("working", "zhao", "高桥供电所")
    assert "say what came of it" in run("tickets", "close", first["number"], "--text", " ", status=1)
    assert run("tickets", "close", first["number"], "--text", "已换", "--with-linked")["state"] == "done"
    assert {one["number"] for one in run("tickets", "list", "--state", "done")} >= {first["number"], second["number"]}
    code = run("catalogue", "add", "follow_up", "满意度", "--hours", "6")["code"]
    assert run("catalogue", "rename", code, "满意度回访")["due_hours"] is None
    assert run("catalogue", "retire", code)["retired"]
    assert not run("catalogue", "retire", code, "--back")["retired"]
    book = tmp_path / "uses.xlsx"
    used = run("catalogue", "list", "--from", "2020-01-01T00:00:00Z", "--xlsx", str(book))
    rows = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + sum(one["total"] > 0 or not one["retired"] for one in used)
    assert rows[1][:2] == ["trouble_report", "报修"]
    assert "is needed" in run("catalogue", "list", "--xlsx", str(book), status=1)
