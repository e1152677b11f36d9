from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.clock import to_iso
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

HEADER = "scope,start,etr,reason\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposedHub]:
    made = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    fill(made.store)
    yield made
    made.store.engine.dispose()


@pytest.fixture
def client(hub: ComposedHub) -> TestClient:
    (asker,) = [one for one in hub.askers() if one.good and one.name == "duty_officer's program"]
    return TestClient(hub.app, headers=asker.headers)


def window(hub: ComposedHub, **more: Any) -> dict[str, Any]:
    start = hub.store.clock.now() + timedelta(days=30)
    told = {"kind": "planned", "start": to_iso(start), "etr": to_iso(start + timedelta(hours=4)), "reason": "检修"}
    return {**told, "scope": [{"kind": "feeder", "id": "F1"}], **more}


def test_a_program_sees_what_a_window_would_do(hub: ComposedHub, client: TestClient) -> None:
    answer = client.post("/outages/preview", json=window(hub)).json()
    assert answer["affected"]["customers"] == 3
    assert [one["code"] for one in answer["warnings"]] == ["to_be_told"]
    refused = client.post("/outages/preview", json=window(hub, scope=[{"kind": "feeder", "id": "616"}]))
    assert refused.status_code == 409
    assert "is not unique" in refused.json()["detail"]


def test_a_template_is_kept_read_at_a_start_and_taken_away(hub: ComposedHub, client: TestClient) -> None:
    body = {"kind": "planned", "reason": "检修", "lasts_min": 90, "scope": [{"kind": "feeder", "id": "617"}]}
    kept = client.put("/outage-templates/备用线检修", json=body).json()
    assert kept["scope"] == [{"kind": "feeder", "id": "F3"}]
    assert client.get("/outage-templates").json() == [kept]
    at = client.get("/outage-templates/备用线检修", params={"start": "2031-01-01T08:00:00+08:00"}).json()
    assert (at["start"], at["etr"]) == ("2031-01-01T00:00:00Z", "2031-01-01T01:30:00Z")
    assert client.post("/outages/preview", json=at).status_code == 200
    assert client.delete("/outage-templates/备用线检修").status_code == 204
    assert client.get("/outage-templates/备用线检修").status_code == 404


def test_a_file_is_rehearsed_and_then_taken(hub: ComposedHub, client: TestClient) -> None:
    rows = HEADER + "F2,2031-05-10 08:00,2031-05-10 17:00,检修\nF2,2031-05-10 08:00,,检修\n"
    sent = {"file": ("works.csv", rows.encode())}
    rehearsed = client.post("/planned-works", files=sent, data={"dry_run": "true"}).json()
    done = client.post("/planned-works", files=sent).json()
    again = client.post("/planned-works", files=sent).json()
    counts = [(one["added"], one["present"], one["rejected"]) for one in (rehearsed, done, again)]
    assert counts == [(1, 0, 1), (1, 0, 1), (0, 1, 1)]
    assert done["works"][0]["id"] == again["works"][0]["id"]


def test_a_file_that_is_none_is_refused_with_a_reason(client: TestClient) -> None:
    for content, said in ((b"", "is empty"), (b"PK\x03\x04nothing", "not a spreadsheet"), (b"x" * 500_001, "too")):
        answer = client.post("/planned-works", files={"file": ("works.xlsx", content)})
        assert answer.status_code == 422
        assert said in answer.json()["detail"] or "500,000 bytes" in answer.json()["detail"]
        assert "/" not in answer.json()["detail"], "nobody is told where the hub keeps it"
