"""The hours of a window as people write them."""

from datetime import time

import pytest

from data.errors import BadValueError
from data.outages.hours_text import timetable_of
from data.outages.timetable import Timetable


def test_hours_days_and_weeks_make_a_timetable() -> None:
    assert timetable_of("08:00-17:30", "1-3，6", 2) == Timetable(time(8), time(17, 30), frozenset({1, 2, 3, 6}), 2)
    assert timetable_of("22：00-6:00") == Timetable(time(22), time(6))
    assert timetable_of("") is None


@pytest.mark.parametrize("days", ["0", "8", "5-1", "1-9999999999999", "-1", "一", "1-5-6", "1,,2"])
def test_days_that_no_week_has_are_refused_at_once(days: str) -> None:
    with pytest.raises(BadValueError, match="Monday is 1"):
        timetable_of("08:00-17:00", days)


@pytest.mark.parametrize("hours", ["8", "25:00-26:00", "08:00", "08:00-", "a-b"])
def test_hours_that_no_day_has_are_refused(hours: str) -> None:
    with pytest.raises(BadValueError, match="local times"):
        timetable_of(hours)
