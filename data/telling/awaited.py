"""Which window each call-back waits for, and whether power is back where the caller is; read for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from data.clock import to_iso
from data.kinds import KINDS
from data.outages.documents import outage_from_doc
from data.outages.reach import Reach
from data.outages.windows import Affected, OutageWindow, ScopeItem, touches
from data.store.rows import from_row, get_docs
from data.store.schema import RECORDS
from data.supply import Place
from data.telling.waiting import AwaitedWindow, CallBack, window_of

_ENDED_BEFORE = timedelta(days=1)
"""A window on a caller's place whose promise lay longer before the call is not meant."""


class Awaited:
    """The windows of some call-backs, as the store has them, in a few queries however many there are.

    Args:
        connection: Of the store.
        asked: The call-backs that will be asked about.
        at: The moment.
    """

    def __init__(self, connection: Connection, asked: Sequence[CallBack], at: datetime) -> None:
        self._windows = _read(connection, asked)
        items = {item for one in self._windows.values() for item in (*one.scope, *one.restored_items(at))}
        self._reach = Reach(connection, items | {where for one in asked if (where := _where(one))})
        self._whole = {key: self._reach.affected_by(one.scope) for key, one in self._windows.items()}
        self._still = {
            key: self._reach.affected_by(one.scope, one.restored_items(at)) for key, one in self._windows.items()
        }
        self._touching = _touching(self._whole)

    def of(self, asked: CallBack) -> AwaitedWindow:
        """The window that a call-back waits for, and whether the caller's part of it has power again."""
        where = _where(asked)
        place = self._place(where) if where else None
        window = window_of(asked, self._candidates(asked, place))
        if window is None or place is None or not touches(place, self._whole[window.id]):
            return AwaitedWindow(window)
        return AwaitedWindow(window, back=not touches(place, self._still[window.id]))

    def _candidates(self, asked: CallBack, place: Place | None) -> list[OutageWindow]:
        if asked.outage:
            return [self._windows[asked.outage]] if asked.outage in self._windows else []
        if place is None:
            return []
        near = {("transformer_area", key) for key in place.transformer_areas}
        near |= {(place.kind, place.id), ("feeder", place.feeder or "")}
        touching = set[str]().union(*(self._touching.get(one, ()) for one in near))
        return [self._windows[key] for key in self._windows if key in touching and touches(place, self._whole[key])]

    def _place(self, where: ScopeItem) -> Place:
        match where.kind:
            case "customer":
                area, feeder = self._reach.supply_of(where.id)
                return Place(where.kind, where.id, frozenset({area} if area else ()), feeder)
            case "feeder":
                return Place(where.kind, where.id, self._reach.transformer_areas_of_feeder(where.id), where.id)
            case "area":
                return Place(where.kind, where.id, self._reach.transformer_areas_of_area(where.id))
            case _:
                return Place(where.kind, where.id, frozenset({where.id}))


def _where(asked: CallBack) -> ScopeItem | None:
    """Where the caller is, as closely as it is known."""
    if asked.customer:
        return ScopeItem("customer", asked.customer)
    return ScopeItem(*asked.place) if asked.place else None


def _touching(whole: Mapping[str, Affected]) -> Mapping[tuple[str, str], set[str]]:
    """The windows that take out each piece of the network, or name it."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for key, affected in whole.items():
        pieces: tuple[tuple[str, Iterable[str]], ...] = (
            ("transformer_area", affected.transformer_areas),
            ("feeder", affected.feeders),
            ("area", affected.areas),
            ("customer", affected.customers),
        )
        for kind, ids in pieces:
            for one in ids:
                found[kind, one].add(key)
    return found


def _read(connection: Connection, asked: Sequence[CallBack]) -> dict[str, OutageWindow]:
    """The windows that any of these may wait for, by id, in the order in which they were set."""
    told = {made.outage for one in asked for made in one.tries if made.outage}
    named = told | {one.outage for one in asked if one.outage}
    found = get_docs(connection, "outage", sorted(named))
    if loose := [one.at for one in asked if not one.outage]:
        table, since = RECORDS["outage"], to_iso(min(loose) - _ENDED_BEFORE)
        held = and_(table.c.hold, table.c.restored_at.is_(None))
        meant = or_(table.c.etr > since, table.c.restored_at > since, held)
        for row in connection.execute(select(table).where(meant)).mappings():
            found[row["id"]] = from_row(KINDS["outage"], row)
    windows = [outage_from_doc(doc) for doc in found.values()]
    ordered = sorted(windows, key=lambda one: (one.revisions[0].at if one.revisions else one.start, one.id))
    return {one.id: one for one in ordered}
