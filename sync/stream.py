"""Waking everyone who listens when the store has a new revision."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from data.clock import Clock, to_iso
from sync.protocol import PING_S

_WATCH_EVERY_S = 0.05
"""Another process (the command line, a second hub) may have written: a look at the head costs some 50 µs."""


class Stream:
    """The head revision, watched, and its listeners.

    Args:
        head: Reads the head revision; called from the watching thread.
        clock: The hub's time, sent along.
    """

    def __init__(self, head: Callable[[], int], clock: Clock) -> None:
        self._head = head
        self._clock = clock
        self._listeners: set[asyncio.Event] = set()
        self._stop = threading.Event()
        self._look = threading.Event()
        self.revision = 0
        self.figures = 0

    def look_now(self) -> None:
        """Has the head looked at at once: this process has just written."""
        self._look.set()

    @contextmanager
    def watching(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """Watches the head while the block runs, and ends every listener after it."""
        self.revision = self._head()
        thread = threading.Thread(target=self._watch, args=(loop,), name="head-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._look.set()
            thread.join()
            self._wake()

    async def events(self) -> AsyncIterator[dict[str, str]]:
        """What each listener is sent, as sse-starlette takes it: at once, on each change, and every `PING_S`."""
        woken = asyncio.Event()
        self._listeners.add(woken)
        try:
            while not self._stop.is_set():
                woken.clear()
                yield {"event": "change", "data": self._message()}
                try:
                    await asyncio.wait_for(woken.wait(), PING_S)
                except TimeoutError:
                    continue
        finally:
            self._listeners.discard(woken)

    def _message(self) -> str:
        return f'{{"revision":{self.revision},"figures":{self.figures},"time":"{to_iso(self._clock.now())}"}}'

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stop.is_set():
            self._look.wait(_WATCH_EVERY_S)
            if self._look.is_set():
                self._look.clear()
                self.figures += 1
                changed = True
            else:
                changed = False
            revision = self._head()
            if revision != self.revision or changed:
                self.revision = revision
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for woken in self._listeners:
            woken.set()
