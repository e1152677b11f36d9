"""Windows from a phone, for crews in the field: set, extended and restored in three taps."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, or_, select

from data.errors import SwitchboardError
from data.outages.describing import describe_outages
from data.outages.entry import add_outage
from data.outages.listing import ENDED_LISTED, branches_touched, listing, windows_since
from data.outages.promises import owners
from data.outages.rules import REASON_AT_MOST
from data.store.schema import RECORDS
from data.upkeep.branch_limits import of_branches
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.outages.window_acts import do_act
from sync.desk.outages.window_forms import ActForm, EntryForm
from sync.desk.outages.window_words import window_desk
from sync.desk.place_words import Said
from sync.desk.typed import as_typed
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

REASONS: tuple[Said, ...] = (
    ("设备故障，正在抢修", "Equipment failed, being repaired"),
    ("恶劣天气，正在抢修", "Weather, being repaired"),
    ("外力破坏，正在抢修", "External damage, being repaired"),
    ("原因待查，正在巡线", "Not known yet, the line is being walked"),
)
LATER: tuple[Said, ...] = (
    ("现场抢修未完", "Repairs take longer"),
    ("等待配件", "Waiting for parts"),
    ("天气影响，进度推迟", "Held up by the weather"),
    ("发现新的故障点", "Another fault was found"),
)
"""Why, for who has no hand for typing; agents read them out."""

HOURS = (1, 2, 4)
_FEEDERS_AT_MOST = 40

Words = Annotated[str, Query(max_length=100)]


class FieldForm(BaseModel):
    """A fault as it is reported from where it is."""

    item: list[str] = Field(default=[], max_length=1)
    reason: str = Field(default="", max_length=REASON_AT_MOST)
    hours: int = Field(default=HOURS[1], ge=1, le=24)

    def entry(self, now: datetime) -> EntryForm:
        """The same as the desk's form has it: a fault that begins now."""
        start, etr = (as_typed(moment) for moment in (now, now + timedelta(hours=self.hours)))
        return EntryForm(kind="fault", item=self.item, start=start, etr=etr, reason=self.reason, etr_source="field")


def field_router(hub: Hub) -> APIRouter:
    """The pages `/desk/field` and `/desk/field/new`, and what is done from them."""
    router = APIRouter(include_in_schema=False)
    desk = window_desk()
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]

    def mine_page(request: Request, setter: Person, *, everyone: bool, status: int = 200, **more: str) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            windows = _windows(connection, now, setter, everyone=everyone)
        values = {"windows": windows, "now": now, "later": LATER, "everyone": everyone, **more}
        return desk.render(request, setter, "field.html", status, **values)

    def new_page(
        request: Request, setter: Person, q: str, form: FieldForm, status: int = 200, error: str = ""
    ) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            feeders = _feeders(connection, now, setter, q.strip())
        values = {"feeders": feeders, "q": q, "typed": form, "reasons": REASONS, "hours": HOURS, "error": error}
        return desk.render(request, setter, "field_new.html", status, **values)

    @router.get("/desk/field")
    def mine(request: Request, setter: Setter, everyone: Words = "", done: Words = "") -> Response:
        return mine_page(request, setter, everyone=bool(everyone), done=done)

    @router.get("/desk/field/new")
    def new(request: Request, setter: Setter, q: Words = "") -> Response:
        return new_page(request, setter, q, FieldForm())

    @router.post("/desk/field")
    def add(request: Request, setter: Setter, form: Annotated[FieldForm, Form()]) -> Response:
        try:
            with hub.store.write(setter.actor, "add outage", setter.branches) as writing:
                entered = form.entry(writing.clock.now()).entered(writing.connection)
                window = add_outage(writing, entered, setter.actor)
                writing.note(setter.actor, "add_outage", window.id)
        except SwitchboardError as error:
            return new_page(request, setter, "", form, status_of(error), refusal(request, error))
        hub.stream.look_now()
        return go_on("/desk/field?done=new")

    @router.post("/desk/field/{key}/{act}")
    def do(request: Request, setter: Setter, key: str, act: str, form: Annotated[ActForm, Form()]) -> Response:
        try:
            do_act(hub, setter, key, act, form)
        except SwitchboardError as error:
            return mine_page(request, setter, everyone=True, status=status_of(error), error=refusal(request, error))
        return go_on("/desk/field?done=saved")

    return router


def _windows(connection: Connection, now: datetime, person: Person, *, everyone: bool) -> list[Mapping[str, Any]]:
    """What is on or to come, of the person alone or of everyone in the person's branches."""
    known = [one for one in windows_since(connection, now) if everyone or person.actor in owners(one)]
    if everyone and person.branches:
        touched = branches_touched(connection, known)
        known = [one for one in known if not touched[one.id].isdisjoint(person.branches)]
    lists = listing(known, now)
    return [*describe_outages(connection, [*lists.now, *lists.coming], now, reader=person.reading)]


def _feeders(connection: Connection, now: datetime, person: Person, q: str) -> list[dict[str, str]]:
    """Feeders of the person's branches, those first that they set windows on lately; by number."""
    table = RECORDS["feeder"]
    recent = [
        item.id
        for window in reversed(windows_since(connection, now - ENDED_LISTED))
        if window.author == person.actor
        for item in window.scope
        if item.kind == "feeder"
    ]
    query = select(table.c.id, table.c.number, table.c.name).order_by(table.c.number, table.c.id)
    own = of_branches(connection, "feeder", person.branches)
    if own is not None:
        query = query.where(own)
    if q:
        query = query.where(or_(table.c.number.contains(q, autoescape=True), table.c.name.contains(q, autoescape=True)))
    ranks = {key: rank for rank, key in reversed(list(enumerate(recent)))}
    found = sorted(connection.execute(query).all(), key=lambda row: ranks.get(row.id, len(recent)))
    return [
        {"value": f"feeder:{row.id}", "name": row.name or row.id, "number": row.number or ""}
        for row in found[:_FEEDERS_AT_MOST]
    ]
