"""The desk's page that lists the records which staff keep, and what its forms ask for while they are filled in."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from data.names.pinyin import readings_of
from data.upkeep.codes import suggested_code
from data.upkeep.listing import Listed
from sync.auth import Person
from sync.desk.page import Desk
from sync.desk.places.lookup import PLACE_KINDS, Places
from sync.desk.records.record_form import as_ids
from sync.desk.records.record_list import FILTERS, choices_for, list_values
from sync.desk.records.record_words import KIND_WORDS, field_words
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.language import language
from sync.routes.record_routes import KeptKind

_ALIKE = 20
Asked = Annotated[str, Query(max_length=200)]
Typed = Annotated[str, Form(max_length=200)]


def record_list_router(hub: Hub, places: Places) -> APIRouter:
    """The page `/desk/records`, the options of its forms, and the code that a new area would get.

    Args:
        hub: Whose.
        places: Finds what is meant by pinyin or initials.
    """
    router = APIRouter(include_in_schema=False)
    desk = Desk(labels={"KIND_WORDS": KIND_WORDS, "field_words": field_words})
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "edit_records"))]

    def alike(person: Person, kind: str, text: str) -> tuple[str, ...]:
        """Ids of what the lookup finds for a text; it knows no contacts, and nothing newer than its cache."""
        if not text.strip() or kind not in PLACE_KINDS:
            return ()
        return tuple(str(one["id"]) for one in places.find(person, text, (kind,), _ALIKE)["results"])

    @router.get("/desk/records")
    def listed(
        request: Request,
        editor: Editor,
        kind: KeptKind = "area",
        branch: Asked = "",
        only: Asked = "",
        state: Asked = "",
    ) -> Response:
        return page(request, editor, Listed(kind, branch=branch), only, state)

    @router.post("/desk/records")
    def find(
        request: Request,
        editor: Editor,
        kind: Annotated[KeptKind, Form()] = "area",
        text: Typed = "",
        branch: Typed = "",
        only: Typed = "",
        state: Typed = "",
        after: Typed = "",
    ) -> Response:
        """The list as it was asked for; what was typed may be a customer's name: it stands in no address."""
        return page(request, editor, Listed(kind, text, branch=branch, after=after), only, state)

    def page(request: Request, editor: Person, asked: Listed, only: str, state: str) -> Response:
        kind = asked.kind
        filtered = FILTERS.get(kind)
        chosen = ((filtered, only),) if filtered and only else ()
        wanted = replace(asked, alike=alike(editor, kind, asked.text), only=chosen)
        with hub.store.read() as connection:
            values = list_values(connection, editor, language(request), wanted, retired=state == "retired")
        return desk.render(request, editor, "records.html", **values, only=only)

    @router.get("/desk/records/choices/{kind}")
    def choices(request: Request, editor: Editor, kind: str) -> Response:
        """Options of a datalist, for what stands in the one field that the request brings."""
        text = next(iter(request.query_params.values()), "")[:200]
        with hub.store.read() as connection:
            options = choices_for(connection, kind, text)
        return desk.render(request, editor, "record_choices.html", options=options)

    @router.get("/desk/records/code")
    def code(request: Request, editor: Editor, name: Asked = "", parent_id: Asked = "", level: Asked = "") -> Response:
        with hub.store.read() as connection:
            parent = as_ids(connection, "area", {"parent_id": parent_id})["parent_id"]
            suggested = suggested_code(connection, name, parent, level, readings_of)
        return desk.render(request, editor, "record_code.html", suggested=suggested)

    return router
