"""What lies in what, for queries of two parts: `塔山 朱家`, `兴城 616`, `tszj`.

One row of a small full-text table for each area, feeder and transformer area: what it is called, and what the places
around it are called. A query of two parts is one expression over both columns, so the narrower name is found however
common it is elsewhere.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from data.names.tokens import code_tokens, name_tokens, searchable
from data.sqlite import Connection

PLACED = ("area", "feeder", "transformer_area")
"""Kinds that have a row."""

FIRST_ROW = {kind: ordinal << 40 for ordinal, kind in enumerate(PLACED)}
"""A row's number is its record's `rid` after this: areas come first."""

_TABLE = """
CREATE VIRTUAL TABLE place_fts USING fts5(
    own, around, content='', contentless_delete=1, detail=column, tokenize='ascii'
)"""
_TYPES = frozenset("smiu")
"""Tokens of names that a part of a query asks for: no slips are looked for here."""
AROUND_LENGTH = 4
"""Characters of a name around that are indexed: people say the beginning."""
_LEVELS = 4
"""So far up areas and branches are looked at."""
_TOO_WIDE = "('province')"
_PLACES_KEPT = 1024
"""Those last met: records stand in the order of their ids, and so beside their neighbours."""

_ROWS = {
    "area": """
        SELECT a.rid, n.text, n.readings, NULL, a.parent_id, NULL
        FROM area AS a JOIN name AS n ON n.nid = a.name_id""",
    "feeder": """
        SELECT f.rid, n.text, n.readings, f.number, f.branch, f.substation
        FROM feeder AS f JOIN name AS n ON n.nid = f.name_id""",
    "transformer_area": """
        SELECT t.rid, n.text, n.readings, t.number, t.id, t.feeder
        FROM transformer_area AS t JOIN name AS n ON n.nid = t.name_id""",
}
_AREAS = f"""
    WITH RECURSIVE up(id, height) AS (
        SELECT ?, 1
        UNION SELECT area.parent_id, height + 1 FROM up CROSS JOIN area ON area.id = up.id WHERE height < {_LEVELS}
    )
    SELECT DISTINCT n.text, n.readings FROM up CROSS JOIN area ON area.id = up.id JOIN name AS n ON n.nid = area.name_id
    WHERE area.level IS NULL OR area.level NOT IN {_TOO_WIDE}"""
_SUPPLIED = "SELECT target FROM link WHERE kind = 'transformer_area' AND field = 'areas' AND id = ?"
_FEEDER = "SELECT n.text, n.readings FROM feeder JOIN name AS n ON n.nid = name_id WHERE feeder.id = ?"
_BRANCHES = f"""
    WITH RECURSIVE up(id, height) AS (
        SELECT ?, 1
        UNION SELECT branch.parent_id, height + 1 FROM up CROSS JOIN branch ON branch.id = up.id
        WHERE height < {_LEVELS}
    )
    SELECT branch.name FROM up CROSS JOIN branch ON branch.id = up.id"""
_BELOW = {
    "area": """
        WITH RECURSIVE below(id) AS (
            SELECT ? UNION SELECT area.id FROM below CROSS JOIN area ON area.parent_id = below.id
        )
        SELECT 'area', area.rid FROM below CROSS JOIN area ON area.id = below.id
        UNION SELECT 'transformer_area', t.rid FROM below CROSS JOIN link ON link.target = below.id
        JOIN transformer_area AS t ON t.id = link.id WHERE link.kind = 'transformer_area' AND link.field = 'areas'""",
    "branch": """
        WITH RECURSIVE below(id) AS (
            SELECT ? UNION SELECT branch.id FROM below JOIN branch ON branch.parent_id = below.id
        )
        SELECT 'feeder', feeder.rid FROM below CROSS JOIN feeder ON feeder.branch = below.id""",
    "feeder": """
        SELECT 'feeder', rid FROM feeder WHERE id = ?1
        UNION SELECT 'transformer_area', rid FROM transformer_area WHERE feeder = ?1""",
    "transformer_area": "SELECT 'transformer_area', rid FROM transformer_area WHERE id = ?",
}


def create_place_table(connection: Connection) -> None:
    """Creates the empty table."""
    connection.execute(_TABLE)


def fill_places(connection: Connection) -> None:
    """Adds every area, feeder and transformer area of the cache to the empty table."""
    connection.executemany("INSERT INTO place_fts(rowid, own, around) VALUES (?, ?, ?)", place_rows(connection))
    connection.execute("INSERT INTO place_fts(place_fts) VALUES ('optimize')")


def place_rows(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """The rows that the table should hold: number, tokens of its own, tokens of what is around."""
    around = _Around(connection)
    for kind in PLACED:
        for row in connection.execute(f"{_ROWS[kind]} ORDER BY 1"):
            yield _row(around, kind, row)


def remove_place(connection: Connection, kind: str, rid: int) -> None:
    """Takes a record's row out, if its kind has rows."""
    if kind in FIRST_ROW:
        connection.execute("DELETE FROM place_fts WHERE rowid = ?", (FIRST_ROW[kind] + rid,))


def refresh_places(connection: Connection, changed: Iterable[tuple[str, str]]) -> None:
    """Writes the rows anew that `(kind, id)` changes touch: the records' own and those of what lies below them.

    To be called once the records themselves are as they should be.
    """
    touched: dict[tuple[str, int], None] = {}
    for kind, key in changed:
        if kind in _BELOW:
            touched.update(dict.fromkeys(connection.execute(_BELOW[kind], (key,)).fetchall()))
    rows, around = [], _Around(connection)
    for kind, rid in touched:
        row = connection.execute(f"{_ROWS[kind]} WHERE {kind[0]}.rid = ?", (rid,)).fetchone()
        rows.append(_row(around, kind, row))
    rows.sort()  # a row that is not after the one before begins another segment
    connection.executemany("DELETE FROM place_fts WHERE rowid = ?", ((row,) for row, *_ in rows))
    connection.executemany("INSERT INTO place_fts(rowid, own, around) VALUES (?, ?, ?)", rows)


def _row(around: "_Around", kind: str, row: tuple[Any, ...]) -> tuple[int, str, str]:
    rid, text, readings, number, key, other = row
    own = [*_asked_for(name_tokens(text, readings)), *(code_tokens(number) if number else ())]
    return FIRST_ROW[kind] + rid, " ".join(own), " ".join(around.tokens(kind, key, other))


class _Around:
    """Tokens of the names around records; many lie in the same places, which are looked at once.

    Args:
        connection: The cache, which must not change meanwhile.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._area = lru_cache(maxsize=_PLACES_KEPT)(self._of_area)
        self._branch = lru_cache(maxsize=_PLACES_KEPT)(self._of_branch)
        self._feeder = lru_cache(maxsize=_PLACES_KEPT)(self._of_feeder)

    def tokens(self, kind: str, key: str | None, other: str | None) -> dict[str, None]:
        """Those around a record, each once.

        Args:
            kind: Of the record.
            key: The parent of an area, the branch of a feeder, a transformer area itself.
            other: The substation of a feeder, the feeder of a transformer area.
        """
        if kind == "area":
            return self._area(key)
        if kind == "feeder":
            spelt = _tokens(other, _spelt(self._connection, other)) if other else ()
            return self._branch(key) | dict.fromkeys(spelt)
        areas = self._connection.execute(_SUPPLIED, (key,)).fetchall()
        places = [*(self._area(area) for (area,) in areas), self._feeder(other)]
        return dict.fromkeys(token for tokens in places for token in tokens)

    def _of_area(self, key: str | None) -> dict[str, None]:
        return _together(self._connection.execute(_AREAS, (key,)))

    def _of_branch(self, key: str | None) -> dict[str, None]:
        names = self._connection.execute(_BRANCHES, (key,)).fetchall()
        return _together((name, _spelt(self._connection, name)) for (name,) in names)

    def _of_feeder(self, key: str | None) -> dict[str, None]:
        return _together(self._connection.execute(_FEEDER, (key,)))


def _together(names: Iterable[tuple[str, str]]) -> dict[str, None]:
    return dict.fromkeys(token for name in names for token in _tokens(*name))


@lru_cache(maxsize=1024)
def _tokens(text: str, readings: str) -> tuple[str, ...]:
    plain, groups, _ = searchable(text, readings)
    beginning = name_tokens(plain[:AROUND_LENGTH], " ".join(groups[:AROUND_LENGTH]))
    return tuple(_asked_for(beginning))


def _asked_for(tokens: Iterable[str]) -> list[str]:
    return [token for token in tokens if token[0] in _TYPES]


def _spelt(connection: Connection, text: str) -> str:
    """Readings of a name that is not in the index, made from those of its characters."""
    marks = ", ".join("?" * len(text))
    known = dict(connection.execute(f"SELECT character, readings FROM hanzi WHERE character IN ({marks})", list(text)))
    return " ".join(known.get(c) or (c.lower() if c.isascii() and c.isalnum() else "_") for c in text)
