"""Notices to all agents, over HTTP."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from data.clock import usable
from data.notices import board
from data.notices.describing import describe_notice
from data.notices.readers import readers_of
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

Branch = Annotated[str, Field(max_length=200)]


class NoticeRequest(BaseModel):
    """A new notice; without branches for everybody, without times from now until it is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=1000)
    urgent: bool = False
    branches: list[Branch] = Field(default=[], max_length=200)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


def notice_router(hub: Hub) -> APIRouter:
    """The routes for notices."""
    router = APIRouter(tags=["notices"])
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]
    Poster = Annotated[Person, Depends(PersonWho(hub.store, "post_notices"))]

    @router.get("/notices", dependencies=[Depends(PersonWho(hub.store, "see_desk"))])
    def listed(ended: bool = False) -> Mapping[str, object]:  # noqa: FBT001, FBT002 - a question's parameter
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            notices = board.list_notices(connection, now, ended=ended)
            readers = readers_of(connection, notices)
        return {"notices": [describe_notice(one, now, readers[one.id]) for one in notices]}

    @router.post("/notices", status_code=201)
    def post(poster: Poster, request: NoticeRequest) -> Mapping[str, object]:
        new = board.NewNotice(
            text=request.text,
            urgent=request.urgent,
            branches=request.branches,
            since=usable(request.since, "since") if request.since else None,
            until=usable(request.until, "until") if request.until else None,
        )
        with hub.store.write(poster.actor, "post notice", poster.branches) as writing:
            notice = board.post_notice(writing, new, poster.actor)
        hub.stream.look_now()
        return describe_notice(notice, hub.store.clock.now())

    @router.post("/notices/{key}/withdraw")
    def withdraw(poster: Poster, key: str) -> Mapping[str, object]:
        with hub.store.write(poster.actor, "withdraw notice", poster.branches) as writing:
            notice = board.withdraw_notice(writing, key, poster.actor)
        hub.stream.look_now()
        return describe_notice(notice, hub.store.clock.now())

    @router.post("/notices/{key}/read")
    def read(reader: Reader, key: str) -> Mapping[str, object]:
        now = hub.store.clock.now()
        with hub.store.write(reader.actor, "read notice") as writing:
            board.mark_read(writing, key, reader.actor, "", now)
        return {"id": key, "read": True}

    return router
