"""The desk's page of devices: how each PC and display fares, new codes, and revoking."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from data.clock import to_iso
from data.errors import SwitchboardError
from data.rights import may
from sync.auth import Person, devices
from sync.auth.fleet import list_devices
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.jobs import JOBS
from sync.hub.keeping import Keeping
from sync.hub.problems import status_of
from sync.language import Language
from sync.line_words import line_words
from sync.refusal_words import refusal
from sync.routes.outage_routes import actor

STATE_LABELS = {
    "enrolled": ("已登记", "enrolled"),
    "waiting": ("待登记", "to be enrolled"),
    "revoked": ("已注销", "revoked"),
}
HOTKEY_LABELS = {
    "ready": ("可用", "works"),
    "taken": ("被占用", "taken"),
    "none": ("无快捷键", "none"),
    "unknown": ("—", "—"),
}
KIND_LABELS = {"pc": ("坐席电脑", "PC"), "display": ("大屏", "Display")}
JOB_LABELS = {
    "good": ("正常", "good"),
    "failed": ("失败", "failed"),
    "late": ("逾期", "overdue"),
    "waiting": ("未到时间", "not yet due"),
    "off": ("未设置", "not set up"),
}
READER_LABELS = {"standard": ("含姓名地址", "names and addresses"), "least": ("不含客户资料", "no customers' data")}
_SEE_OTHER = 303
_STALE_S = 120
_SEPARATORS = "[;；,，\\s]+"

Text = Annotated[str, Form(max_length=200)]


def fleet_router(hub: Hub, keeping: Keeping) -> APIRouter:
    """The page `/desk/fleet`, and what is done from it.

    Args:
        hub: Whose devices they are.
        keeping: Its settings, which say what its own jobs are.
    """
    router = APIRouter(include_in_schema=False)
    labels = {"STATES": STATE_LABELS, "HOTKEYS": HOTKEY_LABELS, "KINDS": KIND_LABELS, "READERS": READER_LABELS}
    jobs = {"JOBS": JOBS, "JOB_STATES": JOB_LABELS, "line_words": line_words}
    desk = Desk({"how_long": how_long}, {**labels, **jobs, "STALE_S": _STALE_S})
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_fleet"))]
    Manager = Annotated[Person, Depends(PersonWho(hub.store, "manage_devices"))]

    def page(request: Request, person: Person, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        with hub.store.read() as connection:
            listed = list_devices(connection, hub.store.clock.now())
            done = hub.jobs.now(connection, keeping)
        values = {
            "entered": {},
            "devices": listed,
            "jobs": done,
            "may_manage": may(person.role, "manage_devices"),
            **more,
        }
        return desk.render(request, person, "fleet.html", status, **values)

    @router.get("/desk/fleet")
    def fleet(request: Request, reader: Reader) -> Response:
        return page(request, reader)

    @router.post("/desk/fleet/add")
    def add(request: Request, manager: Manager, name: Text, kind: Text, branches: Text = "") -> Response:
        try:
            code, expires = devices.add_device(hub.store, name, named(branches), actor(manager), kind)
        except SwitchboardError as error:
            entered = {"name": name, "kind": kind, "branches": branches}
            return page(request, manager, status_of(error), error=refusal(request, error), entered=entered)
        made = {"name": name, "code": code, "kind": kind, "expires": to_iso(expires)}
        return page(request, manager, made=made)

    @router.post("/desk/fleet/{key}/reader")
    def reader(request: Request, manager: Manager, key: str, reader: Text) -> Response:
        try:
            devices.set_reader(hub.store, key, reader, actor(manager))
        except SwitchboardError as error:
            return page(request, manager, status_of(error), error=refusal(request, error))
        return RedirectResponse("/desk/fleet", _SEE_OTHER)

    @router.post("/desk/fleet/{key}/revoke")
    def revoke(request: Request, manager: Manager, key: str) -> Response:
        try:
            devices.revoke_device(hub.store, key, actor(manager))
        except SwitchboardError as error:
            return page(request, manager, status_of(error), error=refusal(request, error))
        return RedirectResponse("/desk/fleet", _SEE_OTHER)

    return router


def named(text: str) -> tuple[str, ...]:
    """The ids in a field of a page, however they are separated."""
    return tuple(one for one in re.split(_SEPARATORS, text) if one)


def how_long(seconds: int | None, lang: Language = "zh") -> str:
    """`45 秒`, `12 分`, `3 时`, `2 天`, in English `45 s` and so on; `—` where nobody knows."""
    if seconds is None:
        return "—"
    for size, units in ((86_400, ("天", "d")), (3_600, ("时", "h")), (60, ("分", "min"))):
        if seconds >= size:
            return f"{seconds // size} {units[lang == 'en']}"
    return f"{seconds} {'s' if lang == 'en' else '秒'}"
