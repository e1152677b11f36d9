"""Tickets as people and their programs are shown them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from data.clock import to_iso
from data.fields import Doc, Json
from data.outages.describing import named_items
from data.outages.windows import OutageWindow, ScopeItem
from data.readers import EVERYBODYS, Reader
from data.store.rows import get_docs
from data.tickets.business import Catalogue
from data.tickets.catalogue import read_catalogue
from data.tickets.history import history_of
from data.tickets.places import Spot, nearby, outages_at, spot_of
from data.tickets.rules import read_rules
from data.tickets.states import mark_of
from data.tickets.ticket import Ticket, get_tickets, linked_to


def describe_tickets(
    connection: Connection, tickets: Sequence[Ticket], at: datetime, reader: Reader = EVERYBODYS
) -> list[dict[str, Json]]:
    """The public JSON form of tickets, in their order: with their places, windows there, and how urgent each is.

    Args:
        connection: To the store.
        tickets: Which.
        at: When.
        reader: Who reads them; names that they may not read are hidden.
    """
    catalogue, rules = read_catalogue(connection), read_rules(connection)
    places = _named_places(connection, tickets, reader)
    branches = get_docs(connection, "branch", {one.branch for one in tickets if one.branch})
    windows = _windows(connection, tickets, at)
    links = _links(connection, tickets)
    return [
        {
            "id": one.id,
            "number": one.number,
            "at": to_iso(one.at),
            "kind": one.kind,
            "state": one.state,
            "mark": mark_of(one.state, one.at, one.due_at, at, rules.soon),
            "text": one.text,
            "place": places.get(one.id),
            "business": _business(catalogue, one),
            "due_at": to_iso(one.due_at) if one.due_at else None,
            "closed_at": to_iso(one.closed_at) if one.closed_at else None,
            "person": one.person,
            "branch": _branch(branches, one),
            "created_by": one.created_by,
            "version": one.version,
            "outages": [_window(window, at) for window in windows.get(one.id, ())],
            **links[one.id],
        }
        for one in tickets
    ]


def describe_ticket(
    connection: Connection, ticket: Ticket, at: datetime, reader: Reader = EVERYBODYS
) -> dict[str, Json]:
    """The public JSON form of one ticket, with its history and the reports that may be of the same trouble."""
    (doc,) = describe_tickets(connection, [ticket], at, reader)
    spot = spot_of(ticket)
    alike = []
    if spot is not None and ticket.pending and ticket.kind == "trouble_report" and not ticket.lead:
        within = read_rules(connection).duplicates_within
        alike = [one for one in nearby(connection, spot, ticket.at, within) if one.ticket.at <= ticket.at]
    suggested = [{**_short(one.ticket), "same": one.same} for one in alike if one.ticket.id != ticket.id]
    return {**doc, "suggested": [*suggested], "history": [one.to_json() for one in history_of(connection, ticket.id)]}


def describe_outages_at(connection: Connection, spot: Spot, at: datetime) -> list[dict[str, Json]]:
    """The windows that touch a place at `at`, as a ticket for it would show them."""
    return [_window(one, at) for one in outages_at(connection, [spot], at)[0]]


def _named_places(connection: Connection, tickets: Sequence[Ticket], reader: Reader) -> dict[str, Json]:
    """The place of each ticket that has one, by the ticket's id."""
    places = {one.id: ScopeItem(one.place_kind, one.place_id) for one in tickets if one.place_kind and one.place_id}
    named = named_items(connection, places.values(), reader)
    return {key: dict(named[place]) for key, place in places.items()}


def _windows(connection: Connection, tickets: Sequence[Ticket], at: datetime) -> dict[str, tuple[OutageWindow, ...]]:
    placed = [(one.id, spot) for one in tickets if one.pending and (spot := spot_of(one)) is not None]
    if not placed:
        return {}
    found = outages_at(connection, [spot for _, spot in placed], at)
    return dict(zip([key for key, _ in placed], found, strict=True))


def _links(connection: Connection, tickets: Sequence[Ticket]) -> dict[str, dict[str, Json]]:
    leads = get_tickets(connection, {one.lead for one in tickets if one.lead})
    linked: dict[str, list[Json]] = {}
    for one in linked_to(connection, [one.id for one in tickets]):
        linked.setdefault(str(one.lead), []).append({**_short(one)})
    return {
        one.id: {"lead": _short(leads[one.lead]) if one.lead in leads else None, "linked": linked.get(one.id, [])}
        for one in tickets
    }


def _short(ticket: Ticket) -> dict[str, Json]:
    return {
        "id": ticket.id,
        "number": ticket.number,
        "kind": ticket.kind,
        "state": ticket.state,
        "at": to_iso(ticket.at),
        "text": ticket.text,
    }


def _window(window: OutageWindow, at: datetime) -> dict[str, Json]:
    etr, start = to_iso(window.etr), to_iso(window.begins)
    return {"id": window.id, "kind": window.kind, "phase": window.phase(at), "start": start, "etr": etr}


def _business(catalogue: Catalogue, ticket: Ticket) -> dict[str, Json] | None:
    return {"code": ticket.business, "path": catalogue.path(ticket.business)} if ticket.business else None


def _branch(branches: dict[str, Doc], ticket: Ticket) -> dict[str, Json] | None:
    return {"id": ticket.branch, "name": branches.get(ticket.branch, {}).get("name")} if ticket.branch else None
