"""Opening SQLite files: one place that says with which library and which settings."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3.dbapi2 as _sqlite

from data.errors import BadValueError

DRIVER = _sqlite
"""For whoever opens files by other means; with what is set here."""

Connection = _sqlite.Connection
DatabaseError = _sqlite.DatabaseError
OperationalError = _sqlite.OperationalError


_READER_KIB, _WRITER_KIB = 600, 2000
"""Pages that a connection keeps. Look-ups read the upper pages of indexes again; the rest is in the system's cache."""

_STATEMENTS = 24
"""Prepared statements that a connection keeps; each holds some ten kilobytes."""

_MAC, _EARLIER_MAC = "HMAC_SHA1", "HMAC_SHA512"
"""Each page of an encrypted file is checked by the first as it is read: a quarter less work than by SQLCipher's own
choice. What breaks SHA-1 are collisions, on which a keyed hash does not rest (RFC 6194, 3.3). Files of earlier
versions are checked by the second."""

_BEGINS = b"SQLite format 3\0"
_KEY = re.compile("[0-9a-f]{64}")

# Whatever is not exactly one of a few types, the driver asks how it is to be stored, in vain: that takes 1 µs, and a
# customer has five such values. What is set here is five times as quick; `{}.get` answers None to None.
_sqlite.register_adapter(bool, int)
_sqlite.register_adapter(bytes, bytearray)
_sqlite.register_adapter(type(None), {}.get)

_keys: dict[Path, str] = {}
"""By which keys this process opens files; a path is known to whoever may open it, and its key nowhere else."""


def unlock(path: Path, key: str) -> None:
    """Has `connect` open the encrypted file at `path` in this process; without a key, as one that is not encrypted.

    Args:
        path: The file, which may not be there yet.
        key: 32 random bytes in hexadecimal, or "".

    Raises:
        BadValueError: it is no such key.
    """
    if not key:
        _keys.pop(path.absolute(), None)
    elif _KEY.fullmatch(key):
        _keys[path.absolute()] = key
    else:
        raise BadValueError("key", "…", "must be 64 hexadecimal digits")


def is_encrypted(path: Path) -> bool:
    """Whether the file at `path` is there, and does not begin as a database does that is not encrypted."""
    try:
        with path.open("rb") as file:
            return file.read(len(_BEGINS)) != _BEGINS
    except OSError:
        return False


def encrypt(source: Path, target: Path, key: str) -> None:
    """Writes an encrypted copy of a database that nobody writes to, ready to be read beside a writer.

    Args:
        source: Not encrypted.
        target: Must not exist; not synced to disk.
        key: As `unlock` takes it; `target` is unlocked with it.
    """
    unlock(target, key)
    connection = _opened(target, "rwc")
    try:
        # The file is new: nothing needs a journal to be undone with.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("ATTACH ? AS plain KEY ''", (str(source.absolute()),))
        connection.execute("SELECT sqlcipher_export('main', 'plain')").fetchall()
        connection.execute("DETACH plain")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def connect(path: Path, *, read_only: bool = False) -> Any:  # noqa: ANN401 - sqlcipher3 ships no types
    """An open connection in autocommit mode: transactions are begun and ended by name.

    Write-ahead logging lets readers go on while the one writer writes; `synchronous=FULL` keeps what was
    acknowledged through a power cut.
    """
    connection = _opened(path, _mode_of_reading(path) if read_only else "rwc")
    try:
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute(f"PRAGMA cache_size=-{_READER_KIB if read_only else _WRITER_KIB}")
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _mode_of_reading(path: Path) -> str:
    """Readers of a file in write-ahead mode write an index beside it, unless nobody can write there, and nobody has."""
    log = path.with_name(f"{path.name}-wal")
    settled = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return "ro&immutable=1" if settled else "ro"


def _opened(path: Path, mode: str) -> Any:  # noqa: ANN401 - sqlcipher3 ships no types
    key = _keys.get(path.absolute())
    if not key:
        return _connected(path, mode)
    try:
        return _unlocked(path, mode, key, _MAC)
    except DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_NOTADB":
            raise
        return _unlocked(path, mode, key, _EARLIER_MAC)


def _unlocked(path: Path, mode: str, key: str, mac: str) -> Any:  # noqa: ANN401 - sqlcipher3 ships no types
    connection = _connected(path, mode)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # else it writes to stderr what it also raises
        # As the key itself, not as a password: nothing is gained by deriving one from 32 random bytes.
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
        connection.execute(f"PRAGMA cipher_hmac_algorithm = {mac}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(path: Path, mode: str) -> Any:  # noqa: ANN401 - sqlcipher3 ships no types
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return _sqlite.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=_STATEMENTS
    )
