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

_ROWS = {
    "area": "SELECT a.rid, n.text, n.readings, NULL, a.id, NULL FROM area AS a JOIN name AS n ON n.nid = a.name_id",
    "feeder": """
        SELECT f.rid, n.text, n.readings, f.number, f.branch, f.substation
        FROM feeder AS f JOIN name AS n ON n.nid = f.name_id""",
    "transformer_area": """
        SELECT t.rid, n.text, n.readings, t.number, t.id, t.feeder
        FROM transformer_area AS t JOIN name AS n ON n.nid = t.name_id""",
}
_AROUND_AREAS = f"""
    WITH RECURSIVE up(id, height) AS (
        {{start}}
        UNION SELECT area.parent_id, height + 1 FROM up CROSS JOIN area ON area.id = up.id WHERE height < {_LEVELS}
    )
    SELECT DISTINCT n.text, n.readings FROM up CROSS JOIN area ON area.id = up.id JOIN name AS n ON n.nid = area.name_id
    WHERE area.level IS NULL OR area.level NOT IN {_TOO_WIDE}"""
_AROUND_AREA = _AROUND_AREAS.format(start="SELECT parent_id, 1 FROM area WHERE id = ?")
_AROUND_TRANSFORMER_AREA = _AROUND_AREAS.format(
    start="SELECT target, 1 FROM link WHERE kind = 'transformer_area' AND field = 'areas' AND id = ?"
)
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
    for kind in PLACED:
        for row in connection.execute(f"{_ROWS[kind]} ORDER BY 1"):
            yield _row(connection, kind, row)


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
    rows = []
    for kind, rid in touched:
        row = connection.execute(f"{_ROWS[kind]} WHERE {kind[0]}.rid = ?", (rid,)).fetchone()
        rows.append(_row(connection, kind, row))
    rows.sort()  # a row that is not after the one before begins another segment
    connection.executemany("DELETE FROM place_fts WHERE rowid = ?", ((row,) for row, *_ in rows))
    connection.executemany("INSERT INTO place_fts(rowid, own, around) VALUES (?, ?, ?)", rows)


def _row(connection: Connection, kind: str, row: tuple[Any, ...]) -> tuple[int, str, str]:
    rid, text, readings, number, key, other = row
    own = [*_asked_for(name_tokens(text, readings)), *(code_tokens(number) if number else ())]
    around = dict.fromkeys(token for name in _around(connection, kind, key, other) for token in name)
    return FIRST_ROW[kind] + rid, " ".join(own), " ".join(around)


def _around(connection: Connection, kind: str, key: str, other: str | None) -> Iterator[tuple[str, ...]]:
    """Tokens of each name around a record."""
    if kind == "area":
        yield from (_tokens(*name) for name in connection.execute(_AROUND_AREA, (key,)))
    elif kind == "feeder":
        names = [name for (name,) in connection.execute(_BRANCHES, (key,))] + ([other] if other else [])
        yield from (_tokens(name, _spelt(connection, name)) for name in names)
    else:
        yield from (_tokens(*name) for name in connection.execute(_AROUND_TRANSFORMER_AREA, (key,)))
        feeder = "SELECT n.text, n.readings FROM feeder JOIN name AS n ON n.nid = name_id WHERE feeder.id = ?"
        yield from (_tokens(*name) for name in connection.execute(feeder, (other,)))


@lru_cache(maxsize=1024)
def _tokens(text: str, readings: str) -> tuple[str, ...]:
    plain, groups, _ = searchable(text, readings)
    beginning = name_tokens(plain[:AROUND_LENGTH], " ".join(groups[:AROUND_LENGTH]))
    return tuple(_asked_for(beginning))


def _asked_for(tokens: Iterable[str]) -> Iterator[str]:
    return (token for token in tokens if token[0] in _TYPES)


def _spelt(connection: Connection, text: str) -> str:
    """Readings of a name that is not in the index, made from those of its characters."""
    marks = ", ".join("?" * len(text))
    known = dict(connection.execute(f"SELECT character, readings FROM hanzi WHERE character IN ({marks})", list(text)))
    return " ".join(known.get(c) or (c.lower() if c.isascii() and c.isalnum() else "_") for c in text)
