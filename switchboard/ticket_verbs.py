"""Tickets and the business catalogue by verbs on a hub's home, straight on the store: the hub may serve meanwhile."""

import argparse
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from data.clock import from_iso
from data.errors import BadValueError
from data.fields import Json
from data.store.store import Store, Writing
from data.tickets import catalogue, making, work
from data.tickets.business import Business
from data.tickets.describing import describe_ticket, describe_tickets
from data.tickets.listing import Wanted, list_tickets
from data.tickets.making import Maker, NewTicket
from data.tickets.ticket import Ticket, get_ticket
from data.tickets.work import TicketChange
from data.tickets.workbook import export_uses
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome

Answer = dict[str, Json]


def list_all(options: argparse.Namespace) -> list[Answer]:
    """The tickets that are asked for: pending ones before settled ones, what is due first."""
    store = _store(options)
    now = store.clock.now()
    wanted = Wanted(options.state, options.kind, options.person, options.branch, options.mark, options.text)
    with store.read() as connection:
        return describe_tickets(connection, list_tickets(connection, wanted, now, limit=options.limit), now)


def add_ticket(options: argparse.Namespace) -> Answer:
    """Makes a ticket, for a place or for none."""
    named = {kind: getattr(options, kind) for kind in ("area", "feeder", "transformer_area", "customer")}
    places = [(kind, name) for kind, name in named.items() if name]
    if len(places) > 1:
        raise BadValueError("place", len(places), "a ticket is for one place: give one option")
    place = places[0] if places else None
    entered = NewTicket(options.kind, options.text, place, options.business, options.linked_to)
    store = _store(options)
    with store.write(os_actor(), "make ticket") as writing:
        made = making.add_ticket(writing, uuid4().hex, store.clock.now(), entered, _maker())
    return _described(store, made)


def work_ticket(options: argparse.Namespace) -> Answer:
    """Changes a ticket, or only says something of it."""
    change = TicketChange(
        state=options.state,
        text=options.text,
        person=options.person,
        branch=options.branch,
        business=options.business,
        due_at=from_iso(options.due, "--due") if options.due else None,
    )
    return _worked(options, change)


def close_ticket(options: argparse.Namespace) -> Answer:
    """Settles or cancels a ticket."""
    state = "cancelled" if options.cancel else "done"
    return _worked(options, TicketChange(state=state, text=options.text, with_linked=options.with_linked))


def link_ticket(options: argparse.Namespace) -> Answer:
    """Links a ticket to another, or to none."""
    return _worked(options, TicketChange(lead=options.to))


def list_business(options: argparse.Namespace) -> list[Answer]:
    """Every entry of the catalogue; with a span of time, how often it was used, also into a workbook.

    Raises:
        BadValueError: a workbook is asked for, and no span of time.
    """
    store = _store(options)
    if options.since is None:
        if options.xlsx or options.until:
            raise BadValueError("--from", "", "is needed with --to and --xlsx: from when on to count")
        with store.read() as connection:
            known = catalogue.read_catalogue(connection)
        return [_entry(one, known.path(one.code)) for one in known.entries.values()]
    since = from_iso(options.since, "--from")
    until = from_iso(options.until, "--to") if options.until else store.clock.now()
    if options.xlsx:
        export_uses(store, Path(options.xlsx), (since, until), os_actor())
    with store.read() as connection:
        used = catalogue.uses(connection, since, until)
    return [{**_entry(one.business, one.path), "own": one.own, "total": one.total} for one in used]


def add_business(options: argparse.Namespace) -> Answer:
    """Adds an entry below another."""
    new = options.parent, options.name, options.hours
    return _changed(options, lambda writing: catalogue.add_business(writing, *new, os_actor()))


def rename_business(options: argparse.Namespace) -> Answer:
    """Gives an entry another name, and other hours."""
    new = {"name": options.name, "due_hours": options.hours}
    return _changed(options, lambda writing: catalogue.change_business(writing, options.code, os_actor(), **new))


def retire_business(options: argparse.Namespace) -> Answer:
    """Takes an entry off what is offered, or puts it back."""
    return _changed(
        options, lambda writing: catalogue.retire_business(writing, options.code, os_actor(), retired=not options.back)
    )


def _worked(options: argparse.Namespace, change: TicketChange) -> Answer:
    """Whoever types a command saw the ticket as it is: there is no older version to contradict."""
    store = _store(options)
    with store.write(os_actor(), "work ticket") as writing:
        seen = get_ticket(writing.connection, options.number).version
        worked = work.work_ticket(writing, options.number, seen, change, _maker())
    return _described(store, worked)


def _changed(options: argparse.Namespace, do: Callable[[Writing], Business]) -> Answer:
    store = _store(options)
    with store.write(os_actor(), "change business") as writing:
        changed = do(writing)
    with store.read() as connection:
        return _entry(changed, catalogue.read_catalogue(connection).path(changed.code))


def _described(store: Store, ticket: Ticket) -> Answer:
    with store.read() as connection:
        return describe_ticket(connection, get_ticket(connection, ticket.id), store.clock.now())


def _entry(one: Business, path: str) -> Answer:
    return {"code": one.code, "path": path, "due_hours": one.due_hours, "retired": one.retired}


def _maker() -> Maker:
    return Maker(os_actor(), os_actor())


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()
