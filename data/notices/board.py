"""The notices in the store: posted, withdrawn, marked read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from data.clock import to_iso, usable
from data.errors import BadValueError, NotFoundError
from data.fields import Doc
from data.kinds import NOTICE
from data.notices.notice import LONGEST, Notice, and_above, in_order, notice_from_doc
from data.rights import ForbiddenError
from data.store.desk_tables import NOTICE_READ
from data.store.rows import all_docs, chunks, get_docs
from data.store.schema import RECORDS
from data.store.store import Writing

KEPT_AFTER_END = timedelta(days=90)
"""For so long a notice that is over is still listed, with who has read it."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice as it is entered.

    Attributes:
        branches: Ids; none: for everybody.
        since: None: from now.
    """

    text: str
    urgent: bool = False
    branches: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


def post_notice(writing: Writing, new: NewNotice, by: str) -> Notice:
    """Posts a notice.

    Raises:
        BadValueError: it is empty or too long, ends before it begins or has ended already, or a branch is none.
        ForbiddenError: it is for others than the actor's branches.
    """
    _check_own(writing, new.branches)
    now = writing.clock.now()
    since = usable(new.since, "从 from") if new.since else now
    until = usable(new.until, "到 until") if new.until else None
    if until is not None and until <= max(since, now):
        refused = BadValueError(
            "到 until", to_iso(until), "要晚于开始和现在 give a time after the beginning, and after now"
        )
        raise refused.about("notice_over", until=until)
    known = get_docs(writing.connection, "branch", new.branches)
    for branch in new.branches:
        if branch not in known:
            refused = BadValueError("供电单位 branch", branch, "没有这个单位 there is no such branch")
            raise refused.about("no_branch", listed=branch)
    doc: Doc = {
        "id": uuid4().hex,
        "text": _one_paragraph(new.text),
        "urgent": new.urgent,
        "branches": [*new.branches],
        "since": to_iso(since),
        "until": to_iso(until) if until else None,
        "posted_by": by,
        "withdrawn_at": None,
    }
    writing.put(NOTICE.name, doc)
    writing.note(by, "post_notice", f"{doc['id']}: {doc['text']}")
    return find_notice(writing.connection, str(doc["id"]))


def withdraw_notice(writing: Writing, key: str, by: str) -> Notice:
    """Takes a notice back; one that was withdrawn stays so.

    Raises:
        NotFoundError: there is none.
        ForbiddenError: it is for others than the actor's branches.
    """
    notice = find_notice(writing.connection, key)
    _check_own(writing, notice.branches)
    if notice.withdrawn_at is None:
        writing.put(NOTICE.name, {"id": notice.id, "withdrawn_at": to_iso(writing.clock.now())})
        writing.note(by, "withdraw_notice", notice.id)
    return find_notice(writing.connection, notice.id)


def find_notice(connection: Connection, key: str) -> Notice:
    """A notice by its id.

    Raises:
        NotFoundError: there is none.
    """
    doc = get_docs(connection, NOTICE.name, [key]).get(key)
    if doc is None:
        raise NotFoundError(f"没有公告 {key!r} there is no notice with this id: notices list").about("no_notice")
    return notice_from_doc(doc)


def list_notices(connection: Connection, at: datetime, *, ended: bool = False) -> list[Notice]:
    """The notices that are, or will be, shown; with `ended` those that are over, too. Urgent first, then the newest."""
    found = (notice_from_doc(doc) for doc in all_docs(connection, NOTICE.name))
    return in_order(one for one in found if ended or not one.is_over(at))


def mark_read(writing: Writing, key: str, reader: str, device: str, at: datetime) -> None:
    """Notes that `reader` has read a notice; the first time counts.

    Args:
        writing: The transaction.
        key: Of the notice.
        reader: `person:wang`, or `device:12` where nobody was signed in.
        device: The id of the PC; empty on a page.
        at: When.

    Raises:
        NotFoundError: there is no such notice.
    """
    find_notice(writing.connection, key)
    marks = NOTICE_READ.c
    marked = select(marks.at).where(marks.notice == key, marks.reader == reader)
    if writing.connection.execute(marked).first() is None:
        row = {"notice": key, "reader": reader, "device": device, "at": to_iso(at)}
        writing.connection.execute(insert(NOTICE_READ).values(row))


def forget_old_notices(writing: Writing) -> None:
    """Removes notices that ended long ago, and who has read them; the audit trail keeps what they said."""
    before = writing.clock.now() - KEPT_AFTER_END
    known = [notice_from_doc(doc) for doc in all_docs(writing.connection, NOTICE.name)]
    old = [one.id for one in known if one.is_over(before)]
    for chunk in chunks(old):
        writing.connection.execute(delete(NOTICE_READ).where(NOTICE_READ.c.notice.in_(chunk)))
    writing.delete(NOTICE.name, old)


def branch_parents(connection: Connection) -> dict[str, str | None]:
    """For each branch, the one above it."""
    table = RECORDS["branch"]
    return dict(connection.execute(select(table.c.id, table.c.parent_id)).all())


def _check_own(writing: Writing, wanted: Sequence[str]) -> None:
    """Does nothing where a notice is for branches of the actor's alone, or the actor works for all."""
    if not writing.branches:
        return
    parents = branch_parents(writing.connection)
    if not wanted or not all(and_above(branch, parents) & {*writing.branches} for branch in wanted):
        refused = ForbiddenError("只能给本单位发布或撤回公告 a notice of yours is for your branches alone: choose them")
        raise refused.about("notice_elsewhere")


def _one_paragraph(text: str) -> str:
    told = " ".join(text.split())
    if not told:
        raise BadValueError("内容 text", text, "写上要告知的内容 write what is to be known").about("notice_needed")
    if len(told) > LONGEST:
        refused = BadValueError("内容 text", f"{told[:20]}…", f"最多 {LONGEST} 字 at most {LONGEST} characters")
        raise refused.about("field_too_long", field="text", most=LONGEST)
    return told
