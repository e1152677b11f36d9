"""Customers by their address in a place: `塔山村 3组45号`, `宁化社区 12号楼2单元`."""

import heapq
import json
from collections.abc import Sequence

from assistant.lookup.house_numbers import House, parse_house
from assistant.lookup.records import Found, Record
from assistant.lookup.supplied import FEEDERS_OF_LISTED, holds, read_customers, supplied, transformer_areas_of
from data.sqlite import Connection

MOST_TRANSFORMER_AREAS = 100
"""Of a wider place no address is looked for: a number says little in it, and reading all of them takes time."""

_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_CUSTOMERS = """
    SELECT c.rid, c.id, c.address
    FROM json_each(:listed) AS l CROSS JOIN customer AS c INDEXED BY customer_transformer_area
    ON c.transformer_area = l.value WHERE {written}
    UNION ALL SELECT c.rid, c.id, c.address
    FROM {feeders} AS l CROSS JOIN customer AS c INDEXED BY customer_feeder
    ON c.feeder = l.value AND c.transformer_area IS NULL WHERE {written} AND {holds}"""


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
        Records with the reason `address` and the score of `House.fit`; empty when `rest` is no house.
    """
    house = parse_house(rest)
    if house is None or not places or limit < 1:
        return []
    within = supplied(connection, places)
    listed = transformer_areas_of(connection, within, MOST_TRANSFORMER_AREAS)
    if listed is None:
        return []
    values = {**within.values(), "listed": json.dumps(listed), **_spellings(house)}
    sql = _CUSTOMERS.format(written=_written(house), feeders=FEEDERS_OF_LISTED, holds=holds())
    fitting = (
        (-score, len(address), address, key, rid)
        for rid, key, address in connection.execute(sql, values)
        if (score := house.fit(address)) > 0
    )
    best = heapq.nsmallest(limit, fitting)
    records = read_customers(connection, [rid for *_, rid in best])
    return [Found(record, -loss, "address") for record, (loss, *_) in zip(records, best, strict=True)]


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
