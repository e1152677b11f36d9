"""Tickets and the business catalogue over HTTP: the same rules as the pages, the command line and the PCs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from data.clock import usable
from data.fields import Json
from data.readers import Reader
from data.tickets.business import Business
from data.tickets.catalogue import (
    add_business,
    change_business,
    read_catalogue,
    retire_business,
    share_of,
    uses,
)
from data.tickets.describing import describe_ticket, describe_tickets
from data.tickets.listing import Wanted, list_tickets, ticket_counts
from data.tickets.making import Maker, add_ticket
from data.tickets.ticket import Ticket, get_ticket
from data.tickets.work import TicketMovedError, work_ticket
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import problem, status_of
from sync.routes.listing_parts import After, Limit
from sync.routes.ticket_forms import BusinessChangeRequest, BusinessRequest, TicketRequest, WorkRequest

Word = Annotated[str, Query(max_length=100)]


def ticket_router(hub: Hub) -> APIRouter:
    """The routes for people and their programs."""
    router = APIRouter(tags=["tickets"])
    Reporter = Annotated[Person, Depends(PersonWho(hub.store, "make_ticket"))]
    Worker = Annotated[Person, Depends(PersonWho(hub.store, "work_tickets"))]

    def described(one: Ticket, reader: Reader) -> dict[str, Json]:
        with hub.store.read() as connection:
            return describe_ticket(connection, one, hub.store.clock.now(), reader)

    @router.post("/tickets", status_code=201)
    def make(reporter: Reporter, request: TicketRequest) -> Mapping[str, object]:
        now = hub.store.clock.now()
        with hub.store.write(reporter.actor, "make ticket", reporter.branches) as writing:
            made = add_ticket(writing, uuid4().hex, now, request.entered(), maker(reporter))
        hub.stream.look_now()
        return described(made, reporter.reading)

    @router.get("/tickets")
    def tickets(
        worker: Worker,
        state: Word = "pending",
        kind: Word = "",
        person: Word = "",
        branch: Word = "",
        mark: Word = "",
        text: Word = "",
        limit: Limit = 100,
        after: After = 0,
    ) -> Mapping[str, object]:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            wanted = Wanted(state, kind, person, branch, mark, text)
            found = list_tickets(connection, wanted, now, limit=limit, after=after, reader=worker.reading)
            counts = asdict(ticket_counts(connection, now, worker.reading))
            return {"counts": counts, "tickets": describe_tickets(connection, found, now, worker.reading)}

    @router.get("/tickets/{key}")
    def ticket(worker: Worker, key: str) -> Mapping[str, object]:
        with hub.store.read() as connection:
            found = get_ticket(connection, key, worker.reading)
        return described(found, worker.reading)

    @router.post("/tickets/{key}/work", response_model=None)
    def work(worker: Worker, key: str, request: WorkRequest) -> Mapping[str, object] | Response:
        try:
            with hub.store.write(worker.actor, "work ticket", worker.branches) as writing:
                worked = work_ticket(writing, key, request.version, request.change(), maker(worker))
        except TicketMovedError as moved:
            ours = request.model_dump(mode="json", exclude_unset=True)
            both = {"ours": ours, "theirs": described(moved.theirs, worker.reading)}
            return problem(status_of(moved), str(moved), more=both)
        hub.stream.look_now()
        return described(worked, worker.reading)

    return router


def catalogue_router(hub: Hub) -> APIRouter:
    """The routes of the business catalogue."""
    router = APIRouter(tags=["tickets"])
    Worker = Annotated[Person, Depends(PersonWho(hub.store, "work_tickets"))]
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "set_up_centre"))]

    @router.get("/catalogue")
    def catalogue(_worker: Worker) -> Sequence[Mapping[str, object]]:
        with hub.store.read() as connection:
            found = read_catalogue(connection)
        return [business_json(one, found.path(one.code)) for one in found.entries.values()]

    @router.get("/catalogue/uses")
    def used(_worker: Worker, since: AwareDatetime, until: AwareDatetime) -> Sequence[Mapping[str, object]]:
        return uses_json(hub, usable(since, "since"), usable(until, "until"))

    @router.post("/catalogue", status_code=201)
    def add(editor: Editor, request: BusinessRequest) -> Mapping[str, object]:
        with hub.store.write(editor.actor, "add business") as writing:
            added = add_business(writing, request.parent, request.name, request.due_hours, editor.actor)
            path = read_catalogue(writing.connection).path(added.code)
        hub.stream.look_now()
        return business_json(added, path)

    @router.post("/catalogue/{code}")
    def change(editor: Editor, code: str, request: BusinessChangeRequest) -> Mapping[str, object]:
        with hub.store.write(editor.actor, "change business") as writing:
            if request.model_fields_set & {"name", "due_hours"}:
                before = read_catalogue(writing.connection).find(code)
                hours = request.due_hours if "due_hours" in request.model_fields_set else before.due_hours
                change_business(writing, code, editor.actor, name=request.name, due_hours=hours)
            if request.retired is not None:
                retire_business(writing, code, editor.actor, retired=request.retired)
            found = read_catalogue(writing.connection)
        hub.stream.look_now()
        return business_json(found.find(code), found.path(code))

    return router


def maker(person: Person) -> Maker:
    """A signed-in person as who makes or works a ticket."""
    return Maker(person.name, person.actor)


def business_json(entry: Business, path: str) -> Mapping[str, object]:
    """An entry of the catalogue, for programs."""
    told = ("code", "name", "kind", "level", "parent", "due_hours", "retired")
    return {"path": path, **{name: getattr(entry, name) for name in told}}


def uses_json(hub: Hub, since: datetime, until: datetime) -> Sequence[Mapping[str, object]]:
    """How often each entry of the catalogue was used, for programs."""
    with hub.store.read() as connection:
        used = uses(connection, since, until)
    return [
        {"code": one.business.code, "path": one.path, "own": one.own, "total": one.total, "share": share_of(one, used)}
        for one in used
    ]
