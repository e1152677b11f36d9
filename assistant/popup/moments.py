"""Moments as an agent reads them out: Asia/Shanghai, as short as stays unambiguous."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from assistant.words.wording import Words
from data.clock import from_iso


@cache
def _zone() -> ZoneInfo:
    return ZoneInfo("Asia/Shanghai")


def spoken(iso: str, now: datetime, words: Words) -> str:
    """`17:00` today, `明天 08:00` tomorrow, `11-25 08:00` this year, else with the year.

    Args:
        iso: The moment, ISO 8601 with an offset.
        now: The moment of reading, aware.
        words: The language.
    """
    moment = from_iso(iso).astimezone(_zone())
    today = now.astimezone(_zone()).date()
    time = f"{moment:%H:%M}"
    match (moment.date() - today).days:
        case 0:
            return time
        case 1:
            return words("day.tomorrow", time=time)
        case -1:
            return words("day.yesterday", time=time)
        case _:
            return f"{moment:%m-%d} {time}" if moment.year == today.year else f"{moment:%Y-%m-%d} {time}"
