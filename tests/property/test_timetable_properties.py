"""A timetable against the wall clock itself, read minute by minute."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import OutageError
from data.outages.timetable import EVERY_DAY, Timetable

BERLIN = ZoneInfo("Europe/Berlin")
times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
starts = st.integers(0, 3 * 365 * 96).map(lambda step: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * step))
tables = st.builds(
    lambda hours, weekdays, every: Timetable(hours[0], hours[1], weekdays, every),
    st.tuples(times, times).filter(lambda hours: hours[0] != hours[1]),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.integers(1, 3),
)


def off(table: Timetable, start: datetime, at: datetime) -> bool:
    """By the wall clock: is `at` in the hours of today, or of yesterday's if they go past midnight?"""
    local = at.astimezone(table.zone)
    first = start.astimezone(table.zone).date()
    for day in (local.date(), local.date() - timedelta(days=1)):
        weeks = (day - timedelta(days=day.weekday()) - (first - timedelta(days=first.weekday()))).days // 7
        begins = datetime.combine(day, table.off_at)
        ends = datetime.combine(day, table.on_at) + timedelta(days=table.on_at <= table.off_at)
        runs = day.isoweekday() in table.weekdays and weeks % table.every_weeks == 0
        if runs and begins <= local.replace(tzinfo=None) < ends:
            return True
    return False


@given(tables, starts, st.integers(1, 15 * 96))
def test_spans_are_the_quarters_of_an_hour_in_which_the_wall_clock_says_off(
    table: Timetable, start: datetime, quarters: int
) -> None:
    end = start + timedelta(minutes=15 * quarters)
    spans = list(table.spans(start, end))
    inside = {
        begin + timedelta(minutes=15 * step)
        for begin, until in spans
        for step in range(int((until - begin) / timedelta(minutes=15)))
    }
    clock = {at for step in range(quarters) if off(table, start, at := start + timedelta(minutes=15 * step))}
    assert inside == clock
    assert all(one[1] < two[0] for one, two in pairwise(spans))


@given(tables, starts, st.integers(1, 400), st.floats(-2, 402))
def test_the_span_at_a_moment_is_the_first_that_has_not_ended(
    table: Timetable, start: datetime, days: int, after: float
) -> None:
    end, at = start + timedelta(days=days), start + timedelta(days=after)
    asked = table.span_at(at, start, end)
    expected = next((span for span in table.spans(start, end) if at < span[1]), None)
    assert (asked and asked[1]) == (expected and expected[1])
    if asked is not None and expected is not None:
        assert (asked[0] <= at) == (expected[0] <= at)


@given(tables, starts, st.integers(1, 400))
def test_the_last_span_is_the_last_of_all(table: Timetable, start: datetime, days: int) -> None:
    end = start + timedelta(days=days)
    last = [None, *table.spans(start, end)][-1]
    asked = table.last_span(start, end)
    assert (asked and asked[1]) == (last and last[1])


@pytest.mark.parametrize(
    ("day", "off_at", "on_at", "begins", "ends"),
    [
        # The clocks go from 02:00 to 03:00: 02:30 is not there.
        ((2026, 3, 29), time(2, 30), time(12), "2026-03-29T00:30Z", "2026-03-29T10:00Z"),
        ((2026, 3, 29), time(0, 30), time(2, 30), "2026-03-28T23:30Z", "2026-03-29T01:30Z"),
        # They go from 03:00 to 02:00: 02:30 is there twice.
        ((2026, 10, 25), time(2, 30), time(12), "2026-10-25T00:30Z", "2026-10-25T11:00Z"),
        ((2026, 10, 25), time(0, 30), time(2, 30), "2026-10-24T22:30Z", "2026-10-25T01:30Z"),
        ((2028, 2, 29), time(8), time(18), "2028-02-29T07:00Z", "2028-02-29T17:00Z"),
    ],
)
def test_where_the_clocks_change_it_is_never_normal_while_power_may_be_off(
    day: tuple[int, int, int], off_at: time, on_at: time, begins: str, ends: str
) -> None:
    midnight = datetime(*day, tzinfo=BERLIN).astimezone(UTC)
    table = Timetable(off_at, on_at, zone=BERLIN)
    (span,) = table.spans(midnight, midnight + timedelta(hours=20))
    assert [f"{at:%Y-%m-%dT%H:%MZ}" for at in span] == [begins, ends]


@pytest.mark.parametrize(
    ("off_at", "on_at", "weekdays", "every"),
    [
        (time(8), time(8), EVERY_DAY, 1),
        (time(8), time(9), frozenset(), 1),
        (time(8), time(9), frozenset({8}), 1),
        (time(8), time(9), EVERY_DAY, 0),
    ],
)
def test_a_timetable_that_means_nothing_is_refused(
    off_at: time, on_at: time, weekdays: frozenset[int], every: int
) -> None:
    with pytest.raises(OutageError):
        Timetable(off_at, on_at, weekdays, every)
