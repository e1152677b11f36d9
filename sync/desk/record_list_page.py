"""The desk's page that lists the records which staff keep, and what its forms ask for while they are filled in."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from data.names.pinyin import readings_of
from data.upkeep.codes import suggested_code
from sync.auth import Person
from sync.desk.page import Desk
from sync.desk.record_form import as_ids
from sync.desk.record_list import choices_for, list_values
from sync.desk.record_words import KIND_WORDS, field_words
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.routes.record_routes import KeptKind

Asked = Annotated[str, Query(max_length=200)]


def record_list_router(hub: Hub) -> APIRouter:
    """The page `/desk/records`, the options of its forms, and the code that a new area would get."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(labels={"KIND_WORDS": KIND_WORDS, "field_words": field_words})
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "edit_records"))]

    @router.get("/desk/records")
    def listed(
        request: Request,
        editor: Editor,
        kind: KeptKind = "area",
        text: Asked = "",
        branch: Asked = "",
        only: Asked = "",
        state: Asked = "",
        after: Asked = "",
    ) -> Response:
        with hub.store.read() as connection:
            values = list_values(connection, editor, kind, text, branch, only, state, after)
        onward = {"kind": kind, "text": text, "branch": branch, "only": only}
        values["next"] = "/desk/records?" + urlencode({**onward, "after": values["after"]}) if values["after"] else ""
        return desk.render(request, editor, "records.html", **values)

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
