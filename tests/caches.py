"""Caches made straight from documents, without a hub."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from data.caches import cache, index
from data.caches.cache import Change
from data.caches.index_build import IndexBuild
from data.caches.record_build import RecordBuild
from data.caches.statements import Statements
from data.characters.rows import character_rows
from data.fields import Doc, Json
from data.kinds import KINDS, RANKED
from data.names.pinyin import readings_of
from data.sqlite import Connection, connect

Rows = Iterable[tuple[str, Mapping[str, Json]]]
"""`(kind, fields)`; fields that are left out are empty."""


def change(kind: str, fields: Mapping[str, Json]) -> Change:
    doc = KINDS[kind].canonical(fields)
    names = cache.names_of(KINDS[kind], doc) if KINDS[kind].named else []
    return Change(kind, str(doc["id"]), doc, tuple(map(readings_of, names)))


def cache_of(path: Path, rows: Rows) -> Connection:
    """An open cache of these records, built in bulk as a hub builds it."""
    docs: dict[str, list[Doc]] = {kind: [] for kind in KINDS}
    for kind, fields in rows:
        docs[kind].append(KINDS[kind].canonical(fields))
    connection = connect(path)
    connection.execute("BEGIN")
    cache.create_cache(connection)
    index.add_characters(connection, character_rows())
    with Statements(connection) as statements:
        search = IndexBuild(statements)
        search.add_names(_names(docs))
        records = RecordBuild(statements, search)
        for described in KINDS.values():
            records.add(described, docs[described.name])
        search.finish()
    cache.create_indexes(connection)
    connection.execute("COMMIT")
    return connection


def _names(docs: Mapping[str, list[Doc]]) -> list[tuple[str, str, int, int]]:
    uses: Counter[str] = Counter()
    ranks: dict[str, int] = {}
    for rank, kind in enumerate(RANKED):
        for doc in docs[kind]:
            for name in cache.names_of(KINDS[kind], doc):
                uses[name] += 1
                ranks.setdefault(name, rank)
    return [(name, readings_of(name), rank, uses[name]) for name, rank in ranks.items()]
