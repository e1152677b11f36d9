"""The network as signals are placed in it: which feeder a transformer area hangs on, what an area tells, how many."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from data.store.schema import LINK, RECORDS


class Spot(NamedTuple):
    """Where a signal is: either may be empty where that is not known."""

    transformer_area: str
    feeder: str


@dataclass(frozen=True, slots=True)
class WatchedNetwork:
    """What is watched, as it was when it was read.

    Attributes:
        feeders: The feeder of each transformer area.
        areas: What an area tells: its transformer area where it has one, else its feeder where all of it hangs on one;
            areas that tell nothing are left out.
        customers: By kind and id of a transformer area or feeder: how many hang on it. One without any on record counts
            as one: whoever reports trouble there is one.
    """

    feeders: Mapping[str, str]
    areas: Mapping[str, Spot]
    customers: Mapping[tuple[str, str], int]

    def spot(self, kind: str, key: str) -> Spot | None:
        """Where a record is, customers aside; None where that tells of no unit."""
        match kind:
            case "transformer_area":
                return Spot(key, self.feeders[key]) if key in self.feeders else None
            case "feeder":
                return Spot("", key)
            case "area":
                return self.areas.get(key)
            case _:
                return None

    def spot_of_customer(self, transformer_area: str | None, feeder: str | None) -> Spot | None:
        """Where a customer is who hangs on these; None where neither is known."""
        if transformer_area:
            return self.spot("transformer_area", transformer_area)
        return Spot("", feeder) if feeder else None


def read_watched_network(connection: Connection) -> WatchedNetwork:
    """The network in the store, read whole: for some tens of thousands of transformer areas, once an hour."""
    area = RECORDS["transformer_area"]
    feeders = {str(key): str(feeder) for key, feeder in connection.execute(select(area.c.id, area.c.feeder))}
    return WatchedNetwork(feeders, _areas(connection, feeders), _customers(connection, feeders))


def _customers(connection: Connection, feeders: Mapping[str, str]) -> dict[tuple[str, str], int]:
    customer = RECORDS["customer"].c
    on_areas = select(customer.transformer_area, func.count()).group_by(customer.transformer_area)
    straight = (
        select(customer.feeder, func.count()).where(customer.transformer_area.is_(None)).group_by(customer.feeder)
    )
    found = {("transformer_area", key): 1 for key in feeders} | {("feeder", key): 1 for key in feeders.values()}
    on_feeders: Counter[str] = Counter()
    for key, count in connection.execute(on_areas):
        if key in feeders:
            found["transformer_area", key] = count
            on_feeders[feeders[key]] += count
    for key, count in connection.execute(straight):
        if key is not None:
            on_feeders[key] += count
    return found | {("feeder", key): count for key, count in on_feeders.items()}


def _areas(connection: Connection, feeders: Mapping[str, str]) -> dict[str, Spot]:
    area = RECORDS["area"].c
    parents = dict(connection.execute(select(area.id, area.parent_id)).all())
    served = select(LINK.c.target, LINK.c.id).where(LINK.c.kind == "transformer_area", LINK.c.field == "areas")
    within: dict[str, Spot | None] = {}
    for served_area, transformer_area in connection.execute(served):
        spot = Spot(transformer_area, feeders.get(transformer_area, ""))
        for key in _up(served_area, parents):
            within[key] = _together(within[key], spot) if key in within else spot
    return {key: spot for key, spot in within.items() if spot is not None}


def _up(area: str, parents: Mapping[str, str | None]) -> set[str]:
    """An area and those that contain it."""
    found, key = set[str](), area
    while key and key not in found:
        found.add(key)
        key = parents.get(key) or ""
    return found


def _together(one: Spot | None, other: Spot) -> Spot | None:
    """What two spots of an area tell together; None: they are of several feeders."""
    if one is None or one.feeder != other.feeder:
        return None
    return one if one == other else Spot("", one.feeder)
