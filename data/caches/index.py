"""The search tables inside a cache file: names, other names, and the full-text tables over their tokens; making them.

Distinct names are indexed, not records. A name's number is its static rank (areas first), so that a full-text query
with LIMIT stops early at the best. The full-text tables store neither text nor positions: what a row holds is
recomputed from its name and readings when it must go.
"""

from collections.abc import Iterable, Sequence

from data.kinds import RANKED
from data.names.tokens import code_line
from data.sqlite import Connection

KIND_STRIDE = 8
"""A row of `code_fts` is `rid * KIND_STRIDE + RANKED.index(kind)`."""

FIRST_COMMON_NAME = 1 << 20
"""Names that only the last of the ranked kinds bears (customers: hundreds of thousands) are numbered from here on,
the others from 1: what is asked of these alone costs nothing for those."""

COMMON = len(RANKED) - 1
"""Rank of names that only the last of the ranked kinds bears."""

_TABLES = """
CREATE TABLE name (
    nid INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, readings TEXT NOT NULL,
    rank INTEGER NOT NULL, uses INTEGER NOT NULL
);
CREATE TABLE alias (
    nid INTEGER NOT NULL, kind TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (nid, kind, rid)
) WITHOUT ROWID;
CREATE INDEX alias_record ON alias (kind, rid);
CREATE TABLE hanzi (
    character TEXT PRIMARY KEY, readings TEXT NOT NULL, simplified TEXT, alike TEXT
) WITHOUT ROWID;
CREATE VIRTUAL TABLE name_fts USING fts5(t, content='', detail=none, columnsize=0, tokenize='ascii');
CREATE VIRTUAL TABLE code_fts USING fts5(t, content='', detail=none, columnsize=0, tokenize='ascii');
"""


def create_search_tables(connection: Connection) -> None:
    """Creates the empty search tables."""
    for statement in filter(str.strip, _TABLES.split(";\n")):
        connection.execute(statement)


def add_characters(connection: Connection, characters: Iterable[tuple[str, str, str | None, str | None]]) -> None:
    """Adds every character that someone may type, in a name or not.

    Args:
        connection: The cache, in a transaction.
        characters: `(character, readings, simplified, alike)`, as `data.characters.rows` makes them.
    """
    connection.executemany("INSERT OR REPLACE INTO hanzi VALUES (?, ?, ?, ?)", characters)


def code_row(kind: str, rid: int) -> int:
    """The row of `code_fts` of a record."""
    return rid * KIND_STRIDE + RANKED.index(kind)


def code_text(codes: Sequence[str]) -> str:
    """What the row of a record with these codes holds; empty where it has none."""
    return " ".join(filter(None, map(code_line, codes)))


def set_aliases(connection: Connection, kind: str, rid: int, nids: Iterable[int]) -> list[int]:
    """Makes `nids` the record's other names and answers those it bore before, ascending.

    The caller acquires the new ones and releases the old ones.
    """
    before = [nid for (nid,) in connection.execute("SELECT nid FROM alias WHERE kind = ? AND rid = ?", (kind, rid))]
    connection.execute("DELETE FROM alias WHERE kind = ? AND rid = ?", (kind, rid))
    connection.executemany("INSERT INTO alias VALUES (?, ?, ?)", ((nid, kind, rid) for nid in sorted(set(nids))))
    return sorted(before)
