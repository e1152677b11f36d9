"""The desk's page of people: who may sign in, in which role, for which branches."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from data.errors import SwitchboardError
from sync.auth import Person, people
from sync.desk.fleet_page import named
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal
from sync.routes.outage_routes import actor

_SEE_OTHER = 303

Text = Annotated[str, Form(max_length=200)]


def people_router(hub: Hub) -> APIRouter:
    """The page `/desk/people`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = Desk()
    Manager = Annotated[Person, Depends(PersonWho(hub.store, "manage_people"))]

    def page(request: Request, person: Person, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        with hub.store.read() as connection:
            listed = people.list_people(connection)
        return desk.render(request, person, "people.html", status, people=listed, **more)

    def act(request: Request, manager: Person, name: str, do: Callable[[], str | None]) -> Response:
        try:
            password = do()
        except SwitchboardError as error:
            return page(request, manager, status_of(error), error=refusal(request, error))
        if password is not None:
            return page(request, manager, made={"name": name, "password": password})
        return RedirectResponse("/desk/people", _SEE_OTHER)

    @router.get("/desk/people")
    def listed(request: Request, manager: Manager) -> Response:
        return page(request, manager)

    @router.post("/desk/people/add")
    def add(request: Request, manager: Manager, name: Text, role: Text, branches: Text = "") -> Response:
        return act(
            request, manager, name, lambda: people.new_person(hub.store, name, role, actor(manager), named(branches))
        )

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

    return router
