"""Customers by their address in a place: `塔山村 3组45号`, `宁化社区 12号楼2单元`."""

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence

from assistant.lookup.house_numbers import House, parse_house
from assistant.lookup.records import Found, Record
from assistant.lookup.supplied import (
    FEEDERS_OF_LISTED,
    Supplied,
    holds,
    read_customers,
    supplied,
    transformer_areas_of,
)
from data.sqlite import Connection

MOST_TRANSFORMER_AREAS = 100
"""Of a wider place no address is looked for: a number says little in it, and reading all of them takes time."""

_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_NEIGHBOUR, _MOST_APART = 54.0, 10
"""Who lives near the number is a guess, and the less likely the further on; no less than so many numbers on."""
_MOST_AT_A_HOUSE = 60
_OTHER_NAME = 0.5
"""What is left of the score of who lives at the house but is called otherwise."""
_CUSTOMERS = """
    SELECT c.rid, c.id, c.address
    FROM json_each(:listed) AS l CROSS JOIN customer AS c INDEXED BY customer_transformer_area
    ON c.transformer_area = l.value WHERE {written}
    UNION ALL SELECT c.rid, c.id, c.address
    FROM {feeders} AS l CROSS JOIN customer AS c INDEXED BY customer_feeder
    ON c.feeder = l.value AND c.transformer_area IS NULL WHERE {written} AND {holds}"""

_Address = tuple[int, str, str]
"""`rid`, id and address of a customer."""


def find_by_address(connection: Connection, places: Sequence[Record], rest: str, limit: int) -> list[Found]:
    """The customers of places whose address holds what was said, those whom it fits best first.

    Among equals a shorter address comes first, then the address, then the id, so that house follows house.

    Args:
        connection: The cache; what it masks of an address is not found.
        places: Areas, feeders, transformer areas; customers of any of them are looked at. Nobody is found in places
            of more than `MOST_TRANSFORMER_AREAS` together.
        rest: What was said beside the place: a house as `assistant.lookup.house_numbers` reads it, or anything else.
        limit: At most so many.

    Returns:
        Records with the reason `address` and the score of `House.fit`; where nobody lives at the number, weak ones with
        the reason `neighbour`: those a few numbers on, the nearest first. A name that was said after the house is
        looked for at the house. Empty when `rest` is no house.
    """
    house = parse_house(rest)
    if house is None or not places or limit < 1:
        return []
    at_places = _AtPlaces(connection, supplied(connection, places))
    if not at_places.is_narrow:
        return []
    if found := _best(at_places.at(house), house, limit):
        return at_places.found(found, "address")
    if house.without_word:
        return _called(at_places, *house.without_word, limit)
    if house.row and (near := _nearest(at_places.at(house.row), house, limit)):
        return at_places.found(near, "neighbour")
    return []


class _AtPlaces:
    """The customers of places by their addresses."""

    def __init__(self, connection: Connection, within: Supplied) -> None:
        self._connection = connection
        self._within = within
        self._listed = transformer_areas_of(connection, within, MOST_TRANSFORMER_AREAS)

    @property
    def is_narrow(self) -> bool:
        """Whether the places are small enough for a number to say something in them."""
        return self._listed is not None

    def at(self, house: House) -> Iterator[_Address]:
        """Those whose addresses hold the numbers of a house, in no order."""
        values = {**self._within.values(), "listed": json.dumps(self._listed), **_spellings(house)}
        sql = _CUSTOMERS.format(written=_written(house), feeders=FEEDERS_OF_LISTED, holds=holds())
        yield from self._connection.execute(sql, values)

    def found(self, scored: list[tuple[float, int]], reason: str) -> list[Found]:
        """The records of `(score, rid)`, in their order."""
        records = read_customers(self._connection, [rid for _, rid in scored])
        return [Found(record, score, reason) for record, (score, _) in zip(records, scored, strict=True)]


def _best(addresses: Iterable[_Address], house: House, limit: int) -> list[tuple[float, int]]:
    fitting = (
        (-score, len(address), address, key, rid)
        for rid, key, address in addresses
        if (score := house.fit(address)) > 0
    )
    return [(-loss, rid) for loss, *_, rid in heapq.nsmallest(limit, fitting)]


def _nearest(addresses: Iterable[_Address], house: House, limit: int) -> list[tuple[float, int]]:
    near = (
        (apart, address, key, rid)
        for rid, key, address in addresses
        if (apart := house.apart(address)) is not None and apart <= house.reach
    )
    return [(_NEIGHBOUR - min(apart, _MOST_APART), rid) for apart, _, _, rid in heapq.nsmallest(limit, near)]


def _called(at_places: _AtPlaces, house: House, name: str, limit: int) -> list[Found]:
    """Those at a house whose names hold one, then the others there, who are guesses."""
    there = at_places.found(_best(at_places.at(house), house, _MOST_AT_A_HOUSE), "address")
    ranked = sorted(there, key=lambda one: name not in one.record.name)
    return [one if name in one.record.name else one._replace(score=_OTHER_NAME * one.score) for one in ranked[:limit]]


def _spellings(house: House) -> dict[str, str]:
    return {
        f"n{number}_{way}": spelling
        for number, said in enumerate(house.numbers)
        for way, spelling in enumerate((*said.spellings(), str(said.value).translate(_WIDE_DIGITS)))
    }


def _written(house: House) -> str:
    """SQL of what an address must hold to be worth a closer look: each number in one of its spellings."""
    ways: dict[str, list[str]] = {}
    for name in _spellings(house):
        ways.setdefault(name.split("_")[0], []).append(f"instr(c.address, :{name})")
    return " AND ".join(f"({' OR '.join(either)})" for either in ways.values())
