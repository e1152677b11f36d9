"""What the pages say of a window: its state, its times, its hours, in Chinese and English."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from data.clock import from_iso
from data.fields import Json
from data.outages.documents import timetable_from_json
from data.outages.timetable import SHANGHAI
from data.scripts.speaking import spoken_hours
from sync.desk import place_words
from sync.desk.page import Desk
from sync.desk.place_words import Said, said
from sync.language import Language

STATES: dict[str, Said] = {
    "upcoming": ("未开始", "To come"),
    "between": ("间歇有电", "On until next time"),
    "active": ("停电中", "Out"),
    "partial": ("部分送电", "Partly restored"),
    "overdue": ("超时未复电", "Overdue"),
    "maintenance": ("检修中", "In maintenance"),
    "ended_by_clock": ("已到时（未确认）", "Ended by the clock, not confirmed"),
    "ended": ("已到时结束", "Ended by the clock"),
    "restored": ("已送电", "Restored"),
    "withdrawn": ("已撤销", "Withdrawn"),
}
GLYPHS = {
    "active": "■",
    "partial": "◧",
    "overdue": "‼",
    "maintenance": "▲",
    "upcoming": "○",
    "between": "○",
    "restored": "✓",
    "withdrawn": "✕",
}
ETR_SOURCES: dict[str, Said] = {
    "plan": ("计划", "plan"),
    "dispatch": ("调度", "dispatch"),
    "field": ("现场", "field"),
    "estimate": ("值班估计", "estimate"),
}
CAUSES: dict[str, Said] = {
    "planned_work": ("计划检修", "Planned work"),
    "equipment": ("设备故障", "Equipment"),
    "weather": ("恶劣天气", "Weather"),
    "external": ("外力破坏", "External damage"),
    "customer": ("用户设备", "Customer's equipment"),
    "overload": ("过负荷", "Overload"),
    "upstream": ("上级电源", "Upstream supply"),
    "safety": ("安全措施", "Safety measure"),
    "unknown": ("原因待查", "Not known yet"),
}
CHANNELS: dict[str, Said] = {
    "website": ("网站", "Website"),
    "app": ("手机应用", "App"),
    "text_message": ("短信", "Text message"),
    "broadcast": ("广播", "Broadcast"),
    "notice": ("张贴公告", "Posted notice"),
}
CHANGES: dict[str, Said] = {
    "new": ("新增", "New"),
    "plan_change": ("计划变更", "Plan change"),
    "site_change": ("现场变更", "Change on site"),
    "started": ("实际停电", "Power went"),
    "edited": ("修改资料", "Edited"),
    "published": ("发布", "Published"),
    "partial_restoration": ("部分送电", "Partly restored"),
    "restored": ("送电", "Restored"),
    "reopened": ("恢复为未送电", "Restoration taken back"),
    "withdrawn": ("撤销", "Withdrawn"),
}
SCOPES = {kind: place_words.KINDS[kind] for kind in ("feeder", "transformer_area", "area", "customer")}
WEEKDAYS: dict[str, Said] = {
    "1": ("周一", "Mon"),
    "2": ("周二", "Tue"),
    "3": ("周三", "Wed"),
    "4": ("周四", "Thu"),
    "5": ("周五", "Fri"),
    "6": ("周六", "Sat"),
    "7": ("周日", "Sun"),
}
_DAYS: dict[int, Said] = {-1: ("昨天 ", "yesterday "), 0: ("", ""), 1: ("明天 ", "tomorrow ")}


def window_desk() -> Desk:
    """The frame of the pages about windows, with their words."""
    return Desk(
        filters={"who": who, "state_of": state_of},
        labels={
            "said": said,
            "KINDS": place_words.OUTAGES,
            "IMPORTANCE": place_words.IMPORTANCE,
            "STATES": STATES,
            "GLYPHS": GLYPHS,
            "ETR_SOURCES": ETR_SOURCES,
            "CAUSES": CAUSES,
            "CHANNELS": CHANNELS,
            "CHANGES": CHANGES,
            "SCOPES": SCOPES,
            "WEEKDAYS": WEEKDAYS,
            "when": when,
            "left": left,
            "hours_words": hours_words,
        },
    )


def state_of(window: Mapping[str, Any]) -> str:
    """The key in `STATES` of a window's public JSON form: a part that is back, or hours between, count."""
    state = str(window["state"])
    if window["kind"] == "maintenance" and state == "active":
        return "maintenance"
    if state == "active" and window["restoration"] == "partial":
        return "partial"
    if state == "upcoming" and window["next_start"] != (window["started_at"] or window["start"]):
        return "between"
    return state


def who(actor: str) -> str:
    """`duty` of `person:duty`; whatever else acted as it is."""
    return actor.removeprefix("person:")


def when(value: str, now: datetime, lang: Language) -> str:
    """`14:05` of a moment today, `明天 08:00`, `11-24 08:00`, with the year where that is another."""
    moment, today = from_iso(value).astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    day = _DAYS.get((moment.date() - today.date()).days)
    if day is not None:
        return f"{day[lang == 'en']}{moment:%H:%M}"
    return f"{moment:%m-%d %H:%M}" if moment.year == today.year else f"{moment:%Y-%m-%d %H:%M}"


def left(value: str, now: datetime, lang: Language) -> str:
    """How long it is until a moment, or since it."""
    gap = from_iso(value) - now
    passed = gap < timedelta(0)
    minutes = int(abs(gap).total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if lang == "en":
        told = f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
        return f"{told} over" if passed else f"{told} left"
    told = f"{days} 天 {hours} 时" if days else f"{hours} 时 {minutes % 60} 分" if hours else f"{minutes} 分"
    return f"超 {told}" if passed else f"剩 {told}"


def hours_words(timetable: Json, lang: Language) -> str:
    """When a window with hours takes power away, from its public JSON form."""
    return spoken_hours(timetable_from_json(timetable), lang)
