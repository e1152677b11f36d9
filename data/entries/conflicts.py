"""Entries that contradict what was stored meanwhile: kept with both versions until a person settles them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from data.clock import from_iso, to_iso
from data.entries.entries import Entry, Outcome, dump, load, window_version
from data.entries.ledger import Sender
from data.errors import DataError, NotFoundError
from data.fields import Doc, Json
from data.outages.branch_limits import check_branches
from data.outages.documents import outage_from_doc, outage_to_doc
from data.outages.rules import check_times, check_timetable
from data.outages.windows import OutageWindow, Restoration, Revision, ScopeItem
from data.store.rows import get_docs
from data.store.schema import CHANGE, COMMIT, CONFLICT
from data.store.store import Writing
from data.upkeep.history import put_kept
from data.versions import Contradiction, Version

Side = Literal["ours", "theirs"]

_SETTLED_KEPT = timedelta(days=90)


class ConflictError(DataError):
    """A conflict that cannot be settled as was asked."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An entry that waits for a person, with both versions.

    Attributes:
        fields: What is to be decided.
        theirs: What is stored now, which may have changed since the entry came.
        settled: Empty while it waits; then `ours`, `theirs` or `merged`.
    """

    id: str
    record_kind: str
    record: str
    entered_by: str
    made_at: str
    reason: str
    fields: tuple[str, ...]
    base: Version
    ours: Version
    theirs: Version
    settled: str

    @property
    def seen(self) -> str:
        """Stands for what is stored: it differs once that has changed."""
        return dump(self.theirs.fields)


def keep_conflict(
    writing: Writing, sender: Sender, entry: Entry, record: tuple[str, str], found: Contradiction
) -> Outcome:
    """Keeps an entry that cannot be applied, for a person to look at.

    Args:
        writing: The transaction.
        sender: Where the entry comes from.
        entry: As it came.
        record: Kind and id of what it would change.
        found: Both versions.
    """
    kind, key = record
    writing.connection.execute(
        insert(CONFLICT).values(
            id=entry.key,
            record_kind=kind,
            record=key,
            entered_by=sender.actor,
            made_at=to_iso(entry.made_at),
            received_at=to_iso(writing.clock.now()),
            reason=str(entry.body.get("reason") or ""),
            fields=dump([*found.fields]),
            base=dump(found.base.fields),
            ours=dump(found.ours.fields),
            theirs=dump(found.theirs.fields),
        )
    )
    writing.note(sender.actor, "conflict", f"{kind} {key}")
    told = f"{kind} {key} was changed meanwhile: both versions wait at the desk, /desk/conflicts 与他人的修改冲突"
    return Outcome("conflict", key, told)


def open_conflicts(connection: Connection) -> list[Conflict]:
    """The conflicts that wait, oldest first."""
    waiting = select(CONFLICT).where(CONFLICT.c.settled_at.is_(None)).order_by(CONFLICT.c.received_at, CONFLICT.c.id)
    return [_conflict(connection, row) for row in connection.execute(waiting)]


def find_conflict(connection: Connection, key: str) -> Conflict:
    """One conflict.

    Raises:
        NotFoundError: there is none.
    """
    row = connection.execute(select(CONFLICT).where(CONFLICT.c.id == key)).first()
    if row is None:
        raise NotFoundError(f"no conflict has the id {key!r}")
    return _conflict(connection, row)


def last_change(connection: Connection, kind: str, key: str) -> tuple[str, str] | None:
    """Who changed a record last, and when; None where the log does not reach so far back."""
    touched = select(COMMIT.c.actor, COMMIT.c.at).join(CHANGE, CHANGE.c.revision == COMMIT.c.revision)
    latest = touched.where(CHANGE.c.kind == kind, CHANGE.c.id == key).order_by(CHANGE.c.revision.desc()).limit(1)
    row = connection.execute(latest).first()
    return (row.actor, row.at) if row else None


def settled_as(connection: Connection, key: str) -> str | None:
    """How a conflict was settled: `ours`, `theirs` or `merged`; empty while it waits, None where there is none."""
    row = connection.execute(select(CONFLICT.c.settled).where(CONFLICT.c.id == key)).first()
    return None if row is None else row.settled or ""


def settle(writing: Writing, key: str, sides: Mapping[str, Side], seen: str, by: str) -> str:
    """Makes the record what a person decided, field by field.

    Args:
        writing: The transaction.
        key: The conflict's id.
        sides: For each of its fields, whose value holds; `theirs` where one is missing.
        seen: `Conflict.seen` of what the person was shown.
        by: Who decides.

    Returns:
        `ours`, `theirs` or `merged`.

    Raises:
        NotFoundError: there is no such conflict.
        ConflictError: it was settled before, or the record has changed since it was shown.
        OutageError, BadValueError: the fields chosen do not go together.
        ForbiddenError: it is about a window that is not of the actor's branches.
    """
    conflict = find_conflict(writing.connection, key)
    if conflict.settled:
        raise ConflictError("this conflict was settled before 已有人处理").about("conflict_settled")
    if conflict.seen != seen:
        refused = ConflictError("the record has changed since it was shown: look again 记录又有变化，请重新查看")
        raise refused.about("conflict_moved")
    if conflict.record_kind == "outage":
        doc = get_docs(writing.connection, "outage", [conflict.record])[conflict.record]
        check_branches(writing.connection, outage_from_doc(doc).scope, writing.branches)
    taken = {name: conflict.ours.get(name) for name in conflict.fields if sides.get(name) == "ours"}
    how = "theirs" if not taken else "ours" if len(taken) == len(conflict.fields) else "merged"
    if taken:
        _store(writing, conflict, taken, by)
    now = writing.clock.now()
    settled = {"settled_at": to_iso(now), "settled_by": by, "settled": how}
    writing.connection.execute(update(CONFLICT).where(CONFLICT.c.id == key).values(settled))
    writing.note(by, "settle_conflict", f"{conflict.record_kind} {conflict.record} {how}")
    return how


def forget_settled(writing: Writing) -> None:
    """Drops conflicts that were settled long ago."""
    before = to_iso(writing.clock.now() - _SETTLED_KEPT)
    writing.connection.execute(delete(CONFLICT).where(CONFLICT.c.settled_at < before))


def stored_version(connection: Connection, kind: str, key: str) -> Version:
    """What is stored of a record that entries change."""
    doc = get_docs(connection, kind, [key]).get(key)
    return Version(window_version(doc) if doc and kind == "outage" else doc)


def _conflict(connection: Connection, row: "Row[tuple[str, ...]]") -> Conflict:
    theirs = load(row.theirs) if row.settled_at else stored_version(connection, row.record_kind, row.record).fields
    return Conflict(
        id=row.id,
        record_kind=row.record_kind,
        record=row.record,
        entered_by=row.entered_by,
        made_at=row.made_at,
        reason=row.reason,
        fields=tuple(load(row.fields)),
        base=Version(load(row.base)),
        ours=Version(load(row.ours)),
        theirs=Version(theirs),
        settled=row.settled or "",
    )


def _store(writing: Writing, conflict: Conflict, taken: Doc, by: str) -> None:
    if conflict.record_kind == "outage":
        _store_window(writing, conflict, taken, by)
    else:
        chosen = taken if conflict.theirs.fields is not None else conflict.ours.fields or {}
        put_kept(writing, conflict.record_kind, {**chosen, "id": conflict.record}, by, "settled")


def _store_window(writing: Writing, conflict: Conflict, taken: Doc, by: str) -> None:
    """A person who saw both versions may do what an entry may not, such as take a restoration back."""
    doc = get_docs(writing.connection, "outage", [conflict.record])[conflict.record]
    window = outage_from_doc(doc)
    changed = replace(
        window,
        etr=from_iso(str(taken["etr"])) if "etr" in taken else window.etr,
        restored_at=_moment(taken["restored_at"]) if "restored_at" in taken else window.restored_at,
        withdrawn_at=_moment(taken["withdrawn_at"]) if "withdrawn_at" in taken else window.withdrawn_at,
        restorations=_restorations(taken["restored"]) if "restored" in taken else window.restorations,
    )
    check_times(changed.begins, changed.etr)
    check_timetable(changed.timetable, changed.begins, changed.etr, changed.start)
    reason = conflict.reason or window.revisions[-1].reason
    revision = Revision(writing.clock.now(), by, _change(changed), changed.etr, reason)
    writing.put("outage", outage_to_doc(replace(changed, revisions=(*window.revisions, revision))))


def _change(window: OutageWindow) -> Literal["plan_change", "restored", "withdrawn"]:
    return "withdrawn" if window.withdrawn_at else "restored" if window.restored_at else "plan_change"


def _moment(value: Json) -> datetime | None:
    return from_iso(str(value)) if value else None


def _restorations(value: Json) -> tuple[Restoration, ...]:
    parts = value if isinstance(value, list) else []
    return tuple(
        Restoration(ScopeItem(str(one["kind"]), str(one["id"])), from_iso(str(one["at"])))
        for one in parts
        if isinstance(one, dict)
    )
