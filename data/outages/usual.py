"""What is usual: how many look-ups, trouble reports and calls a transformer area or feeder has, and at what hours.

Learned from the store's last weeks, and drawn towards what the number of customers lets expect: a new centre has that
alone. An hour in which a unit had any signals of a kind counts once, so that a day without power does not become usual.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from data.clock import from_iso, to_iso
from data.outages.suspicion import LOCAL, DailyCurve, SignalKind, Unit, usual_rate
from data.outages.watched_network import Spot, WatchedNetwork
from data.store.schema import CUSTOMER_PHONE, LOOK_UP, RECORDS, TICKET, WRAP_UP

HISTORY = timedelta(days=28)

HELD_BACK = timedelta(hours=12)
"""What came since then is not taken for usual yet: it may be the outage that is to be found."""

USUAL_HOURS = (
    7,
    2,
    0,
    0,
    1,
    3,
    16,
    264,
    705,
    763,
    846,
    747,
    699,
    667,
    717,
    760,
    871,
    646,
    455,
    499,
    382,
    338,
    325,
    284,
)
"""Calls by the hour, from midnight, of a bank's call centre in 1999.

Source: Brown, L. et al. (2005), Statistical Analysis of a Telephone Call Center, JASA 100, 36-50.
"""

_HOURS_WORTH = 2_000
"""So many signals of its own weigh as much as these hours do."""

_A_DAY: dict[SignalKind, float] = {"look_up": 0.0038, "trouble_report": 0.00035, "call": 0.0042}
"""What a customer is taken to have a day: 5,000 callers of 1.2 million customers, one in twelve of whom reports."""

_A_DAY_WORTH = 7.0
"""So many days of a centre's own weigh as much as that."""


@dataclass(frozen=True, slots=True)
class _Past:
    """The time that is learned from."""

    since: datetime
    until: datetime

    def has(self, at: ColumnElement[str]) -> ColumnElement[bool]:
        """The condition that a column's moment is in it."""
        return (at >= to_iso(self.since)) & (at < to_iso(self.until))


_Counts = Counter[tuple[str, str]]
_HOUR = len("2026-11-22T04")


@dataclass(frozen=True, slots=True)
class Usual:
    """The units that are watched, with what each usually has, and how that is spread over a day."""

    units: Mapping[tuple[str, str], Unit]
    curve: DailyCurve


def learn_usual(connection: Connection, network: WatchedNetwork, at: datetime) -> Usual:
    """What is usual, by the history in the store up to `at`."""
    past = _Past(at - HISTORY, at - HELD_BACK)
    first = _first(connection, past)
    days = (past.until - first) / timedelta(days=1) if first else 0.0
    own: dict[SignalKind, _Counts] = {
        "look_up": _by_unit(_look_ups(connection, network, past)),
        "trouble_report": _by_unit(_trouble_reports(connection, network, past)),
        "call": _by_unit(_calls(connection, network, past)),
    }
    return Usual(_units(network, own, days), _curve(connection, past))


def _first(connection: Connection, past: _Past) -> datetime | None:
    moments = [
        connection.execute(select(func.min(table.c.at)).where(past.has(table.c.at))).scalar()
        for table in (LOOK_UP, TICKET, WRAP_UP)
    ]
    return min((from_iso(moment) for moment in moments if moment), default=None)


def _units(network: WatchedNetwork, own: Mapping[SignalKind, _Counts], days: float) -> Mapping[tuple[str, str], Unit]:
    everybody = max(1, sum(count for (kind, _), count in network.customers.items() if kind == "feeder"))
    rates = {
        kind: usual_rate(_total(counts) / everybody, days, _A_DAY[kind], _A_DAY_WORTH) for kind, counts in own.items()
    }
    return {
        key: Unit(
            key[0],  # type: ignore[arg-type]  # as `WatchedNetwork.customers` has it
            key[1],
            customers,
            {kind: usual_rate(counts[key], days, rates[kind] * customers) for kind, counts in own.items()},
        )
        for key, customers in network.customers.items()
    }


def _total(counts: _Counts) -> int:
    return sum(count for (kind, _), count in counts.items() if kind == "feeder")


def _by_unit(told: Iterator[tuple[Spot | None, int]]) -> _Counts:
    """How many hours with signals each unit had; a feeder has those of its transformer areas."""
    counts: _Counts = Counter()
    for spot, hours in told:
        if spot is None:
            continue
        if spot.transformer_area:
            counts["transformer_area", spot.transformer_area] += hours
        counts["feeder", spot.feeder] += hours
    return counts


def _look_ups(connection: Connection, network: WatchedNetwork, past: _Past) -> Iterator[tuple[Spot | None, int]]:
    return _of_places(connection, network, LOOK_UP, (LOOK_UP.c.record_kind, LOOK_UP.c.record), past.has(LOOK_UP.c.at))


def _trouble_reports(connection: Connection, network: WatchedNetwork, past: _Past) -> Iterator[tuple[Spot | None, int]]:
    wanted = past.has(TICKET.c.at) & (TICKET.c.kind == "trouble_report")
    return _of_places(connection, network, TICKET, (TICKET.c.place_kind, TICKET.c.place_id), wanted)


def _of_places(
    connection: Connection,
    network: WatchedNetwork,
    table: Table,
    place: tuple[ColumnElement[Any], ColumnElement[Any]],
    wanted: ColumnElement[bool],
) -> Iterator[tuple[Spot | None, int]]:
    kind, key = place
    hours, customer = _hours(table), RECORDS["customer"]
    named = select(kind, key, hours).where(wanted, kind != "customer").group_by(kind, key)
    for record_kind, record, count in connection.execute(named):
        yield network.spot(record_kind, record), count
    customers = select(hours).select_from(table.join(customer, customer.c.id == key)).where(wanted, kind == "customer")
    yield from _of_customers(connection, network, customers)


def _calls(connection: Connection, network: WatchedNetwork, past: _Past) -> Iterator[tuple[Spot | None, int]]:
    """Of the exchange's own events only the last hours are looked at: their numbers are hashed one by one."""
    customer = RECORDS["customer"]
    joined = WRAP_UP.join(CUSTOMER_PHONE, CUSTOMER_PHONE.c.hash == WRAP_UP.c.number_hash)
    joined = joined.join(customer, customer.c.id == CUSTOMER_PHONE.c.customer)
    placed = select(_hours(WRAP_UP)).select_from(joined).where(past.has(WRAP_UP.c.at))
    return _of_customers(connection, network, placed)


def _of_customers(
    connection: Connection, network: WatchedNetwork, counted: Select[Any]
) -> Iterator[tuple[Spot | None, int]]:
    customer = RECORDS["customer"].c
    by_place = counted.add_columns(customer.transformer_area, customer.feeder)
    for count, transformer_area, feeder in connection.execute(
        by_place.group_by(customer.transformer_area, customer.feeder)
    ):
        yield network.spot_of_customer(transformer_area, feeder), count


def _hours(table: Table) -> ColumnElement[int]:
    return func.count(func.substr(table.c.at, 1, _HOUR).distinct())


def _curve(connection: Connection, past: _Past) -> DailyCurve:
    shares = [share / sum(USUAL_HOURS) * _HOURS_WORTH for share in USUAL_HOURS]
    for table in (LOOK_UP, TICKET):
        hour = func.substr(table.c.at, 1, _HOUR)
        counted = select(hour, func.count()).where(past.has(table.c.at)).group_by(hour)
        for told, count in connection.execute(counted):
            shares[from_iso(f"{told}:00:00Z").astimezone(LOCAL).hour] += count
    return DailyCurve(shares)
