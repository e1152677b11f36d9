"""Every route of the hub, tried without a credential, with bad ones, and as every role: only the table decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import insert, update
from starlette.routing import BaseRoute

from data.clock import to_iso
from data.errors import SwitchboardError
from data.rights import DEVICE_RIGHTS, LEAST_ROLE, RIGHTS, ROLES, ForbiddenError
from data.schema import DEVICE, PERSON, SESSION
from data.store import Store
from switchboard.hub_process import compose
from sync import auth
from sync.asking import (
    COOKIE,
    DISPLAY_COOKIE,
    Anybody,
    AtDeviceWho,
    DeviceWho,
    ListenerWho,
    PersonAtDeviceWho,
    PersonWho,
    SignedInWho,
)
from sync.auth.changes import require_sign_in, token_key
from sync.auth.devices import revoke_device
from sync.auth.tokens import digest, make_tokens, read_token
from sync.device_protocol import PERSON_HEADER
from sync.errors import RefusedError
from sync.hub_home import make_hub_home

REFUSED = {401, 403}
ENDLESS = {"/events"}
BESIDE_THE_TABLE = {"/openapi.json"}
"""The document of the API is anybody's."""

Declaration = Anybody | SignedInWho | PersonWho | DeviceWho | AtDeviceWho | PersonAtDeviceWho | ListenerWho


@dataclass(frozen=True)
class Asker:
    """A way to ask, and who stands behind it.

    Attributes:
        role: Of the person, on the pages or at the PC; empty for nobody.
        device: The kind of device; empty for none.
        good: Whether the credentials are.
    """

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    role: str = ""
    device: str = ""
    good: bool = True


@dataclass(frozen=True)
class ComposedHub:
    """The hub's application, and ways to ask it that are made anew for each question."""

    store: Store
    app: FastAPI
    pc: auth.Device
    access: str
    bad: tuple[Asker, ...]
    display: str

    def session(self, role: str, device: str | None, lasts: timedelta = timedelta(hours=1)) -> str:
        token = f"{role}-{device}-{lasts}"
        with self.store.write("test", "session") as writing:
            row = {"token_hash": digest(token), "person": role, "device": device}
            writing.connection.execute(SESSION.delete().where(SESSION.c.token_hash == row["token_hash"]))
            expires = to_iso(self.store.clock.now() + lasts)
            writing.connection.execute(insert(SESSION).values(**row, expires=expires))
        return token

    def askers(self) -> Iterator[Asker]:
        yield from self.bad
        bearer = {"Authorization": f"Bearer {self.access}"}
        yield Asker("a PC", bearer, device="pc")
        yield Asker("a display", {"Cookie": f"{DISPLAY_COOKIE}={self.display}"}, "display", "display")
        for role in ROLES:
            on_page = self.session(role, None)
            yield Asker(f"{role} on a page", {"Cookie": f"{COOKIE}={on_page}"}, role)
            yield Asker(f"{role}'s program", {"Authorization": f"Bearer {on_page}"}, role)
            at_pc = self.session(role, self.pc.id)
            yield Asker(f"{role} at a PC", {**bearer, PERSON_HEADER: at_pc}, role, "pc")


def make_people(store: Store) -> None:
    with store.write("test", "people") as writing:
        for role in (*ROLES, "disabled"):
            row = {"name": role, "role": "administrator" if role == "disabled" else role, "password_hash": "none"}
            writing.connection.execute(insert(PERSON).values(row))
        writing.connection.execute(update(PERSON).where(PERSON.c.name == "disabled").values(disabled_at="2026"))


def enrolled(store: Store, name: str, kind: str = "pc") -> Any:
    code, _ = auth.add_device(store, name, (), "test", kind)
    return auth.enrol(store, code) if kind == "pc" else auth.enrol_display(store, code)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> ComposedHub:
    composed, app = compose(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    store = composed.store
    make_people(store)
    (pc, tokens), (_, revoked) = enrolled(store, "座席1"), enrolled(store, "座席2")
    (display, secret), (_, old_display) = enrolled(store, "大厅", "display"), enrolled(store, "门厅", "display")
    for name in ("座席2", "门厅"):
        revoke_device(store, name, "test")
    with store.read() as connection:
        key = token_key(connection)
    read = read_token(key, tokens.access)
    assert read is not None
    over = make_tokens(key, pc.id, read.secret, 2, store.clock.now() - timedelta(minutes=16))
    made = ComposedHub(store, app, pc, tokens.access, (), secret)
    bearers = {
        "a wrong token": "wrong",
        "a token over": over.access,
        "a refresh token": tokens.refresh,
        "the bare secret": read.secret,
        "a revoked PC": revoked.access,
        "a session over": made.session("administrator", None, timedelta(hours=-1)),
        "somebody disabled": made.session("disabled", None),
        "a shift's token alone": made.session("administrator", pc.id),
    }
    at_pc = {"Authorization": f"Bearer {tokens.access}"}
    elsewhere = made.session("administrator", display.id)
    bad = (
        Asker("nobody", good=False),
        *(Asker(name, {"Authorization": f"Bearer {token}"}, good=False) for name, token in bearers.items()),
        Asker("a revoked display", {"Cookie": f"{DISPLAY_COOKIE}={old_display}"}, good=False),
        Asker("a PC's token as a cookie", {"Cookie": f"{DISPLAY_COOKIE}={tokens.access}"}, good=False),
        Asker("a shift of another PC", {**at_pc, PERSON_HEADER: elsewhere}, device="other shift", good=False),
    )
    return ComposedHub(store, app, pc, tokens.access, bad, secret)


def declarations(dependant: Dependant) -> list[Declaration]:
    found = [dependant.call] if isinstance(dependant.call, Declaration) else []
    return found + [one for below in dependant.dependencies for one in declarations(below)]


def all_routes(router: FastAPI | APIRouter) -> Iterator[BaseRoute]:
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from all_routes(included)


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
            require_sign_in(writing.connection, required=required, actor="test", at=hub.store.clock.now())
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
