"""The file in which an agent's choices are kept: private, and never a reason to hold an agent up."""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from data.sqlite import Connection, DatabaseError, OperationalError, connect

_LOG = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")

_SCHEMA = 1
_BUSY_MS = 200
"""Waiting any longer for another process would be felt on the screen."""


class ChoiceFile:
    """One SQLite file, made when something is first written; for any threads, which take turns.

    A damaged file is set aside and a new one begun. A file that cannot be written now is passed over. Either is
    logged once.

    Args:
        path: Where it is, or will be.
        tables: The statements that make its tables.
    """

    def __init__(self, path: Path, tables: str) -> None:
        self._path = path
        self._tables = tables
        self._turn = threading.Lock()
        self._connection: Connection | None = None
        self._complained = False

    def read(self, act: Callable[[Connection], Outcome], otherwise: Outcome) -> Outcome:
        """What `act` reads, or `otherwise` where there is no file or it cannot be read."""
        with self._turn:
            if self._connection is None and not self._path.exists():
                return otherwise
            return self._tried(act, otherwise)

    def write(self, act: Callable[[Connection], Outcome], otherwise: Outcome, *, durable: bool = False) -> Outcome:
        """What `act` returns, done in one transaction; `otherwise` where that failed and nothing was written.

        Args:
            act: Reads and writes.
            otherwise: Stands for a failure.
            durable: Survives a power cut, too, with all that was written before; costs a wait for the disk.
        """

        def transaction(connection: Connection) -> Outcome:
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                outcome = act(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            return outcome

        with self._turn:
            return self._tried(transaction, otherwise)

    def wipe(self) -> None:
        """Empties the file so that nothing of what was in it can be read from the disk's free pages."""

        def emptied(connection: Connection) -> None:
            connection.execute("PRAGMA secure_delete=ON")
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                connection.execute(f"DELETE FROM {table}")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self.read(emptied, None)
        self._aside.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes the file; the next use opens it again."""
        with self._turn:
            self._close()

    @property
    def _aside(self) -> Path:
        return self._path.with_name(f"{self._path.name}.damaged")

    def _tried(self, act: Callable[[Connection], Outcome], otherwise: Outcome) -> Outcome:
        try:
            return act(self._opened())
        except OperationalError as problem:  # locked, full, read-only: the file itself is as it was
            self._complain(f"{self._path} cannot be used now ({problem}): what is chosen meanwhile is not learned")
        except DatabaseError as problem:
            self._set_aside(str(problem))
        except OSError as problem:
            self._complain(f"{self._path} cannot be made ({problem}): nothing is learned")
        return otherwise

    def _opened(self) -> Connection:
        if self._connection is None:
            if not self._path.exists():
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
            connection = connect(self._path)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _prepare(self, connection: Connection) -> None:
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in {0, _SCHEMA}:
            raise DatabaseError(f"it is of version {version}")
        if version == 0:
            connection.executescript(f"BEGIN;{self._tables};PRAGMA user_version={_SCHEMA};COMMIT;")

    def _set_aside(self, reason: str) -> None:
        self._close()
        _LOG.warning("%s is damaged (%s): it is set aside and learning begins anew", self._path, reason)
        try:
            self._path.replace(self._aside)
            for ending in ("-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        except OSError as problem:
            self._complain(f"{self._path} cannot be set aside ({problem}): nothing is learned")

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(DatabaseError):
                self._connection.close()
            self._connection = None

    def _complain(self, line: str) -> None:
        if not self._complained:
            _LOG.warning("%s", line)
            self._complained = True
