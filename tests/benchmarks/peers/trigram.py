"""SQLite's FTS5 with its trigram tokenizer."""

from data.sqlite import connect
from tests.benchmarks.peers.names import plain, read_names
from tests.benchmarks.peers.peer import SHOWN, Peer

_SHORTEST = 3
_MATCH = f"SELECT name FROM names WHERE names MATCH ? ORDER BY rowid LIMIT {SHOWN}"
_NEAR = f"SELECT name FROM names WHERE names MATCH ? ORDER BY rank LIMIT {SHOWN}"
_LIKE = f"""
    SELECT name FROM names WHERE name LIKE :part OR pinyin LIKE :part OR initials LIKE :part
    ORDER BY name NOT LIKE :start AND initials NOT LIKE :start, rowid LIMIT {SHOWN}"""


class Trigram(Peer):
    """A trigram table over name, pinyin, initials and codes: the whole query as a phrase, in static rank.

    Static rank finds more here than bm25 does, and stops early. Where the phrase finds nothing, any of its trigrams in
    the order of bm25, which forgives slips. Queries of one or two
    characters have no trigram and are answered by LIKE on the same table, beginnings first.
    """

    def build(self) -> None:
        connection = connect(self.files.folder / "names.db")
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-64000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.execute("CREATE VIRTUAL TABLE names USING fts5(name, pinyin, initials, codes, tokenize='trigram')")
        connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", read_names(self.files.names))
        connection.execute("INSERT INTO names(names) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.close()

    def open(self) -> None:
        self._connection = connect(self.files.folder / "names.db", read_only=True)

    def ask(self, query: str) -> list[str]:
        typed = plain(query)
        if len(typed) < _SHORTEST:
            return self._names(_LIKE, {"part": f"%{typed}%", "start": f"{typed}%"})
        trigrams = [f'"{typed[i : i + 3]}"' for i in range(len(typed) - 2)]
        return self._names(_MATCH, (f'"{typed}"',)) or self._names(_NEAR, (" OR ".join(trigrams),))

    def _names(self, statement: str, values: dict[str, str] | tuple[str]) -> list[str]:
        return [name for (name,) in self._connection.execute(statement, values)]
