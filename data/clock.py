"""Where the time comes from: aware UTC, handed in, so that a test can say what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from data.errors import BadValueError

_FIRST_YEAR, _LAST_YEAR = 1970, 2099


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The moment now, aware, in UTC."""
        ...


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """The moment now, aware, in UTC."""
        return datetime.now(UTC)


class CorrectedClock:
    """This machine's clock moved by what the hub's clock was last seen to differ.

    An office PC may be minutes off; whether a line is out must not depend on that.
    """

    def __init__(self, clock: Clock, offset: timedelta = timedelta(0)) -> None:
        self._clock = clock
        self.offset = offset

    def now(self) -> datetime:
        """The hub's time as well as it is known, aware, in UTC."""
        return self._clock.now() + self.offset

    def observe(self, hub_time: datetime) -> None:
        """Takes the hub's time, as just received, for the truth."""
        self.offset = hub_time - self._clock.now()


def to_iso(moment: datetime) -> str:
    """ISO 8601 in UTC to the second, such as `2026-11-22T06:00:00Z`: as text it sorts as time does."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment}")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def from_iso(text: str, field: str = "time") -> datetime:
    """The aware UTC moment that `text` names.

    Raises:
        BadValueError: it is not ISO 8601, or has no offset (whose local time would it be?).
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadValueError(field, text, "give ISO 8601 with an offset, such as 2026-11-22T14:00:00+08:00") from None
    if moment.tzinfo is None:
        raise BadValueError(field, text, "say the time zone too, such as 2026-11-22T14:00:00+08:00")
    return usable(moment, field)


def usable(moment: datetime, field: str = "time") -> datetime:
    """`moment` in UTC, to the second, if sums with it cannot leave the calendar: 1970 to 2099.

    Raises:
        BadValueError: it lies outside; a slip of the hand, which would break every page that shows it.
    """
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        refused = BadValueError(field, moment.isoformat(), f"give a time from {_FIRST_YEAR} to {_LAST_YEAR}")
        raise refused.about("year_out_of_range", first=_FIRST_YEAR, last=_LAST_YEAR)
    return moment.astimezone(UTC).replace(microsecond=0)
