"""Making a whole cache from the store: at the hub, once for each scope in use."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from data import cache, change_log, index
from data.cache import Change
from data.characters.rows import character_rows
from data.kinds import KINDS, RANKED, Doc, Kind
from data.masking import for_caches
from data.pinyin import readings_of
from data.rows import from_row, get_docs
from data.schema import RECORDS
from data.set_hash import SetSum, row_hash
from data.sqlite import Connection as CacheConnection
from data.sqlite import connect

_CHUNK = 2000


def build_cache(store: Connection, path: Path, scope: str, buckets: list[str] | None) -> int:
    """Writes a new cache file with everything of `buckets` (None: all), ready to search.

    Args:
        store: One read transaction of the store: the cache is of its moment.
        path: Where to write; must not exist.
        scope: Key of the scope, kept in the cache.
        buckets: From `data.buckets.buckets_of_scope`.

    Returns:
        The revision that the cache is at.
    """
    connection = connect(path)
    try:
        # The file is new: nothing needs a journal to be undone with, and it is synced whole when it is done.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-64000")
        connection.execute("BEGIN")
        cache.create_cache(connection)
        index.add_characters(connection, character_rows())
        index.add_names(connection, _names(store, buckets))
        sums = {kind.name: _add_kind(store, connection, kind, buckets) for kind in KINDS.values()}
        cache.create_indexes(connection)
        index.finish_build(connection)
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


def change_of(kind: Kind, doc: Doc) -> Change:
    """A record as it goes to caches: masked, with its readings."""
    names = cache.names_of(kind, doc) if kind.named else []
    return Change(kind.name, str(doc["id"]), for_caches(kind, doc), tuple(readings_of(name) for name in names))


def changes_for(store: Connection, touched: Iterable[tuple[str, str]], buckets: list[str] | None) -> Iterator[Change]:
    """What became of each touched record, for a cache that holds `buckets` (None: all)."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in touched:
        by_kind.setdefault(kind, []).append(key)
    for kind, keys in by_kind.items():
        inside = get_docs(store, kind, _inside(store, kind, keys, buckets))
        for key in keys:
            doc = inside.get(key)
            yield change_of(KINDS[kind], doc) if doc else Change(kind, key, None)


def _inside(store: Connection, kind: str, keys: list[str], buckets: list[str] | None) -> Iterable[str]:
    if buckets is None:
        return keys
    table = RECORDS[kind]
    rows: list[str] = []
    for start in range(0, len(keys), _CHUNK):
        some = keys[start : start + _CHUNK]
        wanted = select(table.c.id).where(table.c.id.in_(some), table.c.bucket.in_(buckets))
        rows += store.execute(wanted).scalars()
    return rows


def _names(store: Connection, buckets: list[str] | None) -> Iterator[tuple[str, str, int, int]]:
    """Distinct names in static-rank order; a name that several kinds bear stands with the first of them."""
    uses: dict[str, tuple[int, int]] = {}
    for rank, kind in enumerate(RANKED[:-1]):
        for doc in _docs(store, KINDS[kind], buckets, by_size=True):
            for name in cache.names_of(KINDS[kind], doc):
                before = uses.get(name, (rank, 0))
                uses[name] = (before[0], before[1] + 1)
    shared: dict[str, int] = {}
    customers: list[tuple[str, int]] = []
    table = RECORDS[RANKED[-1]]
    counted = select(table.c.name, func.count()).group_by(table.c.name)
    if buckets is not None:
        counted = counted.where(table.c.bucket.in_(buckets))
    for name, count in store.execute(counted):
        if name in uses:
            shared[name] = count
        else:
            customers.append((name, count))
    for name, (rank, count) in uses.items():
        yield name, readings_of(name), rank, count + shared.get(name, 0)
    customers.sort(key=lambda one: (-one[1], one[0]))
    for name, count in customers:
        yield name, readings_of(name), len(RANKED) - 1, count


def _docs(store: Connection, kind: Kind, buckets: list[str] | None, *, by_size: bool = False) -> Iterator[Doc]:
    table = RECORDS[kind.name]
    wider_first: list[Any] = [func.length(table.c.id)] if by_size and kind.name == "area" else []
    query = select(table).order_by(*wider_first, table.c.id)
    if buckets is not None:
        query = query.where(table.c.bucket.in_(buckets))
    for row in store.execute(query, execution_options={"yield_per": _CHUNK}).mappings():
        yield from_row(kind, row)


def _add_kind(store: Connection, connection: CacheConnection, kind: Kind, buckets: list[str] | None) -> SetSum:
    total, docs = SetSum(), _docs(store, kind, buckets)
    while chunk := [for_caches(kind, doc) for doc in islice(docs, _CHUNK)]:
        name_ids = _name_ids(connection, chunk) if kind.named else None
        cache.insert_rows(connection, kind, chunk, name_ids)
        connection.executemany(
            "INSERT INTO link VALUES (?, ?, ?, ?)", [link for doc in chunk for link in cache.links_of(kind, doc)]
        )
        if kind.named:
            _index_records(connection, kind, chunk, total.rows)
        for doc in chunk:
            total = total.plus(row_hash(kind, doc))
    return total


def _name_ids(connection: CacheConnection, docs: list[Doc]) -> list[int]:
    return [_name_id(connection, str(doc["name"])) for doc in docs]


def _name_id(connection: CacheConnection, name: str) -> int:
    return int(connection.execute("SELECT nid FROM name WHERE text = ?", (name,)).fetchone()[0])


def _index_records(connection: CacheConnection, kind: Kind, docs: list[Doc], before: int) -> None:
    """Codes and aliases of freshly inserted records: in an empty table rids count from 1."""
    rows = list(enumerate(docs, before + 1))
    index.add_codes(connection, kind.name, [(rid, cache.codes_of(kind, doc)) for rid, doc in rows])
    for rid, doc in rows:
        if aliases := cache.names_of(kind, doc)[1:]:
            index.set_aliases(connection, kind.name, rid, [_name_id(connection, alias) for alias in aliases])
