"""An entry at which the hub itself fails, among others: over HTTP, on a store whose table is at fault."""

import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from data.clock import to_iso
from sync.device_protocol import PERSON_HEADER
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

_AT_FAULT = "CREATE TRIGGER at_fault BEFORE INSERT ON wrap_up BEGIN SELECT RAISE(ABORT, 'at fault'); END"


@pytest.fixture
def hub(tmp_path: Path) -> ComposedHub:
    hub = composed_hub(make_hub_home(tmp_path / "home"))
    fill(hub.store)
    return hub


def test_the_others_are_taken_and_the_one_comes_again(hub: ComposedHub, caplog: pytest.LogCaptureFixture) -> None:
    shift = {"Authorization": f"Bearer {hub.access}", PERSON_HEADER: hub.session("agent", hub.pc.id)}
    client = TestClient(hub.app, headers=shift)
    told = [
        entry(hub, "ticket", {"kind": "enquiry", "text": "一"}),
        entry(hub, "wrap_up", {"result": "solved"}),
        entry(hub, "ticket", {"kind": "enquiry", "text": "二"}),
    ]
    with hub.store.write("test", "fault") as writing:
        writing.connection.execute(text(_AT_FAULT))
    with caplog.at_level(logging.ERROR):
        answers = sent(client, told)
    assert [one["status"] for one in answers] == ["applied", "later", "applied"]
    number = answers[1]["detail"].split("number ")[1].split()[0]
    assert f"failure {number} in an entry" in caplog.text
    with hub.store.write("test", "mended") as writing:
        writing.connection.execute(text("DROP TRIGGER at_fault"))
    again = sent(client, told)
    assert [one["status"] for one in again] == ["applied"] * 3
    assert (again[0], again[2]) == (answers[0], answers[2])


def entry(hub: ComposedHub, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"key": uuid4().hex, "kind": kind, "made_at": to_iso(hub.store.clock.now()), "body": body}


def sent(client: TestClient, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = client.post("/entries", json={"entries": entries})
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["entries"]
    return told
