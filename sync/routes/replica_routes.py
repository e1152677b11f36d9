"""What devices ask of the hub: snapshots, changes, repairs, the event stream."""

import json
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from data.caches import cache
from data.clock import to_iso
from data.store import change_log
from data.store.buckets import buckets_of_scope
from sync import auth
from sync.auth.changes import Holder, device_holder
from sync.errors import SnapshotNeededError, TooOldError
from sync.hub.asking import DeviceWho, ListenerWho
from sync.hub.event_answer import EventAnswer
from sync.hub.file_answer import FileAnswer
from sync.hub.hub import Hub
from sync.hub.problems import problem
from sync.hub.snapshots import Scope
from sync.protocol import (
    ANOTHER,
    CACHE_HEADER,
    COLUMNS,
    DAMAGED_HEADER,
    OLDEST,
    PROTOCOL_HEADER,
    SNAPSHOT_HEADER,
    TIME_HEADER,
    VERSION,
    RepairAsk,
)
from sync.routes.answers import Answers, Body, Shape

_FIRST_CACHE = 4
"""The version of the caches that replicas read which do not say so."""

_WORTH_PACKING = 1_000
_Revision = Annotated[int, Query(ge=0, le=2**31 - 1)]
_Text = Annotated[str, Field(max_length=64)]
_Sum = tuple[Annotated[int, Field(ge=0, le=2**31 - 1)], Annotated[str, Field(pattern="^[0-9a-f]{1,32}$")]]


class RepairRequest(BaseModel):
    """A `RepairAsk`."""

    epoch: _Text
    scope: _Text
    since: Annotated[int, Field(ge=0, le=2**31 - 1)]
    parts: list[tuple[_Text, _Text, list[_Sum]]]


def replica_router(hub: Hub) -> APIRouter:
    """The routes for devices."""
    router = APIRouter(tags=["replica"])
    answers = Answers(hub.store)

    Known = Annotated[auth.Device, Depends(DeviceWho(hub.store, "keep_cache"))]
    Version = Annotated[int, Depends(_version)]

    @router.get("/changes")
    def changes(
        request: Request, known: Known, version: Version, epoch: str, scope: str, since: _Revision, by: _Text = ""
    ) -> Response:
        with hub.store.read() as connection:
            own, head = _held_scope(connection, known, scope), change_log.head(connection)
        shape: Shape = "version 1" if version == 1 else "columns" if by == COLUMNS else "records"
        body = answers.changes(own, epoch, since, head, shape)
        hub.retention.seen(known.id, since)
        return _first_version(hub, body) if version == 1 else _json(hub, request, body)

    @router.post("/repair")
    def repair(request: Request, known: Known, asked: RepairRequest) -> Response:
        with hub.store.read() as connection:
            own = _held_scope(connection, known, asked.scope)
        return _json(hub, request, answers.repair(own, RepairAsk.from_json(asked.model_dump())))

    @router.get("/snapshot", response_model=None, dependencies=[Depends(_version)])
    def snapshot(
        known: Known,
        reads: Annotated[int, Header(alias=CACHE_HEADER)] = _FIRST_CACHE,
        damaged: Annotated[str, Header(alias=DAMAGED_HEADER)] = "",
    ) -> JSONResponse:
        if reads < cache.SCHEMA:
            raise TooOldError(f"this program reads caches of version {reads}, this hub makes {cache.SCHEMA}: update it")
        scope = _scope(hub, known)
        if damaged:
            hub.shelf.doubt(scope, damaged)
        manifest = hub.shelf.fresh(scope)
        if manifest is None:
            return _preparing(hub, scope)
        hub.retention.hold(manifest.scope, manifest.revision)
        return JSONResponse(manifest.to_json())

    @router.get("/snapshot/{scope_key}/{name}", response_model=None)
    def snapshot_file(
        request: Request,
        known: Known,
        scope_key: str,
        name: str,
        takes: Annotated[str, Header(alias=SNAPSHOT_HEADER)] = "",
    ) -> FileAnswer | JSONResponse:
        scope = _scope(hub, known)
        path = hub.shelf.file(scope_key, name) if scope_key == scope.key else None
        holding = hub.withdrawals.holding(device_holder(known.id, known.branches))
        if path is not None:
            # The name says what is in it: whoever goes on with a download says the same, or begins anew.
            return FileAnswer(path, f'"{path.stem}"', holding)
        if takes != ANOTHER or "range" in request.headers:
            return problem(404, "this snapshot is no longer there: ask for the manifest again")
        manifest = hub.shelf.fresh(scope)
        path = hub.shelf.file(scope.key, manifest.url.rpartition("/")[2]) if manifest else None
        if manifest is None or path is None:
            return _preparing(hub, scope)
        hub.retention.hold(manifest.scope, manifest.revision)
        before = json.dumps(manifest.to_json()).encode() + b"\n"
        return FileAnswer(path, manifest.etag, holding, before=before, headers={SNAPSHOT_HEADER: ANOTHER})

    @router.get("/events", response_model=None)
    async def events(
        holder: Annotated[Holder, Depends(ListenerWho(hub.store))],
        last_event_id: Annotated[str, Header()] = "",
    ) -> EventAnswer:
        heard = int(last_event_id) if last_event_id.isdecimal() else None
        return EventAnswer(partial(hub.stream.listen, heard=heard, holding=hub.withdrawals.holding(holder)))

    return router


async def _version(said: Annotated[int, Header(alias=PROTOCOL_HEADER)] = 1) -> int:
    """The version of the protocol in which to answer; on the loop, for a thread would cost more than it does."""
    if said < OLDEST:
        raise TooOldError(f"this program speaks version {said}, this hub {OLDEST} to {VERSION}: update it")
    return min(said, VERSION)


def _preparing(hub: Hub, scope: Scope) -> JSONResponse:
    """Has a snapshot made, and says that it is."""
    hub.shelf.prepare(scope)
    return problem(503, "the hub is preparing a snapshot", {"Retry-After": "1"})


def _scope(hub: Hub, device: auth.Device) -> Scope:
    with hub.store.read() as connection:
        return _scope_of(connection, device)


def _scope_of(connection: Connection, device: auth.Device) -> Scope:
    return Scope.of(buckets_of_scope(connection, device.branches), device.reader)


def _held_scope(connection: Connection, device: auth.Device, said: str) -> Scope:
    """The device's scope, if it is the one that its cache has."""
    scope = _scope_of(connection, device)
    if said != scope.key:
        raise SnapshotNeededError("what this device may see has changed: fetch a snapshot")
    return scope


def _json(hub: Hub, request: Request, body: Body) -> Response:
    """A body that many share; the time is of this very answer, and stands beside it."""
    headers = {TIME_HEADER: to_iso(hub.store.clock.now()), PROTOCOL_HEADER: str(VERSION), "Vary": "Accept-Encoding"}
    if len(body.plain) < _WORTH_PACKING or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(body.plain, media_type="application/json", headers=headers)
    return Response(body.packed, media_type="application/json", headers={**headers, "Content-Encoding": "gzip"})


def _first_version(hub: Hub, body: Body) -> Response:
    """As replicas of version 1 read it, with the time in the body."""
    time = f'{{"time":"{to_iso(hub.store.clock.now())}",'.encode()
    return Response(time + body.plain[1:], media_type="application/json")
