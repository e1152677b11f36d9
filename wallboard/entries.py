"""Queue entries, folded from call events: who waited how long in which queue, and what became of it.

An entry is one ENTERQUEUE. A call that leaves one queue and enters another makes two entries.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from wallboard.queue_log import CallEvent

AFTER_CALL_REASONS: Final = frozenset(
    {"acw", "after_call_work", "after-call-work", "wrapup", "wrap-up", "话后处理", "小结"}
)
"""Reasons of a PAUSE, in lower case, that say: the agent is finishing the last call."""


class Outcome(Enum):
    """What became of a queue entry."""

    WAITING = "waiting"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    FLOW_OUT = "flow_out"
    LOST_AT_RESTART = "lost_at_restart"


@dataclass(slots=True)
class QueueEntry:
    """One caller's stay in one queue.

    Attributes:
        call_id: The exchange's name of the call.
        queue: The queue that was entered.
        entered_at: Aware UTC; the entry belongs to the interval that holds this moment.
        outcome: What became of it so far.
        wait_s: Seconds until it was answered (ringing included), given up, or left; None while it waits, or if lost.
        agent: Who answered.
        talk_s: Seconds of conversation, hold included; None while it goes on, or where its end was never reported.
        ended_at: When the conversation ended.
        acw_s: Seconds of after-call work; None until that has ended, or where agents do not report any.
        answered_elsewhere: It flowed out, and the same call was answered in a later entry.
        missed_by: Agents at whom it rang in vain, in order.
    """

    call_id: str
    queue: str
    entered_at: datetime
    outcome: Outcome = Outcome.WAITING
    wait_s: int | None = None
    agent: str | None = None
    talk_s: int | None = None
    ended_at: datetime | None = None
    acw_s: int | None = None
    answered_elsewhere: bool = False
    missed_by: tuple[str, ...] = ()


def queue_entries(events: Iterable[CallEvent]) -> list[QueueEntry]:
    """The queue entries that the events tell of, in the order in which they were entered.

    What happens to a call whose ENTERQUEUE is not among the events is passed over.

    Args:
        events: By time, and within one second in the order of the log.
    """
    fold = _Fold()
    for event in events:
        fold.take(event)
    return fold.finished()


_WAIT_ARGUMENT: Final = {"ABANDON": 2, "EXITEMPTY": 2, "EXITWITHTIMEOUT": 2, "EXITWITHKEY": 3}
_LEFT_UNANSWERED: Final = {
    "ABANDON": Outcome.ABANDONED,
    "SYSCOMPAT": Outcome.ABANDONED,  # the exchange dropped the caller: no agent was reached
    "EXITEMPTY": Outcome.FLOW_OUT,
    "EXITWITHTIMEOUT": Outcome.FLOW_OUT,
    "EXITWITHKEY": Outcome.FLOW_OUT,
}
_ENDINGS: Final = frozenset({"COMPLETEAGENT", "COMPLETECALLER", "TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER"})
_TRANSFERS: Final = frozenset({"TRANSFER", "BLINDTRANSFER"})
_PAUSES: Final = frozenset({"PAUSE", "PAUSEALL"})
_ENDS_OF_PAUSE: Final = frozenset({"UNPAUSE", "UNPAUSEALL", "REMOVEMEMBER", "AGENTLOGOFF", "AGENTCALLBACKLOGOFF"})


class _Fold:
    def __init__(self) -> None:
        self._entries: list[QueueEntry] = []
        self._open: dict[str, QueueEntry] = {}
        self._flowed_out: dict[str, list[QueueEntry]] = {}
        self._after_call = _AfterCallWork()
        self._handlers: dict[str, Callable[[CallEvent], None]] = {
            "QUEUESTART": lambda _: self._restart(),
            "ENTERQUEUE": self._enter,
            "CONNECT": self._connect,
            "RINGNOANSWER": self._ring_in_vain,
            **dict.fromkeys(_LEFT_UNANSWERED, self._leave),
            **dict.fromkeys(_ENDINGS, self._end),
            **dict.fromkeys(_PAUSES, self._after_call.pause),
            **dict.fromkeys(_ENDS_OF_PAUSE, self._after_call.end_pause),
        }

    def take(self, event: CallEvent) -> None:
        handler = self._handlers.get(event.event)
        if handler is not None:
            handler(event)

    def finished(self) -> list[QueueEntry]:
        if not self._after_call.reported:
            for entry in self._entries:
                entry.acw_s = None
        return self._entries

    def _restart(self) -> None:
        for entry in self._open.values():
            if entry.outcome is Outcome.WAITING:
                entry.outcome = Outcome.LOST_AT_RESTART
        self._open.clear()
        self._after_call.restart()

    def _enter(self, event: CallEvent) -> None:
        earlier = self._open.pop(event.call_id, None)
        if earlier is not None and earlier.outcome is Outcome.WAITING:
            # the log does not say how it left, but a call waits in one queue at a time
            self._close_unanswered(earlier, Outcome.FLOW_OUT, _seconds(earlier.entered_at, event.at))
        entry = QueueEntry(event.call_id, event.queue, event.at)
        self._entries.append(entry)
        self._open[event.call_id] = entry

    def _connect(self, event: CallEvent) -> None:
        entry = self._open.get(event.call_id)
        if entry is not None and entry.outcome is Outcome.WAITING:
            self._answer(entry, event, _argument(event, 0))

    def _answer(self, entry: QueueEntry, event: CallEvent, wait_s: int | None) -> None:
        entry.outcome = Outcome.ANSWERED
        entry.agent = event.agent
        entry.wait_s = _seconds(entry.entered_at, event.at) if wait_s is None else wait_s
        for earlier in self._flowed_out.pop(entry.call_id, ()):
            earlier.answered_elsewhere = True
        self._after_call.next_call(event)

    def _ring_in_vain(self, event: CallEvent) -> None:
        entry = self._open.get(event.call_id)
        if entry is not None:
            entry.missed_by += (event.agent,)

    def _leave(self, event: CallEvent) -> None:
        entry = self._open.get(event.call_id)
        if entry is None or entry.outcome is not Outcome.WAITING:
            return
        del self._open[event.call_id]
        wait_s = _argument(event, _WAIT_ARGUMENT[event.event]) if event.event in _WAIT_ARGUMENT else None
        if wait_s is None:
            wait_s = _seconds(entry.entered_at, event.at)
        self._close_unanswered(entry, _LEFT_UNANSWERED[event.event], wait_s)

    def _close_unanswered(self, entry: QueueEntry, outcome: Outcome, wait_s: int) -> None:
        entry.outcome = outcome
        entry.wait_s = wait_s
        if outcome is Outcome.FLOW_OUT:
            self._flowed_out.setdefault(entry.call_id, []).append(entry)

    def _end(self, event: CallEvent) -> None:
        entry = self._open.pop(event.call_id, None)
        if entry is None:
            return
        wait_s, talk_s = _wait_and_talk(event)
        if entry.outcome is Outcome.WAITING:  # its CONNECT was lost: whoever ends a conversation has had one
            if wait_s is None:
                wait_s = _seconds(entry.entered_at, event.at) - (talk_s or 0)
            self._answer(entry, event, max(0, wait_s))
        if talk_s is None:
            talk_s = max(0, _seconds(entry.entered_at, event.at) - (entry.wait_s or 0))
        entry.talk_s = talk_s
        entry.ended_at = event.at
        self._after_call.call_ended(entry, event)


class _AfterCallWork:
    """Which pause finishes which call: the first one after it, while the agent does nothing else."""

    def __init__(self) -> None:
        self.reported = False
        self._finishing: dict[str, tuple[QueueEntry, datetime]] = {}
        self._last_call: dict[str, QueueEntry] = {}
        self._in_pause: set[str] = set()

    def call_ended(self, entry: QueueEntry, event: CallEvent) -> None:
        agent = entry.agent or event.agent
        if agent in self._in_pause:  # asked for while still talking
            self._finishing[agent] = (entry, event.at)
            return
        entry.acw_s = 0
        self._last_call[agent] = entry

    def pause(self, event: CallEvent) -> None:
        reason = event.args[0].strip().lower() if event.args else ""
        if reason not in AFTER_CALL_REASONS:
            self.end_pause(event)
            return
        self.reported = True
        self._in_pause.add(event.agent)
        entry = self._last_call.pop(event.agent, None)
        if entry is not None:
            entry.acw_s = None
            self._finishing[event.agent] = (entry, event.at)

    def end_pause(self, event: CallEvent) -> None:
        self._in_pause.discard(event.agent)
        self.next_call(event)

    def next_call(self, event: CallEvent) -> None:
        self._last_call.pop(event.agent, None)
        if event.agent in self._finishing:
            entry, since = self._finishing.pop(event.agent)
            entry.acw_s = _seconds(since, event.at)

    def restart(self) -> None:
        self._finishing.clear()
        self._last_call.clear()
        self._in_pause.clear()


def _wait_and_talk(event: CallEvent) -> tuple[int | None, int | None]:
    if event.event in _TRANSFERS:  # extension, context, then the two
        return _argument(event, 2), _argument(event, 3)
    if event.event == "ATTENDEDTRANSFER":  # after the two comes the position; what stands before varies
        last = len(event.args) - 1
        return _argument(event, last - 2), _argument(event, last - 1)
    return _argument(event, 0), _argument(event, 1)


def _argument(event: CallEvent, index: int) -> int | None:
    """Whole seconds from an argument; None where an old log leaves it out."""
    if not 0 <= index < len(event.args):
        return None
    text = event.args[index].strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - 30 years


def _seconds(since: datetime, until: datetime) -> int:
    return max(0, int((until - since).total_seconds()))
