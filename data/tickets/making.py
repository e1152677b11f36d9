"""Making a ticket: one set of rules for every way in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert

from data.clock import to_iso
from data.errors import BadValueError
from data.finding import find_one
from data.outages.branch_limits import check_not_elsewhere
from data.outages.numbering import next_number
from data.outages.windows import ScopeItem
from data.readers import Reader
from data.store.schema import TICKET
from data.store.store import Writing
from data.tickets.business import Catalogue
from data.tickets.catalogue import read_catalogue
from data.tickets.history import Changes, add_event
from data.tickets.places import Spot, branch_at, nearby, pending_at, spot_at
from data.tickets.rules import read_rules
from data.tickets.states import TICKET_KINDS
from data.tickets.ticket import Ticket, get_ticket

TEXT_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket as it is entered.

    Attributes:
        place: A kind, and an id or a unique number, code or name.
        business: The code of an entry of the business catalogue; the kind's root where there is none.
        linked_to: The number or id of what it chases up, follows up, or reports once more; found where none is given.
    """

    kind: str
    text: str
    place: tuple[str, str] | None = None
    business: str | None = None
    linked_to: str | None = None


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a ticket: by `name`, as it stands on the ticket, and as `actor` in the logs."""

    name: str
    actor: str


def add_ticket(writing: Writing, key: str, at: datetime, entered: NewTicket, by: Maker) -> Ticket:
    """Makes a ticket, dated when it was entered; a report of the same trouble is linked to the first one.

    Raises:
        NotFoundError, AmbiguousError: its place, entry of the catalogue or lead is none, or several.
        BadValueError: its kind or text is none, or its entry of the catalogue is of another kind.
        ForbiddenError: its place, or what it is linked to, is another branch's than the actor's.
    """
    connection, catalogue = writing.connection, read_catalogue(writing.connection)
    business = check_new(catalogue, entered)
    spot = _spot(writing, entered.place)
    lead = _lead(connection, entered, spot, at, Reader(writing.branches, name=by.name))
    row = {
        "id": key,
        "at": to_iso(at),
        "kind": entered.kind,
        "state": "open",
        "text": entered.text.strip(),
        "place_kind": spot.kind if spot else None,
        "place_id": spot.id if spot else None,
        "created_by": by.name,
        # Of the day on which it reaches the hub; GD: 工单.
        "number": next_number(connection, TICKET.c.number, "GD", writing.clock.now(), 4),
        "business": business,
        "due_at": due_iso(catalogue, business, at),
        "lead": lead,
        "branch": branch_at(connection, spot) if spot else None,
    }
    connection.execute(insert(TICKET).values(row))
    changes: Changes = {"state": (None, "open"), **({"lead": (None, lead)} if lead else {})}
    add_event(writing, key, by.name, changes, "")
    writing.note(by.actor, "make_ticket", str(row["number"]))
    return get_ticket(connection, key)


def check_new(catalogue: Catalogue, entered: NewTicket) -> str:
    """The code under which a new ticket is filed.

    Raises:
        NotFoundError, BadValueError: see `add_ticket`.
    """
    if entered.kind not in TICKET_KINDS:
        raise BadValueError("kind", entered.kind, f"give one of {', '.join(TICKET_KINDS)}")
    if not 0 < len(entered.text.strip()) <= TEXT_AT_MOST:
        refused = BadValueError(
            "text", entered.text[:20], f"give 1 to {TEXT_AT_MOST} characters 请填写内容，最多 2000 字"
        )
        raise refused.about("text_needed", most=TEXT_AT_MOST)
    business = catalogue.find(entered.business or entered.kind)
    if business.kind != entered.kind:
        raise BadValueError("business", business.code, f"is not for the kind {entered.kind} 与工单类型不符")
    return business.code


def due_iso(catalogue: Catalogue, code: str, at: datetime) -> str | None:
    """By when a ticket that was entered at `at` and filed under `code` must be settled; None: at no time."""
    hours = catalogue.due_hours(code)
    return to_iso(at + timedelta(hours=hours)) if hours is not None else None


def lead_named(connection: Connection, named: str, reader: Reader) -> Ticket:
    """The ticket that whatever is linked to `named` is linked to: it itself, or its own lead.

    Raises:
        NotFoundError, AmbiguousError: there is none, or several begin so.
        ForbiddenError: it is another branch's than the reader's.
    """
    found = get_ticket(connection, named, reader)
    return get_ticket(connection, found.lead) if found.lead else found


def _spot(writing: Writing, place: tuple[str, str] | None) -> Spot | None:
    if place is None:
        return None
    kind, named = place
    key = find_one(writing.connection, kind, named)
    check_not_elsewhere(writing.connection, ScopeItem(kind, key), writing.branches)
    return spot_at(writing.connection, kind, key)


def _lead(connection: Connection, entered: NewTicket, spot: Spot | None, at: datetime, reader: Reader) -> str | None:
    if entered.linked_to:
        return lead_named(connection, entered.linked_to, reader).id
    if spot is None:
        return None
    if entered.kind == "trouble_report":
        near = nearby(connection, spot, at, read_rules(connection).duplicates_within)
        return next((one.ticket.id for one in near if one.same and one.ticket.at <= at), None)
    if entered.kind == "chase_up":
        return next((one.id for one in pending_at(connection, spot) if one.at <= at), None)
    return None
