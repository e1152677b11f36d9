"""The search tables inside a cache file: names, other names, and the full-text tables over their tokens.

Distinct names are indexed, not records. A name's number is its static rank (areas first), so that a full-text query
with LIMIT stops early at the best. The full-text tables store neither text nor positions: what a row holds is
recomputed from its name and readings when it must go.
"""

from collections.abc import Iterable, Iterator, Sequence

from data.errors import NotFoundError
from data.kinds import RANKED
from data.sqlite import Connection
from data.tokens import code_tokens, name_tokens

KIND_STRIDE = 8
"""A row of `code_fts` is `rid * KIND_STRIDE + RANKED.index(kind)`."""

FIRST_COMMON_NAME = 1 << 20
"""Names that only the last of the ranked kinds bears (customers: hundreds of thousands) are numbered from here on,
the others from 1: what is asked of these alone costs nothing for those."""

_COMMON = len(RANKED) - 1
_BULK_HASH_BYTES = 1 << 25
_USUAL_HASH_BYTES = 1 << 20

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
    for table in ("name_fts", "code_fts"):
        _set(connection, table, "hashsize", _BULK_HASH_BYTES)


def _set(connection: Connection, table: str, option: str, value: int) -> None:
    connection.execute(f"INSERT INTO {table}({table}, rank) VALUES (?, ?)", (option, value))


def add_characters(connection: Connection, characters: Iterable[tuple[str, str, str | None, str | None]]) -> None:
    """Adds every character that someone may type, in a name or not.

    Args:
        connection: The cache, in a transaction.
        characters: `(character, readings, simplified, alike)`, as `data.characters.rows` makes them.
    """
    connection.executemany("INSERT OR REPLACE INTO hanzi VALUES (?, ?, ?, ?)", characters)


def add_names(connection: Connection, names: Iterable[tuple[str, str, int, int]]) -> None:
    """Adds distinct names `(text, readings, rank, uses)` to empty tables, the best first."""

    def rows() -> Iterator[tuple[int, str]]:
        nid = 0
        for text, readings, rank, uses in names:
            nid = nid + 1 if rank < _COMMON else max(nid + 1, FIRST_COMMON_NAME)
            connection.execute("INSERT INTO name VALUES (?, ?, ?, ?, ?)", (nid, text, readings, rank, uses))
            yield nid, " ".join(name_tokens(text, readings))

    connection.executemany("INSERT INTO name_fts(rowid, t) VALUES (?, ?)", rows())


def add_codes(connection: Connection, kind: str, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Adds the codes of records `(rid, codes)` of one kind."""
    connection.executemany(
        "INSERT INTO code_fts(rowid, t) VALUES (?, ?)",
        ((_code_row(kind, rid), tokens) for rid, codes in rows if (tokens := _code_text(codes))),
    )


def remove_codes(connection: Connection, kind: str, rid: int, codes: Sequence[str]) -> None:
    """Takes a record's codes out; `codes` must be those that were added."""
    if tokens := _code_text(codes):
        connection.execute(
            "INSERT INTO code_fts(code_fts, rowid, t) VALUES ('delete', ?, ?)", (_code_row(kind, rid), tokens)
        )


def _code_row(kind: str, rid: int) -> int:
    return rid * KIND_STRIDE + RANKED.index(kind)


def _code_text(codes: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(token for code in codes for token in code_tokens(code)))


def finish_build(connection: Connection) -> None:
    """Merges the full-text tables into one segment each, once everything was added."""
    for table in ("name_fts", "code_fts"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")
        _set(connection, table, "hashsize", _USUAL_HASH_BYTES)


def acquire_name(connection: Connection, text: str, readings: str, rank: int) -> int:
    """The number of a name that one more record or alias now bears; a new name is the last of its range."""
    row = connection.execute(
        "UPDATE name SET uses = uses + 1, rank = min(rank, ?) WHERE text = ? RETURNING nid, rank", (rank, text)
    ).fetchone()
    if row:
        nid, best = row
        return _move(connection, int(nid), best) if best < _COMMON and nid >= FIRST_COMMON_NAME else int(nid)
    nid = _next_number(connection, rank)
    connection.execute("INSERT INTO name VALUES (?, ?, ?, ?, 1)", (nid, text, readings, rank))
    connection.execute("INSERT INTO name_fts(rowid, t) VALUES (?, ?)", (nid, " ".join(name_tokens(text, readings))))
    return nid


def release_name(connection: Connection, nid: int) -> None:
    """Notes that one record or alias less bears the name; the last one takes it out of the index.

    Raises:
        NotFoundError: there is no such name.
    """
    row = connection.execute(
        "UPDATE name SET uses = uses - 1 WHERE nid = ? RETURNING text, readings, uses", (nid,)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"name {nid} is not in the search index: fetch a new snapshot")
    text, readings, uses = row
    if uses <= 0:
        _forget_tokens(connection, nid, text, readings)
        connection.execute("DELETE FROM name WHERE nid = ?", (nid,))


def settle_name(connection: Connection, nid: int) -> None:
    """Gives a name that was released, if there still is one, the rank of those who bear it now."""
    row = connection.execute("SELECT rank FROM name WHERE nid = ?", (nid,)).fetchone()
    if row is None or row[0] == _COMMON or (best := _best_rank(connection, nid)) == row[0]:
        return
    if best == _COMMON and nid < FIRST_COMMON_NAME:
        _move(connection, nid, best)
    else:
        connection.execute("UPDATE name SET rank = ? WHERE nid = ?", (best, nid))


def _best_rank(connection: Connection, nid: int) -> int:
    """Ordinal of the best kind that bears the name, as its own or another name."""
    for rank, kind in enumerate(RANKED[:-1]):
        borne = f"SELECT 1 FROM {kind} WHERE name_id = ?1 UNION ALL SELECT 1 FROM alias WHERE nid = ?1 AND kind = ?2"
        if connection.execute(f"{borne} LIMIT 1", (nid, kind)).fetchone():
            return rank
    return _COMMON


def _next_number(connection: Connection, rank: int) -> int:
    if rank < _COMMON:
        sql = "SELECT coalesce(max(nid), 0) + 1 FROM name WHERE nid < ?"
        nid = connection.execute(sql, (FIRST_COMMON_NAME,)).fetchone()[0]
        if nid < FIRST_COMMON_NAME:
            return int(nid)
    last = connection.execute("SELECT coalesce(max(nid), 0) FROM name").fetchone()[0]
    return max(FIRST_COMMON_NAME, int(last) + 1)


def _move(connection: Connection, nid: int, rank: int) -> int:
    """The name's number in the range of its new rank, wherever it stood."""
    text, readings = connection.execute("SELECT text, readings FROM name WHERE nid = ?", (nid,)).fetchone()
    new = _next_number(connection, rank)
    _forget_tokens(connection, nid, text, readings)
    connection.execute("UPDATE name SET nid = ?, rank = ? WHERE nid = ?", (new, rank, nid))
    connection.execute("INSERT INTO name_fts(rowid, t) VALUES (?, ?)", (new, " ".join(name_tokens(text, readings))))
    for kind in RANKED:
        connection.execute(f"UPDATE {kind} SET name_id = ? WHERE name_id = ?", (new, nid))
    connection.execute("UPDATE alias SET nid = ? WHERE nid = ?", (new, nid))
    return new


def _forget_tokens(connection: Connection, nid: int, text: str, readings: str) -> None:
    tokens = " ".join(name_tokens(text, readings))
    connection.execute("INSERT INTO name_fts(name_fts, rowid, t) VALUES ('delete', ?, ?)", (nid, tokens))


def set_aliases(connection: Connection, kind: str, rid: int, nids: Iterable[int]) -> list[int]:
    """Makes `nids` the record's other names and answers those it bore before, ascending.

    The caller acquires the new ones and releases the old ones.
    """
    before = [nid for (nid,) in connection.execute("SELECT nid FROM alias WHERE kind = ? AND rid = ?", (kind, rid))]
    connection.execute("DELETE FROM alias WHERE kind = ? AND rid = ?", (kind, rid))
    connection.executemany("INSERT INTO alias VALUES (?, ?, ?)", ((nid, kind, rid) for nid in sorted(set(nids))))
    return sorted(before)
