"""Setting, revising, restoring and withdrawing outage windows: one set of rules for every way in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, text

from data.clock import to_iso, usable
from data.errors import NotFoundError, OutageError
from data.finding import find_one
from data.kinds import KINDS, Json
from data.outages.rules import check_kind, check_scope, check_scope_kind, check_times, readable_reason
from data.outages.windows import (
    ENDED_STAYS,
    Affected,
    OutageWindow,
    Restoration,
    Revision,
    ScopeItem,
    affected_by,
    outage_from_doc,
    outage_to_doc,
)
from data.store import change_log
from data.store.rows import from_row, get_docs
from data.store.schema import RECORDS
from data.store.store import Writing
from data.supply import SupplyNetwork


@dataclass(frozen=True, slots=True)
class NewOutage:
    """What a person enters.

    Attributes:
        scope: Pairs of a kind of `SCOPE_KINDS` and an id, number, code or name.
    """

    kind: str
    start: datetime
    etr: datetime
    reason: str
    scope: tuple[tuple[str, str], ...]
    hold: bool = False


def network(connection: Connection) -> SupplyNetwork:
    """The supply network in the store."""
    return SupplyNetwork(lambda sql, values: [tuple(row) for row in connection.execute(text(sql), values)])


def add_outage(writing: Writing, entered: NewOutage, by: str) -> OutageWindow:
    """Stores a new window.

    Raises:
        OutageError: kind, times, reason or scope do not make a window.
        NotFoundError, AmbiguousError: a scope names no record, or several.
    """
    check_kind(entered.kind)
    check_scope(entered.scope)
    start, etr = usable(entered.start, "start"), usable(entered.etr, "etr")
    check_times(start, etr)
    reason = readable_reason(entered.reason)
    scope = tuple(dict.fromkeys(_resolve(writing.connection, entered.scope)))
    now = writing.clock.now()
    window = OutageWindow(
        id=_next_id(writing, now),
        kind=entered.kind,
        start=start,
        etr=etr,
        reason=reason,
        scope=scope,
        hold=entered.hold,
        revisions=(Revision(now, by, "new", etr, reason),),
    )
    return _save(writing, window)


def revise_outage(writing: Writing, key: str, etr: datetime, reason: str, by: str) -> OutageWindow:
    """Moves a window's ETR; the former promise stays in its revisions.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is over, or the ETR is before the start.
    """
    window, etr = _open_window(writing, key), usable(etr, "etr")
    check_times(window.start, etr)
    return _save(writing, _revised(window, writing.clock.now(), by, "plan_change", etr, readable_reason(reason)))


def restore_outage(
    writing: Writing, key: str, at: datetime | None, partial: Iterable[tuple[str, str]], by: str
) -> OutageWindow:
    """Confirms that power is back at `at` (now where it is None): for the whole scope or for parts of it.

    Raises:
        NotFoundError: no such window, or a part names no record.
        OutageError: the window is over or has not begun, or a part is not in its scope.
    """
    window, now = _open_window(writing, key), writing.clock.now()
    moment = usable(at, "at") if at else now
    if moment < window.start:
        raise OutageError(f"outage {key} starts at {to_iso(window.start)}: it cannot be restored before; withdraw it")
    if moment > now:
        raise OutageError(f"restored at {to_iso(moment)} lies in the future: give the moment when power came back")
    parts = _resolve(writing.connection, partial)
    if not parts:
        restored = replace(window, restored_at=moment)
        return _save(writing, _revised(restored, now, by, "restored", window.etr, "restored"))
    _check_inside(writing.connection, window, parts)
    restorations = (*window.restorations, *(Restoration(part, moment) for part in parts))
    changed = replace(window, restorations=tuple(dict.fromkeys(restorations)))
    names = ", ".join(part.id for part in parts)
    return _save(writing, _revised(changed, now, by, "partial_restoration", window.etr, names))


def withdraw_outage(writing: Writing, key: str, reason: str, by: str) -> OutageWindow:
    """Takes a window back as if it had never been set; it stays in the store with its reason.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is over already, or no reason is given.
    """
    window, now = _open_window(writing, key), writing.clock.now()
    withdrawn = replace(window, withdrawn_at=now)
    return _save(writing, _revised(withdrawn, now, by, "withdrawn", window.etr, readable_reason(reason)))


def shown_outages(connection: Connection, at: datetime) -> list[OutageWindow]:
    """The windows to be shown at `at`, by start: upcoming, in effect, or ended not long before."""
    table = RECORDS["outage"]
    may_show = or_(table.c.etr > to_iso(at - ENDED_STAYS), table.c.hold, table.c.restored_at > to_iso(at - ENDED_STAYS))
    rows = connection.execute(select(table).where(may_show)).mappings()
    windows = [outage_from_doc(from_row(KINDS["outage"], row)) for row in rows]
    return sorted((one for one in windows if one.phase(at)), key=lambda one: (one.start, one.id))


def describe_outage(connection: Connection, window: OutageWindow, at: datetime) -> dict[str, Json]:
    """The public JSON form of a window, with what it takes out at `at`, or took out, as the network is now.

    What has been restored in part is no longer counted.
    """
    net = network(connection)
    affected = affected_by(window.scope, net).without(affected_by(window.restored_items(at), net))
    customers, important = _customers(net, affected)
    return {
        "id": window.id,
        "kind": window.kind,
        "state": "withdrawn" if window.withdrawn_at else window.phase(at) or "ended",
        "start": to_iso(window.start),
        "etr": to_iso(window.etr),
        "reason": window.reason,
        "hold": window.hold,
        "restored_at": to_iso(window.restored_at) if window.restored_at else None,
        "scope": [_named_item(connection, item) for item in window.scope],
        "affected": {
            "feeders": len(affected.feeders),
            "transformer_areas": len(affected.transformer_areas),
            "customers": customers,
            "important": important,
        },
        "revisions": outage_to_doc(window)["revisions"],
    }


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


def _resolve(connection: Connection, scope: Iterable[tuple[str, str]]) -> list[ScopeItem]:
    items = []
    for kind, named in scope:
        check_scope_kind(kind)
        items.append(ScopeItem(kind, find_one(connection, kind, named)))
    return items


def _check_inside(connection: Connection, window: OutageWindow, parts: list[ScopeItem]) -> None:
    net = network(connection)
    whole = affected_by(window.scope, net)
    for part in parts:
        below = frozenset() if part.kind == "customer" else affected_by([part], net).transformer_areas
        inside = part in window.scope or (below and below <= whole.transformer_areas)
        if part.kind == "customer" and not inside:
            raise OutageError(f"customer {part.id} is not named in outage {window.id}: restore its transformer area")
        if not inside:
            raise OutageError(f"{part.kind} {part.id} is not in the scope of outage {window.id}")


def _open_window(writing: Writing, key: str) -> OutageWindow:
    doc = get_docs(writing.connection, "outage", [key]).get(key)
    if doc is None:
        raise NotFoundError(f"no outage has the id {key!r}: outage list shows them")
    window = outage_from_doc(doc)
    if window.withdrawn_at is not None:
        raise OutageError(f"outage {key} was withdrawn at {to_iso(window.withdrawn_at)}: set a new one")
    if window.restored_at is not None:
        raise OutageError(f"outage {key} was restored at {to_iso(window.restored_at)}: set a new one")
    return window


def _revised(window: OutageWindow, at: datetime, by: str, change: str, etr: datetime, reason: str) -> OutageWindow:
    revision = Revision(at, by, change, etr, reason)  # type: ignore[arg-type]  # the literals of the callers
    return replace(window, etr=etr, revisions=(*window.revisions, revision))


def _save(writing: Writing, window: OutageWindow) -> OutageWindow:
    writing.put("outage", outage_to_doc(window))
    return window


def _next_id(writing: Writing, now: datetime) -> str:
    change_log.lock(writing.connection)
    table, prefix = RECORDS["outage"], f"{now:%Y%m%d}-"
    longest_first = (func.length(table.c.id).desc(), table.c.id.desc())
    last = writing.connection.execute(
        select(table.c.id).where(table.c.id.startswith(prefix)).order_by(*longest_first).limit(1)
    ).scalar()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04}"
