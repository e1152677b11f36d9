"""The store's records as an import asks for them."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select

from data.fields import Doc
from data.store.rows import all_docs, chunks, get_docs
from data.store.schema import RECORDS


class StoredRecords:
    """`data.importing.RecordSource` on the store, seeing what the same transaction has written so far."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, kind: str, ids: Collection[str]) -> Mapping[str, Doc]:
        """The whole documents with these ids, by id; an id that is not stored is left out."""
        return get_docs(self._connection, kind, ids)

    def find(self, kind: str, field: str, texts: Collection[str]) -> Mapping[str, Collection[str]]:
        """The ids of the records whose `field` is exactly one of `texts`, by text."""
        table, found = RECORDS[kind], dict[str, list[str]]()
        column = table.c[field]
        for chunk in chunks(texts):
            for text, key in self._connection.execute(select(column, table.c.id).where(column.in_(chunk))):
                found.setdefault(text, []).append(key)
        return found

    def all(self, kind: str) -> Iterable[Doc]:
        """Every document of a kind, by id."""
        return all_docs(self._connection, kind)
