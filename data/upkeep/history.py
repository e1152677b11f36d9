"""What people changed of the records that they keep: each change whole, so that it can be told and undone."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select

from data.clock import to_iso
from data.fields import Doc, canonical_json
from data.kinds import KINDS
from data.store.desk_tables import RECORD_CHANGE
from data.store.rows import get_docs
from data.store.schema import RECORDS
from data.store.store import Writing

ACTS = {
    "added": ("新增", "added"),
    "changed": ("修改", "changed"),
    "retired": ("停用", "retired"),
    "brought_back": ("恢复", "brought back"),
    "undone": ("撤销", "undone"),
    "imported": ("导入", "imported"),
    "settled": ("处理冲突", "conflict settled"),
}
"""How a record came to be changed, in Chinese and English."""

_TOLD_AT_MOST = 50
_RETIRED_AT_MOST = 500

Changed = tuple[str, Doc | None, Doc | None]
"""A record's id, and the record before and after."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One change of one record.

    Attributes:
        number: Counts all changes up, of whatever record.
        at: When, ISO 8601 in UTC.
        actor: Who, such as `person:wang`.
        act: One of `ACTS`.
        before: The whole record; None where there was none.
        after: The same; None where it was retired.
    """

    number: int
    kind: str
    record: str
    at: str
    actor: str
    act: str
    before: Doc | None
    after: Doc | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it changed, in the kind's order; of a record that came or went, those that hold something."""
        before, after = self.before or {}, self.after or {}
        names = KINDS[self.kind].by_name
        return tuple(name for name in names if (before.get(name) or None) != (after.get(name) or None))


def put_kept(writing: Writing, kind: str, doc: Doc, by: str, act: str) -> Doc:
    """Adds or changes a record, and keeps what it was.

    Returns:
        The whole record.
    """
    key = str(doc["id"])
    before = get_docs(writing.connection, kind, [key]).get(key)
    writing.put(kind, doc)
    after = get_docs(writing.connection, kind, [key])[key]
    if before != after:
        remember(writing, kind, [(key, before, after)], by, act)
    return after


def remember(writing: Writing, kind: str, changed: Iterable[Changed], by: str, act: str) -> None:
    """Keeps what records were before they were changed in this transaction."""
    told = {"kind": kind, "at": to_iso(writing.clock.now()), "actor": by, "act": act}
    rows = [{**told, "record": key, "before": _text(before), "after": _text(after)} for key, before, after in changed]
    if rows:
        writing.connection.execute(insert(RECORD_CHANGE), rows)


def changes_of(connection: Connection, kind: str, key: str, limit: int = _TOLD_AT_MOST) -> list[RecordChange]:
    """The changes of a record, the newest first; empty where nobody has changed it since it came."""
    wanted = select(RECORD_CHANGE).where(RECORD_CHANGE.c.kind == kind, RECORD_CHANGE.c.record == key)
    rows = connection.execute(wanted.order_by(RECORD_CHANGE.c.number.desc()).limit(limit))
    return [_change(row) for row in rows]


def latest_change(connection: Connection, kind: str, key: str) -> RecordChange | None:
    """The newest change of a record; None where there is none."""
    return next(iter(changes_of(connection, kind, key, 1)), None)


def retired_records(connection: Connection, kind: str) -> list[RecordChange]:
    """The retirements of records that have not come back, the newest first; at most 500."""
    newest = (
        select(func.max(RECORD_CHANGE.c.number)).where(RECORD_CHANGE.c.kind == kind).group_by(RECORD_CHANGE.c.record)
    )
    there = exists().where(RECORDS[kind].c.id == RECORD_CHANGE.c.record)  # NOT IN would read every customer for each
    gone = select(RECORD_CHANGE).where(RECORD_CHANGE.c.number.in_(newest), RECORD_CHANGE.c.after.is_(None), ~there)
    rows = connection.execute(gone.order_by(RECORD_CHANGE.c.number.desc()).limit(_RETIRED_AT_MOST))
    return [_change(row) for row in rows]


def _change(row: Row[Any]) -> RecordChange:
    return RecordChange(
        number=row.number,
        kind=row.kind,
        record=row.record,
        at=row.at,
        actor=row.actor,
        act=row.act,
        before=_doc(row.kind, row.before),
        after=_doc(row.kind, row.after),
    )


def _text(doc: Doc | None) -> str | None:
    return None if doc is None else canonical_json(doc)


def _doc(kind: str, text: str | None) -> Doc | None:
    """The record as it is written today: a field that came later is empty in what was kept before."""
    return None if text is None else KINDS[kind].canonical(json.loads(text))
