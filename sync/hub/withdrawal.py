"""Ending live streams when the right to hear them ends: a device revoked or moved, a person shut out."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

from data.store.store import Store
from sync.auth.changes import DEVICE_HOLDER, Holder, rightful_holders, rights_mark
from sync.hub.threads import on_a_thread

_LOOK_EVERY_S = 0.25
"""Another process (the command line, a second hub) may have withdrawn: a look costs one small read."""
_SWEEPS = 3
"""After a change, at as many looks: who was let in while it was made holds a stream a moment later."""
_SWEEP_ANYWAY = 240
"""Looks after which sessions that ran out are swept."""
_LOG = logging.getLogger(__name__)


class Withdrawals:
    """Who holds streams open, and whose right to was withdrawn.

    Args:
        store: Where rights are.
        wake: Has all streams look at whether they may go on.
    """

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake
        self._open: Counter[Holder] = Counter()
        self._withdrawn: set[Holder] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def holding(self, holder: Holder) -> AbstractContextManager[Callable[[], bool]]:
        """While the block runs `holder`, just let in, holds a stream; what it gets says whether it may go on."""
        return _Holding(self, holder)

    def began(self, holder: Holder) -> None:
        """Notes that `holder` holds one stream more."""
        with self._lock:
            self._withdrawn.discard(holder)
            self._open[holder] += 1

    def ended(self, holder: Holder) -> None:
        """Notes that `holder` holds one stream less."""
        with self._lock:
            self._open[holder] -= 1
            if not self._open[holder]:
                del self._open[holder]
                self._withdrawn.discard(holder)

    def is_rightful(self, holder: Holder) -> bool:
        """Whether `holder` may go on."""
        return holder not in self._withdrawn

    def devices(self) -> frozenset[str]:
        """The ids of the devices that hold streams open at this hub process."""
        with self._lock:
            holders = [name for name, _ in self._open]
        return frozenset(name.removeprefix(DEVICE_HOLDER) for name in holders if name.startswith(DEVICE_HOLDER))

    def sweep(self) -> None:
        """Withdraws from everybody who holds a stream and may no more."""
        with self._lock:
            holding = set(self._open)
        if not holding:
            return
        with self._store.read() as connection:
            gone = holding - rightful_holders(connection, self._store.clock.now())
        with self._lock:
            new = (gone & set(self._open)) - self._withdrawn
            self._withdrawn |= new
        if new:
            self._wake()

    def watching(self) -> AbstractContextManager[None]:
        """Sweeps after every change of rights while the block runs."""
        return on_a_thread("rights-watch", self._watch, self._stop)

    def _watch(self) -> None:
        """The dispatcher of its thread: a database that does not answer is logged once and asked again."""
        mark, due, looks, well = "", 0, 0, True
        while not self._stop.wait(_LOOK_EVERY_S):
            try:
                with self._store.read() as connection:
                    seen = rights_mark(connection)
                looks += 1
                due = _SWEEPS if seen != mark else max(due - 1, 0)
                mark = seen
                if due or looks % _SWEEP_ANYWAY == 0:
                    self.sweep()
                well = True
            except Exception:  # noqa: BLE001 - the dispatcher: without this thread nobody would be shut out
                if well:
                    _LOG.exception("changes of rights cannot be read")
                well = False


class _Holding(AbstractContextManager[Callable[[], bool]]):
    """A stream that somebody holds; thousands are held for hours, so that it is small."""

    __slots__ = ("_holder", "_withdrawals")

    def __init__(self, withdrawals: Withdrawals, holder: Holder) -> None:
        self._withdrawals = withdrawals
        self._holder = holder

    def __enter__(self) -> Callable[[], bool]:
        self._withdrawals.began(self._holder)
        return self._may_go_on

    def __exit__(self, *_raised: object) -> None:
        self._withdrawals.ended(self._holder)

    def _may_go_on(self) -> bool:
        return self._withdrawals.is_rightful(self._holder)
