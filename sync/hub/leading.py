"""Which hub process leads: of several on one PostgreSQL database, one does what is to be done once."""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from data.store.database import is_postgresql
from data.store.leases import give_back, take
from sync.hub.threads import on_a_thread

LEASE = "schedule"
LASTS_S = 4.0
_RENEWED_EVERY_S = 1.0
_LOG = logging.getLogger(__name__)


class Leading:
    """Leads while it holds the lease; the only process on a SQLite database always does.

    A leader that cannot lengthen its lease stops leading before another can begin.

    Args:
        engine: Of the store.
        on_change: Called on a thread with whether this process leads now, when that changes.
    """

    def __init__(self, engine: Engine, on_change: Callable[[bool], None]) -> None:
        self._engine = engine
        self._on_change = on_change
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leads = False
        self._until = 0.0
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Stands for the lead while the block runs, and gives it back after it."""
        if not is_postgresql(self._engine):
            self._on_change(True)  # noqa: FBT003 - a callback has no keywords
            yield
            return
        with on_a_thread("leading", self._run, self._stop):
            yield

    def _run(self) -> None:
        while not self._stop.is_set():
            self._renew()
            self._stop.wait(_RENEWED_EVERY_S)
        if self._leads:
            self._now(leads=False)
            try:
                with self._engine.begin() as connection:
                    give_back(connection, LEASE, self._holder)
            except SQLAlchemyError as error:
                _LOG.warning("the lead could not be given back, it ends by itself: %s", error)

    def _renew(self) -> None:
        asked = time.monotonic()
        try:
            with self._engine.begin() as connection:
                taken = take(connection, LEASE, self._holder, LASTS_S)
        except SQLAlchemyError as error:
            # Said once: what follows from a database that does not answer fills logs by itself.
            if self._leads and time.monotonic() >= self._until:
                _LOG.warning("the lead cannot be kept: %s", error)
                self._now(leads=False)
            return
        if taken:
            self._until = asked + LASTS_S
        self._now(leads=taken)

    def _now(self, *, leads: bool) -> None:
        if leads != self._leads:
            self._leads = leads
            self._on_change(leads)
