"""The windows of a desk: what is out now, what comes next, what has ended, and what their owner has to look at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from data.clock import to_iso
from data.kinds import KINDS
from data.outages.documents import outage_from_doc
from data.outages.reach import Reach
from data.outages.windows import OutageWindow
from data.store.rows import chunks, from_row
from data.store.schema import RECORDS

ENDED_LISTED = timedelta(days=60)
"""How long a window that has ended is still listed."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Windows as a desk lists them.

    Attributes:
        now: Power is off, or should be back and nobody has said so; those to look at first come first.
        coming: Not begun, or between two of their hours; the next one first.
        ended: Restored, over by the clock, or withdrawn; the last one first.
    """

    now: tuple[OutageWindow, ...]
    coming: tuple[OutageWindow, ...]
    ended: tuple[OutageWindow, ...]


def windows_since(connection: Connection, since: datetime) -> list[OutageWindow]:
    """Every window that had not ended at `since`, the withdrawn too, by start."""
    table, moment = RECORDS["outage"], to_iso(since)
    held = and_(table.c.hold, table.c.restored_at.is_(None), table.c.withdrawn_at.is_(None))
    rows = connection.execute(select(table).where(or_(table.c.etr > moment, table.c.restored_at > moment, held)))
    windows = [outage_from_doc(from_row(KINDS["outage"], row)) for row in rows.mappings()]
    return sorted(windows, key=lambda one: (one.start, one.id))


def listing(windows: Iterable[OutageWindow], at: datetime) -> Listing:
    """The windows sorted by what they are at `at`: an overdue promise comes before one that is yet to be kept."""
    now, coming, ended = [], [], []
    for window in windows:
        match window.phase(at):
            case "active" | "overdue":
                now.append(window)
            case "upcoming":
                coming.append(window)
            case _:
                ended.append(window)
    now.sort(key=lambda one: (one.kind == "maintenance", one.phase(at) != "overdue", one.ends, one.id))
    coming.sort(key=lambda one: (one.next_start(at) or one.begins, one.id))
    ended.sort(key=lambda one: (ended_at(one), one.id), reverse=True)
    return Listing(tuple(now), tuple(coming), tuple(ended))


def ended_at(window: OutageWindow) -> datetime:
    """When a window was withdrawn or restored, else when it ends by the clock."""
    return window.withdrawn_at or window.restored_at or window.ends


def branches_touched(connection: Connection, windows: Sequence[OutageWindow]) -> dict[str, frozenset[str]]:
    """For each window by id, the branches whose feeders and areas it touches, and all branches above those."""
    reach = Reach(connection, [item for one in windows for item in one.scope])
    affected = {one.id: reach.affected_by(one.scope) for one in windows}
    homes = {key: [reach.supply_of(each) for each in one.customers] for key, one in affected.items()}
    areas = {key: one.transformer_areas | {area for area, _ in homes[key] if area} for key, one in affected.items()}
    feeder_of = _column(connection, "transformer_area", "feeder", {each for one in areas.values() for each in one})
    feeders = {
        key: one.feeders | {line for _, line in homes[key] if line} | {feeder_of.get(each, "") for each in areas[key]}
        for key, one in affected.items()
    }
    branch_of = _column(connection, "feeder", "branch", {each for one in feeders.values() for each in one})
    branch_of_area = _column(connection, "area", "branch", {each for one in affected.values() for each in one.areas})
    branch = RECORDS["branch"].c
    parents = dict(connection.execute(select(branch.id, branch.parent_id)).all())
    touched = {}
    for key, one in affected.items():
        straight = {branch_of.get(each) for each in feeders[key]} | {branch_of_area.get(each) for each in one.areas}
        touched[key] = frozenset(up for each in straight if each for up in _up_from(each, parents))
    return touched


def _column(connection: Connection, kind: str, field: str, ids: Iterable[str]) -> dict[str, str]:
    """A field of some records by their ids, of those that have it."""
    table, found = RECORDS[kind], dict[str, str]()
    for chunk in chunks(sorted(ids)):
        rows = connection.execute(select(table.c.id, table.c[field]).where(table.c.id.in_(chunk)))
        found |= {key: value for key, value in rows if value}
    return found


def _up_from(branch: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """A branch and those above it, once each: a central system has been seen to send a circle."""
    seen: set[str] = set()
    above: str | None = branch
    while above and above not in seen:
        seen.add(above)
        yield above
        above = parents.get(above)
