"""Caches made straight from documents, without a hub."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from data import cache, index
from data.cache import Change
from data.kinds import KINDS, RANKED, Doc, Json
from data.pinyin import character_readings, readings_of
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
    index.add_characters(connection, character_readings())
    index.add_names(connection, _names(docs))
    nids = dict(connection.execute("SELECT text, nid FROM name").fetchall())
    for kind in KINDS.values():
        name_ids = [nids[doc["name"]] for doc in docs[kind.name]] if kind.named else None
        cache.insert_rows(connection, kind, docs[kind.name], name_ids)
        links = [link for doc in docs[kind.name] for link in cache.links_of(kind, doc)]
        connection.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", links)
        if kind.named:
            numbered = list(enumerate(docs[kind.name], 1))
            index.add_codes(connection, kind.name, [(rid, cache.codes_of(kind, doc)) for rid, doc in numbered])
            for rid, doc in numbered:
                aliases = cache.names_of(kind, doc)[1:]
                index.set_aliases(connection, kind.name, rid, [nids[alias] for alias in aliases])
    cache.create_indexes(connection)
    index.finish_build(connection)
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
