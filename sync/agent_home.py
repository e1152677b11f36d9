"""An agent's home: the device's secret, its cache files, and when the hub last confirmed them.

A cache file is never replaced while it may be open. A new one gets a new name, and the small file `current` says which
one holds.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from data.clock import CorrectedClock, SystemClock, from_iso, to_iso
from data.errors import DataError
from sync.cache_health import CacheHealth
from sync.errors import HomeError
from sync.private_files import make_private_directory, read_whole, write_whole


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What this device knows of its hub."""

    hub: str
    device: str
    name: str
    token: str


class AgentHome:
    """The home at `path`; it may not be enrolled yet.

    Attributes:
        health: What is known of the soundness of its cache.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._enrolment_file = path / "agent.json"
        self._pointer = path / "cache" / "current"
        self._confirmed = path / "cache" / "confirmed"
        self._replaced = path / "cache" / "replaced"
        self.health = CacheHealth(path / "cache")

    @property
    def enrolled(self) -> bool:
        """Whether a device was enrolled here."""
        return self._enrolment_file.exists()

    def enrolment(self) -> Enrolment:
        """Which hub, and with which secret.

        Raises:
            HomeError: the device is not enrolled, or its file is damaged.
        """
        try:
            return Enrolment(**json.loads(read_whole(self._enrolment_file)))
        except FileNotFoundError:
            raise HomeError(
                f"{self.path} is not enrolled: switchboard enrol --home {self.path} --hub URL --code CODE"
            ) from None
        except (OSError, ValueError, TypeError) as error:
            raise HomeError(f"{self._enrolment_file} cannot be read ({error}): enrol again with a new code") from None

    def make(self) -> None:
        """Makes the home's directory where it is missing; a one-time code is not spent on one that cannot be made."""
        make_private_directory(self.path)

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Keeps the device's secret in a file that only its owner may read."""
        self.make()
        write_whole(self._enrolment_file, json.dumps(asdict(enrolment), ensure_ascii=False))

    @property
    def caches(self) -> Path:
        """The directory of the cache files, made where it is missing."""
        make_private_directory(self.path / "cache")
        return self.path / "cache"

    def current_cache(self) -> Path | None:
        """The cache file that holds, or None where there is none yet."""
        try:
            path = self._pointer.parent / read_whole(self._pointer).strip()
        except (OSError, ValueError):
            return None
        return path if path.is_file() else None

    def switch_to(self, cache: Path) -> None:
        """Makes `cache`, a file in `caches`, the one that holds, and removes those that nobody can want any more."""
        write_whole(self._pointer, cache.name)
        for other in self._pointer.parent.glob("*.db*"):
            if not other.name.startswith(cache.name):
                _remove(other)

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

    def replaced_at(self) -> datetime | None:
        """When a cache was last replaced because it differed from the hub; None if that never happened."""
        return _moment_in(self._replaced)

    def note_replaced(self, at: datetime) -> None:
        """Notes that the cache differed from the hub at `at` and is replaced for that."""
        write_whole(self._replaced, to_iso(at))


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
