"""Windows as people are shown them: which there are at a moment, and what each takes out."""

from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, text

from data.clock import to_iso
from data.kinds import KINDS, Doc, Json
from data.outages.documents import outage_from_doc, outage_to_doc
from data.outages.public_scope import public_scope
from data.outages.windows import ENDED_STAYS, Affected, OutageWindow, ScopeItem, affected_by
from data.store.rows import from_row, get_docs
from data.store.schema import RECORDS
from data.supply import SupplyNetwork


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


def describe_outage(connection: Connection, window: OutageWindow, at: datetime) -> dict[str, Json]:
    """The public JSON form of a window, with what it takes out at `at`, or took out, as the network is now.

    What has been restored in part is no longer counted.
    """
    net = network(connection)
    affected = affected_by(window.scope, net).without(affected_by(window.restored_items(at), net))
    customers, important = _customers(net, affected)
    scope = [_named_item(connection, item) for item in window.scope]
    next_start = window.next_start(at)
    doc = outage_to_doc(window)
    return {
        **doc,
        "number": window.id,
        "state": "withdrawn" if window.withdrawn_at else window.phase(at) or "ended",
        "restoration": window.restoration(at),
        "next_start": to_iso(next_start) if next_start else None,
        "author": window.author,
        "scope": [*scope],
        "restored": _restored(doc),
        "public_scope": window.public_scope or public_scope(scope),
        "affected": {
            "feeders": len(affected.feeders),
            "transformer_areas": len(affected.transformer_areas),
            "customers": customers,
            "important": important,
        },
    }


def _restored(doc: Doc) -> Json:
    scope = doc["scope"]
    return scope["restored"] if isinstance(scope, dict) else None


def _customers(net: SupplyNetwork, affected: Affected) -> tuple[int, int]:
    customers, important = net.customers_of(affected.transformer_areas)
    for feeder in affected.feeders:
        more, more_important = net.customers_straight_on(feeder)
        customers, important = customers + more, important + more_important
    for customer in affected.customers:
        place = net.place("customer", customer)
        if not place.transformer_areas & affected.transformer_areas and place.feeder not in affected.feeders:
            customers, important = customers + 1, important + net.is_important(customer)
    return customers, important


def _named_item(connection: Connection, item: ScopeItem) -> dict[str, Json]:
    doc = get_docs(connection, item.kind, [item.id]).get(item.id, {})
    return {"kind": item.kind, "id": item.id, "name": doc.get("name"), "number": doc.get("number")}
