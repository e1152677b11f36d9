"""Customers by a part of their names in a place: `上坡村 超市`, `刘八斗 钼矿`, `汤神庙 顺联饭店`."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.lookup import candidates
from assistant.lookup.query import Query
from assistant.lookup.ranking import Candidate, Ranker
from assistant.lookup.records import Found, Record
from assistant.lookup.supplied import holds, supplied, transformer_areas_of
from data.sqlite import Connection

_MOST_NAMES, _MOST_CUSTOMERS = 200, 200
_MOST_LISTED = 40
"""Transformer areas up to which everybody of a place is looked at, where too many names hold the words."""
_LEAST = 70.0
_LONG = 3
"""Characters from which on a name may only sound like what was said: two sound like somebody everywhere."""
_SHARE, _LENGTH = 0.95, 0.1
"""Less than for a whole name; among equals a shorter one is sooner meant."""
_COLUMNS = "c.rid, c.id, n.nid, n.text, n.readings, n.rank, n.uses"
_BY_NAME = f"""
    SELECT {_COLUMNS} FROM (SELECT rowid AS nid FROM name_fts WHERE name_fts MATCH :words LIMIT {_MOST_NAMES}) AS f
    CROSS JOIN name AS n ON n.nid = f.nid CROSS JOIN customer AS c ON c.name_id = n.nid
    WHERE {holds()} LIMIT {_MOST_CUSTOMERS}"""
_BY_PLACE = f"""
    SELECT {_COLUMNS} FROM json_each(:listed) AS l
    CROSS JOIN customer AS c INDEXED BY customer_transformer_area ON c.transformer_area = l.value
    CROSS JOIN name AS n ON n.nid = c.name_id WHERE instr(n.text, :said) LIMIT {_MOST_CUSTOMERS}"""
_HOW_MANY = f"SELECT count(*) FROM (SELECT 1 FROM name_fts WHERE name_fts MATCH ? LIMIT {_MOST_NAMES})"


def find_by_name(connection: Connection, places: Sequence[Record], words: Query, limit: int) -> list[Found]:
    """The customers of places whose names hold what was said, those whom it fits best first.

    Args:
        connection: The cache; a name that it masks is not found.
        places: Areas, feeders, transformer areas.
        words: What was said beside the place. Where hundreds of names hold it, they are looked for in places of at
            most 40 transformer areas only.
        limit: At most so many.
    """
    expression = candidates.any_expression(map(candidates.alike, words.segmentations[:1]))
    if not expression or not places or limit < 1:
        return []
    ranker, is_long = Ranker(words), len(words.compact) >= _LONG
    found = []
    for rid, key, *name in _rows(connection, places, expression, words.compact):
        own = Candidate(*name)
        match = ranker.aligned(own)
        if match and match.score >= _LEAST and (is_long or match.reason != "sounds_like"):
            score = _SHARE * match.score - _LENGTH * len(own.text)
            found.append(Found(Record("customer", rid, key, own.text, key), score, match.reason, match, own.uses))
    return sorted(found, key=lambda one: (-one.score, one.record.name, one.record.id))[:limit]


def _rows(connection: Connection, places: Sequence[Record], expression: str, said: str) -> Iterator[tuple[Any, ...]]:
    within = supplied(connection, places)
    (names,) = connection.execute(_HOW_MANY, (expression,)).fetchone()
    if names < _MOST_NAMES:
        yield from connection.execute(_BY_NAME, {**within.values(), "words": expression})
    elif listed := transformer_areas_of(connection, within, _MOST_LISTED):
        yield from connection.execute(_BY_PLACE, {"listed": json.dumps(listed), "said": said})
