"""The desk's page of the business catalogue: what calls are about, how often, and changing it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from data.clock import usable
from data.errors import BadValueError, SwitchboardError
from data.outages.timetable import SHANGHAI
from data.store.store import Writing
from data.tickets.catalogue import (
    add_business,
    change_business,
    read_catalogue,
    retire_business,
    share_of,
    uses,
)
from data.tickets.rules import TicketRules, read_rules, set_rules
from data.tickets.workbook import export_uses
from sync.auth import Person
from sync.desk.answers import download, go_on
from sync.desk.tickets.ticket_words import ticket_desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

_DONE = {
    "add_business": ("已新增", "Added"),
    "change_business": ("已修改", "Changed"),
    "retire_business": ("已停用，已有的工单不受影响", "Retired: tickets that have it keep it"),
    "bring_back_business": ("已恢复使用", "Brought back"),
    "set_ticket_rules": ("已保存", "Saved"),
}

Day = Annotated[str, Query(max_length=10)]
Line = Annotated[str, Form(max_length=100)]


def catalogue_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/catalogue`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = ticket_desk(_DONE)
    Worker = Annotated[Person, Depends(PersonWho(hub.store, "work_tickets"))]
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "set_up_centre"))]

    def page(
        request: Request,
        person: Person,
        days: tuple[date, date] | None = None,
        status: int = 200,
        **more: Any,  # noqa: ANN401
    ) -> Response:
        first, last = days or _this_month(hub.store.clock.now())
        with hub.store.read() as connection:
            used = uses(connection, *_span(first, last))
            values = {"catalogue": read_catalogue(connection), "rules": read_rules(connection)}
        values |= {"uses": [(one, share_of(one, used)) for one in used], "first": first, "last": last}
        return desk.render(request, person, "catalogue.html", status, **{"typed": {}, **values, **more})

    def act(
        request: Request, person: Person, about: str, do: Callable[[Writing], object], typed: dict[str, str]
    ) -> Response:
        try:
            with hub.store.write(person.actor, about) as writing:
                do(writing)
        except SwitchboardError as error:
            return page(request, person, status=status_of(error), error=refusal(request, error), typed=typed)
        hub.stream.look_now()
        return go_on(f"/desk/catalogue?done={about.replace(' ', '_')}")

    @router.get("/desk/catalogue")
    def catalogue(request: Request, worker: Worker, since: Day = "", until: Day = "") -> Response:
        try:
            days = _days(since, until) if since or until else None
        except BadValueError as error:
            return page(request, worker, status=status_of(error), error=refusal(request, error))
        return page(request, worker, days)

    @router.get("/desk/catalogue/uses.xlsx")
    def workbook(worker: Worker, since: Day, until: Day) -> Response:
        first, last = _days(since, until)
        asked, span = worker.actor, _span(first, last)
        return download(f"business-{first}-{last}.xlsx", lambda path: export_uses(hub.store, path, span, asked))

    @router.post("/desk/catalogue")
    def add(request: Request, editor: Editor, parent: Line, name: Line = "", hours: Line = "") -> Response:
        typed = {"parent": parent, "name": name, "hours": hours}
        return act(
            request,
            editor,
            "add business",
            lambda writing: add_business(writing, parent, name, _hours(hours), editor.actor),
            typed,
        )

    @router.post("/desk/catalogue/rules")
    def rules(request: Request, editor: Editor, duplicate_hours: Line, due_soon_hours: Line) -> Response:
        def do(writing: Writing) -> None:
            told = TicketRules(_hours(duplicate_hours) or 0.0, _hours(due_soon_hours) or 0.0)
            set_rules(writing, told, editor.actor)

        return act(request, editor, "set ticket rules", do, {})

    @router.post("/desk/catalogue/{code}")
    def change(request: Request, editor: Editor, code: str, name: Line = "", hours: Line = "") -> Response:
        return act(
            request,
            editor,
            "change business",
            lambda writing: change_business(writing, code, editor.actor, name=name, due_hours=_hours(hours)),
            {"code": code, "name": name, "hours": hours},
        )

    @router.post("/desk/catalogue/{code}/retire")
    def retire(request: Request, editor: Editor, code: str, back: Line = "") -> Response:
        return act(
            request,
            editor,
            "bring back business" if back else "retire business",
            lambda writing: retire_business(writing, code, editor.actor, retired=not back),
            {},
        )

    return router


def _hours(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise BadValueError("hours", text, "give a number of hours 请填写小时数").about("number_needed") from None


def _this_month(now: datetime) -> tuple[date, date]:
    today = now.astimezone(SHANGHAI).date()
    return today.replace(day=1), today


def _days(since: str, until: str) -> tuple[date, date]:
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
        for day in (first, last):
            usable(datetime.combine(day, time(), SHANGHAI), "days")
    except ValueError:
        raise BadValueError("days", f"{since} {until}", "fill in both days 请填写起止日期").about(
            "days_needed"
        ) from None
    if last < first:
        raise BadValueError("until", until, "is before the first day 结束日期早于开始日期").about("last_before_first")
    return first, last


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the midnight before the first day to that after the last, in the service centre's zone."""
    return datetime.combine(first, time(), SHANGHAI), datetime.combine(last + timedelta(days=1), time(), SHANGHAI)
