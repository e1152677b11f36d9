"""Notices in their public JSON form."""

from datetime import datetime

from data.clock import to_iso
from data.fields import Json
from data.notices.notice import Notice
from data.notices.readers import Readers


def describe_notice(notice: Notice, at: datetime, readers: Readers | None = None) -> dict[str, Json]:
    """A notice, its state at `at` (`coming`, `shown`, `ended` or `withdrawn`) and, where known, its readers."""
    told: dict[str, Json] = {
        "id": notice.id,
        "text": notice.text,
        "urgent": notice.urgent,
        "branches": [*notice.branches],
        "since": to_iso(notice.since),
        "until": to_iso(notice.until) if notice.until else None,
        "posted_by": notice.posted_by,
        "withdrawn_at": to_iso(notice.withdrawn_at) if notice.withdrawn_at else None,
        "state": state_of(notice, at),
    }
    if readers is None:
        return told
    return told | {"read": [one.to_json() for one in readers.read], "missing": [*readers.missing]}


def state_of(notice: Notice, at: datetime) -> str:
    """`coming`, `shown`, `ended` or `withdrawn`."""
    if notice.withdrawn_at is not None and at >= notice.withdrawn_at:
        return "withdrawn"
    if notice.in_force(at):
        return "shown"
    return "coming" if at < notice.since else "ended"
