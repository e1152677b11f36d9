"""One process at a time: a lock on a small file, which the system frees however its holder ends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.file_lock import taken
from sync.errors import HomeError

PATIENCE_S = 30.0
_PAUSE_S = 0.02


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock on the file at `path`, made where it is missing, while the block runs.

    Raises:
        HomeError: another process has held it for `PATIENCE_S`.
    """
    with path.open("a") as file:
        until = time.monotonic() + PATIENCE_S
        while not taken(file):
            if time.monotonic() > until:
                raise HomeError(f"{path} has been held by another process for {PATIENCE_S:.0f} s: end that first")
            time.sleep(_PAUSE_S)
        yield  # closing the file frees the lock
