"""The desk's page of people: who may sign in, in which role, for which branches."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from data.clock import to_iso
from data.errors import SwitchboardError
from sync.auth import Person, people
from sync.auth.changes import DEVICE_HOLDER
from sync.auth.fleet import list_devices
from sync.auth.lockout import let_in_again, open_place, shut_places
from sync.desk.page import Desk
from sync.desk.people.fleet_page import named
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal
from sync.routes.outage_routes import actor

_SEE_OTHER = 303
_BLANK: Mapping[str, str] = MappingProxyType({})
"""What a form holds that nobody has filled in yet."""

Text = Annotated[str, Form(max_length=200)]


def people_router(hub: Hub) -> APIRouter:
    """The page `/desk/people`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = Desk()
    Manager = Annotated[Person, Depends(PersonWho(hub.store, "manage_people"))]

    def page(request: Request, person: Person, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        with hub.store.read() as connection:
            now = hub.store.clock.now()
            values = {"people": people.list_people(connection, now), "places": _shut(connection, now)}
        return desk.render(request, person, "people.html", status, **{"entered": _BLANK, **values, **more})

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
        return RedirectResponse("/desk/people", _SEE_OTHER)

    @router.get("/desk/people")
    def listed(request: Request, manager: Manager) -> Response:
        return page(request, manager)

    @router.post("/desk/people/add")
    def add(request: Request, manager: Manager, name: Text, role: Text, branches: Text = "") -> Response:
        def do() -> str:
            return people.new_person(hub.store, name, role, actor(manager), named(branches))

        return act(request, manager, name, do, {"name": name, "role": role, "branches": branches})

    @router.post("/desk/people/role")
    def role(request: Request, manager: Manager, name: Text, role: Text, branches: Text = "") -> Response:
        return act(
            request, manager, name, lambda: people.set_role(hub.store, name, role, actor(manager), named(branches))
        )

    @router.post("/desk/people/reset")
    def reset(request: Request, manager: Manager, name: Text) -> Response:
        return act(request, manager, name, lambda: people.reset_password(hub.store, name, actor(manager)))

    @router.post("/desk/people/disable")
    def disable(request: Request, manager: Manager, name: Text) -> Response:
        return act(request, manager, name, lambda: people.disable_person(hub.store, name, actor(manager)))

    @router.post("/desk/people/enable")
    def enable(request: Request, manager: Manager, name: Text) -> Response:
        return act(request, manager, name, lambda: people.enable_person(hub.store, name, actor(manager)))

    @router.post("/desk/people/unlock")
    def unlock(request: Request, manager: Manager, name: Text) -> Response:
        return act(request, manager, name, lambda: let_in_again(hub.store, name, actor(manager)))

    @router.post("/desk/people/open-place")
    def open_again(request: Request, manager: Manager, place: Text) -> Response:
        return act(request, manager, place, lambda: open_place(hub.store, place, actor(manager)))

    return router


def _shut(connection: Connection, now: datetime) -> list[tuple[str, str, str]]:
    """The places that are shut after wrong tries: each with what it is called, and until when."""
    devices = {f"{DEVICE_HOLDER}{one['id']}": one["name"] for one in list_devices(connection, now)}
    shut = shut_places(connection, now)
    return [(place, devices.get(place, place.partition(":")[2]), to_iso(until)) for place, until in shut.items()]
