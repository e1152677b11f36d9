"""Many rows into a table, as fast as its database takes them."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import psycopg
from sqlalchemy import Connection, Table

_KIB_OF_A_LOAD = 4_000


def keep_few_pages(connection: Connection) -> None:
    """Has SQLite keep few pages of its file in memory from now on: a load that writes each once needs no more.

    It sorts what it makes an index of in as much memory.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_KIB_OF_A_LOAD}")


def add_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows that have the same two or more columns, with values that the driver takes as they are; none: nothing.

    SQLAlchemy looks at every value of every row, which costs more than storing it.
    """
    if rows:
        names = list(rows[0])
        add_values(connection, table, names, list(map(itemgetter(*names), rows)))


def add_values(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds rows of values in the order of the columns that `names` names; none: nothing.

    PostgreSQL takes rows one by one ten times as slowly as by COPY.
    """
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})", rows)
        return
    cursor: psycopg.Cursor[Any] = connection.connection.cursor()  # type: ignore[assignment]  # any driver's
    with cursor, cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
