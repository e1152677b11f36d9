"""Suspicions in the store: raised, renewed and ended as signals come and windows explain them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from data.clock import to_iso
from data.kinds import KINDS, SUSPICION
from data.outages.describing import network, shown_outages
from data.outages.numbering import next_number
from data.outages.signals import signals_since
from data.outages.suspected import (
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
from data.outages.windows import Affected, ScopeItem, affected_by
from data.store.phone_hashes import PhoneHashes
from data.store.rows import from_row
from data.store.schema import RECORDS
from data.store.settings import read_setting
from data.store.store import Store, Writing

KEPT = timedelta(days=4)
"""How long a suspicion stays on record after it has lapsed: longer than any may be quiet."""


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
        one = replace(one, id=next_number(writing.connection, RECORDS[SUSPICION.name].c.id, "S", now, 3))
        writing.note("hub", "raise_suspicion", f"{one.id}: {one.place.kind} {one.place.id}")
    writing.put(SUSPICION.name, suspected_to_doc(one))


def all_suspicions(connection: Connection) -> list[Suspected]:
    """Every suspicion on record, the newest first."""
    table = RECORDS[SUSPICION.name]
    rows = connection.execute(select(table).order_by(table.c.since.desc(), table.c.id.desc())).mappings()
    return [suspected_from_doc(from_row(KINDS[SUSPICION.name], row)) for row in rows]


def settled_suspicions(connection: Connection, at: datetime, since: datetime | None = None) -> list[Suspected]:
    """The suspicions that stand no more at `at`, the newest first; with `since` only those that did so until then."""
    standing = {one.id for one in standing_suspicions(connection, at)}
    over = [one for one in all_suspicions(connection) if one.id not in standing]
    return [one for one in over if since is None or (one.settled_at or one.until) > since]


def standing_suspicions(connection: Connection, at: datetime) -> list[Suspected]:
    """The suspicions that stand at `at` and that no window explains, strongest first."""
    known = [one for one in all_suspicions(connection) if one.state(at) == "standing"]
    if not known:
        return []
    return standing_at(known, list(_explained(connection, min(one.began for one in known), at)), at)


def _explained(connection: Connection, since: datetime, at: datetime) -> Iterable[Explanation]:
    """What the windows explain that stood at some time between the two moments."""
    return explanations(shown_outages(connection, since), _affected_in(connection), since, at)


def _affected_in(connection: Connection) -> Callable[[tuple[ScopeItem, ...]], Affected]:
    net = network(connection)
    return lambda scope: affected_by(scope, net)


def forget_old_suspicions(writing: Writing) -> None:
    """Removes suspicions that lapsed long ago; the audit trail keeps what was done."""
    before = to_iso(writing.clock.now() - KEPT)
    table = RECORDS[SUSPICION.name]
    writing.delete(
        SUSPICION.name, [*writing.connection.execute(select(table.c.id).where(table.c.until < before)).scalars()]
    )
