"""Reading and writing small files that only their owner may read, whole or not at all."""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sync.owner_only import keep_others_out

_LOG = logging.getLogger(__name__)
PATIENCE_S = 5.0
PAUSE_S = 0.005

Result = TypeVar("Result")


def make_private_directory(path: Path) -> None:
    """Makes `path`, and what is above it, where it is missing: only the owner may enter it. One that is there stays.

    On Windows the system and its administrators may, too; on a disk that keeps no rights everybody can, which the log
    says.
    """
    if not path.is_dir():
        path.mkdir(parents=True, mode=0o700)
        try:
            keep_others_out(path)
        except OSError as error:
            _LOG.warning("others may read %s: its disk keeps no rights (%s)", path, error)


def read_whole(path: Path) -> str:
    """The file's content.

    Raises:
        OSError: there is no such file, or it cannot be read.
    """
    return _when_free(lambda: path.read_text(encoding="utf-8"))


def write_whole(path: Path, text: str, *, durable: bool = True) -> None:
    """Replaces the file's content so that a reader, or a crash, meets the old content or the new one.

    Args:
        path: The file.
        text: Its new content.
        durable: Survives a power cut, too; costs a wait for the disk.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    _when_free(lambda: temporary.replace(path))


def write_once(path: Path, text: str) -> None:
    """Makes the file with this content, whole; one that is there, or that another process makes first, stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    write_whole(temporary, text)
    try:
        # Both give the file its name only where nothing has that name.
        if sys.platform == "win32":
            temporary.rename(path)
        else:
            path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)


def _when_free(act: Callable[[], Result]) -> Result:
    """What `act` returns. Windows lets nobody replace a file that is being read, nor read one being replaced."""
    until = time.monotonic() + PATIENCE_S
    while sys.platform == "win32":
        try:
            return act()
        except PermissionError:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE_S)
    return act()
