"""What a cache holds, counted anew from its records, and what its index holds: the two sides of a check."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from data.caches.cache import bucket_of, codes_of, kinds_in, links_of, names_of
from data.caches.index import KIND_STRIDE
from data.caches.place_index import place_rows
from data.fields import Doc, Kind
from data.kinds import RANKED
from data.names.tokens import code_tokens, name_tokens
from data.sqlite import Connection
from data.store.cells import from_cells
from data.store.set_hash import Part, SetSum, Sums, row_hash

_FIRST, _FACTOR, _PRIME, _LAST, _SHIFT = 2_147_483_629, 1_327_217_885, 2_147_483_587, 2_147_483_579, 11
"""Spread the numbers of rows: sums of the numbers, or of their powers, do not tell all rows from as many others."""
_MIXED = f"(doc % {_FIRST} * {_FACTOR} % {_PRIME})"
_SPREAD = f"{_MIXED} * ({_MIXED} >> {_SHIFT}) % {_LAST}"


@dataclass(slots=True)
class Bag:
    """A multiset, known by its size and the sum of its members' hashes: unequal ones hardly ever have equal sums.

    Python's own hash is good enough and fast: both sides are summed up in one process.
    """

    count: int = 0
    weight: int = 0

    def add(self, member: tuple[object, ...]) -> None:
        """Puts one more in; equal members look alike in `repr`, too."""
        self.count += 1
        # Of text: hashes of tuples are nearly additive, and two that exchange a value often keep their sum.
        self.weight += hash(repr(member))

    def add_postings(self, row: int, tokens: Iterable[str]) -> None:
        """Puts in that each of the distinct `tokens` finds `row`."""
        hashes = [hash(token) for token in tokens]
        self.count += len(hashes)
        mixed = row % _FIRST * _FACTOR % _PRIME
        self.weight += mixed * (mixed >> _SHIFT) % _LAST * sum(hashes)


class Recount:
    """The sums of every record in a cache, and what its other tables should hold for them.

    Attributes:
        sums: Counts and set hashes, one for each bucket and kind.
        links: Rows that `link` should hold.
        aliases: `(kind, rid, text)` that `alias` should stand for.
        codes: Postings that `code_fts` should hold.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sums: dict[Part, SetSum] = {}
        self.links = Bag()
        self.aliases = Bag()
        self.codes = Bag()

    def add_all(self, kind: Kind) -> int:
        """Counts every record of a kind.

        Returns:
            How many have a name that is not there.
        """
        nameless = 0
        for rid, bucket, doc in rows_of(self._connection, kind):
            part = (bucket, kind.name)
            self.sums[part] = self.sums.get(part, SetSum()).plus(row_hash(kind, doc))
            for link in links_of(kind, doc):
                self.links.add(link)
            if kind.named:
                nameless += doc["name"] is None
                self._add_searched(kind, rid, doc)
        return nameless

    def _add_searched(self, kind: Kind, rid: int, doc: Doc) -> None:
        row = rid * KIND_STRIDE + RANKED.index(kind.name)
        self.codes.add_postings(row, {token for code in codes_of(kind, doc) for token in code_tokens(code)})
        for text in names_of(kind, doc)[1:]:
            self.aliases.add((kind.name, rid, text))


def rows_of(connection: Connection, kind: Kind) -> Iterator[tuple[int, str, Doc]]:
    """Every record of a kind with its row number and bucket; one whose name or bucket is lost has an empty one."""
    names = ", ".join("name.text" if kind.named and f.name == "name" else f"{kind.name}.{f.name}" for f in kind.fields)
    join = f" LEFT JOIN name ON name.nid = {kind.name}.name_id" if kind.named else ""
    bucket = f"coalesce({bucket_of(kind)}, '')"
    for rid, own, *cells in connection.execute(f"SELECT {kind.name}.rid, {bucket}, {names} FROM {kind.name}{join}"):
        yield rid, own, from_cells(kind.fields, cells)


def recount(connection: Connection) -> Sums:
    """Counts and set hashes made anew from every record in the cache: finds damage that its own sums hide."""
    counted = Recount(connection)
    for kind in kinds_in(connection).values():
        counted.add_all(kind)
    return counted.sums


def named_postings(connection: Connection) -> Bag:
    """The postings that `name_fts` should hold."""
    found = Bag()
    for nid, text, readings in connection.execute("SELECT nid, text, readings FROM name"):
        found.add_postings(nid, name_tokens(text, readings))
    return found


def placed_postings(connection: Connection) -> Bag:
    """The postings that `place_fts` should hold."""
    found = Bag()
    for row, own, around in place_rows(connection):
        found.add_postings(row, own.split())
        found.add_postings(row, around.split())
    return found


def indexed_postings(connection: Connection, table: str) -> Bag:
    """The postings that a full-text table holds."""
    connection.execute(f"CREATE VIRTUAL TABLE temp.{table}_vocab USING fts5vocab('main', '{table}', 'instance')")
    found = Bag()
    for term, rows, total in connection.execute(
        f"SELECT term, count(*), sum({_SPREAD}) FROM temp.{table}_vocab GROUP BY term"
    ):
        found.count += rows
        found.weight += hash(term) * total
    return found
