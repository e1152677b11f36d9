"""Making parts of a cache good that do not add up: what differs is fetched, and shows when all of it adds up."""

from collections.abc import Iterable

from data.caches import cache
from data.caches.cache import Change
from data.caches.columns import fit_tables
from data.caches.partitions import cache_ids, cache_partition_sums, partition_count
from data.sqlite import Connection
from data.store.set_hash import Part, SetSum, Sums, differing
from sync.protocol import Repair, RepairAsk


def differing_parts(held: Connection, ours: Sums, theirs: Sums, *, partial: bool) -> list[Part]:
    """The parts in which a cache differs from the hub, of the kinds that the cache has.

    Args:
        held: The cache.
        ours: Its sums.
        theirs: The hub's.
        partial: `theirs` names only some.
    """
    kinds = cache.kinds_in(held)
    own = {part: one for part, one in ours.items() if part in theirs} if partial else ours
    return [part for part in differing(own, theirs) if part[1] in kinds]


def question(held: Connection, parts: Iterable[Part]) -> RepairAsk:
    """What to ask the hub about these parts, counted from the records that are there."""
    meta = cache.read_meta(held)
    sums = cache.read_sums(held)
    counts = {part: partition_count(sums.get(part, SetSum()).rows) for part in parts}
    held_sums = {part: cache_partition_sums(held, part, count) for part, count in counts.items()}
    return RepairAsk(meta["epoch"], meta["scope"], int(meta["revision"]), held_sums)


def mend(held: Connection, repair: Repair) -> list[Part] | None:
    """Puts a repair in; to be called in a transaction that is undone unless it adds up.

    Returns:
        The parts that differ still; None where the cache has moved on meanwhile.
    """
    if cache.read_meta(held).get("revision") != str(repair.batch.since):
        return None
    fit_tables(held, repair.batch.fields)
    writer = cache.CacheWriter(held)
    gone: list[Change] = []
    for one in repair.renewed:
        writer.sums[one.part] = _total(cache_partition_sums(held, one.part, 1))
        there = {record.id for record in one.records}
        stray = cache_ids(held, one.part, one.partitions, one.count) - there if one.partitions else set()
        gone += [Change(one.part[1], key, None) for key in sorted(stray)]
    # What goes goes first: a record may only have another bucket, and comes again in that.
    writer.apply(gone)
    kinds = cache.kinds_in(held)
    writer.apply(change for change in repair.batch.changes if change.kind in kinds)
    for one in repair.renewed:
        writer.apply(one.records)
    writer.save_sums()
    cache.write_meta(held, {"revision": str(repair.batch.revision)})
    return differing_parts(held, writer.sums, repair.batch.sums, partial=repair.batch.partial)


def _total(sums: Iterable[SetSum]) -> SetSum:
    return sum(sums, SetSum())
