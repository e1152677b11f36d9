"""Waking everyone who listens when the store has a new revision."""

import asyncio
import logging
import random
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from data.clock import Clock, to_iso
from sync.hub.event_answer import event_bytes
from sync.hub.line import Push, piece
from sync.hub.notices import Notices
from sync.hub.urgent import News
from sync.protocol import PING_S

_WATCH_EVERY_S = 0.05
"""Another process, such as the command line, may have written: a look at the head costs some 50 µs."""

_WATCH_EVERY_S_WHILE_TOLD = 2.0
_AGAIN_AFTER_S = 1.0
_SHARED_FOR = timedelta(seconds=0.1)
_WRITTEN_BY = "written by "
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Made:
    """An event that was made for all who are told the same at the same moment, also as a piece on the line."""

    told: tuple[News, int]
    at: datetime
    event: bytes
    piece: bytes


class _Listener:
    """One who is told.

    Attributes:
        heard: The revision that it heard of last.
        woken: There is something new, which it is to take by itself.
    """

    __slots__ = ("_may_go_on", "_waits", "heard", "push", "woken")

    def __init__(self, heard: int | None, may_go_on: Callable[[], bool], push: Push | None) -> None:
        self.heard = heard
        self.woken = asyncio.Event()
        self.push = push or _no_push
        self._may_go_on = may_go_on
        self._waits = False

    async def wait(self, seconds: float) -> None:
        """Waits until it is woken, no longer than so."""
        self._waits = True
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            pass
        finally:
            self._waits = False

    def keeps_up(self) -> bool:
        """Whether it waits for what is next, and may be told."""
        return self._waits and not self.woken.is_set() and self._may_go_on()


def _no_push(_piece: bytes) -> bool:
    return False


class Stream:
    """The head revision, watched, and its listeners.

    Args:
        head: Reads the head revision; called from the watching thread.
        clock: The hub's time, sent along.
        news: What there is to tell of everything after a revision; called from the watching thread when there is some.
        notices: Of the database, where it tells of commits: the head is looked at when it does, and other hub processes
            on it are told of what was written here beside the records.
    """

    def __init__(
        self,
        head: Callable[[], int],
        clock: Clock,
        notices: Notices | None = None,
        news: Callable[[int], News] | None = None,
    ) -> None:
        self._head = head
        self._clock = clock
        self._news_since = news or (lambda since: News("", since, head()))
        self._news = News("", 0, 0)
        self._notices = notices
        self._name = uuid4().hex
        self._listeners: set[_Listener] = set()
        self._stop = threading.Event()
        self._look = threading.Event()
        self._written = threading.Event()
        self._written_elsewhere = threading.Event()
        self._seen = True
        self._made: dict[bool, _Made] = {}
        self.figures = 0

    @property
    def revision(self) -> int:
        """The head, as listeners are told it."""
        return self._news.revision

    def look_now(self) -> None:
        """Has the head looked at at once: this process has written, maybe figures beside the records."""
        self._written.set()
        self._look.set()

    @contextmanager
    def watching(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """Watches the head while the block runs, and ends every listener after it."""
        self._news = self._news_since(self._head())
        thread = threading.Thread(target=self._watch, args=(loop,), name="head-watch", daemon=True)
        thread.start()
        try:
            with self._notices.listening(self._heard) if self._notices else nullcontext():
                yield
        finally:
            self._stop.set()
            self._look.set()
            thread.join()
            self._wake()

    def end(self) -> None:
        """Has every listener told that the hub ends; called on the loop's thread."""
        self._stop.set()
        self._look.set()
        self._wake()

    async def events(
        self, heard: int | None = None, may_go_on: Callable[[], bool] = lambda: True, push: Push | None = None
    ) -> AsyncGenerator[bytes]:
        """What a listener is sent: at once, on each change, and every `PING_S`.

        While the head cannot be read nothing is sent: whoever hears an old revision would take it for confirmed.
        What listeners have not taken yet is never kept for them: the next thing they are sent is the newest. The last
        thing is that the hub ends, and how long a browser is to wait before it comes back.

        Args:
            heard: The revision that the listener heard of last, where it says so: an urgent batch from there on is for
                it, too.
            may_go_on: Asked before each event; once it says no, the events end.
            push: The short way, on which changes go to whoever keeps up, instead of coming out here.
        """
        listener = _Listener(heard, may_go_on, push)
        self._listeners.add(listener)
        try:
            while not self._stop.is_set():
                listener.woken.clear()
                if not may_go_on():
                    return
                if self._seen:
                    made = self._made_for(listener)
                    yield made.event
                    listener.heard = made.told[0].revision
                await listener.wait(PING_S)
            yield event_bytes("end", "{}", retry_ms=_back_after_ms())
        finally:
            self._listeners.discard(listener)

    def _made_for(self, listener: _Listener) -> _Made:
        """The newest event, as the listener is told it: one is made for all who are told the same in a moment."""
        news = self._news
        batch = news.batch if listener.heard == news.since else ""
        now, made = self._clock.now(), self._made.get(bool(batch))
        told = (news, self.figures)
        if made is None or made.told != told or abs(now - made.at) >= _SHARED_FOR:
            event = self._bytes(news, batch, now)
            made = self._made[bool(batch)] = _Made(told, now, event, piece(event))
        return made

    def _bytes(self, news: News, batch: str, now: datetime) -> bytes:
        along = f',"batch":{batch}' if batch else ""
        data = (
            f'{{"revision":{news.revision},"figures":{self.figures},"time":"{to_iso(now)}"'
            f',"epoch":"{news.epoch}"{along}}}'
        )
        return event_bytes("change", data, news.revision)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """The dispatcher of the watching thread: a database that does not answer is logged once and asked again."""
        while not self._stop.is_set():
            told = self._notices is not None and self._notices.heard
            self._look.wait(_WATCH_EVERY_S_WHILE_TOLD if told else _WATCH_EVERY_S)
            self._look.clear()
            written, elsewhere = _taken(self._written), _taken(self._written_elsewhere)
            try:
                news = self._news if self._head() == self.revision else self._news_since(self.revision)
            except Exception:  # noqa: BLE001 - the dispatcher: without this thread no agent would hear anything
                if self._seen:
                    _LOG.exception("the head revision cannot be read")
                self._seen = False
                self._stop.wait(_AGAIN_AFTER_S)
                continue
            self.figures += written or elsewhere
            if news is not self._news or written or elsewhere or not self._seen:
                self._news, self._seen = news, True
                loop.call_soon_threadsafe(self._wake)
            if written:
                self._tell_others()

    def _tell_others(self) -> None:
        if self._notices is None:
            return
        try:
            self._notices.tell(f"{_WRITTEN_BY}{self._name}")
        except SQLAlchemyError as error:
            _LOG.warning("other hub processes were not told of new figures: %s", error)

    def _heard(self, notice: str) -> None:
        if notice.startswith(_WRITTEN_BY) and not notice.endswith(self._name):
            self._written_elsewhere.set()
        self._look.set()

    def _wake(self) -> None:
        short = self._seen and not self._stop.is_set()
        for listener in self._listeners:
            if short and listener.keeps_up() and listener.push(self._made_for(listener).piece):
                listener.heard = self.revision
            else:
                listener.woken.set()


def _back_after_ms() -> int:
    """Not the same for all: they must not come back in step."""
    return random.randint(1_000, 5_000)  # noqa: S311 - no secret


def _taken(flag: threading.Event) -> bool:
    """Whether the flag was up; it is down then."""
    up = flag.is_set()
    if up:
        flag.clear()
    return up
