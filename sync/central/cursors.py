"""The newest value of a cursor column, kept as text, and from where the next pull asks."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sync.central.errors import MappingError
from sync.central.mapping import Feed

_TIME, _NUMBER = "time ", "number "
_TO_THE_SECOND = len("2026-11-22 12:00:00")


def cursor_text(feed: Feed, value: object) -> str | None:
    """The value as it is kept; None for None.

    Raises:
        MappingError: it is neither a time nor a number, so that nobody knows what comes after it.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return _TIME + value.isoformat()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _NUMBER + str(value)
    if isinstance(value, date):
        raise MappingError(f"{feed.key}: its cursor holds dates: a day is too coarse to ask by")
    raise MappingError(f"{feed.key}: its cursor holds {type(value).__name__}: it must be a time or a number")


def time_in_text(value: object) -> object:
    """The time that a text of SQLite says, which keeps times as texts; any other value as it is."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and len(value) >= _TO_THE_SECOND else value
    except ValueError:
        return value


def asked_from(feed: Feed, newest: str) -> datetime | Decimal:
    """From which value on to ask: a little before the newest one."""
    overlap = feed.cursor.overlap if feed.cursor else 0.0
    if newest.startswith(_TIME):
        # whole seconds: rows of one second stay together
        return (datetime.fromisoformat(newest.removeprefix(_TIME)) - timedelta(seconds=overlap)).replace(microsecond=0)
    return Decimal(newest.removeprefix(_NUMBER)) - Decimal(str(overlap))
