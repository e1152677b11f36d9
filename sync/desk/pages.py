"""The desk: signing in, and setting outage windows from a page."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from data.clock import to_iso
from data.errors import BadValueError, SwitchboardError
from data.kinds import OUTAGE_KINDS, Json
from data.outages.acts import restore_outage, revise_outage, withdraw_outage
from data.outages.describing import describe_outage, shown_outages
from data.outages.entry import NewOutage, add_outage
from data.outages.timetable import SHANGHAI
from data.outages.windows import OutageWindow
from data.rights import ROLES, may
from data.store.store import Writing
from sync import auth
from sync.auth import Person
from sync.auth.lockout import address
from sync.desk.page import inside, local_input, local_time
from sync.errors import RefusedError, TooManyTriesError
from sync.hub.asking import COOKIE, Anybody, PersonWho, session_token
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.routes.outage_routes import actor, note
from sync.routes.shift_routes import one_of_few

SCOPE_LABELS = {"feeder": "线路", "transformer_area": "台区", "area": "区域", "customer": "客户"}
PHASE_LABELS = {
    "upcoming": "未开始",
    "active": "停电中",
    "overdue": "超时未复电",
    "ended_by_clock": "已到时（未确认）",
    "restored": "已送电",
    "withdrawn": "已撤销",
    "ended": "已结束",
}
_HERE = Path(__file__).parent
_SEE_OTHER = 303

Text = Annotated[str, Form(max_length=500)]


def from_input(value: str, field: str) -> datetime:
    """The moment that a `datetime-local` field names.

    Raises:
        BadValueError: it is empty or no time.
    """
    try:
        return datetime.fromisoformat(value).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BadValueError(field, value, "fill in date and time 请填写日期和时间") from None


def desk_static() -> StaticFiles:
    """The desk's style sheet, to be mounted at `/static/desk`."""
    return StaticFiles(directory=_HERE / "static")


def desk_router(hub: Hub) -> APIRouter:
    """The desk's pages."""
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(_HERE / "templates")
    templates.env.filters |= {"local_time": local_time, "local_input": local_input}
    templates.env.globals |= {
        "OUTAGE_KINDS": OUTAGE_KINDS,
        "SCOPE_LABELS": SCOPE_LABELS,
        "PHASE_LABELS": PHASE_LABELS,
        "ROLES": ROLES,
    }
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]

    def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401
        return templates.TemplateResponse(request, template, values, status)

    def desk_page(
        request: Request, person: Person, error: str = "", entered: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            windows = [describe_outage(connection, one, now) for one in shown_outages(connection, now)]
        may_set = may(person.role, "set_outage")
        values = {
            "person": person,
            "windows": windows,
            "may_set": may_set,
            "may_see_fleet": may(person.role, "see_fleet"),
            "may_manage_people": may(person.role, "manage_people"),
            "may_see_audit": may(person.role, "see_audit"),
            "may_export": may(person.role, "export"),
            "now": to_iso(now),
            "error": error,
        }
        return page(request, "desk.html", status, entered=entered or {}, **values)

    def act(
        request: Request, person: Person, about: str, do: Callable[[Writing], OutageWindow], entered: dict[str, str]
    ) -> Response:
        try:
            with hub.store.write(actor(person), about) as writing:
                window = do(writing)
                note(writing, person, about.replace(" ", "_"), window.id)
        except SwitchboardError as error:
            return desk_page(request, person, str(error), entered, status_of(error))
        hub.stream.look_now()
        return RedirectResponse("/desk", _SEE_OTHER)

    @router.get("/", dependencies=[Depends(Anybody("leads to the desk"))])
    def start() -> Response:
        return RedirectResponse("/desk", _SEE_OTHER)

    @router.get("/login", dependencies=[Depends(Anybody("the page to sign in on"))])
    def login_page(request: Request, next: str = "/desk") -> Response:  # noqa: A002 - as it stands in the address
        return page(request, "login.html", error="", name="", next=next)

    @router.post("/login", dependencies=[Depends(Anybody("the password is the credential", "sign_in"))])
    async def login(request: Request, name: Text, password: Text, next: Text = "/desk") -> Response:  # noqa: A002
        place = address(request.client.host if request.client else None)
        try:
            person, token = await one_of_few(partial(auth.sign_in, hub.store, name, password, place))
        except (RefusedError, TooManyTriesError) as error:
            return page(request, "login.html", status_of(error), error=str(error), name=name, next=next)
        response = RedirectResponse("/desk/account" if person.must_change else inside(next), _SEE_OTHER)
        secure = request.url.scheme == "https"
        lasts = int(auth.SESSION_LASTS.total_seconds())
        response.set_cookie(COOKIE, token, max_age=lasts, httponly=True, samesite="strict", secure=secure)
        return response

    @router.post("/logout", dependencies=[Depends(Anybody("ends the session that it bears"))])
    def logout(request: Request) -> Response:
        auth.sign_out(hub.store, session_token(request))
        response = RedirectResponse("/login", _SEE_OTHER)
        response.delete_cookie(COOKIE)
        return response

    @router.get("/desk")
    def desk(request: Request, reader: Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]) -> Response:
        return desk_page(request, reader)

    @router.post("/desk/outages")
    def add(
        request: Request,
        setter: Setter,
        kind: Text,
        scope_kind: Text,
        start: Text,
        etr: Text,
        scope: Text = "",
        reason: Text = "",
        hold: Text = "",
    ) -> Response:
        entered = {"kind": kind, "scope_kind": scope_kind, "scope": scope, "start": start, "etr": etr}
        entered |= {"reason": reason, "hold": hold}

        def do(writing: Writing) -> OutageWindow:
            names = re.split("[;；,，]", scope)
            wanted = tuple((scope_kind, name) for name in names if name.strip())
            times = from_input(start, "开始时间"), from_input(etr, "预计恢复")
            new = NewOutage(kind, *times, reason, wanted, hold=bool(hold))
            return add_outage(writing, new, actor(setter))

        return act(request, setter, "add outage", do, entered)

    @router.post("/desk/outages/{key}/revise")
    def revise(request: Request, setter: Setter, key: str, etr: Text, reason: Text = "") -> Response:
        return act(
            request,
            setter,
            "revise outage",
            lambda writing: revise_outage(writing, key, from_input(etr, "预计恢复"), reason, actor(setter)),
            {},
        )

    @router.post("/desk/outages/{key}/restore")
    def restore(request: Request, setter: Setter, key: str) -> Response:
        return act(
            request, setter, "restore outage", lambda writing: restore_outage(writing, key, None, (), actor(setter)), {}
        )

    @router.post("/desk/outages/{key}/withdraw")
    def withdraw(request: Request, setter: Setter, key: str, reason: Text = "") -> Response:
        return act(
            request, setter, "withdraw outage", lambda writing: withdraw_outage(writing, key, reason, actor(setter)), {}
        )

    return router


def live_outages(hub: Hub) -> list[dict[str, Json]]:
    """The windows that the wallboard shows, with their Chinese labels and what they touch."""
    now = hub.store.clock.now()
    with hub.store.read() as connection:
        return [_tile(describe_outage(connection, one, now)) for one in shown_outages(connection, now)]


def _tile(window: dict[str, Any]) -> dict[str, Json]:
    names = [_for_a_room(item) for item in window["scope"]]
    return {
        "id": window["id"],
        "kind": window["kind"],
        "kind_label": OUTAGE_KINDS[window["kind"]],
        "phase": window["state"],
        "start": window["start"],
        "etr": window["etr"],
        "hold": window["hold"],
        "reason": window["reason"],
        "scope_text": "、".join(names),
        **window["affected"],
    }


def _for_a_room(item: dict[str, Any]) -> str:
    """What a window touches, by name; a customer by number, for whoever passes the display reads it."""
    return f"客户 {item['id']}" if item["kind"] == "customer" else str(item["name"] or item["id"])
