"""What the hub processes on one PostgreSQL database tell each other: LISTEN and NOTIFY."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from typing import Any

import psycopg
from sqlalchemy import Engine

from data.store import change_log
from sync.hub.threads import on_a_thread

_STOPS_WITHIN_S = 0.5
_ALIVE_EVERY_TURNS = 20
_AGAIN_AFTER_S = 1.0
_LOG = logging.getLogger(__name__)


class Notices:
    """The notices of one database.

    Args:
        engine: Of a store on PostgreSQL.

    Attributes:
        heard: Whether a connection listens; while none does, whoever waits for a notice has to look by himself.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stop = threading.Event()
        self.heard = False

    def tell(self, notice: str) -> None:
        """Tells every process that listens, this one too.

        Raises:
            SQLAlchemyError: the database does not answer.
        """
        with self._engine.begin() as connection:
            change_log.notify(connection, notice)

    def listening(self, on_notice: Callable[[str], None]) -> AbstractContextManager[None]:
        """Listens while the block runs.

        Args:
            on_notice: Called on a thread with each notice; with an empty one where some may have been missed.
        """
        return on_a_thread("notices", lambda: self._run(on_notice), self._stop)

    def _run(self, on_notice: Callable[[str], None]) -> None:
        """The dispatcher of the thread: what goes wrong is logged once and tried again."""
        said = False
        while not self._stop.is_set():
            try:
                self._listen(on_notice)
            except Exception as error:  # noqa: BLE001 - the dispatcher: nobody would hear of other hubs' figures
                if self.heard or not said:
                    _LOG.warning("no notices from the database, the head is looked at instead: %s", error)
                self.heard, said = False, True
                self._stop.wait(_AGAIN_AFTER_S)

    def _listen(self, on_notice: Callable[[str], None]) -> None:
        with closing(self._engine.raw_connection()) as pooled:
            connection: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]  # any driver's
            pooled.detach()  # it is kept for good: the pool has others for everybody else
            connection.autocommit = True
            connection.execute(f"LISTEN {change_log.CHANNEL}")
            self.heard = True
            while not self._stop.is_set():
                on_notice("")
                for _ in range(_ALIVE_EVERY_TURNS):
                    if self._stop.is_set():
                        return
                    for notice in connection.notifies(timeout=_STOPS_WITHIN_S):
                        on_notice(notice.payload)
                connection.execute("SELECT 1")  # a line that is cut in silence is noticed by asking only
