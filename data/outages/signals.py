"""The signals of a time, read from what agents and the exchange entered: what happened where, and nobody's name.

A customer's number tells one caller's look-up, report and call apart from another's; it stays in memory.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from data.clock import from_iso, to_iso
from data.outages.suspicion import Signal, SignalKind
from data.outages.watched_network import Spot, WatchedNetwork
from data.phone_numbers import normal_form
from data.store.phone_hashes import PhoneHashes
from data.store.rows import chunks
from data.store.schema import CALL_EVENT, CUSTOMER_PHONE, LOOK_UP, RECORDS, TICKET, WRAP_UP

LOOKED_UP_BEFORE = timedelta(minutes=10)
"""A trouble report follows the look-up of its place within such a time: the two are one caller."""

_ENTERED = "ENTERQUEUE"
_NUMBER = 1
"""Which argument of that event is the caller's number."""

_HASHES_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class _Told:
    """A look-up or trouble report as it was entered; `caller` tells its caller apart where that is known."""

    at: datetime
    kind: SignalKind
    record_kind: str
    record: str
    caller: str = ""


def signals_since(
    connection: Connection, network: WatchedNetwork, phones: PhoneHashes | None, since: datetime
) -> list[Signal]:
    """What was entered after `since` and can be placed, in no order.

    Args:
        connection: Of the store.
        network: Where records are.
        phones: Hashes the numbers of the exchange's calls; without it they are passed over.
        since: Aware.
    """
    told = _with_reports(_look_ups(connection, since), _trouble_reports(connection, since))
    return [*_placed(connection, network, told), *_calls(connection, network, phones, since)]


def _look_ups(connection: Connection, since: datetime) -> list[_Told]:
    columns = (LOOK_UP.c.at, LOOK_UP.c.record_kind, LOOK_UP.c.record)
    rows = connection.execute(select(*columns).where(LOOK_UP.c.at > to_iso(since)).order_by(LOOK_UP.c.at))
    return [_Told(from_iso(at), "look_up", kind, key) for at, kind, key in rows]


def _trouble_reports(connection: Connection, since: datetime) -> list[_Told]:
    columns = (TICKET.c.at, TICKET.c.place_kind, TICKET.c.place_id, TICKET.c.id)
    wanted = [TICKET.c.at > to_iso(since), TICKET.c.kind == "trouble_report", TICKET.c.place_id.is_not(None)]
    wanted.append(TICKET.c.state != "cancelled")
    rows = connection.execute(select(*columns).where(*wanted).order_by(TICKET.c.at))
    return [_Told(from_iso(at), "trouble_report", kind, place, f"ticket:{key}") for at, kind, place, key in rows]


def _with_reports(look_ups: list[_Told], reports: list[_Told]) -> Iterator[_Told]:
    """All of them; of the look-ups of a report's place just before it, the last is by the same caller."""
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, one in enumerate(look_ups):
        waiting[one.record_kind, one.record].append(number)
    for report in reports:
        before = waiting[report.record_kind, report.record]
        near = [n for n in before if timedelta(0) <= report.at - look_ups[n].at <= LOOKED_UP_BEFORE]
        if near:
            before.remove(near[-1])
            look_ups[near[-1]] = replace(look_ups[near[-1]], caller=report.caller)
    yield from look_ups
    yield from reports


def _placed(connection: Connection, network: WatchedNetwork, told: Iterable[_Told]) -> Iterator[Signal]:
    listed = list(told)
    spots = _spots_of_customers(connection, network, {one.record for one in listed if one.record_kind == "customer"})
    for one in listed:
        of_customer = one.record_kind == "customer"
        spot = spots.get(one.record) if of_customer else network.spot(one.record_kind, one.record)
        if spot is not None:
            yield Signal(one.at, one.kind, *spot, one.record if of_customer else one.caller)


def _spots_of_customers(connection: Connection, network: WatchedNetwork, customers: Iterable[str]) -> dict[str, Spot]:
    columns = RECORDS["customer"].c
    wanted = select(columns.id, columns.transformer_area, columns.feeder)
    found: dict[str, Spot] = {}
    for chunk in chunks(customers):
        for key, *supply in connection.execute(wanted.where(columns.id.in_(chunk))):
            if spot := network.spot_of_customer(*supply):
                found[key] = spot
    return found


def _calls(
    connection: Connection, network: WatchedNetwork, phones: PhoneHashes | None, since: datetime
) -> Iterator[Signal]:
    """Calls and the wrap-ups of calls; a number that leads to several places tells nothing."""
    calls = [*_wrapped_up(connection, since), *(_entered(connection, phones, since) if phones else ())]
    owners = _owners(connection, {one for _, hashes in calls for one in hashes})
    customers = {customer for found in owners.values() for customer in found}
    spots = _spots_of_customers(connection, network, customers)
    for at, hashes in calls:
        found = sorted(customer for one in hashes for customer in owners.get(one, ()))
        places = {spots.get(customer) for customer in found}
        spot = places.pop() if len(places) == 1 else None
        if spot is not None:
            yield Signal(at, "call", *spot, found[0])


def _wrapped_up(connection: Connection, since: datetime) -> Iterator[tuple[datetime, list[bytes]]]:
    wanted = (WRAP_UP.c.at > to_iso(since), WRAP_UP.c.number_hash.is_not(None))
    for at, number_hash in connection.execute(select(WRAP_UP.c.at, WRAP_UP.c.number_hash).where(*wanted)):
        yield from_iso(at), [bytes(number_hash)]


def _entered(connection: Connection, phones: PhoneHashes, since: datetime) -> Iterator[tuple[datetime, list[bytes]]]:
    wanted = (CALL_EVENT.c.at > to_iso(since), CALL_EVENT.c.event == _ENTERED)
    for at, args in connection.execute(select(CALL_EVENT.c.at, CALL_EVENT.c.args).where(*wanted)):
        form = normal_form("".join(json.loads(args)[_NUMBER : _NUMBER + 1]))
        if form:
            yield from_iso(at), phones.hashes_of(form)


def _owners(connection: Connection, hashes: Iterable[bytes]) -> Mapping[bytes, list[str]]:
    found: dict[bytes, list[str]] = defaultdict(list)
    listed = sorted(hashes)
    for start in range(0, len(listed), _HASHES_A_QUERY):
        some = CUSTOMER_PHONE.c.hash.in_(listed[start : start + _HASHES_A_QUERY])
        for one, customer in connection.execute(select(CUSTOMER_PHONE.c.hash, CUSTOMER_PHONE.c.customer).where(some)):
            found[bytes(one)].append(customer)
    return found
