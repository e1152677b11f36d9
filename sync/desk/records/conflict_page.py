"""The desk's page of conflicts: entries that met somebody else's change, both versions side by side."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import Connection

from data.entries.conflicts import Conflict, Side, find_conflict, last_change, open_conflicts, settle
from data.errors import BadValueError, SwitchboardError
from data.fields import FieldType, Json
from data.kinds import KINDS
from data.rights import check, may
from data.store.rows import get_docs
from data.upkeep.branch_limits import check_branch
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.page import Desk, local_time
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

RIGHT_TO_SETTLE = {"outage": "set_outage", "area": "edit_records"}
"""Whoever settles a conflict about a record of this kind must be allowed to change it, too."""

_WINDOW_LABELS = {
    "etr": "预计恢复",
    "restored_at": "送电时间",
    "withdrawn_at": "撤销时间",
    "restored": "已送电部分",
}
_SIDES: dict[str, Side] = {"ours": "ours", "theirs": "theirs"}


def conflict_router(hub: Hub) -> APIRouter:
    """The page, and settling from it."""
    router = APIRouter(include_in_schema=False)
    desk = Desk()
    Settler = Annotated[Person, Depends(PersonWho(hub.store, "resolve_conflicts"))]

    def page(request: Request, person: Person, error: str = "", status: int = 200) -> Response:
        with hub.store.read() as connection:
            conflicts = [_shown_conflict(connection, person, one) for one in open_conflicts(connection)]
        return desk.render(request, person, "conflicts.html", status, conflicts=conflicts, error=error)

    @router.get("/desk/conflicts")
    def conflicts(request: Request, settler: Settler) -> Response:
        return page(request, settler)

    @router.post("/desk/conflicts/{key}")
    def settle_one(
        request: Request,
        settler: Settler,
        key: str,
        seen: Annotated[str, Form(max_length=100_000)],
        side: Annotated[list[str], Form(max_length=50)],
        whole: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        try:
            sides = _sides(side, whole)
            with hub.store.write(settler.actor, "settle conflict", settler.branches) as writing:
                _check_right(writing.connection, settler, find_conflict(writing.connection, key))
                settle(writing, key, sides, seen, settler.actor)
        except SwitchboardError as error:
            return page(request, settler, refusal(request, error), status_of(error))
        hub.stream.look_now()
        return go_on("/desk/conflicts")

    return router


def _check_right(connection: Connection, person: Person, conflict: Conflict) -> None:
    check(person.role, RIGHT_TO_SETTLE[conflict.record_kind])
    if conflict.record_kind == "area":
        for version in (conflict.theirs, conflict.ours):
            check_branch(connection, "area", version.fields, person.branches)


def _sides(chosen: list[str], whole: str) -> dict[str, Side]:
    """Whose value holds, by field, of texts such as `etr:ours`; `whole` stands for all."""
    sides: dict[str, Side] = {}
    for one in chosen:
        name, _, picked = one.partition(":")
        if (whole or picked) not in _SIDES:
            raise BadValueError("side", one, "choose one of the two versions 请选择采用哪一方").about("side_needed")
        sides[name] = _SIDES[whole or picked]
    return sides


def _shown_conflict(connection: Connection, person: Person, conflict: Conflict) -> dict[str, Any]:
    doc = get_docs(connection, conflict.record_kind, [conflict.record]).get(conflict.record, {})
    changed = last_change(connection, conflict.record_kind, conflict.record)
    return {
        "conflict": conflict,
        "title": KINDS[conflict.record_kind].label,
        "name": doc.get("name") or doc.get("reason") or conflict.ours.get("name") or "",
        "by": conflict.entered_by.removeprefix("person:"),
        "changed": (changed[0].removeprefix("person:"), changed[1]) if changed else None,
        "may_settle": may(person.role, RIGHT_TO_SETTLE[conflict.record_kind]),
        "rows": [_row(connection, conflict, name) for name in conflict.fields],
    }


def _row(connection: Connection, conflict: Conflict, name: str) -> dict[str, str]:
    """A field to be decided, with all three values as people read them; chosen first: what nobody else touched."""
    base, theirs, ours = (one.get(name) for one in (conflict.base, conflict.theirs, conflict.ours))
    return {
        "field": name,
        "label": _label(conflict.record_kind, name),
        "base": _shown(connection, conflict.record_kind, name, base),
        "theirs": _shown(connection, conflict.record_kind, name, theirs),
        "ours": _shown(connection, conflict.record_kind, name, ours),
        "first": "ours" if theirs == base else "theirs",
    }


def _label(kind: str, name: str) -> str:
    if kind == "outage":
        return _WINDOW_LABELS[name]
    headers = KINDS[kind].by_name[name].headers
    return headers[0] if headers else name


def _shown(connection: Connection, kind: str, name: str, value: Json) -> str:
    if value is None or value == []:
        return "—"
    if isinstance(value, list):
        return "；".join(_part(item) for item in value)
    known = KINDS[kind].by_name.get(name)
    if known is not None and known.type is FieldType.TIME:
        return local_time(str(value))
    if known is not None and known.type is FieldType.REF:
        doc = get_docs(connection, known.target, [str(value)]).get(str(value), {})
        return f"{doc['name']}（{value}）" if doc.get("name") else str(value)
    if known is not None and known.choices:
        return known.choices.get(str(value), str(value))
    return str(value)


def _part(item: Json) -> str:
    if not isinstance(item, dict):
        return str(item)
    return f"{KINDS[str(item['kind'])].label} {item['id']}（{local_time(str(item['at']))}）"
