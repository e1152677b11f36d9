"""A bucket's records of a kind in partitions by id, each summed up: what differs is found without sending it all."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from zlib import crc32

from data.caches.cache import kinds_in
from data.caches.recount import rows_of
from data.sqlite import Connection
from data.store.set_hash import Part, SetSum, row_hash

MOST = 2048
_ROWS_EACH = 256


def partition_count(rows: int) -> int:
    """Into how many partitions so many records are put: a power of two, up to `MOST`."""
    count = 1
    while count < MOST and count * _ROWS_EACH < rows:
        count *= 2
    return count


def partition_of(key: str, count: int) -> int:
    """The partition of the record with this id, 0 to `count` - 1; the same at hub and cache."""
    return crc32(key.encode("utf-8", "surrogatepass")) % count


def partition_sums(hashes: Iterable[tuple[str, int]], count: int) -> list[SetSum]:
    """The sums of each partition over records given as id and hash."""
    rows, totals = [0] * count, [0] * count
    for key, hashed in hashes:
        partition = partition_of(key, count)
        rows[partition] += 1
        totals[partition] += hashed
    return [SetSum(own, total % (1 << 128)) for own, total in zip(rows, totals, strict=True)]


def cache_partition_sums(connection: Connection, part: Part, count: int) -> list[SetSum]:
    """Those of a cache, counted from its records, whatever its checksums say."""
    bucket, name = part
    kind = kinds_in(connection)[name]
    rows = rows_of(connection, kind)
    return partition_sums(((str(doc["id"]), row_hash(kind, doc)) for _, own, doc in rows if own == bucket), count)


def cache_ids(connection: Connection, part: Part, partitions: AbstractSet[int], count: int) -> set[str]:
    """The ids of a cache's records in some partitions of a part."""
    bucket, name = part
    rows = rows_of(connection, kinds_in(connection)[name])
    return {
        str(doc["id"]) for _, own, doc in rows if own == bucket and partition_of(str(doc["id"]), count) in partitions
    }
