"""The customers whom an interruption concerns more than others: important, high-risk and sensitive ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from sqlalchemy import Connection, and_, select

from data.kinds import CUSTOMER
from data.masking import for_caches
from data.outages.kept_customers import ALL_CUSTOMERS, Concerned, concerned_among
from data.outages.windows import Affected
from data.readers import Reader
from data.store.among import among
from data.store.buckets import buckets_of_scope
from data.store.rows import chunks, get_docs
from data.store.schema import RECORDS

CUSTOMERS_NAMED = 100
"""How many of a scope's are told one by one; the others are counted."""

_TABLE = RECORDS["customer"]


@dataclass(frozen=True, slots=True)
class AllConcerned:
    """The customers of one scope whom it concerns more than others.

    Attributes:
        first: The first `CUSTOMERS_NAMED`, the most important first.
        count: How many there are.
        important: How many are important or high-risk.
        high_risk: How many are high-risk, whatever else they are; `sensitive` likewise.
    """

    first: tuple[Concerned, ...]
    count: int
    important: int
    high_risk: int
    sensitive: int


def concerned_by(connection: Connection, affected: Sequence[Affected]) -> list[AllConcerned]:
    """For each of several scopes the customers whom it concerns most."""
    in_areas, straight_on = _in_areas(connection, affected), _straight_on(connection, affected)
    named = _named(connection, affected)
    found = []
    for one in affected:
        customers = [each for area in in_areas.keys() & one.transformer_areas for each in in_areas[area]]
        customers += [each for key in straight_on.keys() & one.feeders for each in straight_on[key]]
        if one.customers:  # who is named may hang there, too
            by_id = {each.id: each for each in customers} | {key: named[key] for key in named.keys() & one.customers}
            customers = list(by_id.values())
        found.append(_counted(customers))
    return found


def readable_names(connection: Connection, customers: Iterable[str], reader: Reader) -> dict[str, str]:
    """The names of customers by id, as somebody may read them; those of other branches' customers are hidden."""
    ids, readable = list(customers), buckets_of_scope(connection, reader.branches)
    docs, buckets = get_docs(connection, "customer", ids), dict[str, str]()
    for chunk in chunks(ids):
        buckets.update(
            dict(connection.execute(select(_TABLE.c.id, _TABLE.c.bucket).where(_TABLE.c.id.in_(chunk))).all())
        )
    seen_as = {key: reader.class_for(own=readable is None or buckets[key] in readable) for key in docs}
    return {key: str(for_caches(CUSTOMER, doc, seen_as[key])["name"]) for key, doc in docs.items()}


def _counted(customers: Sequence[Concerned]) -> AllConcerned:
    return AllConcerned(
        first=tuple(nsmallest(CUSTOMERS_NAMED, customers, key=lambda one: one.rank)),
        count=len(customers),
        important=sum(one.is_important for one in customers),
        high_risk=sum(one.high_risk for one in customers),
        sensitive=sum(one.sensitive for one in customers),
    )


def _in_areas(connection: Connection, affected: Sequence[Affected]) -> Mapping[str, Sequence[Concerned]]:
    """By transformer area; others than those that are taken out may be there, too."""
    areas = set[str]().union(*(one.transformer_areas for one in affected))
    if kept := ALL_CUSTOMERS.where_worth(connection, len(areas)):
        return kept.concerned
    found = defaultdict[str, list[Concerned]](list)
    there = among(connection, _TABLE.c.transformer_area, sorted(areas))
    for one in concerned_among(connection, there) if areas else ():
        found[str(one.transformer_area)].append(one)
    return found


def _straight_on(connection: Connection, affected: Sequence[Affected]) -> dict[str, list[Concerned]]:
    """By the feeder on which they hang without a transformer area."""
    feeders = set[str]().union(*(one.feeders for one in affected))
    straight = and_(among(connection, _TABLE.c.feeder, feeders), _TABLE.c.transformer_area.is_(None))
    found = defaultdict[str, list[Concerned]](list)
    for one in concerned_among(connection, straight) if feeders else ():
        found[str(one.feeder)].append(one)
    return found


def _named(connection: Connection, affected: Sequence[Affected]) -> dict[str, Concerned]:
    ids = set[str]().union(*(one.customers for one in affected))
    return {one.id: one for one in concerned_among(connection, among(connection, _TABLE.c.id, ids))} if ids else {}
