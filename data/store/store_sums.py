"""The sums of a store's records counted anew: what the sums that are kept by addition must agree with."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from data.fields import Kind
from data.kinds import KINDS
from data.masking import for_caches
from data.store.rows import from_row
from data.store.schema import RECORDS
from data.store.set_hash import Part, SetSum, Sums, row_hash

_ROWS_AT_ONCE = 5000


def counted_sums(connection: Connection) -> Sums:
    """The sums over the hashes that are stored beside the records; some seconds a million records."""
    found: dict[Part, SetSum] = {}
    for name, table in RECORDS.items():
        for row in _stream(connection, select(table.c.bucket, table.c.row_hash)):
            part = row["bucket"], name
            found[part] = found.get(part, SetSum()).plus(int.from_bytes(row["row_hash"], "big"))
    return found


def hashed_sums(connection: Connection) -> Sums:
    """The sums over the records themselves, each hashed anew; about half a minute a million records."""
    found: dict[Part, SetSum] = {}
    for name, table in RECORDS.items():
        for row in _stream(connection, select(table)):
            part = row["bucket"], name
            found[part] = found.get(part, SetSum()).plus(_hash(KINDS[name], row))
    return found


def _hash(kind: Kind, row: RowMapping) -> int:
    return row_hash(kind, for_caches(kind, from_row(kind, row)))


def _stream(connection: Connection, rows: Any) -> Iterator[RowMapping]:  # noqa: ANN401 - a Select of any columns
    yield from connection.execute(rows, execution_options={"yield_per": _ROWS_AT_ONCE}).mappings()
