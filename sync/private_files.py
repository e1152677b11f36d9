"""Writing small files that only their owner may read, whole or not at all."""

import os
from pathlib import Path


def make_private_directory(path: Path) -> None:
    """Makes `path`, and what is above it where missing; only the owner may enter it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)


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
    temporary.replace(path)
