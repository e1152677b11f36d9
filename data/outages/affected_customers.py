"""How many customers windows take out, and which of them are important: counted for all windows at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, func, select, text

from data.outages.reach import Reach
from data.outages.windows import Affected
from data.store.rows import chunks
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
        self._reach = reach
        self._in_area, self._important_in_area = _by(connection, "transformer_area", areas)
        self._straight_on, self._important_straight_on = _by(connection, "feeder", feeders)
        self._important = _important_among(connection, named)

    def count(self, affected: Affected) -> Counted:
        """The customers of what one window takes out, each once."""
        areas, feeders = affected.transformer_areas, affected.feeders
        by_themselves = [one for one in affected.customers if not self._is_below(one, affected)]
        return Counted(
            sum(self._in_area[one] for one in areas)
            + sum(self._straight_on[one] for one in feeders)
            + len(by_themselves),
            sum(self._important_in_area[one] for one in areas)
            + sum(self._important_straight_on[one] for one in feeders)
            + sum(one in self._important for one in by_themselves),
        )

    def _is_below(self, customer: str, affected: Affected) -> bool:
        area, feeder = self._reach.supply_of(customer)
        return area in affected.transformer_areas if area else feeder in affected.feeders


def _by(connection: Connection, field: str, ids: list[str]) -> tuple[Counter[str], Counter[str]]:
    """All customers and the important ones by transformer area, or by the feeder that they hang on without one."""
    table = RECORDS["customer"]
    everyone, important = Counter[str](), Counter[str]()
    for chunk in chunks(ids):
        column = table.c[field]
        wanted = select(column, func.count()).where(column.in_(chunk)).group_by(column)
        if field == "feeder":
            wanted = wanted.where(table.c.transformer_area.is_(None))
        everyone.update(dict(connection.execute(wanted).all()))
        # The first condition is the partial index's own: without it that would not be used.
        important.update(dict(connection.execute(wanted.where(text(IMPORTANT_CUSTOMER), IMPORTANT)).all()))
    return everyone, important


def _important_among(connection: Connection, customers: list[str]) -> frozenset[str]:
    table, found = RECORDS["customer"], set[str]()
    for chunk in chunks(customers):
        found.update(connection.execute(select(table.c.id).where(table.c.id.in_(chunk), IMPORTANT)).scalars())
    return frozenset(found)
