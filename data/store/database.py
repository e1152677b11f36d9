"""Opening the hub's database: SQLite or PostgreSQL, with transactions that mean what they say."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from data.errors import DataError
from data.sqlite import DRIVER as SQLITE_DRIVER
from data.store.waiting_writers import waiting

_LOCK_WAIT_S = 15

_CONNECTION = {
    "client_encoding": "utf8",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""How the server is called, unless the URL says otherwise."""

_SESSION = {
    "lock_timeout": f"{_LOCK_WAIT_S}s",
    # Whoever hangs, or whose machine is gone, in the middle of a write would else keep all hubs from writing.
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""What the server does for each connection."""

_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")

WRITE = "switchboard_write"
"""Execution option of a connection that will write: SQLite then takes its one write lock at BEGIN."""


class UnstorableTextError(DataError):
    """A text holds what not every database can keep: it would be there, and yet bar the way to another database."""


def sqlite_url(path: Path) -> URL:
    """The URL of the SQLite database at `path`."""
    return URL.create("sqlite", database=str(path))


def open_database(url: str | URL, *, cache_bytes: int = 32_000_000) -> Engine:
    """An engine on `url`.

    Args:
        url: Of SQLite or PostgreSQL.
        cache_bytes: What a SQLite connection may hold of its file in memory, and of each thing that it sorts.

    Raises:
        DataError: the URL is not one of SQLite or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        # What was given may hold a password: it is not repeated.
        raise DataError("the database is given by no URL: give one such as postgresql://user@host/name") from None
    if parsed.get_backend_name() == "postgresql":
        engine = _open_postgresql(parsed)
    elif parsed.get_backend_name() == "sqlite":
        engine = _open_sqlite(parsed, cache_bytes)
    else:
        raise DataError(f"database {parsed.drivername}: the hub keeps its store in SQLite or PostgreSQL")
    event.listen(engine, "before_cursor_execute", _refuse_what_is_no_text)
    return engine


def _refuse_what_is_no_text(
    _connection: object,
    _cursor: object,
    _statement: str,
    values: Any,  # noqa: ANN401 - of either driver
    _context: object,
    many: bool,  # noqa: FBT001
) -> None:
    """What a person typed, asked for or stored, is refused alike by every database.

    Raises:
        UnstorableTextError: it holds a NUL or half a surrogate pair.
    """
    if many or not values:  # many rows are records, whose texts were looked at one by one
        return
    for value in values.values() if isinstance(values, Mapping) else values:
        if isinstance(value, str) and _NO_CHARACTER.search(value):
            refused = UnstorableTextError("a text holds a character that cannot be stored 文字中有无法保存的字符")
            raise refused.about("text_not_storable")


def is_postgresql(engine: Engine) -> bool:
    """Whether several hub processes may share the database; a SQLite file is one process's."""
    return engine.dialect.name == "postgresql"


def _open_postgresql(url: URL) -> Engine:
    # With its own listener and a snapshot under way a hub process holds at most 32 connections: three processes fit
    # into the 100 that a server allows unless it is told otherwise.
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={name: value for name, value in _CONNECTION.items() if name not in url.query},
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:  # noqa: ANN401 - the pool's class for any driver
        for name, value in _SESSION.items():
            connection.execute(f"SET {name} = '{value}'")
        connection.commit()

    return engine


def _open_sqlite(url: URL, cache_bytes: int) -> Engine:
    # sqlcipher3 carries a SQLite without the write-ahead log's corruption bug of 3.7.0 to 3.51.2.
    # One connection a thread of the web application and some to spare: whoever waits for the write lock must not
    # keep readers waiting for a connection.
    engine = create_engine(
        url,
        module=SQLITE_DRIVER,
        connect_args={"timeout": _LOCK_WAIT_S},
        pool_size=20,
        max_overflow=80,
        hide_parameters=True,  # they are names and phones, and failures are logged
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver ships no types
        connection.isolation_level = None  # the driver must not begin transactions of its own
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA busy_timeout={_LOCK_WAIT_S * 1000}")
        connection.execute(f"PRAGMA cache_size=-{cache_bytes // 1000}")
        connection.execute("PRAGMA temp_store=FILE")  # this build's default is memory: a million rows are sorted in it

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:  # noqa: ANN401
        if not connection.get_execution_options().get(WRITE):
            connection.exec_driver_sql("BEGIN")
            return
        with waiting(str(url.database)):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
