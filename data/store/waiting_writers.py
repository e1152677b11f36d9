"""Who waits to write to a SQLite store, in this process or another: a long work gives way to them, and to nobody else.

SQLite does not tell. So everybody holds a shared lock on the store's folder while waiting for the store's own; the
system frees it however its holder ends.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine


@contextmanager
def waiting(database: str) -> Iterator[None]:
    """Others see, while the block runs, that somebody waits for the SQLite database in this file."""
    with _locked(database, alone=False):
        yield


def somebody_waits(engine: Engine) -> bool:
    """Whether somebody waits to write; where the system cannot tell, somebody may."""
    if engine.dialect.name != "sqlite":
        return False  # they stand in a queue of the database's own
    with _locked(str(engine.url.database), alone=True) as taken:
        return not taken


if sys.platform == "win32":

    @contextmanager
    def _locked(_database: str, *, alone: bool) -> Iterator[bool]:
        yield not alone

else:
    import fcntl

    @contextmanager
    def _locked(database: str, *, alone: bool) -> Iterator[bool]:
        """Holds a lock on the folder of `database`; false where it is wanted alone and others hold it."""
        folder = os.open(Path(database).parent, os.O_RDONLY)
        try:
            yield _taken(folder, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
        finally:
            os.close(folder)

    def _taken(folder: int, how: int) -> bool:
        try:
            fcntl.flock(folder, how)
        except BlockingIOError:
            return False
        return True
