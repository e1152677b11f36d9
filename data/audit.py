"""The record of who did what, kept as a chain (`data.audit_chain`) in which nothing can be changed unnoticed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from data import change_log
from data.audit_chain import Entry, Link, entry_after, link_of
from data.clock import to_iso
from data.schema import AUDIT

PENDING = "switchboard_audit"
"""Execution option of a connection that will write: a list of the acts that `chain` is to take into the chain."""

_ROWS_AT_ONCE = 2000


def record(connection: Connection, at: datetime, actor: str, act: str, about: str) -> None:
    """Notes an act, in the transaction of the act: both happen, or neither.

    Args:
        connection: Of a `data.store.Store.write`, which gives the entry its place in the chain just before it commits.
        at: When.
        actor: Who, such as `person:wang`, `device:12` or `os:root`.
        act: What, in a word, such as `sign_in`.
        about: To what or whom.
    """
    acts: list[tuple[str, str, str, str]] = connection.get_execution_options()[PENDING]
    acts.append((to_iso(at), _storable(actor), act, _storable(about)))


def chain(connection: Connection) -> None:
    """Takes what was noted in this transaction into the chain; to be called last, just before the commit.

    Last, for it takes the lock of the change log: whoever took that first and then waited for a row would be waited
    for by whoever holds the row and wants the lock.
    """
    acts: list[tuple[str, str, str, str]] = connection.get_execution_options()[PENDING]
    if not acts:
        return
    change_log.lock(connection)
    last, rows = end_of_chain(connection), list[dict[str, Any]]()
    for act in acts:
        entry = entry_after(last, *act)
        rows.append({name: getattr(entry, name) for name in Entry.__slots__})
        last = link_of(entry)
    connection.execute(insert(AUDIT), rows)
    acts.clear()


def end_of_chain(connection: Connection) -> Link:
    """The last entry's number and hash; `Link()` where there are no entries."""
    newest = select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return Link(row.number, row.hash) if row else Link()


def entries(connection: Connection, after: int = 0, up_to: int | None = None) -> Iterator[Entry]:
    """The stored entries behind number `after`, up to and with `up_to`, by number, streamed."""
    chosen = select(*(AUDIT.c[name] for name in Entry.__slots__)).where(AUDIT.c.number > after)
    if up_to is not None:
        chosen = chosen.where(AUDIT.c.number <= up_to)
    rows = connection.execute(chosen.order_by(AUDIT.c.number), execution_options={"yield_per": _ROWS_AT_ONCE})
    for row in rows:
        yield Entry(*row)


def _storable(text: str) -> str:
    """`text` as every database takes it: a file's name may hold what is no character."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
