"""Telling the team what was chosen: seldom, in batches, counted exactly once."""

import logging
import random
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from data.clock import Clock
from sync.errors import SyncError
from sync.outbox.choices import ChoiceBatch
from sync.replica.hub_client import HubClient

_LOG = logging.getLogger(__name__)

EVERY_S = 600.0
_LAST_WORDS_S = 2.0


class Outbox(Protocol):
    """Where the choices wait."""

    def take(self, at: datetime) -> ChoiceBatch | None:
        """The batch to send now, or None."""
        ...

    def acknowledge(self, key: str) -> None:
        """The hub has the batch."""
        ...


class ChoiceSharer:
    """Sends what waits, once in ten minutes at most, and when the assistant ends.

    Args:
        outbox: Where the choices wait.
        client: Speaks to the hub.
        clock: Dates the batches.
    """

    def __init__(self, outbox: Outbox, client: HubClient, clock: Clock) -> None:
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._stop = threading.Event()

    def share(self) -> bool:
        """Whether a batch was sent and taken; what the hub did not take waits for the next time."""
        batch = self._outbox.take(self._clock.now())
        if batch is None:
            return False
        try:
            self._client.share_choices(batch.to_json())
        except SyncError as problem:  # the follower tells that the hub is gone; nobody waits for this
            _LOG.info("choices are told to the team later: %s", problem)
            return False
        self._outbox.acknowledge(batch.key)
        return True

    def start(self) -> Callable[[], None]:
        """Starts the thread; what it returns ends it after one last batch, waiting no longer than a moment."""
        thread = threading.Thread(target=self._run, name="choice-sharer", daemon=True)
        thread.start()

        def stop() -> None:
            self._stop.set()
            thread.join(_LAST_WORDS_S)  # a batch that is not acknowledged by then is sent again next time

        return stop

    def _run(self) -> None:
        # Thousands of agents start at eight o'clock: they must not speak in step.
        while not self._stop.wait(EVERY_S * random.uniform(1.0, 1.5)):  # noqa: S311 - no secret
            self._try()
        self._try()

    def _try(self) -> None:
        try:
            self.share()
        except Exception:  # noqa: BLE001 - the thread's dispatcher
            _LOG.exception("telling the team what was chosen failed")
