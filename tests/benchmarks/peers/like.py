"""SQLite's LIKE."""

from data.sqlite import connect
from tests.benchmarks.peers.names import plain, read_names
from tests.benchmarks.peers.peer import SHOWN, Peer

_PINYIN = "pinyin LIKE :part OR initials LIKE :part OR codes LIKE :part"
_PINYIN_PLACE = """
    CASE WHEN :typed IN (pinyin, initials, codes) THEN 0 WHEN pinyin LIKE :start OR initials LIKE :start THEN 1 END"""
_HANZI = "name LIKE :part"
_HANZI_PLACE = "CASE WHEN name = :typed THEN 0 WHEN name LIKE :start THEN 1 END"


class Like(Peer):
    """`LIKE '%query%'` on the name, or, for letters, on columns with its full pinyin, its initials and its codes.

    Whole matches first, then beginnings, then the rest, each in static rank: so it must read the whole table, and
    finds more than with a LIMIT that stops early.
    """

    def build(self) -> None:
        connection = connect(self.files.folder / "names.db")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE names (id INTEGER PRIMARY KEY, name, pinyin, initials, codes)")
        connection.executemany(
            "INSERT INTO names (name, pinyin, initials, codes) VALUES (?, ?, ?, ?)", read_names(self.files.names)
        )
        connection.execute("COMMIT")
        connection.close()

    def open(self) -> None:
        self._connection = connect(self.files.folder / "names.db", read_only=True)

    def ask(self, query: str) -> list[str]:
        typed = plain(query)
        where, place = (_PINYIN, _PINYIN_PLACE) if typed.isascii() else (_HANZI, _HANZI_PLACE)
        found = self._connection.execute(
            f"SELECT name FROM names WHERE {where} ORDER BY ifnull({place}, 2), id LIMIT {SHOWN}",
            {"typed": typed, "start": f"{typed}%", "part": f"%{typed}%"},
        )
        return [name for (name,) in found]
