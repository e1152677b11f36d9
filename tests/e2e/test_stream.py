"""Who is told what of the store's head, beside a thread that watches it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sync.hub import stream
from sync.hub.line import Piece
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


class Line:
    """The way to a reader, who may be behind."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.taken: list[dict[str, Any]] = []
        self.behind = False
        self.ended = False

    def push(self, written: Piece) -> bool:
        if self.behind or self.ended:
            return False
        self.pieces.append(written)
        self.taken.append(data_of(written.body))
        return True

    def end(self, last: Piece | None = None) -> None:
        if last is not None and not self.ended:
            self.pieces.append(last)
        self.ended = True

    @property
    def revisions(self) -> list[int]:
        return [int(one["revision"]) for one in self.taken]


def watching(watched: stream.Stream, follow: Callable[[], Any]) -> None:
    """Runs `follow` while the head is watched."""

    async def run() -> None:
        with watched.watching(asyncio.get_running_loop()):
            await asyncio.wait_for(follow(), 20)

    asyncio.run(run())


async def until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 - the watching thread tells nobody
        await asyncio.sleep(0.001)


async def one_look(watched: stream.Stream) -> None:
    """Lets the watching thread look, and the loop tell of it."""
    watched.look_now()
    figures = watched.figures
    await until(lambda: watched.figures != figures)
    await asyncio.sleep(0.001)


def test_a_head_that_cannot_be_read_is_not_confirmed_and_is_followed_again_once_it_can(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stream, "PING_S", 0.02)
    monkeypatch.setattr(stream, "_AGAIN_AFTER_S", 0.02)
    head, line = Head(), Line()
    watched = stream.Stream(head, SetClock())

    async def follow() -> None:
        watched.listen(line)
        assert line.revisions == [1]
        head.broken, head.revision = True, 2
        await asyncio.to_thread(head.failures.acquire)
        told = len(line.taken)
        for _ in range(10):
            await asyncio.to_thread(head.failures.acquire)
        assert len(line.taken) == told, "an old revision was told as if it were confirmed"
        head.broken = False
        await until(lambda: line.revisions[-1] == 2)

    watching(watched, follow)
    assert len(caplog.records) == 1


def test_who_hears_nothing_for_a_while_is_told_that_all_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PING_S", 0.02)
    watched, line = stream.Stream(Head(), SetClock()), Line()

    async def follow() -> None:
        watched.listen(line)
        await until(lambda: line.revisions == [1, 1, 1])

    watching(watched, follow)


def test_whoever_says_what_it_heard_last_is_told_what_cannot_wait_from_there_alone() -> None:
    def news(since: int) -> News:
        return News("e", since, head(), '{"since":1}' if since < head() else "")

    head, here = Head(), Line()
    watched = stream.Stream(head, SetClock(), news=news)

    def heard(revision: int | None) -> dict[str, Any]:
        line = Line()
        watched.listen(line, revision)
        return line.taken[0]

    async def follow() -> None:
        watched.listen(here)
        assert "batch" not in here.taken[0]
        head.revision = 2
        await one_look(watched)
        assert here.taken[1]["batch"] == heard(1)["batch"] == {"since": 1}
        assert not any("batch" in heard(other) for other in (None, 0, 2, 7))

    watching(watched, follow)


def test_whoever_is_behind_is_kept_nothing_for_and_told_the_newest_once_it_takes_more() -> None:
    head, line = Head(), Line()
    watched = stream.Stream(head, SetClock(), news=lambda since: News("e", since, head(), f'{{"since":{since}}}'))

    async def follow() -> None:
        listening = watched.listen(line)
        for head.revision in (2, 3):
            await one_look(watched)
        assert [(one["revision"], one.get("batch")) for one in line.taken] == [
            (1, None),
            (2, {"since": 1}),
            (3, {"since": 2}),
        ]
        line.behind = True
        for head.revision in (4, 5):
            await one_look(watched)
        assert line.revisions == [1, 2, 3]
        line.behind = False
        listening.caught_up()
        assert line.revisions == [1, 2, 3, 5]
        assert "batch" not in line.taken[-1], "it missed revision 4"

    watching(watched, follow)


class Held:
    """What a listener holds."""

    def __init__(self) -> None:
        self.rightful = True
        self.holds = 0

    @contextmanager
    def holding(self) -> Iterator[Callable[[], bool]]:
        self.holds += 1
        yield lambda: self.rightful
        self.holds -= 1


def test_who_may_hear_no_more_is_told_nothing_more_and_its_line_ends() -> None:
    head, line, held = Head(), Line(), Held()
    watched = stream.Stream(head, SetClock())

    async def follow() -> None:
        listening = watched.listen(line, holding=held.holding())
        held.rightful, head.revision = False, 2
        await one_look(watched)
        assert (line.revisions, line.ended, held.holds) == ([1], True, 1)
        listening.gone()
        assert held.holds == 0

    watching(watched, follow)


def test_who_may_hear_no_more_is_told_nothing_also_when_it_had_been_behind_or_only_begins() -> None:
    line, late, held = Line(), Line(), Held()
    watched = stream.Stream(Head(), SetClock())

    async def follow() -> None:
        line.behind = True
        listening = watched.listen(line, holding=held.holding())
        line.behind = held.rightful = False
        listening.caught_up()
        watched.listen(late, holding=held.holding())
        assert [(one.taken, one.ended) for one in (line, late)] == [([], True)] * 2

    watching(watched, follow)


def test_who_is_gone_is_told_nothing_more() -> None:
    head, line = Head(), Line()
    watched = stream.Stream(head, SetClock())

    async def follow() -> None:
        watched.listen(line).gone()
        head.revision = 2
        await one_look(watched)
        assert line.revisions == [1]

    watching(watched, follow)
    assert not line.ended


def test_all_who_are_told_the_same_in_a_moment_share_the_bytes() -> None:
    watched, first, second = stream.Stream(Head(), SetClock()), Line(), Line()

    async def follow() -> None:
        for line in (first, second):
            watched.listen(line)
        assert first.pieces[0] is second.pieces[0]

    watching(watched, follow)


def test_the_last_thing_that_is_told_is_that_the_hub_ends_and_when_to_come_back_not_the_same_for_all() -> None:
    watched = stream.Stream(Head(), SetClock())
    lines, late = [Line() for _ in range(20)], Line()

    async def follow() -> None:
        for line in lines:
            watched.listen(line)
        watched.end()
        watched.listen(late)

    watching(watched, follow)
    assert all(line.ended and line.pieces[-1].body.startswith(b"event: end\r\n") for line in (*lines, late))
    assert len(late.pieces) == 1
    assert len({line.pieces[-1].body.partition(b"retry: ")[2] for line in lines}) > 1
