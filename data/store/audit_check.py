"""What is wrong with a store's audit trail, and with what it vouches for."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from data.store import audit, change_log
from data.store.audit_chain import Entry, Finding, Link, check_chain
from data.store.audit_commits import ARCHIVED, COMMITTED, MIGRATED, digest_of
from data.store.schema import AUDIT, COMMIT
from data.store.set_hash import differing
from data.store.store_sums import counted_sums, hashed_sums

_AT_ONCE = 1000


def check_audit(
    connection: Connection, start: Link, checkpoints: Iterable[Link], *, thorough: bool = False
) -> Iterator[Finding]:
    """Everything that is wrong, first with the chain, then with the commit log and the records.

    Args:
        connection: Sees one moment of the store.
        start: Where the stored part of the chain begins.
        checkpoints: Places of the chain, kept where nobody could change them.
        thorough: Hashes every record anew, instead of trusting the hashes that are stored beside them.
    """
    yield from check_chain(audit.entries(connection, start.number), start, checkpoints)
    yield from check_commits(connection)
    yield from check_records(connection, thorough=thorough)


def check_commits(connection: Connection) -> Iterator[Finding]:
    """Where the commit log says something else than the entries of its commits.

    Rows of the log that were cleared away, below its floor, are not missed: the entries say the same.
    """
    entries = select(*(AUDIT.c[name] for name in Entry.__slots__)).where(AUDIT.c.act == COMMITTED)
    rows = connection.execute(entries.order_by(AUDIT.c.number), execution_options={"yield_per": _AT_ONCE})
    floor, last = change_log.floor(connection), _archived_revision(connection)
    for chunk in rows.partitions():
        described = ((Entry(*row), _about(row)) for row in chunk)
        said = {about["revision"]: (entry, about) for entry, about in described if type(about.get("revision")) is int}
        first, last = last + 1, max(said, default=last)
        logged = {row.revision: row for row in _log(connection, first, last)}
        for revision, (entry, about) in said.items():
            row = logged.pop(revision, None)
            if row is None and revision > floor:
                yield Finding(entry.number, f"the commit log lacks revision {revision} of entry {entry.number}")
            elif row is not None and _differs(row, entry, about):
                yield Finding(entry.number, f"the commit log differs from entry {entry.number} on revision {revision}")
        for revision in logged:
            yield Finding(0, f"revision {revision} of the commit log has no entry")
    for row in _log(connection, last + 1, None):
        yield Finding(0, f"revision {row.revision} of the commit log has no entry")


def check_records(connection: Connection, *, thorough: bool) -> Iterator[Finding]:
    """Whether the records are those that the last commit left; the finding's number is that commit's.

    Args:
        connection: Sees one moment of the store.
        thorough: Hashes every record anew, instead of trusting the hashes that are stored beside them.
    """
    told = select(*(AUDIT.c[name] for name in Entry.__slots__)).where(AUDIT.c.act.in_((COMMITTED, MIGRATED)))
    row = connection.execute(told.order_by(AUDIT.c.number.desc()).limit(1)).first()
    said = _about(row).get("records") if row is not None else None
    if row is None or said is None:
        return
    kept = change_log.sums(connection, None)
    if digest_of(kept) != said:
        yield Finding(row.number, f"the sums of the records are not those of entry {row.number}")
    counted = hashed_sums(connection) if thorough else counted_sums(connection)
    for bucket, kind in differing(kept, counted):
        yield Finding(row.number, f"records of the kind {kind} in {bucket} were changed beside the store")


def _archived_revision(connection: Connection) -> int:
    """The last revision whose entry was archived, 0 where none was."""
    archived = select(AUDIT.c.about).where(AUDIT.c.act == ARCHIVED).order_by(AUDIT.c.number.desc()).limit(1)
    row = connection.execute(archived).first()
    return int(_about(row).get("revision", 0)) if row else 0


def _log(connection: Connection, first: int, last: int | None) -> Sequence[Row[Any]]:
    rows = select(COMMIT).where(COMMIT.c.revision >= first).order_by(COMMIT.c.revision)
    return connection.execute(rows if last is None else rows.where(COMMIT.c.revision <= last)).all()


def _about(row: Row[Any]) -> dict[str, Any]:
    """What an entry is about, as JSON; empty where it is none, for it was changed then and is found by its hash."""
    try:
        about = json.loads(row.about)
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def _differs(logged: Row[Any], entry: Entry, about: dict[str, Any]) -> bool:
    said = (entry.at, entry.actor, about.get("action"), about.get("changed"))
    return said != (logged.at, logged.actor, logged.action, logged.changed)
