"""Tellings and call-backs over HTTP: who may, what is answered, and what is not told."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.clock import to_iso
from data.fields import Doc
from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub

MINE: Doc = {"id": "9900000002", "name": "杨家杖子矿", "feeder": "F1", "high_risk": True, "phone": "13987654321"}


class Client:
    """Asks as somebody of a role."""

    def __init__(self, hub: ComposedHub, role: str) -> None:
        self._client = TestClient(hub.app)
        self._headers = {"Cookie": f"{COOKIE}={hub.session(role, None)}"}

    def get(self, path: str) -> Any:
        answer = self._client.get(path, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, status: int = 201) -> Any:
        answer = self._client.post(path, headers=self._headers, json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    made = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    with made.store.write("test", "records") as writing:
        writing.put("feeder", {"id": "F1", "number": "616", "name": "10kV塔山线"})
        writing.put("customer", MINE)
    return made


@pytest.fixture
def outage(hub: ComposedHub) -> str:
    now = hub.store.clock.now()
    times = {"start": to_iso(now), "etr": to_iso(now + timedelta(hours=2))}
    body = {"kind": "fault", "reason": "倒杆", "scope": [{"kind": "feeder", "id": "F1"}], **times}
    return str(Client(hub, "duty_officer").post("/outages", body)["id"])


def test_a_customer_is_told_over_http(hub: ComposedHub, outage: str) -> None:
    duty, auditor = Client(hub, "duty_officer"), Client(hub, "auditor")
    (listed,) = [one for one in auditor.get("/told") if one["outage"] == outage]
    assert (listed["open"], listed["customers"][0]["phone"]) == (1, "139****4321")
    before = auditor.get("/told/open")["open"]
    duty.post(f"/outages/{outage}/told", {"customer": MINE["id"], "result": "told"}, status=422)
    told = {"customer": MINE["id"], "result": "told", "whom": "杨工", "means": "phone"}
    assert duty.post(f"/outages/{outage}/told", told)["status"] == "done"
    assert duty.get("/told/open")["open"] == before - 1
    assert duty.get(f"/outages/{outage}/told")["customers"][0]["attempts"][0]["whom"] == "杨工"
    duty.post(f"/outages/{outage}/told", {**told, "customer": "1"}, status=404)


def test_a_caller_is_called_back_by_one_person_over_http(hub: ComposedHub, outage: str) -> None:
    agent, duty = Client(hub, "agent"), Client(hub, "duty_officer")
    asked = agent.post("/call-backs", {"phone": "13812345678", "name": "王先生", "outage": outage})
    key = asked["id"]
    assert (asked["status"], asked["phone"]) == ("waiting", "138****5678")
    duty.post(f"/outages/{outage}/restore", status=200)
    due = agent.get("/call-backs?status=due")
    assert [one["id"] for one in due] == [key]
    assert agent.get("/call-backs/due") == {"due": 1}
    assert agent.post(f"/call-backs/{key}/claim", status=200)["phone"] == "13812345678"
    refused = duty.post(f"/call-backs/{key}/claim", status=409)
    assert "13812345678" not in str(refused)
    agent.post(f"/call-backs/{key}/release", status=200)
    duty.post(f"/call-backs/{key}/claim", status=200)
    assert duty.post(f"/call-backs/{key}/tries", {"result": "done"})["status"] == "closed"
    duty.post(f"/call-backs/{key}/tries", {"result": "done"}, status=422)


def test_what_makes_no_call_back_is_refused_without_the_number(hub: ComposedHub, outage: str) -> None:
    agent = Client(hub, "agent")
    assert "13812" not in agent.post("/call-backs", {"phone": "13812", "outage": outage}, status=422)["detail"]
    agent.post("/call-backs", {"phone": "13812345678"}, status=422)
    agent.post("/call-backs", {"phone": "13812345678", "outage": "20200101-0001"}, status=404)
    agent.post("/call-backs/none/claim", status=404)
