"""Windows of the demo hub for the tests of its pages."""

from datetime import UTC, datetime, timedelta

from data.clock import to_iso
from tests.browser import token_of
from tests.hubs import RunningHub

LIANSHAN, ZHANQIAN, BOHAI = "F02602", "F02603", "F02604"
"""Feeders of the demo network: 10kV 连山线（602）, 站前线（603）, 渤海线（604）."""


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
