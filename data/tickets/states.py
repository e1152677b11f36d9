"""Where a ticket stands, what may become of it, and how urgent it is at a moment. Knows no store."""

from datetime import datetime, timedelta
from typing import Literal

from data.errors import BadValueError

TICKET_KINDS = {
    "trouble_report": "报修",
    "enquiry": "咨询",
    "complaint": "投诉",
    "chase_up": "催办",
    "follow_up": "回访",
}

STATES = {"open": "待处理", "working": "处理中", "waiting": "待回复", "done": "已办结", "cancelled": "已取消"}
PENDING = ("open", "working", "waiting")
FINISHED = ("done", "cancelled")

_MOVES: dict[str, tuple[str, ...]] = {
    "open": ("working", "waiting", "done", "cancelled"),
    "working": ("open", "waiting", "done", "cancelled"),
    "waiting": ("working", "done", "cancelled"),
    "done": ("working",),
    "cancelled": ("working",),
}

Mark = Literal["overdue", "due_soon", "new", "pending", "finished"]

MARKS: dict[Mark, str] = {
    "overdue": "已超时",
    "due_soon": "即将到期",
    "new": "新工单",
    "pending": "时限内",
    "finished": "已结束",
}

NEW_FOR = timedelta(minutes=30)
"""So long a ticket that nobody has taken up is new."""


def moves_from(state: str) -> tuple[str, ...]:
    """The states that may follow `state`, in the order in which they are offered."""
    return _MOVES[state]


def check_move(before: str, after: str, text: str) -> None:
    """Does nothing if a ticket may go from one state into the other, with these words.

    Raises:
        BadValueError: it may not, or it ends or is taken up again and nothing is said of it.
    """
    if after not in STATES:
        raise BadValueError("state", after, f"give one of {', '.join(STATES)}")
    if after not in _MOVES[before]:
        ways = ", ".join(_MOVES[before])
        raise BadValueError("state", after, f"a ticket that is {before} goes to {ways} 不能这样变更状态")
    if (after in FINISHED or before in FINISHED) and not text.strip():
        raise BadValueError("text", "", "say what came of it, or why 请写明处理结果或原因").about("outcome_needed")


def mark_of(state: str, at: datetime, due: datetime | None, now: datetime, soon: timedelta) -> Mark:
    """How urgent a ticket is at `now`, the worst that holds.

    Args:
        state: One of `STATES`.
        at: When it was made.
        due: When it must be settled; None: at no time.
        now: The moment.
        soon: So long before it is due, it is due soon.
    """
    if state in FINISHED:
        return "finished"
    if due is not None and due <= now:
        return "overdue"
    if due is not None and due <= now + soon:
        return "due_soon"
    return "new" if state == "open" and now < at + NEW_FOR else "pending"
