"""The desk's page of devices: how each PC and display fares, new codes, and revoking."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from data.clock import from_iso, to_iso
from data.errors import SwitchboardError
from data.rights import may
from sync.auth import Person, devices
from sync.auth.fleet import list_devices
from sync.desk.answers import go_on
from sync.desk.branches import branch_names, branches_named, in_a_field
from sync.desk.page import Desk
from sync.desk.typed import After, Asked, Line
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.jobs import JOBS
from sync.hub.keeping import Keeping
from sync.hub.problems import status_of
from sync.language import Language
from sync.line_words import line_words
from sync.refusal_words import refusal

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
SHOWN: Mapping[str, tuple[str, str, Callable[[Mapping[str, Any]], bool]]] = {
    "": ("在用", "In use", lambda one: one["state"] != "revoked"),
    "troubled": ("要看一看", "To be looked at", lambda one: bool(one["stale"] or one["hotkey"] == "taken")),
    "waiting": ("待登记", "To be enrolled", lambda one: one["state"] == "waiting"),
    "revoked": ("已注销", "Revoked", lambda one: one["state"] == "revoked"),
    "all": ("全部", "All", lambda _: True),
}
"""What the list may be cut down to, under what it is called in an address."""
_DONE = {"reader": ("已保存", "Saved"), "revoked": ("已注销", "Revoked")}
_STALE_S = 120
_AT_ONCE = 50


def fleet_router(hub: Hub, keeping: Keeping) -> APIRouter:
    """The page `/desk/fleet`, and what is done from it.

    Args:
        hub: Whose devices they are.
        keeping: Its settings, which say what its own jobs are.
    """
    router = APIRouter(include_in_schema=False)
    labels = {"STATES": STATE_LABELS, "HOTKEYS": HOTKEY_LABELS, "KINDS": KIND_LABELS, "READERS": READER_LABELS}
    jobs = {"JOBS": JOBS, "JOB_STATES": JOB_LABELS, "line_words": line_words}
    filters: dict[str, Callable[..., object]] = {"how_long": how_long, "in_a_field": in_a_field}
    desk = Desk(filters, {**labels, **jobs, "SHOWN": SHOWN}, _DONE)
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_fleet"))]
    Manager = Annotated[Person, Depends(PersonWho(hub.store, "manage_devices"))]

    def page(
        request: Request,
        person: Person,
        status: int = 200,
        *,
        show: str = "",
        q: str = "",
        device: str = "",
        after: int = 0,
        **more: Any,  # noqa: ANN401
    ) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            listed = [{**one, "stale": is_stale(one, now)} for one in list_devices(connection, now)]
            values: dict[str, Any] = {"jobs": hub.jobs.now(connection, keeping), "names": branch_names(connection)}
        found = [one for one in narrowed(listed, show, q) if device in {"", str(one["id"])}]
        values |= {
            "entered": {},
            "devices": found[after : after + _AT_ONCE],
            "counts": {key: sum(map(fits, listed)) for key, (_, _, fits) in SHOWN.items()},
            "wanted": {"show": show, "q": q},
            "one_alone": bool(device),
            "may_manage": may(person.role, "manage_devices"),
        }
        values |= {"total": len(found), "after": after, "at_once": _AT_ONCE}
        return desk.render(request, person, "fleet.html", status, **{**values, **more})

    @router.get("/desk/fleet")
    def fleet(
        request: Request,
        reader: Reader,
        show: Asked = "",
        device: Asked = "",
    ) -> Response:
        return page(request, reader, show=show if show in SHOWN else "", device=device)

    @router.post("/desk/fleet")
    def find(
        request: Request,
        reader: Reader,
        show: Line = "",
        q: Line = "",
        after: After = 0,
    ) -> Response:
        """The list as it was asked for; what was typed may be somebody's name: it stands in no address."""
        return page(request, reader, show=show if show in SHOWN else "", q=q, after=after)

    @router.post("/desk/fleet/add")
    def add(request: Request, manager: Manager, name: Line, kind: Line, branches: Line = "") -> Response:
        try:
            with hub.store.read() as connection:
                held_to = branches_named(connection, branches)
            code, expires = devices.add_device(hub.store, name, held_to, manager.actor, kind)
        except SwitchboardError as error:
            entered = {"name": name, "kind": kind, "branches": branches}
            return page(request, manager, status_of(error), error=refusal(request, error), entered=entered)
        made = {"name": name, "code": code, "kind": kind, "expires": to_iso(expires)}
        return page(request, manager, made=made)

    @router.post("/desk/fleet/{key}/reader")
    def reader(request: Request, manager: Manager, key: str, reader: Line) -> Response:
        try:
            devices.set_reader(hub.store, key, reader, manager.actor)
        except SwitchboardError as error:
            return page(request, manager, status_of(error), error=refusal(request, error))
        return _back_to(key, "reader")

    @router.post("/desk/fleet/{key}/revoke")
    def revoke(request: Request, manager: Manager, key: str) -> Response:
        try:
            devices.revoke_device(hub.store, key, manager.actor)
        except SwitchboardError as error:
            return page(request, manager, status_of(error), error=refusal(request, error))
        return _back_to(key, "revoked")

    return router


def is_stale(device: Mapping[str, Any], now: datetime) -> bool:
    """Whether the cache was old when the PC last told of itself: one that is switched off is no trouble."""
    if device["state"] != "enrolled" or device["cache_age_s"] is None or not device["status_at"]:
        return False
    silent_s = (now - from_iso(device["status_at"])).total_seconds()
    return bool(device["cache_age_s"] - silent_s > _STALE_S)


def narrowed(devices: Sequence[Mapping[str, Any]], show: str, text: str) -> list[Mapping[str, Any]]:
    """Those that `show` of `SHOWN` asks for and whose name, or whoever works there, holds `text`, in any case."""
    fits, wanted = SHOWN[show][2], text.strip().casefold()
    return [one for one in devices if fits(one) and wanted in f"{one['name']}\n{one['person'] or ''}".casefold()]


def _back_to(key: str, done: str) -> Response:
    """The list with this device, and what was done to it."""
    return go_on("/desk/fleet?" + urlencode({"show": "all", "device": key, "done": done}))


def how_long(seconds: int | None, lang: Language = "zh") -> str:
    """`45 秒`, `12 分`, `3 时`, `2 天`, in English `45 s` and so on; `—` where nobody knows."""
    if seconds is None:
        return "—"
    for size, units in ((86_400, ("天", "d")), (3_600, ("时", "h")), (60, ("分", "min"))):
        if seconds >= size:
            return f"{seconds // size} {units[lang == 'en']}"
    return f"{seconds} {'s' if lang == 'en' else '秒'}"
