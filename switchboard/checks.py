"""What `switchboard doctor` says of one thing, and what it looks at on a PC and on a hub's machine alike."""

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SPARE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        good: Whether it is as it should be.
        zh: What was seen, and what to do, in Chinese; `en` says the same in English.
        facts: Figures for programs.
    """

    name: str
    good: bool
    zh: str
    en: str
    facts: dict[str, Any] = field(default_factory=dict)


def free_disk(path: Path) -> int:
    """The free bytes of the disk on which `path` is, or would be."""
    existing = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    return shutil.disk_usage(existing).free


def is_private(path: Path) -> bool:
    """Whether no other user may enter a directory, as far as its mode says; Windows has none."""
    return sys.platform == "win32" or not path.stat().st_mode & 0o077
