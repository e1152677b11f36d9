"""Lists of tickets, and how many there are of each sort."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from data.clock import to_iso
from data.outages.branch_limits import branches_below
from data.readers import EVERYBODYS, Reader
from data.store.schema import TICKET
from data.tickets.rules import read_rules
from data.tickets.states import FINISHED, NEW_FOR, PENDING, STATES, Mark
from data.tickets.ticket import IS_PENDING, Ticket, select_tickets, tickets_of
from data.tickets.whose import is_theirs

_NEVER = "9999"
"""Sorts after every time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets: those for which all holds that is given.

    Attributes:
        state: One of `STATES`, `pending`, `finished`, or empty for all.
        kind: One of `TICKET_KINDS`.
        person: Assigned to, or where nobody is, entered by this person.
        branch: Assigned to this branch or one below it.
        mark: How urgent it is.
        text: In its number or text.
    """

    state: str = "pending"
    kind: str = ""
    person: str = ""
    branch: str = ""
    mark: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """How many tickets are pending, by state and by how urgent they are; each of the latter is counted once."""

    pending: int = 0
    open: int = 0
    working: int = 0
    waiting: int = 0
    overdue: int = 0
    due_soon: int = 0
    new: int = 0


def list_tickets(
    connection: Connection,
    wanted: Wanted,
    now: datetime,
    *,
    limit: int = 100,
    after: int = 0,
    reader: Reader = EVERYBODYS,
) -> list[Ticket]:
    """The tickets that are wanted: pending ones before settled ones, what is due first, then the newest.

    Args:
        connection: Of the store.
        wanted: Which.
        now: The moment by which they are urgent or not.
        limit: At most so many.
        after: Leaves out so many of the first.
        reader: Who asks; other branches' tickets are not listed.
    """
    due_first = case((IS_PENDING, func.coalesce(TICKET.c.due_at, _NEVER)), else_=_NEVER)
    order = case((IS_PENDING, 0), else_=1), due_first, TICKET.c.at.desc(), TICKET.c.id
    chosen = select_tickets().where(*_conditions(connection, wanted, now), is_theirs(connection, reader))
    return tickets_of(connection, chosen.order_by(*order).limit(limit).offset(after))


def ticket_counts(connection: Connection, at: datetime, reader: Reader = EVERYBODYS) -> TicketCounts:
    """How many of a reader's tickets are pending at `at`, for the desk's front page."""
    marks = _marks(connection, at)
    asked: dict[str, ColumnElement[bool]] = {state: TICKET.c.state == state for state in PENDING}
    asked |= {"overdue": marks["overdue"], "due_soon": marks["due_soon"], "new": marks["new"]}
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(name) for name, condition in asked.items()]
    counted = select(func.count().label("pending"), *sums).where(IS_PENDING, is_theirs(connection, reader))
    row = connection.execute(counted).mappings().one()
    return TicketCounts(**{name: int(count) for name, count in row.items()})


_BY_STATE: Final = {"pending": PENDING, "finished": FINISHED, **{state: (state,) for state in STATES}}


def _conditions(connection: Connection, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state in _BY_STATE:
        found.append(TICKET.c.state.in_(_BY_STATE[wanted.state]))
    if wanted.kind:
        found.append(TICKET.c.kind == wanted.kind)
    if wanted.person:
        nobodys = and_(TICKET.c.person.is_(None), TICKET.c.created_by == wanted.person)
        found.append(or_(TICKET.c.person == wanted.person, nobodys))
    if wanted.branch:
        found.append(TICKET.c.branch.in_(sorted(branches_below(connection, [wanted.branch]))))
    marks = _marks(connection, now)
    if wanted.mark in marks:
        found.append(marks[wanted.mark])
    if text := wanted.text.strip():
        columns = TICKET.c.number, TICKET.c.text, TICKET.c.place_id
        found.append(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return found


def _marks(connection: Connection, now: datetime) -> dict[Mark, ColumnElement[bool]]:
    """What `data.tickets.states.mark_of` says, as conditions."""
    due, soon = TICKET.c.due_at, to_iso(now + read_rules(connection).soon)
    overdue = and_(due.is_not(None), due <= to_iso(now))
    due_soon = and_(due.is_not(None), due > to_iso(now), due <= soon)
    in_time = or_(due.is_(None), due > soon)
    fresh = and_(TICKET.c.state == "open", TICKET.c.at > to_iso(now - NEW_FOR))
    return {
        "overdue": and_(IS_PENDING, overdue),
        "due_soon": and_(IS_PENDING, due_soon),
        "new": and_(in_time, fresh),
        "pending": and_(IS_PENDING, in_time, ~fresh),
        "finished": TICKET.c.state.in_(FINISHED),
    }
