"""What an agent's home remembers of its cache's soundness: when it was checked, what was found, what was replaced.

Small files beside the caches. A finding holds for one cache file: it is answered by another file taking its place.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data.cache_check import Damage
from data.clock import from_iso, to_iso
from data.errors import DataError
from sync.private_files import read_whole, write_whole

REPAIRS_A_DAY = 3
"""A disk that goes bad must not have its PC fetch snapshot after snapshot."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage that was found in a cache."""

    cache: str
    at: datetime
    damages: tuple[Damage, ...]

    @property
    def misleads(self) -> bool:
        """Whether an answer from this cache could say what is wrong."""
        return any(damage.misleads for damage in self.damages)

    def __str__(self) -> str:
        return "; ".join(f"{damage.part}: {damage.detail}" for damage in self.damages)


class CacheHealth:
    """The notes in `directory`, where the caches are; one that cannot be read counts as none."""

    def __init__(self, directory: Path) -> None:
        self._finding = directory / "damage"
        self._checked = directory / "checked"
        self._repairs = directory / "repairs"
        self._running = directory / "running"

    def note_check(self, cache: Path, at: datetime, damages: Iterable[Damage], *, thorough: bool) -> None:
        """Notes what a check of `cache` found; what an earlier one found in it and this one did not is forgotten."""
        found = list(damages)
        if found:
            noted = {"cache": cache.name, "at": to_iso(at), "damages": [asdict(damage) for damage in found]}
            write_whole(self._finding, json.dumps(noted, ensure_ascii=False))
        elif thorough:
            self._finding.unlink(missing_ok=True)
        if thorough:
            write_whole(self._checked, json.dumps({"cache": cache.name, "at": to_iso(at)}), durable=False)

    def finding(self, cache: Path) -> Finding | None:
        """What was found in `cache`, None where it is not known to be damaged."""
        noted = _json_in(self._finding)
        try:
            if noted is None or noted["cache"] != cache.name:
                return None
            return Finding(cache.name, from_iso(noted["at"]), tuple(Damage(**one) for one in noted["damages"]))
        except (KeyError, TypeError, DataError):
            return None

    def checked_at(self, cache: Path) -> datetime | None:
        """When every record and posting of `cache` was last checked, or it was fetched; None if neither is known."""
        noted = _json_in(self._checked)
        try:
            return from_iso(noted["at"]) if noted is not None and noted["cache"] == cache.name else None
        except (KeyError, TypeError, DataError):
            return None

    def repairs(self, now: datetime) -> list[datetime]:
        """When damaged caches were replaced within a day of `now`."""
        noted = _json_in(self._repairs)
        try:
            moments = [from_iso(moment) for moment in noted or []]
        except (TypeError, DataError):
            return []
        return [moment for moment in moments if abs(now - moment) < _DAY]

    def note_repair(self, now: datetime) -> None:
        """Notes that a damaged cache was replaced."""
        kept = [*self.repairs(now), now]
        write_whole(self._repairs, json.dumps([to_iso(moment) for moment in kept]))

    def may_repair(self, now: datetime) -> bool:
        """Whether a damaged cache may be replaced once more today."""
        return len(self.repairs(now)) < REPAIRS_A_DAY

    def begin(self) -> bool:
        """Notes that somebody keeps the cache from now on.

        Returns:
            Whether the one before ended without a word: killed, or with the power.
        """
        if not self._running.parent.is_dir():
            return False
        broken_off = self._running.exists()
        self._running.touch(mode=0o600)
        return broken_off

    def end(self) -> None:
        """Notes that whoever began ends in good order."""
        self._running.unlink(missing_ok=True)


def _json_in(file: Path) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return json.loads(read_whole(file))
    except (OSError, ValueError):
        return None
