"""What people do about a suspicion: dismiss it, or make it a window; and what they are shown of it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from data.clock import to_iso, usable
from data.errors import NotFoundError, OutageError
from data.fields import Json
from data.kinds import SUSPICION
from data.outages.branch_limits import check_branches
from data.outages.describing import named_items, network
from data.outages.entry import NewOutage, add_outage
from data.outages.facts import WindowFacts
from data.outages.rules import readable_reason
from data.outages.suspected import SIGNAL_KINDS, Suspected, suspected_from_doc, suspected_to_doc
from data.outages.suspecting import read_rules
from data.outages.suspicion import Rules
from data.outages.suspicion_rules import SETTING, rules_from_json, rules_to_json
from data.outages.windows import OutageWindow, ScopeItem, affected_by
from data.store.rows import get_docs
from data.store.settings import write_setting
from data.store.store import Writing

NOT_YET_KNOWN = "原因待查"
"""What is read out of the cause of a window that was a suspicion, unless somebody knows more."""


class SettledError(OutageError):
    """A suspicion that stands no more: somebody was faster, or it has lapsed."""


def dismiss_suspicion(writing: Writing, key: str, reason: str, by: str) -> Suspected:
    """Says that there is no outage; the place is not suspected again for a while, unless it is twice as strong.

    Raises:
        NotFoundError: no such suspicion.
        SettledError: it does not stand any more.
        OutageError: no reason is given.
        ForbiddenError: it is not of the actor's branches.
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
    writing.note(by, "dismiss_suspicion", f"{key}: {settled.reason}")
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
        SettledError: it does not stand any more.
        OutageError: the ETR is over.
        ForbiddenError: it is not of the actor's branches.
    """
    one, now, promised = _open_suspicion(writing, key), writing.clock.now(), usable(etr, "etr")
    if promised <= now:
        told = f"ETR {to_iso(promised)} is over already: give a later one 预计恢复时间已过，请改为以后的时间"
        raise OutageError(told).about("etr_is_over", etr=promised)
    scope = ((one.place.kind, one.place.id),)
    facts = WindowFacts(etr_source="estimate", cause="unknown")
    new = NewOutage("fault", one.began, promised, reason.strip() or NOT_YET_KNOWN, scope, facts=facts)
    window = add_outage(writing, new, by)
    settled = replace(one, settled_at=now, settled_by=by, outage=window.id)
    writing.put(SUSPICION.name, suspected_to_doc(settled))
    writing.note(by, "confirm_suspicion", f"{key}: {window.id}")
    return window


def _open_suspicion(writing: Writing, key: str) -> Suspected:
    one, now = find_suspicion(writing.connection, key), writing.clock.now()
    if one.settled_at is not None:
        done = f"made outage {one.outage}" if one.outage else "dismissed"
        told = f"suspicion {key} was {done} by {one.settled_by} at {to_iso(one.settled_at)} 已有人处理"
        raise SettledError(told).about("suspicion_settled", by=one.settled_by, at=one.settled_at)
    if one.state(now) != "standing":
        told = f"suspicion {key} lapsed at {to_iso(one.until)} 已自行消除: set a window instead"
        raise SettledError(told).about("suspicion_lapsed", at=one.until)
    check_branches(writing.connection, (one.place,), writing.branches)
    return one


def find_suspicion(connection: Connection, key: str) -> Suspected:
    """A suspicion on record.

    Raises:
        NotFoundError: there is none.
    """
    doc = get_docs(connection, SUSPICION.name, [key]).get(key)
    if doc is None:
        raise NotFoundError(f"no suspicion has the id {key!r}: suspicions list shows them")
    return suspected_from_doc(doc)


def set_rules(writing: Writing, value: Json, by: str) -> Rules:
    """Sets the thresholds, which hold from the next look on; None: those that are usual.

    Raises:
        BadValueError: see `data.outages.suspicion_rules.rules_from_json`.
    """
    rules = rules_from_json(value)
    write_setting(writing, SETTING, None if value is None else {**rules_to_json(rules)}, by)
    return rules


def describe_suspicion(connection: Connection, one: Suspected, at: datetime) -> dict[str, Json]:
    """The public JSON form of a suspicion, with whom it would touch as the network is now."""
    net = network(connection)
    affected = affected_by((one.place,), net)
    customers, important = net.customers_of(affected.transformer_areas)
    for feeder in affected.feeders:
        more, more_important = net.customers_straight_on(feeder)
        customers, important = customers + more, important + more_important
    line = ScopeItem("feeder", one.feeder) if one.feeder else None
    areas = [ScopeItem("transformer_area", key) for key in one.transformer_areas]
    named = named_items(connection, [one.place, *([line] if line else []), *areas])
    return {
        "id": one.id,
        "state": one.state(at),
        "place": dict(named[one.place]),
        "feeder": dict(named[line]) if line else None,
        "transformer_areas": [dict(named[area]) for area in areas],
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
