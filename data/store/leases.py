"""Leases in the database: what only one of several processes does at a time, until it ends or is silent too long.

They go by the database's clock alone: those of the machines may differ.
"""

from sqlalchemy import Connection, delete, text

from data.store.schema import LEASE

_NOW_S = {"postgresql": "extract(epoch FROM clock_timestamp())::float8", "sqlite": "unixepoch('subsec')"}


def take(connection: Connection, name: str, holder: str, lasts_s: float) -> bool:
    """Takes a lease, or lengthens it where `holder` has it already.

    Args:
        connection: One that may write; others see the lease when it commits.
        name: What is leased.
        holder: Who wants it.
        lasts_s: For how long from now, in seconds.

    Returns:
        False where somebody else has it.
    """
    now = _NOW_S[connection.dialect.name]
    statement = text(
        f"INSERT INTO lease (name, holder, until_s) VALUES (:name, :holder, {now} + :lasts_s)"
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_s = excluded.until_s"
        f" WHERE lease.holder = excluded.holder OR lease.until_s <= {now} RETURNING holder"
    )
    values = {"name": name, "holder": holder, "lasts_s": lasts_s}
    return connection.execute(statement, values).first() is not None


def give_back(connection: Connection, name: str, holder: str) -> None:
    """Ends a lease of `holder`; that of somebody else stays."""
    connection.execute(delete(LEASE).where(LEASE.c.name == name, LEASE.c.holder == holder))
