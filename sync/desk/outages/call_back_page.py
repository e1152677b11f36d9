"""The desk's page of callers who want to know when power is back: asked for, taken in hand, worked through."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy import Connection

from data.clock import from_iso
from data.errors import SwitchboardError
from data.outages.describing import describe_outages, shown_outages
from data.outages.windows import ScopeItem
from data.readers import Reader
from data.store.rows import get_docs
from data.telling.call_backs import (
    PLACES,
    Listed,
    NewCallBack,
    add_call_back,
    call_backs,
)
from data.telling.calling import claim_call_back, record_try, release_call_back
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.outages.telling_words import CALLS_SHOWN, telling_desk
from sync.desk.place_words import KINDS
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

CALLS_AT_ONCE = 100
"""More are on the next page; those that are due come first."""


Asked = Annotated[str, Query(max_length=100)]
Line = Annotated[str, Form(max_length=200)]
Words = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a new call-back."""

    phone: str = ""
    name: str = ""
    outage: str = ""
    customer: str = ""
    place_kind: str = "transformer_area"
    place: str = ""
    note: str = ""

    def entered(self) -> NewCallBack:
        """The call-back, without what was left empty."""
        place = (self.place_kind, self.place.strip()) if self.place.strip() else None
        customer = self.customer.strip() or None
        return NewCallBack(self.phone, self.name, self.outage or None, place, customer, self.note)


def call_back_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/call-backs`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = telling_desk()
    Worker = Annotated[Person, Depends(PersonWho(hub.store, "work_tickets"))]

    def page(
        request: Request,
        person: Person,
        show: str = "now",
        status: int = 200,
        after: int = 0,
        **more: Any,  # noqa: ANN401 - whatever the page shows
    ) -> Response:
        now, me = hub.store.clock.now(), person.actor
        show = show if show in CALLS_SHOWN else "now"
        with hub.store.read() as connection:
            listed = call_backs(connection, now, person.reading)
            fitting = sorted(_shown(listed, show, me, now), key=lambda one: one.asked.claimed(now) != me)
            shown = fitting[after : after + CALLS_AT_ONCE]
            values = {**_described(connection, shown, now, person.reading), "counts": _counts(listed)}
        values |= {"after": after, "total": len(fitting), "at_once": CALLS_AT_ONCE}
        values |= {"now": now, "me": me, "show": show, "shown": shown, "typed": asdict(Typed()), "PLACES": _PLACES}
        return desk.render(request, person, "call_backs.html", status, **{**values, **more})

    def back(show: str) -> Response:
        hub.stream.look_now()
        return go_on(f"/desk/call-backs?{urlencode({'show': show})}")

    @router.get("/desk/call-backs")
    def listed(
        request: Request,
        worker: Worker,
        show: Asked = "now",
        outage: Asked = "",
        customer: Asked = "",
        after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> Response:
        return page(request, worker, show, after=after, typed=asdict(Typed(outage=outage, customer=customer)))

    @router.post("/desk/call-backs")
    def add(
        request: Request,
        worker: Worker,
        phone: Line,
        name: Line = "",
        outage: Line = "",
        customer: Line = "",
        place_kind: Line = "transformer_area",
        place: Line = "",
        note: Words = "",
    ) -> Response:
        typed = Typed(phone, name, outage, customer, place_kind, place, note)
        try:
            with hub.store.write(worker.actor, "add call-back", worker.branches) as writing:
                add_call_back(writing, typed.entered(), worker.actor)
        except SwitchboardError as error:
            return page(request, worker, status=status_of(error), wrong=refusal(request, error), typed=asdict(typed))
        return back("all")

    @router.post("/desk/call-backs/{key}/claim")
    def claim(request: Request, worker: Worker, key: str, show: Line = "now") -> Response:
        try:
            with hub.store.write(worker.actor, "claim call-back", worker.branches) as writing:
                claim_call_back(writing, key, worker.actor)
        except SwitchboardError as error:
            return page(request, worker, show, status_of(error), error=refusal(request, error))
        return back(show)

    @router.post("/desk/call-backs/{key}/release")
    def release(request: Request, worker: Worker, key: str, show: Line = "now") -> Response:
        try:
            with hub.store.write(worker.actor, "release call-back", worker.branches) as writing:
                release_call_back(writing, key, worker.actor)
        except SwitchboardError as error:
            return page(request, worker, show, status_of(error), error=refusal(request, error))
        return back(show)

    @router.post("/desk/call-backs/{key}/try")
    def tried(
        request: Request,
        worker: Worker,
        key: str,
        result: Line,
        note: Words = "",
        news: Line = "",
        etr: Line = "",
        show: Line = "now",
    ) -> Response:
        try:
            promise = from_iso(etr, "etr") if etr else None
            with hub.store.write(worker.actor, "call back", worker.branches) as writing:
                record_try(writing, key, result, worker.actor, note=note, news=news or None, etr=promise)
        except SwitchboardError as error:
            failed = {"id": key, "said": refusal(request, error), "note": note}
            return page(request, worker, show, status_of(error), failed=failed)
        return back(show)

    return router


_PLACES = {kind: KINDS[kind] for kind in PLACES}


def _shown(listed: Sequence[Listed], show: str, me: str, now: datetime) -> list[Listed]:
    wanted = {"now": ("due", "later"), "waiting": ("waiting",), "closed": ("closed",)}.get(show)
    mine = show == "now"
    return [
        one
        for one in listed
        if wanted is None or one.standing.status in wanted or (mine and one.asked.claimed(now) == me)
    ]


def _counts(listed: Sequence[Listed]) -> Mapping[str, int]:
    status = [one.standing.status for one in listed]
    now = status.count("due") + status.count("later")
    return {"now": now, "waiting": status.count("waiting"), "closed": status.count("closed"), "all": len(status)}


def _described(connection: Connection, shown: Sequence[Listed], now: datetime, reader: Reader) -> dict[str, Any]:
    """The windows to choose from, and those that callers wait for by id, with the names of places."""
    choices = shown_outages(connection, now)
    awaited = {one.awaited.window.id: one.awaited.window for one in shown if one.awaited.window}
    wanted = [*{**awaited, **{one.id: one for one in choices}}.values()]
    told = describe_outages(connection, wanted, now, reader=reader)
    windows = {str(one["id"]): one for one in told}
    named = {ScopeItem(*one.asked.place) for one in shown if one.asked.place}
    names = {item: _name(connection, item) for item in named}
    places = {one.asked.id: names[ScopeItem(*one.asked.place)] for one in shown if one.asked.place}
    return {"windows": windows, "choices": [windows[one.id] for one in choices], "places": places}


def _name(connection: Connection, place: ScopeItem) -> str:
    doc = get_docs(connection, place.kind, [place.id]).get(place.id, {})
    return str(doc.get("name") or place.id)
