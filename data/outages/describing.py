"""Windows as people are shown them: which there are at a moment, what each takes out, and which of them overlap."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, text

from data.clock import to_iso
from data.fields import Doc, Json
from data.kinds import KINDS
from data.outages.affected_customers import AffectedCustomers
from data.outages.concerned import readable_names
from data.outages.documents import outage_from_doc, outage_to_doc
from data.outages.overlaps import overlapping
from data.outages.public_scope import public_scope
from data.outages.reach import Reach
from data.outages.windows import ENDED_STAYS, Affected, OutageWindow, ScopeItem
from data.readers import EVERYBODYS, Reader
from data.store.rows import chunks, from_row
from data.store.schema import RECORDS
from data.supply import SupplyNetwork

Item = Mapping[str, Json]
"""A piece of a scope with its name: `kind`, `id`, `name`, `number`."""


def network(connection: Connection) -> SupplyNetwork:
    """The supply network in the store."""
    return SupplyNetwork(lambda sql, values: [tuple(row) for row in connection.execute(text(sql), values)])


def shown_outages(connection: Connection, at: datetime) -> list[OutageWindow]:
    """The windows to be shown at `at`, by start: upcoming, in effect, or ended not long before."""
    table = RECORDS["outage"]
    held = and_(table.c.hold, table.c.restored_at.is_(None))
    may_show = or_(table.c.etr > to_iso(at - ENDED_STAYS), held, table.c.restored_at > to_iso(at - ENDED_STAYS))
    rows = connection.execute(select(table).where(may_show, table.c.withdrawn_at.is_(None))).mappings()
    windows = [outage_from_doc(from_row(KINDS["outage"], row)) for row in rows]
    return sorted((one for one in windows if one.phase(at)), key=lambda one: (one.start, one.id))


def describe_outage(
    connection: Connection, window: OutageWindow, at: datetime, reader: Reader = EVERYBODYS
) -> dict[str, Json]:
    """The public JSON form of a window; see `describe_outages`."""
    return describe_outages(connection, [window], at, reader=reader)[0]


def overview(connection: Connection, at: datetime, reader: Reader = EVERYBODYS) -> list[dict[str, Json]]:
    """The public JSON form of every window to be shown at `at`, by start."""
    shown = shown_outages(connection, at)
    return describe_outages(connection, shown, at, shown, reader)


def describe_outages(
    connection: Connection,
    windows: Sequence[OutageWindow],
    at: datetime,
    shown: Sequence[OutageWindow] | None = None,
    reader: Reader = EVERYBODYS,
) -> list[dict[str, Json]]:
    """The public JSON form of windows, with what each takes out at `at`, or took out, as the network is now.

    What has been restored in part is no longer counted. `overlaps` has the ids of the windows to be shown at `at` that
    take out part of the same at the same time. However many windows there are, they cost the same few queries.

    Args:
        connection: To the store.
        windows: Which.
        at: When.
        shown: From `shown_outages`, where that is known already.
        reader: Who is shown them; names of customers that they may not read are hidden.
    """
    others = shown_outages(connection, at) if shown is None else shown
    compared = list({window.id: window for window in (*others, *windows)}.values())
    reach = Reach(
        connection,
        [*(item for one in compared for item in one.scope), *(i for one in windows for i in one.restored_items(at))],
    )
    affected = {one.id: reach.affected_by(one.scope, one.restored_items(at)) for one in windows}
    counted = AffectedCustomers(connection, affected.values(), reach)
    named = named_items(connection, [item for one in windows for item in one.scope], reader)
    overlaps = _overlaps(windows, others, compared, reach)
    return [
        {
            **_told(window, at, [named[item] for item in window.scope]),
            "affected": _affected(affected[window.id], counted),
            "overlaps": [*overlaps[window.id]],
        }
        for window in windows
    ]


def named_items(
    connection: Connection, items: Iterable[ScopeItem], reader: Reader = EVERYBODYS
) -> dict[ScopeItem, Item]:
    """The pieces of scopes with their names and numbers, None where there is none.

    Names of customers that the reader may not read are hidden.
    """
    wanted = list(dict.fromkeys(items))
    customers = [item.id for item in wanted if item.kind == "customer"] if reader != EVERYBODYS else []
    readable = readable_names(connection, customers, reader)
    found: dict[ScopeItem, Item] = {}
    for kind in {item.kind for item in wanted}:
        table = RECORDS[kind]
        columns = [table.c.id, table.c.name, *([table.c.number] if "number" in table.c else [])]
        for chunk in chunks(item.id for item in wanted if item.kind == kind):
            for row in connection.execute(select(*columns).where(table.c.id.in_(chunk))):
                item = ScopeItem(kind, row.id)
                name = readable.get(row.id, row.name) if kind == "customer" else row.name
                found[item] = _item(item, name, getattr(row, "number", None))
    return {item: found.get(item) or _item(item, None, None) for item in wanted}


def _item(item: ScopeItem, name: str | None, number: str | None) -> Item:
    return {"kind": item.kind, "id": item.id, "name": name, "number": number}


def _overlaps(
    windows: Sequence[OutageWindow],
    shown: Sequence[OutageWindow],
    compared: Sequence[OutageWindow],
    reach: Reach,
) -> dict[str, list[str]]:
    """With those that are shown; two that are not are nothing to each other."""
    known = {window.id for window in shown}
    found = overlapping(compared, reach)
    return {window.id: [other for other in found[window.id] if other in known] for window in windows}


def _affected(affected: Affected, counted: AffectedCustomers) -> Json:
    count = counted.count(affected)
    return {
        "feeders": len(affected.feeders),
        "transformer_areas": len(affected.transformer_areas),
        "customers": count.customers,
        "important": count.important,
    }


def _told(window: OutageWindow, at: datetime, scope: list[Item]) -> dict[str, Json]:
    next_start = window.next_start(at)
    doc = outage_to_doc(window)
    return {
        **doc,
        "number": window.id,
        "state": "withdrawn" if window.withdrawn_at else window.phase(at) or "ended",
        "restoration": window.restoration(at),
        "next_start": to_iso(next_start) if next_start else None,
        "author": window.author,
        "scope": [dict(item) for item in scope],
        "restored": _restored(doc),
        "public_scope": window.public_scope or public_scope(scope),
    }


def _restored(doc: Doc) -> Json:
    scope = doc["scope"]
    return scope["restored"] if isinstance(scope, dict) else None
