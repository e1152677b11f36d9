"""When somebody who asked to be told has to be called back: a pure function of the window and of what was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal

from data.outages.windows import OutageWindow
from data.telling.news import ENDS, TAKEN_BACK, News, end_of, has_ended, that_count

TryResult = Literal["done", "no_answer", "cancelled", "taken_back"]
Status = Literal["waiting", "due", "later", "closed"]

TRY_RESULTS = {"done": "已告知", "no_answer": "无人接听", "cancelled": "取消回访", TAKEN_BACK: "撤回上一条"}
STATUSES = {"due": "应回访", "later": "稍后再拨", "waiting": "等待送电", "closed": "已结束"}
AGAIN_AFTER = timedelta(minutes=30)
"""Who did not answer is called again after this."""

TAKEN_OVER_WITHIN = timedelta(days=2)
"""Who waits at a place where no window is set for so long waits for nothing any more."""

_EARLY = timedelta(hours=1)
"""Power may go before a planned window says so."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try to reach the caller.

    Attributes:
        news: What was told, or would have been.
        outage: The window that it was about; empty where there was none.
        etr: The promise as it was told, where there was a window.
    """

    at: datetime
    by: str
    result: TryResult
    news: News
    outage: str
    etr: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CallBack:
    """Somebody who asked to be called.

    Attributes:
        outage: The window that it was asked for; None where there was none.
        place: Kind and id of where the caller is, where that was said.
        customer: The caller's customer number, where it was said.
        phone: The number to call, as typed; empty once it was forgotten.
        promised: The promise that the caller heard; None where that is not known.
        claimed_by: Who is calling, until `claimed_until`.
        tries: Oldest first.
    """

    id: str
    at: datetime
    by: str
    outage: str | None
    place: tuple[str, str] | None
    customer: str | None
    name: str
    phone: str
    note: str
    promised: datetime | None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    tries: tuple[Try, ...] = ()

    @property
    def made(self) -> tuple[Try, ...]:
        """The tries that count: none that was noted by mistake and taken back."""
        return that_count(self.tries)

    @property
    def told(self) -> Try | None:
        """The last try in which the caller was told something, or None."""
        return next((one for one in reversed(self.made) if one.result == "done"), None)

    @property
    def missed(self) -> int:
        """How often nobody has answered since something was told last."""
        missed = takewhile(lambda one: one.result != "done", reversed(self.made))
        return sum(one.result == "no_answer" for one in missed)

    def claimed(self, at: datetime) -> str | None:
        """Who is calling at `at`, or None."""
        return self.claimed_by if self.claimed_until is not None and at < self.claimed_until else None


@dataclass(frozen=True, slots=True)
class AwaitedWindow:
    """What a call-back waits for: None where no window has been set, and whether the caller's part has power again."""

    window: OutageWindow | None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call-back stands at a moment.

    Attributes:
        news: What the caller is to be told, where it is due or will be tried again.
        again_at: When it is to be tried again, where nobody answered.
    """

    status: Status
    news: News | None = None
    again_at: datetime | None = None


def standing(
    asked: CallBack, window: OutageWindow | None, at: datetime, moved: timedelta, *, back: bool = False
) -> Standing:
    """Where a call-back stands at `at`.

    Args:
        asked: It.
        window: The outage that it waits for; None where there is none yet.
        at: The moment.
        moved: A promise that has moved by more than this, to either side, is told.
        back: The caller's part of the scope has power again.
    """
    last = next(reversed(asked.made), None)
    if last and last.result == "cancelled":
        return Standing("closed")
    if window is None:
        return Standing("waiting" if at < asked.at + TAKEN_OVER_WITHIN else "closed")
    told = asked.told
    over = end_of(window, at, back=back) or ("ended" if has_ended(window, at) else None)
    if over and told and told.news in ENDS:
        return Standing("closed")
    news: News | None = over or ("etr" if _has_moved(asked, told, window, moved) else None)
    if news is None:
        return Standing("waiting")
    again = last.at + AGAIN_AFTER if last and last.result == "no_answer" else None
    return Standing("later", news, again) if again and at < again else Standing("due", news)


def _has_moved(asked: CallBack, told: Try | None, window: OutageWindow, moved: timedelta) -> bool:
    if told is not None and told.news in ENDS:
        return True  # it was over, and is not any more
    return abs(window.etr - heard_by(asked, window)) > moved


def heard_by(asked: CallBack, window: OutageWindow) -> datetime:
    """The ETR that the caller heard last, or that stood when the call-back was asked for."""
    told = asked.told
    return (told.etr if told else None) or asked.promised or promise_at(window, asked.at)


def promise_at(window: OutageWindow, at: datetime) -> datetime:
    """The ETR that the window had at `at`; its first one before it was set."""
    known = [one.etr for one in window.revisions if one.at <= at] or [one.etr for one in window.revisions[:1]]
    return known[-1] if known else window.etr


def window_of(asked: CallBack, candidates: Sequence[OutageWindow]) -> OutageWindow | None:
    """The window that a call-back waits for; None where none has been set.

    One that was asked for a place is taken over by the first window that may be why its power was gone, and by the next
    where that was withdrawn. What the caller was told the end of it stays with.

    Args:
        asked: The call-back.
        candidates: The windows that touch its place, in the order in which they were set; or the one it was asked for.
    """
    told = asked.told
    wanted = asked.outage or (told.outage if told and told.news in ENDS else "")
    if wanted:
        return next((one for one in candidates if one.id == wanted), None)
    reasons = [one for one in candidates if _may_be_why(one, asked.at)]
    meant = [one for one in reasons if one.withdrawn_at is None]
    return meant[0] if meant else reasons[-1] if reasons else None


def _may_be_why(window: OutageWindow, at: datetime) -> bool:
    """Whether power may have been gone at `at` because of a window, be it set before or soon after."""
    set_at = window.revisions[0].at if window.revisions else window.start
    ended = window.withdrawn_at or window.restored_at or (None if window.hold else window.ends)
    begun = window.begins <= max(at, set_at) + _EARLY
    return begun and set_at < at + TAKEN_OVER_WITHIN and (ended is None or ended > at)
