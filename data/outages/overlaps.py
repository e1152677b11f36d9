"""Which windows take out part of the same at the same time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import lcm

from data.outages.reach import Reach
from data.outages.windows import OutageWindow, ScopeItem

Span = tuple[datetime, datetime]
Atom = tuple[str, str]
"""A kind and an id: the smallest of what a window takes out that another may take out, too."""

FOREVER = datetime.max.replace(tzinfo=UTC)
"""The end of a window that is held."""


def off_time(window: OutageWindow, at: datetime) -> Span | None:
    """When the window takes its scope out: the span that `at` is in, else the next; None after the last.

    A window that is held has no end before somebody confirms one.
    """
    over = min(window.restored_at or FOREVER, FOREVER if window.hold else window.ends)
    if at >= over:
        return None
    if window.timetable is None:
        return window.begins, over
    span = window.span_at(at)
    if span is None:
        return (window.ends, over) if window.hold else None
    return (span[0], min(span[1], over)) if span[0] < over else None


def common_time(one: OutageWindow, other: OutageWindow) -> Span | None:
    """The first span of time in which both take their scopes out, or None."""
    if one.withdrawn_at or other.withdrawn_at:
        return None
    at = max(one.begins, other.begins)
    until = at + _until_all_repeats(one, other)
    while at < until:
        mine, theirs = off_time(one, at), off_time(other, at)
        if mine is None or theirs is None:
            return None
        begin, end = max(mine[0], theirs[0]), min(mine[1], theirs[1])
        if begin < end:
            return begin, end
        at = begin
    return None


def _until_all_repeats(one: OutageWindow, other: OutageWindow) -> timedelta:
    """How far two windows are to be followed: after this both do again what they did."""
    weeks = lcm(*(window.timetable.every_weeks for window in (one, other) if window.timetable)) + 1
    held = [window.ends - window.begins for window in (one, other) if window.hold]
    return timedelta(weeks=weeks) + max(held, default=timedelta(0))


class Footprints:
    """What scopes take out, comparable at once however large they are.

    Each transformer area, feeder, area and customer that a scope takes out is a bit of one number. A customer named by
    itself is also taken out by what supplies it, not by another customer there.

    Args:
        scopes: By any key.
        reach: Knows everything that the scopes name.
    """

    def __init__(self, scopes: Mapping[str, Iterable[ScopeItem]], reach: Reach) -> None:
        self._bits: dict[Atom, int] = {}
        self._taken: dict[str, int] = {}
        self._supplied: dict[str, int] = {}
        for key, scope in scopes.items():
            affected = reach.affected_by(scope)
            self._taken[key] = self._number(
                *(("transformer_area", one) for one in affected.transformer_areas),
                *(("feeder", one) for one in affected.feeders),
                *(("area", one) for one in affected.areas),
                *(("customer", one) for one in affected.customers),
            )
            self._supplied[key] = self._number(*((one.kind, one.id) for one in reach.suppliers(affected.customers)))

    def meet(self, one: str, other: str) -> bool:
        """Whether the scopes of two keys have anything in common."""
        taken, theirs = self._taken[one], self._taken[other]
        return bool(taken & theirs or self._supplied[one] & theirs or taken & self._supplied[other])

    def shared(self) -> list[str]:
        """The keys whose scopes may have something in common with another's, in the order given."""
        seen = several = 0
        for key, taken in self._taken.items():
            touched = taken | self._supplied[key]
            several |= seen & touched
            seen |= touched
        return [key for key, taken in self._taken.items() if (taken | self._supplied[key]) & several]

    def _number(self, *atoms: Atom) -> int:
        places = [self._bits.setdefault(atom, len(self._bits)) for atom in atoms]
        marks = bytearray(max(places, default=0) // 8 + 1)
        for place in places:
            marks[place // 8] |= 1 << place % 8
        return int.from_bytes(marks, "little")


def overlapping(windows: Sequence[OutageWindow], reach: Reach) -> dict[str, list[str]]:
    """For each window by id, the ids of those that take out part of the same at the same time, sorted."""
    found: dict[str, list[str]] = {window.id: [] for window in windows}
    prints = Footprints({window.id: window.scope for window in windows}, reach)
    by_id = {window.id: window for window in windows}
    shared = prints.shared()
    for number, one in enumerate(shared):
        for other in shared[number + 1 :]:
            if prints.meet(one, other) and common_time(by_id[one], by_id[other]):
                found[one].append(other)
                found[other].append(one)
    return {key: sorted(others) for key, others in found.items()}
