"""What somebody who was told of an outage, or waits for its end, does not know yet: a pure function of what is known.

Nothing marks anybody as to be told. What a window says now is compared with what was said to that person last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar

from data.outages.windows import OutageWindow

News = Literal["outage", "etr", "restored", "ended", "withdrawn"]

NEWS = {
    "outage": "停电通知",
    "etr": "改期告知",
    "restored": "已送电",
    "ended": "到时（未确认）",
    "withdrawn": "已撤销",
}
ENDS = frozenset({"restored", "ended", "withdrawn"})
"""News after which there is nothing more to wait for."""

MEANS = {"phone": "电话", "sms": "短信", "visit": "上门"}
RESULTS = {
    "told": "已通知",
    "no_answer": "无人接听",
    "refused": "拒接",
    "wrong_number": "号码错误",
    "not_needed": "不需通知",
    "taken_back": "撤回上一条",
}
TAKEN_BACK = "taken_back"
"""The note before was a mistake: what it said does not count, though it stays in the record."""

_SETTLES = frozenset({"told", "not_needed"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to tell a customer.

    Attributes:
        means: A key of `MEANS`.
        result: A key of `RESULTS`.
        whom: Who was spoken to; empty where nobody was.
        news: What was, or would have been, told.
        etr: The promise as it was told.
    """

    at: datetime
    by: str
    means: str
    result: str
    whom: str
    note: str
    news: News
    etr: datetime


class Noted(Protocol):
    """Anything with a result that may be taken back."""

    @property
    def result(self) -> str:
        """How it went."""
        ...


Note = TypeVar("Note", bound=Noted)


def that_count(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Notes, oldest first, less those that were taken back."""
    kept: list[Note] = []
    for one in notes:
        if one.result != TAKEN_BACK:
            kept.append(one)
        elif kept:
            kept.pop()
    return tuple(kept)


def end_of(window: OutageWindow, at: datetime, *, back: bool) -> News | None:
    """How the outage is over at `at` for somebody, by what was confirmed; None while it is not.

    Args:
        window: The outage.
        at: The moment.
        back: The part that this person is on has power again.
    """
    if window.withdrawn_at is not None and window.withdrawn_at <= at:
        return "withdrawn"
    return "restored" if back or window.restoration(at) == "full" else None


def has_ended(window: OutageWindow, at: datetime) -> bool:
    """Whether the window has ended by the clock, nobody having confirmed it."""
    return not window.hold and at >= window.ends and end_of(window, at, back=False) is None


def last_telling(attempts: Sequence[Attempt]) -> Attempt | None:
    """The last attempt that settled something, or None."""
    return next((one for one in reversed(that_count(attempts)) if one.result in _SETTLES), None)


def to_tell(
    window: OutageWindow, attempts: Sequence[Attempt], at: datetime, moved: timedelta, *, back: bool = False
) -> News | None:
    """What a customer still has to be told at `at`; None where nothing.

    Whom nobody reached before the outage was over need not hear of it any more. Who need not be told of an outage need
    not be told of its end. Who was told that it is over is told when it is not, after all.

    Args:
        window: The outage.
        attempts: Of this customer and window, oldest first.
        at: The moment.
        moved: A promise that is later by more than this is told again.
        back: The customer's part of the scope has power again.
    """
    last, over = last_telling(attempts), end_of(window, at, back=back)
    if last is None:
        return None if over else "outage"
    if last.result == "not_needed":
        return None
    if over:
        return None if last.news in ENDS else over
    return "etr" if last.news in ENDS or window.etr - last.etr > moved else None
