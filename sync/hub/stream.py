"""Waking everyone who listens when the store has a new revision."""

import asyncio
import logging
import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from data.clock import Clock, to_iso
from sync.hub.event_answer import event_bytes
from sync.hub.line import Listening, Piece
from sync.hub.notices import Notices
from sync.hub.urgent import News
from sync.protocol import PING_S

_WATCH_EVERY_S = 0.05
"""Another process, such as the command line, may have written: a look at the head costs some 50 µs."""

_WATCH_EVERY_S_WHILE_TOLD = 2.0
_AGAIN_AFTER_S = 1.0
_SHARED_FOR = timedelta(seconds=0.1)
_PINGS_IN_TURNS = 10
"""Looks in each `PING_S` at who has heard nothing for so long."""

_WRITTEN_BY = "written by "
_LOG = logging.getLogger(__name__)


class Line(Protocol):
    """The way to one who is told, which is short: see `sync.hub.line.HandedLine`."""

    def push(self, written: Piece) -> bool:
        """Writes a piece; False, and nothing is, where the reader is behind."""

    def end(self, last: Piece | None = None) -> None:
        """Ends what the reader hears, after one last piece where there is one; nothing where it has ended."""


@dataclass(frozen=True, slots=True)
class _Made:
    """An event that was made for all who are told the same at the same moment."""

    told: tuple[News, int]
    at: datetime
    piece: Piece


class _Listener:
    """One who is told.

    Attributes:
        line: The way to it.
        heard: The revision that it heard of last; None where it does not say.
        told_at: The second at which it was told last, of a clock that only goes forward.
        may_go_on: Says whether it may hear more.
    """

    __slots__ = ("_holding", "_stream", "heard", "line", "may_go_on", "told_at")

    def __init__(
        self, stream: "Stream", line: Line, heard: int | None, holding: AbstractContextManager[Callable[[], bool]]
    ) -> None:
        self._stream = stream
        self._holding = holding
        self.line = line
        self.heard = heard
        self.told_at = -math.inf
        self.may_go_on = holding.__enter__()

    def caught_up(self) -> None:
        """Tells it the newest: it was behind."""
        self._stream.tell(self)

    def gone(self) -> None:
        """Forgets it."""
        self._stream.forget(self)
        self._holding.__exit__(None, None, None)


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
        self._next_ping: asyncio.TimerHandle | None = None
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
        self._ping(loop)
        try:
            with self._notices.listening(self._heard) if self._notices else nullcontext():
                yield
        finally:
            self._stop.set()
            self._look.set()
            thread.join()
            if self._next_ping is not None:
                self._next_ping.cancel()
            self._wake()

    def end(self) -> None:
        """Has every listener told that the hub ends; called on the loop's thread."""
        self._stop.set()
        self._look.set()
        self._wake()

    def listen(
        self,
        line: Line,
        heard: int | None = None,
        holding: AbstractContextManager[Callable[[], bool]] | None = None,
    ) -> Listening:
        """Tells a listener of the head at once, on each change, and every `PING_S`; called on the loop's thread.

        While the head cannot be read nothing is told: whoever hears an old revision would take it for confirmed.
        Nothing is kept for who is behind: the next thing it is told is the newest. The last thing is that the hub ends,
        and how long a browser is to wait before it comes back.

        Args:
            line: The way to it.
            heard: The revision that it heard of last, where it says so: an urgent batch from there on is for it, too.
            holding: Held until it is gone; gives what says whether it may hear more. Once it may not, its line ends.
        """
        listener = _Listener(self, line, heard, holding or nullcontext(_always))
        self._listeners.add(listener)
        self.tell(listener)
        return listener

    def tell(self, listener: _Listener) -> None:
        """Tells a listener the newest, unless it is behind."""
        if self._stop.is_set():
            listener.line.end(Piece.of(event_bytes("end", "{}", retry_ms=_back_after_ms())))
        elif not listener.may_go_on():
            listener.line.end()
        elif self._seen:
            made = self._made_for(listener)
            if listener.line.push(made.piece):
                listener.heard, listener.told_at = made.told[0].revision, time.monotonic()

    def forget(self, listener: _Listener) -> None:
        """Tells a listener nothing more."""
        self._listeners.discard(listener)

    def _made_for(self, listener: _Listener) -> _Made:
        """The newest event, as the listener is told it: one is made for all who are told the same in a moment."""
        news = self._news
        batch = news.batch if listener.heard == news.since else ""
        now, made = self._clock.now(), self._made.get(bool(batch))
        told = (news, self.figures)
        if made is None or made.told != told or abs(now - made.at) >= _SHARED_FOR:
            made = self._made[bool(batch)] = _Made(told, now, Piece.of(self._bytes(news, batch, now)))
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
        for listener in tuple(self._listeners):
            self.tell(listener)

    def _ping(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tells whoever has heard nothing for a while that all is as it was; comes back by itself."""
        before = time.monotonic() - PING_S
        for listener in tuple(self._listeners):
            if listener.told_at <= before:
                self.tell(listener)
        self._next_ping = loop.call_later(PING_S / _PINGS_IN_TURNS, self._ping, loop)


def _always() -> bool:
    return True


def _back_after_ms() -> int:
    """Not the same for all: they must not come back in step."""
    return random.randint(1_000, 5_000)  # noqa: S311 - no secret


def _taken(flag: threading.Event) -> bool:
    """Whether the flag was up; it is down then."""
    up = flag.is_set()
    if up:
        flag.clear()
    return up
