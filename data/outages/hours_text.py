"""The hours of a window as people write them: `08:00-17:00`, on `1-5`."""

from collections.abc import Iterator
from datetime import time

from data.errors import BadValueError
from data.outages.timetable import EVERY_DAY, Timetable


def timetable_of(hours: str | None, weekdays: str | None = None, every_weeks: int = 1) -> Timetable | None:
    """What three texts mean together; None where no hours are given.

    Args:
        hours: Two local times with a hyphen between them.
        weekdays: ISO numbers and ranges of them, split by commas; every day where there are none.
        every_weeks: 1 each week, 2 every second.

    Raises:
        BadValueError: one of them means none, or there are days without hours.
        OutageError: they make no timetable.
    """
    if not hours:
        if weekdays or every_weeks != 1:
            raise BadValueError("hours", "", "are needed with weekdays and weeks, such as 08:00-17:00")
        return None
    off_at, _, on_at = hours.replace("：", ":").partition("-")
    try:
        times = _time(off_at), _time(on_at)
    except ValueError:
        raise BadValueError("hours", hours, "give two local times, such as 08:00-17:00") from None
    return Timetable(*times, frozenset(_days(weekdays)) if weekdays else EVERY_DAY, every_weeks)


def _time(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour), int(minute))


def _range(first: int, last: int) -> range:
    if not 1 <= first <= last <= max(EVERY_DAY):
        raise ValueError
    return range(first, last + 1)


def _days(text: str) -> Iterator[int]:
    for part in text.replace("，", ",").split(","):
        first, _, last = part.partition("-")
        try:
            yield from _range(int(first), int(last or first))
        except ValueError:
            raise BadValueError("weekdays", text, "give days such as 1-5 or 1,3,5; Monday is 1") from None
