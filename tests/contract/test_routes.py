"""Every route of the hub, tried without a credential, with bad ones, and as every role: only the table decides."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from data.errors import SwitchboardError
from data.rights import DEVICE_RIGHTS, LEAST_ROLE, RIGHTS, ForbiddenError
from data.store.schema import DEVICE, SESSION
from sync.auth.changes import require_sign_in
from sync.device_protocol import PERSON_HEADER
from sync.errors import RefusedError
from sync.hub.asking import (
    COOKIE,
    Anybody,
    AtDeviceWho,
    DeviceWho,
    ListenerWho,
    PersonWho,
    SignedInWho,
)
from sync.hub.home import make_hub_home
from tests.askers import Asker, ComposedHub, all_routes, composed_hub

REFUSED = {401, 403}
ENDLESS = {"/events"}
BESIDE_THE_TABLE = {"/openapi.json"}
"""The document of the API is anybody's."""

Declaration = Anybody | SignedInWho | PersonWho | DeviceWho | AtDeviceWho | ListenerWho


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    return composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))


def declarations(dependant: Dependant) -> list[Declaration]:
    found = [dependant.call] if isinstance(dependant.call, Declaration) else []
    return found + [one for below in dependant.dependencies for one in declarations(below)]


def routes(app: FastAPI) -> list[APIRoute]:
    """All but the style sheets and scripts, which are anybody's."""
    return [one for one in all_routes(app) if isinstance(one, APIRoute) and not one.path.startswith("/static/")]


def method_of(route: APIRoute) -> str:
    (method,) = route.methods or {""}
    return method


def let_in(declared: Declaration, asker: Asker) -> bool:
    """What the table of rights says."""
    if isinstance(declared, DeviceWho):
        # Who sits there is nothing to it, nor whether the shift is over.
        return asker.device in {"pc", "other shift"} and declared.acts[0] in DEVICE_RIGHTS["pc"]
    if isinstance(declared, ListenerWho):
        return asker.device in {*DEVICE_RIGHTS, "other shift"} or (asker.good and asker.role in RIGHTS["see_wallboard"])
    if not asker.good:
        return False
    on_page = asker.device == "" and asker.role != ""
    if isinstance(declared, SignedInWho):
        return on_page
    act = declared.acts[0]
    if isinstance(declared, PersonWho):
        through = asker.device == "" or act in DEVICE_RIGHTS[asker.device]
        return asker.role in RIGHTS[act] and through
    there = asker.device == "pc" and act in DEVICE_RIGHTS["pc"]
    role = asker.role or (LEAST_ROLE if isinstance(declared, AtDeviceWho) else "")
    return there and role in RIGHTS[act]


def status_by_dependency(app: FastAPI, declared: Callable[[Request], object], asker: Asker) -> int:
    """Whether a route that never ends lets in: its answer cannot be waited for."""
    headers = [(name.lower().encode(), value.encode()) for name, value in asker.headers.items()]
    try:
        declared(Request({"type": "http", "app": app, "method": "GET", "headers": headers, "query_string": b""}))
    except (RefusedError, ForbiddenError):
        return 401
    except SwitchboardError:
        return 422
    return 200


def test_every_route_says_whose_it_is_and_says_it_once(hub: ComposedHub) -> None:
    silent = {route.path for route in routes(hub.app) if len(declarations(route.dependant)) != 1}
    assert silent == set()
    beside = {str(getattr(one, "path", one)) for one in all_routes(hub.app) if not isinstance(one, APIRoute)}
    assert len(routes(hub.app)) > 40
    assert {path for path in beside if not path.startswith("/static")} == BESIDE_THE_TABLE


def test_every_route_lets_in_whom_the_table_names_and_nobody_else(hub: ComposedHub) -> None:
    wrong = []
    client = TestClient(hub.app, raise_server_exceptions=False, follow_redirects=False)
    for route in routes(hub.app):
        (declared,) = declarations(route.dependant)
        if isinstance(declared, Anybody):
            continue
        path = route.path.replace("{", "").replace("}", "")
        for asker in hub.askers():
            if route.path in ENDLESS:
                status = status_by_dependency(hub.app, declared, asker)
            else:
                method = method_of(route)
                body: dict[str, str] | None = None if method in {"GET", "DELETE"} else {}
                status = client.request(method, path, headers=asker.headers, json=body).status_code
            if (status not in REFUSED) != let_in(declared, asker):
                wrong.append(f"{method_of(route)} {route.path}: {asker.name} got {status}")
    assert wrong == []


def test_what_is_anybodys_asks_for_no_credential(hub: ComposedHub) -> None:
    client = TestClient(hub.app, raise_server_exceptions=False, follow_redirects=False)
    for route in routes(hub.app):
        (declared,) = declarations(route.dependant)
        if isinstance(declared, Anybody):
            assert declared.reason
            status = client.request(method_of(route), route.path).status_code
            assert status not in {403, 500}, route.path


def test_nobody_asks_from_another_sites_page(hub: ComposedHub) -> None:
    client = TestClient(hub.app, raise_server_exceptions=False, follow_redirects=False)
    cookie = {"Cookie": f"{COOKIE}={hub.session('administrator', None)}"}
    sites = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"})
    changing = [route for route in routes(hub.app) if method_of(route) != "GET"]
    assert len(changing) > 30
    for route in changing:
        path = route.path.replace("{", "").replace("}", "")
        for site in sites:
            answer = client.request(method_of(route), path, headers={**cookie, **site})
            assert answer.status_code == 403, route.path
            assert "another site" in answer.json()["detail"]


def test_a_pc_answers_nobody_where_the_policy_demands_that_somebody_signs_in(hub: ComposedHub) -> None:
    client = TestClient(hub.app)
    bearer = {"Authorization": f"Bearer {hub.access}"}
    signed_in = {**bearer, PERSON_HEADER: hub.session("agent", hub.pc.id)}
    question = {"number": "13812345678"}
    for required, status in ((True, 401), (False, 200)):
        with hub.store.write("test", "policy") as writing:
            require_sign_in(writing, required=required, actor="test")
        assert client.post("/customers/by-phone", json=question, headers=bearer).status_code == status
        assert client.post("/customers/by-phone", json=question, headers=signed_in).status_code == 200


def test_a_device_that_tells_how_it_fares_hears_who_is_signed_in(hub: ComposedHub) -> None:
    client = TestClient(hub.app)
    with hub.store.write("test", "nobody") as writing:
        writing.connection.execute(SESSION.delete())
    bearer = {"Authorization": f"Bearer {hub.access}"}
    status = {"version": "1", "revision": 3, "hotkey": "taken"}
    assert client.post("/device/status", json=status, headers=bearer).json()["person"] is None
    hub.session("agent", hub.pc.id)
    assert client.post("/device/status", json=status, headers=bearer).json()["person"] == "agent"
    with hub.store.read() as connection:
        told = connection.execute(DEVICE.select().where(DEVICE.c.id == hub.pc.id)).one()
    assert '"hotkey": "taken"' in told.status
