"""What devices ask of the hub: snapshots, changes, the event stream."""

import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import FileResponse, JSONResponse
from sse_starlette import EventSourceResponse

from data import change_log
from data.buckets import buckets_of_scope
from data.cache_build import changes_for
from data.clock import to_iso
from sync import auth
from sync.asking import DeviceWho, ListenerWho
from sync.auth.changes import Holder
from sync.errors import SnapshotNeededError
from sync.hub import Hub
from sync.problems import problem
from sync.protocol import ChangeBatch
from sync.snapshots import Scope, changes_after

_REMEMBERED_ANSWERS = 8


def replica_router(hub: Hub) -> APIRouter:
    """The routes for devices."""
    router = APIRouter(tags=["replica"])
    answers = _Answers(hub)

    Known = Annotated[auth.Device, Depends(DeviceWho(hub.store, "keep_cache"))]

    @router.get("/changes")
    def changes(known: Known, epoch: str, scope: str, since: int) -> Response:
        return Response(answers.changes(_scope(hub, known), epoch, scope, since), media_type="application/json")

    @router.get("/snapshot", response_model=None)
    def snapshot(known: Known) -> JSONResponse:
        scope = _scope(hub, known)
        manifest = hub.shelf.fresh(scope)
        if manifest is None:
            hub.shelf.prepare(scope)
            return problem(503, "the hub is preparing a snapshot", {"Retry-After": "1"})
        return JSONResponse(manifest.to_json())

    @router.get("/snapshot/{scope_key}/{name}", response_model=None)
    def snapshot_file(known: Known, scope_key: str, name: str) -> FileResponse | JSONResponse:
        path = hub.shelf.file(scope_key, name) if scope_key == _scope(hub, known).key else None
        if path is None:
            return problem(404, "this snapshot is no longer there: ask for the manifest again")
        return FileResponse(path, media_type="application/zstd")

    @router.get("/events", response_model=None)
    async def events(holder: Annotated[Holder, Depends(ListenerWho(hub.store))]) -> EventSourceResponse:
        return EventSourceResponse(_while_rightful(hub, holder), ping=3600)

    return router


async def _while_rightful(hub: Hub, holder: Holder) -> AsyncIterator[dict[str, Any]]:
    """The events, until `holder` may hear no more."""
    with hub.withdrawals.holding(holder) as may_go_on:
        async for event in hub.stream.events():
            if not may_go_on():
                return
            yield event


def _scope(hub: Hub, device: auth.Device) -> Scope:
    with hub.store.read() as connection:
        return Scope.of(buckets_of_scope(connection, device.branches))


class _Answers:
    """Makes the bodies of `/changes`; when a change wakes every agent at once, they share one body."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._bodies: OrderedDict[tuple[str, str, int, int], bytes] = OrderedDict()
        self._lock = Lock()

    def changes(self, scope: Scope, epoch: str, scope_key: str, since: int) -> bytes:
        """The JSON of a `ChangeBatch`.

        Raises:
            SnapshotNeededError: the log does not lead from there to the head.
        """
        if scope_key != scope.key:
            raise SnapshotNeededError("what this device may see has changed: fetch a snapshot")
        with self._lock:
            key = (epoch, scope.key, since, self._hub.head())
            if since == key[3] or key not in self._bodies:
                self._bodies[key] = self._body(scope, epoch, since)
                while len(self._bodies) > _REMEMBERED_ANSWERS:
                    self._bodies.popitem(last=False)
            # The time is of this very answer, whoever the rest was made for.
            return f'{{"time":"{to_iso(self._hub.store.clock.now())}",'.encode() + self._bodies[key][1:]

    def _body(self, scope: Scope, epoch: str, since: int) -> bytes:
        with self._hub.store.read() as connection:
            touched = changes_after(connection, scope, epoch, since)
            if touched is None:
                raise SnapshotNeededError("the change log does not lead from there to here: fetch a snapshot")
            batch = ChangeBatch(
                epoch=epoch,
                scope=scope.key,
                since=since,
                revision=change_log.head(connection),
                sums=change_log.sums(connection, scope.bucket_list),
                changes=tuple(changes_for(connection, touched, scope.bucket_list)),
            )
        return json.dumps(batch.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
