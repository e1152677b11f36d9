"""The customers that satisfy filters, all or those of a place: `>=500kva`, `塔山线 重要客户`.

Best first means: own branches, then standing (special, first, second and temporary importance, high-risk, others), then
larger capacity, then id. Three tiers of customers follow each other in that order, each with its own way to be found:
the *noted* (important, high-risk, sensitive), the *large*, and the *small*, who are nearly all.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

from assistant.lookup.filters import Filters
from assistant.lookup.records import Record
from assistant.lookup.supplied import (
    FEEDERS_OF_LISTED,
    Supplied,
    holds,
    read_customers,
    supplied,
    supplied_by_branches,
    transformer_areas_of,
)
from data.caches.customer_indexes import IS_LARGE, IS_NOTED, IS_ORDINARY, LARGE_KVA, STANDING
from data.kinds import IMPORTANCE
from data.sqlite import Connection

_MOST_LISTED = 800
"""Transformer areas up to which a place is asked one by one; customers of a wider one soon turn up in the whole."""
_MOST_PASSED = 1000
"""Customers of the whole that are passed in vain before a wide place is asked one by one all the same."""
_MOST_SMALL_LISTED, _MOST_SMALL = 64, 5000
"""Transformer areas of a place, or customers of a cache, up to which small customers are listed one by one."""


@dataclass(frozen=True, slots=True)
class _Tier:
    """Some of the customers.

    Attributes:
        condition: SQL of what they have in common.
        walk: The index that holds them in order, or "".
        listed: SQL of those at the transformer area `l.value`.
        straight: SQL of those straight on the feeder `l.value`.
        order: How the index orders them.
    """

    condition: str
    walk: str
    listed: str
    straight: str
    order: str = "c.contract_kva DESC, c.id"


_BY_LIST = "CROSS JOIN important_customer AS i ON i.{0} = l.value CROSS JOIN customer AS c ON c.id = i.id"
_BY_PLACE = "CROSS JOIN customer AS c INDEXED BY customer_{0} ON c.{0} = l.value"
_NOTED = _Tier(
    IS_NOTED,
    "INDEXED BY customer_noted",
    _BY_LIST.format("transformer_area"),
    _BY_LIST.format("feeder") + " AND +i.transformer_area IS NULL",
    f"{STANDING}, c.contract_kva DESC, c.id",
)
_IMPORTANT = replace(_NOTED, condition=f"{IS_NOTED} AND NOT {IS_ORDINARY}")
_LARGE = _Tier(
    f"{IS_LARGE} AND {IS_ORDINARY}",
    "INDEXED BY customer_large",
    _BY_PLACE.format("transformer_area") + f" AND c.contract_kva >= {LARGE_KVA}",
    _BY_PLACE.format("feeder") + " AND c.transformer_area IS NULL",
)
_SMALL = _Tier(
    f"(contract_kva < {LARGE_KVA} OR contract_kva IS NULL) AND {IS_ORDINARY}",
    "",
    _BY_PLACE.format("transformer_area"),
    _BY_PLACE.format("feeder") + " AND c.transformer_area IS NULL",
)


class FilteredCustomers:
    """Finds customers by filters in one open cache.

    Args:
        connection: An open cache; it is only read.
        own_branches: Ids of the branches whose customers come first.
    """

    def __init__(self, connection: Connection, own_branches: frozenset[str] = frozenset()) -> None:
        self._connection = connection
        self._own_branches = own_branches

    def search(self, filters: Filters, places: Sequence[Record], limit: int) -> list[Record]:
        """The customers that satisfy the filters, best first; none where the filters ask for nothing.

        Customers under `LARGE_KVA` that are neither important nor high-risk, nor asked for as sensitive ones, are
        listed in places of at most 64 transformer areas and in caches of at most 5,000 customers; elsewhere they
        would be the first ten of thousands.

        Args:
            filters: What the customers must satisfy.
            places: Where they are: on any of these feeders, transformer areas and branches, in any of these areas, or
                among these customers. Empty: anywhere.
            limit: At most so many.
        """
        if not filters or limit < 1:
            return []
        within = [supplied(self._connection, places)] if places else []
        found: dict[int, None] = {}
        if self._own_branches:
            own = supplied_by_branches(self._connection, self._own_branches)
            found.update(dict.fromkeys(self._find(filters, [*within, own], limit)))
        if len(found) < limit:
            found.update(dict.fromkeys(self._find(filters, within, limit)))
        return read_customers(self._connection, list(found)[:limit])

    def _find(self, filters: Filters, within: Sequence[Supplied], limit: int) -> list[int]:
        """`rid` of those that belong to all of `within`, best first."""
        for place in within:
            listed = transformer_areas_of(self._connection, place, _MOST_LISTED)
            if listed is not None:
                others = [other for other in within if other is not place]
                return self._listed(filters, [place, *others], listed, limit)
        found = self._walked(filters, within, limit)
        if found is not None:
            return found
        return self._listed(filters, within, transformer_areas_of(self._connection, within[0]) or [], limit)

    def _walked(self, filters: Filters, within: Sequence[Supplied], limit: int) -> list[int] | None:
        """Goes through all customers in order; None where too few belong to `within` to go on like that."""
        found: list[int] = []
        tiers = _tiers(filters, small=self._is_small())
        for tier in tiers:
            cursor = self._connection.execute(_walk(tier, _conditions(filters), len(within)), _values(filters, within))
            with closing(cursor):
                for passed, (rid, belongs) in enumerate(cursor):
                    if within and passed == _MOST_PASSED:
                        return None
                    if belongs:
                        found.append(rid)
                    if len(found) == limit:
                        return found
        return found

    def _listed(self, filters: Filters, within: Sequence[Supplied], listed: list[str], limit: int) -> list[int]:
        """Asks each transformer area of the first place, and of each customer whether the other places hold it too."""
        values = {**_values(filters, within), "listed": json.dumps(listed)}
        found: list[int] = []
        for tier in _tiers(filters, small=len(listed) <= _MOST_SMALL_LISTED or self._is_small()):
            sql = _list(tier, _conditions(filters), len(within))
            found += [rid for (rid,) in self._connection.execute(sql, {**values, "limit": limit - len(found)})]
            if len(found) >= limit:
                break
        return found

    def _is_small(self) -> bool:
        counted = f"SELECT count(*) FROM (SELECT 1 FROM customer LIMIT {_MOST_SMALL + 1})"
        return bool(self._connection.execute(counted).fetchone()[0] <= _MOST_SMALL)


def _tiers(filters: Filters, *, small: bool) -> Iterator[_Tier]:
    """The tiers that may hold customers that satisfy the filters, best first; the small ones only if `small`."""
    if filters.importance or filters.high_risk or filters.sensitive:
        yield _NOTED
        return
    yield _IMPORTANT
    if filters.most_kva is None or filters.most_kva >= LARGE_KVA:
        yield _LARGE
    if small and (filters.least_kva is None or filters.least_kva < LARGE_KVA):
        yield _SMALL


def _conditions(filters: Filters) -> tuple[str, ...]:
    """SQL of the conditions on capacity and standing, which the indexes hold."""
    ranks = [str(rank) for rank, grade in enumerate(IMPORTANCE) if grade in filters.importance]
    standings = [f"{STANDING} IN ({', '.join(ranks)})"] if ranks else []
    standings += ["high_risk"] if filters.high_risk else []
    standings += ["sensitive"] if filters.sensitive else []
    together = " OR " if filters.either else " AND "
    return (
        *([f"({together.join(standings)})"] if standings else ()),
        *(["contract_kva >= :least"] if filters.least_kva is not None else ()),
        *(["contract_kva <= :most"] if filters.most_kva is not None else ()),
    )


def _values(filters: Filters, within: Sequence[Supplied]) -> dict[str, object]:
    values: dict[str, object] = {"least": filters.least_kva, "most": filters.most_kva, "source": filters.source}
    for number, place in enumerate(within):
        values |= place.values(_prefix(number))
    return values


def _prefix(place: int) -> str:
    """What the parameters of the place of this number begin with."""
    return f"of{place}_" if place else ""


def _belongs(places: Iterable[int]) -> str:
    """SQL of the conditions that no index holds: the source, and each of the places of these numbers."""
    return " AND ".join(("(:source IS NULL OR source = :source)", *(holds(_prefix(place)) for place in places)))


@cache
def _walk(tier: _Tier, conditions: tuple[str, ...], places: int) -> str:
    """SQL of a tier in order, each customer with whether it belongs to so many places."""
    where = " AND ".join((tier.condition, *conditions))
    belongs = _belongs(range(places))
    return f"SELECT c.rid, {belongs} FROM customer AS c {tier.walk} WHERE {where} ORDER BY {tier.order}"


@cache
def _list(tier: _Tier, conditions: tuple[str, ...], places: int) -> str:
    """SQL of those of a tier that belong to so many places, asked for part by part of the first one, in order."""
    legs = (
        f"SELECT c.rid AS rid, {STANDING} AS standing, c.contract_kva AS kva, c.id AS id FROM {parts} AS l {joined}"
        f" WHERE {' AND '.join((tier.condition, *conditions, _belongs(range(first, places))))}"
        for parts, joined, first in (
            ("json_each(:listed)", tier.listed, 1),
            (FEEDERS_OF_LISTED, tier.straight, 0),  # not every customer straight on a feeder is in its areas
            ("json_each(:customers)", "CROSS JOIN customer AS c ON c.id = l.value", 1),
        )
    )
    return f"SELECT rid FROM ({' UNION '.join(legs)}) ORDER BY standing, kva DESC, id LIMIT :limit"
