"""The lookup as a page: what the popup answers, for whoever has no popup, and for the desk's forms to pick from."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import JSONResponse

from data.errors import BadValueError, SwitchboardError
from data.phone_numbers import normal_form
from data.privacy.reveal_reasons import REASONS, SHOWN_FOR_S
from data.privacy.revealing import Revealing, reveal
from data.rights import may
from data.store.buckets import buckets_of_scope
from sync.auth import Person
from sync.desk import place_words
from sync.desk.outside_links import card_links
from sync.desk.page import Desk
from sync.desk.places.lookup import PLACE_KINDS, Places
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.limits import spend
from sync.hub.problems import status_of
from sync.refusal_words import refusal
from sync.routes.phone_routes import find_by_phone

_MOST_OPTIONS = 20

Words = Annotated[str, Query(max_length=200)]
Typed = Annotated[str, Form(max_length=200)]


def lookup_router(hub: Hub, places: Places, reveals_per_hour: int) -> APIRouter:
    """`/desk/find`, which lists places to pick from, and the page `/desk/lookup`.

    Args:
        hub: Whose.
        places: What answers.
        reveals_per_hour: How many values a person may reveal within an hour.
    """
    router = APIRouter(include_in_schema=False)
    desk = place_desk()
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_places"))]
    Revealer = Annotated[Person, Depends(PersonWho(hub.store, "reveal"))]

    @router.post("/desk/find")
    def find(
        request: Request,
        reader: Reader,
        q: Typed = "",
        kinds: Typed = "",
        limit: Annotated[int, Form(ge=1, le=_MOST_OPTIONS)] = 10,
    ) -> Response:
        """Options of a listbox for htmx; for a program that accepts JSON alone, the same as data.

        What was typed may be somebody's name: it stands in no address.
        """
        answer = places.find(reader, q, asked_kinds(kinds), limit)
        if request.headers.get("accept") == "application/json":
            return JSONResponse({"as_of": answer["as_of"], "options": [option(one) for one in answer["results"]]})
        return desk.render(request, reader, "find.html", answer=answer, q=q)

    def owners(request: Request, reader: Person, q: str) -> Sequence[str]:
        """The customers with the phone number that `q` is; asked when it is sent, not while it is typed."""
        form = normal_form(q)
        if form is None or "hx-request" in request.headers or not may(reader.role, "find_by_phone"):
            return ()
        spend(request, reader.actor, "find_by_phone")
        return find_by_phone(hub.store, form, reader.actor, [reader.branches], "the lookup page")

    def page(request: Request, reader: Person, q: str, kind: str, key: str, status: int = 200, **more: Any) -> Response:  # noqa: ANN401 - whatever the card shows
        opened = places.card(reader, kind, key) if key else None
        callers = [] if opened else owners(request, reader, q)
        answer = places.find(reader, q, by_phone=callers) if q.strip() or opened is None else opened
        sure = [one for one in answer["results"] if not one["match"]["weak"]]
        card = next(iter(opened["results"] if opened else sure), None)
        with hub.store.read() as connection:
            outside = card_links(connection, card) if card else []
        values = {"answer": answer, "q": q, "card": card, "opened": opened, "outside": outside, "entered": {}, **more}
        return desk.render(request, reader, "lookup.html", status, **values)

    @router.get("/desk/lookup")
    def card(
        request: Request, reader: Reader, kind: Words = "", key: Annotated[str, Query(alias="id")] = ""
    ) -> Response:
        return page(request, reader, "", kind, key)

    @router.post("/desk/lookup")
    def look_up(request: Request, reader: Reader, q: Typed = "") -> Response:
        """What was typed may be a name or a phone number: it stands in no address."""
        return page(request, reader, q, "", "")

    @router.post("/desk/lookup/reveal")
    def reveal_one(
        request: Request,
        revealer: Revealer,
        customer: Typed,
        field: Typed,
        reason: Typed,
        text: Typed = "",
        q: Typed = "",
    ) -> Response:
        """The card with one value as it is; nothing is shown before the trail of it is kept."""
        entered = {"field": field, "reason": reason, "text": text}
        told: str | SwitchboardError
        try:
            asked = Revealing(customer, field, reason, text)
            with hub.store.write(revealer.actor, "reveal") as writing:
                buckets = buckets_of_scope(writing.connection, revealer.branches)
                told = reveal(writing, asked, revealer.actor, buckets, reveals_per_hour)
        except BadValueError as error:
            told = error
        if isinstance(told, SwitchboardError):
            more: dict[str, Any] = {"reveal_error": refusal(request, told), "entered": entered}
            return page(request, revealer, q, "customer", customer, status_of(told), **more)
        shown = {"field": field, "value": told, "shown_for_s": SHOWN_FOR_S}
        return page(request, revealer, q, "customer", customer, revealed=shown)

    return router


def place_desk(more: Mapping[str, object] | None = None) -> Desk:
    """The frame of the pages about places, with their words, and `more` that one of them needs."""
    return Desk(
        labels={
            **(more or {}),
            "said": place_words.said,
            "W": place_words,
            "label_of": label_of,
            "REASONS": REASONS,
        }
    )


def asked_kinds(kinds: str) -> tuple[str, ...]:
    """The kinds that `kinds` names, parted by commas; all where it names none that can be looked up."""
    named = {one.strip() for one in kinds.split(",")}
    return tuple(kind for kind in PLACE_KINDS if kind in named) or PLACE_KINDS


def option(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a form keeps of a result: kind and id to send, `label` to show, where it is, and its state."""
    return {
        "kind": result["kind"],
        "id": result["id"],
        "code": result["code"],
        "label": label_of(result),
        "path": " › ".join(result["path"]),
        "state": result["state"],
    }


def label_of(result: Mapping[str, Any]) -> str:
    """A result's name, with the number that people know a feeder, transformer area or customer by."""
    numbered = result["kind"] != "area" and result["code"]
    return f"{result['name']}（{result['code']}）" if numbered else str(result["name"])
