"""Entries at which the hub fails: tried alone and last, ever more seldom, so that none of them holds up the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES_IN_A_ROW = 2
"""Two single entries fail one after the other: the hub is in trouble, not they, and is left alone for now."""

_FIRST_REST, _LONGEST_REST = timedelta(seconds=2), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: datetime
    rest: timedelta


class HeldBack:
    """What is remembered of entries at which the hub failed, while this process lives."""

    def __init__(self) -> None:
        self._failures: dict[str, _Failures] = {}

    def count(self, key: str) -> int:
        """How often the hub has failed at an entry since it last answered for it."""
        found = self._failures.get(key)
        return found.count if found else 0

    def rests(self, key: str, now: datetime) -> bool:
        """Whether an entry is to be left alone now; where the clock was put back, it is not."""
        found = self._failures.get(key)
        return found is not None and found.last <= now < found.last + found.rest

    def note(self, keys: Iterable[str], now: datetime, *, hub_is_well: bool) -> None:
        """Remembers at which entries the hub failed.

        Args:
            keys: Theirs.
            now: When it did.
            hub_is_well: It answered for others at the same time: these are to blame, and rest, each time for twice as
                long. Else they are only tried last.
        """
        for key in keys:
            count = self.count(key) + 1
            rest = min(_FIRST_REST * 2 ** min(count - 1, 10), _LONGEST_REST) if hub_is_well else timedelta()
            self._failures[key] = _Failures(count, now, rest)

    def forget(self, keys: Iterable[str]) -> None:
        """The hub has answered for these entries."""
        for key in keys:
            self._failures.pop(key, None)
