"""Which records an agent's own branches serve."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter

from assistant.lookup.records import Record
from assistant.lookup.remembered import Remembered
from data.sqlite import Connection

# Those of some records (the first value, their numbers) that some branches (the second, their ids) serve: by a branch
# of their own, or that of what they belong to.
_SERVED: Mapping[str, str] = {
    "area": """
        WITH RECURSIVE up(rid, branch, parent_id, height) AS (
            SELECT rid, branch, parent_id, 0 FROM area WHERE rid IN (SELECT value FROM json_each(?))
            UNION ALL
            SELECT up.rid, area.branch, area.parent_id, height + 1 FROM up JOIN area ON area.id = up.parent_id
            WHERE up.branch IS NULL AND height < 9
        ) SELECT rid FROM up WHERE branch IN (SELECT value FROM json_each(?))""",
    "feeder": """
        SELECT rid FROM feeder WHERE rid IN (SELECT value FROM json_each(?))
        AND branch IN (SELECT value FROM json_each(?))""",
    "transformer_area": """
        SELECT t.rid FROM transformer_area AS t JOIN feeder ON feeder.id = t.feeder
        WHERE t.rid IN (SELECT value FROM json_each(?)) AND +feeder.branch IN (SELECT value FROM json_each(?))""",
    "customer": """
        SELECT c.rid FROM customer AS c LEFT JOIN transformer_area AS t ON t.id = c.transformer_area
        JOIN feeder ON feeder.id = coalesce(c.feeder, t.feeder)
        WHERE c.rid IN (SELECT value FROM json_each(?)) AND +feeder.branch IN (SELECT value FROM json_each(?))""",
}

_MOST_KNOWN = 500
"""Records that are remembered from one search to the next."""

_kind = attrgetter("kind")


class OwnRecords:
    """Tells which records some branches serve.

    Args:
        connection: An open cache; it is only read.
        branches: Ids of the branches; where there are none, no record is theirs.
        remembered: Tells how long what was looked up stays so.
    """

    def __init__(self, connection: Connection, branches: frozenset[str], remembered: Remembered) -> None:
        self._connection = connection
        self._branches = json.dumps(sorted(branches)) if branches else ""
        self._known: dict[tuple[str, int], bool] = {}
        remembered.keep(self._known, _MOST_KNOWN)

    def __bool__(self) -> bool:
        """Whether any record can be theirs."""
        return bool(self._branches)

    def __contains__(self, record: Record) -> bool:
        """Whether the branches serve a record."""
        if not self._branches:
            return False
        known = self._known.get((record.kind, record.rid))
        if known is None:
            self.look_up([record])
            return self._known[record.kind, record.rid]
        return known

    def look_up(self, records: Iterable[Record]) -> None:
        """Looks up many at once: a question a kind instead of one a record."""
        if not self._branches:
            return
        unknown = [record for record in records if (record.kind, record.rid) not in self._known]
        for kind, alike in groupby(sorted(unknown, key=_kind), _kind):
            numbers = [record.rid for record in alike]
            served = self._connection.execute(_SERVED[kind], (json.dumps(numbers), self._branches)).fetchall()
            self._known.update(((kind, number), False) for number in numbers)
            self._known.update(((kind, number), True) for (number,) in served)
