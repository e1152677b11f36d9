import asyncio
import json
import threading
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest

from sync import stream
from sync.replica_routes import EventAnswer
from sync.urgent import News
from tests.stores import SetClock


class Head:
    """A head revision that can fail to be read."""

    def __init__(self) -> None:
        self.revision = 1
        self.broken = False
        self.failures = threading.Semaphore(0)

    def __call__(self) -> int:
        if self.broken:
            self.failures.release()
            raise OSError("the disk is gone")
        return self.revision


async def next_revision(events: "asyncio.Future[dict[str, str]]") -> int:
    return int(json.loads((await asyncio.wait_for(events, 5))["data"])["revision"])


def test_a_head_that_cannot_be_read_is_not_confirmed_and_is_followed_again_once_it_can(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stream, "PING_S", 0.02)
    monkeypatch.setattr(stream, "_AGAIN_AFTER_S", 0.02)
    head = Head()

    async def follow() -> None:
        watched = stream.Stream(head, SetClock())
        with watched.watching(asyncio.get_running_loop()):
            events = watched.events()
            assert await next_revision(anext(events)) == 1  # type: ignore[arg-type]  # an awaitable is enough
            head.broken, head.revision = True, 2
            await asyncio.to_thread(head.failures.acquire)
            told = asyncio.ensure_future(anext(events))
            for _ in range(10):
                await asyncio.to_thread(head.failures.acquire)
            assert not told.done(), "an old revision was told as if it were confirmed"
            head.broken = False
            assert await next_revision(told) == 2
            await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(follow())
    assert len(caplog.records) == 1


def test_a_listener_that_takes_nothing_is_cut_off_and_nothing_is_kept_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However much happens meanwhile, it holds one event that waits to be taken, and then none."""

    async def never_taken(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def never_gone() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def follow() -> None:
        head = Head()
        watched = stream.Stream(head, SetClock())
        with watched.watching(asyncio.get_running_loop()):
            response = EventAnswer(watched.events(), ping=3600, send_timeout=0.2)
            serving = asyncio.ensure_future(response({"type": "http", "method": "GET"}, never_gone, never_taken))
            for _ in range(100):
                head.revision += 1
                watched.look_now()
                await asyncio.sleep(0)
            await asyncio.wait_for(serving, 10)
            assert not watched._listeners  # noqa: SLF001 - it left
            assert [record.getMessage() for record in caplog.records] == [
                "a listener took nothing for 0.2 s: its stream is ended"
            ]

    asyncio.run(follow())


def test_whoever_says_what_it_heard_last_is_told_what_cannot_wait_from_there_alone() -> None:
    def news(since: int) -> News:
        return News("e", since, head(), '{"since":1}' if since < head() else "")

    head = Head()

    async def follow() -> None:
        watched = stream.Stream(head, SetClock(), news=news)
        with watched.watching(asyncio.get_running_loop()):
            here = watched.events()
            assert "batch" not in await told(here)
            head.revision = 2
            watched.look_now()
            assert (await told(here))["batch"] == {"since": 1}
            assert (await told(watched.events(heard=1)))["batch"] == {"since": 1}
            for heard in (None, 0, 2, 7):
                assert "batch" not in await told(watched.events(heard=heard))

    asyncio.run(follow())


async def told(events: AsyncIterator[dict[str, str]]) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((await asyncio.wait_for(anext(events), 5))["data"])
    return said
