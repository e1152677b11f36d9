"""The desk's page of tickets: the list, with quick entry of a new one."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import Connection

from data.errors import BadValueError, SwitchboardError
from data.finding import find_one
from data.outages.branch_limits import check_not_elsewhere
from data.outages.windows import ScopeItem
from data.readers import Reader
from data.tickets.catalogue import read_catalogue
from data.tickets.describing import describe_outages_at, describe_tickets
from data.tickets.listing import Wanted, list_tickets, ticket_counts
from data.tickets.making import NewTicket, add_ticket
from data.tickets.places import nearby, spot_at
from data.tickets.rules import read_rules
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.branches import branch_names
from sync.desk.tickets.ticket_words import ticket_desk
from sync.desk.typed import After, Asked, AskedAfter, Line
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal
from sync.routes.ticket_routes import maker

_PAGE = 50

Words = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a new ticket."""

    kind: Line = "trouble_report"
    business: Line = ""
    place_kind: Line = "transformer_area"
    place: Annotated[str, Form(alias="q", max_length=200)] = ""
    text: Words = ""
    linked_to: Line = ""

    def entered(self) -> NewTicket:
        """The ticket; an entry of the catalogue says its kind, too."""
        kind = self.business.partition(".")[0] or self.kind
        place = (self.place_kind, self.place.strip()) if self.place.strip() else None
        return NewTicket(kind, self.text, place, self.business or None, self.linked_to.strip() or None)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty for all, `mine` for whoever asks."""

    state: Line = "pending"
    kind: Line = ""
    mine: Line = ""
    branch: Line = ""
    mark: Line = ""

    def wanted(self, person: Person, text: str = "") -> Wanted:
        """The same as the list of tickets takes it; `text` is what was typed."""
        return Wanted(self.state, self.kind, person.name if self.mine else "", self.branch, self.mark, text)


def filters_asked(
    state: Asked = "pending", kind: Asked = "", mine: Asked = "", branch: Asked = "", mark: Asked = ""
) -> Filters:
    """What an address narrows the list to."""
    return Filters(state, kind, mine, branch, mark)


def tickets_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/tickets`."""
    router = APIRouter(include_in_schema=False)
    desk = ticket_desk()
    Worker = Annotated[Person, Depends(PersonWho(hub.store, "work_tickets"))]
    Reporter = Annotated[Person, Depends(PersonWho(hub.store, "make_ticket"))]

    def list_page(
        request: Request,
        person: Person,
        wanted: Wanted,
        after: int = 0,
        status: int = 200,
        **more: Any,  # noqa: ANN401
    ) -> Response:
        with hub.store.read() as connection:
            values = _listed(connection, wanted, hub.store.clock.now(), after, person.reading)
        part = "HX-Request" in request.headers
        answer = desk.render(
            request,
            person,
            "ticket_list.html" if part else "tickets.html",
            status,
            **{"typed": Typed(), "mine": wanted.person == person.name, **values, **more},
        )
        if part:
            answer.headers["HX-Replace-Url"] = f"/desk/tickets?{values['query']}".rstrip("?")
        return answer

    @router.get("/desk/tickets")
    def tickets(
        request: Request,
        worker: Worker,
        filters: Annotated[Filters, Depends(filters_asked)],
        made: Asked = "",
        after: AskedAfter = 0,
        place_kind: Asked = Typed().place_kind,
        place: Asked = "",
    ) -> Response:
        """The list; with a place, the form of a new ticket is for it."""
        typed = Typed(place_kind=place_kind, place=place)
        return list_page(request, worker, filters.wanted(worker), after, made=made, typed=typed)

    @router.post("/desk/ticket-list")
    def find(
        request: Request, worker: Worker, filters: Annotated[Filters, Depends()], q: Line = "", after: After = 0
    ) -> Response:
        """The list as it was asked for; what was typed may be somebody's name: it stands in no address."""
        return list_page(request, worker, filters.wanted(worker, q), after)

    @router.post("/desk/tickets")
    def make(request: Request, reporter: Reporter, typed: Annotated[Typed, Depends()]) -> Response:
        now = hub.store.clock.now()
        try:
            _check_place_kind(typed.place_kind)
            with hub.store.write(reporter.actor, "make ticket", reporter.branches) as writing:
                made = add_ticket(writing, uuid4().hex, now, typed.entered(), maker(reporter))
        except SwitchboardError as error:
            field = error.field if isinstance(error, BadValueError) else "linked_to" if typed.linked_to else "place"
            refused: dict[str, Any] = {"typed": typed, "refused": {field: refusal(request, error)}}
            return list_page(request, reporter, Wanted(), status=status_of(error), **refused)
        hub.stream.look_now()
        return go_on(f"/desk/tickets?made={made.number}")

    @router.post("/desk/tickets/near")
    def near(
        request: Request, reporter: Reporter, kind: Line = "", place_kind: Line = "", place: Line = ""
    ) -> Response:
        """For the form: windows and open reports where the new ticket is for; nothing is changed."""
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            try:
                values = _known_there(connection, (kind, place_kind, place), now, reporter.branches)
            except SwitchboardError as error:
                values = {"unknown": refusal(request, error) if place.strip() else "", "windows": [], "reports": []}
        return desk.render(request, reporter, "ticket_near.html", now=now, **values)

    return router


def _listed(connection: Connection, wanted: Wanted, now: datetime, after: int, reader: Reader) -> dict[str, Any]:
    found = list_tickets(connection, wanted, now, limit=_PAGE + 1, after=after, reader=reader)
    asked = {name: value for name, value in asdict(wanted).items() if value and name not in {"person", "text"}}
    asked |= {"mine": "1"} if wanted.person else {}
    catalogue = read_catalogue(connection)
    return {
        "now": now,
        "wanted": wanted,
        "tickets": describe_tickets(connection, found[:_PAGE], now, reader),
        "counts": ticket_counts(connection, now, reader),
        "query": urlencode(asked),
        "first": after + 1,
        "less": max(0, after - _PAGE) if after else None,
        "more": after + _PAGE if len(found) > _PAGE else None,
        "branches": branch_names(connection).items(),
        "catalogue": catalogue,
    }


def _known_there(
    connection: Connection, asked: tuple[str, str, str], now: datetime, branches: tuple[str, ...]
) -> dict[str, Any]:
    kind, place_kind, place = asked
    _check_place_kind(place_kind)
    key = find_one(connection, place_kind, place)
    check_not_elsewhere(connection, ScopeItem(place_kind, key), branches)
    spot = spot_at(connection, place_kind, key)
    within = read_rules(connection).duplicates_within
    reports = nearby(connection, spot, now, within) if kind in {"trouble_report", "chase_up"} else []
    return {"unknown": "", "windows": describe_outages_at(connection, spot, now), "reports": reports}


def _check_place_kind(kind: str) -> None:
    if kind not in {"area", "feeder", "transformer_area", "customer"}:
        refused = BadValueError(
            "place", kind, "give an area, a feeder, a transformer area or a customer 请选择地点类型"
        )
        raise refused.about("place_kind_needed")
