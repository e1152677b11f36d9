"""Following the hub: a cache that is brought up to date whenever the hub says there is something new."""

import logging
import random
import threading
from collections.abc import Callable
from datetime import timedelta

from data.errors import SwitchboardError
from sync.protocol import ChangeBatch
from sync.replica.replica import Replica, SyncReport

_LOG = logging.getLogger(__name__)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 30.0
_CONFIRM_EVERY = timedelta(seconds=20)


class Follower:
    """A thread that keeps the cache equal to the hub while there is one.

    Args:
        replica: What is brought up to date.
        on_change: Called on the thread after the cache has changed.
        on_contact: Called on the thread with whether the hub answers, when that changes.
    """

    def __init__(
        self, replica: Replica, on_change: Callable[[SyncReport], None], on_contact: Callable[[bool], None]
    ) -> None:
        self._replica = replica
        self._on_change = on_change
        self._on_contact = on_contact
        self._in_contact: bool | None = None
        self._stop = threading.Event()
        self._wait_s = _FIRST_WAIT_S

    def start(self) -> Callable[[], None]:
        """Starts the thread; what it returns ends it, waiting no longer than a moment."""
        thread = threading.Thread(target=self.run, name="follower", daemon=True)
        thread.start()

        def stop() -> None:
            self._stop.set()
            thread.join(timeout=0.2)  # it may sit in a read of the event stream; as a daemon it ends with the process

        return stop

    def run(self) -> None:
        """Follows until it is stopped. The dispatcher of its thread: what goes wrong is logged once and tried again."""
        while not self._stop.is_set():
            try:
                self._follow()
            except SwitchboardError as error:
                self._lost(str(error))
            except Exception:  # noqa: BLE001 - the dispatcher: a thread that died would leave the cache to age without a word
                _LOG.exception("following the hub failed")
                self._lost("an unexpected failure")
            # Thousands of agents lose a hub at once: they must not come back in step.
            self._stop.wait(self._wait_s * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)
        self._replica.let_go()

    def _follow(self) -> None:
        self._sync()
        for told in self._replica.client.events(self._revision):
            if self._stop.is_set():
                return
            self._replica.clock.observe(told.time)
            if told.batch is not None and told.batch.since == self._revision:
                self._take(told.batch)
            behind = told.revision != self._revision or told.epoch not in {"", self._replica.epoch}
            if behind or self._replica.repair_due():
                self._sync()
            elif self._replica.clock.now() - self._confirmed >= _CONFIRM_EVERY:
                self._confirm()

    def _take(self, batch: ChangeBatch) -> None:
        """What came along with the news; where it does not add up, the cache is synchronised."""
        if (report := self._replica.take(batch)) is not None:
            self._done(report)

    def _sync(self) -> None:
        self._done(self._replica.sync())

    def _done(self, report: SyncReport) -> None:
        self._revision = report.revision
        self._confirmed = self._replica.clock.now()
        self._wait_s = _FIRST_WAIT_S
        self._contact(there=True)
        if report.mode != "current":
            self._on_change(report)
            self._replica.write_back()

    def _confirm(self) -> None:
        self._confirmed = self._replica.clock.now()
        self._replica.home.confirm(self._confirmed, self._replica.clock.offset)

    def _lost(self, reason: str) -> None:
        if self._in_contact is not False:
            _LOG.warning("no contact with the hub: %s", reason)
        self._contact(there=False)

    def _contact(self, *, there: bool) -> None:
        if there and self._in_contact is False:
            _LOG.warning("in contact with the hub again")
        if there != self._in_contact:
            self._in_contact = there
            self._on_contact(there)


def follow_for_ever(replica: Replica, on_change: Callable[[SyncReport], None]) -> None:
    """Follows on this thread until the process ends."""
    Follower(replica, on_change, lambda _there: None).run()
