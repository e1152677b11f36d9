"""What is typed to find somebody (a name, a number) stands in no address: proxies and browsers keep those."""

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
    assert first.text.count('class="number"') == 50
    assert second.text.count('class="number"') == 1


def test_no_form_that_finds_customers_or_tickets_is_sent_in_an_address() -> None:
    templates = Path(__file__).parents[2] / "sync/desk/templates"
    sent = {
        file.name
        for file in templates.glob("*.html")
        for line in file.read_text(encoding="utf-8").splitlines()
        if 'method="get"' in line
    }
    # Windows, feeders, the catalogue, devices, and people who work here.
    others = ("audit", "catalogue", "desk", "field_new", "fleet", "people", "told", "window_new")
    assert sent <= {f"{name}.html" for name in others}
