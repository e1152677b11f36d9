"""What a person should know before a window is saved: said in both languages, and never in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.fields import Json
from data.kinds import OUTAGE_KINDS
from data.outages.meeting import Overlap
from data.outages.notice_rules import Notice, NoticeRules
from data.outages.overlaps import FOREVER
from data.outages.timetable import SHANGHAI
from data.outages.windows import OutageWindow

Code = Literal["notice_late", "overlap", "repeat_outage", "to_be_told", "nobody"]

UNSET = "row "
"""How the id of a window begins that is not set yet and stands in a file: its row follows."""

_DAY_H = 24
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning."""

    code: Code
    zh: str
    en: str

    def to_json(self) -> dict[str, Json]:
        """As the interface has it."""
        return {"code": self.code, "zh": self.zh, "en": self.en}


def of_notice(kind: str, notice: Notice | None) -> list[Warned]:
    """That the rule for notice is not kept."""
    if notice is None or not notice.late_s:
        return []
    days, hours = divmod(notice.needed_h, _DAY_H)
    whole_days = days and not hours
    return [
        Warned(
            "notice_late",
            f"{OUTAGE_KINDS[kind]}应提前 {f'{days} 天' if whole_days else f'{notice.needed_h} 小时'}公告，"
            f"晚了 {notice.late_zh}",
            f"{kind.replace('_', ' ')}: {f'{days} d' if whole_days else f'{notice.needed_h} h'} of notice are needed, "
            f"{notice.late_en} late",
        )
    ]


def of_overlaps(overlaps: Sequence[Overlap], overlapping: int) -> list[Warned]:
    """That other windows take out part of the same at the same time: `overlapping` of them, some of which are known."""
    if not overlaps:
        return []
    zh, en = _listed([_overlap(one) for one in overlaps[:_LISTED]], overlapping)
    return [Warned("overlap", f"停电重叠：{zh}", f"overlaps: {en}")]


def of_repeats(earlier: Sequence[OutageWindow], rules: NoticeRules) -> list[Warned]:
    """That power was taken from part of the same not long before."""
    if len(earlier) < rules.repeat_from:
        return []
    last = earlier[-1].begins
    return [
        Warned(
            "repeat_outage",
            f"重复停电：{rules.repeat_days} 天内同一范围已有 {len(earlier)} 次，最近一次 {_date(last)}",
            f"repeat outage: {len(earlier)} on the same scope within {rules.repeat_days} d, the last on {_date(last)}",
        )
    ]


def of_customers(customers: int, important: int, sensitive: int) -> list[Warned]:
    """Whom the window concerns more than others, or that it concerns nobody; `sensitive` are neither of the others."""
    if not customers:
        return [Warned("nobody", "范围内没有客户，请核对范围", "no customer is in the scope: is it the right one?")]
    if not important and not sensitive:
        return []
    other_zh, other_en = ("另有", "other ") if important else ("", "")
    told = (
        (important, f"重要/高危客户 {important} 户", f"{important} important or high-risk"),
        (sensitive, f"{other_zh}敏感客户 {sensitive} 户", f"{sensitive} {other_en}sensitive"),
    )
    zh, en = [zh for count, zh, _ in told if count], [en for count, _, en in told if count]
    return [Warned("to_be_told", f"须通知{'，'.join(zh)}", f"to be told: {' and '.join(en)} customers")]


def _overlap(one: Overlap) -> tuple[str, str]:
    begin, end = one.span
    until = "" if end == FOREVER else _time(end)
    areas = one.transformer_areas
    shared_zh, shared_en = (f"，{areas} 个台区", f", {areas} transformer areas") if areas else ("", "")
    key, kind, start = one.window.id, one.window.kind, _time(begin)
    return (
        f"{_called(key)}（{OUTAGE_KINDS[kind]}，{start} 至 {until or '确认送电'}{shared_zh}）",
        f"{key} ({kind.replace('_', ' ')}, {start} to {until or 'confirmed'}{shared_en})",
    )


def _called(key: str) -> str:
    """A window by its number, or by its row where it is not set yet (`data.outages.planned_works`)."""
    return f"本表第 {key.removeprefix(UNSET)} 行" if key.startswith(UNSET) else key


def _listed(told: list[tuple[str, str]], count: int) -> tuple[str, str]:
    more = count - len(told)
    zh, en = "；".join(one for one, _ in told), "; ".join(one for _, one in told)
    return (f"{zh}，另有 {more} 条", f"{en} and {more} more") if more > 0 else (zh, en)


def _date(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d")


def _time(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
