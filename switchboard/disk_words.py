"""What to do about a disk that takes nothing more, where a verb failed of it: `disk I/O error` tells nobody."""

import os
import shutil
import tempfile
from pathlib import Path

_OF_A_DISK = (
    "disk is full",
    "disk i/o error",
    "disk quota exceeded",
    "file too large",
    "input/output error",
    "no space left on device",
    "read-only file system",
    "readonly database",
    "unable to open database file",
)
"""As SQLite, PostgreSQL and the system say that they cannot write, in small letters."""

_LITTLE = 64_000_000
"""Bytes: a disk with less room is the reason, whatever else might be."""

_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "bytes"))


def disk_words(said: str, home: str | None, *, certain: bool) -> str:
    """What to add to a failure that says `said`: which disk has how much room, and what to do; empty for any other.

    Args:
        said: In the words of the system or of a database.
        home: The verb's; None where it has none.
        certain: It is told of this machine's disks. Else it may be another's, and only a disk without room is told.
    """
    if not any(words in said.lower() for words in _OF_A_DISK):
        return ""
    rooms = {folder: shutil.disk_usage(folder).free for folder in _written_to(home)}
    if little := [f"the disk of {folder} has {_size(room)} left" for folder, room in rooms.items() if room < _LITTLE]:
        return f"; {' and '.join(little)}: make room there and do it again"
    if not certain:
        return ""
    room = " and ".join(f"{folder} ({_size(room)} left now)" for folder, room in rooms.items())
    return f"; see whether this filled the disk of {room}, whether it is read-only or fails, or a limit of size holds"


def _written_to(home: str | None) -> list[Path]:
    """The folders that a verb writes to, as far as they are there, one for each disk."""
    named = home or os.environ.get("SWITCHBOARD_HOME")
    folders = [_existing(Path(named).expanduser().absolute())] if named else []
    folders.append(Path(tempfile.gettempdir()))
    return list({folder.stat().st_dev: folder for folder in reversed(folders)}.values())[::-1]


def _existing(path: Path) -> Path:
    """`path`, or the nearest folder above it that is there."""
    return next(one for one in (path, *path.parents) if one.is_dir())


def _size(size: int) -> str:
    unit, name = next((one for one in _UNITS if size >= one[0]), _UNITS[-1])
    return f"{size / unit:.3g} {name}"
