"""Moving a whole store from one database into another, as it is: caches go on where they are and notice nothing."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Engine, Integer, Row, Table, func, insert, select, text

from data.errors import DataError
from data.store import change_log
from data.store.database import WRITE
from data.store.metadata import METADATA
from data.store.schema import META
from data.store.set_hash import same_sums

if TYPE_CHECKING:
    import psycopg

_ROWS_AT_ONCE = 2000
_NOT_MOVED = {"lease"}
_NAMED = 5


def is_empty(connection: Connection) -> bool:
    """Whether a store holds nothing that anybody entered: it was made and never used."""
    return not any(
        connection.execute(select(table).limit(1)).first() for table in METADATA.sorted_tables if table is not META
    )


def move_store(source: Engine, target: Engine) -> int:
    """Copies every row of a store into an empty one with the same tables, in one transaction, and compares the two.

    Nobody can write to the source meanwhile.

    Returns:
        How many rows.

    Raises:
        DataError: the target is not empty, cannot keep a text of the source, or the copy differs from the source;
            nothing was changed.
    """
    writing = {WRITE: True}
    with (
        source.connect().execution_options(**writing) as old,
        old.begin(),
        target.connect().execution_options(**writing) as new,
        new.begin(),
    ):
        change_log.lock(old)
        change_log.lock(new)
        if not is_empty(new):
            raise DataError("the database that the store is to move into holds records already")
        new.execute(META.delete())
        rows = copy_tables(old, new)
        if not same_sums(change_log.sums(old, None), change_log.sums(new, None)):
            raise DataError("the store did not arrive whole in the new database: try again")
    return sum(rows.values())


def copy_tables(old: Connection, new: Connection) -> dict[str, int]:
    """Copies every row of a store into one with the same tables, all empty.

    Args:
        old: Sees one moment of the store.
        new: May write.

    Returns:
        How many rows by table.

    Raises:
        DataError: a table did not arrive whole, or holds a text that the new database cannot keep.
    """
    return {table.name: _copy(old, new, table) for table in METADATA.sorted_tables if table.name not in _NOT_MOVED}


def _copy(old: Connection, new: Connection, table: Table) -> int:
    write = _write_to_postgresql if new.dialect.name == "postgresql" else _write_to_sqlite
    with closing(_chunks(old, table)) as chunks:
        copied = write(new, table, chunks)
    if new.execute(select(func.count()).select_from(table)).scalar_one() != copied:
        raise DataError(f"the table {table.name} did not arrive whole in the new database: try again")
    _count_on(new, table)
    return copied


def _chunks(connection: Connection, table: Table) -> Generator[Sequence[Row[Any]], None, None]:
    with connection.execute(select(table), execution_options={"yield_per": _ROWS_AT_ONCE}) as found:
        yield from found.partitions()


def _write_to_sqlite(new: Connection, table: Table, chunks: Iterator[Sequence[Row[Any]]]) -> int:
    copied = 0
    for rows in chunks:
        new.execute(insert(table), [row._asdict() for row in rows])
        copied += len(rows)
    return copied


def _write_to_postgresql(new: Connection, table: Table, chunks: Iterator[Sequence[Row[Any]]]) -> int:
    """By COPY: inserting took twice as long."""
    quoted = new.dialect.identifier_preparer
    columns = ", ".join(quoted.quote(column.name) for column in table.columns)
    copied, cursor = 0, cast("psycopg.Cursor[Any]", new.connection.cursor())
    with cursor, cursor.copy(f"COPY {quoted.quote(table.name)} ({columns}) FROM STDIN".encode()) as copy:
        for rows in chunks:
            _check_texts(table, rows)
            for row in rows:
                copy.write_row(row)
            copied += len(rows)
    return copied


def _check_texts(table: Table, rows: Sequence[Row[Any]]) -> None:
    """Nothing is cleaned on the way: the sums of records and the chain of the audit cover what stands there."""
    found = [row for row in rows if any(isinstance(value, str) and "\0" in value for value in row)]
    if not found:
        return
    named = ", ".join(_named(table, row) for row in found[:_NAMED]) + (" …" if len(found) > _NAMED else "")
    raise DataError(
        f"PostgreSQL keeps no NUL character, and one stands in {named}: correct it on the desk's pages"
        " or with an import, and move again; nothing was moved"
    )


def _named(table: Table, row: Row[Any]) -> str:
    values = row._asdict()
    key = "/".join(str(values[column.name]) for column in table.primary_key).replace("\0", "\\0")
    fields = [name for name, value in values.items() if isinstance(value, str) and "\0" in value]
    return f"{table.name} {key} ({', '.join(fields)})"


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL counts apart from the rows: without this, the next number would be 1 again."""
    key = table.autoincrement_column
    if key is None or not isinstance(key.type, Integer) or connection.dialect.name != "postgresql":
        return
    sequence = connection.execute(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": key.name})
    name, last = sequence.scalar_one(), connection.execute(select(func.max(key))).scalar_one()
    if name is not None and last is not None:
        connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})
