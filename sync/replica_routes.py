"""What devices ask of the hub: enrolment, snapshots, changes, the event stream."""

import json
from collections import OrderedDict
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from data import change_log
from data.buckets import buckets_of_scope
from data.cache_build import changes_for
from data.clock import to_iso
from sync import auth
from sync.asking import asking_device, asking_person
from sync.errors import RefusedError, SnapshotNeededError
from sync.hub import Hub
from sync.problems import problem
from sync.protocol import ChangeBatch
from sync.snapshots import Scope, changes_after

_REMEMBERED_ANSWERS = 8


class EnrolRequest(BaseModel):
    """A one-time code."""

    code: str = Field(max_length=64)


def replica_router(hub: Hub) -> APIRouter:
    """The routes for devices."""
    router = APIRouter(tags=["replica"])
    answers = _Answers(hub)

    def device(request: Request) -> auth.Device:
        found = asking_device(hub.store, request)
        if found is None:
            raise RefusedError("this device is not enrolled at this hub, or was revoked: enrol it again")
        return found

    def listener(request: Request) -> None:
        if asking_device(hub.store, request) is None and asking_person(hub.store, request) is None:
            raise RefusedError("sign in, or enrol this device, to be told of changes")

    Known = Annotated[auth.Device, Depends(device)]

    @router.post("/enrol")
    def enrol(request: EnrolRequest) -> dict[str, str]:
        found, token = auth.enrol(hub.store, request.code)
        return {"device": found.id, "name": found.name, "token": token}

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

    @router.get("/events", response_model=None, dependencies=[Depends(listener)])
    async def events() -> EventSourceResponse:
        return EventSourceResponse(hub.stream.events(), ping=3600)

    return router


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
