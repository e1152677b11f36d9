"""Suspicions in the store: raised as signals come, dismissed, made a window, described."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from data.clock import to_iso, usable
from data.errors import NotFoundError, OutageError
from data.kinds import KINDS, SUSPICION, Json
from data.outages.describing import network, shown_outages
from data.outages.entry import NewOutage, add_outage
from data.outages.rules import readable_reason
from data.outages.signals import signals_since
from data.outages.suspected import (
    SIGNAL_KINDS,
    Explanation,
    Suspected,
    explained_by_unit,
    explanations,
    followed,
    standing_at,
    suspected_from_doc,
    suspected_to_doc,
)
from data.outages.suspicion import Rules, Suspicion, suspicions
from data.outages.suspicion_rules import SETTING, rules_from_json
from data.outages.usual import Usual, learn_usual
from data.outages.watched_network import WatchedNetwork, read_watched_network
from data.outages.windows import Affected, OutageWindow, ScopeItem, affected_by
from data.store import audit, change_log
from data.store.phone_hashes import PhoneHashes
from data.store.rows import from_row, get_docs
from data.store.schema import RECORDS
from data.store.settings import read_setting
from data.store.store import Store, Writing

KEPT = timedelta(days=4)
"""How long a suspicion stays on record after it has lapsed: longer than any may be quiet."""

NOT_YET_KNOWN = "原因待查"
"""What is read out of the cause of a window that was a suspicion, unless somebody knows more."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What signals are weighed against; good for about an hour."""

    network: WatchedNetwork
    usual: Usual


def learn(connection: Connection, at: datetime) -> Knowledge:
    """The network and what is usual in it, by the store's history up to `at`."""
    watched = read_watched_network(connection)
    return Knowledge(watched, learn_usual(connection, watched, at))


def read_rules(connection: Connection) -> Rules:
    """The thresholds that hold: what the centre has set, as usual where it has not."""
    return rules_from_json(read_setting(connection, SETTING))


def look_for_suspicions(store: Store, knowledge: Knowledge, phones: PhoneHashes | None) -> int:
    """Raises, renews and ends suspicions by the signals up to now; done twice, the second does nothing.

    Returns:
        How many records were written.
    """
    now = store.clock.now()
    with store.read() as connection:
        rules = read_rules(connection)
        found = _found(connection, knowledge, phones, rules, now)
        if not _following(connection, found, knowledge, now, rules):
            return 0
    with store.write("hub", "suspect outages") as writing:
        # Once more, alone: somebody may have dismissed one meanwhile.
        written = _following(writing.connection, found, knowledge, now, rules)
        for one in written:
            _put(writing, one)
    return len(written)


def _found(
    connection: Connection, knowledge: Knowledge, phones: PhoneHashes | None, rules: Rules, now: datetime
) -> list[Suspicion]:
    signals = signals_since(connection, knowledge.network, phones, now - rules.look_back)

    def asked(explained: dict[tuple[str, str], datetime]) -> list[Suspicion]:
        return suspicions(signals, knowledge.usual.units, knowledge.usual.curve, now, rules, explained)

    # What windows explain only takes away: where nothing is found without them, they need not be read.
    return asked(explained_by_unit(_explained(connection, now - rules.look_back, now))) if asked({}) else []


def _following(
    connection: Connection, found: list[Suspicion], knowledge: Knowledge, now: datetime, rules: Rules
) -> list[Suspected]:
    return followed(found, all_suspicions(connection), knowledge.network.feeders, now, rules) if found else []


def _put(writing: Writing, one: Suspected) -> None:
    now = writing.clock.now()
    if not one.id:
        one = replace(one, id=_next_id(writing, now))
        audit.record(writing.connection, now, "hub", "raise_suspicion", f"{one.id}: {one.place.kind} {one.place.id}")
    writing.put(SUSPICION.name, suspected_to_doc(one))


def _next_id(writing: Writing, now: datetime) -> str:
    change_log.lock(writing.connection)
    table, prefix = RECORDS[SUSPICION.name], f"S{now:%Y%m%d}-"
    longest_first = (func.length(table.c.id).desc(), table.c.id.desc())
    last = writing.connection.execute(
        select(table.c.id).where(table.c.id.startswith(prefix)).order_by(*longest_first).limit(1)
    ).scalar()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:03}"


def all_suspicions(connection: Connection) -> list[Suspected]:
    """Every suspicion on record, the newest first."""
    table = RECORDS[SUSPICION.name]
    rows = connection.execute(select(table).order_by(table.c.since.desc(), table.c.id.desc())).mappings()
    return [suspected_from_doc(from_row(KINDS[SUSPICION.name], row)) for row in rows]


def standing_suspicions(connection: Connection, at: datetime) -> list[Suspected]:
    """The suspicions that stand at `at` and that no window explains, strongest first."""
    known = [one for one in all_suspicions(connection) if one.state(at) == "standing"]
    if not known:
        return []
    return standing_at(known, list(_explained(connection, min(one.began for one in known), at)), at)


def _explained(connection: Connection, since: datetime, at: datetime) -> Iterable[Explanation]:
    """What the windows explain that stood at some time between the two moments."""
    return explanations(shown_outages(connection, since), _affected_in(connection), at)


def _affected_in(connection: Connection) -> Callable[[tuple[ScopeItem, ...]], Affected]:
    net = network(connection)
    return lambda scope: affected_by(scope, net)


def dismiss_suspicion(writing: Writing, key: str, reason: str, by: str) -> Suspected:
    """Says that there is no outage; the place is not suspected again for a while, unless it is twice as strong.

    Raises:
        NotFoundError: no such suspicion.
        OutageError: it does not stand any more, or no reason is given.
    """
    one, now = _open_suspicion(writing, key), writing.clock.now()
    settled = replace(
        one,
        settled_at=now,
        settled_by=by,
        reason=readable_reason(reason),
        quiet_until=now + read_rules(writing.connection).quiet,
    )
    writing.put(SUSPICION.name, suspected_to_doc(settled))
    audit.record(writing.connection, now, by, "dismiss_suspicion", f"{key}: {settled.reason}")
    return settled


def confirm_suspicion(writing: Writing, key: str, etr: datetime, reason: str, by: str) -> OutageWindow:
    """Makes a fault outage of a suspicion: its place, since the first signal that tells of it.

    Args:
        writing: The transaction.
        key: The suspicion's.
        etr: The promise; after now.
        reason: Read out by agents; empty: that the cause is being looked for.
        by: Who.

    Raises:
        NotFoundError: no such suspicion.
        OutageError: it does not stand any more, or the ETR is over.
    """
    one, now, promised = _open_suspicion(writing, key), writing.clock.now(), usable(etr, "etr")
    if promised <= now:
        raise OutageError(
            f"ETR {to_iso(promised)} is over already: give a later one 预计恢复时间已过，请改为以后的时间"
        )
    scope = ((one.place.kind, one.place.id),)
    new = NewOutage(
        "fault", one.began, promised, reason.strip() or NOT_YET_KNOWN, scope, etr_source="estimate", cause="unknown"
    )
    window = add_outage(writing, new, by)
    settled = replace(one, settled_at=now, settled_by=by, outage=window.id)
    writing.put(SUSPICION.name, suspected_to_doc(settled))
    audit.record(writing.connection, now, by, "confirm_suspicion", f"{key}: {window.id}")
    return window


def _open_suspicion(writing: Writing, key: str) -> Suspected:
    one, now = _suspicion(writing.connection, key), writing.clock.now()
    if one.settled_at is not None:
        done = f"made outage {one.outage}" if one.outage else "dismissed"
        raise OutageError(f"suspicion {key} was {done} by {one.settled_by} at {to_iso(one.settled_at)} 已有人处理")
    if one.state(now) != "standing":
        raise OutageError(f"suspicion {key} lapsed at {to_iso(one.until)} 已自行消除: set a window instead")
    return one


def _suspicion(connection: Connection, key: str) -> Suspected:
    doc = get_docs(connection, SUSPICION.name, [key]).get(key)
    if doc is None:
        raise NotFoundError(f"no suspicion has the id {key!r}: suspicions list shows them")
    return suspected_from_doc(doc)


def forget_old_suspicions(writing: Writing) -> None:
    """Removes suspicions that lapsed long ago; the audit trail keeps what was done."""
    before = to_iso(writing.clock.now() - KEPT)
    table = RECORDS[SUSPICION.name]
    writing.delete(
        SUSPICION.name, [*writing.connection.execute(select(table.c.id).where(table.c.until < before)).scalars()]
    )


def describe_suspicion(connection: Connection, one: Suspected, at: datetime) -> dict[str, Json]:
    """The public JSON form of a suspicion, with whom it would touch as the network is now."""
    net = network(connection)
    affected = affected_by((one.place,), net)
    customers, important = net.customers_of(affected.transformer_areas)
    for feeder in affected.feeders:
        more, more_important = net.customers_straight_on(feeder)
        customers, important = customers + more, important + more_important
    return {
        "id": one.id,
        "state": one.state(at),
        "place": _named(connection, one.place.kind, one.place.id),
        "feeder": _named(connection, "feeder", one.feeder) if one.feeder else None,
        "transformer_areas": [_named(connection, "transformer_area", key) for key in one.transformer_areas],
        "began": to_iso(one.began),
        "since": to_iso(one.since),
        "until": to_iso(one.until),
        "strength": one.strength,
        "signals": one.signals,
        "counts": {kind: one.counts().get(kind, 0) for kind in SIGNAL_KINDS},
        "evidence": [{"at": to_iso(tally.at), "kind": tally.kind, "count": tally.count} for tally in one.evidence],
        "affected": {
            "transformer_areas": len(affected.transformer_areas),
            "customers": customers,
            "important": important,
        },
        "settled_at": to_iso(one.settled_at) if one.settled_at else None,
        "settled_by": one.settled_by or None,
        "reason": one.reason or None,
        "quiet_until": to_iso(one.quiet_until) if one.quiet_until else None,
        "outage": one.outage or None,
    }


def _named(connection: Connection, kind: str, key: str) -> dict[str, Json]:
    doc = get_docs(connection, kind, [key]).get(key, {})
    return {"kind": kind, "id": key, "name": doc.get("name"), "number": doc.get("number")}
