"""Working on tickets: every change is one act by a person who saw the ticket as it is, and stands in its history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from data.clock import from_iso, to_iso, usable
from data.errors import BadValueError, DataError, NotFoundError
from data.finding import find_one
from data.readers import Reader
from data.store.schema import PERSON, TICKET
from data.store.store import Writing
from data.tickets.catalogue import read_catalogue
from data.tickets.history import add_event
from data.tickets.making import TEXT_AT_MOST, Maker, due_iso, lead_named
from data.tickets.states import FINISHED, check_move
from data.tickets.ticket import Ticket, get_ticket, linked_to

_CHANGEABLE = ("kind", "state", "person", "branch", "business", "due_at", "lead")
_Values = dict[str, str | None]


class TicketMovedError(DataError):
    """Somebody else changed the ticket since it was seen.

    Attributes:
        theirs: The ticket as it is now.
    """

    def __init__(self, theirs: Ticket) -> None:
        super().__init__(
            f"ticket {theirs.number} was changed meanwhile: look at it as it is now and do it again"
            " 该工单刚被他人修改，请核对后再提交"
        )
        self.about("ticket_moved", name=theirs.number)
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class TicketChange:
    """What is done with a ticket in one act; None leaves a field as it is, empty takes away what may be taken away.

    Attributes:
        state: One of `data.tickets.states.STATES`.
        text: A comment; needed where the ticket ends, is taken up again, or another due time is promised.
        person: Whom it is assigned to.
        branch: By id or unique name.
        business: A code of the catalogue; with that of another kind, the ticket becomes one of that kind.
        due_at: Another promise.
        lead: The number or id of the ticket that it is linked to.
        with_linked: What ends it ends all pending tickets that are linked to it.
    """

    state: str | None = None
    text: str = ""
    person: str | None = None
    branch: str | None = None
    business: str | None = None
    due_at: datetime | None = None
    lead: str | None = None
    with_linked: bool = False


def work_ticket(writing: Writing, named: str, seen: int | None, change: TicketChange, by: Maker) -> Ticket:
    """Changes a ticket, or only says something of it; where nothing would be different, nothing happens.

    Args:
        writing: The transaction.
        named: The ticket's number or id.
        seen: Its version as the person saw it; None for a comment alone, which contradicts nobody.
        change: What is done.
        by: Who.

    Raises:
        NotFoundError, AmbiguousError: the ticket, person, branch, entry of the catalogue or lead is none, or several.
        TicketMovedError: it has another version by now, and something would be changed.
        BadValueError: the change does not fit.
        ForbiddenError: the ticket or its lead is another branch's than the actor's.
    """
    reader = Reader(writing.branches, name=by.name)
    ticket = get_ticket(writing.connection, named, reader)
    if len(change.text) > TEXT_AT_MOST:
        raise BadValueError("text", change.text[:20], f"give at most {TEXT_AT_MOST} characters 最多 2000 字")
    changed = _changed(writing, ticket, change, reader)
    if changed and seen != ticket.version:
        raise TicketMovedError(ticket)
    _check(ticket, changed, change)
    if changed or change.text.strip():
        _store(writing, ticket, changed, change.text.strip(), by)
    if changed.get("state") in FINISHED and change.with_linked:
        _end_linked(writing, ticket, change, by)
    if changed.get("lead"):
        _bring_along(writing, ticket, str(changed["lead"]), by)
    return get_ticket(writing.connection, ticket.id)


def _changed(writing: Writing, ticket: Ticket, change: TicketChange, reader: Reader) -> _Values:
    """The columns that become different, with their new values."""
    wanted: _Values = {}
    if change.state is not None:
        wanted["state"] = change.state
    if change.person is not None:
        wanted["person"] = _person(writing, change.person) if change.person else None
    if change.branch is not None:
        wanted["branch"] = find_one(writing.connection, "branch", change.branch) if change.branch else None
    if change.business:
        wanted |= _filed(writing, ticket, change.business)
    if change.due_at is not None:
        wanted["due_at"] = to_iso(usable(change.due_at, "due_at"))
    if change.lead is not None:
        wanted["lead"] = _lead(writing, ticket, change.lead, reader) if change.lead else None
    before = _values(ticket)
    return {name: value for name, value in wanted.items() if value != before[name]}


def _values(ticket: Ticket) -> _Values:
    due = to_iso(ticket.due_at) if ticket.due_at else None
    return {**{name: getattr(ticket, name) for name in _CHANGEABLE}, "due_at": due}


def _filed(writing: Writing, ticket: Ticket, code: str) -> _Values:
    """Filed elsewhere, it is due as what is filed there is."""
    if code == ticket.business:
        return {}
    catalogue = read_catalogue(writing.connection)
    entry = catalogue.find(code)
    return {"business": code, "kind": entry.kind, "due_at": due_iso(catalogue, code, ticket.at)}


def _person(writing: Writing, name: str) -> str:
    wanted = select(PERSON.c.name).where(PERSON.c.name == name.strip(), PERSON.c.disabled_at.is_(None))
    if writing.connection.execute(wanted).first() is None:
        raise NotFoundError(f"nobody is called {name.strip()!r}, or is shut out 没有这个人员或已停用")
    return name.strip()


def _lead(writing: Writing, ticket: Ticket, named: str, reader: Reader) -> str:
    lead = lead_named(writing.connection, named, reader)
    if lead.id == ticket.id:
        raise BadValueError("lead", named, "a ticket is not linked to itself, nor to what is linked to it 不能关联自身")
    return lead.id


def _check(ticket: Ticket, changed: _Values, change: TicketChange) -> None:
    if "state" in changed:
        check_move(ticket.state, str(changed["state"]), change.text)
    elif changed and not ticket.pending:
        raise BadValueError("state", ticket.state, "it is settled: take it up again first 已结束，请先重新处理")
    if change.due_at is not None and "due_at" in changed:
        if not change.text.strip():
            raise BadValueError("text", "", "say why it is promised for another time 请写明改期原因")
        if from_iso(str(changed["due_at"])) <= ticket.at:
            raise BadValueError("due_at", str(changed["due_at"]), "is before the ticket was made 早于建单时间")


def _store(writing: Writing, ticket: Ticket, changed: _Values, text: str, by: Maker) -> None:
    before, now = _values(ticket), writing.clock.now()
    values: dict[str, str | int | None] = {**changed}
    if "state" in changed:
        values["closed_at"] = to_iso(now) if changed["state"] in FINISHED else None
    if values:
        writing.connection.execute(
            update(TICKET).where(TICKET.c.id == ticket.id).values(**values, version=ticket.version + 1)
        )
    add_event(writing, ticket.id, by.name, {name: (before[name], value) for name, value in changed.items()}, text)
    writing.note(by.actor, "work_ticket", " ".join([ticket.number, *sorted(changed)]))


def _end_linked(writing: Writing, lead: Ticket, change: TicketChange, by: Maker) -> None:
    for one in linked_to(writing.connection, [lead.id]):
        if one.pending:
            _store(writing, one, {"state": change.state}, f"{lead.number}: {change.text.strip()}", by)


def _bring_along(writing: Writing, ticket: Ticket, lead: str, by: Maker) -> None:
    """What was linked to a ticket that is linked itself now hangs on its lead: there are no chains."""
    for one in linked_to(writing.connection, [ticket.id]):
        _store(writing, one, {"lead": lead}, "", by)
