"""The best of the records found so far."""

import heapq

from assistant.records import Found


class Shortlist:
    """The best answer of every record found so far.

    Args:
        limit: How many will be shown.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._found: dict[tuple[str, int], Found] = {}

    def add(self, found: Found) -> None:
        """Notes a record, unless it is there with at least as good a score."""
        key = found.record.kind, found.record.rid
        if key not in self._found or self._found[key].score < found.score:
            self._found[key] = found

    def has_room_for(self, score: float, *, ties: bool) -> bool:
        """Whether a record with this score could still be shown; with `ties` also one as good as the last shown."""
        bar = self._bar()
        return score > bar or (ties and score == bar)

    def in_reach(self) -> list[Found]:
        """The records among which the shown ones are, in no order."""
        bar = self._bar()
        return [found for found in self._found.values() if found.score >= bar]

    def _bar(self) -> float:
        best = heapq.nlargest(self.limit, (found.score for found in self._found.values()))
        return best[-1] if len(best) == self.limit else 0.0
