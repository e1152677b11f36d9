"""When, between its start and its end, a window really takes power away: by day only, or every second Tuesday.

A timetable is meant in local wall-clock time: 08:00 stays 08:00 when the clocks change. Where a local time does not
exist, or exists twice, that day's interruption is taken to begin at the earliest moment that may be meant and to end
at the latest: never normal where power may be off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from data.errors import OutageError

EVERY_DAY = frozenset(range(1, 8))
WEEKS_AT_MOST = 8
SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The hours of the days on which power is off.

    Attributes:
        off_at: Local time at which power goes, to the minute.
        on_at: Local time at which it comes back; on the next day where it is not after `off_at`.
        weekdays: ISO numbers, Monday is 1; the day on which power goes counts.
        every_weeks: 1 each week, 2 every second; counted from the week in which the window is planned to begin.
        zone: Whose clock is meant.
    """

    off_at: time
    on_at: time
    weekdays: frozenset[int] = EVERY_DAY
    every_weeks: int = 1
    zone: ZoneInfo = SHANGHAI

    def __post_init__(self) -> None:
        for one in (self.off_at, self.on_at):
            if one.tzinfo is not None or one.second or one.microsecond:  # what is kept are hours and minutes
                refused = OutageError(f"{one.isoformat()}: give local hours and minutes alone, such as 08:00")
                raise refused.about("hours_to_the_minute")
        if self.off_at == self.on_at:
            told = f"off at {self.off_at:%H:%M} and on at the same time: leave the hours out instead"
            raise OutageError(told).about("hours_the_same")
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise OutageError("weekdays: give one or more of 1 (Monday) to 7 (Sunday)").about("no_weekday")
        if not 1 <= self.every_weeks <= WEEKS_AT_MOST:
            refused = OutageError(f"every {self.every_weeks} weeks: give 1 to {WEEKS_AT_MOST}")
            raise refused.about("too_many_weeks", most=WEEKS_AT_MOST)

    def spans(
        self, start: datetime, end: datetime, counted_from: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """Each time that power is off between `start` and `end`: its beginning and end, UTC, in order, apart.

        Args:
            start: Nothing is off before.
            end: Nor after.
            counted_from: In the first of the weeks that are counted; `start` where it is None.
        """
        day = start.astimezone(self.zone).date() - _DAY
        monday = _monday((counted_from or start).astimezone(self.zone).date())
        last: tuple[datetime, datetime] | None = None
        while (off := _moment(day, self.off_at, self.zone, earliest=True)) < end:
            on = _moment(day if self.on_at > self.off_at else day + _DAY, self.on_at, self.zone, earliest=False)
            if self._runs(day, monday) and on > start:
                span = max(off, start), min(on, end)
                if last is not None and span[0] <= last[1]:
                    last = last[0], max(last[1], span[1])
                else:
                    if last is not None:
                        yield last
                    last = span
            day += _DAY
        if last is not None:
            yield last

    def span_at(
        self, at: datetime, start: datetime, end: datetime, counted_from: datetime | None = None
    ) -> tuple[datetime, datetime] | None:
        """The span that `at` is in, else the next one; None after the last. Its end is not in it."""
        spans = self.spans(max(start, self._rewound(at, start)), end, counted_from or start)
        return next((span for span in spans if at < span[1]), None)

    def last_span(
        self, start: datetime, end: datetime, counted_from: datetime | None = None
    ) -> tuple[datetime, datetime] | None:
        """The last time that power is off between `start` and `end`; None where it never is."""
        # Two rounds of weeks back: each weekday of one whole round lies between there and the end.
        late = self._rewound(end - self.every_weeks * 7 * _DAY, start)
        last: tuple[datetime, datetime] | None = None
        for last in self.spans(max(start, late), end, counted_from or start):  # noqa: B007 - the last one is what is wanted
            pass
        return last

    def _rewound(self, at: datetime, start: datetime) -> datetime:
        """A moment some weeks before `at`, not before `start`: no question takes longer as time goes by."""
        weeks = max(0, (at - start) // (_DAY * 7) - 1) // self.every_weeks * self.every_weeks
        local = start.astimezone(self.zone)
        return _moment(local.date() + weeks * 7 * _DAY, local.timetz().replace(tzinfo=None), self.zone, earliest=True)

    def _runs(self, day: date, monday: date) -> bool:
        return day.isoweekday() in self.weekdays and (_monday(day) - monday).days // 7 % self.every_weeks == 0


@lru_cache(maxsize=4096)  # a storm's windows ask for the same few days again and again
def _moment(day: date, at: time, zone: ZoneInfo, *, earliest: bool) -> datetime:
    both = [datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both) if earliest else max(both)


def _monday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() - 1)
