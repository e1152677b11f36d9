"""The desk's page of the customers who must be told of an outage: who was, and who still has to be."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy import Connection

from data.clock import from_iso
from data.errors import SwitchboardError
from data.outages.describing import describe_outages
from data.privacy.reveal_reasons import SHOWN_FOR_S
from data.privacy.revealing import Revealing, TooManyRevealsError, reveal
from data.readers import Reader
from data.store.buckets import buckets_of_scope
from data.telling.told import NewAttempt, ToldList, ToTell, find_told, record_attempt, told_list, told_lists
from data.telling.workbook import ToldExport, export_told
from sync.auth import Person
from sync.desk.answers import download, go_on
from sync.desk.outages.telling_words import SHOWN, telling_desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

CUSTOMERS_AT_ONCE = 200
"""More are on the next page."""


Asked = Annotated[str, Query(max_length=100)]
Line = Annotated[str, Form(max_length=200)]
Words = Annotated[str, Form(max_length=500)]
Filters = Annotated[str, Form(max_length=100)]
After = Annotated[int, Query(ge=0, le=1_000_000)]
Passed = Annotated[int, Form(ge=0, le=1_000_000)]


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
        outage: str,
        show: str,
        status: int = 200,
        focus: str = "",
        after: int = 0,
        **more: Any,  # noqa: ANN401 - whatever the page shows
    ) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            lists = told_lists(connection, now, person.reading)
            if outage and all(one.window.id != outage for one in lists):  # one that is over for long
                lists.append(told_list(connection, outage, now, person.reading))
            windows = _described(connection, lists, now, person.reading)
        show = show if show in SHOWN else "open"
        shown, total = _shown(lists, outage, show, after), _number(lists, outage, show)
        values: dict[str, Any] = {"now": now, "lists": lists, "shown": shown, "windows": windows}
        values |= {
            "outage": outage,
            "show": show,
            "focus": focus or _first_open(shown),
            "after": after,
            "total": total,
            "at_once": CUSTOMERS_AT_ONCE,
        }
        return desk.render(request, person, "told.html", status, **{"entered": {}, **values, **more})

    @router.get("/desk/told")
    def listed(
        request: Request, looker: Looker, outage: Asked = "", show: Asked = "open", at: Asked = "", after: After = 0
    ) -> Response:
        return page(request, looker, outage, show, focus=at, after=after)

    @router.post("/desk/told/{key}")
    def tell(
        request: Request,
        teller: Teller,
        key: str,
        customer: Line,
        result: Line,
        means: Line = "phone",
        whom: Line = "",
        note: Words = "",
        news: Line = "",
        etr: Line = "",
        outage: Filters = "",
        show: Filters = "open",
        after: Passed = 0,
    ) -> Response:
        entered = {"means": means, "whom": whom, "note": note}
        try:
            promise = from_iso(etr, "etr") if etr else None
            new = NewAttempt(key, customer, means, result, whom, note, news or None, promise)
            with hub.store.write(teller.actor, "tell customer") as writing:
                lists = told_lists(writing.connection, writing.clock.now(), teller.reading)
                following = _after(_shown(lists, outage, show, after), key, customer)
                record_attempt(writing, new, teller.actor, teller.reading)
        except SwitchboardError as error:
            row = f"{key}-{customer}"
            return page(
                request,
                teller,
                outage,
                show,
                status_of(error),
                focus=row,
                after=after,
                failed=refusal(request, error),
                entered=entered,
            )
        hub.stream.look_now()
        where = urlencode({"outage": outage, "show": show, "at": following, "after": after})
        return go_on(f"/desk/told?{where}")  # a fragment would keep the focus from that row

    @router.post("/desk/told/{key}/reveal")
    def reveal_phone(
        request: Request,
        revealer: Revealer,
        key: str,
        customer: Line,
        outage: Filters = "",
        show: Filters = "open",
        after: Passed = 0,
    ) -> Response:
        row = f"{key}-{customer}"
        try:
            with hub.store.write(revealer.actor, "reveal") as writing:
                buckets = buckets_of_scope(writing.connection, revealer.branches)
                find_told(writing.connection, key, customer, writing.clock.now(), revealer.reading)
                asked = Revealing(customer, "phone", "other", f"停电通知 {key}")
                told = reveal(writing, asked, revealer.actor, buckets, reveals_per_hour)
        except SwitchboardError as error:
            said = refusal(request, error)
            return page(request, revealer, outage, show, status_of(error), row, after, failed=said)
        if isinstance(told, TooManyRevealsError):
            said = refusal(request, told)
            return page(request, revealer, outage, show, status_of(told), row, after, failed=said)
        shown = {"row": row, "phone": told, "shown_for_s": SHOWN_FOR_S}
        return page(request, revealer, outage, show, focus=row, after=after, revealed=shown)

    @router.post("/desk/told-export")
    def masked(exporter: Exporter, outage: Filters = "") -> Response:
        return _download(hub, exporter, outage, clear=False)

    @router.post("/desk/told-export/clear")
    def clear(exporter: ClearExporter, outage: Filters = "") -> Response:
        return _download(hub, exporter, outage, clear=True)

    return router


def _described(
    connection: Connection, lists: Sequence[ToldList], now: datetime, reader: Reader
) -> dict[str, Mapping[str, Any]]:
    told = describe_outages(connection, [one.window for one in lists], now, reader=reader)
    return {str(one["id"]): one for one in told}


def _wanted(one: ToTell, show: str) -> bool:
    return show == "all" or (one.status == "open") == (show == "open")


def _fitting(lists: Sequence[ToldList], outage: str, show: str) -> Iterator[tuple[ToldList, ToTell]]:
    """The customers that are wanted, each with its list, in their order."""
    for told in lists:
        if outage in {"", told.window.id}:
            yield from ((told, one) for one in told.customers if _wanted(one, show))


def _number(lists: Sequence[ToldList], outage: str, show: str) -> int:
    return sum(1 for _ in _fitting(lists, outage, show))


def _shown(lists: Sequence[ToldList], outage: str, show: str, after: int) -> list[tuple[ToldList, list[ToTell]]]:
    """The lists with those customers that a page draws; lists with none of them are not."""
    drawn = islice(_fitting(lists, outage, show), after, after + CUSTOMERS_AT_ONCE)
    return [(told, [one for _, one in some]) for told, some in groupby(drawn, key=itemgetter(0))]


def _open_rows(shown: Sequence[tuple[ToldList, list[ToTell]]]) -> list[str]:
    return [f"{told.window.id}-{one.customer['id']}" for told, customers in shown for one in customers if one.news]


def _first_open(shown: Sequence[tuple[ToldList, list[ToTell]]]) -> str:
    return next(iter(_open_rows(shown)), "")


def _after(shown: Sequence[tuple[ToldList, list[ToTell]]], outage: str, customer: str) -> str:
    """The row to go on with after one: the next that is open, the first after the last."""
    rows, row = _open_rows(shown), f"{outage}-{customer}"
    if row not in rows:
        return row
    following = rows[rows.index(row) + 1 :] + rows[: rows.index(row)]
    return following[0] if following else ""


def _download(hub: Hub, person: Person, outage: str, *, clear: bool) -> Response:
    export = ToldExport(outage or None, person.reading, clear)
    return download("to-be-told.xlsx", lambda path: export_told(hub.store, export, path, person.actor))
