"""Whether a hub's own file of a store can be relied on: one that is found damaged is written no more.

A damaged SQLite file mostly still answers, and every write may spread the damage and is lost with it. Reading goes on,
where the file can be read; nothing new is taken, so that it waits at the PCs. A server of PostgreSQL looks after its
files itself.
"""

import logging
from sqlite3 import OperationalError as Refused

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, OperationalError

from data.errors import DataError
from data.store.database import WRITE, is_postgresql

DAMAGED = "the hub's database is damaged"
GO_ON = (
    f"{DAMAGED} and takes nothing new: end the hub, keep its home aside, and put back the newest copy"
    " (switchboard restore) 数据库已损坏"
)

_LOG = logging.getLogger(__name__)
_ROTTEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_FOUND_AT_MOST = 3


class StoreDamagedError(DataError):
    """The file of the store is damaged."""


class Soundness:
    """What is known of the soundness of a store's file while this hub process lives.

    Args:
        engine: The store's.

    Attributes:
        damage: What was found, in one line; empty for nothing.
        checked: Whether there is a file of our own to look after.
    """

    def __init__(self, engine: Engine) -> None:
        self.damage = ""
        self.checked = not is_postgresql(engine)
        self._engine = engine
        if self.checked:
            event.listen(engine, "handle_error", self._hear)
            event.listen(engine, "begin", self._refuse, insert=True)

    def check(self) -> bool:
        """Reads the whole file, beside whoever writes; a third of a second of processor for a million customers.

        Returns:
            True: it is sound.

        Raises:
            StoreDamagedError: it is damaged, or was found so before.
        """
        if not self.damage:
            self._read_all()
        if self.damage:
            raise StoreDamagedError(GO_ON)
        return True

    def _read_all(self) -> None:
        try:
            with self._engine.connect() as connection:
                lines = [str(line) for line in connection.exec_driver_sql("PRAGMA quick_check").scalars()]
        except DatabaseError:
            if not self.damage:  # `_hear` comes first
                raise
            return
        if lines != ["ok"]:
            self._found("; ".join(" ".join(line.split()) for line in lines[:_FOUND_AT_MOST]))

    def _hear(self, context: ExceptionContext) -> None:
        """Whatever a statement met."""
        if str(getattr(context.original_exception, "sqlite_errorname", "")).startswith(_ROTTEN):
            self._found(str(context.original_exception))

    def _found(self, damage: str) -> None:
        if not self.damage:
            _LOG.critical("%s: %s", GO_ON, damage)
        self.damage = self.damage or damage

    def _refuse(self, connection: Connection) -> None:
        """Fails as a disk that can be read only: whoever writes is prepared for that, and loses nothing."""
        if self.damage and connection.get_execution_options().get(WRITE):
            raise OperationalError("BEGIN", None, Refused(DAMAGED))
