"""Forms of the desk as no browser sends them: refused by their rules, never a failure of the hub."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from data.clock import to_iso
from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    made = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    fill(made.store)
    return made


@pytest.fixture
def duty(hub: ComposedHub) -> TestClient:
    return TestClient(hub.app, cookies={COOKIE: hub.session("duty_officer", None)}, follow_redirects=False)


@pytest.mark.parametrize("part", ["2026-02-30T00:00", "branch:B1", "feeder:F\0", "公变:T1"])
def test_a_part_that_is_nothing_that_can_be_out_is_refused(hub: ComposedHub, duty: TestClient, part: str) -> None:
    now = hub.store.clock.now()
    times = {"start": to_iso(now), "etr": to_iso(now + timedelta(hours=2))}
    window = {"kind": "fault", "reason": "倒杆", "scope": [{"kind": "feeder", "id": "F1"}], **times}
    key = duty.post("/outages", json=window).json()["id"]
    answer = duty.post(f"/desk/outages/{key}/part", data={"seen": "1", "part": ["transformer_area:T1", part]})
    assert answer.status_code in {404, 422}
    (stored,) = [one for one in duty.get("/outages").json() if one["id"] == key]
    assert len(stored["revisions"]) == 1


@pytest.mark.parametrize("item", ["10:30", "branch:B1", "feeder:F\0", "：", "outage:x"])
def test_a_new_window_over_what_cannot_be_out_is_asked_about_again(duty: TestClient, item: str) -> None:
    assert duty.get("/desk/outages/new", params={"item": item}).status_code in {200, 400, 422}
    for address in ("/desk/outages", "/desk/outages/preview", "/desk/outages/template", "/desk/field"):
        assert duty.post(address, data={"item": item, "seen": "1"}).status_code < 500, address
