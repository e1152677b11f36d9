"""How many customers hang on which transformer area: all of them counted, and kept while no customer changes.

To count a million customers takes longer than a person waits for a preview of the whole city.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select, text

from data.kinds import CUSTOMER, importance_rank
from data.outages.kept import Kept
from data.store.schema import IMPORTANT_CUSTOMER, RECORDS

_TABLE = RECORDS["customer"]


class Concerned(NamedTuple):
    """An important, high-risk or sensitive customer, without what is personal."""

    id: str
    importance: str | None
    high_risk: bool
    sensitive: bool
    transformer_area: str | None
    feeder: str | None

    @property
    def is_important(self) -> bool:
        """Important or high-risk, not only sensitive."""
        return self.importance is not None or self.high_risk

    @property
    def rank(self) -> tuple[int, bool, str]:
        """The most important first."""
        return importance_rank(self.importance), not self.high_risk, self.id


@dataclass(frozen=True, slots=True)
class AllCustomers:
    """All customers that hang on a transformer area.

    Attributes:
        in_area: How many there are, by transformer area.
        important_in_area: How many of them are important or high-risk, where any are.
        concerned: Those whom an interruption concerns more than others, by transformer area.
    """

    in_area: Mapping[str, int]
    important_in_area: Mapping[str, int]
    concerned: Mapping[str, Sequence[Concerned]]


def concerned_among(connection: Connection, where: ColumnElement[bool]) -> list[Concerned]:
    """The important, high-risk and sensitive ones of some customers, in no order."""
    wanted = select(*(_TABLE.c[name] for name in Concerned._fields)).where(text(IMPORTANT_CUSTOMER), where)
    return [Concerned._make(row) for row in connection.execute(wanted).all()]


def _all_customers(connection: Connection) -> AllCustomers:
    column = _TABLE.c.transformer_area
    counted = select(column, func.count()).where(column.is_not(None)).group_by(column)
    concerned = defaultdict[str, list[Concerned]](list)
    for one in concerned_among(connection, column.is_not(None)):
        concerned[str(one.transformer_area)].append(one)
    important = {area: sum(one.is_important for one in some) for area, some in concerned.items()}
    return AllCustomers(dict(connection.execute(counted).all()), important, dict(concerned))


ALL_CUSTOMERS = Kept((CUSTOMER.name,), _all_customers)
