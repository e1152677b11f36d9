"""Which window each call-back waits for, and whether power is back where the caller is; read for many at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from data.clock import to_iso
from data.kinds import KINDS
from data.outages.describing import network
from data.outages.documents import outage_from_doc
from data.outages.reach import Reach
from data.outages.windows import OutageWindow, touches
from data.store.rows import from_row, get_docs
from data.store.schema import RECORDS
from data.supply import Place
from data.telling.waiting import AwaitedWindow, CallBack, window_of

_ENDED_BEFORE = timedelta(days=1)
"""A window on a caller's place whose promise lay longer before the call is not meant."""


class Awaited:
    """The windows of some call-backs, as the store has them.

    Args:
        connection: Of the store.
        asked: The call-backs that will be asked about.
        at: The moment.
    """

    def __init__(self, connection: Connection, asked: Sequence[CallBack], at: datetime) -> None:
        self._at = at
        self._supply = network(connection)
        self._places: dict[tuple[str, str], Place] = {}
        self._windows = _read(connection, asked)
        self._by_id = {one.id: one for one in self._windows}
        reach = Reach(connection, {item for one in self._windows for item in (*one.scope, *one.restored_items(at))})
        self._whole = {one.id: reach.affected_by(one.scope) for one in self._windows}
        self._still = {one.id: reach.affected_by(one.scope, one.restored_items(at)) for one in self._windows}

    def of(self, asked: CallBack) -> AwaitedWindow:
        """The window that a call-back waits for, and whether the caller's part of it has power again."""
        place = self._place(asked)
        window = window_of(asked, self._candidates(asked, place))
        if window is None or place is None or not touches(place, self._whole[window.id]):
            return AwaitedWindow(window)
        return AwaitedWindow(window, back=not touches(place, self._still[window.id]))

    def _candidates(self, asked: CallBack, place: Place | None) -> list[OutageWindow]:
        if asked.outage:
            return [self._by_id[asked.outage]] if asked.outage in self._by_id else []
        if place is None:
            return []
        return [one for one in self._windows if touches(place, self._whole[one.id])]

    def _place(self, asked: CallBack) -> Place | None:
        """Where the caller is, as closely as it is known."""
        where = ("customer", asked.customer) if asked.customer else asked.place
        if where is None:
            return None
        if where not in self._places:
            self._places[where] = self._supply.place(*where)
        return self._places[where]


def _read(connection: Connection, asked: Sequence[CallBack]) -> list[OutageWindow]:
    """The windows that any of these may wait for, in the order in which they were set."""
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
    return sorted(windows, key=lambda one: (one.revisions[0].at if one.revisions else one.start, one.id))
