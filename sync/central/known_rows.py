"""What a pull remembers of the rows that it has seen: the ids of their records and their digests, block by block."""

from array import array
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, delete, func, select

from data.store.bulk import add_rows
from data.store.schema import CENTRAL_BLOCK
from sync.central.row_digest import SUM_MODULUS
from sync.central.seen_rows import SeenRows

BROUGHT = SUM_MODULUS
"""Set beside the digest of a row whose record the pull itself has brought: it may delete it."""

_DIGEST_BYTES = 8
_BLOCKS_AT_A_TIME = 400


class KnownRows:
    """The rows of one feed that earlier pulls have seen.

    Args:
        connection: Of the store; one that may write, for what writes.
        feed: `Feed.key`.
    """

    def __init__(self, connection: Connection, feed: str) -> None:
        self._connection = connection
        self._feed = feed
        self._here = CENTRAL_BLOCK.c.feed == feed

    def sums(self) -> dict[int, tuple[int, int]]:
        """Number of rows and sum of digests, modulo `SUM_MODULUS`, of each block."""
        columns = CENTRAL_BLOCK.c
        found = self._connection.execute(
            select(columns.block, func.length(columns.digests), columns.digest_sum).where(self._here)
        )
        return {block: (length // _DIGEST_BYTES, summed) for block, length, summed in found.all()}

    def rows(self, blocks: Collection[int]) -> dict[str, tuple[int, int]]:
        """Of each row of these blocks, by the id of its record: the block, and the digest with `BROUGHT` or not."""
        found: dict[str, tuple[int, int]] = {}
        for some in _some(blocks):
            columns = CENTRAL_BLOCK.c
            stored = select(columns.block, columns.ids, columns.digests).where(self._here, columns.block.in_(some))
            for block, ids, digests in self._connection.execute(stored).all():
                found.update(zip(ids.split("\n")[1:-1], ((block, one) for one in _numbers(digests)), strict=True))
        return found

    def replace(self, blocks: Collection[int], seen: SeenRows) -> None:
        """Remembers of these blocks what was seen, and nothing else."""
        for some in _some(blocks):
            self._connection.execute(delete(CENTRAL_BLOCK).where(self._here, CENTRAL_BLOCK.c.block.in_(some)))
            self.add(some, seen)

    def add(self, blocks: Iterable[int], seen: SeenRows) -> None:
        """Remembers of these blocks, of which nothing is known, what was seen."""
        rows = [self._row(block, *seen.packed[block]) for block in blocks if block in seen.packed]
        add_rows(self._connection, CENTRAL_BLOCK, rows)

    def mend(self, rows: Iterable[tuple[int, str, int]]) -> None:
        """Takes further rows, or other digests of known ones, into their blocks."""
        mended = {key: (block, digest) for block, key, digest in rows}
        blocks, seen = {block for block, _ in mended.values()}, SeenRows()
        for key, (block, digest) in (self.rows(blocks) | mended).items():
            seen.add(block, key, digest)
        self.replace(blocks, seen)

    def _row(self, block: int, ids: bytearray, digests: "array[int]") -> dict[str, object]:
        return {
            "feed": self._feed,
            "block": block,
            "digest_sum": sum(digests) % SUM_MODULUS,
            "ids": ids.decode(),
            "digests": digests.tobytes(),
        }


def _numbers(packed: bytes) -> "array[int]":
    numbers = array("q")
    numbers.frombytes(packed)
    return numbers


def _some(blocks: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(blocks)
    for start in range(0, len(ordered), _BLOCKS_AT_A_TIME):
        yield ordered[start : start + _BLOCKS_AT_A_TIME]
