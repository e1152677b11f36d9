"""Opening SQLite files: one place that says with which library and which settings."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3.dbapi2 as _sqlite

Connection = _sqlite.Connection
DatabaseError = _sqlite.DatabaseError
OperationalError = _sqlite.OperationalError


_READER_KIB, _WRITER_KIB = 600, 2000
"""Pages that a connection keeps. Look-ups read the upper pages of indexes again; the rest is in the system's cache."""

_STATEMENTS = 24
"""Prepared statements that a connection keeps; each holds some ten kilobytes."""


def connect(path: Path, *, read_only: bool = False) -> Any:  # noqa: ANN401 - sqlcipher3 ships no types
    """An open connection in autocommit mode: transactions are begun and ended by name.

    Write-ahead logging lets readers go on while the one writer writes; `synchronous=FULL` keeps what was
    acknowledged through a power cut.
    """
    mode = "ro" if read_only else "rwc"
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    connection = _sqlite.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=_STATEMENTS
    )
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute(f"PRAGMA cache_size=-{_READER_KIB if read_only else _WRITER_KIB}")
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    return connection
