"""Stored windows that have part of their scope in common with windows that are about to be set.

Not by what each stored window takes out, of which there may be thousands, but by what could take out the same as a new
one: the transformer areas below it, the feeders and areas above those.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from data.clock import from_iso, to_iso
from data.outages.above import Above
from data.outages.documents import timetable_from_json
from data.outages.overlaps import Span, common_time
from data.outages.reach import Reach
from data.outages.windows import Affected, OutageWindow, ScopeItem
from data.store.among import among
from data.store.schema import RECORDS

OVERLAPS_NAMED = 20
"""How many overlaps of a window are told one by one; the others are counted."""

_HOURS = ("id", "kind", "start", "etr", "reason", "hold", "restored_at", "started_at", "timetable")


@dataclass(frozen=True, slots=True)
class Overlap:
    """A window that takes out part of the same as a new one at the same time.

    Attributes:
        window: The other one, without its revisions and restored parts; one of the new ones too, where several are set
            together.
        span: The first time at which both take it out.
        transformer_areas: How many both take out.
    """

    window: OutageWindow
    span: Span
    transformer_areas: int


@dataclass(frozen=True, slots=True)
class Meetings:
    """The windows that have something in common with a new one.

    Attributes:
        overlaps: Those at the same time, by start; the first `OVERLAPS_NAMED`.
        overlapping: How many there are.
        apart: Those that never take it out at once with the new one, by start.
    """

    overlaps: tuple[Overlap, ...]
    overlapping: int
    apart: tuple[OutageWindow, ...]


def meetings(
    connection: Connection,
    new: Sequence[OutageWindow],
    affected: Sequence[Affected],
    above: Above,
    before: timedelta,
) -> list[Meetings]:
    """What has something in common with each of some new windows.

    Args:
        connection: To the store.
        new: Windows that are not stored, each with an id of its own.
        affected: What each of them takes out.
        above: Knows what stands above all of that, and above what supplies the customers named in it.
        before: How long before the first of the new ones an old one may have ended.
    """
    scopes = _scopes(connection, min((one.begins for one in new), default=None), before)
    scopes |= {one.id: one.scope for one in new}
    reach = Reach(connection, [item for scope in scopes.values() for item in scope if item.kind == "customer"])
    naming = _Naming(scopes, reach, above)
    met = [naming.met_by(out) - {one.id} for one, out in zip(new, affected, strict=True)]
    known = _windows(connection, set[str]().union(*met)) | {one.id: one for one in new}
    pairs = [_sorted(one, [known[key] for key in keys]) for one, keys in zip(new, met, strict=True)]
    named = [(window, span) for overlapping, _ in pairs for window, span in overlapping[:OVERLAPS_NAMED]]
    below = Reach(connection, [item for window, _ in named for item in scopes[window.id]])

    def overlap(out: Affected, window: OutageWindow, span: Span) -> Overlap:
        shared = out.transformer_areas & below.affected_by(scopes[window.id]).transformer_areas
        return Overlap(window, span, len(shared))

    return [
        Meetings(
            tuple(overlap(out, window, span) for window, span in overlapping[:OVERLAPS_NAMED]), len(overlapping), apart
        )
        for out, (overlapping, apart) in zip(affected, pairs, strict=True)
    ]


class _Naming:
    """Which windows name what, and what supplies the customers whom they name."""

    def __init__(self, scopes: Mapping[str, Iterable[ScopeItem]], reach: Reach, above: Above) -> None:
        self._naming = _Filed()
        self._supplied = _Filed()
        self._reach, self._above = reach, above
        for window, scope in scopes.items():
            for item in scope:
                self._naming.file(item, window)
                if item.kind == "customer":
                    for supplier in reach.suppliers([item.id]):
                        self._supplied.file(supplier, window)

    def met_by(self, out: Affected) -> set[str]:
        """The windows that have something in common with what one takes out.

        A customer who is named is also taken out by what supplies it, not by another customer there.
        """
        supplying = self._reach.suppliers(out.customers)
        below = out.transformer_areas | {one.id for one in supplying if one.kind == "transformer_area"}
        straight = {one.id for one in supplying if one.kind == "feeder"}
        return (
            self._naming.among("transformer_area", below)
            | self._naming.among("feeder", out.feeders | straight | self._above.feeders(below))
            | self._naming.among("area", out.areas | self._above.areas(below))
            | self._naming.among("customer", out.customers)
            | self._supplied.among("transformer_area", out.transformer_areas)
            | self._supplied.among("feeder", out.feeders)
        )


class _Filed:
    """Windows by pieces of the network."""

    def __init__(self) -> None:
        self._windows = defaultdict[str, defaultdict[str, list[str]]](lambda: defaultdict(list))

    def file(self, item: ScopeItem, window: str) -> None:
        self._windows[item.kind][item.id].append(window)

    def among(self, kind: str, ids: Collection[str]) -> set[str]:
        filed = self._windows[kind]
        return {window for key in filed.keys() & ids for window in filed[key]}


def _sorted(
    window: OutageWindow, others: Iterable[OutageWindow]
) -> tuple[list[tuple[OutageWindow, Span]], tuple[OutageWindow, ...]]:
    """Those that take something out at once with `window`, with the first time of that, and the others; by start."""
    overlapping, apart = list[tuple[OutageWindow, Span]](), list[OutageWindow]()
    for other in sorted(others, key=lambda one: (one.begins, one.id)):
        if span := common_time(window, other):
            overlapping.append((other, span))
        else:
            apart.append(other)
    return overlapping, tuple(apart)


def _scopes(connection: Connection, first: datetime | None, before: timedelta) -> dict[str, tuple[ScopeItem, ...]]:
    """The scopes of windows that were not withdrawn and are not over longer than that, by id."""
    if first is None:
        return {}
    table = RECORDS["outage"]
    held = and_(table.c.hold, table.c.restored_at.is_(None))
    lasts = or_(table.c.etr > to_iso(first - before), held, table.c.restored_at > to_iso(first - before))
    rows = connection.execute(select(table.c.id, table.c.scope).where(lasts, table.c.withdrawn_at.is_(None)))
    return {key: _items(scope) for key, scope in rows.all()}


def _items(scope: str) -> tuple[ScopeItem, ...]:
    """What a window's scope names, of the text in its row: to take whole windows apart would cost ten times as much."""
    return tuple(ScopeItem(item["kind"], item["id"]) for item in json.loads(scope)["items"])


def _windows(connection: Connection, ids: Collection[str]) -> dict[str, OutageWindow]:
    """When windows that were not withdrawn take their scopes out; what else is known of them is left out."""
    table = RECORDS["outage"]
    wanted = select(*(table.c[name] for name in _HOURS)).where(among(connection, table.c.id, ids))
    return {
        key: OutageWindow(
            id=key,
            kind=kind,
            start=from_iso(start),
            etr=from_iso(etr),
            reason=reason,
            scope=(),
            revisions=(),
            hold=bool(hold),
            restored_at=from_iso(restored_at) if restored_at else None,
            started_at=from_iso(started_at) if started_at else None,
            timetable=timetable_from_json(hours) if (hours := json.loads(timetable or "null")) else None,
        )
        for key, kind, start, etr, reason, hold, restored_at, started_at, timetable in (
            connection.execute(wanted).all() if ids else ()
        )
    }
