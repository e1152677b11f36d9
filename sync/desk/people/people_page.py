"""The desk's page of people: who may sign in, in which role, for which branches."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from data.clock import to_iso
from data.errors import SwitchboardError
from sync.auth import Person, people
from sync.auth.changes import DEVICE_HOLDER
from sync.auth.fleet import list_devices
from sync.auth.lockout import let_in_again, open_place, shut_places
from sync.desk.answers import go_on
from sync.desk.branches import branch_names, branches_named, in_a_field
from sync.desk.page import Desk
from sync.desk.typed import After, Asked, Line
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

_AT_ONCE = 50
_BLANK: Mapping[str, str] = MappingProxyType({})
"""What a form holds that nobody has filled in yet."""
_DONE = {
    "role": ("已保存，本人须重新登录", "Saved: they have to sign in again"),
    "disable": ("已停用，本人已退出登录", "Disabled, and signed out"),
    "enable": ("已启用", "Enabled"),
    "unlock": ("已解除锁定", "Let in again"),
    "open-place": ("已解除锁定", "Opened again"),
}


def people_router(hub: Hub) -> APIRouter:
    """The page `/desk/people`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = Desk({"in_a_field": in_a_field}, done=_DONE)
    Manager = Annotated[Person, Depends(PersonWho(hub.store, "manage_people"))]

    def page(
        request: Request,
        person: Person,
        status: int = 200,
        *,
        q: str = "",
        role: str = "",
        who: str = "",
        after: int = 0,
        **more: Any,  # noqa: ANN401
    ) -> Response:
        with hub.store.read() as connection:
            now = hub.store.clock.now()
            everybody = people.list_people(connection, now)
            values: dict[str, Any] = {"places": _shut(connection, now), "names": branch_names(connection)}
        found = [one for one in narrowed(everybody, q, role) if who in {"", _key(one["name"])}]
        values |= {"people": found[after : after + _AT_ONCE], "total": len(found), "after": after, "at_once": _AT_ONCE}
        values |= {"everybody": len(everybody), "wanted": {"q": q, "role": role}, "entered": _BLANK}
        values["one_alone"] = bool(who)
        return desk.render(request, person, "people.html", status, **{**values, **more})

    def act(
        request: Request,
        manager: Person,
        name: str,
        do: Callable[[], str | None],
        entered: Mapping[str, str] = _BLANK,
    ) -> Response:
        try:
            password = do()
        except SwitchboardError as error:
            return page(request, manager, status_of(error), error=refusal(request, error), entered=entered)
        if password is not None:
            return page(request, manager, made={"name": name, "password": password})
        done = request.url.path.rpartition("/")[2]
        return go_on("/desk/people?" + urlencode({"who": _key(name), "done": done}))

    def branches_of(text: str) -> tuple[str, ...]:
        with hub.store.read() as connection:
            return branches_named(connection, text)

    @router.get("/desk/people")
    def listed(request: Request, manager: Manager, who: Asked = "") -> Response:
        return page(request, manager, who=who)

    @router.post("/desk/people")
    def find(
        request: Request,
        manager: Manager,
        q: Line = "",
        role: Line = "",
        after: After = 0,
    ) -> Response:
        """The list as it was asked for; what was typed is somebody's name: it stands in no address."""
        return page(request, manager, q=q, role=role, after=after)

    @router.post("/desk/people/add")
    def add(request: Request, manager: Manager, name: Line, role: Line, branches: Line = "") -> Response:
        def do() -> str:
            return people.new_person(hub.store, name, role, manager.actor, branches_of(branches))

        return act(request, manager, name, do, {"name": name, "role": role, "branches": branches})

    @router.post("/desk/people/role")
    def role(request: Request, manager: Manager, name: Line, role: Line, branches: Line = "") -> Response:
        def do() -> None:
            people.set_role(hub.store, name, role, manager.actor, branches_of(branches))

        return act(request, manager, name, do)

    @router.post("/desk/people/reset")
    def reset(request: Request, manager: Manager, name: Line) -> Response:
        return act(request, manager, name, lambda: people.reset_password(hub.store, name, manager.actor))

    @router.post("/desk/people/disable")
    def disable(request: Request, manager: Manager, name: Line) -> Response:
        return act(request, manager, name, lambda: people.disable_person(hub.store, name, manager.actor))

    @router.post("/desk/people/enable")
    def enable(request: Request, manager: Manager, name: Line) -> Response:
        return act(request, manager, name, lambda: people.enable_person(hub.store, name, manager.actor))

    @router.post("/desk/people/unlock")
    def unlock(request: Request, manager: Manager, name: Line) -> Response:
        return act(request, manager, name, lambda: let_in_again(hub.store, name, manager.actor))

    @router.post("/desk/people/open-place")
    def open_again(request: Request, manager: Manager, place: Line) -> Response:
        return act(request, manager, place, lambda: open_place(hub.store, place, manager.actor))

    return router


def narrowed(people: Sequence[Mapping[str, Any]], text: str, role: str) -> list[Mapping[str, Any]]:
    """Those whose name holds `text`, in any case, and who have `role`, the disabled ones last; empty asks nothing."""
    wanted = text.strip().casefold()
    found = [one for one in people if wanted in one["name"].casefold() and role in {"", one["role"]}]
    return sorted(found, key=lambda one: one["disabled_at"] is not None)


def _key(name: str) -> str:
    """What an address says instead of a name, for histories and logs in which nobody is to be named."""
    return sha256(name.encode()).hexdigest()[:16]


def _shut(connection: Connection, now: datetime) -> list[tuple[str, str, str]]:
    """The places that are shut after wrong tries: each with what it is called, and until when."""
    devices = {f"{DEVICE_HOLDER}{one['id']}": one["name"] for one in list_devices(connection, now)}
    shut = shut_places(connection, now)
    return [(place, devices.get(place, place.partition(":")[2]), to_iso(until)) for place, until in shut.items()]
