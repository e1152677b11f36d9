"""A place for what is not finished yet, beside where it will be: nothing of it is left, however the work ends."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from data.file_lock import taken

_SUFFIX, _LOCK = ".unfinished", "lock"


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """A new directory beside `target`, which only its owner may enter; removed with all that is in it at the end.

    What a process that was killed has left beside `target` is removed first.
    """
    clear_leftovers(target.parent)
    directory, lock = _new(target)
    try:
        with lock:
            yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def clear_leftovers(parent: Path) -> None:
    """Removes the unfinished work of processes that have ended; what is being worked on stays."""
    for directory in parent.glob(f".*{_SUFFIX}"):
        with suppress(OSError):  # somebody else's
            if lock := _hold(directory):
                lock.close()
                shutil.rmtree(directory, ignore_errors=True)


def _new(target: Path) -> tuple[Path, IO[str]]:
    while True:
        directory = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=_SUFFIX, dir=target.parent))
        # Another process may have found it before it was locked, and be clearing it away: then there is another name.
        lock = _hold(directory)
        if lock is not None and (directory / _LOCK).exists():
            return directory, lock
        if lock is not None:
            lock.close()


def _hold(directory: Path) -> IO[str] | None:
    """The lock of a directory, held until it is closed; None where another process holds it or removes the place."""
    try:
        lock = (directory / _LOCK).open("a")
    except FileNotFoundError:
        return None
    if taken(lock):
        return lock
    lock.close()
    return None
