"""Revealing a masked value of a customer: for a reason, so often an hour, and never without a trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from data.clock import from_iso, to_iso
from data.errors import BadValueError, DataError, NotFoundError
from data.fields import Doc
from data.kinds import CUSTOMER
from data.masking import PERSONAL
from data.privacy.reveal_reasons import FIELDS, REASONS
from data.store.rows import get_docs
from data.store.schema import AUDIT, RECORDS
from data.store.store import Writing

_AN_HOUR = timedelta(hours=1)
_ACT, _REFUSED = "reveal", "reveal_refused"
_LONGEST_TEXT = 200


class TooManyRevealsError(DataError):
    """This person has revealed as much within an hour as anybody may.

    Attributes:
        wait_s: After so many seconds one more may be revealed.
    """

    def __init__(self, per_hour: int, wait_s: int) -> None:
        minutes = -(-wait_s // 60)
        super().__init__(
            f"{per_hour} values an hour may be revealed 每小时最多查看 {per_hour} 次: "
            f"wait {minutes} min 请等 {minutes} 分钟"
        )
        self.about("too_many_reveals", per_hour=per_hour, minutes=minutes)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Revealing:
    """What is to be revealed, and why.

    Attributes:
        customer: Its number.
        field: One of `FIELDS`.
        reason: One of `REASONS`.
        text: What there is to say about it; required with the reason `other`.
        call: The exchange's id of the call during which it is asked; empty where there is none.

    Raises:
        BadValueError: field or reason is none, or the reason lacks its text.
    """

    customer: str
    field: str
    reason: str
    text: str = ""
    call: str = ""

    def __post_init__(self) -> None:
        if self.field not in FIELDS:
            raise BadValueError("field", self.field, "give one of " + ", ".join(FIELDS))
        if self.reason not in REASONS:
            raise BadValueError("reason", self.reason, "give one of " + ", ".join(REASONS))
        if self.reason == "other" and not self.text.strip():
            refused = BadValueError("text", "", "say in a few words what it is needed for 请说明用途")
            raise refused.about("purpose_needed")


def reveal(
    writing: Writing, asked: Revealing, actor: str, buckets: Sequence[str] | None, per_hour: int
) -> str | TooManyRevealsError:
    """The value as it is stored, "" where nothing is; or why it is not told. Either way it is in the audit trail.

    Args:
        writing: The transaction in which it is noted: nothing is told before that is committed.
        asked: What, and why.
        actor: Who.
        buckets: Where the asker may look; None: everywhere.
        per_hour: So many a person.

    Raises:
        NotFoundError: there is no such customer, or none that the asker may see.
    """
    doc = _customer(writing, asked.customer, buckets)
    wait_s = _wait_s(writing, actor, per_hour)
    writing.note(actor, _REFUSED if wait_s else _ACT, _about(asked, doc))
    return TooManyRevealsError(per_hour, wait_s) if wait_s else str(doc[asked.field] or "")


def _customer(writing: Writing, customer: str, buckets: Sequence[str] | None) -> Doc:
    table = RECORDS[CUSTOMER.name]
    found = select(table.c.id).where(table.c.id == customer)
    if buckets is not None:
        found = found.where(table.c.bucket.in_(buckets))
    if writing.connection.execute(found).first() is None:
        raise NotFoundError("no customer of this number is to be seen from here 没有这个户号，或不在本机范围内")
    return get_docs(writing.connection, CUSTOMER.name, [customer])[customer]


def _wait_s(writing: Writing, actor: str, per_hour: int) -> int:
    """0 where the person may reveal one more; else for how many seconds not."""
    now = writing.clock.now()
    own = (AUDIT.c.at > to_iso(now - _AN_HOUR), AUDIT.c.actor == actor, AUDIT.c.act == _ACT)
    count, first = writing.connection.execute(select(func.count(), func.min(AUDIT.c.at)).where(*own)).one()
    if count < per_hour:
        return 0
    return max(1, round((from_iso(first) + _AN_HOUR - now).total_seconds()))


def _about(asked: Revealing, doc: Doc) -> str:
    """What the trail says: nothing of the customer but the number, also where a person has typed more as the reason."""
    text = " ".join(asked.text.split())[:_LONGEST_TEXT]
    for name in PERSONAL:
        if len(value := str(doc[name] or "")) > 1:
            text = text.replace(value, "…")
    told = f"customer {asked.customer} {asked.field}, {asked.reason}" + (f": {text}" if text else "")
    return told + (f", call {asked.call}" if asked.call else "")
