"""How many customers windows take out, and which of them are important: counted for all windows at once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, TextClause, func, select, text

from data.outages.kept_customers import ALL_CUSTOMERS
from data.outages.reach import Reach
from data.outages.windows import Affected
from data.store.among import among
from data.store.schema import IMPORTANT_CUSTOMER, RECORDS

IMPORTANT: TextClause = text("(importance IS NOT NULL OR high_risk)")
"""Who has to be told of an interruption: important and high-risk customers."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Customers, and how many of them are important or high-risk."""

    customers: int = 0
    important: int = 0


class AffectedCustomers:
    """Counts the customers of what several windows take out.

    Args:
        connection: To the store.
        affected: What will be asked about.
        reach: Knows the customers that are named there.
    """

    def __init__(self, connection: Connection, affected: Iterable[Affected], reach: Reach) -> None:
        whole = list(affected)
        areas = sorted(set[str]().union(*(one.transformer_areas for one in whole)))
        feeders = sorted(set[str]().union(*(one.feeders for one in whole)))
        named = sorted(set[str]().union(*(one.customers for one in whole)))
        self._connection, self._reach = connection, reach
        self._areas, self._feeders, self._named = areas, feeders, named
        self._kept = ALL_CUSTOMERS.where_worth(connection, len(areas))
        self._in_area = self._kept.in_area if self._kept else _by(connection, "transformer_area", areas)
        self._straight_on = _by(connection, "feeder", feeders)

    def count(self, affected: Affected) -> Counted:
        """The customers of what one window takes out, each once."""
        areas, feeders = affected.transformer_areas, affected.feeders
        by_themselves = [one for one in affected.customers if not self._is_below(one, affected)]
        important = self._important
        return Counted(
            self.customers(affected),
            sum(important.in_area[one] for one in important.in_area.keys() & areas)
            + sum(important.straight_on[one] for one in feeders)
            + sum(one in important.named for one in by_themselves),
        )

    def customers(self, affected: Affected) -> int:
        """How many customers one window takes out, each counted once: the important ones need not be known."""
        return (
            sum(self._in_area[one] for one in self._in_area.keys() & affected.transformer_areas)
            + sum(map(self._straight_on.__getitem__, affected.feeders))
            + sum(not self._is_below(one, affected) for one in affected.customers)
        )

    @cached_property
    def _important(self) -> "_Important":
        connection, kept = self._connection, self._kept
        return _Important(
            kept.important_in_area if kept else _by(connection, "transformer_area", self._areas, important=True),
            _by(connection, "feeder", self._feeders, important=True),
            _important_among(connection, self._named),
        )

    def _is_below(self, customer: str, affected: Affected) -> bool:
        area, feeder = self._reach.supply_of(customer)
        return area in affected.transformer_areas if area else feeder in affected.feeders


@dataclass(frozen=True, slots=True)
class _Important:
    """How many important and high-risk customers hang where, and which of those that are named are so."""

    in_area: Mapping[str, int]
    straight_on: Counter[str]
    named: frozenset[str]


def _by(connection: Connection, field: str, ids: list[str], *, important: bool = False) -> Counter[str]:
    """How many customers there are by transformer area, or by the feeder that they hang on without one."""
    if not ids:
        return Counter()
    table = RECORDS["customer"]
    column = table.c[field]
    wanted = select(column, func.count()).where(among(connection, column, ids)).group_by(column)
    if field == "feeder":
        wanted = wanted.where(table.c.transformer_area.is_(None))
    if important:
        # The first condition is the partial index's own: without it that would not be used.
        wanted = wanted.where(text(IMPORTANT_CUSTOMER), IMPORTANT)
    return Counter(dict(connection.execute(wanted).all()))


def _important_among(connection: Connection, customers: list[str]) -> frozenset[str]:
    if not customers:
        return frozenset()
    table = RECORDS["customer"]
    wanted = select(table.c.id).where(among(connection, table.c.id, customers), IMPORTANT)
    return frozenset(connection.execute(wanted).scalars())
