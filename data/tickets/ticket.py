"""Tickets as they are stored, with where their places are supplied from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, func, or_, select

from data.clock import from_iso
from data.errors import AmbiguousError, NotFoundError
from data.readers import EVERYBODYS, Reader
from data.rights import ForbiddenError
from data.store.schema import RECORDS, TICKET
from data.tickets.states import PENDING
from data.tickets.whose import is_theirs

_CUSTOMER, _TRANSFORMER_AREA = RECORDS["customer"], RECORDS["transformer_area"]

ticket_transformer_area: ColumnElement[str] = case(
    (TICKET.c.place_kind == "transformer_area", TICKET.c.place_id), else_=_CUSTOMER.c.transformer_area
)
ticket_feeder: ColumnElement[str] = case(
    (TICKET.c.place_kind == "feeder", TICKET.c.place_id),
    else_=func.coalesce(_TRANSFORMER_AREA.c.feeder, _CUSTOMER.c.feeder),
)
"""From where a ticket's place is supplied, in what `select_tickets` selects."""

IS_PENDING = TICKET.c.state.in_(PENDING)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket.

    Attributes:
        at: When it was entered.
        number: What people call it by.
        business: The code of its entry in the business catalogue.
        due_at: When it must be settled.
        lead: The id of the ticket that it is linked to: the first report of the same trouble, or what it chases up.
        person: Whom it is assigned to, and to which `branch`.
        version: Counts its changes from 1.
        transformer_area: From where its place is supplied now, and by which `feeder`.
    """

    id: str
    at: datetime
    kind: str
    state: str
    text: str
    place_kind: str | None
    place_id: str | None
    created_by: str
    number: str
    business: str | None
    due_at: datetime | None
    closed_at: datetime | None
    lead: str | None
    person: str | None
    branch: str | None
    version: int
    transformer_area: str | None
    feeder: str | None

    @property
    def pending(self) -> bool:
        """Whether something is still to be done."""
        return self.state in PENDING


def select_tickets() -> Select[tuple[object, ...]]:
    """What reads tickets; conditions and an order may be added."""
    of_customer = and_(TICKET.c.place_kind == "customer", _CUSTOMER.c.id == TICKET.c.place_id)
    joined = TICKET.outerjoin(_CUSTOMER, of_customer).outerjoin(
        _TRANSFORMER_AREA, _TRANSFORMER_AREA.c.id == ticket_transformer_area
    )
    supplied = ticket_transformer_area.label("transformer_area"), ticket_feeder.label("feeder")
    return select(TICKET, *supplied).select_from(joined)


def tickets_of(connection: Connection, wanted: Select[tuple[object, ...]]) -> list[Ticket]:
    """The tickets that a statement made of `select_tickets` finds."""
    return [_ticket(row) for row in connection.execute(wanted).mappings()]


def get_ticket(connection: Connection, named: str, reader: Reader = EVERYBODYS) -> Ticket:
    """The ticket with this id or number, or whose id alone begins so.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: several ids begin so.
        ForbiddenError: it is another branch's than the reader's.
    """
    found = _named(connection, named)
    if find_own_ticket(connection, found.id, reader) is None:
        refused = ForbiddenError(f"ticket {found.number} is not one of your branches' 不归本单位负责")
        raise refused.about("ticket_elsewhere", name=found.number)
    return found


def find_own_ticket(connection: Connection, key: str, reader: Reader) -> Ticket | None:
    """The ticket with this id, if it is one of the reader's, else None."""
    own = select_tickets().where(TICKET.c.id == key, is_theirs(connection, reader))
    return next(iter(tickets_of(connection, own)), None)


def _named(connection: Connection, named: str) -> Ticket:
    wanted = named.strip()
    exact: ColumnElement[bool] = or_(TICKET.c.id == wanted, TICKET.c.number == wanted.upper())
    found = tickets_of(connection, select_tickets().where(exact).limit(1))
    if not found and wanted:
        begins = TICKET.c.id.startswith(wanted, autoescape=True)
        found = tickets_of(connection, select_tickets().where(begins).limit(2))
    if not found:
        raise NotFoundError(f"no ticket has the number {named!r} 没有这个工单").about("no_ticket", name=named)
    if len(found) > 1:
        raise AmbiguousError(f"several tickets have ids that begin with {named!r}: give the number 请给出完整工单号")
    return found[0]


def get_tickets(connection: Connection, ids: Iterable[str]) -> dict[str, Ticket]:
    """The tickets with these ids, by id; what a central system has taken back is left out."""
    return {one.id: one for one in tickets_of(connection, select_tickets().where(TICKET.c.id.in_(sorted(ids))))}


def linked_to(connection: Connection, ids: Iterable[str]) -> list[Ticket]:
    """The tickets whose lead is one of these, oldest first."""
    return tickets_of(connection, select_tickets().where(TICKET.c.lead.in_([*ids])).order_by(TICKET.c.at, TICKET.c.id))


def _ticket(row: RowMapping) -> Ticket:
    read: dict[str, Any] = {name: row[name] for name in Ticket.__slots__}
    for name in ("at", "due_at", "closed_at"):
        read[name] = from_iso(row[name]) if row[name] else None
    return Ticket(**{**read, "number": row["number"] or row["id"]})
