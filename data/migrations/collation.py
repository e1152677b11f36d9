"""One order of texts, whatever the database's own is: that of their characters' numbers, as in SQLite and in Python."""

from sqlalchemy import Connection, text

from data.store.metadata import METADATA

# Names come from the catalogue, quoted there.
_OTHERWISE = text(
    """
    SELECT format('ALTER TABLE %s %s', a.attrelid::regclass, string_agg(
        format('ALTER COLUMN %I TYPE %s COLLATE "C"', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
    ))
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    JOIN pg_collation o ON o.oid = a.attcollation AND o.collname <> 'C'
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname = ANY(:tables)
    GROUP BY a.attrelid
    """
)


def settle_collation(connection: Connection) -> None:
    """Gives every text column of the store's tables on PostgreSQL the collation "C"; one that has it is left alone."""
    for statement in connection.execute(_OTHERWISE, {"tables": list(METADATA.tables)}).scalars().all():
        connection.execute(text(statement))
