"""Records as rows of the hub's tables, and back."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from data.fields import Doc, Kind
from data.kinds import KINDS
from data.store.cells import from_cells, to_cells
from data.store.schema import RECORDS

CHUNK = 500
"""Ids a statement: below every database's limit on bound values."""


def to_row(kind: Kind, doc: Doc) -> dict[str, Any]:
    """The columns of a canonical document."""
    return dict(zip(kind.by_name, to_cells(kind.fields, doc), strict=True))


def from_row(kind: Kind, row: RowMapping) -> Doc:
    """The canonical document in a row that `to_row` made."""
    return from_cells(kind.fields, [row[name] for name in kind.by_name])


def chunks(ids: Iterable[str], size: int = CHUNK) -> Iterator[list[str]]:
    """`ids` in lists of at most `size`."""
    chunk: list[str] = []
    for one in ids:
        chunk.append(one)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def get_docs(connection: Connection, kind: str, ids: Iterable[str]) -> dict[str, Doc]:
    """The stored documents of these ids; unknown ids are left out."""
    table, described = RECORDS[kind], KINDS[kind]
    found: dict[str, Doc] = {}
    for chunk in chunks(ids):
        for row in connection.execute(select(table).where(table.c.id.in_(chunk))).mappings():
            found[row["id"]] = from_row(described, row)
    return found


def all_docs(connection: Connection, kind: str) -> Iterator[Doc]:
    """Every stored document of a kind by id, streamed."""
    table, described = RECORDS[kind], KINDS[kind]
    # Closed also where the reader stops half-way: PostgreSQL keeps a cursor open for it.
    with connection.execute(select(table).order_by(table.c.id), execution_options={"yield_per": 2000}) as rows:
        for row in rows.mappings():
            yield from_row(described, row)
