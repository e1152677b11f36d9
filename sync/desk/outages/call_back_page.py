"""The desk's page of callers who want to know when power is back: asked for, taken in hand, worked through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import Connection

from data.clock import from_iso
from data.errors import SwitchboardError
from data.outages.describing import describe_outages, shown_outages
from data.outages.windows import ScopeItem
from data.readers import Reader
from data.store.rows import get_docs
from data.store.store import Writing
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
from sync.desk.typed import Asked, AskedAfter, Line
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

CALLS_AT_ONCE = 100
"""More are on the next page; those that are due come first."""


Words = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a new call-back."""

    phone: Line = ""
    name: Line = ""
    outage: Line = ""
    customer: Line = ""
    place_kind: Line = "transformer_area"
    place: Line = ""
    note: Words = ""

    def entered(self) -> NewCallBack:
        """The call-back, without what was left empty."""
        place = (self.place_kind, self.place.strip()) if self.place.strip() else None
        customer = self.customer.strip() or None
        return NewCallBack(self.phone, self.name, self.outage or None, place, customer, self.note)


@dataclass(frozen=True, slots=True)
class Call:
    """What stands in the form of one call to somebody who waits."""

    result: Line
    note: Words = ""
    news: Line = ""
    etr: Line = ""

    def record(self, writing: Writing, key: str, by: str) -> None:
        """Notes how the call went.

        Raises:
            SwitchboardError: the call-back is not in this hand, or what was told is told no more.
        """
        promise = from_iso(self.etr, "etr") if self.etr else None
        record_try(writing, key, self.result, by, note=self.note, news=self.news or None, etr=promise)


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
        after: AskedAfter = 0,
    ) -> Response:
        return page(request, worker, show, after=after, typed=asdict(Typed(outage=outage, customer=customer)))

    @router.post("/desk/call-backs")
    def add(request: Request, worker: Worker, typed: Annotated[Typed, Depends()]) -> Response:
        try:
            with hub.store.write(worker.actor, "add call-back", worker.branches) as writing:
                add_call_back(writing, typed.entered(), worker.actor)
        except SwitchboardError as error:
            return page(request, worker, status=status_of(error), wrong=refusal(request, error), typed=asdict(typed))
        return back("all")

    def act(request: Request, worker: Person, showing: str, about: str, do: Callable[[Writing], object]) -> Response:
        try:
            with hub.store.write(worker.actor, about, worker.branches) as writing:
                do(writing)
        except SwitchboardError as error:
            return page(request, worker, showing, status_of(error), error=refusal(request, error))
        return back(showing)

    @router.post("/desk/call-backs/{key}/claim")
    def claim(request: Request, worker: Worker, key: str, show: Line = "now") -> Response:
        return act(
            request, worker, show, "claim call-back", lambda writing: claim_call_back(writing, key, worker.actor)
        )

    @router.post("/desk/call-backs/{key}/release")
    def release(request: Request, worker: Worker, key: str, show: Line = "now") -> Response:
        def do(writing: Writing) -> None:
            release_call_back(writing, key, worker.actor)

        return act(request, worker, show, "release call-back", do)

    @router.post("/desk/call-backs/{key}/try")
    def tried(
        request: Request, worker: Worker, key: str, call: Annotated[Call, Depends()], show: Line = "now"
    ) -> Response:
        try:
            with hub.store.write(worker.actor, "call back", worker.branches) as writing:
                call.record(writing, key, worker.actor)
        except SwitchboardError as error:
            failed = {"id": key, "said": refusal(request, error), "note": call.note}
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
