"""How the pages put a window's times, hours and state into words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.clock import to_iso
from sync.desk.outages.window_words import left, state_of, when

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""12:00 in Asia/Shanghai."""


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        ("2026-11-22T06:05:00Z", "14:05", "14:05"),
        ("2026-11-22T16:00:00Z", "明天 00:00", "tomorrow 00:00"),
        ("2026-11-21T15:59:00Z", "昨天 23:59", "yesterday 23:59"),
        ("2026-12-01T00:00:00Z", "12-01 08:00", "12-01 08:00"),
        ("2027-01-01T00:00:00Z", "2027-01-01 08:00", "2027-01-01 08:00"),
    ],
)
def test_a_moment_is_told_as_one_says_it(moment: str, zh: str, en: str) -> None:
    assert (when(moment, NOW, "zh"), when(moment, NOW, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (35, "剩 35 分", "35 min left"),
        (-80, "超 1 时 20 分", "1 h 20 min over"),
        (3 * 1440 + 61, "剩 3 天 1 时", "3 d 1 h left"),
        (0, "剩 0 分", "0 min left"),
    ],
)
def test_what_is_left_of_a_promise(minutes: int, zh: str, en: str) -> None:
    moment = to_iso(NOW + timedelta(minutes=minutes))
    assert (left(moment, NOW, "zh"), left(moment, NOW, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "active"),
        ({"kind": "maintenance"}, "maintenance"),
        ({"restoration": "partial"}, "partial"),
        ({"state": "overdue", "restoration": "partial"}, "overdue"),
        ({"state": "upcoming", "next_start": "a"}, "upcoming"),
        ({"state": "upcoming", "next_start": "b"}, "between"),
    ],
)
def test_a_state_counts_parts_and_hours(changes: dict[str, Any], state: str) -> None:
    window = {"kind": "fault", "state": "active", "restoration": "none", "start": "a", "started_at": None}
    assert state_of({**window, "next_start": None, **changes}) == state
