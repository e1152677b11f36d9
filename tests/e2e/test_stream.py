import asyncio
import json
import threading

import pytest

from sync import stream
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
