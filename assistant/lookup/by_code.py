"""Records by what somebody typed of their codes and numbers: `tsx`, `6076`, `0429`."""

from collections.abc import Iterator

from assistant.lookup import candidates, records
from assistant.lookup.records import Coded, Found, Record
from assistant.lookup.remembered import Remembered
from data.kinds import RANKED
from data.names.tokens import plain_code
from data.sqlite import Connection

_MOST_ROWS = 400
_SHORTEST = 2
_EXACT, _NUMBER_PREFIX, _CODE_PREFIX, _PART, _COVERAGE, _END = 100.0, 92.0, 82.0, 80.0, 6.0, 3.0
_MANY = RANKED[-1]
_MOST_REMEMBERED = 2
_ROWS = "SELECT rowid FROM code_fts WHERE code_fts MATCH ? LIMIT ?"


class CodeSearch:
    """Finds records in one open cache by code or number.

    Args:
        connection: An open cache; it is only read.
        remembered: Tells how long what was read stays so.
    """

    def __init__(self, connection: Connection, remembered: Remembered) -> None:
        self._connection = connection
        self._known: dict[str, tuple[int, list[Found]]] = {}
        remembered.keep(self._known, _MOST_REMEMBERED)

    def search(self, code: str, limit: int) -> list[Found]:
        """Records whose code or number is, starts with or holds `code`, a text without spaces; in no order.

        Of customers the best `limit` at least, and all who are as good as the last of these.
        """
        if len(code) < _SHORTEST or not code.isascii():
            return []
        known, found = self._known.pop(code, (0, []))
        if known < limit:
            known, found = limit, list(self._search(code, limit))
        while len(self._known) >= _MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[code] = known, found  # behind those that were asked for before
        return found

    def _search(self, code: str, limit: int) -> Iterator[Found]:
        found = records.with_code_prefix(self._connection, "area", code)
        if any(map(str.isdigit, code)):
            found += records.with_code_prefix(self._connection, _MANY, code)
            found += self._holding(code, limit)
        for record in found:
            if score := _score(code, record):
                yield Found(record, score, "code" if record.kind == "area" else "number")

    def _holding(self, code: str, limit: int) -> list[Record]:
        """Names lie all over the file: they are read of those alone who may be shown."""
        expression = candidates.part_of_code(code)
        rows = self._connection.execute(_ROWS, (expression, _MOST_ROWS)).fetchall() if expression else []
        coded = records.at_code_rows(self._connection, (row for (row,) in rows))
        scored = [(_score(code, one) if one.kind == _MANY else _EXACT, one) for one in coded]
        scores = sorted((score for score, one in scored if one.kind == _MANY), reverse=True)
        least = scores[limit - 1] if limit <= len(scores) else 0.0
        return records.with_names(self._connection, [one for score, one in scored if score >= least])


def _score(typed: str, found: Record | Coded) -> float:
    """0 to 100 for a code that is, starts with or holds what was typed; 0 for another one."""
    code = plain_code(found.code or "")
    if typed == code:
        return _EXACT
    place = code.find(typed)
    if place < 0:
        return 0.0
    base = _PART if place else _CODE_PREFIX if found.kind == "area" else _NUMBER_PREFIX
    return base + _COVERAGE * len(typed) / len(code) + (_END if place and code.endswith(typed) else 0.0)
