"""Making a whole cache from the store: at the hub, once for each scope in use."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Result, func, literal, select

from data.caches import cache, index
from data.caches.cache import Change
from data.caches.index_build import IndexBuild
from data.caches.record_build import RecordBuild
from data.caches.statements import Statements
from data.characters.rows import character_rows
from data.fields import Doc, Kind
from data.kinds import KINDS, RANKED
from data.masking import HIDDEN, LEAST, STANDARD, for_caches
from data.names.pinyin import readings_of
from data.sqlite import Connection as CacheConnection
from data.sqlite import connect
from data.store import change_log
from data.store.cells import JSON_TYPES, from_cells
from data.store.rows import get_docs
from data.store.schema import RECORDS
from data.store.set_hash import GLOBAL, Part, SetSum, row_hashes

_CHUNK = 2000

_NEIGHBOURS = {"customer": ("transformer_area", "feeder", "contract_kva")}
"""What the records of a kind that lie beside each other in the file have in common: those of one place are asked for
together, and each page that is read is decrypted."""


def build_cache(store: Connection, path: Path, scope: str, buckets: list[str] | None, reader: str = STANDARD) -> int:
    """Writes a new cache file with everything of `buckets` (None: all), ready to search.

    Args:
        store: One read transaction of the store: the cache is of its moment.
        path: Where to write; must not exist.
        scope: Key of the scope, kept in the cache.
        buckets: From `data.store.buckets.buckets_of_scope`.
        reader: The class of its reader; what that may not read is in no index either.

    Returns:
        The revision that the cache is at.
    """
    connection = connect(path)
    try:
        # The file is new: nothing needs a journal to be undone with, and it is synced whole when it is done.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-8000")
        connection.execute("PRAGMA temp_store=FILE")
        connection.execute("BEGIN")
        cache.create_cache(connection)
        index.add_characters(connection, character_rows())
        sums: dict[Part, SetSum] = {}
        with Statements(connection) as statements:
            search = IndexBuild(statements)
            search.add_names(_names(store, buckets, reader))
            records = RecordBuild(statements, search)
            for kind in KINDS.values():
                sums |= _add_kind(store, records, kind, buckets, reader)
            search.finish()
        cache.create_indexes(connection)
        _count_shared_names(connection)
        revision = change_log.head(store)
        cache.write_sums(connection, sums)
        cache.write_meta(
            connection,
            {
                "schema": str(cache.SCHEMA),
                "epoch": change_log.epoch(store),
                "revision": str(revision),
                "committed_at": change_log.committed_at(store, revision),
                "scope": scope,
            },
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    return revision


def change_of(kind: Kind, doc: Doc, bucket: str, reader: str = STANDARD) -> Change:
    """A record as it goes to caches of a class of reader: masked, with the readings of what is left."""
    shown = for_caches(kind, doc, reader)
    names = cache.names_of(kind, shown) if kind.named else []
    readings = tuple(readings_of(name) for name in names)
    return Change(kind.name, str(doc["id"]), shown, readings, bucket)


def changes_for(
    store: Connection, touched: Iterable[tuple[str, str]], buckets: list[str] | None, reader: str = STANDARD
) -> Iterator[Change]:
    """What became of each touched record, for a cache that holds `buckets` (None: all)."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in touched:
        by_kind.setdefault(kind, []).append(key)
    for kind, keys in by_kind.items():
        inside = _inside(store, kind, keys, buckets)
        docs = get_docs(store, kind, inside)
        for key in keys:
            doc = docs.get(key)
            yield change_of(KINDS[kind], doc, inside[key], reader) if doc else Change(kind, key, None)


def _inside(store: Connection, kind: str, keys: list[str], buckets: list[str] | None) -> dict[str, str]:
    """The bucket of each of these records that is in one of `buckets`."""
    if not KINDS[kind].scoped:
        return dict.fromkeys(keys, GLOBAL) if buckets is None or GLOBAL in buckets else {}
    table = RECORDS[kind]
    found: dict[str, str] = {}
    for start in range(0, len(keys), _CHUNK):
        wanted = select(table.c.id, table.c.bucket).where(table.c.id.in_(keys[start : start + _CHUNK]))
        if buckets is not None:
            wanted = wanted.where(table.c.bucket.in_(buckets))
        found.update((row.id, row.bucket) for row in store.execute(wanted))
    return found


def _names(store: Connection, buckets: list[str] | None, reader: str) -> Iterator[tuple[str, str, int, int]]:
    """Distinct names in static-rank order; a name that several kinds bear stands with the first of them.

    What customers add to the uses of a network's name is left to `_count_shared_names`: so no more than the
    network's names are held at a time.
    """
    uses: dict[str, tuple[int, int]] = {}
    for rank, kind in enumerate(RANKED[:-1]):
        for docs, _ in _docs(store, KINDS[kind], buckets, by_size=True):
            for name in (name for doc in docs for name in cache.names_of(KINDS[kind], doc)):
                before = uses.get(name, (rank, 0))
                uses[name] = (before[0], before[1] + 1)
    for name, (rank, count) in uses.items():
        yield name, readings_of(name), rank, count
    for name, count in _customer_names(store, buckets, reader):
        if name not in uses:
            yield name, readings_of(name), len(RANKED) - 1, count


def _customer_names(store: Connection, buckets: list[str] | None, reader: str) -> Result[str, int]:
    """Each name that customers bear, as the reader sees it, and how many do, the most frequent first."""
    table, count = RECORDS[RANKED[-1]], func.count()
    if reader == LEAST:
        counted = select(literal(HIDDEN), count).select_from(table).having(count > 0)
    else:
        counted = select(table.c.name, count).group_by(table.c.name).order_by(count.desc(), table.c.name)
    if buckets is not None:
        counted = counted.where(table.c.bucket.in_(buckets))
    return store.execute(counted, execution_options={"yield_per": _CHUNK})


def _count_shared_names(connection: CacheConnection) -> None:
    """Adds what customers add to the uses of the names that something of the network bears too."""
    customer = RANKED[-1]
    connection.execute(
        f"UPDATE name SET uses = uses + (SELECT count(*) FROM {customer} WHERE name_id = nid) WHERE rank < ?",
        (RANKED.index(customer),),
    )


def _docs(
    store: Connection, kind: Kind, buckets: list[str] | None, *, by_size: bool = False
) -> Iterator[tuple[list[Doc], list[str]]]:
    """The documents of a kind as `_NEIGHBOURS` orders them, else by id, and the bucket of each, in chunks.

    With `by_size` areas with shorter ids come first.
    """
    table = RECORDS[kind.name]
    first: list[Any] = [table.c[name] for name in _NEIGHBOURS.get(kind.name, ())]
    if by_size and kind.name == "area":
        first = [func.length(table.c.id)]
    query = select(*(table.c[name] for name in kind.by_name), table.c.bucket).order_by(*first, table.c.id)
    if buckets is not None:
        query = query.where(table.c.bucket.in_(buckets))
    doc_of = _reader_of_rows(kind)
    for rows in store.execute(query, execution_options={"yield_per": _CHUNK}).partitions():
        yield [doc_of(row) for row in rows], [row[-1] for row in rows]


def _reader_of_rows(kind: Kind) -> Callable[[Sequence[Any]], Doc]:
    """What makes the document of a row that begins with the cells of a kind's fields."""
    if any(field.type in JSON_TYPES for field in kind.fields):
        return lambda row: from_cells(kind.fields, row[: len(kind.fields)])
    names = tuple(kind.by_name)
    return lambda row: dict(zip(names, row, strict=False))


def _add_kind(
    store: Connection, records: RecordBuild, kind: Kind, buckets: list[str] | None, reader: str
) -> dict[Part, SetSum]:
    sums: dict[Part, SetSum] = {}
    for stored, own in _docs(store, kind, buckets):
        docs = [for_caches(kind, doc, reader) for doc in stored]
        records.add(kind, docs, own)
        hashes: dict[str, list[int]] = {}
        for hashed, bucket in zip(row_hashes(kind, docs), own, strict=True):
            hashes.setdefault(bucket, []).append(hashed)
        for bucket, some in hashes.items():
            sums[bucket, kind.name] = sums.get((bucket, kind.name), SetSum()) + SetSum.of(some)
    return sums
