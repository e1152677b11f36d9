"""From any thread to the Tk thread: items are posted, and Tk wakes only when there is one."""

import os
import signal
import sys
import tkinter as tk
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

POLL_MS = 20
"""Windows gives Tk nothing to wait for but windows: there it has to look."""

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """Items on their way to the Tk thread; `receive` gets each, there, in the order of posting.

    Args:
        root: The Tk application whose thread receives.
        receive: Must not raise: it is the dispatcher that knows what to do about errors.
    """

    def __init__(self, root: tk.Tk, receive: Callable[[Item], None]) -> None:
        self._root = root
        self._receive = receive
        self._items: deque[Item] = deque()
        self._ends: tuple[int, int] | None = None
        self._timer = ""
        if sys.platform == "win32":
            self._poll()
        else:
            self._ends = os.pipe()
            for end in self._ends:
                os.set_blocking(end, False)
            root.tk.createfilehandler(self._ends[0], tk.READABLE, self._readable)

    def post(self, item: Item) -> None:
        """Hands `item` over; from any thread, at any time, without waiting."""
        self._items.append(item)
        self._wake()

    def wake_on_signals(self) -> None:
        """Has signals wake Tk too, which else leaves them lying while it idles."""
        if self._ends is not None:
            signal.set_wakeup_fd(self._ends[1], warn_on_full_buffer=False)

    def close(self) -> None:
        """Receives nothing any more; to be called on the Tk thread."""
        ends, self._ends = self._ends, None
        if ends is None:
            self._root.after_cancel(self._timer)
            return
        with suppress(ValueError):  # only the main thread may, and only it can have set it
            signal.set_wakeup_fd(-1)
        if sys.platform != "win32":
            self._root.tk.deletefilehandler(ends[0])
        for end in ends:
            os.close(end)

    def _wake(self) -> None:
        ends = self._ends
        if ends is not None:
            with suppress(BlockingIOError, OSError):  # full: Tk will wake anyway; closed: nobody waits
                os.write(ends[1], b"\0")

    def _readable(self, end: int, _mask: int) -> None:
        with suppress(BlockingIOError):
            os.read(end, 4096)
        self._drain()

    def _poll(self) -> None:
        try:
            self._drain()
        finally:
            self._timer = self._root.after(POLL_MS, self._poll)

    def _drain(self) -> None:
        while self._items:
            self._receive(self._items.popleft())
