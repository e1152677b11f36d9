"""Work that one process at a time does on a store, until it ends: the system, or the server, frees its place then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text

from data.file_lock import taken
from data.store.database import is_postgresql

IMPORT = "import"

_KEYS = {IMPORT: 0x53_57_49_4D}  # one number for all hubs of a PostgreSQL database: "SWIM"
_TRIES, _MOMENT_S = 5, 0.02
"""Who only asks holds the lock on a file for less than a moment."""
_HELD = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :key "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


@contextmanager
def alone(engine: Engine, work: str) -> Iterator[bool]:
    """Whether nobody else is at this work on the store; while the block runs, nobody else will be.

    Args:
        engine: Of the store.
        work: `IMPORT`.
    """
    if not is_postgresql(engine):
        with _lock_file(engine, work).open("a") as file:
            yield any(_taken(file, attempt) for attempt in range(_TRIES))
        return
    key = {"key": _KEYS[work]}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one())
        try:
            yield free
        finally:
            if free:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def under_way(engine: Engine, work: str) -> bool:
    """Whether somebody is at this work on the store now, in this process or another; keeps nobody from it."""
    if not is_postgresql(engine):
        with _lock_file(engine, work).open("a") as file:
            return not taken(file)
    with engine.connect() as connection:
        return bool(connection.execute(_HELD, {"key": _KEYS[work]}).scalar_one())


def _lock_file(engine: Engine, work: str) -> Path:
    return Path(str(engine.url.database)).with_name(f"{work}.lock")


def _taken(file: IO[str], attempt: int) -> bool:
    if attempt:
        time.sleep(_MOMENT_S)
    return taken(file)
