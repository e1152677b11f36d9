"""The desk's page of one ticket: what is known of it, what was done with it, and doing it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import Connection, select

from data.errors import BadValueError, SwitchboardError
from data.outages.timetable import SHANGHAI
from data.rights import may
from data.store.schema import PERSON
from data.tickets.catalogue import read_catalogue
from data.tickets.describing import describe_ticket
from data.tickets.history import TicketEvent, history_of
from data.tickets.ticket import find_own_ticket, get_ticket, get_tickets
from data.tickets.work import TicketChange, TicketMovedError, work_ticket
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.branches import branch_names
from sync.desk.tickets.ticket_words import shown_value, ticket_desk
from sync.desk.typed import Line
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.language import Language, language
from sync.refusal_words import refusal
from sync.routes.ticket_routes import maker

Words = Annotated[str, Form(max_length=2000)]


class Typed:
    """What stands in the form of a ticket, and what stood there when it was shown: only the difference is a change."""

    def __init__(
        self,
        state: Line = "",
        text: Words = "",
        person: Line = "",
        was_person: Line = "",
        branch: Line = "",
        was_branch: Line = "",
        business: Line = "",
        was_business: Line = "",
        due_at: Line = "",
        was_due_at: Line = "",
        lead: Line = "",
        unlink: Line = "",
        take: Line = "",
        with_linked: Line = "",
    ) -> None:
        self.state = "working" if take else state
        self.text = text
        self.person = person if person != was_person else None
        self.branch = branch if branch != was_branch else None
        self.business = business if business != was_business else None
        self.due_at = due_at if due_at != was_due_at else None
        self._lead = "" if unlink else lead or None
        self._takes, self._with_linked = bool(take), bool(with_linked)

    def change(self, by: str) -> TicketChange:
        """What was changed; whoever takes a ticket is assigned to it.

        Raises:
            BadValueError: the due time is none.
        """
        return TicketChange(
            state=self.state or None,
            text=self.text,
            person=by if self._takes else self.person,
            branch=self.branch,
            business=self.business,
            due_at=_due(self.due_at or ""),
            lead=self._lead,
            with_linked=self._with_linked,
        )


def ticket_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/tickets/{key}`."""
    router = APIRouter(include_in_schema=False)
    desk = ticket_desk()
    Worker = Annotated[Person, Depends(PersonWho(hub.store, "work_tickets"))]

    def ticket_page(
        request: Request,
        person: Person,
        key: str,
        status: int = 200,
        **more: Any,  # noqa: ANN401
    ) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            values = _ticket_values(connection, key, now, person, language(request))
        values |= {"now": now, "typed": None, "moved": False}
        return desk.render(request, person, "ticket.html", status, **{**values, **more})

    @router.get("/desk/tickets/{key}")
    def ticket(request: Request, worker: Worker, key: str) -> Response:
        return ticket_page(request, worker, key)

    @router.post("/desk/tickets/{key}")
    def work(
        request: Request,
        worker: Worker,
        key: str,
        version: Annotated[int, Form()],
        typed: Annotated[Typed, Depends()],
    ) -> Response:
        try:
            with hub.store.write(worker.actor, "work ticket", worker.branches) as writing:
                worked = work_ticket(writing, key, version, typed.change(worker.name), maker(worker))
        except TicketMovedError as moved:
            return ticket_page(
                request, worker, key, status_of(moved), moved=True, typed=typed, error=refusal(request, moved)
            )
        except SwitchboardError as error:
            field = error.field if isinstance(error, BadValueError) else ""
            refused = {
                "typed": typed,
                "refused": {field: refusal(request, error)} if field else {},
                "error": refusal(request, error),
            }
            return ticket_page(request, worker, key, status_of(error), **refused)
        hub.stream.look_now()
        with hub.store.read() as connection:
            stays = find_own_ticket(connection, worked.id, worker.reading)
        return go_on(f"/desk/tickets/{worked.number}" if stays else "/desk/tickets")

    return router


def _ticket_values(connection: Connection, key: str, now: datetime, person: Person, lang: Language) -> dict[str, Any]:
    ticket = get_ticket(connection, key, person.reading)
    doc = describe_ticket(connection, ticket, now, person.reading)
    history = history_of(connection, ticket.id)
    return {
        "ticket": doc,
        "history": [(one, _told(connection, one, lang)) for one in reversed(history)],
        "catalogue": read_catalogue(connection),
        "branches": branch_names(connection).items(),
        "people": _people(connection),
    }


def _told(connection: Connection, event: TicketEvent, lang: Language) -> list[tuple[str, str, str]]:
    """The fields that an act changed, with their values before and after, as people read them."""
    catalogue = read_catalogue(connection)
    ids = [value for pair in event.changes.values() for value in pair if value]
    names = {key: name for key, name in branch_names(connection).items() if key in ids}
    leads = {key for key in event.changes.get("lead", ()) if key}
    names |= {key: one.number for key, one in get_tickets(connection, leads).items()}
    return [
        (name, *(shown_value(name, value, catalogue, names, lang) for value in pair))  # type: ignore[misc]  # two
        for name, pair in event.changes.items()
    ]


def _people(connection: Connection) -> Iterable[str]:
    """Whoever may work on tickets."""
    rows = connection.execute(select(PERSON.c.name, PERSON.c.role).where(PERSON.c.disabled_at.is_(None)))
    return sorted(name for name, role in rows if may(role, "work_tickets"))


def _due(value: str) -> datetime | None:
    if not value.strip():
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BadValueError("due_at", value, "fill in date and time 请填写日期和时间").about("moment_needed") from None
