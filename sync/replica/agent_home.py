"""An agent's home: the device's secret, its cache files, and when the hub last confirmed them.

A cache file is never replaced while it may be open. A new one gets a new name, and the small file `current` says which
one holds.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from data.caches.columns import fit_file
from data.clock import CorrectedClock, SystemClock, from_iso, to_iso
from data.errors import DataError
from data.sqlite import is_encrypted, unlock
from sync.private_files import make_private_directory, read_whole, write_whole
from sync.replica.cache_health import CacheHealth
from sync.replica.cache_key import forget_stray_keys, keep_key, key_of
from sync.replica.enrolment import Enrolment, EnrolmentFiles, check_no_hub

_LOG = logging.getLogger(__name__)


class AgentHome:
    """The home at `path`; it may not be enrolled yet.

    Attributes:
        health: What is known of the soundness of its cache.
        files: Of the enrolment and the shift.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = EnrolmentFiles(path)
        self._pointer = path / "cache" / "current"
        self._confirmed = path / "cache" / "confirmed"
        self._fitted: set[str] = set()
        self._locked: set[str] = set()
        self.health = CacheHealth(path / "cache")

    @property
    def enrolled(self) -> bool:
        """Whether a device was enrolled here."""
        return self.files.there

    def enrolment(self) -> Enrolment:
        """Which hub, and with which secret.

        Raises:
            HomeError: the device is not enrolled, or its file is damaged.
        """
        return self.files.read()

    def make(self) -> None:
        """Makes the home's directory where it is missing; a one-time code is not spent on one that cannot be made.

        Raises:
            HomeError: a hub's home is there.
        """
        check_no_hub(self.path)
        make_private_directory(self.path)

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Keeps the device's tokens where only its owner may read them."""
        self.make()
        self.files.end_shift()
        self.files.write(enrolment)

    @property
    def caches(self) -> Path:
        """The directory of the cache files, made where it is missing."""
        make_private_directory(self.path / "cache")
        return self.path / "cache"

    def current_cache(self) -> Path | None:
        """The cache file that holds, with the columns that this program reads, or None where there is none yet."""
        try:
            path = self._pointer.parent / read_whole(self._pointer).strip()
        except (OSError, ValueError):
            return None
        if not path.is_file():
            return None
        if path.name not in self._fitted:
            key = key_of(path)
            if not key and is_encrypted(path):
                if path.name not in self._locked:
                    _LOG.warning("the key of the cache %s is lost: a snapshot is fetched in its place", path.name)
                self._locked.add(path.name)
                return None
            unlock(path, key)
            fit_file(path)
            self._fitted.add(path.name)
        return path

    def switch_to(self, cache: Path, key: str = "") -> None:
        """Makes `cache`, a file in `caches`, the one that holds, and removes those that nobody can want any more.

        Args:
            cache: The file.
            key: What it is encrypted with; empty for a file that is not.
        """
        keep_key(cache, key)
        write_whole(self._pointer, cache.name)
        for other in self._pointer.parent.glob("*.db*"):
            if not other.name.startswith(cache.name) and other.suffix != ".key":
                _remove(other)
        forget_stray_keys(self._pointer.parent)

    def confirmed_at(self) -> datetime | None:
        """When the hub last confirmed that the cache is up to date, by the hub's clock; None if it never did."""
        return _moment_in(self._confirmed)

    def confirm(self, at: datetime, offset: timedelta = timedelta(0)) -> None:
        """Notes that the hub confirmed the cache at `at`, by its clock; this machine's was `offset` behind it."""
        write_whole(self._confirmed, f"{to_iso(at)} {offset.total_seconds()}", durable=False)

    def clock(self) -> CorrectedClock:
        """The hub's time, as far as this machine's clock differed from it when the hub was last heard."""
        try:
            offset = timedelta(seconds=float(read_whole(self._confirmed).split()[1]))
        except (OSError, ValueError, IndexError, OverflowError):
            offset = timedelta(0)
        return CorrectedClock(SystemClock(), offset)


def _moment_in(file: Path) -> datetime | None:
    try:
        return from_iso(read_whole(file).split()[0])
    except (OSError, ValueError, IndexError, DataError):
        return None


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        # Windows refuses while a reader has it open; the next switch removes it.
        return
