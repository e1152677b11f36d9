"""Changing the search index of a cache in place, while others read it."""

from collections.abc import Sequence

from data.caches.index import COMMON, FIRST_COMMON_NAME, code_row, code_text
from data.errors import NotFoundError
from data.kinds import RANKED
from data.names.tokens import name_text
from data.sqlite import Connection

_MOST_PENDING = 4096
"""Rows, some megabytes of tokens."""


class PendingRows:
    """Rows that are to go from and come to one full-text table, written in one go and in order.

    FTS5 begins another segment whenever a row is not after the one before, and before every statement that may have
    to be undone by itself. Each segment costs every look-up a search, and merging it costs time: one name after
    another made some hundred and fifty of five hundred customers, all at once make one.

    Args:
        connection: The cache.
        table: `name_fts` or `code_fts`.
    """

    def __init__(self, connection: Connection, table: str) -> None:
        self._connection = connection
        self._remove = f"INSERT INTO {table}({table}, rowid, t) VALUES ('delete', ?, ?)"
        self._add = f"INSERT INTO {table}(rowid, t) VALUES (?, ?)"
        self._rows: dict[int, tuple[str, str]] = {}
        """By row, what the table holds of it and what it should hold; empty text where there is no row."""

    def add(self, row: int, tokens: str) -> None:
        """Notes that a row is to come that the table does not hold, or whose removal was noted."""
        self._note(row, self._rows.get(row, ("", ""))[0], tokens)

    def remove(self, row: int, tokens: str) -> None:
        """Notes that a row is to go; `tokens` must be those with which it was added."""
        self._note(row, self._rows.get(row, (tokens, tokens))[0], "")

    def _note(self, row: int, held: str, wanted: str) -> None:
        self._rows[row] = held, wanted
        if len(self._rows) >= _MOST_PENDING:
            self.write()

    def write(self) -> None:
        """Writes what was noted."""
        for row, (held, wanted) in sorted(self._rows.items()):
            if held != wanted:
                if held:
                    self._connection.execute(self._remove, (row, held))
                if wanted:
                    self._connection.execute(self._add, (row, wanted))
        self._rows.clear()


class IndexChanges:
    """Changes to the names and codes of an index; look-ups see them after `write`.

    Args:
        connection: The cache, in a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = PendingRows(connection, "name_fts")
        self._codes = PendingRows(connection, "code_fts")

    def write(self) -> None:
        """Writes what has changed into the full-text tables; to be called before the commit."""
        self._names.write()
        self._codes.write()

    def add_codes(self, kind: str, rid: int, codes: Sequence[str]) -> None:
        """Adds the codes of a record that has none in the index."""
        if tokens := code_text(codes):
            self._codes.add(code_row(kind, rid), tokens)

    def remove_codes(self, kind: str, rid: int, codes: Sequence[str]) -> None:
        """Takes a record's codes out; `codes` must be those that were added."""
        if tokens := code_text(codes):
            self._codes.remove(code_row(kind, rid), tokens)

    def acquire_name(self, text: str, readings: str, rank: int) -> int:
        """The number of a name that one more record or alias now bears; a new name is the last of its range."""
        row = self._connection.execute(
            "UPDATE name SET uses = uses + 1, rank = min(rank, ?) WHERE text = ? RETURNING nid, rank", (rank, text)
        ).fetchone()
        if row:
            nid, best = row
            return self._move(int(nid), best) if best < COMMON and nid >= FIRST_COMMON_NAME else int(nid)
        nid = self._next_number(rank)
        self._connection.execute("INSERT INTO name VALUES (?, ?, ?, ?, 1)", (nid, text, readings, rank))
        self._names.add(nid, name_text(text, readings))
        return nid

    def release_name(self, nid: int) -> None:
        """Notes that one record or alias less bears the name; the last one takes it out of the index.

        Raises:
            NotFoundError: there is no such name.
        """
        row = self._connection.execute(
            "UPDATE name SET uses = uses - 1 WHERE nid = ? RETURNING text, readings, uses", (nid,)
        ).fetchone()
        if row is None:
            raise NotFoundError(f"name {nid} is not in the search index: fetch a new snapshot")
        text, readings, uses = row
        if uses <= 0:
            self._names.remove(nid, name_text(text, readings))
            self._connection.execute("DELETE FROM name WHERE nid = ?", (nid,))

    def settle_name(self, nid: int) -> None:
        """Gives a name that was released, if there still is one, the rank of those who bear it now."""
        row = self._connection.execute("SELECT rank FROM name WHERE nid = ?", (nid,)).fetchone()
        if row is None or row[0] == COMMON or (best := self._best_rank(nid)) == row[0]:
            return
        if best == COMMON and nid < FIRST_COMMON_NAME:
            self._move(nid, best)
        else:
            self._connection.execute("UPDATE name SET rank = ? WHERE nid = ?", (best, nid))

    def _best_rank(self, nid: int) -> int:
        """Ordinal of the best kind that bears the name, as its own or another name."""
        for rank, kind in enumerate(RANKED[:-1]):
            borne = (
                f"SELECT 1 FROM {kind} WHERE name_id = ?1 UNION ALL SELECT 1 FROM alias WHERE nid = ?1 AND kind = ?2"
            )
            if self._connection.execute(f"{borne} LIMIT 1", (nid, kind)).fetchone():
                return rank
        return COMMON

    def _next_number(self, rank: int) -> int:
        if rank < COMMON:
            sql = "SELECT coalesce(max(nid), 0) + 1 FROM name WHERE nid < ?"
            nid = self._connection.execute(sql, (FIRST_COMMON_NAME,)).fetchone()[0]
            if nid < FIRST_COMMON_NAME:
                return int(nid)
        last = self._connection.execute("SELECT coalesce(max(nid), 0) FROM name").fetchone()[0]
        return max(FIRST_COMMON_NAME, int(last) + 1)

    def _move(self, nid: int, rank: int) -> int:
        """The name's number in the range of its new rank, wherever it stood."""
        text, readings = self._connection.execute("SELECT text, readings FROM name WHERE nid = ?", (nid,)).fetchone()
        new = self._next_number(rank)
        self._names.remove(nid, name_text(text, readings))
        self._connection.execute("UPDATE name SET nid = ?, rank = ? WHERE nid = ?", (new, rank, nid))
        self._names.add(new, name_text(text, readings))
        for kind in RANKED:
            self._connection.execute(f"UPDATE {kind} SET name_id = ? WHERE name_id = ?", (new, nid))
        self._connection.execute("UPDATE alias SET nid = ? WHERE nid = ?", (new, nid))
        return new
