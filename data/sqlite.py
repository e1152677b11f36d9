"""Opening SQLite files: one place that says with which library and which settings."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3.dbapi2 as _sqlite

Connection = _sqlite.Connection
DatabaseError = _sqlite.DatabaseError
OperationalError = _sqlite.OperationalError


_STATEMENTS = 48
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
    connection.execute("PRAGMA cache_size=-2000")
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    return connection
