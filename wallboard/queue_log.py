"""One line of Asterisk's queue_log: what happened to which call, in which queue, at which agent.

A line is `epoch|call|queue|agent|event|argument…`; `NONE` stands where there is no call, queue or agent.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from data.errors import DataError

NONE = "NONE"

_FIELDS_BEFORE_ARGUMENTS = 5
_EVENT_NAME = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
_EPOCH = re.compile(r"\d{1,11}(\.\d+)?", re.ASCII)
_SHOWN_CHARACTERS = 120


class QueueLogError(DataError):
    """A line that is no queue_log line, or a log that cannot be read."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One thing that the exchange, or an agent's own program, reported.

    Attributes:
        at: Aware UTC, whole seconds: events of one second keep the order of their log.
        call_id: The exchange's name of the call, or `NONE`.
        queue: The queue, or `NONE`.
        agent: The agent, or `NONE`.
        event: Such as `ENTERQUEUE` or `CONNECT`.
        args: What the event carries, as text; old versions of Asterisk leave some out at the end.
    """

    at: datetime
    call_id: str
    queue: str
    agent: str
    event: str
    args: tuple[str, ...] = ()

    def line(self) -> str:
        """The event as a queue_log line with whole epoch seconds: two logs of one event give one line."""
        return "|".join((str(int(self.at.timestamp())), self.call_id, self.queue, self.agent, self.event, *self.args))


def parse_line(line: str, timezone: ZoneInfo | None = None) -> CallEvent:
    """The event that a line tells of.

    Args:
        line: With or without its line end.
        timezone: Where the exchange stands, for a log whose times are local text such as `2026-11-22 14:00:00`;
            epoch seconds are read with or without it.

    Raises:
        QueueLogError: it is blank, or its time or event cannot be read; the message says which.
    """
    text = line.rstrip("\r\n")
    if not text.strip():
        raise QueueLogError("a blank line")
    if "\0" in text:
        raise QueueLogError("holds a NUL character, so it is not text")
    time, *rest = text.split("|")
    if len(rest) < _FIELDS_BEFORE_ARGUMENTS - 1:
        raise QueueLogError("has fewer than the five fields time|call|queue|agent|event")
    call_id, queue, agent, event, *args = rest
    if not _EVENT_NAME.fullmatch(event):
        raise QueueLogError(f"{event[:_SHOWN_CHARACTERS]!r} is not the name of an event, such as CONNECT")
    return CallEvent(_moment(time.strip(), timezone), call_id or NONE, queue or NONE, agent or NONE, event, tuple(args))


def _moment(text: str, timezone: ZoneInfo | None) -> datetime:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text.partition(".")[0]), UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QueueLogError(f"{text[:_SHOWN_CHARACTERS]!r} is not a time: epoch seconds were expected") from None
    if moment.tzinfo is None:
        if timezone is None:
            raise QueueLogError(f"{text!r} is a local time: say in which time zone, such as Asia/Shanghai")
        moment = moment.replace(tzinfo=timezone)
    try:
        return moment.replace(microsecond=0).astimezone(UTC)
    except OverflowError:
        raise QueueLogError(f"{text!r} is out of the range of dates") from None
