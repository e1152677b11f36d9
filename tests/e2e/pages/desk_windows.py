"""Windows of the demo hub for the tests of its pages."""

from datetime import UTC, datetime, timedelta

from data.clock import to_iso
from data.outages.timetable import SHANGHAI
from tests.browser import token_of
from tests.hubs import RunningHub

LIANSHAN, ZHANQIAN, BOHAI, SHANSHEN = "F02602", "F02603", "F02604", "F02615"
"""Feeders of the demo network: 10kV 连山线（602）, 站前线（603）, 渤海线（604）, 山神庙子线（615）."""


def local_in(*, days: int, minutes: int = 0) -> str:
    """A moment from now, in local time as a form's field has it."""
    return f"{datetime.now(SHANGHAI) + timedelta(days=days, minutes=minutes):%Y-%m-%dT%H:%M}"


def add_window(
    hub: RunningHub,
    feeder: str = LIANSHAN,
    *,
    begun_min: int = 30,
    lasts_min: int = 90,
    by: str = "duty",
    kind: str = "fault",
    reason: str = "雷击跳闸",
) -> str:
    """The number of a window that began so long ago, or begins later where that is negative."""
    start = datetime.now(UTC) - timedelta(minutes=begun_min)
    times = {"start": to_iso(start), "etr": to_iso(start + timedelta(minutes=lasts_min))}
    body = {"kind": kind, **times, "reason": reason, "scope": [{"kind": "feeder", "id": feeder}]}
    return str(hub.post("/outages", body, token_of(hub, by))["id"])
