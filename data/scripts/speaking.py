"""Moments and hours as one says them, in Chinese and in English."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from data.outages.timetable import EVERY_DAY, SHANGHAI, Timetable

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_DAYS_ZH = {0: "", 1: "明天", -1: "昨天"}
_DAYS_EN = {0: " today", 1: " tomorrow", -1: " yesterday"}
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SPAN = 3
"""So many days in a row are said as `Monday to Wednesday`."""


def spoken_time(moment: datetime, now: datetime, language: Language = "zh") -> str:
    """`moment` in Asia/Shanghai as one says it at `now`: `14:00`, `明天14:00`, `14:00 tomorrow`, `11月24日14:00`.

    Chinese names the day only where it is not today, English always, and both the year where it is another one.
    """
    there, here = moment.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    days, other_year = (there.date() - here.date()).days, there.year != here.year
    if language == "en":
        date = f" on {there.day} {_MONTHS[there.month - 1]}" + (f" {there.year}" if other_year else "")
        return f"{there:%H:%M}{_DAYS_EN.get(days, date)}"
    date = (f"{there.year}年" if other_year else "") + f"{there.month}月{there.day}日"
    return f"{_DAYS_ZH.get(days, date)}{there:%H:%M}"


def spoken_hours(timetable: Timetable, language: Language = "zh") -> str:
    """The hours of a timetable: `每天08:00至17:00`, `08:00 to 17:00 every Tuesday`."""
    off, on = f"{timetable.off_at:%H:%M}", f"{timetable.on_at:%H:%M}"
    over_night, weeks = timetable.on_at <= timetable.off_at, timetable.every_weeks
    if language == "en":
        next_day = " the next day" if over_night else ""
        rhythm = f", every {weeks} weeks" if weeks > 1 else ""
        return f"{off} to {on}{next_day} {_days_en(sorted(timetable.weekdays))}{rhythm}"
    rhythm = f"每{weeks}周" if weeks > 1 else ""
    return f"{rhythm}{_days_zh(sorted(timetable.weekdays))}{off}至{'次日' if over_night else ''}{on}"


def _days_zh(days: Sequence[int]) -> str:
    if len(days) == len(EVERY_DAY):
        return "每天"
    if _in_a_row(days):
        return f"周{_WEEKDAYS_ZH[days[0] - 1]}至周{_WEEKDAYS_ZH[days[-1] - 1]}"
    return "、".join(f"周{_WEEKDAYS_ZH[day - 1]}" for day in days)


def _days_en(days: Sequence[int]) -> str:
    if len(days) == len(EVERY_DAY):
        return "every day"
    if _in_a_row(days):
        return f"{_WEEKDAYS_EN[days[0] - 1]} to {_WEEKDAYS_EN[days[-1] - 1]}"
    return "every " + ", ".join(_WEEKDAYS_EN[day - 1] for day in days)


def _in_a_row(days: Sequence[int]) -> bool:
    return len(days) >= _SPAN and days[-1] - days[0] == len(days) - 1
