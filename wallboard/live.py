"""What the wallboard shows at this moment: today's calls and tickets, who waits, and the outages."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from data.clock import to_iso
from data.notices.board import branch_parents, list_notices
from data.notices.notice import Notice
from data.store.schema import TICKET
from data.tickets.states import PENDING
from wallboard.counts import queue_counts
from wallboard.duty_report import ReportedSeat, entries_between, reported_seats
from wallboard.entries import Outcome
from wallboard.metrics import MetricValue, compute, metrics_in_force

ON_SCREEN: Final = ZoneInfo("Asia/Shanghai")

TICKET_KINDS: Final = {
    "trouble_report": ("报修", "Trouble reports"),
    "enquiry": ("咨询", "Enquiries"),
    "complaint": ("投诉", "Complaints"),
    "chase_up": ("催办", "Chase-ups"),
    "follow_up": ("回访", "Follow-ups"),
}

WALL_METRICS: Final = ("answered", "abandoned", "call_loss_rate", "service_level", "asa_s", "average_talk_s")
"""What the wall shows of the day's calls, in this order."""

_WAITED_OVER_MIDNIGHT = timedelta(hours=2)


class WallMetric(TypedDict):
    """One figure; `value` is null where there is nothing to divide by."""

    name: str
    label: str
    label_en: str
    unit: str
    value: float | None


class TicketCount(TypedDict):
    """Today's tickets of one kind, and how many of them are still pending."""

    kind: str
    label: str
    label_en: str
    count: int
    open: int


class NoticeShown(TypedDict):
    """A notice to all agents that is shown, or will be, until `until` where that is set."""

    text: str
    urgent: bool
    since: str
    until: str | None


class LiveFigures(TypedDict):
    """Everything that the page draws; times are ISO 8601 in UTC.

    Attributes:
        now: The hub's time, by which the page runs its clock and its countdowns.
        day: The day at the service centre, such as `2026-11-22`.
        metrics: Of the calls that entered a queue today.
        waiting: Calls in a queue now, also those that entered before midnight.
        waiting_since: When the one that has waited longest entered; null where nobody waits.
        seats: Who answered most today comes first.
        tickets: Every kind, also those without a ticket.
        outages: As handed in.
        notices: Urgent ones first.
    """

    now: str
    day: str
    metrics: list[WallMetric]
    waiting: int
    waiting_since: str | None
    seats: list[ReportedSeat]
    tickets: list[TicketCount]
    outages: list[Mapping[str, object]]
    notices: list[NoticeShown]


def live_figures(
    connection: Connection, now: datetime, outages: Sequence[Mapping[str, object]], branches: Sequence[str] = ()
) -> LiveFigures:
    """What the wallboard shows at `now`; "today" begins at midnight of the service centre.

    Args:
        connection: The hub's store.
        now: Aware.
        outages: The outage windows to show, each as `wallboard.pages.wallboard_router` describes it.
        branches: Those whose room it is: notices to others are not shown there; none for the whole centre's.
    """
    midnight = now.astimezone(ON_SCREEN).replace(hour=0, minute=0, second=0, microsecond=0)
    entries = entries_between(connection, midnight - _WAITED_OVER_MIDNIGHT, midnight + timedelta(days=1))
    today = [entry for entry in entries if entry.entered_at >= midnight]
    waiting = [entry.entered_at for entry in entries if entry.outcome is Outcome.WAITING]
    counts = queue_counts(today, now)
    parents = branch_parents(connection)
    notices = [one for one in list_notices(connection, now) if one.concerns(branches, parents)]
    in_force = {metric.name: metric for metric in metrics_in_force(midnight)}
    return {
        "now": to_iso(now),
        "day": midnight.date().isoformat(),
        "metrics": [_wall_metric(compute(in_force[name], counts)) for name in WALL_METRICS],
        "waiting": len(waiting),
        "waiting_since": to_iso(min(waiting)) if waiting else None,
        "seats": reported_seats(today),
        "tickets": _tickets_since(connection, midnight),
        "outages": list(outages),
        "notices": [_notice(one) for one in notices],
    }


def _notice(notice: Notice) -> NoticeShown:
    return {
        "text": notice.text,
        "urgent": notice.urgent,
        "since": to_iso(notice.since),
        "until": to_iso(notice.until) if notice.until else None,
    }


def _wall_metric(computed: MetricValue) -> WallMetric:
    metric = computed.metric
    return {
        "name": metric.name,
        "label": metric.label_zh,
        "label_en": metric.label_en,
        "unit": metric.unit.value,
        "value": None if computed.value is None else float(computed.value),
    }


def _tickets_since(connection: Connection, start: datetime) -> list[TicketCount]:
    columns = TICKET.c
    grouped = connection.execute(
        select(columns.kind, columns.state, func.count())
        .where(columns.at >= to_iso(start))
        .group_by(columns.kind, columns.state)
    )
    counted = {(kind, state): count for kind, state, count in grouped}
    return [_ticket_count(kind, counted) for kind in TICKET_KINDS]


def _ticket_count(kind: str, counted: Mapping[tuple[str, str], int]) -> TicketCount:
    label, label_en = TICKET_KINDS[kind]
    still_open = sum(counted.get((kind, state), 0) for state in PENDING)
    count = still_open + counted.get((kind, "done"), 0)
    return {"kind": kind, "label": label, "label_en": label_en, "count": count, "open": still_open}
