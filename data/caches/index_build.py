"""Filling the search tables of a new cache: names and codes with their tokens, in bulk."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from operator import itemgetter

from data.caches.index import COMMON, FIRST_COMMON_NAME, KIND_STRIDE, code_row, code_text
from data.caches.statements import Statements
from data.names.tokens import name_text

_AT_ONCE = 2000
"""Names a statement: FTS5 writes a segment of each, and sorts one that fits into a processor's cache soonest."""

# A text with a tab in it is taken apart sooner than a list; readings have neither tabs nor, in front, a number of uses.
_ADD_PACKED_NAMES = """
    INSERT INTO name
    SELECT ? + key, substr(value, tab + 1), substr(value, space + 1, tab - space - 1), ?, CAST(value AS INTEGER)
    FROM (SELECT key, value, instr(value, char(9)) AS tab, instr(value, ' ') AS space FROM json_each(?))"""

_INDEXES = ("name_fts", "code_fts")
_OF_A_BUILD = {"automerge": 0, "crisismerge": 1000}
_OF_CHANGES = {"automerge": 4, "crisismerge": 16}
"""When segments are merged: while the table is filled hardly ever, later as FTS5 has it unless it is told otherwise."""

_MERGED_FIRST = 5


class IndexBuild:
    """Puts names and codes into empty search tables.

    Segments are merged once, in the end: merging them on the way, as FTS5 does, takes as long as writing them. What is
    merged in the end comes to lie one level above all others, and is written again with the sixteenth change if that is
    the first one. So the first few segments are merged as they come, and climb with each: that is soon done, and the
    whole ends above them.
    """

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._written: Counter[str] = Counter()
        self._settle(_OF_A_BUILD)

    def add_names(self, names: Iterable[tuple[str, str, int, int]]) -> None:
        """Adds distinct names `(text, readings, rank, uses)`, the best first."""
        nid = 1
        for rank, alike in groupby(names, itemgetter(2)):
            nid = max(nid, FIRST_COMMON_NAME) if rank >= COMMON else nid
            while some := list(islice(alike, _AT_ONCE)):
                packed = [f"{uses} {readings}\t{text}" for text, readings, _, uses in some]
                self._statements.insert(_ADD_PACKED_NAMES, packed, nid, rank)
                tokens = [name_text(text, readings) for text, readings, *_ in some]
                self._statements.insert_plain(
                    "INSERT INTO name_fts(rowid, t) SELECT ? + key, value FROM json_each(?)", tokens, nid
                )
                self._merge_first("name_fts")
                nid += len(some)

    def add_codes(self, kind: str, rid: int, codes: Iterable[Sequence[str]]) -> None:
        """Adds the codes of records of one kind that follow one another, from the one with this `rid` on."""
        self._statements.insert_plain(
            f"INSERT INTO code_fts(rowid, t) SELECT ? + {KIND_STRIDE} * key, value FROM json_each(?) WHERE value <> ''",
            [code_text(own) for own in codes],
            code_row(kind, rid),
        )
        self._merge_first("code_fts")

    def finish(self) -> None:
        """Merges each full-text table into one segment, once everything was added."""
        for table in _INDEXES:
            self._optimize(table)
        self._settle(_OF_CHANGES)

    def _merge_first(self, table: str) -> None:
        self._written[table] += 1
        if self._written[table] <= _MERGED_FIRST:
            self._optimize(table)

    def _optimize(self, table: str) -> None:
        self._statements.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")

    def _settle(self, settings: dict[str, int]) -> None:
        for table in _INDEXES:
            for name, value in settings.items():
                self._statements.execute(f"INSERT INTO {table}({table}, rank) VALUES (?, ?)", name, value)
