"""Hubs of the simulation: the real application and the real store, without processes, sockets or waiting."""

import asyncio
import json
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread

from data.clock import to_iso
from data.store.database import open_database, sqlite_url
from data.store.store import Store
from sync.auth import device_of
from sync.hub.hub import create_app, make_hub
from sync.hub.shelf import SnapshotShelf
from sync.hub.snapshots import Scope, publish
from sync.hub.urgent import News
from sync.protocol import Manifest
from sync.routes.device_routes import device_router
from sync.routes.entry_routes import entry_router
from sync.routes.replica_routes import replica_router
from tests.simulation.wire import Answered, Asked
from tests.stores import SetClock


class Shelf(SnapshotShelf):
    """Makes snapshots here and now, not in a process apart."""

    def prepare(self, scope: Scope) -> None:
        self.ensure(scope)

    def _publish(self, scope: Scope) -> Manifest:
        return publish(self._store, scope, self._directory / scope.key, encrypted=self._encrypted)


class SimulatedHub:
    """One hub process on the database in `directory`.

    Args:
        directory: With the store's file, which another hub may share.
        snapshots: Where this one keeps what it publishes.
        clock: The hub's.
        encrypted: Whether its caches are.
        loop: On which it answers, one request after the other.
    """

    def __init__(
        self, directory: Path, snapshots: Path, clock: SetClock, loop: AbstractEventLoop, *, encrypted: bool
    ) -> None:
        self._loop = loop
        self._engine = open_database(sqlite_url(directory / "store.db"))
        self.store = Store(self._engine, clock)
        self.hub = make_hub(self.store, Shelf(snapshots, self.store, encrypted=encrypted))
        routers = [replica_router(self.hub), device_router(self.hub), entry_router(self.hub)]
        self._app = create_app(self.hub, routers, "simulated")

    def close(self) -> None:
        """It is gone, with all that it had not written down."""
        self._engine.dispose()

    def answer(self, asked: Asked) -> Answered:
        """The answer of the application; an unexpected failure fails the simulation."""
        answered = self._loop.run_until_complete(_through(self._app, asked))
        for thread in threading.enumerate():
            if thread.name == "log leases":  # else it would write at another moment every time
                thread.join()
        preparing = answered.status == 503 and "retry-after" in answered.headers
        assert answered.status < 500 or preparing, f"the hub answers {answered.status}: {answered.body.decode()}"
        return answered

    def events(self, asked: Asked, news: list[News]) -> Answered:
        """A stream with these events, which then ends."""
        token = asked.headers["Authorization"].removeprefix("Bearer ")
        with self.store.read() as connection:
            if device_of(connection, token, self.store.clock.now()) is None:
                problem = json.dumps({"title": "unknown", "type": "urn:switchboard:token-over"}).encode()
                return Answered(401, {"Content-Type": "application/problem+json"}, problem)
        told = "".join(f"event: change\r\nid: {one.revision}\r\ndata: {self._data(one)}\r\n\r\n" for one in news)
        return Answered(200, {"Content-Type": "text/event-stream"}, told.encode())

    def _data(self, one: News) -> str:
        told = {"revision": one.revision, "time": to_iso(self.store.clock.now()), "epoch": one.epoch}
        return json.dumps({**told, **({"batch": json.loads(one.batch)} if one.batch else {})})


@contextmanager
def without_threads() -> Iterator[None]:
    """Has routes done here and now in the block, so that the same seed goes the same way: one asks at a time anyway."""

    async def here(work: Callable[..., object], *args: object, **_: object) -> object:
        return work(*args)

    elsewhere = anyio.to_thread.run_sync
    anyio.to_thread.run_sync = here  # type: ignore[assignment]
    try:
        yield
    finally:
        anyio.to_thread.run_sync = elsewhere


async def _through(app: Any, asked: Asked) -> Answered:
    """What an ASGI application answers."""
    parts: list[dict[str, Any]] = []
    questions = [{"type": "http.request", "body": asked.body, "more_body": False}]
    headers = {**asked.headers, "Host": "hub", "Content-Length": str(len(asked.body))}

    async def receive() -> dict[str, Any]:
        if questions:
            return questions.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        parts.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "query_string": asked.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8400),
    }
    await app(scope, receive, send)
    body = b"".join(part.get("body", b"") for part in parts[1:])
    return Answered(parts[0]["status"], {k.decode(): v.decode() for k, v in parts[0]["headers"]}, body)
