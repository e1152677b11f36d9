"""A place for what is not finished yet, beside where it will be: nothing of it is left, however the work ends."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.file_lock import taken

_SUFFIX, _LOCK = ".unfinished", "lock"


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """A new directory beside `target`, which only its owner may enter; removed with all that is in it at the end.

    What a process that was killed has left beside `target` is removed first.
    """
    clear_leftovers(target.parent)
    directory = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=_SUFFIX, dir=target.parent))
    try:
        with (directory / _LOCK).open("w") as lock:
            taken(lock)
            yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def clear_leftovers(parent: Path) -> None:
    """Removes the unfinished work of processes that have ended; what is being worked on stays."""
    for directory in parent.glob(f".*{_SUFFIX}"):
        try:
            with (directory / _LOCK).open("r+") as lock:
                ended = taken(lock)
        except OSError:
            continue  # begun just now, or removed just now
        if ended:
            shutil.rmtree(directory, ignore_errors=True)
