"""The hub's looking out for outages that nobody has told of: signals are weighed every few seconds."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from data.errors import SwitchboardError
from data.outages.suspecting import Knowledge, learn, look_for_suspicions
from data.store.store import Store

LOOKS_EVERY = timedelta(seconds=5)
_LEARNS_EVERY = timedelta(hours=1)
_LOG = logging.getLogger(__name__)


class Suspecting:
    """Weighs what agents and the exchange entered, and keeps for an hour what is usual.

    Args:
        store: The hub's.
        on_change: Called when suspicions were written.
    """

    def __init__(self, store: Store, on_change: Callable[[], None]) -> None:
        self._store = store
        self._on_change = on_change
        self._knowledge: tuple[datetime, Knowledge] | None = None

    def look(self) -> None:
        """The dispatcher of its job: what fails is tried again a few seconds later."""
        try:
            if look_for_suspicions(self._store, self._known(), self._store.phones):
                self._on_change()
        except (SwitchboardError, SQLAlchemyError) as error:
            _LOG.warning("suspected outages were not looked for: %s", error)

    def _known(self) -> Knowledge:
        now = self._store.clock.now()
        if self._knowledge is None or not timedelta(0) <= now - self._knowledge[0] < _LEARNS_EVERY:
            with self._store.read() as connection:
                self._knowledge = now, learn(connection, now)
        return self._knowledge[1]
