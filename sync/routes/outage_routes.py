"""Outage windows over HTTP: the same rules as the command line and the pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime

from data.clock import usable
from data.outages.acts import (
    begin_outage,
    edit_outage,
    publish_outage,
    reopen_outage,
    restore_outage,
    revise_outage,
    withdraw_outage,
)
from data.outages.describing import describe_outage, overview
from data.outages.entry import add_outage
from data.outages.windows import OutageWindow
from data.store.store import Writing
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.routes.outage_forms import (
    BeginRequest,
    EditRequest,
    OutageRequest,
    PublishRequest,
    ReopenRequest,
    RestoreRequest,
    ReviseRequest,
    WithdrawRequest,
    pairs,
)


def outage_router(hub: Hub) -> APIRouter:
    """The routes for people and their programs."""
    router = APIRouter(tags=["outages"])
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]

    def answer(window: OutageWindow, setter: Person) -> Mapping[str, object]:
        hub.stream.look_now()
        with hub.store.read() as connection:
            return describe_outage(connection, window, hub.store.clock.now(), setter.reading)

    @router.get("/outages")
    def outages(reader: Reader, at: AwareDatetime | None = None) -> Sequence[Mapping[str, object]]:
        moment = usable(at, "at") if at else hub.store.clock.now()
        with hub.store.read() as connection:
            return overview(connection, moment, reader.reading)

    @router.post("/outages", status_code=201)
    def add(setter: Setter, request: OutageRequest) -> Mapping[str, object]:
        entered = request.entered()
        with hub.store.write(setter.actor, "add outage", setter.branches) as writing:
            window = add_outage(writing, entered, setter.actor)
            writing.note(setter.actor, "add_outage", window.id)
        return answer(window, setter)

    def done(setter: Person, act: str, key: str, do: Callable[[Writing], OutageWindow]) -> Mapping[str, object]:
        with hub.store.write(setter.actor, act.replace("_", " "), setter.branches) as writing:
            window = do(writing)
            writing.note(setter.actor, act, key)
        return answer(window, setter)

    @router.post("/outages/{key}/revise")
    def revise(setter: Setter, key: str, request: ReviseRequest) -> Mapping[str, object]:
        def do(writing: Writing) -> OutageWindow:
            source, site = request.etr_source, request.site
            return revise_outage(writing, key, request.etr, request.reason, setter.actor, etr_source=source, site=site)

        return done(setter, "revise_outage", key, do)

    @router.post("/outages/{key}/begin")
    def begin(setter: Setter, key: str, request: BeginRequest) -> Mapping[str, object]:
        return done(setter, "begin_outage", key, lambda writing: begin_outage(writing, key, request.at, setter.actor))

    @router.post("/outages/{key}/edit")
    def edit(setter: Setter, key: str, request: EditRequest) -> Mapping[str, object]:
        wanted = request.edit()
        return done(
            setter,
            "edit_outage",
            key,
            lambda writing: edit_outage(writing, key, wanted, request.reason, setter.actor),
        )

    @router.post("/outages/{key}/publish")
    def publish(setter: Setter, key: str, request: PublishRequest) -> Mapping[str, object]:
        return done(
            setter,
            "publish_outage",
            key,
            lambda writing: publish_outage(writing, key, request.channel, request.at, setter.actor),
        )

    @router.post("/outages/{key}/restore")
    def restore(setter: Setter, key: str, request: RestoreRequest) -> Mapping[str, object]:
        parts = pairs(request.partial)
        return done(
            setter,
            "restore_outage",
            key,
            lambda writing: restore_outage(writing, key, request.at, parts, setter.actor, request.reason),
        )

    @router.post("/outages/{key}/reopen")
    def reopen(setter: Setter, key: str, request: ReopenRequest) -> Mapping[str, object]:
        return done(
            setter, "reopen_outage", key, lambda writing: reopen_outage(writing, key, request.reason, setter.actor)
        )

    @router.post("/outages/{key}/withdraw")
    def withdraw(setter: Setter, key: str, request: WithdrawRequest) -> Mapping[str, object]:
        return done(
            setter, "withdraw_outage", key, lambda writing: withdraw_outage(writing, key, request.reason, setter.actor)
        )

    return router
