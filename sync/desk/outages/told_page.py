"""The desk's page of the customers who must be told of an outage: who was, and who still has to be."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import Connection

from data.clock import from_iso
from data.errors import SwitchboardError
from data.outages.describing import describe_outages
from data.privacy.reveal_reasons import SHOWN_FOR_S
from data.privacy.revealing import Revealing, TooManyRevealsError, reveal
from data.readers import Reader
from data.store.buckets import buckets_of_scope
from data.telling.told import NewAttempt, ToldList, find_told, record_attempt, told_list, told_lists
from data.telling.workbook import ToldExport, export_told
from sync.auth import Person
from sync.desk.answers import download, go_on
from sync.desk.outages.telling_words import telling_desk
from sync.desk.outages.told_rows import (
    CUSTOMERS_AT_ONCE,
    Showing,
    first_open,
    next_open,
    row_of,
    showing_asked,
    showing_sent,
)
from sync.desk.typed import Asked, Line
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

Sent = Annotated[Showing, Depends(showing_sent)]
Words = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of one attempt to tell a customer."""

    customer: Line
    result: Line
    means: Line = "phone"
    whom: Line = ""
    note: Words = ""
    news: Line = ""
    etr: Line = ""

    def entered(self, outage: str) -> NewAttempt:
        """The attempt, of the window `outage`.

        Raises:
            BadValueError: the ETR that was told is no moment.
        """
        promise = from_iso(self.etr, "etr") if self.etr else None
        said = self.means, self.result, self.whom, self.note
        return NewAttempt(outage, self.customer, *said, self.news or None, promise)


def told_router(hub: Hub, reveals_per_hour: int) -> APIRouter:
    """The page `/desk/told`, and what is done from it.

    Args:
        hub: Whose.
        reveals_per_hour: How many values a person may reveal within an hour.
    """
    router = APIRouter(include_in_schema=False)
    desk = telling_desk()
    Looker = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]
    Teller = Annotated[Person, Depends(PersonWho(hub.store, "tell_customers"))]
    Revealer = Annotated[Person, Depends(PersonWho(hub.store, "reveal"))]
    Exporter = Annotated[Person, Depends(PersonWho(hub.store, "export"))]
    ClearExporter = Annotated[Person, Depends(PersonWho(hub.store, "export_clear"))]

    def page(
        request: Request,
        person: Person,
        showing: Showing,
        status: int = 200,
        focus: str = "",
        **more: Any,  # noqa: ANN401 - whatever the page shows
    ) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            values = _listed(connection, showing, now, person.reading)
        values |= {**asdict(showing), "at_once": CUSTOMERS_AT_ONCE, "now": now, "entered": {}}
        values["focus"] = focus or first_open(values["shown"])
        return desk.render(request, person, "told.html", status, **{**values, **more})

    @router.get("/desk/told")
    def listed(
        request: Request, looker: Looker, showing: Annotated[Showing, Depends(showing_asked)], at: Asked = ""
    ) -> Response:
        return page(request, looker, showing, focus=at)

    @router.post("/desk/told/{key}")
    def tell(request: Request, teller: Teller, key: str, typed: Annotated[Typed, Depends()], showing: Sent) -> Response:
        row = row_of(key, typed.customer)
        try:
            with hub.store.write(teller.actor, "tell customer") as writing:
                lists = told_lists(writing.connection, writing.clock.now(), teller.reading)
                following = next_open(showing.shown(lists), row)
                record_attempt(writing, typed.entered(key), teller.actor, teller.reading)
        except SwitchboardError as error:
            said = refusal(request, error)
            return page(request, teller, showing, status_of(error), row, failed=said, entered=asdict(typed))
        hub.stream.look_now()
        where = urlencode({**asdict(showing), "at": following})
        return go_on(f"/desk/told?{where}")  # a fragment would keep the focus from that row

    @router.post("/desk/told/{key}/reveal")
    def reveal_phone(request: Request, revealer: Revealer, key: str, customer: Line, showing: Sent) -> Response:
        row = row_of(key, customer)
        try:
            told = _reveal_phone(hub, revealer, (key, customer), reveals_per_hour)
        except SwitchboardError as error:
            return page(request, revealer, showing, status_of(error), row, failed=refusal(request, error))
        shown = {"row": row, "phone": told, "shown_for_s": SHOWN_FOR_S}
        return page(request, revealer, showing, focus=row, revealed=shown)

    @router.post("/desk/told-export")
    def masked(exporter: Exporter, outage: Line = "") -> Response:
        return _download(hub, exporter, outage, clear=False)

    @router.post("/desk/told-export/clear")
    def clear(exporter: ClearExporter, outage: Line = "") -> Response:
        return _download(hub, exporter, outage, clear=True)

    return router


def _listed(connection: Connection, showing: Showing, now: datetime, reader: Reader) -> dict[str, Any]:
    """Every list, what is shown of them, and the windows by id."""
    lists = told_lists(connection, now, reader)
    if showing.outage and all(one.window.id != showing.outage for one in lists):  # one that is over for long
        lists.append(told_list(connection, showing.outage, now, reader))
    windows = _described(connection, lists, now, reader)
    return {"lists": lists, "shown": showing.shown(lists), "total": showing.total(lists), "windows": windows}


def _described(
    connection: Connection, lists: Sequence[ToldList], now: datetime, reader: Reader
) -> dict[str, Mapping[str, Any]]:
    told = describe_outages(connection, [one.window for one in lists], now, reader=reader)
    return {str(one["id"]): one for one in told}


def _reveal_phone(hub: Hub, person: Person, row: tuple[str, str], per_hour: int) -> str:
    """The phone of a customer on a window's list; that it was shown goes on record.

    Raises:
        NotFoundError: the customer is not on the list, or not to be seen by the person.
        TooManyRevealsError: the person saw too many within the hour; the refusal is on record, too.
    """
    outage, customer = row
    with hub.store.write(person.actor, "reveal") as writing:
        buckets = buckets_of_scope(writing.connection, person.branches)
        find_told(writing.connection, outage, customer, writing.clock.now(), person.reading)
        asked = Revealing(customer, "phone", "other", f"停电通知 {outage}")
        told = reveal(writing, asked, person.actor, buckets, per_hour)
    if isinstance(told, TooManyRevealsError):
        raise told
    return told


def _download(hub: Hub, person: Person, outage: str, *, clear: bool) -> Response:
    export = ToldExport(outage or None, person.reading, clear)
    return download("to-be-told.xlsx", lambda path: export_told(hub.store, export, path, person.actor))
