"""The named counts over queue entries from which every metric is computed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from wallboard.entries import Outcome, QueueEntry

SERVICE_LEVEL_S = 20
SHORT_ABANDON_S = 5

Counts = Mapping[str, Decimal | None]
"""Counts by name; None is only for what has no value when nothing is there, such as the longest wait."""


def queue_counts(entries: Iterable[QueueEntry], now: datetime) -> Counts:
    """Every named count over the entries; docs/metrics.md says what each one is.

    Args:
        entries: Of one interval and, for a report of one queue, of that queue.
        now: The moment until which those who still wait have waited.
    """
    entries = list(entries)
    answered = [entry for entry in entries if entry.outcome is Outcome.ANSWERED]
    abandoned = [entry for entry in entries if entry.outcome is Outcome.ABANDONED]
    flow_out = [entry for entry in entries if entry.outcome is Outcome.FLOW_OUT]
    waiting = [entry for entry in entries if entry.outcome is Outcome.WAITING]
    whole = {
        "offered": len(entries),
        "answered": len(answered),
        "abandoned": len(abandoned),
        "short_abandoned": sum(_wait(entry) <= SHORT_ABANDON_S for entry in abandoned),
        "flow_out": len(flow_out),
        "flow_out_answered_elsewhere": sum(entry.answered_elsewhere for entry in flow_out),
        "waiting": len(waiting),
        "lost_at_restart": sum(entry.outcome is Outcome.LOST_AT_RESTART for entry in entries),
        "answered_in_time": sum(_wait(entry) <= SERVICE_LEVEL_S for entry in answered),
        "answered_wait_s": sum(map(_wait, answered)),
        "abandoned_wait_s": sum(map(_wait, abandoned)),
        "seats": len({entry.agent for entry in answered}),
        **_work_counts(answered),
    }
    waits = [max(0, int((now - entry.entered_at).total_seconds())) for entry in waiting]
    counts: dict[str, Decimal | None] = {name: Decimal(number) for name, number in whole.items()}
    counts["longest_waiting_s"] = Decimal(max(waits)) if waits else None
    return counts


def _work_counts(answered: list[QueueEntry]) -> dict[str, int]:
    """The agents' part: a conversation or after-call work whose end is not known is in neither sum nor number."""
    talks = [entry.talk_s for entry in answered if entry.talk_s is not None]
    works = [entry.acw_s for entry in answered if entry.acw_s is not None]
    return {"talks_ended": len(talks), "talk_s": sum(talks), "acw_ended": len(works), "acw_s": sum(works)}


def _wait(entry: QueueEntry) -> int:
    return entry.wait_s or 0
