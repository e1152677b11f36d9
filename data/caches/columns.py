"""Additive changes of a cache's tables, made in place: columns of fields and tables of kinds that came later.

A program meets caches that are older than it (an update was installed) and newer (the hub was updated first). Neither
needs a snapshot: a column that is missing is made, and one that this program does not know is kept up to date all the
same, so that the sums agree with the hub's whichever of the two is ahead.
"""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from data.caches.cache import SCHEMA, SQL_TYPES, create_id_index, create_table, kinds_in, read_meta
from data.fields import LISTS, Field, FieldType
from data.kinds import KINDS
from data.sqlite import Connection, DatabaseError, connect

LaterFields = Mapping[str, Mapping[str, str]]
"""For some kinds, the later fields by name, each with its type."""


def later_fields() -> dict[str, dict[str, str]]:
    """The later fields of the kinds that this program knows, as it tells them to others."""
    told = {
        kind.name: {field.name: field.type.value for field in kind.fields if field.later} for kind in KINDS.values()
    }
    return {kind: fields for kind, fields in told.items() if fields}


def fit_tables(connection: Connection, theirs: LaterFields | None = None) -> None:
    """Gives a cache the columns and tables that it lacks of this program's kinds and of `theirs`.

    Args:
        connection: The cache, in a transaction that may write.
        theirs: What somebody sends beyond them; kinds that this program does not know are passed over.

    Raises:
        ValueError: a field's type is not known.
    """
    held = kinds_in(connection)
    for kind in KINDS.values():
        if kind.name not in held:
            create_table(connection, kind)
            create_id_index(connection, kind)
            continue
        told = {name: FieldType(value) for name, value in (theirs or {}).get(kind.name, {}).items()}
        ours = {field.name: field.type for field in kind.fields if field.later}
        columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (kind.name,))}
        for name, field_type in {**told, **ours}.items():
            if name not in columns and name.isidentifier():
                _add_column(connection, kind.name, Field(name, type=field_type))


def fit_file(path: Path) -> None:
    """Does `fit_tables` on a cache file of this program's version; one that cannot be written stays as it is."""
    try:
        with closing(connect(path)) as connection:
            if read_meta(connection).get("schema") != str(SCHEMA) or _fits(connection):
                return
            connection.execute("BEGIN IMMEDIATE")
            fit_tables(connection)
            connection.execute("COMMIT")
    except DatabaseError:
        return  # whoever reads it next says what is wrong with it


def _fits(connection: Connection) -> bool:
    def columns(kind: str) -> set[str]:
        return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (kind,)).fetchall()}

    return all(
        {field.name for field in kind.fields if field.later or field.name == "id"} <= columns(kind.name)
        for kind in KINDS.values()
    )


def _add_column(connection: Connection, table: str, field: Field) -> None:
    empty = {FieldType.FLAG: " DEFAULT 0", FieldType.JSON: " DEFAULT 'null'"}.get(field.type, "")
    default = " DEFAULT '[]'" if field.type in LISTS else empty
    connection.execute(f"ALTER TABLE {table} ADD COLUMN {field.name} {SQL_TYPES[field.type]}{default}")
