"""Work that one process at a time does on a store, until it ends: the system, or the server, frees its place then."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from data.file_lock import taken
from data.store.database import is_postgresql

IMPORT = "import"

_KEYS = {IMPORT: 0x53_57_49_4D}  # one number for all hubs of a PostgreSQL database: "SWIM"


@contextmanager
def alone(engine: Engine, work: str) -> Iterator[bool]:
    """Whether nobody else is at this work on the store; while the block runs, nobody else will be.

    Args:
        engine: Of the store.
        work: `IMPORT`.
    """
    if not is_postgresql(engine):
        with Path(str(engine.url.database)).with_name(f"{work}.lock").open("a") as file:
            yield taken(file)
        return
    key = {"key": _KEYS[work]}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one())
        try:
            yield free
        finally:
            if free:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
