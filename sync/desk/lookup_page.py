"""The lookup as a page: what the popup answers, for whoever has no popup, and for the desk's forms to pick from."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from sync.auth import Person
from sync.desk import place_words
from sync.desk.lookup import PLACE_KINDS, Places
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

_MOST_OPTIONS = 20

Words = Annotated[str, Query(max_length=200)]


def lookup_router(hub: Hub, places: Places) -> APIRouter:
    """`/desk/find`, which lists places to pick from, and the page `/desk/lookup`."""
    router = APIRouter(include_in_schema=False)
    desk = place_desk()
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_places"))]

    @router.get("/desk/find")
    def find(
        request: Request,
        reader: Reader,
        q: Words = "",
        kinds: Words = "",
        limit: Annotated[int, Query(ge=1, le=_MOST_OPTIONS)] = 10,
    ) -> Response:
        """Options of a listbox for htmx; for a program that accepts JSON alone, the same as data."""
        answer = places.find(reader, q, asked_kinds(kinds), limit)
        if request.headers.get("accept") == "application/json":
            return JSONResponse({"as_of": answer["as_of"], "options": [option(one) for one in answer["results"]]})
        return desk.render(request, reader, "find.html", answer=answer, q=q)

    return router


def place_desk() -> Desk:
    """The frame of the pages about places, with their words."""
    return Desk(
        labels={
            "said": place_words.said,
            "W": place_words,
            "label_of": label_of,
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
