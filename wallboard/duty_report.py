"""The duty report: every metric of an interval, and what each seat did in it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, TypedDict

from sqlalchemy import Connection

from data.clock import to_iso
from data.errors import BadValueError, NotFoundError
from wallboard.calls import call_events, known_queues, last_event_number
from wallboard.counts import Counts, queue_counts
from wallboard.entries import Outcome, QueueEntry, queue_entries
from wallboard.metrics import MetricValue, compute, metrics_in_force

LONGEST_CALL = timedelta(hours=24)
"""How long after the end of an interval the events of its calls are looked for."""

Language = Literal["zh", "en"]


class ReportedMetric(TypedDict):
    """One metric of a report; a ratio is 0 to 1, what cannot be said is null."""

    name: str
    label: str
    value: int | float | None
    unit: str
    numerator: int | float | None
    denominator: int | float | None
    formula: str
    version: int
    provisional: bool


class ReportedSeat(TypedDict):
    """What one agent did with the calls of the interval; times in seconds, hold within talk."""

    agent: str
    answered: int
    missed: int
    talk_s: int
    average_talk_s: float | None
    acw_s: int | None
    average_acw_s: float | None


# "from" is a keyword, so this one cannot be written as a class
DutyReport = TypedDict(
    "DutyReport",
    {
        "from": str,
        "to": str,
        "queue": str | None,
        "revision": int,
        "metrics": list[ReportedMetric],
        "seats": list[ReportedSeat],
    },
)


def duty_report(
    connection: Connection,
    start: datetime,
    end: datetime,
    queue: str | None = None,
    *,
    now: datetime,
    language: Language = "zh",
) -> DutyReport:
    """The duty report of the calls that entered a queue from `start` until before `end`.

    Its `revision` is the number of the last call event in the store: equal revisions, equal reports of what is over.
    A metric is provisional while the interval is not over or a call of it still waits.

    Args:
        connection: The hub's store.
        start: Aware.
        end: Aware, after `start`.
        queue: Only this queue; None is all of them together.
        now: The moment until which those who still wait have waited.
        language: Of the labels.

    Raises:
        BadValueError: the interval is empty or backwards.
        NotFoundError: no call ever entered such a queue.
    """
    if end <= start:
        raise BadValueError("to", to_iso(end), f"must be after {to_iso(start)}")
    if queue is not None and queue not in (queues := known_queues(connection)):
        raise NotFoundError(f"no call ever entered a queue {queue!r}; known queues: {', '.join(queues) or 'none'}")
    entries = entries_between(connection, start, end, queue)
    counts = queue_counts(entries, now)
    provisional = now < end or bool(counts["waiting"])
    return {
        "from": to_iso(start),
        "to": to_iso(end),
        "queue": queue,
        "revision": last_event_number(connection),
        "metrics": reported_metrics(counts, start, provisional=provisional, language=language),
        "seats": reported_seats(entries),
    }


def entries_between(
    connection: Connection, start: datetime, end: datetime, queue: str | None = None
) -> list[QueueEntry]:
    """The entries made from `start` until before `end`, with what became of them later, in order of entry."""
    entries = queue_entries(call_events(connection, start, end + LONGEST_CALL))
    return [entry for entry in entries if entry.entered_at < end and queue in (None, entry.queue)]


def reported_metrics(
    counts: Counts, at: datetime, *, provisional: bool, language: Language = "zh"
) -> list[ReportedMetric]:
    """Every metric in force at `at`, computed from the counts, in the order of the definitions."""
    return [_reported(compute(metric, counts), provisional, language) for metric in metrics_in_force(at)]


def reported_seats(entries: Iterable[QueueEntry]) -> list[ReportedSeat]:
    """Each agent at whom a call of the entries rang: who answered most comes first, then by name."""
    answered: dict[str, list[QueueEntry]] = {}
    missed: dict[str, int] = {}
    for entry in entries:
        for agent in entry.missed_by:
            missed[agent] = missed.get(agent, 0) + 1
        if entry.outcome is Outcome.ANSWERED and entry.agent is not None:
            answered.setdefault(entry.agent, []).append(entry)
    seats = [_seat(agent, answered.get(agent, []), missed.get(agent, 0)) for agent in answered.keys() | missed.keys()]
    return sorted(seats, key=lambda seat: (-seat["answered"], seat["agent"]))


def _seat(agent: str, answered: list[QueueEntry], missed: int) -> ReportedSeat:
    talks = [entry.talk_s for entry in answered if entry.talk_s is not None]
    works = [entry.acw_s for entry in answered if entry.acw_s is not None]
    return {
        "agent": agent,
        "answered": len(answered),
        "missed": missed,
        "talk_s": sum(talks),
        "average_talk_s": sum(talks) / len(talks) if talks else None,
        "acw_s": sum(works) if works else None,
        "average_acw_s": sum(works) / len(works) if works else None,
    }


def _reported(computed: MetricValue, provisional: bool, language: Language) -> ReportedMetric:  # noqa: FBT001 - private
    metric = computed.metric
    return {
        "name": metric.name,
        "label": metric.label_zh if language == "zh" else metric.label_en,
        "value": _number(computed.value),
        "unit": metric.unit.value,
        "numerator": _number(computed.numerator),
        "denominator": _number(computed.denominator),
        "formula": metric.formula,
        "version": metric.version,
        "provisional": provisional,
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
