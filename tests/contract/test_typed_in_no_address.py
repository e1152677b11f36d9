"""What is typed to find somebody (a name, a number) stands in no address: proxies and browsers keep those."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    hub = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    fill(hub.store)
    return hub


def page(hub: ComposedHub, role: str) -> TestClient:
    return TestClient(hub.app, cookies={COOKIE: hub.session(role, None)}, headers=HTML)


@pytest.mark.parametrize("path", ["/desk/find", "/desk/ticket-list", "/desk/tickets/near"])
def test_what_takes_typed_text_is_asked_by_post_alone(hub: ComposedHub, path: str) -> None:
    client = page(hub, "supervisor")
    assert client.get(path, params={"q": "王芳"}).status_code in {404, 405}
    assert client.post(path, data={"q": "王芳", "place_kind": "area"}).status_code == 200


def test_customers_are_listed_by_a_name_that_no_link_repeats(hub: ComposedHub) -> None:
    client = page(hub, "supervisor")
    found = client.post("/desk/records", data={"kind": "customer", "text": "王芳"})
    assert "2114000003" in found.text
    assert "2114000001" not in found.text
    assert "text=" not in found.text
    asked = client.get("/desk/records", params={"kind": "customer", "text": "王芳"})
    assert "2114000001" in asked.text  # an address does not ask for a name


def test_tickets_are_found_by_a_text_that_the_address_does_not_take_over(hub: ComposedHub) -> None:
    client = page(hub, "supervisor")
    client.post("/tickets", json={"kind": "enquiry", "text": "李四家几点来电"})
    client.post("/tickets", json={"kind": "enquiry", "text": "缴费"})
    wanted = {"state": "pending", "kind": "enquiry", "q": "李四"}
    found = client.post("/desk/ticket-list", data=wanted, headers={"HX-Request": "true"})
    assert "李四家几点来电" in found.text
    assert "缴费" not in found.text
    assert found.headers["HX-Replace-Url"] == "/desk/tickets?state=pending&kind=enquiry"


def test_tickets_are_paged_by_the_form_that_holds_what_was_typed(hub: ComposedHub) -> None:
    client = page(hub, "supervisor")
    for number in range(51):
        client.post("/tickets", json={"kind": "complaint", "text": f"第{number}件"})
    first = client.post("/desk/ticket-list", data={"kind": "complaint", "q": "第"})
    assert 'form="filters" name="after" value="50"' in first.text
    second = client.post("/desk/ticket-list", data={"kind": "complaint", "q": "第", "after": "50"})
    assert 'form="filters" name="after" value="0"' in second.text
    assert first.text.count('class="number"') == 50
    assert second.text.count('class="number"') == 1


def test_whoever_works_here_is_found_by_a_name_that_no_address_takes_over(hub: ComposedHub) -> None:
    admin = page(hub, "administrator")
    admin.post("/desk/people/add", data={"name": "赵六", "role": "agent"})
    found = admin.post("/desk/people", data={"q": "赵"})
    assert "赵六" in found.text
    assert '<td class="named">administrator' not in found.text
    changed = admin.post("/desk/people/role", data={"name": "赵六", "role": "supervisor"}, follow_redirects=False)
    assert re.fullmatch(r"/desk/people\?who=[0-9a-f]+&done=role", changed.headers["Location"])
    assert "赵六" in admin.get(changed.headers["Location"]).text
    admin.post("/desk/fleet/add", data={"name": "赵六的电脑", "kind": "pc"})
    key = re.findall(r'id="device-([^"]+)"', admin.post("/desk/fleet", data={"q": "赵六"}).text)
    assert len(key) == 1
    revoked = admin.post(f"/desk/fleet/{key[0]}/revoke", follow_redirects=False)
    assert revoked.headers["Location"] == f"/desk/fleet?show=all&device={key[0]}&done=revoked"
    assert "赵六的电脑" in admin.get(revoked.headers["Location"]).text
    acts = admin.post("/desk/audit", data={"actor": "administrator"}).text
    assert "赵六" in acts
    assert 'method="get"' not in acts


def test_a_list_is_paged_by_the_form_that_holds_what_was_typed_there(hub: ComposedHub) -> None:
    admin = page(hub, "administrator")
    for number in range(51):
        admin.post("/desk/fleet/add", data={"name": f"组员{number}", "kind": "pc"})
    first = admin.post("/desk/fleet", data={"q": "组员"}).text
    assert 'form="narrow" name="after" value="50"' in first
    assert 'form="narrow" name="after" value="0"' in admin.post("/desk/fleet", data={"q": "组员", "after": "50"}).text


def test_no_form_that_finds_somebody_is_sent_in_an_address() -> None:
    templates = Path(__file__).parents[2] / "sync/desk/templates"
    sent = {
        file.name
        for file in templates.glob("*.html")
        for line in file.read_text(encoding="utf-8").splitlines()
        if 'method="get"' in line
    }
    # Windows, feeders, the catalogue.
    others = ("catalogue", "desk", "field_new", "told", "window_new")
    assert sent <= {f"{name}.html" for name in others}
