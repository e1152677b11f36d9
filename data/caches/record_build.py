"""Filling the tables of a new cache with records, in bulk."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from data.caches.cache import codes_of, links_of, names_of
from data.caches.index_build import IndexBuild
from data.caches.statements import Statements
from data.fields import Doc, FieldType, Kind
from data.store.cells import JSON_TYPES, to_cells
from data.store.set_hash import GLOBAL


class RecordBuild:
    """Puts records into empty tables, with their links, codes and other names; their names are in the index already.

    Args:
        statements: Of the cache.
        search: Its index.
    """

    def __init__(self, statements: Statements, search: IndexBuild) -> None:
        self._statements = statements
        self._search = search
        self._buckets: dict[str, int] = {}
        self._rows: dict[str, int] = {}

    def add(self, kind: Kind, docs: Sequence[Doc], buckets: Sequence[str] = ()) -> None:
        """Adds records that the cache does not hold, some thousands at most; they are numbered in their order.

        Args:
            kind: The kind of all `docs`.
            docs: Canonical documents.
            buckets: Of a scoped kind, that of each; the global one where none are given.
        """
        first = self._rows.get(kind.name, 0) + 1
        self._rows[kind.name] = first - 1 + len(docs)
        rows: Iterable[Sequence[Any]] = map(_cells_of(kind), docs)
        if kind.scoped:
            own = buckets or [GLOBAL] * len(docs)
            self._number(own)
            rows = ([*row, self._buckets[bucket]] for row, bucket in zip(rows, own, strict=True))
        self._statements.insert(_insertion(kind), rows)
        if _has(kind, FieldType.REFS):
            links = [link for doc in docs for link in links_of(kind, doc)]
            columns = ", ".join(f"value ->> {place}" for place in range(4))
            self._statements.insert(f"INSERT INTO link SELECT {columns} FROM json_each(?)", links)
        if kind.named:
            self._search.add_codes(kind.name, first, (codes_of(kind, doc) for doc in docs))
        if kind.named and _has(kind, FieldType.TEXTS):
            self._add_aliases(kind, first, docs)

    def _add_aliases(self, kind: Kind, first: int, docs: Sequence[Doc]) -> None:
        aliases = [[rid, alias] for rid, doc in enumerate(docs, first) for alias in names_of(kind, doc)[1:]]
        self._statements.insert(
            "INSERT INTO alias SELECT nid, ?, one.value ->> 0 FROM json_each(?) AS one"
            " CROSS JOIN name ON name.text = one.value ->> 1",
            aliases,
            kind.name,
        )

    def _number(self, buckets: Sequence[str]) -> None:
        for bucket in sorted(set(buckets).difference(self._buckets)):
            self._buckets[bucket] = len(self._buckets) + 1
            self._statements.execute("INSERT INTO bucket VALUES (?, ?)", self._buckets[bucket], bucket)


def _insertion(kind: Kind) -> str:
    columns, values = [], []
    for place, name in enumerate(kind.by_name):
        named = kind.named and name == "name"
        columns.append("name_id" if named else name)
        values.append(f"(SELECT nid FROM name WHERE text = value ->> {place})" if named else f"value ->> {place}")
    if kind.scoped:
        columns.append("bucket")
        values.append(f"value ->> {len(values)}")
    return f"INSERT INTO {kind.name} ({', '.join(columns)}) SELECT {', '.join(values)} FROM json_each(?)"


def _cells_of(kind: Kind) -> Callable[[Doc], Sequence[Any]]:
    if any(field.type in JSON_TYPES for field in kind.fields):
        return lambda doc: to_cells(kind.fields, doc)
    return itemgetter(*kind.by_name)


def _has(kind: Kind, field_type: FieldType) -> bool:
    return any(field.type is field_type for field in kind.fields)
