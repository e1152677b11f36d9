"""What waits for somebody at the desk, in numbers, each with the way to it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from data.outages.suspecting import standing_suspicions
from data.rights import may
from data.telling.call_backs import due_call_backs
from data.telling.told import open_told
from data.tickets.listing import ticket_counts
from sync.auth import Person
from sync.desk.place_words import Said


@dataclass(frozen=True, slots=True)
class Pending:
    """A number of matters of one sort.

    Attributes:
        path: Of the page where they are worked through.
        late: How many of them are overdue.
    """

    path: str
    words: Said
    number: int
    late: int = 0


def pending_for(connection: Connection, person: Person, at: datetime) -> list[Pending]:
    """What waits at `at`, as far as this person sees to it."""
    found = []
    if may(person.role, "see_desk"):
        told = open_told(connection, at, person.reading)
        suspected = len(standing_suspicions(connection, at))
        found.append(Pending("/desk/suspicions", ("疑似停电", "Suspected outages"), suspected))
        found.append(Pending("/desk/told", ("待通知客户", "Customers to be told"), told))
    if may(person.role, "work_tickets"):
        tickets = ticket_counts(connection, at, person.reading)
        due = due_call_backs(connection, at, person.reading)
        found.append(Pending("/desk/call-backs", ("待回访", "Call-backs due"), due))
        found.append(Pending("/desk/tickets", ("待办工单", "Tickets pending"), tickets.pending, tickets.overdue))
    return found
