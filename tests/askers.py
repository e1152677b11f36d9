"""Every way to ask a hub: as nobody, with credentials that are no good, and as every role from everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, FastAPI
from sqlalchemy import insert, update
from starlette.routing import BaseRoute

from data.clock import to_iso
from data.rights import ROLES
from data.store.schema import PERSON, SESSION
from data.store.store import Store
from switchboard.hub_process import compose
from sync import auth
from sync.auth.changes import token_key
from sync.auth.devices import revoke_device
from sync.auth.tokens import digest, make_tokens, read_token
from sync.device_protocol import PERSON_HEADER
from sync.hub.asking import COOKIE, DISPLAY_COOKIE
from sync.hub.home import HubHome
from sync.hub.hub import Hub


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

    hub: Hub
    app: FastAPI
    pc: auth.Device
    access: str
    bad: tuple[Asker, ...]
    display: str

    @property
    def store(self) -> Store:
        return self.hub.store

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


def composed_hub(home: HubHome) -> ComposedHub:
    """The hub of an empty home, with a person of each role, a PC and a display."""
    composed, app = compose(home)
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
    made = ComposedHub(composed, app, pc, tokens.access, (), secret)
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
    return ComposedHub(composed, app, pc, tokens.access, bad, secret)


def all_routes(router: FastAPI | APIRouter) -> Iterator[BaseRoute]:
    """Every route of an application, those of its routers too."""
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from all_routes(included)
