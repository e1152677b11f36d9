"""What an agent's home remembers of its cache's soundness: when it was checked, what was found, what was replaced.

Small files beside the caches. A finding holds for one cache file: it is answered by another file taking its place.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data.caches.check import Damage
from data.clock import from_iso, to_iso
from data.errors import DataError
from data.store.set_hash import Part
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
        self._mended = directory / "mended"
        self._alarm = directory / "alarm"

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

    def note_mended(self, parts: Iterable[Part], now: datetime) -> None:
        """Notes that these parts differ from the hub and are fetched again."""
        kept = {**self._mendings(now), **{"/".join(part): to_iso(now) for part in parts}}
        write_whole(self._mended, json.dumps(kept, ensure_ascii=False))

    def may_mend(self, parts: Iterable[Part], now: datetime) -> bool:
        """Whether none of these parts was fetched again within a day of `now`."""
        return not self._mendings(now).keys() & {"/".join(part) for part in parts}

    def _mendings(self, now: datetime) -> dict[str, str]:
        noted = _json_in(self._mended)
        try:
            return {part: at for part, at in dict(noted or {}).items() if abs(now - from_iso(at)) < _DAY}
        except (TypeError, ValueError, AttributeError, DataError):
            return {}

    def note_alarm(self, reason: str, now: datetime) -> None:
        """Notes that the cache cannot be made equal to the hub, and why: somebody has to look."""
        write_whole(self._alarm, json.dumps({"at": to_iso(now), "reason": reason}, ensure_ascii=False))

    def end_alarm(self) -> None:
        """Notes that the cache was found equal to the hub."""
        self._alarm.unlink(missing_ok=True)

    def alarm(self) -> str | None:
        """Why the cache cannot be made equal to the hub; None where nothing is known to be wrong."""
        noted = _json_in(self._alarm)
        return str(noted["reason"]) if isinstance(noted, dict) and "reason" in noted else None

    def begin(self) -> bool:
        """Notes that somebody keeps the cache from now on.

        Returns:
            Whether the one before ended without a word: killed, or with the power.
        """
        if not self._running.parent.is_dir():
            return False
        broken_off = self._running.exists()
        with suppress(OSError):  # a profile that is read-only is kept by nobody
            self._running.touch(mode=0o600)
        return broken_off

    def end(self) -> None:
        """Notes that whoever began ends in good order."""
        with suppress(OSError):
            self._running.unlink(missing_ok=True)


def _json_in(file: Path) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return json.loads(read_whole(file))
    except (OSError, ValueError):
        return None
