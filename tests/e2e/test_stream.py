import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, MutableMapping
from typing import Any

import pytest

from sync.hub import stream
from sync.hub.event_answer import EventAnswer
from sync.hub.urgent import News
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


def data_of(event: bytes) -> dict[str, Any]:
    lines = dict(line.split(": ", 1) for line in event.decode().strip().split("\r\n"))
    data: dict[str, Any] = json.loads(lines["data"])
    return data


async def next_revision(event: Awaitable[bytes]) -> int:
    return int(data_of(await asyncio.wait_for(event, 5))["revision"])


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
            assert await next_revision(anext(events)) == 1
            head.broken, head.revision = True, 2
            await asyncio.to_thread(head.failures.acquire)
            told = asyncio.ensure_future(anext(events))
            for _ in range(10):
                await asyncio.to_thread(head.failures.acquire)
            assert not told.done(), "an old revision was told as if it were confirmed"
            head.broken = False
            assert await next_revision(told) == 2
            await events.aclose()

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
            response = EventAnswer(watched.events(), 0.2)
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


async def told(events: AsyncIterator[bytes]) -> dict[str, Any]:
    return data_of(await asyncio.wait_for(anext(events), 5))


class Line:
    """The short way to a reader, who may be behind."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.behind = False

    def push(self, written: bytes) -> bool:
        if self.behind:
            return False
        length, event = written.split(b"\r\n", 1)
        assert event[int(length, 16) :] == b"\r\n"
        self.taken.append(data_of(event))
        return True


async def one_look(watched: stream.Stream) -> None:
    """Lets the watching thread look, and the loop tell of it."""
    watched.look_now()
    figures = watched.figures
    while watched.figures == figures:  # noqa: ASYNC110 - the watching thread tells nobody
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.001)


def test_whoever_keeps_up_is_told_the_short_way_and_whoever_is_behind_takes_the_newest_by_itself() -> None:
    head = Head()

    async def follow() -> None:
        watched = stream.Stream(head, SetClock(), news=lambda since: News("e", since, head(), f'{{"since":{since}}}'))
        with watched.watching(asyncio.get_running_loop()):
            line = Line()
            events = watched.events(push=line.push)
            assert "batch" not in await told(events)
            coming = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            for head.revision in (2, 3):
                await one_look(watched)
            assert [(one["revision"], one["batch"]) for one in line.taken] == [(2, {"since": 1}), (3, {"since": 2})]
            assert not coming.done()
            line.behind = True
            head.revision = 4
            await one_look(watched)
            assert data_of(await asyncio.wait_for(coming, 5))["batch"] == {"since": 3}
            head.revision = 5
            await one_look(watched)
            line.behind = False
            assert len(line.taken) == 2, "it was told beside what is still on its way"
            assert (await told(events))["revision"] == 5

    asyncio.run(follow())


def test_who_may_hear_no_more_is_told_nothing_more_on_either_way() -> None:
    head = Head()

    async def follow() -> None:
        rightful = [True]
        watched = stream.Stream(head, SetClock())
        with watched.watching(asyncio.get_running_loop()):
            line = Line()
            events = watched.events(may_go_on=lambda: rightful[0], push=line.push)
            await told(events)
            coming = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            rightful[0], head.revision = False, 2
            await one_look(watched)
            with pytest.raises(StopAsyncIteration):
                await asyncio.wait_for(coming, 5)
            assert not line.taken

    asyncio.run(follow())


def test_all_who_are_told_the_same_in_a_moment_share_the_bytes() -> None:
    async def follow() -> None:
        watched = stream.Stream(Head(), SetClock())
        with watched.watching(asyncio.get_running_loop()):
            first, second = [await anext(watched.events()) for _ in range(2)]
            assert first is second

    asyncio.run(follow())
