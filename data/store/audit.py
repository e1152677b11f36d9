"""The record of who did what, kept as a chain (`data.store.audit_chain`) in which nothing can be changed unnoticed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select

from data.clock import to_iso
from data.store.audit_chain import Entry, Link, entry_after, link_of
from data.store.schema import AUDIT

PENDING = "switchboard_audit"
"""Execution option of a connection that will write: a list of the acts that `chain` is to take into the chain."""

_ROWS_AT_ONCE = 2000
_LAST = select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)
_INSERT = insert(AUDIT)
"""Made once: every commit runs them, and making them takes longer than SQLite takes to run them."""


def record(connection: Connection, at: datetime, actor: str, act: str, about: str) -> None:
    """Notes an act, in the transaction of the act: both happen, or neither.

    Args:
        connection: Of a `Store.write`, which gives the entry its place in the chain just before it commits.
        at: When.
        actor: Who, such as `person:wang`, `device:12` or `os:root`.
        act: What, in a word, such as `sign_in`.
        about: To what or whom.
    """
    acts: list[tuple[str, str, str, str]] = connection.get_execution_options()[PENDING]
    acts.append((to_iso(at), _storable(actor), act, _storable(about)))


def chain(connection: Connection) -> None:
    """Takes what was noted in this transaction into the chain; to be called last, just before the commit.

    The transaction must be the only writer (`data.store.change_log.lock`): two would give one number twice.
    """
    acts: list[tuple[str, str, str, str]] = connection.get_execution_options()[PENDING]
    if not acts:
        return
    last, rows = end_of_chain(connection), list[dict[str, Any]]()
    for act in acts:
        entry = entry_after(last, *act)
        rows.append({name: getattr(entry, name) for name in Entry.__slots__})
        last = link_of(entry)
    connection.execute(_INSERT, rows)
    acts.clear()


def end_of_chain(connection: Connection) -> Link:
    """The last entry's number and hash; `Link()` where there are no entries."""
    row = connection.execute(_LAST).first()
    return Link(row.number, row.hash) if row else Link()


def entries(connection: Connection, after: int = 0, up_to: int | None = None) -> Iterator[Entry]:
    """The stored entries behind number `after`, up to and with `up_to`, by number, streamed."""
    chosen = select(*(AUDIT.c[name] for name in Entry.__slots__)).where(AUDIT.c.number > after)
    if up_to is not None:
        chosen = chosen.where(AUDIT.c.number <= up_to)
    rows = connection.execute(chosen.order_by(AUDIT.c.number), execution_options={"yield_per": _ROWS_AT_ONCE})
    for row in rows:
        yield Entry(*row)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: those for which all holds that is given.

    Attributes:
        since: From this moment on.
        until: Before this moment.
        actor: Its name has this in it.
        acts: One of these.
        not_acts: None of these.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    acts: tuple[str, ...] = ()
    not_acts: tuple[str, ...] = ()


def newest(
    connection: Connection, wanted: Wanted, *, before: int | None = None, limit: int | None = None
) -> list[Entry]:
    """The entries that are wanted, the newest first.

    Args:
        connection: Of the store.
        wanted: Which.
        before: Only entries before this number.
        limit: At most so many; None: all.
    """
    chosen = select(*(AUDIT.c[name] for name in Entry.__slots__)).where(*_conditions(wanted))
    if before is not None:
        chosen = chosen.where(AUDIT.c.number < before)
    return [Entry(*row) for row in connection.execute(chosen.order_by(AUDIT.c.number.desc()).limit(limit))]


def acts_of(connection: Connection) -> list[str]:
    """The acts of which there are entries, in order."""
    return list(connection.execute(select(AUDIT.c.act).distinct().order_by(AUDIT.c.act)).scalars())


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield AUDIT.c.at >= to_iso(wanted.since)
    if wanted.until is not None:
        yield AUDIT.c.at < to_iso(wanted.until)
    if wanted.actor:
        yield AUDIT.c.actor.contains(wanted.actor, autoescape=True)
    if wanted.acts:
        yield AUDIT.c.act.in_(wanted.acts)
    if wanted.not_acts:
        yield AUDIT.c.act.not_in(wanted.not_acts)


def _storable(text: str) -> str:
    """`text` as every database takes it: a file's name may hold what is no character."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
