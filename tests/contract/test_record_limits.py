"""Whose records may be changed through the API: every role, at its own branch and at another."""

import json
import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from data.fields import Doc
from data.rights import RIGHTS, ROLES
from data.store.schema import PERSON
from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

OWN, OTHERS = "B1", "B2"
RECORDS = {
    "area": ("A1", "A2"),
    "contact": ("K1", "K2"),
    "feeder": ("F1", "F2"),
    "transformer_area": ("T1", "T3"),
    "customer": ("2114000001", "2114000003"),
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    made = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    fill(made.store)
    with made.store.write("test", "branches") as writing:
        contact: Doc = {"id": "K2", "name": "李经理", "phone": "13904290002", "role": "area_manager", "branch": OTHERS}
        writing.put("contact", contact)
        writing.connection.execute(update(PERSON).values(branches=json.dumps([OWN])))
    return made


def client_of(hub: ComposedHub, role: str) -> TestClient:
    return TestClient(hub.app, headers={"Cookie": f"{COOKIE}={hub.session(role, None)}"})


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_may_keep_records_keeps_those_of_its_branches_and_no_others(hub: ComposedHub, role: str) -> None:
    client, may = client_of(hub, role), role in RIGHTS["edit_records"]
    for kind, (own, others) in RECORDS.items():
        change = {"changes": {"name": f"改名{role}"}}
        assert client.get(f"/records/{kind}/{own}").status_code == (200 if may else 403)
        assert client.patch(f"/records/{kind}/{own}", json=change).status_code == (200 if may else 403)
        for answer in (
            client.get(f"/records/{kind}/{others}"),
            client.patch(f"/records/{kind}/{others}", json=change),
            client.post(f"/records/{kind}/retire/{others}"),
            client.get(f"/desk/records/{kind}/edit/{others}"),
        ):
            assert answer.status_code == 403, kind
        page = client.get(f"/desk/records?kind={kind}")
        assert page.status_code == (200 if may else 403)
        assert f"/edit/{others}" not in page.text
        if may:
            assert f"/edit/{own}" in page.text


def test_a_record_goes_its_way_through_the_api(hub: ComposedHub) -> None:
    client = client_of(hub, "editor")
    fields = {"name": "塔山村", "parent_id": "A1", "branch": "B1", "aliases": ["上塔"]}
    added = client.post("/records/area", json={"fields": fields})
    assert added.status_code == 201
    record = added.json()["record"]
    path = f"area/{record['id']}"
    assert (record["code"], added.json()["warnings"]) == ("tsc", [])
    changed = client.patch(f"/records/{path}", json={"changes": {"aliases": ["下塔"]}, "seen": record})
    assert changed.json()["record"]["aliases"] == ["下塔"]
    met = client.patch(f"/records/{path}", json={"changes": {"aliases": ["中塔"]}, "seen": record})
    assert met.status_code == 409
    wrong = client.patch(f"/records/{path}", json={"changes": {"postcode": "1"}})
    assert (wrong.status_code, wrong.json()["detail"].startswith("postcode")) == (422, True)
    assert client.patch(f"/records/{path}", json={"changes": {"bucket": "1"}}).status_code == 422
    history = client.get(f"/records/area/history/{record['id']}").json()
    assert [one["act"] for one in history] == ["changed", "added"]
    assert history[0]["fields"] == [{"field": "aliases", "before": ["上塔"], "after": ["下塔"]}]
    undo = {"number": history[0]["number"]}
    assert client.post(f"/records/area/undo/{record['id']}", json=undo).json()["record"]["aliases"] == ["上塔"]
    assert client.post(f"/records/area/undo/{record['id']}", json=undo).status_code == 409
    assert client.post(f"/records/area/retire/{record['id']}").status_code == 204
    assert client.get(f"/records/{path}").status_code == 404
    assert client.post(f"/records/area/bring-back/{record['id']}").json()["record"] == record


def test_a_customers_phone_leaves_masked_and_is_kept(hub: ComposedHub) -> None:
    client = client_of(hub, "supervisor")
    assert client.get("/records/customer/2114000002").json()["record"]["phone"] == "139****4321"
    client.patch("/records/customer/2114000002", json={"changes": {"phone": "13987650000"}})
    told = client.get("/records/customer/history/2114000002").text
    assert "139****0000" in told
    assert "13987650000" not in told
    page = client.get("/desk/records/customer/edit/2114000002").text
    assert "13987650000" not in page
    assert "13987654321" not in page


def test_a_file_is_imported_without_scripts_by_whoever_sent_it(hub: ComposedHub) -> None:
    client = client_of(hub, "administrator")
    csv = ("区域.csv", "编号,名称,邮编\nA1,塔山乡,125001\n".encode("gb18030"))
    sent = client.post("/desk/import", data={"what": "areas"}, files={"file": csv}, follow_redirects=False)
    assert sent.status_code == 303
    page = sent.headers["location"]
    (digest,) = re.findall(r'name="digest" value="(\w+)"', client.get(page).text)
    assert client_of(hub, "importer").post(f"{page}/apply", data={"digest": digest}).status_code == 404
    assert client.post(f"{page}/apply", data={"digest": "another"}).status_code == 409
    assert client.post(f"{page}/apply", data={"digest": digest}, follow_redirects=False).status_code == 303
    assert "已写入资料库" in client.get(page).text
    assert client.get("/records/area/A1").json()["record"]["postcode"] == "125001"
    assert client.post(f"{page}/drop", follow_redirects=False).status_code == 303
    assert client.get(page).status_code == 404
