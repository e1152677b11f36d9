"""Indexes that a large load leaves out and makes when its rows are there: sorting once beats looking up each place.

Ids come in order, what indexes hold does not: in a table that outgrew the page cache nearly every new row writes a page
of each index once more. Which are left out is noted nowhere: those of `METADATA` that the database does not have.
"""

from sqlalchemy import Connection, Index, text

from data.store.metadata import METADATA
from data.store.schema import CUSTOMER_PHONE, RECORDS
from data.store.store import Store


def leave_out_indexes(connection: Connection, kind: str) -> None:
    """Drops the indexes of the tables of a kind, which should be empty; `make_missing_indexes` brings them back.

    PostgreSQL keeps them: dropping one keeps its readers waiting until the transaction ends.
    """
    if connection.dialect.name != "sqlite":
        return
    for table in (RECORDS[kind], *([CUSTOMER_PHONE] if kind == "customer" else [])):
        for index in table.indexes:
            index.drop(connection, checkfirst=True)


def missing_indexes(connection: Connection) -> list[Index]:
    """The indexes that were left out, by name."""
    if connection.dialect.name != "sqlite":
        return []
    there = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).scalars())
    known = [index for table in METADATA.tables.values() for index in table.indexes]
    return sorted((index for index in known if index.name not in there), key=lambda index: str(index.name))


def make_missing_indexes(store: Store) -> int:
    """Makes what a load left out that was ended in its midst, each in a transaction of its own; answers how many."""
    with store.read() as connection:
        missing = missing_indexes(connection)
    for index in missing:
        with store.write("hub", "make index") as writing:
            index.create(writing.connection, checkfirst=True)
    return len(missing)
