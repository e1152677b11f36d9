"""Outage windows and tickets over HTTP: the same rules as the command line and the pages."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import insert

from data.clock import to_iso, usable
from data.outages.acts import restore_outage, revise_outage, withdraw_outage
from data.outages.describing import describe_outage, shown_outages
from data.outages.entry import NewOutage, add_outage
from data.outages.windows import OutageWindow
from data.store import audit
from data.store.schema import TICKET
from data.store.store import Writing
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

TicketKind = Literal["trouble_report", "enquiry", "complaint", "chase_up", "follow_up"]


class ScopeRequest(BaseModel):
    """A piece of the network, by id or unique number, code or name."""

    kind: str = Field(max_length=50)
    id: str = Field(max_length=200)


class OutageRequest(BaseModel):
    """A new outage window."""

    kind: str
    start: AwareDatetime
    etr: AwareDatetime
    reason: str = Field(max_length=500)
    scope: list[ScopeRequest] = Field(max_length=200)
    hold: bool = False


class ReviseRequest(BaseModel):
    """A later or earlier promise."""

    etr: AwareDatetime
    reason: str = Field(max_length=500)


class RestoreRequest(BaseModel):
    """Power is back, for all or for parts."""

    at: AwareDatetime | None = None
    partial: list[ScopeRequest] = Field(default=[], max_length=200)


class WithdrawRequest(BaseModel):
    """The window should never have been set."""

    reason: str = Field(max_length=500)


class TicketRequest(BaseModel):
    """A ticket for a place."""

    kind: TicketKind
    text: str = Field(min_length=1, max_length=2000)
    place_kind: Literal["area", "feeder", "transformer_area", "customer"] | None = None
    place_id: str | None = Field(default=None, max_length=200)


def outage_router(hub: Hub) -> APIRouter:
    """The routes for people and their programs."""
    router = APIRouter(tags=["outages"])
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]
    Reporter = Annotated[Person, Depends(PersonWho(hub.store, "make_ticket"))]

    def answer(window: OutageWindow) -> Mapping[str, object]:
        hub.stream.look_now()
        with hub.store.read() as connection:
            return describe_outage(connection, window, hub.store.clock.now())

    @router.get("/outages")
    def outages(_reader: Reader, at: AwareDatetime | None = None) -> Sequence[Mapping[str, object]]:
        moment = usable(at, "at") if at else hub.store.clock.now()
        with hub.store.read() as connection:
            return [describe_outage(connection, one, moment) for one in shown_outages(connection, moment)]

    @router.post("/outages", status_code=201)
    def add(setter: Setter, request: OutageRequest) -> Mapping[str, object]:
        entered = NewOutage(
            kind=request.kind,
            start=request.start,
            etr=request.etr,
            reason=request.reason,
            scope=pairs(request.scope),
            hold=request.hold,
        )
        with hub.store.write(actor(setter), "add outage") as writing:
            window = add_outage(writing, entered, actor(setter))
            note(writing, setter, "add_outage", window.id)
        return answer(window)

    @router.post("/outages/{key}/revise")
    def revise(setter: Setter, key: str, request: ReviseRequest) -> Mapping[str, object]:
        with hub.store.write(actor(setter), "revise outage") as writing:
            window = revise_outage(writing, key, request.etr, request.reason, actor(setter))
            note(writing, setter, "revise_outage", key)
        return answer(window)

    @router.post("/outages/{key}/restore")
    def restore(setter: Setter, key: str, request: RestoreRequest) -> Mapping[str, object]:
        with hub.store.write(actor(setter), "restore outage") as writing:
            window = restore_outage(writing, key, request.at, pairs(request.partial), actor(setter))
            note(writing, setter, "restore_outage", key)
        return answer(window)

    @router.post("/outages/{key}/withdraw")
    def withdraw(setter: Setter, key: str, request: WithdrawRequest) -> Mapping[str, object]:
        with hub.store.write(actor(setter), "withdraw outage") as writing:
            window = withdraw_outage(writing, key, request.reason, actor(setter))
            note(writing, setter, "withdraw_outage", key)
        return answer(window)

    @router.post("/tickets", status_code=201)
    def ticket(reporter: Reporter, request: TicketRequest) -> Mapping[str, object]:
        row = {
            "id": uuid4().hex,
            "at": to_iso(hub.store.clock.now()),
            "state": "open",
            "created_by": reporter.name,
            **request.model_dump(),
        }
        with hub.store.write(actor(reporter), "make ticket") as writing:
            writing.connection.execute(insert(TICKET).values(row))
            note(writing, reporter, "make_ticket", row["id"])
        hub.stream.look_now()
        return {"id": row["id"], "at": row["at"]}

    return router


def actor(person: Person) -> str:
    """How a person stands in the logs."""
    return f"person:{person.name}"


def pairs(scope: list[ScopeRequest]) -> tuple[tuple[str, str], ...]:
    """The scope as `data.outages.entry` takes it."""
    return tuple((item.kind, item.id) for item in scope)


def note(writing: Writing, person: Person, act: str, about: str) -> None:
    """Audits an act in its own transaction."""
    audit.record(writing.connection, writing.clock.now(), actor(person), act, about)
