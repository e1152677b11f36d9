"""The desk's page of notices: what all agents are to know, and who has read it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from data.errors import SwitchboardError
from data.notices import board
from data.notices.describing import describe_notice
from data.notices.notice import LONGEST
from data.notices.readers import readers_of
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.branches import branch_names
from sync.desk.outages.window_forms import local_moment
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

STATES = {
    "coming": ("未开始", "Not begun"),
    "shown": ("显示中", "Shown"),
    "ended": ("已结束", "Ended"),
    "withdrawn": ("已撤回", "Withdrawn"),
}
_DONE = {
    "posted": ("已发布，正在送到每台坐席电脑", "Posted: on its way to every PC"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "read": ("已标为已读", "Marked as read"),
}

Text = Annotated[str, Form(max_length=1000)]


def notice_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/notices`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(labels={"STATES": STATES, "LONGEST": LONGEST}, done=_DONE)
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]
    Poster = Annotated[Person, Depends(PersonWho(hub.store, "post_notices"))]

    def page(request: Request, person: Person, status: int = 200, *, ended: bool = False, **more: Any) -> Response:  # noqa: ANN401
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            notices = board.list_notices(connection, now, ended=ended)
            readers = readers_of(connection, notices)
            branches = branch_names(connection)
        told = [describe_notice(one, now, readers[one.id]) for one in notices]
        mine = {one.id for one in notices if person.name in {mark.reader for mark in readers[one.id].read}}
        values = {"notices": told, "branches": branches, "mine": mine, "ended": ended, "entered": {}, **more}
        return desk.render(request, person, "notices.html", status, **values)

    @router.get("/desk/notices")
    def notices(request: Request, reader: Reader, ended: Annotated[str, Query(max_length=1)] = "") -> Response:
        return page(request, reader, ended=bool(ended))

    @router.post("/desk/notices")
    def post(
        request: Request,
        poster: Poster,
        text: Text = "",
        urgent: Text = "",
        since: Text = "",
        until: Text = "",
        branch: Annotated[list[str] | None, Form(max_length=200)] = None,
    ) -> Response:
        entered = {"text": text, "urgent": urgent, "since": since, "until": until, "branch": branch or []}
        try:
            new = board.NewNotice(
                text=text,
                urgent=bool(urgent),
                branches=branch or [],
                since=local_moment(since, "从") if since else None,
                until=local_moment(until, "到") if until else None,
            )
            with hub.store.write(poster.actor, "post notice", poster.branches) as writing:
                board.post_notice(writing, new, poster.actor)
        except SwitchboardError as problem:
            return page(request, poster, status_of(problem), error=refusal(request, problem), entered=entered)
        hub.stream.look_now()
        return go_on("/desk/notices?done=posted")

    @router.post("/desk/notices/{key}/withdraw")
    def withdraw(request: Request, poster: Poster, key: str) -> Response:
        try:
            with hub.store.write(poster.actor, "withdraw notice", poster.branches) as writing:
                board.withdraw_notice(writing, key, poster.actor)
        except SwitchboardError as problem:
            return page(request, poster, status_of(problem), error=refusal(request, problem))
        hub.stream.look_now()
        return go_on("/desk/notices?done=withdrawn")

    @router.post("/desk/notices/{key}/read")
    def read(request: Request, reader: Reader, key: str) -> Response:
        try:
            with hub.store.write(reader.actor, "read notice") as writing:
                board.mark_read(writing, key, reader.actor, "", hub.store.clock.now())
        except SwitchboardError as problem:
            return page(request, reader, status_of(problem), error=refusal(request, problem))
        return go_on("/desk/notices?done=read")

    return router
